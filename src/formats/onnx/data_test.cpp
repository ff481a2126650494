// Files from outside: published networks, the operator suite, and all of them damaged.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "base/files.hpp"
#include "formats/onnx/conformance_case.hpp"
#include "formats/onnx/test_source.hpp"

namespace pare::onnx {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* told = std::getenv("PARE_DATA");
  return told ? fs::path(told) : fs::path(PARE_SOURCE_DIR) / ".." / "shared" / "data";
}

// The folder's entries in order, empty if it is missing.
std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> list;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) list.push_back(entry.path());
  std::sort(list.begin(), list.end());
  return list;
}

std::vector<fs::path> networks() {
  std::vector<fs::path> list = entries(data_folder() / "models");
  std::erase_if(list, [](const fs::path& path) { return path.extension() != ".onnx"; });
  return list;
}

TEST(Networks, Read) {
  if (networks().empty()) GTEST_SKIP() << "no networks in " << data_folder();
  for (const fs::path& path : networks()) {
    const Result<Model> model = read_model(path.string());
    if (model) continue;
    const std::string text = model.error().message();
    const bool detector = text.find("fastestdet") != std::string::npos || text.find("ssd_") != std::string::npos;
    EXPECT_TRUE(detector && model.error().code == Code::Unsupported && text.find("Resize") != std::string::npos)
        << text;
  }
}

TEST(Networks, KeepTheirInterface) {
  struct Row {
    std::string_view file, input;
    Shape shape;
    std::string_view axes, output;
    int64_t outputs;
  };
  const std::vector<Row> rows = {
      {"ic_resnet8_float.onnx", "input_1", {1, 3, 32, 32}, "nchw", "Identity", 10},
      {"ic_resnet8_qdq.onnx", "input_1", {1, 32, 32, 3}, "nhwc", "dense", 10},
      {"kws_dscnn_qdq.onnx", "input_1", {1, 490}, "nf", "dense", 12},
      {"mobilenetv2_035_128_float.onnx", "input_1", {1, 3, 128, 128}, "nchw", "dense", 5},
      {"vww_mobilenetv1_float.onnx", "input_1", {1, 3, 96, 96}, "nchw", "Identity", 2},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    const fs::path path = data_folder() / "models" / row.file;
    if (!fs::exists(path)) GTEST_SKIP() << "no " << path;
    const Result<Model> model = read_model(path.string());
    ASSERT_TRUE(model) << model.error().message();
    const TensorInfo &x = model->tensor(model->inputs.at(0)), &y = model->tensor(model->outputs.at(0));
    EXPECT_EQ(x.name, row.input);
    EXPECT_EQ(x.shape, row.shape);
    EXPECT_EQ(x.axes, row.axes);
    EXPECT_EQ(y.name, row.output);
    EXPECT_EQ(y.shape, (Shape{1, row.outputs}));
    EXPECT_EQ(y.axes, "nf");
  }
}

// How many cases read; the number only grows.
constexpr size_t kConformanceRead = 103;

TEST(Conformance, Read) {
  const std::vector<fs::path> folders = entries(data_folder() / "onnx-nodes");
  if (folders.empty()) GTEST_SKIP() << "no operator suite in " << data_folder();
  size_t count = 0;
  for (const fs::path& folder : folders) {
    const Result<ConformanceCase> c = read_case(folder);
    if (!c) {
      EXPECT_EQ(c.error().code, Code::Unsupported) << folder << ": " << c.error().message();
      continue;
    }
    const Result<ReadCase> model = read_freest(*c);
    count += model ? 1 : 0;
    if (!model) {
      EXPECT_FALSE(model.error().message().empty()) << folder;
    }
  }
  RecordProperty("cases_read", static_cast<int>(count));
  EXPECT_GE(count, kConformanceRead);
}

// ---- damage

// Whatever the bytes are, reading ends with a Model or an Error. A Model need not be valid, verify says.
void read_anything(std::span<const std::byte> bytes) {
  const Result<Model> model = onnx_format.read(bytes, {});
  if (model)
    static_cast<void>(problems(*model));
  else
    EXPECT_FALSE(model.error().message().empty());
}

// A file with many kinds of nodes and few weights, so that most bytes mean something.
Source crowded() {
  return graph(13, {1, 2, 6, 6},
               {{"QuantizeLinear", {"x", "s", "z"}, {"q"}},
                {"DequantizeLinear", {"q", "s", "z"}, {"d"}},
                {"DequantizeLinear", {"w", "ws"}, {"wd"}, {{"axis", number(0)}}},
                {"Conv", {"d", "wd"}, {"c"}, {{"pads", ints({1, 1, 1, 1})}, {"strides", ints({2, 2})}}},
                {"BatchNormalization", {"c", "ws", "ws", "ws", "ws"}, {"b"}, {{"epsilon", real(0.1f)}}},
                {"Clip", {"b", "", "s"}, {"r"}},
                {"AveragePool", {"r"}, {"p"}, {{"kernel_shape", ints({2, 2})}, {"ceil_mode", number(1)}}},
                {"Pad", {"p", "pads"}, {"pp"}},
                {"Slice", {"pp", "from", "to", "axes", "by"}, {"sl"}},
                {"Shape", {"sl"}, {"shape"}},
                {"Gather", {"shape", "first"}, {"n"}},
                {"Concat", {"n", "open"}, {"target"}, {{"axis", number(0)}}},
                {"Reshape", {"sl", "target"}, {"flat"}},
                {"ConstantOfShape", {"target2"}, {"zeros"}, {{"value", Attribute::of(list({3}))}}},
                {"Tile", {"zeros", "times"}, {"tiled"}},
                {"Range", {"tiled0", "tiled1", "tiled0"}, {"range"}},
                {"Cast", {"tiled"}, {"real"}, {{"to", number(1)}}},
                {"ReduceProd", {"real"}, {"product"}, {{"keepdims", number(0)}}},
                {"Mul", {"flat", "product"}, {"m"}},
                {"Split", {"m"}, {"left", "right"}, {{"axis", number(1)}}},
                {"Softmax", {"right"}, {"y"}}},
               {{"s", scalar(0.5f)},
                {"z", Tensor::of<int8_t>({}, {3})},
                {"w", Tensor::of<int8_t>({2, 2, 1, 1}, {1, 2, 3, 4})},
                {"ws", reals({1, 2})},
                {"pads", list({0, 0, 1, 1, 0, 0, 1, 1})},
                {"from", list({-1})},
                {"to", list({0})},
                {"axes", list({2})},
                {"by", list({-2})},
                {"first", list({0})},
                {"open", list({-1})},
                {"target2", list({2})},
                {"times", list({2})},
                {"tiled0", Tensor::of<int64_t>({}, {1})},
                {"tiled1", Tensor::of<int64_t>({}, {5})}});
}

TEST(Damage, CrowdedFileReads) { EXPECT_FALSE(read_well(crowded()).nodes.empty()); }

TEST(Damage, EveryByteOfASmallFile) {
  std::vector<std::byte> bytes = serialize(crowded());
  for (size_t i = 0; i < bytes.size(); ++i)
    for (const std::byte mask : {std::byte{1} << i % 7, std::byte{128}}) {
      bytes[i] ^= mask;
      read_anything(bytes);
      bytes[i] ^= mask;
    }
}

TEST(Damage, EveryPrefixOfASmallFile) {
  const std::vector<std::byte> bytes = serialize(crowded());
  for (size_t size = 0; size < bytes.size(); ++size) read_anything(std::span(bytes).first(size));
}

TEST(Damage, BytesOfASmallFileReplaced) {
  const std::vector<std::byte> bytes = serialize(crowded());
  constexpr unsigned kSeed = 1;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::byte> damaged = bytes;
    for (int k = 0; k < 1 + round % 4; ++k)
      damaged[random() % damaged.size()] = static_cast<std::byte>(round % 2 ? random() : 0xff);
    read_anything(damaged);
  }
}

TEST(Damage, Networks) {
  if (networks().empty()) GTEST_SKIP() << "no networks in " << data_folder();
  constexpr unsigned kSeed = 2;
  std::mt19937 random(kSeed);
  for (const fs::path& path : networks()) {
    const auto bytes = read_file(path.string());
    ASSERT_TRUE(bytes) << bytes.error().message();
    for (size_t part = 0; part < 16; ++part)
      read_anything(std::span(*bytes).first(bytes->size() * part / 16 + random() % 16));
    for (int round = 0; round < 32; ++round) {
      std::vector<std::byte> damaged = *bytes;
      for (int k = 0; k < 16; ++k) damaged[random() % damaged.size()] ^= std::byte{1} << random() % 8;
      read_anything(damaged);
    }
  }
}

}  // namespace
}  // namespace pare::onnx
