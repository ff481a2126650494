#include "ops/quantize/quantize_s8_fast.hpp"

namespace pare {
namespace {

struct Packed {
  struct Args {
    CodesS8 codes;
    int64_t count;
    LoopsS8 loops;
  } args{};
};

void quantize(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Packed::Args*>(args);
  a.loops.quantize(static_cast<const float*>(io->in[0]), a.codes, static_cast<int8_t*>(io->out[0]), a.count);
}

void dequantize(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Packed::Args*>(args);
  a.loops.dequantize(static_cast<const int8_t*>(io->in[0]), a.codes, static_cast<float*>(io->out[0]), a.count);
}

std::optional<Kernel> twin(pare_kernel run, const CodesS8& codes, int64_t count, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  const bool is_code = codes.zero_point >= -128 && codes.zero_point <= 127;  // else a cut real might not saturate
  if (!loops.quantize || !is_code) return std::nullopt;
  auto packed = std::make_shared<Packed>();
  packed->args = {codes, count, loops};
  return twin_of(reference, loops.isa, run, packed);
}

}  // namespace

std::optional<Kernel> fast_quantize(const CodesS8& codes, int64_t count, Isa isa, const Kernel& reference) {
  return twin(quantize, codes, count, isa, reference);
}

std::optional<Kernel> fast_dequantize(const CodesS8& codes, int64_t count, Isa isa, const Kernel& reference) {
  return twin(dequantize, codes, count, isa, reference);
}

}  // namespace pare
