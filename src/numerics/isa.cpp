// Instruction sets: by feature flag, never by model number.
#include "pare/numerics.hpp"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace pare {
namespace {
constexpr std::string_view kNames[] = {"portable", "avx2", "avxvnni", "avx512vnni", "neon", "dotprod"};
}

std::string_view name_of(Isa isa) { return kNames[static_cast<size_t>(isa)]; }

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
