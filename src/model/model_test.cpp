#include "pare/model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pare/op.hpp"

namespace pare {
namespace {

// y = x of one shape; as many operands as there are.
struct Same final : OpBase<Same> {
  static constexpr std::string_view kKind = "same";
  int64_t number = 3;
  float real = 0.5f;
  bool flag = true;
  std::vector<int64_t> list{1, 2};
  std::string text = "word";
  Activation activation = Activation::Relu6;

  void fields(FieldVisitor& v) override {
    v.field("number", number);
    v.field("real", real);
    v.field("flag", flag);
    v.field("list", list);
    v.field("text", text);
    v.field("activation", activation);
  }
  Result<std::vector<TensorType>> infer(const Operands& in) const override {
    for (const TensorInfo* x : in)
      if (x && x->shape != in[0]->shape) return Error{Code::InvalidModel, "", "shape " + to_string(x->shape), to_string(in[0]->shape), ""};
    return std::vector<TensorType>{{in[0]->shape, DType::F32}};
  }
  Result<Kernel> prepare(const PrepareInput&) const override { return Kernel{}; }
};

TensorInfo plain(std::string name, Shape shape) { return {std::move(name), std::move(shape), "", Encoding::plain(DType::F32), {}}; }

// x -> a -> y, with a constant k beside a.
Model chain() {
  Model m;
  m.name = "chain";
  const TensorId x = m.add(plain("x", {1, 2}));
  m.inputs = {x};
  const TensorId k = m.add_constant("k", Tensor::of<float>({1, 2}, {1, 2}), Encoding::plain(DType::F32));
  const TensorId a = (*m.append("a", std::make_shared<Same>(), {x, k}))[0];
  m.outputs = {(*m.append("y", std::make_shared<Same>(), {a, kNoTensor}))[0]};
  return m;
}

TEST(Model, AppendInfersTheOutput) {
  const Model m = chain();
  EXPECT_EQ(m.tensor(m.outputs[0]).name, "y");
  EXPECT_EQ(m.tensor(m.outputs[0]).shape, (Shape{1, 2}));
  EXPECT_EQ(m.nodes.size(), 2u);
}

TEST(Model, AppendNamesTheNodeInErrors) {
  Model m = chain();
  const TensorId other = m.add(plain("other", {3}));
  EXPECT_EQ(m.append("b", std::make_shared<Same>(), {m.outputs[0], other}).error().message(),
            "node 'b': shape [3]; expected [1, 2]");
}

TEST(Model, KnowsProducersAndConsumers) {
  const Model m = chain();
  EXPECT_EQ(m.producer(m.outputs[0]), 1);
  EXPECT_EQ(m.producer(m.inputs[0]), -1);
  EXPECT_EQ(m.consumers(m.nodes[0].out[0]), std::vector<int64_t>{1});
  EXPECT_TRUE(m.consumers(m.outputs[0]).empty());
  EXPECT_TRUE(m.is_output(m.outputs[0]));
  EXPECT_FALSE(m.is_output(m.inputs[0]));
}

TEST(Model, IsQuantizedIfAnActivationIs) {
  Model m = chain();
  EXPECT_FALSE(m.quantized());
  m.tensor(m.nodes[0].in[1]).encoding = Encoding::per_tensor(DType::I8, 1, 0);
  EXPECT_FALSE(m.quantized()) << "a constant does not count";
  m.tensor(m.outputs[0]).encoding = Encoding::per_tensor(DType::I8, 1, 0);
  EXPECT_TRUE(m.quantized());
}

TEST(Model, WhatNobodyReadsIsRemoved) {
  Model m = chain();
  ASSERT_TRUE(m.append("dead", std::make_shared<Same>(), {m.inputs[0]}));
  m.add(plain("loose", {9}));
  const Model lean = without_dead_parts(m);
  EXPECT_EQ(lean.nodes.size(), 2u);
  EXPECT_EQ(lean.tensors.size(), 4u);
  EXPECT_TRUE(verify(lean));
  EXPECT_EQ(print(lean), print(chain()));
}

TEST(Print, IsOneLineANode) {
  EXPECT_EQ(print(chain()),
            "model chain arithmetic=none\n"
            "input x : [1, 2] f32 \n"
            "a : [1, 2] f32 = same(x, k) {number=3, real=0.5, flag=true, list=[1, 2], text=word, activation=relu6}\n"
            "y : [1, 2] f32 = same(a, -) {number=3, real=0.5, flag=true, list=[1, 2], text=word, activation=relu6}\n"
            "output y\n");
}

TEST(Print, ShowsScaleAndZeroPoint) {
  Model m = chain();
  m.tensor(m.inputs[0]).encoding = Encoding::per_tensor(DType::I8, 0.5f, -3);
  EXPECT_NE(print(m).find("input x : [1, 2] i8/tensor/asym s=0.5 z=-3"), std::string::npos);
}

TEST(Activation, HasNamesAndLimits) {
  EXPECT_EQ(name_of(Activation::ReluN1To1), "relu_n1_to_1");
  EXPECT_EQ(limits_of(Activation::Relu6), (std::array<float, 2>{0, 6}));
  EXPECT_TRUE(std::isinf(limits_of(Activation::None)[0]));
}

struct ProblemRow {
  const char* name;
  void (*spoil)(Model&);
  const char* expected;
};

const ProblemRow kProblems[] = {
    {"a sound model", [](Model&) {}, "none"},
    {"no outputs", [](Model& m) { m.outputs.clear(); }, "model: it has no outputs"},
    {"an output that is not made", [](Model& m) { m.outputs = {m.add(plain("z", {1}))}; }, "output 'z': no node makes it"},
    {"a dangling operand", [](Model& m) { m.nodes[1].in[0] = 77; }, "node 'y': tensor number 77; expected 0 to 3"},
    {"a dangling input", [](Model& m) { m.inputs.push_back(-5); }, "the model's inputs: tensor number -5; expected 0 to 3"},
    {"nodes out of order", [](Model& m) { std::swap(m.nodes[0], m.nodes[1]); },
     "node 'y': operand 'a' is not made by an earlier node"},
    {"an extent of zero", [](Model& m) { m.tensors[0].shape = {1, 0}; }, "tensor 'x': shape [1, 0]; expected extents of at least 1"},
    {"more elements than can be counted", [](Model& m) { m.tensors[0].shape = {int64_t{1} << 40, int64_t{1} << 40}; },
     "tensor 'x': shape [1099511627776, 1099511627776]; expected 281474976710656 elements at most"},
    {"a shape that does not follow", [](Model& m) { m.tensor(m.outputs[0]).shape = {2}; },
     "node 'y': output 'y' of shape [2]; expected [1, 2]"},
    {"a scale of zero", [](Model& m) { m.tensors[0].encoding = Encoding::per_tensor(DType::I8, 0, 0); },
     "tensor 'x': scale 0; expected a finite scale above 0"},
    {"a zero point beyond the codes", [](Model& m) { m.tensors[0].encoding = Encoding::per_tensor(DType::I8, 1, 128); },
     "tensor 'x': zero point 128; expected -128 to 127"},
    {"no scale", [](Model& m) { m.tensors[0].encoding.grain = Grain::Tensor; },
     "tensor 'x': 0 scales and 0 zero points; expected as many of each, at least 1"},
    {"too few scales", [](Model& m) { m.tensors[0].encoding = Encoding::per_channel(DType::I8, 1, {1, 2, 3}); },
     "tensor 'x': 3 scales; expected 2, one a channel"},
    {"channels along no axis", [](Model& m) { m.tensors[0].encoding = Encoding::per_channel(DType::I8, 2, {1}); },
     "tensor 'x': channel axis 2; expected 0 to 1"},
    {"data of another shape", [](Model& m) { m.tensors[1].data = Tensor(DType::F32, {3}); },
     "tensor 'k': data of shape [3]; expected [1, 2]"},
    {"data of another type", [](Model& m) { m.tensors[1].data = Tensor(DType::I8, {1, 2}); },
     "tensor 'k': data of type i8; expected f32"},
    {"a weight that is no number", [](Model& m) { m.tensors[1].data.edit<float>()[1] = std::nanf(""); },
     "tensor 'k': element 1 is not a number (NaN); expected numbers"},
};

TEST(Verify, FindsEachProblem) {
  for (const ProblemRow& row : kProblems) {
    Model m = chain();
    row.spoil(m);
    const std::vector<Error> all = problems(m);
    EXPECT_EQ(all.empty() ? "none" : all[0].message(), row.expected) << row.name;
  }
}

// What an operator makes of extents is asked only if it can be computed.
TEST(Verify, AsksNoOperatorAboutABrokenShape) {
  Model m = chain();
  m.tensors[0].shape = {1, 0};
  EXPECT_EQ(problems(m).size(), 1u);
}

TEST(Verify, CountsTheOtherProblems) {
  Model m = chain();
  m.tensors[0].encoding = Encoding::per_tensor(DType::I8, 0, 0);
  m.tensors[1].data = Tensor(DType::I8, {1, 2});
  EXPECT_EQ(problems(m).size(), 2u);
  EXPECT_EQ(verify(m).error().message(), "tensor 'x': scale 0; expected a finite scale above 0. 1 more problems were found");
}

}  // namespace
}  // namespace pare
