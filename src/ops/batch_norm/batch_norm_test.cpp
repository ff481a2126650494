#include "ops/batch_norm/batch_norm.hpp"

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

std::vector<Operand> operands(Tensor x) {
  std::vector<Operand> in{input(std::move(x))};
  for (const std::vector<float>& values : {std::vector<float>{2, 1}, {10, 0}, {1, -1}, {4, 0.25f}})
    in.push_back(constant(Tensor::of<float>({2}, values)));
  return in;
}

BatchNorm along(int64_t axis) {
  BatchNorm op;
  op.axis = axis;
  op.epsilon = 0;
  return op;
}

TEST(BatchNorm, ComputesByHand) {
  // Channel 0: 2 (x - 1) / 2 + 10; channel 1: (x + 1) / 0.5.
  EXPECT_EQ(reals(ran(along(1), operands(Tensor::of<float>({1, 2, 2}, {1, 3, 1, 3}))).y), (std::vector<float>{10, 12, 4, 8}));
  EXPECT_EQ(reals(ran(along(2), operands(Tensor::of<float>({1, 2, 2}, {1, 3, 1, 3}))).y), (std::vector<float>{10, 8, 10, 8}));
}

TEST(BatchNorm, AnEpsilonJoinsTheVariance) {
  BatchNorm op = along(0);
  op.epsilon = 12;
  EXPECT_EQ(reals(ran(op, operands(Tensor::of<float>({2, 1}, {3, -1}))).y), (std::vector<float>{11, 0}));
}

TEST(BatchNorm, NeedsOneValueAChannel) {
  EXPECT_EQ(shape_of(along(1), operands(Tensor(DType::F32, {1, 3}))), "'k' has shape [2]; expected [3]");
  EXPECT_EQ(shape_of(along(3), operands(Tensor(DType::F32, {1, 2}))), "axis 3 of 'x', whose shape is [1, 2]; expected 0 to 1");
}

TEST(BatchNorm, HasNoIntegerForm) {
  std::vector<Operand> in = operands(Tensor(DType::F32, {1, 2}));
  in[0] = input(Tensor(DType::I8, {1, 2}), s8(1, 0));
  EXPECT_FALSE(along(1).contract().integer);
  EXPECT_EQ(error_of(along(1), in), "'x' is encoded as i8/tensor/asym; expected f32");
}

}  // namespace
}  // namespace pare
