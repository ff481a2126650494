#include "ops/dense/dense_f32_onnx.hpp"

#include <algorithm>

#include "ops/requantize.hpp"

namespace pare {
namespace {

constexpr int64_t kChunk = 48;  // rows that are computed together

struct DenseF32OnnxArgs {
  DenseF32Args dense;
  PackedChains chains;
};

// args: DenseF32OnnxArgs; io->in[0] = x [rows, in_c], io->out[0] = y [rows, out_c], io->scratch.
void dense_f32_onnx(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const DenseF32OnnxArgs*>(args);
  const DenseF32Args& a = p.dense;
  const auto* x = static_cast<const float*>(io->in[0]);
  auto* y = static_cast<float*>(io->out[0]);
  for (int64_t row = 0; row < a.rows; row += kChunk, x += kChunk * a.in_c, y += kChunk * a.out_c)
    chains_f32(p.chains.first, x, std::min(kChunk, a.rows - row), y, a.out_c, static_cast<float*>(io->scratch));
}

}  // namespace

Kernel onnx_dense_f32(const DenseF32Args& dense, const Tensor& weights, const Tensor& bias, Isa isa) {
  auto holder = std::make_shared<Holder<DenseF32OnnxArgs>>();
  const ChainRule rule{.stretch = kDenseStretch, .bias_first = true, .limits = dense.limits};
  holder->args = {dense, pack_chains(weights, bias, 1, rule, isa)};
  return Kernel{.run = dense_f32_onnx,
                .args = as_args(holder),
                .name = "dense_f32_onnx",
                .scratch_bytes = kChunk * dense.out_c * int64_t{sizeof(float)},
                .c = {}};
}

}  // namespace pare
