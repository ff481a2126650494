#include "ops/unary/unary_f32.hpp"

#include <cmath>

namespace pare {
namespace {

template <class F>
void map(const void* args, const pare_io* io, F f) {
  const auto& a = *static_cast<const UnaryF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  for (int64_t i = 0; i < a.count; ++i) y[i] = f(x[i]);
}

const UnaryF32Args& args_of(const void* args) { return *static_cast<const UnaryF32Args*>(args); }

// Written so that neither sign overflows.
float logistic(float x) {
  const float e = std::exp(-std::fabs(x));
  return x >= 0 ? 1.0f / (1.0f + e) : e / (1.0f + e);
}

}  // namespace

void clamp_f32(const void* args, const pare_io* io) {
  const auto [lo, hi] = args_of(args).limits;
  map(args, io, [lo = lo, hi = hi](float x) { return x < lo ? lo : x > hi ? hi : x; });
}

void leaky_relu_f32(const void* args, const pare_io* io) {
  map(args, io, [alpha = args_of(args).alpha](float x) { return x < 0 ? alpha * x : x; });
}

void logistic_f32(const void* args, const pare_io* io) { map(args, io, logistic); }

void tanh_f32(const void* args, const pare_io* io) {
  map(args, io, [](float x) { return std::tanh(x); });
}

}  // namespace pare
