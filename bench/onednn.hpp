// The same layer in oneDNN, where it is installed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "layer.hpp"

namespace pare::bench_layers {

struct OneDnnLayer {
  std::function<void(int64_t)> repeat;
  std::string implementation;
};

/// u8 input, s8 weights with a scale a channel, s32 bias, u8 output (requantized), layouts of oneDNN's own choice and
/// weights reordered beforehand: the form that it is best at. Nothing if it is not installed or refuses.
std::optional<OneDnnLayer> onednn_layer(const Layer& layer);
/// "2.6.3", or empty.
std::string onednn_version();

}  // namespace pare::bench_layers
