// Instruction sets: by feature flag, never by model number.
#include "pare/numerics.hpp"

#include <iterator>

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace pare {
namespace {

#if defined(__x86_64__)
constexpr bool kX86 = true, kArm = false;
#elif defined(__aarch64__)
constexpr bool kX86 = false, kArm = true;
#else
constexpr bool kX86 = false, kArm = false;
#endif

struct Facts {
  std::string_view name;
  Isa base;
  bool compiled;
  bool tried = true;  // did its kernels pass their tests on a machine that has it?
};
constexpr Facts kFacts[] = {
    {"portable", Isa::Portable, true}, {"avx2", Isa::Portable, kX86}, {"avxvnni", Isa::Avx2, kX86},
    {"avx512vnni", Isa::Avx2, kX86},   {"neon", Isa::Portable, kArm}, {"dotprod", Isa::Neon, kArm},
};
static_assert(std::size(kFacts) == std::size(kIsas));

const Facts& facts_of(Isa isa) { return kFacts[static_cast<size_t>(isa)]; }

}  // namespace

std::string_view name_of(Isa isa) { return facts_of(isa).name; }
Isa base_of(Isa isa) { return facts_of(isa).base; }

std::optional<Isa> parse_isa(std::string_view name) {
  for (const Isa isa : kIsas)
    if (name_of(isa) == name) return isa;
  return std::nullopt;
}

bool has(Isa isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (isa) {
    case Isa::Portable: return true;
    case Isa::Avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::AvxVnni: return has(Isa::Avx2) && __builtin_cpu_supports("avxvnni");
    case Isa::Avx512Vnni:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
    case Isa::Neon:
    case Isa::DotProd: return false;
  }
#elif defined(__aarch64__)
  if (isa == Isa::Neon) return true;
  if (isa == Isa::DotProd) return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#endif
  return isa == Isa::Portable;
}

Isa best_isa() {
  Isa best = Isa::Portable;
  for (const Isa isa : kIsas)
    if (has(isa)) best = isa;
  return best;
}

}  // namespace pare
