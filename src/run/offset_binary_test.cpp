// Tensors that stand as q + 128 between two kernels.
#include "run/offset_binary.hpp"

#include "run/layers_test.hpp"

namespace pare {
namespace {

using namespace test;

/// Steps whose outputs are flipped.
size_t flipped_steps(const Program& program) {
  size_t count = 0;
  for (const Step& step : program.steps()) count += step.kernel.flip_out && *step.kernel.flip_out != 0;
  return count;
}

struct Row {
  const char* name;
  size_t flipped;  // tensors, on an instruction set that has kernels for it
  void (*build)(Layers& l);
};
constexpr Row kRows[] = {
    {"a depthwise layer before a pointwise one", 1,
     [](Layers& l) { l.model.outputs = {l.conv(l.depthwise(l.input({1, 9, 7, 16}), 3), 24, 1)}; }},
    {"one that copies rows", 1,
     [](Layers& l) { l.model.outputs = {l.conv(l.depthwise(l.input({1, 9, 7, 16}), 3), 24, 3)}; }},
    {"5 x 5, and a stride", 1,
     [](Layers& l) { l.model.outputs = {l.conv(l.depthwise(l.input({1, 9, 7, 64}), 5, 2), 24, 1, 1, 2)}; }},
    {"a number of channels that fills no lanes", 1,
     [](Layers& l) { l.model.outputs = {l.conv(l.depthwise(l.input({1, 9, 7, 66}), 3, 2), 24, 1)}; }},
    {"streams", 1, [](Layers& l) { l.model.outputs = {l.conv(l.depthwise(l.input({1, 9, 21, 24}), 3), 24, 1)}; }},
    {"single pixels", 1,
     [](Layers& l) { l.model.outputs = {l.conv(l.depthwise(l.input({1, 1, 1, 64}), 3), 24, 1)}; }},
    {"several readers", 1,
     [](Layers& l) {
       const TensorId x = l.depthwise(l.input({1, 9, 7, 32}), 3);
       l.model.outputs = {l.conv(x, 8, 1), l.conv(x, 24, 3)};
     }},
    {"two blocks of a network", 2,
     [](Layers& l) {
       const TensorId x = l.conv(l.depthwise(l.input({1, 12, 12, 32}), 3), 64, 1);
       l.model.outputs = {l.conv(l.depthwise(x, 3, 2), 128, 1)};
     }},
    {"and an addition in the reader's step", 1,
     [](Layers& l) {
       const TensorId x = l.input({1, 8, 8, 16});
       l.model.outputs = {l.add(l.conv(l.depthwise(l.conv(x, 96, 1), 3), 16, 1), x)};
     }},
    {"but not an output of the model", 0,
     [](Layers& l) {
       const TensorId x = l.depthwise(l.input({1, 9, 7, 16}), 3);
       l.model.outputs = {x, l.conv(x, 24, 1)};
     }},
    {"not with a reader of another kind", 0,
     [](Layers& l) {
       const TensorId x = l.depthwise(l.input({1, 9, 7, 16}), 3);
       l.model.outputs = {l.conv(x, 24, 1), l.add(x, l.input({1, 9, 7, 16}))};
     }},
    {"nor for a reader that takes it as a second operand", 0,
     [](Layers& l) {
       const TensorId x = l.depthwise(l.input({1, 8, 8, 16}), 3);
       l.model.outputs = {l.add(l.conv(l.input({1, 8, 8, 24}), 16, 1), x), l.conv(x, 8, 1)};
     }},
};

TEST(OffsetBinary, GivesTheBytesOfThePortableKernels) {
  for (const Row& row : kRows) {
    Layers l(1);
    row.build(l);
    for (const Arithmetic arithmetic : kIntegerArithmetics) {
      const Program portable = compiled(l.model, {.arithmetic = arithmetic, .isa = Isa::Portable});
      EXPECT_EQ(flipped_steps(portable), 0u) << row.name;
      for (const Isa isa : fast_isas()) {
        if (!has(isa)) continue;
        const Program fast = compiled(l.model, {.arithmetic = arithmetic, .isa = isa});
        const bool serves = base_of(isa) == Isa::Avx512Vnni || isa == Isa::Avx512Vnni;
        if (isa == Isa::Avx512Vnni) EXPECT_EQ(flipped_steps(fast), row.flipped) << row.name << ", " << name_of(arithmetic);
        else EXPECT_LE(flipped_steps(fast), serves ? row.flipped : 0) << row.name << ", " << name_of(isa);
        EXPECT_EQ(outputs_of(fast, 1), outputs_of(portable, 1)) << row.name << ", " << name_of(isa) << ", " << name_of(arithmetic);
      }
    }
  }
}

TEST(OffsetBinary, LeavesTensorsAloneThatAreLookedAt) {
  Layers l(1);
  const TensorId x = l.depthwise(l.input({1, 9, 7, 16}), 3);
  l.model.outputs = {l.conv(x, 24, 1)};
  EXPECT_EQ(flipped_steps(compiled(l.model, {.arithmetic = Arithmetic::Tflm, .keep_all = true})), 0u);
}

}  // namespace
}  // namespace pare
