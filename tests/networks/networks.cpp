#include "networks/networks.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

namespace pare::test {
namespace {

constexpr Network kNetworks[] = {
    {"ds_cnn", "kws_dscnn_float.tflite", "kws_dscnn_int8_reference.tflite", "kws"},
    {"mnist", "mnist_conv_fc_float.tflite", "mnist_conv_fc_int8_reference.tflite", "mnist"},
    {"fashion_mnist", "fashion_mnist.onnx", nullptr, "fashion"},
    {"resnet8", "ic_resnet8_float.onnx", "ic_resnet8_int8_reference.tflite", nullptr, 0, 255},
    {"autoencoder", "ad_autoencoder_float.tflite", "ad_autoencoder_int8_reference.tflite", nullptr, -80, 14},
    {"vww", "vww_mobilenetv1_float.onnx", "vww_mobilenetv1_int8_reference.tflite", nullptr, 0, 1},
    {"mobilenet_v2", "mobilenetv2_035_128_float.onnx", nullptr, nullptr, -1, 1},
};
constexpr int64_t kDrawnForCalibration = 50;

std::string example_folder() { return std::string(PARE_SOURCE_DIR) + "/examples/fashion_mnist/"; }

bool is_example(const Network& network) { return network.data && std::string(network.data) == "fashion"; }

Dataset data_of(const Network& network) {
  const std::string name = network.data;
  return name == "kws" ? kws_data() : name == "mnist" ? mnist_data() : fashion_data();
}

// Patches of 8 x 8 and noise on them, in a contrast and brightness of the sample's own: so inner layers see more than
// the same average everywhere.
Tensor drawn(const Shape& shape, double lo, double hi, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  const double contrast = unit(random), brightness = unit(random);
  std::vector<double> patches(1024);
  for (double& p : patches) p = unit(random);
  const int64_t width = shape.size() == 4 ? shape[2] : 1, channels = shape.back();
  Tensor t(DType::F32, shape);
  const auto values = t.edit<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    const auto at = static_cast<int64_t>(i), place = width > 1 ? at / channels : at;
    const int64_t patch = (place / width / 8 * 31 + place % width / 8) * 3 + (width > 1 ? at % channels : 0);
    const double mixed = .7 * patches[static_cast<size_t>(patch) % patches.size()] + .3 * unit(random);
    values[i] = static_cast<float>(lo + (hi - lo) * std::clamp(brightness + contrast * (mixed - .5), 0.0, 1.0));
  }
  return t;
}

std::vector<Tensor> drawn_inputs(const Network& network, const Program& program, Part part, int64_t limit) {
  const TensorInfo& input = program.model().tensor(program.model().inputs[0]);
  const bool calibration = part == Part::Calibration;
  std::vector<Tensor> inputs;
  for (int64_t i = 0; i < (calibration ? std::min(limit, kDrawnForCalibration) : limit); ++i) {
    const Tensor reals = drawn(input.shape, network.lo, network.hi, static_cast<uint64_t>(calibration ? i : i + 1000));
    const bool integer = input.encoding.affine();
    inputs.push_back(integer ? must(quantize(reals, input.encoding, input_rounding(program.arithmetic()))) : reals);
  }
  return inputs;
}

std::vector<Tensor> data_inputs(const Dataset& data, const Program& program, const std::string& split, int64_t limit) {
  const auto source = must(data.open(split, limit));
  const TensorInfo& input = program.model().tensor(program.model().inputs[0]);
  const InputAdapter adapter = must(InputAdapter::match(data, input, program.arithmetic()));
  std::vector<Tensor> inputs;
  for (int64_t i = 0; i < source->count(); ++i)
    for (Tensor& window : must(adapter.adapt(must(source->read(i))))) inputs.push_back(std::move(window));
  return inputs;
}

Quantized quantize_on(Model simple, const std::vector<Tensor>& inputs, Arithmetic arithmetic) {
  Quantized made;
  made.simple = std::move(simple);
  const Feed feed = [&](int, int64_t index) -> Result<std::vector<std::vector<Tensor>>> {
    return std::vector<std::vector<Tensor>>{{inputs[static_cast<size_t>(index)]}};
  };
  const Ranges ranges = must(calibrate(made.simple, static_cast<int64_t>(inputs.size()), 1, feed, {}));
  const Plan plan = must(must(find_scheme("int8"))->decide(made.simple, ranges, {}));
  const Plan again = must(parse_plan(to_json(plan), "plan"));
  made.integer = must(apply(again, made.simple, arithmetic, false, nullptr));
  return made;
}

}  // namespace

std::string data_folder() {
  const char* set = std::getenv("PARE_DATA");
  return set ? set : std::string(PARE_SOURCE_DIR) + "/../shared/data";
}

std::string missing_data() {
  if (std::filesystem::exists(data_folder() + "/models")) return "";
  return "no models in " + data_folder() + ": set PARE_DATA to the folder of the data";
}

Model model(const std::string& name) { return must(read_model(data_folder() + "/models/" + name)); }

Dataset dataset(const std::string& name, const std::string& text) {
  const std::string path =
      (std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()) + ".data.json")).string();
  std::ofstream(path) << text;
  Dataset data = must(read_dataset(path));
  std::filesystem::remove(path);
  return data;
}

Dataset kws_data(int first) {
  const std::string source =
      fmt::format("\"inputs\": \"{0}/kws01/inputs\", \"labels\": \"{0}/kws01/y_labels.csv\"", data_folder());
  const std::string rest = first == 0 ? "\"100:1000\"" : fmt::format("[\"0:{}\", \"{}:1000\"]", first, first + 100);
  return dataset("kws", fmt::format(R"({{"name": "kws01", "reader": "raw", {0}, "metric": "top1",
    "element": {{"type": "int8", "shape": [49, 10, 1], "axes": "hwc", "scale": 0.58470, "zero_point": 83}},
    "splits": {{"calibration": "{1}:{2}", "evaluation": {3}, "every": "0:1000"}}}})",
                                    source, first, first + 100, rest));
}

Dataset mnist_data() {
  return dataset("mnist", fmt::format(R"({{"name": "mnist", "reader": "idx",
    "inputs": "{0}/mnist/t10k-images-idx3-ubyte.gz", "labels": "{0}/mnist/t10k-labels-idx1-ubyte.gz",
    "preprocess": [{{"scale": 0.00392156862745098}}], "metric": "top1",
    "splits": {{"calibration": "0:200", "evaluation": "200:10000", "every": "0:10000"}}}})",
                                      data_folder()));
}

bool has_fashion_data() {
  ::setenv("FASHION_MNIST", "/usr/share/datasets/fashion-mnist", 0);
  return std::filesystem::exists(std::getenv("FASHION_MNIST"));
}

Dataset fashion_data() {
  ::setenv("FASHION_MNIST", "/usr/share/datasets/fashion-mnist", 0);
  return must(read_dataset(example_folder() + "fashion_mnist.data.json"));
}

std::span<const Network> networks() { return kNetworks; }

const Network& network(const std::string& name) {
  for (const Network& n : kNetworks)
    if (name == n.name) return n;
  throw std::runtime_error("no network '" + name + "'");
}

std::string missing(const Network& network) {
  if (!is_example(network)) return missing_data();
  return has_fashion_data() ? "" : "no Fashion-MNIST: set FASHION_MNIST to its folder";
}

Model float_model(const Network& network) {
  if (is_example(network)) return must(read_model(example_folder() + network.floating));
  return model(network.floating);
}

std::string published_path(const Network& network) { return data_folder() + "/models/" + network.published; }

std::vector<Tensor> inputs_of(const Network& network, const Program& program, Part part, int64_t limit) {
  if (!network.data) return drawn_inputs(network, program, part, limit);
  const Dataset data = data_of(network);
  const auto splits = data.splits();
  const bool every = std::find(splits.begin(), splits.end(), "every") != splits.end();
  const char* split = part == Part::Calibration ? "calibration" : every ? "every" : "evaluation";
  return data_inputs(data, program, split, limit);
}

Quantized quantize_model(const Model& source, const Dataset& data, Arithmetic arithmetic) {
  Model simple = must(simplify(source, true, nullptr));
  const std::vector<Tensor> inputs = data_inputs(data, must(Program::compile(simple)), "calibration", -1);
  return quantize_on(std::move(simple), inputs, arithmetic);
}

Quantized quantize_network(const Network& network, Arithmetic arithmetic) {
  Model simple = must(simplify(float_model(network), true, nullptr));
  const std::vector<Tensor> inputs = inputs_of(network, must(Program::compile(simple)), Part::Calibration, 1000);
  return quantize_on(std::move(simple), inputs, arithmetic);
}

std::vector<Tensor> outputs_for(const Program& program, std::span<const Tensor> inputs, size_t index) {
  constexpr int kThreads = 2;
  std::vector<Context> contexts;
  for (int i = 0; i < kThreads; ++i) contexts.emplace_back(program);
  std::vector<Tensor> outputs(inputs.size());
  const auto one = [&](int worker, int64_t i) -> Result<void> {
    Context& context = contexts[static_cast<size_t>(worker)];
    context.set_input(0, inputs[static_cast<size_t>(i)]);
    context.run();
    outputs[static_cast<size_t>(i)] = context.output_tensor(index);
    return {};
  };
  must(for_each_index(static_cast<int64_t>(inputs.size()), kThreads, one));
  return outputs;
}

}  // namespace pare::test
