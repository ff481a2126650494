// The operator tables: which ONNX operator becomes which Ops, one row each, in files by family.
#pragma once

#include <span>

#include "formats/onnx/lowering.hpp"

namespace pare::onnx {

std::span<const Row> window_rows();     ///< convolution, pooling
std::span<const Row> dense_rows();      ///< matrix products
std::span<const Row> move_rows();       ///< what moves elements
std::span<const Row> cut_rows();        ///< slices, splits, gathers, pads
std::span<const Row> pointwise_rows();  ///< element by element
std::span<const Row> reduce_rows();     ///< along axes: normalization, softmax, means
std::span<const Row> quantize_rows();   ///< between reals and codes

/// The operator's row, or null.
const Row* find_operator(std::string_view type);

}  // namespace pare::onnx
