// QDQ: nodes between activations, Encodings on constants.
#include <cmath>

#include "formats/onnx/test_source.hpp"

namespace pare::onnx {
namespace {

Tensor i8(int64_t value) { return Tensor::of<int8_t>({}, {static_cast<int8_t>(value)}); }
Tensor u8(int64_t value) { return Tensor::of<uint8_t>({}, {static_cast<uint8_t>(value)}); }

// Codes 0, 1, 2, ...
template <class T>
Tensor codes(Shape shape) {
  std::vector<T> values(static_cast<size_t>(count_of(shape)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i);
  return Tensor::of<T>(std::move(shape), values);
}

const TensorInfo& named(const Model& model, std::string_view name) {
  for (const TensorInfo& t : model.tensors)
    if (t.name == name) return t;
  ADD_FAILURE() << "no tensor '" << name << "' in\n" << print(model);
  static const TensorInfo none;
  return none;
}

const SourceNode kQuantize = {"QuantizeLinear", {"x", "s", "z"}, {"q"}};
const SourceNode kDequantize = {"DequantizeLinear", {"q", "s", "z"}, {"y"}};

TEST(Quantize, Activations) {
  struct Row {
    std::string_view name;
    Constants constants;
    Encoding expected;
  };
  const std::vector<Row> rows = {
      {"int8 with a zero point", {{"s", scalar(0.5f)}, {"z", i8(-3)}}, Encoding::per_tensor(DType::I8, 0.5f, -3)},
      {"int8 around 0 is symmetric",
       {{"s", scalar(0.5f)}, {"z", i8(0)}},
       Encoding::per_tensor(DType::I8, 0.5f, 0, true)},
      {"uint8", {{"s", reals({0.5f})}, {"z", u8(128)}}, Encoding::per_tensor(DType::U8, 0.5f, 128)},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Model model = read_well(graph(13, {1, 4}, {kQuantize, kDequantize}, row.constants));
    EXPECT_EQ(kinds(model), "quantize, dequantize");
    EXPECT_TRUE(named(model, "q").encoding == row.expected) << to_string(named(model, "q").encoding);
    EXPECT_EQ(named(model, "y").encoding.type, DType::F32);
  }
}

TEST(Quantize, WithoutZeroPoint) {
  const std::vector<SourceNode> nodes = {{"QuantizeLinear", {"x", "s"}, {"q"}},
                                         {"DequantizeLinear", {"q", "s"}, {"y"}}};
  const Model model = read_well(graph(13, {1, 4}, nodes, {{"s", scalar(0.5f)}}));
  EXPECT_TRUE(named(model, "q").encoding == Encoding::per_tensor(DType::U8, 0.5f, 0));
  std::vector<SourceNode> typed = nodes;
  typed[0].attributes["output_dtype"] = number(3);
  EXPECT_EQ(named(read_well(graph(21, {1, 4}, typed, {{"s", scalar(0.5f)}})), "q").encoding.type, DType::I8);
}

TEST(Quantize, CodesKeepTheirEncodingThroughMoves) {
  const std::vector<SourceNode> nodes = {
      kQuantize,
      {"MaxPool", {"q"}, {"m"}, {{"kernel_shape", ints({2, 2})}}},
      {"Concat", {"m", "m"}, {"c"}, {{"axis", number(1)}}},
      {"Pad", {"c", "pads"}, {"p"}},
      {"Reshape", {"p", "flat"}, {"r"}},
      {"DequantizeLinear", {"r", "s", "z"}, {"y"}},
  };
  const Model model = read_well(
      graph(13, {1, 2, 4, 4}, nodes,
            {{"s", scalar(0.5f)}, {"z", i8(4)}, {"flat", list({1, -1})}, {"pads", list({0, 0, 1, 1, 0, 0, 1, 1})}}));
  for (const char* name : {"q", "m:x_nhwc", "m:nhwc", "m", "c", "p", "r"})
    EXPECT_TRUE(named(model, name).encoding == Encoding::per_tensor(DType::I8, 0.5f, 4)) << name;
  expect_holds(print(model), "value=-2");
}

TEST(Quantize, InputsThatHoldCodes) {
  Source s = graph(13, {1, 4}, {{"DequantizeLinear", {"x", "s", "z"}, {"y"}}}, {{"s", scalar(0.5f)}, {"z", i8(4)}});
  s.inputs[0].type = DType::I8;
  const Model model = read_well(s);
  EXPECT_TRUE(model.tensor(model.inputs[0]).encoding == Encoding::per_tensor(DType::I8, 0.5f, 4));
}

TEST(Quantize, Weights) {
  const Tensor scales = reals({0.5f, 0.25f, 0.125f});
  const Constants c = {
      {"w", codes<int8_t>({3, 2, 1, 2})}, {"s", scales}, {"z", Tensor(DType::I8, {3})}, {"b", codes<int32_t>({3})}};
  const std::vector<SourceNode> nodes = {{"DequantizeLinear", {"w", "s", "z"}, {"wd"}, {{"axis", number(0)}}},
                                         {"DequantizeLinear", {"b", "s"}, {"bd"}, {{"axis", number(0)}}},
                                         {"Conv", {"x", "wd", "bd"}, {"y"}}};
  const Model model = read_well(graph(13, {1, 2, 4, 4}, nodes, c));
  EXPECT_EQ(kinds(model), "transpose, conv2d, transpose");
  EXPECT_TRUE(named(model, "wd").encoding == Encoding::per_channel(DType::I8, 0, {0.5f, 0.25f, 0.125f}));
  EXPECT_TRUE(named(model, "wd").data == Tensor::of<int8_t>({3, 1, 2, 2}, {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11}));
  EXPECT_TRUE(named(model, "bd").encoding == Encoding::per_channel(DType::I32, 0, {0.5f, 0.25f, 0.125f}));
}

TEST(Quantize, ChannelsFollowTheirAxis) {
  const Constants c = {{"w", codes<int8_t>({2, 1, 3, 3})}, {"m", codes<int8_t>({5, 2})}, {"s", reals({0.5f, 0.25f})}};
  struct Row {
    std::string_view name;
    Shape x;
    std::vector<SourceNode> nodes;
    std::string_view weights;
    int64_t axis;
  };
  const std::vector<Row> rows = {
      {"depthwise",
       {1, 2, 4, 4},
       {{"DequantizeLinear", {"w", "s"}, {"d"}, {{"axis", number(0)}}},
        {"Conv", {"x", "d"}, {"y"}, {{"group", number(2)}}}},
       "d",
       3},
      {"matmul",
       {1, 5},
       {{"DequantizeLinear", {"m", "s"}, {"d"}, {{"axis", number(1)}}}, {"MatMul", {"x", "d"}, {"y"}}},
       "d",
       0},
      {"the default axis is 1", {1, 5}, {{"DequantizeLinear", {"m", "s"}, {"d"}}, {"Gemm", {"x", "d"}, {"y"}}}, "d", 0},
      {"transposed by a node",
       {1, 2},
       {{"DequantizeLinear", {"m", "s"}, {"d"}}, {"Transpose", {"d"}, {"t"}}, {"MatMul", {"x", "t"}, {"y"}}},
       "t",
       1},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Model model = read_well(graph(13, row.x, row.nodes, c));
    EXPECT_EQ(named(model, row.weights).encoding.grain, Grain::Channel);
    EXPECT_EQ(named(model, row.weights).encoding.axis, row.axis);
  }
}

TEST(Quantize, FloatWeightsBecomeCodes) {
  const std::vector<SourceNode> nodes = {{"QuantizeLinear", {"w", "s", "z"}, {"wq"}},
                                         {"DequantizeLinear", {"wq", "s", "z"}, {"wd"}},
                                         {"Add", {"x", "wd"}, {"y"}}};
  const Model model =
      read_well(graph(13, {1, 3}, nodes, {{"w", reals({0.25f, 0.75f, -100})}, {"s", scalar(0.5f)}, {"z", i8(0)}}));
  EXPECT_EQ(kinds(model), "add");
  EXPECT_TRUE(named(model, "wd").data == Tensor::of<int8_t>({3}, {0, 2, -128}));
}

TEST(Quantize, OtherUsesSeeReals) {
  const std::vector<SourceNode> nodes = {
      {"DequantizeLinear", {"w", "s"}, {"wd"}}, {"Mul", {"wd", "wd"}, {"m"}}, {"Add", {"x", "m"}, {"y"}}};
  const Model model = read_well(graph(13, {1, 3}, nodes, {{"w", codes<int8_t>({3})}, {"s", scalar(0.5f)}}));
  EXPECT_TRUE(named(model, "m").data == reals({0, 0.25f, 1}));
}

TEST(Quantize, Refused) {
  struct Row {
    std::string_view name;
    SourceNode node;
    Constants constants;
    Code code;
    std::string_view text;
  };
  const std::vector<Row> rows = {
      {"a scale of 0", kQuantize, {{"s", scalar(0)}, {"z", i8(0)}}, Code::InvalidModel, "a scale of 0"},
      {"an infinite scale",
       kQuantize,
       {{"s", scalar(INFINITY)}, {"z", i8(0)}},
       Code::InvalidModel,
       "finite scales above 0"},
      {"two scales for four channels",
       kQuantize,
       {{"s", reals({1, 2})}, {"z", Tensor(DType::I8, {2})}},
       Code::InvalidModel,
       "2 scales for axis 1"},
      {"a zero point too few",
       kQuantize,
       {{"s", reals({1, 2, 3, 4})}, {"z", i8(0)}},
       Code::InvalidModel,
       "1 zero points; expected 4"},
      {"codes of 64 bits",
       kQuantize,
       {{"s", scalar(1)}, {"z", Tensor::of<int64_t>({}, {0})}},
       Code::Unsupported,
       "codes of type i64"},
      {"blocks",
       {"QuantizeLinear", {"x", "s", "z"}, {"q"}, {{"block_size", number(2)}}},
       {{"s", scalar(1)}, {"z", i8(0)}},
       Code::Unsupported,
       "blocks of 2"},
      {"a scale computed at run time",
       {"QuantizeLinear", {"x", "x", "z"}, {"q"}},
       {{"s", scalar(1)}, {"z", i8(0)}},
       Code::Unsupported,
       "computed at run time"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    expect_holds(error_text(graph(21, {1, 4}, {row.node, {"DequantizeLinear", {"q", "s", "z"}, {"y"}}}, row.constants),
                            row.code),
                 row.text);
  }
}

TEST(Quantize, CodesHaveOneMeaning) {
  const std::vector<SourceNode> nodes = {kQuantize, {"DequantizeLinear", {"q", "other", "z"}, {"y"}, {}, "d"}};
  expect_holds(
      error_text(graph(13, {1, 4}, nodes, {{"s", scalar(1)}, {"other", scalar(2)}, {"z", i8(0)}}), Code::Unsupported),
      "DequantizeLinear (node 'd') with other scales or zero points than those of 'q'");
}

}  // namespace
}  // namespace pare::onnx
