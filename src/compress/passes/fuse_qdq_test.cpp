// QDQ models as integer models: which nodes are left, what is said, and that they still compute the same.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "ops/binary/binary.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "ops/move/move.hpp"
#include "ops/pool2d/pool2d.hpp"
#include "ops/quantize/quantize.hpp"
#include "ops/reduce/reduce.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/unary/unary.hpp"
#include "pare/compress.hpp"
#include "pare/run.hpp"

namespace pare {
namespace {

Encoding i8(float scale, int32_t zero_point) {
  return Encoding::per_tensor(DType::I8, scale, zero_point, zero_point == 0);
}
Encoding u8(float scale, int32_t zero_point) { return Encoding::per_tensor(DType::U8, scale, zero_point); }

// Writes a QDQ model, node by node.
class Writer {
 public:
  Model model;

  TensorId input(Shape shape, Encoding encoding = Encoding::plain(DType::F32)) {
    const TensorId id = model.add({"x", std::move(shape), "", std::move(encoding), {}});
    model.inputs.push_back(id);
    return id;
  }

  TensorId node(const std::string& name, OpPtr op, std::vector<TensorId> in) {
    auto made = model.append(name, std::move(op), std::move(in));
    if (!made) throw std::runtime_error(made.error().message());
    return (*made)[0];
  }

  TensorId quantize(TensorId x, const Encoding& encoding) {
    auto op = std::make_shared<Quantize>();
    op->type = name_of(encoding.type);
    const TensorId q = node("q" + std::to_string(++count_), op, {x});
    model.tensor(q).encoding = encoding;
    return q;
  }

  TensorId dequantize(TensorId q) { return node("d" + std::to_string(count_), std::make_shared<Dequantize>(), {q}); }
  TensorId stored(TensorId x, const Encoding& encoding) { return dequantize(quantize(x, encoding)); }

  // Codes that cover the type, the same in every run.
  TensorId weights(const std::string& name, const Shape& shape, const Encoding& encoding) {
    Tensor codes(encoding.type, shape);
    std::mt19937 random(7);
    const int32_t zero = encoding.affine() ? encoding.zero_point[0] : 0;
    for (int64_t i = 0; i < codes.count(); ++i) {
      const auto q = static_cast<int32_t>(random() % 255) - 127 + zero;
      if (encoding.type == DType::F32)
        codes.edit<float>()[static_cast<size_t>(i)] = static_cast<float>(q) / 127;
      else if (encoding.type == DType::I32)
        codes.edit<int32_t>()[static_cast<size_t>(i)] = 50 * q;
      else
        codes.edit<int8_t>()[static_cast<size_t>(i)] = static_cast<int8_t>(q);
    }
    return model.add_constant(name, codes, encoding);
  }

  void output(TensorId id) { model.outputs.push_back(id); }

 private:
  int count_ = 0;
};

OpPtr conv(Activation activation = Activation::None) {
  auto op = std::make_shared<Conv2d>();
  op->activation = activation;
  return op;
}

OpPtr reshape(Shape shape) {
  auto op = std::make_shared<Reshape>();
  op->shape = std::move(shape);
  return op;
}

OpPtr pool(Pool2d::Kind kind) {
  auto op = std::make_shared<Pool2d>(kind);
  op->kernel_h = op->kernel_w = 2;
  return op;
}

OpPtr concat() {
  auto op = std::make_shared<Concat>();
  op->axis = 1;
  return op;
}

const Encoding kIn = i8(0.05f, -10), kOut = i8(0.11f, 20);
const Encoding kWeights = Encoding::per_channel(DType::I8, 0, {0.01f, 0.02f, 0.005f});

Encoding bias_scales(float x) { return Encoding::per_channel(DType::I32, 0, {x * 0.01f, x * 0.02f, x * 0.005f}); }

// x -> Q -> DQ -> conv2d -> Q -> DQ, with the bias given by its encoding.
Model layer(const Encoding& in, const Encoding& weights, const std::optional<Encoding>& bias, const Encoding& out) {
  Writer w;
  std::vector<TensorId> operands = {w.stored(w.input({1, 4, 4, 2}), in), w.weights("w", {3, 1, 1, 2}, weights)};
  if (bias) operands.push_back(w.weights("b", {3}, *bias));
  w.output(w.stored(w.node("conv", conv(), operands), out));
  return w.model;
}

std::string kinds(const Model& model) {
  std::string text;
  for (const Node& node : model.nodes) text += fmt::format("{}{}", text.empty() ? "" : ", ", node.op->kind());
  return text;
}

std::string told(const Changes& changes) {
  std::string text;
  for (const Change& c : changes) text += fmt::format("{} -> {}: {}\n", fmt::join(c.from, " "), c.to, c.what);
  return text;
}

// The largest difference of the first outputs, as reals, between the QDQ model and its fused form.
double difference(const Model& qdq, const Model& fused, Arithmetic arithmetic) {
  const auto reals = Program::compile(qdq, {.arithmetic = Arithmetic::Onnx}),
             codes = Program::compile(fused, {.arithmetic = arithmetic});
  if (!reals || !codes) throw std::runtime_error((reals ? codes : reals).error().message());
  Context a(*reals), b(*codes);
  std::mt19937 random(3);
  double most = 0;
  for (int run = 0; run < 20; ++run) {
    Tensor x(DType::F32, qdq.tensor(qdq.inputs[0]).shape);
    for (float& v : x.edit<float>()) v = static_cast<float>(random() % 20001) / 1000 - 10;
    a.set_input(0, x);
    b.set_input(0, x);
    a.run();
    b.run();
    for (int64_t i = 0; i < a.output_tensor(0).count(); ++i) {
      const auto k = static_cast<size_t>(i);
      most =
          std::max<double>(most, std::fabs(a.output_tensor(0).view<float>()[k] - b.output_tensor(0).view<float>()[k]));
    }
  }
  return most;
}

struct Row {
  const char* name;
  Model (*make)();
  const char* integer;  // kinds with an integer interface
  const char* kept;     // kinds if the interface is kept
  double step;          // of the output's codes
};

const Row kFused[] = {
    {"a convolution", [] { return layer(kIn, kWeights, bias_scales(0.05f), kOut); }, "conv2d",
     "quantize, conv2d, dequantize", 0.11},
    {"no bias", [] { return layer(kIn, kWeights, std::nullopt, kOut); }, "conv2d", "quantize, conv2d, dequantize",
     0.11},
    {"uint8 activations", [] { return layer(u8(0.05f, 118), kWeights, bias_scales(0.05f), u8(0.11f, 148)); }, "conv2d",
     "quantize, conv2d, dequantize", 0.11},
    {"uint8 weights around 128", [] { return layer(kIn, u8(0.01f, 128), std::nullopt, kOut); }, "conv2d",
     "quantize, conv2d, dequantize", 0.11},
    {"a fused activation",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 4, 4, 2}), kIn);
       w.output(w.stored(w.node("conv", conv(Activation::Relu6), {x, w.weights("w", {3, 1, 1, 2}, kWeights)}), kOut));
       return w.model;
     },
     "conv2d", "quantize, conv2d, dequantize", 0.11},
    {"reshapes outside and between",
     [] {
       Writer w;
       const TensorId x = w.stored(w.node("r1", reshape({1, 2, 2, 2}), {w.input({1, 8})}), kIn);
       const TensorId flat = w.node("r2", reshape({1, 8}), {x});
       w.output(
           w.stored(w.node("dense", std::make_shared<Dense>(), {flat, w.weights("w", {3, 8}, i8(0.02f, 0))}), kOut));
       return w.model;
     },
     "reshape, reshape, dense", "quantize, reshape, reshape, dense, dequantize", 0.11},
    {"a reshape before the Quantize that states the encoding",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 4, 4, 2}), kIn);
       const TensorId y = w.node("conv", conv(), {x, w.weights("w", {3, 1, 1, 2}, kWeights)});
       w.output(w.stored(w.node("r", reshape({1, 48}), {y}), kOut));
       return w.model;
     },
     "conv2d, reshape", "quantize, conv2d, reshape, dequantize", 0.11},
    {"an average pool has its operand's encoding",
     [] {
       Writer w;
       w.output(w.stored(w.node("pool", pool(Pool2d::Kind::Average), {w.stored(w.input({1, 4, 4, 2}), kIn)}), kOut));
       return w.model;
     },
     "average_pool2d, quantize", "quantize, average_pool2d, quantize, dequantize", 0.11},
    {"a maximum of codes",
     [] {
       Writer w;
       w.output(w.dequantize(w.node("pool", pool(Pool2d::Kind::Max), {w.quantize(w.input({1, 4, 4, 2}), kIn)})));
       w.model.tensor(w.model.nodes[1].out[0]).encoding = kIn;
       return w.model;
     },
     "max_pool2d", "quantize, max_pool2d, dequantize", 0.05},
    {"a mean",
     [] {
       Writer w;
       auto mean = std::make_shared<Mean>();
       mean->axes = {1, 2};
       w.output(w.stored(w.node("mean", mean, {w.stored(w.input({1, 4, 4, 2}), kIn)}), i8(0.04f, 3)));
       return w.model;
     },
     "mean", "quantize, mean, dequantize", 0.04},
    {"two readers of one tensor and a sum",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 4, 4, 2}), kIn);
       const TensorId y = w.stored(w.node("relu", std::make_shared<Unary>(Unary::Kind::Relu), {x}), i8(0.04f, -128));
       w.output(w.stored(w.node("add", std::make_shared<Binary>(Binary::Kind::Add), {x, y}), kOut));
       return w.model;
     },
     "relu, add", "quantize, relu, add, dequantize", 0.11},
    {"a sum with a constant of uint8 codes",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 4, 4, 2}), kIn);
       const TensorId k = w.weights("k", {2}, u8(0.02f, 100));
       w.output(w.stored(w.node("add", std::make_shared<Binary>(Binary::Kind::Add), {x, k}), kOut));
       return w.model;
     },
     "add", "quantize, add, dequantize", 0.11},
    {"a concat whose operands are brought to its encoding",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 8}), kIn);
       const TensorId y = w.stored(w.node("relu", std::make_shared<Unary>(Unary::Kind::Relu), {x}), i8(0.04f, -128));
       w.output(w.stored(w.node("concat", concat(), {x, y}), kOut));
       return w.model;
     },
     "relu, quantize, quantize, concat", "quantize, relu, quantize, quantize, concat, dequantize", 0.11},
    {"a softmax inside has 1/256 first",
     [] {
       Writer w;
       auto softmax = std::make_shared<Softmax>();
       softmax->axis = 1;
       w.output(w.stored(w.node("softmax", softmax, {w.stored(w.input({1, 8}), kIn)}), i8(0.005f, -128)));
       return w.model;
     },
     "softmax, quantize", "quantize, softmax, quantize, dequantize", 0.005},
};

TEST(FuseQdq, LeavesIntegerOperators) {
  for (const Row& row : kFused) {
    SCOPED_TRACE(row.name);
    const Model qdq = row.make();
    const auto integer = fuse_qdq(qdq, true, nullptr), kept = fuse_qdq(qdq, false, nullptr);
    ASSERT_TRUE(integer) << integer.error().message();
    ASSERT_TRUE(kept) << kept.error().message();
    EXPECT_EQ(kinds(*integer), row.integer) << print(*integer);
    EXPECT_EQ(kinds(*kept), row.kept) << print(*kept);
  }
}

// The sum of products is the same; what may differ is the last rounding.
TEST(FuseQdq, ComputesTheSameButForTheLastStep) {
  for (const Row& row : kFused)
    for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert}) {
      const Model qdq = row.make();
      EXPECT_LE(difference(qdq, *fuse_qdq(qdq, false, nullptr), arithmetic), 1.001 * row.step)
          << row.name << " " << name_of(arithmetic);
    }
}

struct ToldRow {
  const char* name;
  Model (*make)();
  const char* kinds;  // with the interface kept
  const char* told;
};

Model with_softmax_at_the_end() {
  Writer w;
  auto softmax = std::make_shared<Softmax>();
  softmax->axis = 1;
  w.output(w.node("softmax", softmax, {w.stored(w.input({1, 8}), kIn)}));
  return w.model;
}

const ToldRow kTold[] = {
    {"a convolution", [] { return layer(kIn, kWeights, bias_scales(0.05f), kOut); }, "quantize, conv2d, dequantize",
     "d1 conv q2 -> conv: conv2d became integer\n"},
    {"a float bias", [] { return layer(kIn, kWeights, Encoding::plain(DType::F32), kOut); },
     "quantize, conv2d, dequantize",
     "d1 conv q2 -> conv: conv2d became integer; its bias 'b' was quantized anew, as it was float\n"},
    {"a bias at scales of its own",
     [] { return layer(kIn, kWeights, Encoding::per_tensor(DType::I32, 0.001f, 0), kOut); },
     "quantize, conv2d, dequantize",
     "d1 conv q2 -> conv: conv2d became integer; its bias 'b' was quantized anew, as it was not at the scales s_x "
     "s_w\n"},
    {"a bias beyond int32", [] { return layer(kIn, kWeights, Encoding::per_tensor(DType::I32, 1e6f, 0), kOut); },
     "quantize, dequantize, conv2d, quantize, dequantize",
     "conv -> conv: conv2d stays float: its bias 'b' is beyond 2^30 steps\n"},
    {"float weights", [] { return layer(kIn, Encoding::plain(DType::F32), std::nullopt, kOut); },
     "quantize, dequantize, conv2d, quantize, dequantize",
     "conv -> conv: conv2d stays float: 'w' is encoded as f32; expected i8/tensor/sym or i8/channel/sym along axis "
     "0\n"},
    {"asymmetric weights", [] { return layer(kIn, u8(0.01f, 120), std::nullopt, kOut); },
     "quantize, dequantize, conv2d, quantize, dequantize",
     "conv -> conv: conv2d stays float: 'w' is encoded as i8/tensor/asym; expected weights with zero point 0\n"},
    {"scales along the input's channels",
     [] {
       return layer(kIn, Encoding::per_channel(DType::I8, 3, {0.01f, 0.02f}), std::nullopt, kOut);
     },
     "quantize, dequantize, conv2d, quantize, dequantize",
     "conv -> conv: conv2d stays float: 'w' is encoded as i8/channel/sym; expected i8/tensor/sym or i8/channel/sym "
     "along axis 0\n"},
    {"activations of 16 bits",
     [] { return layer(Encoding::per_tensor(DType::I16, 0.001f, 0, true), kWeights, std::nullopt, kOut); },
     "quantize, dequantize, conv2d, quantize, dequantize", "conv -> conv: conv2d stays float: 'd1' is not quantized\n"},
    {"a result that is not quantized",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 4, 4, 2}), kIn);
       w.output(w.node("conv", conv(), {x, w.weights("w", {3, 1, 1, 2}, kWeights)}));
       return w.model;
     },
     "quantize, dequantize, conv2d", "conv -> conv: conv2d stays float: 'conv' is not quantized\n"},
    {"a result that two Quantize want differently",
     [] {
       Writer w;
       const TensorId y = w.node("relu", std::make_shared<Unary>(Unary::Kind::Relu), {w.stored(w.input({1, 8}), kIn)});
       w.output(w.stored(y, kOut));
       w.output(w.stored(y, kIn));
       return w.model;
     },
     "quantize, dequantize, relu, quantize, quantize, dequantize, dequantize",
     "relu -> relu: relu stays float: 'relu' is not quantized\n"},
    {"no integer form",
     [] {
       Writer w;
       const TensorId x = w.stored(w.input({1, 8}), kIn);
       w.output(w.stored(w.node("div", std::make_shared<Binary>(Binary::Kind::Div), {x, x}), kOut));
       return w.model;
     },
     "quantize, dequantize, div, quantize, dequantize", "div -> div: div stays float: it has no integer form\n"},
    {"a pool that is requantized",
     [] {
       Writer w;
       w.output(w.stored(w.node("pool", pool(Pool2d::Kind::Average), {w.stored(w.input({1, 4, 4, 2}), kIn)}), kOut));
       return w.model;
     },
     "quantize, average_pool2d, quantize, dequantize",
     "d1 pool q2 -> pool: average_pool2d became integer\nq2 -> q2: requantizes the codes of 'pool'\n"},
    {"a softmax at the end", with_softmax_at_the_end, "quantize, dequantize, softmax",
     "softmax -> softmax: softmax stays float: 'softmax' is not quantized\n"},
};

TEST(FuseQdq, SaysWhatItDidAndDidNot) {
  for (const ToldRow& row : kTold) {
    SCOPED_TRACE(row.name);
    Changes changes;
    const auto fused = fuse_qdq(row.make(), false, &changes);
    ASSERT_TRUE(fused) << fused.error().message();
    EXPECT_EQ(kinds(*fused), row.kinds);
    EXPECT_EQ(told(changes), row.told);
  }
}

TEST(FuseQdq, AnIntegerInterface) {
  Changes changes;
  const Model fused = *fuse_qdq(with_softmax_at_the_end(), true, &changes);
  EXPECT_EQ(print(fused),
            "model  arithmetic=none\n"
            "input x : [1, 8] i8/tensor/asym s=0.05 z=-10 \n"
            "softmax : [1, 8] i8/tensor/asym s=0.00390625 z=-128 = softmax(x) {axis=1, beta=1}\n"
            "output softmax\n");
  EXPECT_EQ(told(changes), "x -> x: input became int8, s=0.05 z=-10\nd1 softmax -> softmax: softmax became integer\n");
}

Model of_uint8_codes() {
  Writer w;
  const TensorId x = w.dequantize(w.input({1, 8}, u8(0.05f, 118)));
  w.output(w.quantize(w.node("relu", std::make_shared<Unary>(Unary::Kind::Relu), {x}), u8(0.04f, 0)));
  return w.model;
}

TEST(FuseQdq, AnInterfaceOfUint8Codes) {
  EXPECT_EQ(print(*fuse_qdq(of_uint8_codes(), true, nullptr)),
            "model  arithmetic=none\n"
            "input x : [1, 8] i8/tensor/asym s=0.05 z=-10 \n"
            "q1 : [1, 8] i8/tensor/asym s=0.04 z=-128 = relu(x)\n"
            "output q1\n");
  EXPECT_EQ(print(*fuse_qdq(of_uint8_codes(), false, nullptr)),
            "model  arithmetic=none\n"
            "input x : [1, 8] u8/tensor/asym s=0.05 z=118 \n"
            "x:i8 : [1, 8] i8/tensor/asym s=0.05 z=-10 = quantize(x) {type=i8}\n"
            "q1:i8 : [1, 8] i8/tensor/asym s=0.04 z=-128 = relu(x:i8)\n"
            "q1 : [1, 8] u8/tensor/asym s=0.04 z=0 = quantize(q1:i8) {type=u8}\n"
            "output q1\n");
}

TEST(FuseQdq, ABiasKeepsItsCodes) {
  const Model qdq = layer(kIn, kWeights, bias_scales(0.05f), kOut);
  const auto bias_of = [](const Model& m) {
    for (const Node& node : m.nodes)
      if (as<Conv2d>(node.op)) return m.tensor(node.in[2]).data;
    return Tensor();
  };
  EXPECT_EQ(bias_of(*fuse_qdq(qdq, true, nullptr)), bias_of(qdq));
}

TEST(FuseQdq, WhatStaysFloatHasRealConstants) {
  const Model fused =
      *fuse_qdq(layer(kIn, u8(0.01f, 120), Encoding::per_tensor(DType::I32, 0.001f, 0), kOut), false, nullptr);
  for (const TensorInfo& t : fused.tensors)
    if (t.constant()) EXPECT_EQ(to_string(t.encoding), "f32") << t.name;
}

TEST(FuseQdq, AFloatModelStaysAsItIs) {
  Writer w;
  w.output(w.node("relu", std::make_shared<Unary>(Unary::Kind::Relu), {w.input({1, 8})}));
  EXPECT_EQ(print(*fuse_qdq(w.model, true, nullptr)), print(w.model));
}

}  // namespace
}  // namespace pare
