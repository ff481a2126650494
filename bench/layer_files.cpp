// Writes the layers of one network in layers.csv as int8 TFLite files of one operator each.
//
//     layer_files LAYERS.csv NETWORK FOLDER
//
// On standard output a line for each: the file, how often the network has the layer, and its name. Where TensorFlow's
// SAME padding gives an output of the same size, it takes the place of the layer's own: TFLite has no other, and a
// layer would be two operators. Neither the products nor the bytes change.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "layer.hpp"
#include "pare/formats.hpp"

namespace pare::bench_layers {
namespace {

struct Axis {
  int64_t extent, kernel, stride, dilation;
  int64_t &begin, &end;
};

void pad_as_same(const Axis& axis) {
  const int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
  const int64_t out = (axis.extent + axis.begin + axis.end - reach) / axis.stride + 1;
  if (out != (axis.extent + axis.stride - 1) / axis.stride) return;
  const int64_t total = std::max<int64_t>((out - 1) * axis.stride + reach - axis.extent, 0);
  axis.begin = total / 2;
  axis.end = total - axis.begin;
}

Layer with_same_padding(Layer layer) {
  pad_as_same({layer.h, layer.kernel_h, layer.stride_h, layer.dilation_h, layer.pad_top, layer.pad_bottom});
  pad_as_same({layer.w, layer.kernel_w, layer.stride_w, layer.dilation_w, layer.pad_left, layer.pad_right});
  return layer;
}

// "ResNet-8 x4;FastestDet x2": 2 for FastestDet, 0 for a network that does not have the layer.
int64_t occurrences(const std::string& networks, const std::string& network) {
  const std::string sought = ";" + network + " x";
  const size_t at = (";" + networks).find(sought);
  return at == std::string::npos ? 0 : std::atoll((";" + networks).c_str() + at + sought.size());
}

Result<void> write_files(const std::string& table, const std::string& network, const std::string& folder) {
  PARE_TRY(const std::vector<Layer> layers, read_layers(table));
  for (size_t i = 0; i < layers.size(); ++i) {
    const int64_t count = occurrences(layers[i].networks, network);
    if (!count) continue;
    const std::string path = fmt::format("{}/layer{}.tflite", folder, i);
    PARE_TRY(const Model model, model_of(with_same_padding(layers[i])));
    PARE_TRY(write_model(model, path));
    fmt::print("{},{},{}\n", path, count, layers[i].name());
  }
  return {};
}

}  // namespace
}  // namespace pare::bench_layers

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: layer_files LAYERS.csv NETWORK FOLDER\n");
    return 2;
  }
  const auto done = pare::bench_layers::write_files(argv[1], argv[2], argv[3]);
  if (!done) fmt::print(stderr, "layer_files: {}\n", done.error().message());
  return done ? 0 : 1;
}
