// The given QDQ files as integer models: nothing stays float, what is written is what was fused, and the classes agree.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "networks/networks.hpp"
#include "pare/compress.hpp"
#include "pare/op.hpp"

namespace pare {
namespace {

using namespace test;

class Qdq : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!missing_data().empty()) GTEST_SKIP() << missing_data();
    fused_ = must(fuse_qdq(must(simplify(model(GetParam()), true, nullptr)), true, &changes_));
    fused_.arithmetic = Arithmetic::Tflm;
  }

  Model fused_;
  Changes changes_;
};

Model written_and_read(const Model& m) {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("pare{}.tflite", ::getpid())).string();
  must(write_model(m, path));
  Model back = must(read_model(path));
  std::filesystem::remove(path);
  return back;
}

// Outputs of both for `count` inputs of seeded random codes: how many are equal, byte for byte.
int equal_outputs(const Model& a, const Model& b, Arithmetic arithmetic, int count) {
  Context one(must(Program::compile(a, {.arithmetic = arithmetic}))),
      two(must(Program::compile(b, {.arithmetic = arithmetic})));
  std::mt19937 random(11);
  int equal = 0;
  for (int i = 0; i < count; ++i) {
    Tensor x(DType::I8, a.tensor(a.inputs[0]).shape);
    for (int8_t& code : x.edit<int8_t>()) code = static_cast<int8_t>(random());
    one.set_input(0, x);
    two.set_input(0, x);
    one.run();
    two.run();
    equal += one.output_tensor(0) == two.output_tensor(0);
  }
  return equal;
}

TEST_P(Qdq, NothingStaysFloat) {
  for (const TensorInfo& t : fused_.tensors) EXPECT_NE(t.encoding.type, DType::F32) << t.name;
  for (const Change& change : changes_) EXPECT_EQ(change.what.find("anew"), std::string::npos) << change.what;
}

TEST_P(Qdq, TheWrittenFileIsWhatWasFused) {
  const Model back = written_and_read(fused_);
  EXPECT_EQ(back.arithmetic, Arithmetic::Tflm);
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert})
    EXPECT_EQ(equal_outputs(fused_, back, arithmetic, 50), 50);
}

INSTANTIATE_TEST_SUITE_P(Files, Qdq, testing::Values("kws_dscnn_qdq.onnx", "ic_resnet8_qdq.onnx"),
                         [](const auto& row) { return std::string(row.param).substr(0, 3); });

// Accuracy on all 1000 clips as the file means it is .902; rounding once more or less moves a few clips.
TEST(QdqDsCnn, TheClassesAgreeOnKws01) {
  if (!missing_data().empty()) GTEST_SKIP() << missing_data();
  const Dataset kws = kws_data();
  const Samples clips{.data = &kws, .split = "every", .threads = 2, .progress = {}};
  const Model source = model("kws_dscnn_qdq.onnx");
  const Program reals = must(Program::compile(source, {.arithmetic = Arithmetic::Onnx}));
  const Model fused = must(fuse_qdq(must(simplify(source, true, nullptr)), true, nullptr));
  for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert}) {
    const Program codes = must(Program::compile(written_and_read(fused), {.arithmetic = arithmetic}));
    const PairEvaluation both = must(evaluate_pair(reals, codes, clips));
    fmt::print("  top-1 onnx {:.3f}, {} {:.3f}, agreement {:.4f}, SQNR {:.1f} dB\n", both.first.value,
               name_of(arithmetic), both.second.value, both.likeness.agreement.value(),
               both.likeness.similarity.sqnr_db());
    EXPECT_NEAR(both.first.value, .902, 1e-9);
    EXPECT_NEAR(both.second.value, .902, .005);
    EXPECT_GE(both.likeness.agreement.value(), .985);
  }
}

}  // namespace
}  // namespace pare
