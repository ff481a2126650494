// Convolution, pooling, matrix products: every form, by operator set, as the Ops that it becomes.
#include "formats/onnx/test_rows.hpp"

namespace pare::onnx {
namespace {

const std::string kSpatial = "transpose, conv2d, transpose";

TEST(Window, Convolution) {
  const Constants w = {{"w", counting({4, 3, 3, 2})}, {"b", counting({4})}};
  const auto conv = [](Attributes attributes) { return SourceNode{"Conv", {"x", "w"}, {"y"}, std::move(attributes)}; };
  check({
      {"defaults",
       11,
       {1, 3, 9, 8},
       conv({}),
       w,
       kSpatial,
       {"stride_h=1, stride_w=1, dilation_h=1, dilation_w=1, pad_top=0, pad_left=0, pad_bottom=0, pad_right=0, "
        "groups=1",
        "[1, 4, 7, 7]"}},
      {"with a bias", 11, {1, 3, 9, 8}, {"Conv", {"x", "w", "b"}, {"y"}}, w, kSpatial, {"conv2d(y:x_nhwc, w, b)"}},
      {"pads: begins, then ends",
       11,
       {1, 3, 9, 8},
       conv({{"pads", ints({1, 2, 3, 4})}}),
       w,
       kSpatial,
       {"pad_top=1, pad_left=2, pad_bottom=3, pad_right=4"}},
      {"strides and dilations",
       11,
       {1, 3, 9, 8},
       conv({{"strides", ints({2, 3})}, {"dilations", ints({2, 1})}}),
       w,
       kSpatial,
       {"stride_h=2, stride_w=3, dilation_h=2, dilation_w=1"}},
      {"SAME_UPPER pads the end",
       11,
       {1, 3, 9, 8},
       conv({{"auto_pad", text("SAME_UPPER")}}),
       w,
       kSpatial,
       {"pad_top=1, pad_left=0, pad_bottom=1, pad_right=1", "[1, 4, 9, 8]"}},
      {"SAME_LOWER pads the beginning",
       11,
       {1, 3, 9, 8},
       conv({{"auto_pad", text("SAME_LOWER")}}),
       w,
       kSpatial,
       {"pad_top=1, pad_left=1, pad_bottom=1, pad_right=0"}},
      {"SAME with strides",
       11,
       {1, 3, 9, 8},
       conv({{"auto_pad", text("SAME_UPPER")}, {"strides", ints({2, 2})}}),
       w,
       kSpatial,
       {"pad_top=1, pad_left=0, pad_bottom=1, pad_right=0", "[1, 4, 5, 4]"}},
      {"VALID pads nothing",
       11,
       {1, 3, 9, 8},
       conv({{"auto_pad", text("VALID")}}),
       w,
       kSpatial,
       {"pad_bottom=0, pad_right=0", "[1, 4, 7, 7]"}},
      {"groups", 11, {1, 6, 9, 8}, conv({{"group", number(2)}}), w, kSpatial, {"groups=2"}},
      {"one spatial axis",
       11,
       {1, 3, 9},
       conv({{"strides", ints({2})}, {"pads", ints({1, 0})}}),
       {{"w", counting({4, 3, 2})}},
       "reshape, transpose, conv2d, transpose, reshape",
       {"pad_top=0, pad_left=1, pad_bottom=0, pad_right=0", "stride_h=1, stride_w=2", "y : [1, 4, 5]"}},
      {"depthwise",
       11,
       {1, 3, 9, 8},
       conv({{"group", number(3)}}),
       {{"w", counting({3, 1, 3, 2})}},
       "transpose, depthwise_conv2d, transpose",
       {"[1, 3, 7, 7]"}},
      {"depthwise with a multiplier",
       11,
       {1, 3, 9, 8},
       conv({{"group", number(3)}}),
       {{"w", counting({6, 1, 3, 2})}},
       "transpose, depthwise_conv2d, transpose",
       {"[1, 6, 7, 7]"}},
  });
}

TEST(Window, WeightsAreTransposed) {
  const Model plain =
      read_well(graph(11, {1, 2, 5, 5}, {{"Conv", {"x", "w"}, {"y"}}}, {{"w", counting({3, 2, 2, 1})}}));
  EXPECT_TRUE(data_of(plain, "w") == Tensor::of<float>({3, 2, 1, 2}, {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11}));
  const Model depthwise = read_well(
      graph(11, {1, 2, 5, 5}, {{"Conv", {"x", "w"}, {"y"}, {{"group", number(2)}}}}, {{"w", counting({4, 1, 2, 1})}}));
  EXPECT_TRUE(data_of(depthwise, "w") == Tensor::of<float>({1, 2, 1, 4}, {0, 2, 4, 6, 1, 3, 5, 7}));
}

TEST(Window, Pooling) {
  const auto pool = [](std::string type, Attributes more) {
    more["kernel_shape"] = ints({3, 2});
    more["strides"] = ints({2, 2});
    return SourceNode{std::move(type), {"x"}, {"y"}, std::move(more)};
  };
  check({
      {"maximum",
       11,
       {1, 3, 8, 7},
       pool("MaxPool", {}),
       {},
       "transpose, max_pool2d, transpose",
       {"kernel_h=3, kernel_w=2, stride_h=2, stride_w=2", "[1, 3, 3, 3]"}},
      {"ceil_mode adds places",
       11,
       {1, 3, 8, 7},
       pool("MaxPool", {{"ceil_mode", number(1)}}),
       {},
       "transpose, max_pool2d, transpose",
       {"pad_bottom=1, pad_right=1", "[1, 3, 4, 4]"}},
      {"but none that begin outside",
       22,
       {1, 1, 2, 2},
       {"MaxPool", {"x"}, {"y"}, {{"kernel_shape", ints({1, 1})}, {"strides", ints({2, 2})}, {"ceil_mode", number(1)}}},
       {},
       "transpose, max_pool2d, transpose",
       {"pad_bottom=0, pad_right=0", "[1, 1, 1, 1]"}},
      {"average",
       7,
       {1, 3, 8, 7},
       pool("AveragePool", {{"pads", ints({1, 0, 1, 1})}}),
       {},
       "transpose, average_pool2d, transpose",
       {"pad_top=1, pad_left=0, pad_bottom=1, pad_right=1, count_include_pad=false"}},
      {"average with its pads",
       11,
       {1, 3, 8, 7},
       pool("AveragePool", {{"pads", ints({1, 0, 1, 1})}, {"count_include_pad", number(1)}}),
       {},
       "transpose, average_pool2d, transpose",
       {"count_include_pad=true"}},
      {"SAME",
       11,
       {1, 3, 8, 7},
       pool("AveragePool", {{"auto_pad", text("SAME_UPPER")}}),
       {},
       "transpose, average_pool2d, transpose",
       {"[1, 3, 4, 4]"}},
      {"global average",
       11,
       {1, 3, 8, 7},
       {"GlobalAveragePool", {"x"}, {"y"}},
       {},
       "transpose, mean, transpose",
       {"axes=[1, 2], keep_dims=true", "y : [1, 3, 1, 1]"}},
      {"global maximum",
       11,
       {1, 3, 8, 7},
       {"GlobalMaxPool", {"x"}, {"y"}},
       {},
       "transpose, max_pool2d, transpose",
       {"kernel_h=8, kernel_w=7"}},
      {"one spatial axis",
       11,
       {1, 3, 7},
       {"AveragePool", {"x"}, {"y"}, {{"kernel_shape", ints({2})}}},
       {},
       "reshape, transpose, average_pool2d, transpose, reshape",
       {"kernel_h=1, kernel_w=2", "y : [1, 3, 6]"}},
  });
}

TEST(Dense, Products) {
  const Constants w = {{"w", counting({5, 4})}, {"t", counting({4, 5})},   {"b", counting({4})},
                       {"one", scalar(2)},      {"row", counting({1, 4})}, {"all", counting({3, 4})}};
  const auto gemm = [](std::string weights, std::string c, Attributes attributes = {}) {
    return SourceNode{"Gemm", {"x", std::move(weights), std::move(c)}, {"y"}, std::move(attributes)};
  };
  check({
      {"gemm", 7, {3, 5}, gemm("w", "b"), w, "dense", {"dense(x, w, b)", "[3, 4]"}},
      {"stored transposed", 13, {3, 5}, gemm("t", "b", {{"transB", number(1)}}), w, "dense", {"dense(x, t, b)"}},
      {"no addend", 13, {3, 5}, {"Gemm", {"x", "w"}, {"y"}}, w, "dense", {"dense(x, w)"}},
      {"an addend times 0", 13, {3, 5}, gemm("w", "all", {{"beta", real(0)}}), w, "dense", {"dense(x, w)"}},
      {"a number as addend", 13, {3, 5}, gemm("w", "one"), w, "dense", {"dense(x, w, one)"}},
      {"a row as addend", 13, {3, 5}, gemm("w", "row"), w, "dense", {"dense(x, w, row)"}},
      {"an addend for each row", 13, {3, 5}, gemm("w", "all"), w, "dense, add", {"add(y:product, all)"}},
      {"left matrix transposed",
       13,
       {5, 3},
       gemm("w", "b", {{"transA", number(1)}}),
       w,
       "transpose, dense",
       {"[3, 4]"}},
      {"matmul keeps leading axes",
       13,
       {2, 3, 5},
       {"MatMul", {"x", "w"}, {"y"}},
       w,
       "dense",
       {"keep_leading=true", "[2, 3, 4]"}},
  });
  const Model scaled = read_well(graph(13, {3, 1}, {gemm("w", "b", {{"alpha", real(2)}, {"beta", real(0.5f)}})},
                                       {{"w", reals({1, 2}).reshaped({1, 2})}, {"b", reals({4, 6})}}));
  EXPECT_TRUE(data_of(scaled, "w") == reals({2, 4}).reshaped({2, 1}));
  EXPECT_TRUE(data_of(scaled, "b") == reals({2, 3}));
}

}  // namespace
}  // namespace pare::onnx
