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

// The reduced axes' means at kChannels neighbouring places: so few that their sums stay in registers.
template <int kChannels>
void means(const MeanF32Args::Axes& reduced, int64_t terms, const float* x, float* __restrict y) {
  double sum[kChannels] = {};
  const int64_t extent = reduced.rank == 1 ? reduced.extent[0] : 1;  // terms that follow one another
  const int64_t stride = reduced.rank == 1 ? reduced.stride[0] : 0;
  for (int64_t r = 0; r < terms; r += extent) {
    const float* place = x + offset(reduced, r);
    for (int64_t i = 0; i < extent; ++i, place += stride)
      for (int c = 0; c < kChannels; ++c) sum[c] += place[c];
  }
  for (int c = 0; c < kChannels; ++c) y[c] = static_cast<float>(sum[c] / static_cast<double>(terms));
}

void means_of_row(const MeanF32Args::Axes& reduced, int64_t terms, const float* x, int64_t channels, float* y) {
  constexpr int kMost = 16;
  int64_t c = 0;
  for (; c + kMost <= channels; c += kMost) means<kMost>(reduced, terms, x + c, y + c);
  for (; c < channels; ++c) means<1>(reduced, terms, x + c, y + c);
}

// Elements that stay neighbours.
int64_t row_of(const MeanF32Args::Axes& kept) {
  return kept.rank > 0 && kept.stride[kept.rank - 1] == 1 ? kept.extent[kept.rank - 1] : 1;
}

}  // namespace

void mean_f32(const void* args, const pare_io* io) {
  const auto& a = *static_cast<const MeanF32Args*>(args);
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  const int64_t outputs = count(a.kept), terms = count(a.reduced), row = row_of(a.kept);
  for (int64_t o = 0; o < outputs; o += row) means_of_row(a.reduced, terms, x + offset(a.kept, o), row, y + o);
}

}  // namespace pare
