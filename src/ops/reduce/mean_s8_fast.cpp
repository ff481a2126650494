#include "ops/reduce/mean_s8_fast.hpp"

namespace pare {
namespace {

struct Packed {
  struct Args {
    pare_mean_s8_args mean;
    MeanS8 constants;
    void (*loop)(const StackS8& stack, const MeanS8& mean);
    ptrdiff_t count;  // of x
  } args{};
  RequantizePack requantize;
};

int32_t product(const int32_t (&extent)[3]) { return extent[0] * extent[1] * extent[2]; }

void run(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const Packed::Args*>(args);
  const pare_mean_s8_args& m = a.mean;
  const auto* x = static_cast<const int8_t*>(io->in[0]);
  StackS8 s{};
  s.y = static_cast<int8_t*>(io->out[0]);
  s.x_end = x + a.count;
  s.y_end = s.y + product(m.keep);
  s.channels = m.keep[2];
  std::copy(m.reduce, m.reduce + 3, s.extent);
  std::copy(m.reduce_stride, m.reduce_stride + 3, s.stride);
  for (ptrdiff_t i = 0; i < m.keep[0]; ++i)
    for (ptrdiff_t j = 0; j < m.keep[1]; ++j, s.y += s.channels) {
      s.x = x + i * m.keep_stride[0] + j * m.keep_stride[1];
      a.loop(s, a.constants);
    }
}

// Eq. 25a; false if it would not be exact.
bool fill_fixed(Packed& p, const pare_mean_s8_args& m) {
  const int64_t bounds[] = {int64_t{255} * product(m.reduce)};
  auto pack = splat_requantize(
      {PARE_FIXED_DOUBLE, 1, &m.multiplier, &m.exponent, nullptr, m.out_zero_point, -128, 127}, bounds);
  if (!pack) return false;
  p.requantize = std::move(*pack);
  p.args.constants.requantize = p.requantize.vectors;
  p.args.constants.sum_zero = m.sum_zero;
  return true;
}

// Eq. 25b, whose offset holds the zero point. Beyond 2^30 the vectors' integers would overflow.
bool fill_real(Packed& p, const pare_mean_s8_args& m) {
  p.args.constants = {limits_only(0, -128, 127), 0, m.scale, m.offset};
  return 128.0 * product(m.reduce) * m.scale + 65536 < 1 << 30;
}

}  // namespace

std::optional<Kernel> fast_mean_s8(const pare_mean_s8_args& args, Isa isa, const Kernel& reference) {
  const LoopsS8 loops = loops_s8(isa);
  if (!loops.mean_fixed || args.keep_stride[2] != 1) return std::nullopt;
  auto packed = std::make_shared<Packed>();
  const bool real = args.rule == PARE_MEAN_FLOAT;
  packed->args.mean = args;
  packed->args.loop = real ? loops.mean_real : loops.mean_fixed;
  packed->args.count = ptrdiff_t{1} * product(args.keep) * product(args.reduce);
  if (!(real ? fill_real(*packed, args) : fill_fixed(*packed, args))) return std::nullopt;
  return twin_of(reference, loops.isa, run, packed);
}

}  // namespace pare
