// Instruction sets: by feature flag, never by model number.
#include "pare/numerics.hpp"

#include <iterator>

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
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
};
// clang-format off
constexpr Facts kFacts[] = {
    {"portable", Isa::Portable, true},
    {"avx2", Isa::Portable, kX86},
    {"avxvnni", Isa::Avx2, kX86},
    {"avx512vnni", Isa::Avx2, kX86},
    {"amx", Isa::Avx512Vnni, kX86},
    {"neon", Isa::Portable, kArm},
    {"dotprod", Isa::Neon, kArm},
};
// clang-format on
static_assert(std::size(kFacts) == std::size(kIsas));

const Facts& facts_of(Isa isa) { return kFacts[static_cast<size_t>(isa)]; }

#if defined(__x86_64__)
// Linux lets a process use tiles if it asks; other systems, and Linux before 5.16, refuse this call.
bool may_use_tiles() {
#if defined(__linux__)
  constexpr long kRequest = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
#else
  return false;
#endif
}
#endif

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
    case Isa::Portable:
      return true;
    case Isa::Avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::AvxVnni:
      return has(Isa::Avx2) && __builtin_cpu_supports("avxvnni");
    case Isa::Avx512Vnni:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
    case Isa::Amx: {
      // The compiler's library asks CPUID for the features, and XCR0 whether the system saves tiles.
      static const bool here = __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-int8") &&
                               has(Isa::Avx512Vnni) && may_use_tiles();
      return here;
    }
    case Isa::Neon:
    case Isa::DotProd:
      return false;
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

std::string_view state_of(Isa isa) {
  if (!facts_of(isa).compiled) return "";
  return has(isa) ? "runs" : "not run, as this machine lacks it";
}

}  // namespace pare
