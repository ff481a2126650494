#include "ops/reduce/mean_f32.hpp"

#include <algorithm>

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

// The reduced axes' means at `channels` neighbouring places, of at most kChunk.
constexpr int64_t kChunk = 64;

void means(const MeanF32Args::Axes& reduced, int64_t terms, const float* x, int64_t channels, float* y) {
  double sum[kChunk] = {};
  for (int64_t r = 0; r < terms; ++r) {
    const float* place = x + offset(reduced, r);
    for (int64_t c = 0; c < channels; ++c) sum[c] += place[c];
  }
  for (int64_t c = 0; c < channels; ++c) y[c] = static_cast<float>(sum[c] / static_cast<double>(terms));
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
  for (int64_t o = 0; o < outputs; o += row) {
    const float* first = x + offset(a.kept, o);
    for (int64_t c = 0; c < row; c += kChunk) means(a.reduced, terms, first + c, std::min(kChunk, row - c), y + o + c);
  }
}

}  // namespace pare
