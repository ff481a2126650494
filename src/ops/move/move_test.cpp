#include "ops/move/move.hpp"

#include <numeric>

#include "ops/op_test.hpp"

namespace pare {
namespace {

using namespace test;

Tensor counting(Shape shape) {
  std::vector<float> values(static_cast<size_t>(count_of(shape)));
  std::iota(values.begin(), values.end(), 0.0f);
  return Tensor::of(std::move(shape), values);
}

Reshape reshape(Shape shape) {
  Reshape op;
  op.shape = std::move(shape);
  return op;
}
Transpose transpose(std::vector<int64_t> perm) {
  Transpose op;
  op.perm = std::move(perm);
  return op;
}
Pad pad(std::vector<int64_t> before, std::vector<int64_t> after, float value = 0) {
  Pad op;
  op.before = std::move(before);
  op.after = std::move(after);
  op.value = value;
  return op;
}
Slice slice(std::vector<int64_t> begin, std::vector<int64_t> size, std::vector<int64_t> step) {
  Slice op;
  op.begin = std::move(begin);
  op.size = std::move(size);
  op.step = std::move(step);
  return op;
}
Concat concat(int64_t axis) {
  Concat op;
  op.axis = axis;
  return op;
}

struct ShapeRow {
  const char* name;
  std::shared_ptr<Op> op;
  std::vector<Shape> in;
  const char* expected;
};

TEST(Move, InfersShapes) {
  const ShapeRow rows[] = {
      {"reshape", reshape({3, 4}).clone(), {{2, 6}}, "[3, 4]"},
      {"an open extent is what is left", reshape({2, -1, 3}).clone(), {{2, 6}}, "[2, 2, 3]"},
      {"reshape to a scalar", reshape({}).clone(), {{1, 1}}, "[]"},
      {"counts must be equal",
       reshape({5}).clone(),
       {{2, 6}},
       "shape [5] for the 12 elements of 'x'; expected an equal count, with at most one -1"},
      {"an open extent must fit",
       reshape({5, -1}).clone(),
       {{2, 6}},
       "shape [5, -1] for the 12 elements of 'x'; expected an equal count, with at most one -1"},
      {"one open extent",
       reshape({-1, -1}).clone(),
       {{2, 6}},
       "shape [-1, -1] for the 12 elements of 'x'; expected an equal count, with at most one -1"},
      {"huge extents do not overflow",
       reshape({int64_t{1} << 40, int64_t{1} << 40}).clone(),
       {{2, 6}},
       "shape [1099511627776, 1099511627776] for the 12 elements of 'x'; expected an equal count, with at most one -1"},
      {"transpose", transpose({2, 0, 1}).clone(), {{2, 3, 4}}, "[4, 2, 3]"},
      {"an operand of extents whose product overflows",
       reshape({1}).clone(),
       {{int64_t{1} << 40, int64_t{1} << 40}},
       "'x' has shape [1099511627776, 1099511627776]; expected 281474976710656 elements at most"},
      {"an operand of a negative extent",
       reshape({-1}).clone(),
       {{-2, 3}},
       "'x' has shape [-2, 3]; expected 281474976710656 elements at most"},
      {"perm names each axis", transpose({0, 0, 1}).clone(), {{2, 3, 4}}, "perm [0, 0, 1]; expected each axis once"},
      {"perm is as long as the shape",
       transpose({0, 1}).clone(),
       {{2, 3, 4}},
       "perm [0, 1] for a shape of [2, 3, 4]; expected one number an axis"},
      {"pad", pad({0, 1}, {2, 0}).clone(), {{2, 3}}, "[4, 4]"},
      {"padding is not negative",
       pad({0, -1}, {2, 0}).clone(),
       {{2, 3}},
       "padding [0, -1] and [2, 0]; expected 0 to 2147483647 each"},
      {"slice", slice({1, 0}, {1, 2}, {1, 2}).clone(), {{2, 3}}, "[1, 2]"},
      {"a slice backwards", slice({1, 2}, {2, 3}, {-1, -1}).clone(), {{2, 3}}, "[2, 3]"},
      {"a slice stays inside",
       slice({1, 0}, {2, 3}, {1, 1}).clone(),
       {{2, 3}},
       "2 elements from 1 by 1 on axis 0; expected a range inside 0 to 1"},
      {"concat", concat(1).clone(), {{2, 3}, {2, 1}, {2, 2}}, "[2, 6]"},
      {"concat of one", concat(0).clone(), {{2, 3}}, "[2, 3]"},
      {"other extents are equal",
       concat(1).clone(),
       {{2, 3}, {3, 1}},
       "'x' has shape [3, 1]; expected [2, 3] but for axis 1"},
      {"concat along an axis that exists",
       concat(2).clone(),
       {{2, 3}},
       "axis 2 of 'x', whose shape is [2, 3]; expected 0 to 1"},
  };
  for (const ShapeRow& row : rows) {
    std::vector<Operand> in;
    for (const Shape& shape : row.in) in.push_back(of_shape(shape));
    EXPECT_EQ(shape_of(*row.op, in), row.expected) << row.name;
  }
}

struct DataRow {
  const char* name;
  std::shared_ptr<Op> op;
  Shape x;
  std::vector<float> expected;
};

// Of 0, 1, 2, ...
const DataRow kData[] = {
    {"reshape keeps the order", reshape({4}).clone(), {2, 2}, {0, 1, 2, 3}},
    {"transpose of a matrix", transpose({1, 0}).clone(), {2, 3}, {0, 3, 1, 4, 2, 5}},
    {"NCHW to NHWC", transpose({0, 2, 3, 1}).clone(), {1, 2, 1, 3}, {0, 3, 1, 4, 2, 5}},
    {"six axes", transpose({0, 1, 2, 3, 5, 4}).clone(), {1, 1, 1, 1, 2, 2}, {0, 2, 1, 3}},
    {"padding on both sides", pad({1, 0}, {0, 1}).clone(), {2, 2}, {0, 0, 0, 0, 1, 0, 2, 3, 0}},
    {"padding with a value", pad({0, 1}, {1, 0}, 1.5f).clone(), {1, 2}, {1.5f, 0, 1, 1.5f, 1.5f, 1.5f}},
    {"no padding at all", pad({0}, {0}).clone(), {3}, {0, 1, 2}},
    {"every second", slice({0, 0}, {1, 2}, {1, 2}).clone(), {2, 3}, {0, 2}},
    {"backwards", slice({1, 2}, {2, 2}, {-1, -2}).clone(), {2, 3}, {5, 3, 2, 0}},
};

TEST(Move, MovesFloats) {
  for (const DataRow& row : kData) EXPECT_EQ(reals(ran(*row.op, {input(counting(row.x))}).y), row.expected) << row.name;
}

TEST(Move, FastTranspositionIsTheReference) {
  struct Row {
    std::vector<int64_t> perm;
    bool fast;
  };
  Random random(1);
  for (const Row& row : std::vector<Row>{{{0, 2, 3, 1}, true},
                                         {{0, 3, 1, 2}, true},
                                         {{0, 1, 3, 2}, true},
                                         {{3, 0, 1, 2}, true},
                                         {{0, 2, 1, 3}, false},
                                         {{3, 2, 1, 0}, false}})
    for (const Shape& shape :
         std::vector<Shape>{{2, 3, 5, 7}, {1, 2, 9, 33}, {2, 4, 17, 19}, {3, 18, 20, 37}, {2, 6, 2, 3}}) {
      const Operand floats = input(random.floats(shape)), bytes = input(random.codes(shape), s8(0.5f, 1));
      const Setting portable{.out = bytes.info.encoding, .isa = Isa::Portable};
      EXPECT_EQ(ran(transpose(row.perm), {bytes}, {.out = bytes.info.encoding, .isa = best_isa()}).y,
                ran(transpose(row.perm), {bytes}, portable).y);
      const Ran fast = ran(transpose(row.perm), {floats}, {.out = {}, .isa = best_isa()});
      EXPECT_EQ(fast.y, ran(transpose(row.perm), {floats}, {.out = {}, .isa = Isa::Portable}).y)
          << to_string(row.perm) << " of " << to_string(shape);
      EXPECT_EQ(fast.kernel.name == "transpose_fast", row.fast && best_isa() != Isa::Portable) << to_string(row.perm);
    }
}

TEST(Move, MovesCodesUnderEveryArithmetic) {
  const Encoding e = s8(0.5f, 0);
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::Onnx})
    for (const DataRow& row : kData) {
      const Tensor q = *quantize(counting(row.x), e, Rounding::HalfEven);
      const Ran result = ran(*row.op, {input(q, e)}, {.out = e, .arithmetic = arithmetic});
      EXPECT_EQ(reals(dequantize(result.y, e)), row.expected) << row.name;
    }
}

TEST(Move, MovesElementsOfEverySize) {
  const Tensor wide = Tensor::of<int64_t>({1, 2}, {int64_t{1} << 40, -7});
  EXPECT_EQ(ran(transpose({1, 0}), {input(wide)}).y, wide.reshaped({2, 1}));
  const Tensor narrow = Tensor::of<int16_t>({2, 2}, {1, 2, 3, 400});
  EXPECT_EQ(ran(transpose({1, 0}), {input(narrow)}).y, (Tensor::of<int16_t>({2, 2}, {1, 3, 2, 400})));
  EXPECT_EQ(ran(pad({1}, {0}), {input(Tensor::of<int64_t>({1}, {5}))}).y, (Tensor::of<int64_t>({2}, {0, 5})));
}

TEST(Move, PaddingOfCodesIsTheCodeOfTheValue) {
  const Operand x = input(Tensor::of<int8_t>({1}, {1}), s8(0.5f, 7));
  EXPECT_EQ(codes(ran(pad({1}, {0}), {x}, {.out = s8(0.5f, 7)}).y), (std::vector<int>{7, 1}));
  EXPECT_EQ(codes(ran(pad({1}, {0}, 2), {x}, {.out = s8(0.5f, 7)}).y), (std::vector<int>{11, 1}));
  const float least = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(codes(ran(pad({1}, {0}, least), {x}, {.out = s8(0.5f, 7)}).y), (std::vector<int>{-128, 1}));
}

TEST(Move, AReshapeIsAnAlias) {
  const Ran result = ran(reshape({2}), {input(counting({1, 2}))});
  EXPECT_TRUE(result.kernel.alias);
  EXPECT_EQ(result.kernel.c.function, "pare_copy");
}

TEST(Move, ConcatenatesRunTimeAndConstantOperands) {
  const Tensor a = Tensor::of<float>({2, 1}, {1, 2}), b = Tensor::of<float>({2, 2}, {3, 4, 5, 6});
  const std::vector<float> expected{1, 3, 4, 2, 5, 6};
  EXPECT_EQ(reals(ran(concat(1), {input(a), input(b)}).y), expected);
  EXPECT_EQ(reals(ran(concat(1), {constant(a), input(b)}).y), expected);
  EXPECT_EQ(reals(ran(concat(1), {input(a), constant(b)}).y), expected);
  EXPECT_EQ(reals(ran(concat(0), {input(a), input(a)}).y), (std::vector<float>{1, 2, 1, 2}));
}

TEST(Move, ConcatenatesReencodedConstantsAsReals) {
  const Operand k = constant(Tensor::of<int8_t>({1}, {4}), s8(0.5f, 0));
  EXPECT_EQ(reals(ran(concat(0), {input(Tensor::of<float>({1}, {1})), k}).y), (std::vector<float>{1, 2}));
}

TEST(Move, AllOperandsShareTheOutputsEncoding) {
  const Operand a = input(Tensor::of<int8_t>({1}, {4}), s8(0.5f, 0)),
                b = input(Tensor::of<int8_t>({1}, {4}), s8(0.25f, 0));
  EXPECT_EQ(error_of(concat(0), {a, b}, {.out = s8(0.5f, 0), .arithmetic = Arithmetic::Tflm}),
            "'y' is encoded as i8/tensor/asym s=0.5 z=0; expected the encoding of 'x', i8/tensor/asym s=0.25 z=0");
  EXPECT_EQ(error_of(transpose({0}), {a}, {.out = s8(0.5f, 1)}),
            "'y' is encoded as i8/tensor/asym s=0.5 z=1; expected the encoding of 'x', i8/tensor/asym s=0.5 z=0");
}

// What a move gives by its definition: y's element at each place, found by `from`, which is null for a new element.
template <class From>
Tensor by_definition(const Tensor& x, const Shape& shape, int8_t fill, From from) {
  Tensor y(DType::I8, shape);
  std::vector<int64_t> at(shape.size());
  for (int8_t& code : y.edit<int8_t>()) {
    int64_t place = 0;
    bool inside = true;
    const std::vector<int64_t> source = from(at);
    for (size_t k = 0; k < source.size(); ++k) {
      inside = inside && source[k] >= 0 && source[k] < x.shape()[k];
      place = place * x.shape()[k] + source[k];
    }
    code = inside ? x.view<int8_t>()[static_cast<size_t>(place)] : fill;
    for (size_t k = shape.size(); k-- > 0;)
      if (++at[k] < shape[k])
        break;
      else
        at[k] = 0;
  }
  return y;
}

Shape random_shape(Random& random) {
  Shape shape;
  for (int k = random.integer(1, 6); k > 0; --k) shape.push_back(random.integer(0, 2) ? random.integer(1, 4) : 1);
  for (int k = 0; k < 2; ++k)
    shape[static_cast<size_t>(random.integer(0, static_cast<int>(shape.size()) - 1))] = random.integer(1, 40);
  return shape;
}

void expect_on_all(const Op& op, const Tensor& x, const Tensor& expected, const std::string& name) {
  const Encoding e = s8(0.5f, 7);
  std::vector<Isa> isas = fast_isas();
  isas.push_back(Isa::Portable);
  for (const Isa isa : isas)
    ASSERT_EQ(ran(op, {input(x, e)}, {.out = e, .arithmetic = Arithmetic::Tflm, .isa = isa}).y, expected)
        << name << " on " << name_of(isa);
}

TEST(Move, RandomMovesAreTheirDefinitionBitForBit) {
  Random random(5);
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
    const Tensor x = random.codes(random_shape(random));
    const size_t rank = x.shape().size();
    const std::string name = std::to_string(i) + ": " + to_string(x.shape());
    std::vector<int64_t> perm(rank), before(rank), after(rank), begin(rank), size(rank), step(rank);
    std::iota(perm.begin(), perm.end(), 0);
    for (size_t k = 0; k < rank; ++k) {
      std::swap(perm[k], perm[static_cast<size_t>(random.integer(0, static_cast<int>(k)))]);
      before[k] = random.integer(0, 2) ? 0 : random.integer(0, 3);
      after[k] = random.integer(0, 2) ? 0 : random.integer(0, 3);
      const int extent = static_cast<int>(x.shape()[k]), first = random.integer(0, extent - 1);
      begin[k] = random.integer(0, 1) ? 0 : first;
      step[k] = begin[k] == extent - 1 && extent > 1 && random.integer(0, 1) ? -1
                : extent > 2 && random.integer(0, 3) == 0                    ? 2
                                                                             : 1;
      size[k] = step[k] < 0 ? random.integer(1, extent) : (extent - 1 - begin[k]) / step[k] + 1;
    }
    Shape moved, padded;
    for (size_t k = 0; k < rank; ++k) {
      moved.push_back(x.shape()[static_cast<size_t>(perm[k])]);
      padded.push_back(x.shape()[k] + before[k] + after[k]);
    }
    const auto mapped = [&](auto of) {
      return [=](const std::vector<int64_t>& at) {
        std::vector<int64_t> from(at.size());
        for (size_t k = 0; k < at.size(); ++k) of(from, at, k);
        return from;
      };
    };
    expect_on_all(transpose(perm), x, by_definition(x, moved, 0, mapped([&](auto& from, auto& at, size_t k) {
                                                      from[static_cast<size_t>(perm[k])] = at[k];
                                                    })),
                  name + " transposed " + to_string(perm));
    expect_on_all(
        pad(before, after), x,
        by_definition(x, padded, 7, mapped([&](auto& from, auto& at, size_t k) { from[k] = at[k] - before[k]; })),
        name + " padded");
    expect_on_all(slice(begin, size, step), x, by_definition(x, size, 0, mapped([&](auto& from, auto& at, size_t k) {
                                                               from[k] = begin[k] + at[k] * step[k];
                                                             })),
                  name + " sliced");
  }
}

struct TransposeRow {
  const char* name;
  Shape x;
  std::vector<int64_t> perm;
  bool fast;
};

TEST(Move, TransposesBytesByVectorsBitForBit) {
  const TransposeRow rows[] = {
      {"a shuffle of two groups", {1, 3, 3, 2, 58}, {0, 1, 2, 4, 3}, true},
      {"a shuffle of three groups", {1, 2, 3, 3, 80}, {0, 1, 2, 4, 3}, true},
      {"back from a shuffle of many", {5, 17, 17}, {0, 2, 1}, true},
      {"NCHW to NHWC", {2, 3, 9, 7}, {0, 2, 3, 1}, true},
      {"NHWC to NCHW", {2, 9, 7, 33}, {0, 3, 1, 2}, true},
      {"rows beyond blocks of 16", {61, 16}, {1, 0}, true},
      {"fewer than 16 columns", {61, 15}, {1, 0}, false},
      {"one column", {61, 1}, {1, 0}, false},
      {"runs of three bytes", {4, 5, 3}, {1, 0, 2}, true},
      {"runs of 16 bytes", {4, 5, 16}, {1, 0, 2}, true},
      {"runs of 17 bytes", {4, 5, 17}, {1, 0, 2}, false},
      {"nothing moves", {4, 40}, {0, 1}, false},
  };
  Random random(6);
  for (const TransposeRow& row : rows)
    for (const Isa isa : fast_isas()) {
      const Operand x = input(random.codes(row.x), s8(0.5f, 7));
      const Ran fast = ran(transpose(row.perm), {x}, {.out = s8(0.5f, 7), .arithmetic = Arithmetic::Tflm, .isa = isa});
      EXPECT_EQ(fast.y, ran(transpose(row.perm), {x}, {.out = s8(0.5f, 7), .arithmetic = Arithmetic::Tflm}).y)
          << row.name;
      EXPECT_EQ(fast.kernel.name, row.fast ? "gather_fast" : "gather") << row.name;
    }
  for (int64_t r = 1; r <= 40; ++r)
    for (const int64_t c : {16, 17, 31, 32, 47, 100}) {
      const Tensor x = random.codes({2, r, c});
      expect_on_all(transpose({0, 2, 1}), x,
                    by_definition(x, {2, c, r}, 0,
                                  [](const std::vector<int64_t>& at) {
                                    return std::vector<int64_t>{at[0], at[2], at[1]};
                                  }),
                    to_string(x.shape()));
    }
}

TEST(Move, ShortRunsOfWideElementsMoveBitForBit) {
  for (const Isa isa : fast_isas())
    for (int64_t run = 1; run <= 6; ++run) {
      const Operand x = input(counting({3, 7, 2 * run}));
      const Slice op = slice({0, 1, run}, {3, 3, run}, {1, 2, 1});
      EXPECT_EQ(ran(op, {x}, {.out = Encoding::plain(DType::F32), .isa = isa}).y, ran(op, {x}).y) << run;
    }
}

TEST(Move, SevenAxesAreTooManyToMove) {
  EXPECT_EQ(error_of(transpose({0, 1, 2, 3, 4, 6, 5}), {input(counting({1, 1, 1, 1, 1, 2, 2}))}),
            "'x' has shape [1, 1, 1, 1, 1, 2, 2]; expected rank 6 at most");
}

}  // namespace
}  // namespace pare
