// Folding: each operator on constants, by operator set, and the chains that exporters write.
#include "formats/onnx/fold.hpp"
#include "formats/onnx/test_source.hpp"

namespace pare::onnx {
namespace {

// A file whose nodes compute y from constants alone.
struct Row {
  std::string_view name;
  int64_t opset;
  std::vector<SourceNode> nodes;
  Constants constants;
  Tensor expected;
};

Tensor truths(std::vector<int64_t> values) {
  return *tensor_of(DType::Bool, {static_cast<int64_t>(values.size())}, values);
}
Tensor matrix(Shape shape, std::vector<float> values) { return Tensor::of<float>(std::move(shape), values); }
Tensor one(int64_t value) { return Tensor::of<int64_t>({}, {value}); }

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Model model = read_well(graph(row.opset, {2, 3, 4}, row.nodes, row.constants));
    if (model.outputs.size() != 1) continue;
    EXPECT_TRUE(model.nodes.empty());
    const TensorInfo& y = model.tensor(model.outputs[0]);
    EXPECT_EQ(to_string(y.shape), to_string(row.expected.shape()));
    EXPECT_TRUE(y.data == row.expected);
  }
}

TEST(Fold, Arithmetic) {
  const Constants integers = {{"a", list({7, -7, 6})}, {"b", list({2, 2, -3})}};
  const Constants floats = {{"a", reals({7, -7, 6})}, {"b", reals({2, 2, -3})}};
  const auto of_two = [](std::string type, Attributes attributes = {}) {
    return std::vector<SourceNode>{{std::move(type), {"a", "b"}, {"y"}, std::move(attributes)}};
  };
  check({
      {"integers are added", 13, of_two("Add"), integers, list({9, -5, 3})},
      {"reals are added", 13, of_two("Add"), floats, reals({9, -5, 3})},
      {"subtraction", 13, of_two("Sub"), integers, list({5, -9, 9})},
      {"multiplication", 13, of_two("Mul"), integers, list({14, -14, -18})},
      {"integer division cuts off", 13, of_two("Div"), integers, list({3, -3, -2})},
      {"real division", 13, of_two("Div"), floats, reals({3.5f, -3.5f, -2})},
      {"the sum of extremes wraps", 13, {{"Add", {"a", "a"}, {"y"}}}, {{"a", list({INT64_MAX})}}, list({-2})},
      {"the least integer by -1", 13, of_two("Div"), {{"a", list({INT64_MIN})}, {"b", list({-1})}}, list({INT64_MIN})},
      {"modulo has the divisor's sign",
       13,
       of_two("Mod"),
       {{"a", list({7, -7, 6})}, {"b", list({4, 4, -4})}},
       list({3, 1, -2})},
      {"fmod has the dividend's",
       13,
       of_two("Mod", {{"fmod", number(1)}}),
       {{"a", list({7, -7})}, {"b", list({4, 4})}},
       list({3, -3})},
      {"powers of integers", 13, of_two("Pow"), {{"a", list({2, -3})}, {"b", list({10, 3})}}, list({1024, -27})},
      {"powers of reals by integers", 13, of_two("Pow"), {{"a", reals({2, 9})}, {"b", list({3, 2})}}, reals({8, 81})},
      {"least of two", 13, of_two("Min"), integers, list({2, -7, -3})},
      {"greatest of two", 13, of_two("Max"), floats, reals({7, 2, 6})},
      {"shapes broadcast",
       13,
       of_two("Add"),
       {{"a", matrix({2, 1}, {10, 20})}, {"b", reals({1, 2, 3})}},
       matrix({2, 3}, {11, 12, 13, 21, 22, 23})},
      {"equal", 13, of_two("Equal"), {{"a", list({1, 2})}, {"b", list({1, 3})}}, truths({1, 0})},
      {"less", 13, of_two("Less"), floats, truths({0, 1, 0})},
      {"greater", 13, of_two("Greater"), integers, truths({1, 0, 1})},
      {"less or equal", 13, of_two("LessOrEqual"), {{"a", list({1, 2})}, {"b", list({1, 1})}}, truths({1, 0})},
      {"and", 13, of_two("And"), {{"a", truths({1, 1, 0})}, {"b", truths({1, 0, 0})}}, truths({1, 0, 0})},
      {"or", 13, of_two("Or"), {{"a", truths({1, 1, 0})}, {"b", truths({1, 0, 0})}}, truths({1, 1, 0})},
      {"not", 13, {{"Not", {"a"}, {"y"}}}, {{"a", truths({1, 0})}}, truths({0, 1})},
      {"negation", 13, {{"Neg", {"a"}, {"y"}}}, integers, list({-7, 7, -6})},
      {"floor", 13, {{"Floor", {"a"}, {"y"}}}, {{"a", reals({1.5f, -1.5f})}}, reals({1, -2})},
      {"ceiling", 13, {{"Ceil", {"a"}, {"y"}}}, {{"a", reals({1.5f, -1.5f})}}, reals({2, -1})},
      {"square root", 13, {{"Sqrt", {"a"}, {"y"}}}, {{"a", reals({9, 2.25f})}}, reals({3, 1.5f})},
      {"where",
       13,
       {{"Where", {"c", "a", "b"}, {"y"}}},
       {{"c", truths({1, 0, 1})}, {"a", list({7, -7, 6})}, {"b", one(0)}},
       list({7, 0, 6})},
  });
}

TEST(Fold, Reductions) {
  const Constants a = {{"a", matrix({2, 3}, {1, 2, 3, 4, 5, 6})}, {"axes", list({-1})}};
  const auto by_attribute = [](std::string type, Attributes attributes) {
    return std::vector<SourceNode>{{std::move(type), {"a"}, {"y"}, std::move(attributes)}};
  };
  check({
      {"sum of all", 13, by_attribute("ReduceSum", {{"keepdims", number(0)}}), a, scalar(21)},
      {"product, axes as attribute", 11, by_attribute("ReduceProd", {{"axes", ints({0})}, {"keepdims", number(1)}}), a,
       matrix({1, 3}, {4, 10, 18})},
      {"sum, axes as operand", 13, {{"ReduceSum", {"a", "axes"}, {"y"}}}, a, matrix({2, 1}, {6, 15})},
      {"mean", 13, by_attribute("ReduceMean", {{"axes", ints({1})}, {"keepdims", number(0)}}), a, reals({2, 5})},
      {"most", 13, by_attribute("ReduceMax", {{"axes", ints({0})}, {"keepdims", number(0)}}), a, reals({4, 5, 6})},
      {"least", 13, by_attribute("ReduceMin", {{"axes", ints({-2})}, {"keepdims", number(0)}}), a, reals({1, 2, 3})},
      {"product of integers",
       13,
       {{"ReduceProd", {"b"}, {"y"}, {{"keepdims", number(0)}}}},
       {{"b", list({2, 3, 4})}},
       one(24)},
      {"no axes may mean nothing", 18, by_attribute("ReduceSum", {{"noop_with_empty_axes", number(1)}}), a, a.at("a")},
  });
}

TEST(Fold, Making) {
  const auto constant = [](std::string name, Attribute value) {
    return std::vector<SourceNode>{{"Constant", {}, {"y"}, {{std::move(name), std::move(value)}}}};
  };
  check({
      {"value", 13, constant("value", Attribute::of(list({1, 2}))), {}, list({1, 2})},
      {"value_int", 13, constant("value_int", number(5)), {}, one(5)},
      {"value_ints", 13, constant("value_ints", ints({5, 6})), {}, list({5, 6})},
      {"value_float", 13, constant("value_float", real(0.5f)), {}, scalar(0.5f)},
      {"value_floats", 13, constant("value_floats", Attribute::of(std::vector<float>{1, 2})), {}, reals({1, 2})},
      {"zeros of a shape", 13, {{"ConstantOfShape", {"s"}, {"y"}}}, {{"s", list({2})}}, reals({0, 0})},
      {"a value of a shape",
       13,
       {{"ConstantOfShape", {"s"}, {"y"}, {{"value", Attribute::of(list({7}))}}}},
       {{"s", list({2})}},
       list({7, 7})},
      {"range upwards",
       13,
       {{"Range", {"a", "b", "c"}, {"y"}}},
       {{"a", one(1)}, {"b", one(8)}, {"c", one(3)}},
       list({1, 4, 7})},
      {"range downwards",
       13,
       {{"Range", {"a", "b", "c"}, {"y"}}},
       {{"a", scalar(1)}, {"b", scalar(-1)}, {"c", scalar(-0.5f)}},
       reals({1, 0.5f, 0, -0.5f})},
      {"shape", 13, {{"Shape", {"x"}, {"y"}}}, {}, list({2, 3, 4})},
      {"a part of the shape",
       15,
       {{"Shape", {"x"}, {"y"}, {{"start", number(-2)}, {"end", number(-1)}}}},
       {},
       list({3})},
      {"size", 13, {{"Size", {"x"}, {"y"}}}, {}, one(24)},
  });
}

TEST(Fold, Moving) {
  const Tensor a = counting({2, 3});
  const auto with = [&](std::string name, Tensor t) { return Constants{{"a", a}, {std::move(name), std::move(t)}}; };
  check({
      {"reshape", 13, {{"Reshape", {"a", "s"}, {"y"}}}, with("s", list({3, -1})), counting({3, 2})},
      {"reshape with 0", 13, {{"Reshape", {"a", "s"}, {"y"}}}, with("s", list({0, 1, 3})), counting({2, 1, 3})},
      {"transpose, reversed", 13, {{"Transpose", {"a"}, {"y"}}}, {{"a", a}}, matrix({3, 2}, {0, 3, 1, 4, 2, 5})},
      {"squeeze, axes as attribute",
       11,
       {{"Squeeze", {"a"}, {"y"}, {{"axes", ints({0})}}}},
       {{"a", counting({1, 2, 1})}},
       counting({2, 1})},
      {"squeeze, axes as operand",
       13,
       {{"Squeeze", {"a", "s"}, {"y"}}},
       {{"a", counting({1, 2, 1})}, {"s", list({-1})}},
       counting({1, 2})},
      {"squeeze, all", 13, {{"Squeeze", {"a"}, {"y"}}}, {{"a", counting({1, 2, 1})}}, counting({2})},
      {"unsqueeze, axes as attribute",
       11,
       {{"Unsqueeze", {"a"}, {"y"}, {{"axes", ints({0, 3})}}}},
       {{"a", a}},
       counting({1, 2, 3, 1})},
      {"unsqueeze, axes as operand",
       13,
       {{"Unsqueeze", {"a", "s"}, {"y"}}},
       with("s", list({-1})),
       counting({2, 3, 1})},
      {"flatten", 13, {{"Flatten", {"a"}, {"y"}, {{"axis", number(0)}}}}, {{"a", a}}, counting({1, 6})},
      {"concatenation",
       13,
       {{"Concat", {"a", "b"}, {"y"}, {{"axis", number(-1)}}}},
       with("b", matrix({2, 1}, {8, 9})),
       matrix({2, 4}, {0, 1, 2, 8, 3, 4, 5, 9})},
      {"slice, attributes",
       9,
       {{"Slice", {"a"}, {"y"}, {{"starts", ints({1})}, {"ends", ints({1000})}, {"axes", ints({1})}}}},
       {{"a", a}},
       matrix({2, 2}, {1, 2, 4, 5})},
      {"slice backwards",
       13,
       {{"Slice", {"a", "b", "e", "k", "s"}, {"y"}}},
       {{"a", a}, {"b", list({-1})}, {"e", list({INT64_MIN})}, {"k", list({1})}, {"s", list({-2})}},
       matrix({2, 2}, {2, 0, 5, 3})},
      {"a slice of nothing, joined",
       13,
       {{"Slice", {"a", "b", "b"}, {"t"}}, {"Concat", {"t", "a"}, {"y"}, {{"axis", number(0)}}}},
       {{"a", list({1})}, {"b", list({1})}},
       list({1})},
      {"gather a scalar", 13, {{"Gather", {"a", "i"}, {"y"}}}, {{"a", list({4, 5, 6})}, {"i", one(-1)}}, one(6)},
      {"gather along axis 1",
       13,
       {{"Gather", {"a", "i"}, {"y"}, {{"axis", number(1)}}}},
       with("i", list({2, 0, 2})),
       matrix({2, 3}, {2, 0, 2, 5, 3, 5})},
      {"expand",
       13,
       {{"Expand", {"a", "s"}, {"y"}}},
       {{"a", matrix({2, 1}, {1, 2})}, {"s", list({2, 1, 2})}},
       matrix({2, 2, 2}, {1, 1, 2, 2, 1, 1, 2, 2})},
      {"tile",
       13,
       {{"Tile", {"a", "s"}, {"y"}}},
       {{"a", matrix({1, 2}, {1, 2})}, {"s", list({2, 2})}},
       matrix({2, 4}, {1, 2, 1, 2, 1, 2, 1, 2})},
      {"split, the second part",
       11,
       {{"Split", {"a"}, {"", "y"}, {{"axis", number(1)}, {"split", ints({1, 2})}}}},
       {{"a", a}},
       matrix({2, 2}, {1, 2, 4, 5})},
      {"cast to integers cuts off",
       13,
       {{"Cast", {"a"}, {"y"}, {{"to", number(7)}}}},
       {{"a", reals({1.9f, -1.9f})}},
       list({1, -1})},
      {"cast to reals", 13, {{"Cast", {"a"}, {"y"}, {{"to", number(1)}}}}, {{"a", list({3})}}, reals({3})},
      {"cast to bool", 13, {{"Cast", {"a"}, {"y"}, {{"to", number(9)}}}}, {{"a", reals({0.5f, 0})}}, truths({1, 0})},
      {"cast like an activation", 15, {{"CastLike", {"a", "x"}, {"y"}}}, {{"a", list({3})}}, reals({3})},
      {"identity and dropout", 13, {{"Identity", {"a"}, {"t"}}, {"Dropout", {"t"}, {"y"}}}, {{"a", a}}, a},
  });
}

TEST(Fold, Chains) {
  check({
      {"the amounts of F.pad",
       13,
       {{"ConstantOfShape", {"n"}, {"zeros"}, {{"value", Attribute::of(list({0}))}}},
        {"Concat", {"pads", "zeros"}, {"all"}, {{"axis", number(0)}}},
        {"Reshape", {"all", "pairs"}, {"r"}},
        {"Slice", {"r", "last", "first", "axis0", "back"}, {"turned"}},
        {"Transpose", {"turned"}, {"t"}, {{"perm", ints({1, 0})}}},
        {"Reshape", {"t", "flat"}, {"f"}},
        {"Cast", {"f"}, {"y"}, {{"to", number(7)}}}},
       {{"n", list({4})},
        {"pads", list({1, 2, 3, 4})},
        {"pairs", list({-1, 2})},
        {"last", list({-1})},
        {"first", list({INT64_MIN + 1})},
        {"axis0", list({0})},
        {"back", list({-1})},
        {"flat", list({-1})}},
       list({0, 0, 3, 1, 0, 0, 4, 2})},
      {"half the channels of a shape",
       13,
       {{"Shape", {"x"}, {"s"}},
        {"Gather", {"s", "one"}, {"c"}, {{"axis", number(0)}}},
        {"Div", {"c", "three"}, {"part"}},
        {"Unsqueeze", {"part", "zero"}, {"u"}},
        {"Concat", {"u", "minus"}, {"y"}, {{"axis", number(0)}}}},
       {{"one", one(1)}, {"three", one(3)}, {"zero", list({0})}, {"minus", list({-1})}},
       list({1, -1})},
  });
}

TEST(Fold, Refused) {
  struct Bad {
    std::string_view name;
    SourceNode node;
    Constants constants;
    Code code;
    std::string_view text;
  };
  const std::vector<Bad> rows = {
      {"an integer by 0",
       {"Div", {"a", "b"}, {"y"}},
       {{"a", list({1})}, {"b", list({0})}},
       Code::InvalidModel,
       "divided by 0"},
      {"shapes apart",
       {"Add", {"a", "b"}, {"y"}},
       {{"a", list({1, 2})}, {"b", list({1, 2, 3})}},
       Code::InvalidModel,
       "shapes that broadcast"},
      {"types apart",
       {"Add", {"a", "b"}, {"y"}},
       {{"a", list({1})}, {"b", reals({1})}},
       Code::InvalidModel,
       "one type"},
      {"a huge constant",
       {"ConstantOfShape", {"s"}, {"y"}},
       {{"s", list({1 << 20, 1 << 20})}},
       Code::Unsupported,
       "at most 268435456 bytes"},
      {"a negative extent", {"ConstantOfShape", {"s"}, {"y"}}, {{"s", list({-1})}}, Code::InvalidModel, "at least 0"},
      {"a huge tiling",
       {"Tile", {"a", "s"}, {"y"}},
       {{"a", list({1})}, {"s", list({INT64_MAX})}},
       Code::InvalidModel,
       "at most 2^40"},
      {"a range without end",
       {"Range", {"a", "a", "b"}, {"y"}},
       {{"a", one(1)}, {"b", one(0)}},
       Code::InvalidModel,
       "without end"},
      {"an index beyond",
       {"Gather", {"a", "i"}, {"y"}},
       {{"a", list({1})}, {"i", one(1)}},
       Code::InvalidModel,
       "index 1"},
      {"a step of 0",
       {"Slice", {"a", "b", "b", "b", "b"}, {"y"}},
       {{"a", list({1})}, {"b", list({0})}},
       Code::InvalidModel,
       "a step of 0"},
      {"two open extents",
       {"Reshape", {"a", "s"}, {"y"}},
       {{"a", list({1})}, {"s", list({-1, -1})}},
       Code::InvalidModel,
       "at most one -1"},
      {"an axis twice",
       {"Unsqueeze", {"a", "s"}, {"y"}},
       {{"a", list({1})}, {"s", list({0, 0})}},
       Code::InvalidModel,
       "each axis once"},
      {"pieces that do not add up",
       {"Split", {"a"}, {"y", "z"}, {{"split", ints({2, 2})}}},
       {{"a", list({1, 2, 3})}},
       Code::InvalidModel,
       "a sum of 3"},
  };
  for (const Bad& row : rows) {
    SCOPED_TRACE(row.name);
    expect_holds(error_text(graph(13, {1}, {row.node}, row.constants), row.code), row.text);
  }
}

}  // namespace
}  // namespace pare::onnx
