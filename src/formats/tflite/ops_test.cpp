// Each operator: what its numbers in a file mean, and that a Model comes back from a file as it went.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "formats/tflite/ops.hpp"
#include "formats/tflite/sample_files.hpp"
#include "formats/tflite/tflite.hpp"
#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/depthwise_conv2d/depthwise_conv2d.hpp"
#include "ops/move/move.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/quantize/quantize.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/unary/unary.hpp"

namespace pare::tflite {
namespace {

using fb::BuiltinOperator;

// An operator on x, and how the Model's line reads.
struct ReadRow {
  const char* name;
  std::vector<int32_t> x, y;
  std::function<void(fb::ModelT&)> add;
  const char* says;
};

void add_strided_slice(fb::ModelT& file, const std::vector<int32_t>& begin, const std::vector<int32_t>& end,
                       const std::vector<int32_t>& step, fb::StridedSliceOptionsT options) {
  const int b = add_numbers(file, "begin", begin), e = add_numbers(file, "end", end), s = add_numbers(file, "step", step);
  add_operator(file, BuiltinOperator::STRIDED_SLICE, {0, b, e, s}, {1}, options_of(std::move(options)));
}

const std::vector<ReadRow>& read_rows() {
  static const std::vector<ReadRow> rows = {
      {"SQUEEZE of listed axes", {1, 3, 1}, {1, 3},
       [](fb::ModelT& f) {
         fb::SqueezeOptionsT options;
         options.squeeze_dims = {-1};
         add_operator(f, BuiltinOperator::SQUEEZE, {0}, {1}, options_of(std::move(options)));
       },
       "= reshape(x) {shape=[1, 3]}"},
      {"SQUEEZE of all", {1, 3, 1}, {3}, [](fb::ModelT& f) { add_operator(f, BuiltinOperator::SQUEEZE, {0}, {1}); },
       "= reshape(x) {shape=[3]}"},
      {"EXPAND_DIMS counts from the back", {2, 3}, {2, 3, 1},
       [](fb::ModelT& f) {
         const int axis = add_numbers(f, "axis", {-1});
         add_operator(f, BuiltinOperator::EXPAND_DIMS, {0, axis}, {1});
       },
       "= reshape(x) {shape=[2, 3, 1]}"},
      {"RESHAPE by its options", {2, 3}, {6},
       [](fb::ModelT& f) {
         fb::ReshapeOptionsT options;
         options.new_shape = {-1};
         add_operator(f, BuiltinOperator::RESHAPE, {0}, {1}, options_of(std::move(options)));
       },
       "= reshape(x) {shape=[-1]}"},
      {"TRANSPOSE", {2, 3}, {3, 2},
       [](fb::ModelT& f) {
         const int perm = add_numbers(f, "perm", {1, 0});
         add_operator(f, BuiltinOperator::TRANSPOSE, {0, perm}, {1});
       },
       "= transpose(x) {perm=[1, 0]}"},
      {"MEAN sorts its axes", {1, 4, 4, 2}, {1, 2},
       [](fb::ModelT& f) {
         const int axes = add_numbers(f, "axes", {2, -3, 1});
         add_operator(f, BuiltinOperator::MEAN, {0, axes}, {1});
       },
       "= mean(x) {axes=[1, 2], keep_dims=false}"},
      {"SLICE to the end", {4, 5}, {2, 5},
       [](fb::ModelT& f) {
         const int begin = add_numbers(f, "begin", {2, 0}), size = add_numbers(f, "size", {-1, 5});
         add_operator(f, BuiltinOperator::SLICE, {0, begin, size}, {1});
       },
       "= slice(x) {begin=[2, 0], size=[2, 5], step=[1, 1]}"},
      {"STRIDED_SLICE with masks, on the first axis only", {5, 2}, {3, 2},
       [](fb::ModelT& f) {
         fb::StridedSliceOptionsT options;
         options.begin_mask = options.end_mask = 1;
         add_strided_slice(f, {3}, {1}, {2}, options);
       },
       "= slice(x) {begin=[0, 0], size=[3, 2], step=[2, 1]}"},
      {"STRIDED_SLICE from the back", {5}, {2}, [](fb::ModelT& f) { add_strided_slice(f, {-2}, {-9}, {-2}, {}); },
       "= slice(x) {begin=[3], size=[2], step=[-2]}"},
      {"STRIDED_SLICE that drops an axis", {5, 2}, {2},
       [](fb::ModelT& f) {
         fb::StridedSliceOptionsT options;
         options.shrink_axis_mask = 1;
         options.end_mask = 2;
         add_strided_slice(f, {-1, 0}, {0, 0}, {1, 1}, options);
       },
       "= slice(x) {begin=[4, 0], size=[1, 2], step=[1, 1]}"},
      {"PADV2", {2}, {5},
       [](fb::ModelT& f) {
         const int amounts = add_numbers(f, "amounts", {1, 2});
         const int value = add_tensor(f, "value", {}, fb::TensorType::FLOAT32, add_buffer(f, std::vector<float>{-7}));
         add_operator(f, BuiltinOperator::PADV2, {0, amounts, value}, {1});
       },
       "= pad(x) {before=[1], after=[2], value=-7}"},
      {"CONCATENATION with an activation", {2}, {4},
       [](fb::ModelT& f) {
         fb::ConcatenationOptionsT options;
         options.axis = -1;
         options.fused_activation_function = fb::ActivationFunctionType::RELU6;
         add_operator(f, BuiltinOperator::CONCATENATION, {0, 0}, {1}, options_of(std::move(options)));
       },
       "= relu6(y/linear)"},
      {"ADD without options", {2}, {2}, [](fb::ModelT& f) { add_operator(f, BuiltinOperator::ADD, {0, 0}, {1}); },
       "= add(x, x) {activation=none}"},
      {"RELU_0_TO_1", {2}, {2}, [](fb::ModelT& f) { add_operator(f, BuiltinOperator::RELU_0_TO_1, {0}, {1}); },
       "= clip(x) {lo=0, hi=1}"},
  };
  return rows;
}

TEST(TfliteOps, Read) {
  for (const ReadRow& row : read_rows()) {
    fb::ModelT file = empty_file(row.x, row.y);
    row.add(file);
    const auto model = read(packed(file), {});
    ASSERT_TRUE(model) << row.name << ": " << model.error().message();
    EXPECT_NE(print(*model).find(row.says), std::string::npos) << row.name << "\n" << print(*model);
    EXPECT_TRUE(verify(*model)) << row.name << ": " << verify(*model).error().message();
  }
}

struct BadRow {
  const char* name;
  std::function<void(fb::ModelT&)> add;
  Code code;
  const char* says;
};

const std::vector<BadRow>& bad_rows() {
  static const std::vector<BadRow> rows = {
      {"a shape that is computed",
       [](fb::ModelT& f) {
         const int shape = add_tensor(f, "shape", {2}, fb::TensorType::INT32);
         add_operator(f, BuiltinOperator::RESHAPE, {0, shape}, {1});
       },
       Code::Unsupported, "operand 'shape' is computed at run time"},
      {"a shape whose product overflows",
       [](fb::ModelT& f) {
         const int shape = add_numbers(f, "shape", {1 << 30, 1 << 30, 1 << 30});
         add_operator(f, BuiltinOperator::RESHAPE, {0, shape}, {1});
       },
       Code::InvalidModel, "2^31"},
      {"an axis that does not exist",
       [](fb::ModelT& f) {
         const int axes = add_numbers(f, "axes", {4});
         add_operator(f, BuiltinOperator::MEAN, {0, axes}, {1});
       },
       Code::InvalidModel, "axis 4"},
      {"a float where numbers are expected", [](fb::ModelT& f) { add_operator(f, BuiltinOperator::MEAN, {0, 0}, {1}); },
       Code::InvalidModel, "i32 or i64"},
      {"paddings for another rank",
       [](fb::ModelT& f) {
         const int amounts = add_numbers(f, "amounts", {1, 1});
         add_operator(f, BuiltinOperator::PAD, {0, amounts}, {1});
       },
       Code::InvalidModel, "2 paddings; expected 4"},
      {"an ellipsis",
       [](fb::ModelT& f) {
         fb::StridedSliceOptionsT options;
         options.ellipsis_mask = 1;
         add_strided_slice(f, {0}, {1}, {1}, options);
       },
       Code::Unsupported, "ellipsis"},
      {"a step of 0", [](fb::ModelT& f) { add_strided_slice(f, {0}, {1}, {0}, {}); }, Code::InvalidModel, "a step of 0"},
      {"an empty slice", [](fb::ModelT& f) { add_strided_slice(f, {1}, {1}, {1}, {}); }, Code::InvalidModel,
       "no element from 1 to 1"},
      {"a squeezed axis that is not 1",
       [](fb::ModelT& f) {
         fb::SqueezeOptionsT options;
         options.squeeze_dims = {1};
         add_operator(f, BuiltinOperator::SQUEEZE, {0}, {1}, options_of(std::move(options)));
       },
       Code::InvalidModel, "axis 1 of [2, 3] is squeezed"},
  };
  return rows;
}

TEST(TfliteOps, RefuseWhatTheyCannotRead) {
  for (const BadRow& row : bad_rows()) {
    fb::ModelT file = empty_file({2, 3}, {2, 3});
    row.add(file);
    const auto model = read(packed(file), {});
    ASSERT_FALSE(model) << row.name;
    EXPECT_EQ(model.error().code, row.code) << row.name;
    EXPECT_TRUE(model.error().place.starts_with("node 'y'")) << row.name << ": " << model.error().message();
    EXPECT_NE(model.error().message().find(row.says), std::string::npos) << row.name << ": " << model.error().message();
  }
}

// One Op on an input of the shape, perhaps with constants behind it.
struct RoundTrip {
  const char* name;
  Shape x;
  OpPtr op;
  std::vector<Shape> constants;
};

template <class T>
OpPtr with(T op, const std::function<void(T&)>& change = {}) {
  if (change) change(op);
  return std::make_shared<T>(std::move(op));
}

const std::vector<RoundTrip>& round_trips() {
  static const std::vector<RoundTrip> rows = {
      {"conv2d, SAME", {1, 8, 8, 4},
       with<Conv2d>({}, [](Conv2d& o) { o.pad_bottom = o.pad_right = 1, o.stride_h = o.stride_w = 2; }), {{6, 3, 3, 4}, {6}}},
      {"conv2d, grouped, dilated, VALID", {1, 8, 8, 4},
       with<Conv2d>({}, [](Conv2d& o) { o.groups = 2, o.dilation_h = 2, o.activation = Activation::Relu6; }), {{6, 3, 3, 2}, {6}}},
      {"depthwise_conv2d with a multiplier", {1, 5, 5, 3}, with<DepthwiseConv2d>({}), {{1, 2, 3, 6}, {6}}},
      {"dense", {2, 5}, with<Dense>({}), {{4, 5}, {4}}},
      {"dense that keeps axes", {2, 3, 5}, with<Dense>({}, [](Dense& o) { o.keep_leading = true; }), {{4, 5}}},
      {"average_pool2d", {1, 5, 5, 3},
       with<Pool2d>(Pool2d(Pool2d::Kind::Average), [](Pool2d& o) { o.kernel_h = 5, o.kernel_w = 3, o.stride_w = 2; }), {}},
      {"max_pool2d, SAME", {1, 6, 6, 3},
       with<Pool2d>(Pool2d(Pool2d::Kind::Max),
                    [](Pool2d& o) {
                      o.kernel_h = o.kernel_w = 3, o.stride_h = o.stride_w = 2;
                      o.pad_bottom = o.pad_right = 1;
                    }),
       {}},
      {"mean", {1, 4, 4, 3}, with<Mean>({}, [](Mean& o) { o.axes = {1, 2}, o.keep_dims = true; }), {}},
      {"softmax", {1, 7}, with<Softmax>({}, [](Softmax& o) { o.beta = 0.5f; }), {}},
      {"add of a constant, with relu", {1, 4}, with(Binary(Binary::Kind::Add, Activation::Relu)), {{4}}},
      {"sub", {1, 4}, with(Binary(Binary::Kind::Sub)), {{4}}},
      {"mul", {1, 4}, with(Binary(Binary::Kind::Mul)), {{1}}},
      {"div", {1, 4}, with(Binary(Binary::Kind::Div)), {{1, 4}}},
      {"relu", {3}, with(Unary(Unary::Kind::Relu)), {}},
      {"relu6", {3}, with(Unary(Unary::Kind::Relu6)), {}},
      {"relu_n1_to_1", {3}, with(Unary(Unary::Kind::ReluN1To1)), {}},
      {"clip to [0, 1]", {3}, with<Unary>(Unary(Unary::Kind::Clip), [](Unary& o) { o.hi = 1; }), {}},
      {"leaky_relu", {3}, with<Unary>(Unary(Unary::Kind::LeakyRelu), [](Unary& o) { o.alpha = 0.25f; }), {}},
      {"logistic", {3}, with(Unary(Unary::Kind::Logistic)), {}},
      {"tanh", {3}, with(Unary(Unary::Kind::Tanh)), {}},
      {"reshape with an open extent", {2, 6}, with<Reshape>({}, [](Reshape& o) { o.shape = {3, -1}; }), {}},
      {"reshape to a scalar", {1}, with<Reshape>({}), {}},
      {"transpose", {1, 2, 3, 4}, with<Transpose>({}, [](Transpose& o) { o.perm = {0, 3, 1, 2}; }), {}},
      {"pad with zero", {2, 3}, with<Pad>({}, [](Pad& o) { o.before = {0, 1}, o.after = {2, 0}; }), {}},
      {"pad with a number", {2}, with<Pad>({}, [](Pad& o) { o.before = {1}, o.after = {0}, o.value = -3; }), {}},
      {"slice", {4, 6}, with<Slice>({}, [](Slice& o) { o.begin = {1, 2}, o.size = {3, 2}, o.step = {1, 1}; }), {}},
      {"slice by steps, one of them back to the front", {4, 6},
       with<Slice>({}, [](Slice& o) { o.begin = {3, 1}, o.size = {4, 2}, o.step = {-1, 3}; }), {}},
      {"concat with a constant", {1, 4}, with<Concat>({}, [](Concat& o) { o.axis = 1; }), {{1, 2}}},
      {"quantize", {1, 4}, with<Quantize>({}), {}},
  };
  return rows;
}

Tensor counting(const Shape& shape) {
  std::vector<float> values(static_cast<size_t>(count_of(shape)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 13) / 4 - 1;
  return Tensor::of(shape, values);
}

Model one_node(const RoundTrip& row) {
  Model model;
  model.name = "one";
  model.inputs = {model.add({"x", row.x, "", Encoding::plain(DType::F32), {}})};
  std::vector<TensorId> in = model.inputs;
  for (const Shape& shape : row.constants)
    in.push_back(model.add_constant("c" + std::to_string(in.size()), counting(shape), Encoding::plain(DType::F32)));
  auto out = model.append("y", row.op, in);
  EXPECT_TRUE(out) << row.name << ": " << out.error().message();
  model.outputs = *out;
  TensorInfo& y = model.tensor(model.outputs[0]);
  if (y.encoding.type == DType::I8) y.encoding = Encoding::per_tensor(DType::I8, 0.5f, 3);
  const auto axes = [](const Shape& shape) { return shape.size() == 4 ? "nhwc" : shape.size() == 2 ? "nf" : ""; };
  model.tensor(model.inputs[0]).axes = axes(row.x);
  return model;
}

TEST(TfliteOps, ComeBackAsTheyWent) {
  for (const RoundTrip& row : round_trips()) {
    const Model model = one_node(row);
    const auto bytes = write(model);
    ASSERT_TRUE(bytes) << row.name << ": " << bytes.error().message();
    const auto again = read(*bytes, {});
    ASSERT_TRUE(again) << row.name << ": " << again.error().message();
    EXPECT_EQ(print(model), print(*again)) << row.name;
    EXPECT_TRUE(verify(*again)) << row.name << ": " << verify(*again).error().message();
    EXPECT_EQ(*write(*again), *bytes) << row.name;
  }
}

TEST(TfliteOps, EveryRowIsReadAndEachKindHasOneWriter) {
  for (const OpRow& row : op_rows()) {
    EXPECT_NE(row.read, nullptr) << row.kind;
    ASSERT_NE(row_to_write(row.kind), nullptr) << row.kind;
    EXPECT_TRUE(!row.write || row_to_write(row.kind) == &row) << row.kind;
  }
}

}  // namespace
}  // namespace pare::tflite
