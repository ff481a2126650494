#include "ops/reduce/mean_f32.hpp"

namespace pare {
namespace {

int64_t count(const MeanF32Args::Axes& axes) {
  int64_t product = 1;
  for (int i = 0; i < axes.rank; ++i) product *= axes.extent[i];
  return product;
}

// Where element `index` of the sub-array lies in x.
int64_t offset(const MeanF32Args::Axes& axes, int64_t index) {
  int64_t sum = 0;
  for (int i = axes.rank; i-- > 0; index /= axes.extent[i]) sum += index % axes.extent[i] * axes.stride[i];
  return sum;
}

}  // namespace

void mean_f32(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const MeanF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  const int64_t outputs = count(a.kept), terms = count(a.reduced);
  for (int64_t o = 0; o < outputs; ++o) {
    const float* first = x + offset(a.kept, o);
    double sum = 0;
    for (int64_t r = 0; r < terms; ++r) sum += first[offset(a.reduced, r)];
    y[o] = static_cast<float>(sum / static_cast<double>(terms));
  }
}

}  // namespace pare
