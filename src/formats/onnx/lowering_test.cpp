// The interface that is kept, names, what vanishes, and what is reported.
#include "formats/onnx/test_source.hpp"

namespace pare::onnx {
namespace {

const TensorInfo& input(const Model& model, size_t index = 0) { return model.tensor(model.inputs.at(index)); }
const TensorInfo& output(const Model& model, size_t index = 0) { return model.tensor(model.outputs.at(index)); }

SourceNode relu(std::string from, std::string to, std::string name = "") {
  return {"Relu", {std::move(from)}, {std::move(to)}, {}, std::move(name)};
}

TEST(Interface, FreeExtents) {
  struct Row {
    std::string_view name;
    Shape declared;
    std::vector<std::pair<std::string, Shape>> told;
    Shape expected;
  };
  const std::vector<Row> rows = {
      {"a free extent is 1", {kFree, 3, 8, 8}, {}, {1, 3, 8, 8}},
      {"a shape that is given wins", {kFree, 3, kFree, kFree}, {{"x", {2, 3, 4, 5}}}, {2, 3, 4, 5}},
      {"even over one that is stated", {1, 3, 8, 8}, {{"x", {1, 3, 4, 4}}}, {1, 3, 4, 4}},
      {"a scalar", {}, {}, {}},
  };
  for (const Row& row : rows) {
    const Model model = read_well(graph(13, row.declared, {relu("x", "y")}), {row.told, ""});
    EXPECT_EQ(to_string(input(model).shape), to_string(row.expected)) << row.name;
    EXPECT_EQ(to_string(output(model).shape), to_string(row.expected)) << row.name;
  }
}

TEST(Interface, Refused) {
  struct Row {
    std::string_view name;
    Shape declared;
    std::vector<std::pair<std::string, Shape>> told;
    Code code;
    std::string_view text;
  };
  const std::vector<Row> rows = {
      {"no extent", {0, 3}, {}, Code::InvalidModel, "graph input 'x': shape [0, 3]"},
      {"a negative extent", {-2, 3}, {}, Code::InvalidModel, "extents of at least 1"},
      {"too many elements", {1 << 20, 1 << 20}, {}, Code::InvalidModel, "at most 2147483648 elements"},
      {"a given shape of another rank", {1, 3}, {{"x", {3}}}, Code::InvalidArgument, "expected 2 extents"},
      {"a given shape without extent", {1, 3}, {{"x", {0, 3}}}, Code::InvalidArgument, "at least 1"},
      {"a shape for nothing", {1, 3}, {{"z", {3}}}, Code::InvalidArgument, "a shape for 'z'"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    expect_holds(error_text(graph(13, row.declared, {relu("x", "y")}), row.code, {row.told, ""}), row.text);
  }
}

TEST(Interface, ARankThatIsNotStated) {
  Source s = graph(13, {}, {relu("x", "y")});
  s.inputs[0].ranked = false;
  expect_holds(error_text(s, Code::InvalidModel), "its shape is not stated");
  EXPECT_EQ(input(read_well(s, {{{"x", {2, 3}}}, ""})).shape, (Shape{2, 3}));
}

TEST(Interface, Axes) {
  const SourceNode first = {"Transpose", {"x"}, {"t"}, {{"perm", ints({0, 3, 1, 2})}}};
  struct Row {
    std::string_view name;
    Shape shape;
    std::vector<SourceNode> nodes;
    std::string in, out;
  };
  const std::vector<Row> rows = {
      {"rank 4", {1, 3, 8, 8}, {relu("x", "y")}, "nchw", "nchw"},
      {"rank 3", {1, 3, 8}, {relu("x", "y")}, "ncw", "ncw"},
      {"rank 2", {1, 3}, {relu("x", "y")}, "nf", "nf"},
      {"channels last, brought first", {1, 8, 8, 3}, {first, relu("t", "y")}, "nhwc", "nchw"},
      {"flattened", {1, 3, 8, 8}, {{"Flatten", {"x"}, {"y"}}}, "nchw", "nf"},
      {"a pool keeps the source's layout", {1, 3, 8, 8}, {{"GlobalMaxPool", {"x"}, {"y"}}}, "nchw", "nchw"},
      {"a pool along one axis", {1, 3, 8}, {{"GlobalMaxPool", {"x"}, {"y"}}}, "ncw", "ncw"},
  };
  for (const Row& row : rows) {
    const Model model = read_well(graph(13, row.shape, row.nodes));
    EXPECT_EQ(input(model).axes, row.in) << row.name;
    EXPECT_EQ(output(model).axes, row.out) << row.name;
  }
}

TEST(Interface, InitializersAreNoInputs) {
  Source s = graph(13, {1, 2}, {{"Add", {"x", "w"}, {"y"}}}, {{"w", reals({1, 2})}, {"unused", list({1})}});
  s.inputs.push_back({"w", DType::F32, {2}});
  s.inputs.push_back({"unused", DType::I64, {1}});
  EXPECT_EQ(read_well(s).inputs.size(), 1u);
}

TEST(Interface, TypesOfInputs) {
  Source s = graph(13, {1, 2}, {relu("x", "y")});
  s.inputs.push_back({"mask", DType::I64, {2}});
  const Model model = read_well(s);
  EXPECT_EQ(input(model, 1).encoding.type, DType::I64);
  EXPECT_EQ(input(model, 1).name, "mask");
}

TEST(Interface, Outputs) {
  Source s = graph(13, {1, 2},
                   {{"Identity", {"x"}, {"same"}},
                    relu("x", "r"),
                    {"Identity", {"r"}, {"y"}},
                    {"Identity", {"r"}, {"z"}},
                    {"Identity", {"w"}, {"v"}}},
                   {{"w", reals({1, 2})}});
  s.outputs = {{"same"}, {"y"}, {"z"}, {"x"}, {"v"}};
  const Model model = read_well(s);
  for (size_t i = 0; i < s.outputs.size(); ++i) EXPECT_EQ(output(model, i).name, s.outputs[i].name);
  EXPECT_EQ(kinds(model), "relu, reshape, reshape");
  EXPECT_TRUE(output(model, 4).data == reals({1, 2}));
}

TEST(Interface, Metadata) {
  Source s = graph(13, {1, 2}, {relu("x", "y")});
  s.metadata = {{"author", "somebody"}, {"pare.arithmetic", "onnx"}};
  const Model model = read_well(s);
  EXPECT_EQ(model.metadata.at("author"), "somebody");
  EXPECT_EQ(model.arithmetic, Arithmetic::Onnx);
  s.metadata["pare.arithmetic"] = "abacus";
  expect_holds(error_text(s, Code::InvalidModel), "'abacus'");
}

TEST(Names, OfNodesAndTensors) {
  const Model model = read_well(
      graph(13, {1, 1, 4, 4}, {{"MaxPool", {"x"}, {"p"}, {{"kernel_shape", ints({2, 2})}}, "pool"}, relu("p", "y")}));
  ASSERT_EQ(model.nodes.size(), 4u);
  const auto names = [&](size_t i) { return model.nodes[i].name + " " + model.tensor(model.nodes[i].out[0]).name; };
  EXPECT_EQ(names(0), "pool:x_nhwc p:x_nhwc");
  EXPECT_EQ(names(1), "pool p:nhwc");
  EXPECT_EQ(names(2), "pool:nchw p");
  EXPECT_EQ(names(3), "Relu y y");
  EXPECT_EQ(model.tensor(model.nodes[1].out[0]).axes, "nhwc");
}

TEST(Graph, DeadPartsAreNotLookedAt) {
  const Model model = read_well(graph(13, {1, 2}, {relu("x", "y"), {"NonMaxSuppression", {"x"}, {"z"}}}));
  EXPECT_EQ(kinds(model), "relu");
  const Model shape_only = read_well(
      graph(13, {1, 2}, {relu("x", "r"), {"Shape", {"r"}, {"s"}}, {"Reshape", {"x", "s"}, {"t"}}, relu("t", "y")}));
  EXPECT_EQ(kinds(shape_only), "relu");
}

TEST(Graph, Refused) {
  struct Row {
    std::string_view name;
    std::vector<SourceNode> nodes;
    std::string_view text;
  };
  const std::vector<Row> rows = {
      {"an operand from nowhere", {relu("q", "y", "n")}, "node 'n': operand 'q' is not made before"},
      {"a later node's output", {relu("t", "y"), relu("x", "t")}, "operand 't' is not made before"},
      {"a cycle", {relu("y", "y")}, "operand 'y' is not made before"},
      {"an output made twice", {relu("x", "y"), relu("x", "y")}, "output 'y' exists already"},
      {"an output that is an input", {relu("x", "x"), relu("x", "y")}, "output 'x' exists already"},
      {"an output that nothing makes", {relu("x", "z")}, "graph output 'y': nothing makes it"},
      {"an absent operand", {{"Add", {"x", ""}, {"y"}}}, "operand 1 is absent"},
      {"no operands", {{"Relu", {}, {"y"}}}, "operand 0 is absent"},
      {"an attribute of another kind",
       {{"Softmax", {"x"}, {"y"}, {{"axis", text("last")}}}},
       "attribute 'axis' holds a text; expected an integer"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    expect_holds(error_text(graph(13, {1, 2}, row.nodes), Code::InvalidModel), row.text);
  }
}

TEST(Unsupported, AllAtOnce) {
  const Source s = graph(13, {1, 2},
                         {{"NonMaxSuppression", {"x"}, {"a"}, {}, "nms"},
                          relu("a", "b"),
                          {"Gather", {"x", "b"}, {"never looked at"}},
                          {"Fancy", {"b"}, {"c"}, {}, "f", "com.example"},
                          {"Pad", {"x", "p"}, {"d"}, {{"mode", text("reflect")}}, "pad"},
                          {"Add", {"c", "d"}, {"y"}}},
                         {{"p", list({0, 1, 0, 1})}});
  const std::string error = error_text(s, Code::Unsupported);
  expect_holds(
      error,
      "operator set 13: 3 operators are not supported: NonMaxSuppression (node 'nms'), com.example.Fancy (node 'f'), ");
  expect_holds(error, "Pad (node 'pad') with mode 'reflect'; expected constant");
}

TEST(Unsupported, Forms) {
  const Constants w = {{"w", counting({4, 3, 3, 3})}, {"s", reals({1})}, {"i", list({0, 3, 1})}};
  struct Row {
    std::string_view name;
    SourceNode node;
    std::string_view text;
  };
  const std::vector<Row> rows = {
      {"weights computed at run time",
       {"Conv", {"x", "x"}, {"y"}},
       "operand 'x' is computed at run time; expected a constant"},
      {"dilated pooling",
       {"MaxPool", {"x"}, {"y"}, {{"kernel_shape", ints({2, 2})}, {"dilations", ints({2, 2})}}},
       "with dilations"},
      {"places of maxima", {"MaxPool", {"x"}, {"z", "y"}, {{"kernel_shape", ints({2, 2})}}}, "a further output 'y'"},
      {"three spatial axes", {"GlobalMaxPool", {"v"}, {"y"}}, "expected rank 3 or 4"},
      {"scattered indices", {"Gather", {"x", "i"}, {"y"}, {{"axis", number(2)}}}, "indices at several distances"},
      {"training",
       {"BatchNormalization", {"x", "s", "s", "s", "s"}, {"y"}, {{"training_mode", number(1)}}},
       "training_mode"},
      {"a comparison at run time", {"Less", {"x", "s"}, {"y"}}, "operands that are computed at run time"},
      {"a cast to integers", {"Cast", {"x"}, {"y"}, {{"to", number(7)}}}, "a conversion of 'x' from f32 to i64"},
      {"integers added", {"Add", {"n", "n"}, {"y"}}, "operand 'n' of type i64; expected f32"},
      {"repetition", {"Expand", {"s1", "shape"}, {"y"}}, "repetition of"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Source s = graph(15, {1, 3, 8, 8}, {row.node}, w);
    s.inputs.push_back({"v", DType::F32, {1, 2, 3, 4, 5}});
    s.inputs.push_back({"n", DType::I64, {2}});
    s.inputs.push_back({"s1", DType::F32, {1}});
    s.constants["shape"] = list({2, 3});
    expect_holds(error_text(s, Code::Unsupported), row.text);
  }
}

}  // namespace
}  // namespace pare::onnx
