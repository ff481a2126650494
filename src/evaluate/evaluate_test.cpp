#include <gtest/gtest.h>

#include "data/test_files.hpp"
#include "pare/evaluate.hpp"
#include "pare/op.hpp"

namespace pare {
namespace {

constexpr int64_t kClasses = 4, kSamples = 150;

/// y = floor(x * steps) / steps: as coarse as a quantized model, and told apart from others by `steps`.
struct Coarse final : OpBase<Coarse> {
  static constexpr std::string_view kKind = "coarse";
  float steps = 1;
  explicit Coarse(float s) : steps(s) {}
  Result<std::vector<TensorType>> infer(const Operands& in) const override {
    return std::vector<TensorType>{{in[0]->shape, DType::F32}};
  }
  Result<Kernel> prepare(const PrepareInput&) const override {
    Kernel kernel;
    kernel.args = std::make_shared<const float>(steps);
    kernel.run = [](const void* args, const pare_io* io) {
      const float s = *static_cast<const float*>(args);
      const auto* x = static_cast<const float*>(io->in[0]);
      auto* y = static_cast<float*>(io->out[0]);
      for (int64_t i = 0; i < kClasses; ++i) y[i] = static_cast<float>(static_cast<int>(x[i] * s)) / s;
    };
    return kernel;
  }
};

Program coarse(float steps) {
  Model model;
  model.inputs = {model.add({"x", {1, kClasses}, "", Encoding::plain(DType::F32), {}})};
  model.outputs = *model.append("y", std::make_shared<Coarse>(steps), model.inputs);
  return *Program::compile(model);
}

/// Samples of pseudo-random bytes with labels 0 and 1 in turn; `more` goes into the dataset file.
Dataset dataset(const TempFolder& folder, int64_t length, const std::string& metric, const std::string& more) {
  std::string bytes, labels;
  uint32_t state = 1;
  for (int64_t i = 0; i < kSamples * length; ++i) bytes += static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  for (int64_t i = 0; i < kSamples; ++i) labels += static_cast<char>(i % 2);
  const auto n = static_cast<int>(kSamples);
  folder.write("x", idx_bytes({n, static_cast<int>(length)}, bytes));
  folder.write("y", idx_bytes({n}, labels));
  const std::string path = folder.write("d.data.json", R"({"name": "d", "reader": "idx", "inputs": "x", "labels": "y", "splits": {"evaluation": "0:150"},
    "metric": ")" + metric + "\", \"preprocess\": [{\"scale\": 0.0078125}" + more + "]}");
  auto data = read_dataset(path);
  EXPECT_TRUE(data) << data.error().message();
  return *data;
}

void expect_same(const Evaluation& a, const Evaluation& b, const std::string& name) {
  EXPECT_EQ(a.metric, b.metric) << name;
  EXPECT_EQ(a.value, b.value) << name;
  EXPECT_EQ(a.count, b.count) << name;
}

void expect_same(const Likeness& a, const Likeness& b, const std::string& name) {
  EXPECT_EQ(a.similarity.sqnr_db(), b.similarity.sqnr_db()) << name;
  EXPECT_EQ(a.similarity.mean_cosine(), b.similarity.mean_cosine()) << name;
  EXPECT_EQ(a.agreement.agreeing(), b.agreement.agreeing()) << name;
  EXPECT_EQ(a.outputs_equal, b.outputs_equal) << name;
}

TEST(EvaluatePair, EqualsThreePassesAtAnyNumberOfThreads) {
  struct Row {
    std::string name, metric;
    int64_t length;
    std::string more;
  };
  const Row rows[] = {
      {"one window a sample", "top1", kClasses, ""},
      {"several windows, judged with the inputs", "reconstruction_auc", 9, R"(, {"window": 4, "stride": 2})"},
  };
  const Program first = coarse(64), second = coarse(3);
  for (const Row& row : rows) {
    const TempFolder folder;
    const Dataset data = dataset(folder, row.length, row.metric, row.more);
    const Samples one{.data = &data, .progress = {}};
    const auto a = evaluate(first, one), b = evaluate(second, one);
    const auto likeness = compare_outputs(first, second, one);
    ASSERT_TRUE(a && b && likeness) << row.name;
    EXPECT_LT(likeness->agreement.value(), 1) << row.name;
    for (const int threads : {1, 3}) {
      const auto pair = evaluate_pair(first, second, {.data = &data, .threads = threads, .progress = {}});
      ASSERT_TRUE(pair) << row.name << ": " << pair.error().message();
      expect_same(pair->first, *a, row.name);
      expect_same(pair->second, *b, row.name);
      expect_same(pair->likeness, *likeness, row.name);
    }
  }
}

TEST(EvaluatePair, NamesTheSampleThatHasNoClass) {
  const TempFolder folder;
  const Dataset data = dataset(folder, 1, "top1", "");
  Model model;
  model.inputs = {model.add({"x", {1, 1}, "", Encoding::plain(DType::F32), {}})};
  model.outputs = model.inputs;
  const auto program = Program::compile(model);
  ASSERT_TRUE(program);
  const auto pair = evaluate_pair(*program, *program, {.data = &data, .threads = 2, .progress = {}});
  ASSERT_FALSE(pair);
  EXPECT_NE(pair.error().message().find("sample '1': label 1"), std::string::npos) << pair.error().message();
}

}  // namespace
}  // namespace pare
