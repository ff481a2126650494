// Convolutions and dense layers in integers: the parts that follow from the scales alone.
#pragma once

#include "pare/model.hpp"

namespace pare {

/// A bias of at most this many steps leaves room for the products in the int32 accumulator.
inline constexpr double kMaxBias = 1073741824.0;

/// The float or integer `bias` [channels] as int32 codes at s_x s_w(c), in float64, rounded half away from zero;
/// cut to +-kMaxBias. `weights` is the encoding of the layer's weights.
TensorInfo encoded_bias(TensorInfo bias, float in_scale, const Encoding& weights);

/// The worst case, in which every input code is as far from the zero point as it can be (255 steps), fits the int32
/// accumulator. `weights` are int8 codes, `bias` int32 codes or null. Errors: Unsupported, with `node`'s name.
Result<void> check_accumulator(const Node& node, const TensorInfo& weights, const TensorInfo* bias);

}  // namespace pare
