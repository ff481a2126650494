// Steps of several nodes give the bytes of one step a node.
#include "run/fuse.hpp"

#include "run/layers_test.hpp"

namespace pare {
namespace {

using namespace test;
using Kind = Binary::Kind;

/// Every fast form against single steps, which must be `nodes`; fused ones must be `steps`.
void expect_fused(const Model& model, size_t steps, const std::string& name) {
  for (const Isa isa : fast_isas())
    for (const Arithmetic arithmetic : kIntegerArithmetics) {
      if (!has(isa)) continue;
      const Program fused = compiled(model, {.arithmetic = arithmetic, .isa = isa}),
                    single = compiled(model, {.arithmetic = arithmetic, .isa = isa, .fuse = false});
      const std::string where = fmt::format("{}, {}, {}", name, name_of(isa), name_of(arithmetic));
      EXPECT_EQ(single.steps().size(), model.nodes.size()) << where;
      const bool reference = single.steps()[0].kernel.name == "dense_s8";  // litert_ref's, which takes no tail
      EXPECT_EQ(fused.steps().size(), reference ? model.nodes.size() : steps) << where;
      EXPECT_EQ(outputs_of(fused, 1), outputs_of(single, 1)) << where;
    }
}

struct Row {
  const char* name;
  size_t joined;  // nodes that are no step of their own
  void (*build)(Layers& l);
};
constexpr Row kRows[] = {
    {"an addition after a convolution", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({1, 9, 7, 16}), 16, 3), l.input({1, 9, 7, 16}))};
     }},
    {"the convolution is the second operand", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.input({1, 9, 7, 16}), l.conv(l.input({1, 9, 7, 16}), 16, 3))};
     }},
    {"a convolution's own input is added", 1,
     [](Layers& l) {
       const TensorId x = l.input({1, 20, 20, 24});
       l.model.outputs = {l.add(x, l.conv(x, 24, 1))};
     }},
    {"eight channels", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({1, 33, 31, 3}), 8, 3), l.input({1, 33, 31, 8}))};
     }},
    {"several samples, groups, rows of few bytes", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.input({3, 5, 3, 6}), l.conv(l.input({3, 5, 3, 6}), 6, 3, 2))};
     }},
    {"a long row, in pieces", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({1, 50, 50, 96}), 40, 1), l.input({1, 50, 50, 40}))};
     }},
    {"stride 2", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({2, 16, 16, 16}), 32, 1, 1, 2), l.input({2, 8, 8, 32}))};
     }},
    {"depthwise 3 x 3", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.depthwise(l.input({2, 13, 11, 64}), 3), l.input({2, 13, 11, 64}))};
     }},
    {"depthwise 7 x 7", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.input({2, 13, 11, 5}), l.depthwise(l.input({2, 13, 11, 5}), 7))};
     }},
    {"depthwise with many outputs an input", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.depthwise(l.input({1, 6, 6, 2}), 3, 1, 8), l.input({1, 6, 6, 16}))};
     }},
    {"a dense layer", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.dense(l.input({7, 30}), 19), l.input({7, 19}))};
     }},
    {"subtracted, first", 1,
     [](Layers& l) {
       l.model.outputs = {l.binary(Kind::Sub, l.conv(l.input({1, 9, 9, 4}), 5, 3), l.input({1, 9, 9, 5}))};
     }},
    {"subtracted, second", 1,
     [](Layers& l) {
       l.model.outputs = {l.binary(Kind::Sub, l.input({1, 9, 9, 5}), l.conv(l.input({1, 9, 9, 4}), 5, 3))};
     }},
    {"multiplied", 1,
     [](Layers& l) {
       l.model.outputs = {l.binary(Kind::Mul, l.input({1, 9, 9, 5}), l.conv(l.input({1, 9, 9, 4}), 5, 3))};
     }},
    {"a constant is added", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.constant({1, 9, 9, 5}), l.conv(l.input({1, 9, 9, 4}), 5, 3))};
     }},
    {"one number is added", 1,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({1, 9, 9, 4}), 5, 3), l.constant({1}))};
     }},
    {"both are convolutions: the later one", 1,
     [](Layers& l) {
       const TensorId x = l.input({1, 12, 12, 16}), first = l.conv(x, 32, 3);
       l.model.outputs = {l.add(first, l.conv(x, 32, 1))};
     }},
    {"both are convolutions: the later one, first", 1,
     [](Layers& l) {
       const TensorId x = l.input({1, 12, 12, 16}), first = l.conv(x, 32, 3);
       l.model.outputs = {l.add(l.conv(x, 32, 1), first)};
     }},
    {"the other operand comes after the convolution", 1,
     [](Layers& l) {
       const TensorId x = l.input({1, 12, 12, 16}), first = l.conv(x, 16, 3);
       l.model.outputs = {l.add(first, l.binary(Kind::Mul, x, x))};
     }},
    {"one after the other", 2,
     [](Layers& l) {
       TensorId x = l.input({1, 12, 12, 16});
       for (int i = 0; i < 2; ++i) x = l.add(x, l.conv(x, 16, 3));
       l.model.outputs = {x};
     }},
    {"two additions: the first alone", 1,
     [](Layers& l) {
       const TensorId x = l.input({1, 12, 12, 16});
       l.model.outputs = {l.add(l.add(l.conv(x, 16, 3), x), x)};
     }},
    {"not fused: the convolution has another reader", 0,
     [](Layers& l) {
       const TensorId x = l.input({1, 12, 12, 16}), y = l.conv(x, 16, 3);
       l.model.outputs = {l.binary(Kind::Mul, l.add(x, y), y)};
     }},
    {"not fused: the convolution is an output", 0,
     [](Layers& l) {
       const TensorId x = l.input({1, 12, 12, 16}), y = l.conv(x, 16, 3);
       l.model.outputs = {l.add(x, y), y};
     }},
    {"not fused: added to itself", 0,
     [](Layers& l) {
       const TensorId y = l.conv(l.input({1, 12, 12, 16}), 16, 3);
       l.model.outputs = {l.add(y, y)};
     }},
    {"not fused: the convolution is broadcast", 0,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({1, 1, 1, 16}), 16, 1), l.input({1, 5, 5, 16}))};
     }},
    {"not fused: the other operand is broadcast", 0,
     [](Layers& l) {
       l.model.outputs = {l.add(l.conv(l.input({1, 5, 5, 16}), 16, 1), l.input({1, 1, 1, 16}))};
     }},
};

TEST(Fuse, GivesTheBytesOfSingleSteps) {
  for (const Row& row : kRows) {
    Layers layers(3);
    row.build(layers);
    expect_fused(layers.model, layers.model.nodes.size() - row.joined, row.name);
  }
}

TEST(Fuse, GivesTheBytesOfSingleStepsForRandomShapes) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    Layers l(seed);
    const auto any = [&](int lo, int hi) { return int64_t{l.random().integer(lo, hi)}; };
    const TensorId x = l.input({any(1, 2), any(1, 40), any(1, 40), any(1, 40)});
    const TensorId y = any(0, 3) ? l.conv(x, any(0, 2) ? any(1, 70) : 8, any(0, 1) ? 1 : 3, 1, any(1, 2))
                                 : l.depthwise(x, any(0, 1) ? 3 : 5, any(1, 2));
    const TensorId other = l.input(l.shape(y));
    l.model.outputs = {any(0, 1) ? l.add(y, other) : l.add(other, y)};
    expect_fused(l.model, 1, fmt::format("case {}: {} to {}", seed, to_string(l.shape(x)), to_string(l.shape(y))));
  }
}

TEST(Fuse, SavesTheTensorBetween) {
  Layers l(1);
  const TensorId wide = l.input({1, 16, 16, 64}), x = l.conv(wide, 16, 1);
  l.model.outputs = {l.add(wide, l.conv(x, 64, 1))};
  const CompileOptions fused{.arithmetic = Arithmetic::Tflm}, single{.arithmetic = Arithmetic::Tflm, .fuse = false};
  const int64_t wide_bytes = 16 * 16 * 64;
  EXPECT_GE(compiled(l.model, single).memory().bytes, 3 * wide_bytes);
  if (best_isa() != Isa::Portable) EXPECT_LT(compiled(l.model, fused).memory().bytes, 3 * wide_bytes);
}

TEST(Fuse, LeavesStepsAloneWhereEachTensorIsWanted) {
  Layers l(1);
  const TensorId x = l.input({1, 8, 8, 16});
  l.model.outputs = {l.add(x, l.conv(x, 16, 3))};
  EXPECT_EQ(compiled(l.model, {.arithmetic = Arithmetic::Tflm, .keep_all = true}).steps().size(), 2u);
  EXPECT_EQ(compiled(l.model, {.arithmetic = Arithmetic::Tflm, .isa = Isa::Portable}).steps().size(), 2u);
}

}  // namespace
}  // namespace pare
