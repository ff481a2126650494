// The whole job on a small network: what it writes, what it proves, and that it writes nothing when it fails.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>

#include "data/test_files.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/dense/dense.hpp"
#include "pare/emit_project.hpp"

namespace pare {
namespace {

constexpr int kSamples = 40, kSide = 8;

Tensor weights(Shape shape, uint32_t state) {
  Tensor t(DType::F32, std::move(shape));
  for (float& w : t.edit<float>()) w = static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) / 8388608.0f - 1;
  return t;
}

// A convolution whose padding a TFLite file must spell out, and a dense layer.
Model network() {
  Model model;
  model.inputs = {model.add({"x", {1, kSide, kSide, 1}, "nhwc", Encoding::plain(DType::F32), {}})};
  auto conv = std::make_shared<Conv2d>();
  conv->stride_h = conv->stride_w = 2;
  conv->pad_top = conv->pad_left = conv->pad_bottom = conv->pad_right = 1;
  conv->activation = Activation::Relu;
  const TensorId w = model.add_constant("w", weights({4, 3, 3, 1}, 1), Encoding::plain(DType::F32));
  const auto hidden = *model.append("conv", conv, {model.inputs[0], w});
  const TensorId v = model.add_constant("v", weights({3, 64}, 2), Encoding::plain(DType::F32));
  model.outputs = *model.append("dense", std::make_shared<Dense>(), {hidden[0], v});
  return model;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class QuantizeJob : public testing::Test {
 protected:
  void SetUp() override {
    std::string bytes, labels;
    uint32_t state = 7;
    for (int i = 0; i < kSamples * kSide * kSide; ++i) bytes += static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
    for (int i = 0; i < kSamples; ++i) labels += static_cast<char>(i % 3);
    in_.write("x", idx_bytes({kSamples, kSide, kSide, 1}, bytes));
    in_.write("y", idx_bytes({kSamples}, labels));
    in_.write("d.data.json", R"({"name": "d", "reader": "idx", "inputs": "x", "labels": "y", "element": {"axes": "hwc"}, "metric": "top1",
      "preprocess": [{"scale": 0.0078125}], "splits": {"calibration": "0:10", "evaluation": "0:40"}})");
    ASSERT_TRUE(write_model(network(), in_.at("float.tflite")));
  }
  QuantizeRequest request(const std::string& output) const {
    QuantizeRequest ask;
    ask.model = in_.at("float.tflite");
    ask.data.file = in_.at("d.data.json");
    ask.output = out_.at(output);
    return ask;
  }
  int64_t files() const { return std::distance(std::filesystem::directory_iterator(out_.at("")), {}); }

  const TempFolder in_, out_;
};

TEST_F(QuantizeJob, ProvesAndWritesFileAndPlan) {
  const auto r = quantize_model(request("q.tflite"), {});
  ASSERT_TRUE(r) << r.error().message();
  EXPECT_EQ(files(), 2);
  EXPECT_EQ(r->plan, out_.at("q.tflite.plan.json"));
  EXPECT_EQ(r->verified, "self");
  ASSERT_EQ(r->links.size(), 3u);
  for (const Link& link : r->links) EXPECT_TRUE(link.equal || !link.ran) << link.name << ": " << link.first_difference;
  EXPECT_GT(r->sqnr_db, 20);
}

TEST_F(QuantizeJob, FiguresAreThoseOfTheFileAtAnyNumberOfThreads) {
  const auto one = quantize_model(request("1.tflite"), {});
  Common common;
  common.threads = 3;
  const auto three = quantize_model(request("3.tflite"), common);
  const auto before = eval_model(in_.at("float.tflite"), request("").data, {});
  const auto after = eval_model(out_.at("1.tflite"), request("").data, {});
  ASSERT_TRUE(one && three && before && after);
  EXPECT_EQ(one->float_evaluation.value, before->evaluation.value);
  EXPECT_EQ(one->quantized_evaluation.value, after->evaluation.value);
  EXPECT_EQ(one->quantized_bytes, after->file_bytes);
  EXPECT_EQ(three->quantized_evaluation.value, after->evaluation.value);
  EXPECT_EQ(three->agreement, one->agreement);
  EXPECT_EQ(three->sqnr_db, one->sqnr_db);
}

TEST_F(QuantizeJob, EveryVerbTellsTheSameArena) {
  Common portable;
  portable.isa = "portable";
  const auto made = quantize_model(request("q.tflite"), {});
  ASSERT_TRUE(made);
  const std::string path = out_.at("q.tflite");
  for (const Common& common : {Common{}, portable}) {
    const auto seen = inspect({.model = path, .data = {}}, common);
    const auto evaluated = eval_model(path, request("").data, common);
    ASSERT_TRUE(seen && evaluated);
    EXPECT_EQ(made->size.arena_bytes, seen->size.arena_bytes) << common.isa;
    EXPECT_EQ(made->size.arena_bytes, evaluated->size.arena_bytes) << common.isa;
  }
  const auto emitted = emit_project({.model = path, .output = out_.at("c"), .data = {}, .samples = 1}, {});
  ASSERT_TRUE(emitted) << emitted.error().message();
  EXPECT_EQ(made->size.arena_bytes, emitted->arena_bytes);
}

TEST_F(QuantizeJob, WritesNothingWhenItFails) {
  struct Row {
    std::string name, output, with, python;
    bool plan_is_a_folder;
    std::string message;
  };
  const Row rows[] = {
      {"a plan that cannot be written", "q.tflite", "", "", true, "q.tflite.plan.json: is a folder"},
      {"no folder", "none/q.tflite", "", "", false, "cannot be written"},
      {"a format that is not written", "q.xyz", "", "", false, "'.xyz'"},
      {"a runtime that is missing", "q.tflite", "tflm", "/bin/false", false, "--with tflm"},
      {"a runtime that is unknown", "q.tflite", "tfllm", "", false, "'tfllm'"},
  };
  out_.write("q.tflite", "old");
  for (const Row& row : rows) {
    if (row.plan_is_a_folder) std::filesystem::create_directory(out_.at("q.tflite.plan.json"));
    QuantizeRequest ask = request(row.output);
    ask.with = row.with;
    ask.python = row.python;
    const auto r = quantize_model(ask, {});
    if (row.plan_is_a_folder) std::filesystem::remove(out_.at("q.tflite.plan.json"));
    ASSERT_FALSE(r) << row.name;
    EXPECT_NE(r.error().message().find(row.message), std::string::npos) << row.name << ": " << r.error().message();
    EXPECT_EQ(files(), 1) << row.name;
    EXPECT_EQ(std::filesystem::file_size(out_.at("q.tflite")), 3u) << row.name;
  }
}

TEST_F(QuantizeJob, StopsAndLeavesNothing) {
  // From the first sample of calibration, and from the first of the evaluation, when files lie aside.
  for (const char* step : {"calibrate", "evaluate"}) {
    std::atomic<bool> stop{false};
    Common common;
    common.stop = &stop;
    common.progress = [&](const char* name, int64_t, int64_t) { stop = stop || name == std::string(step); };
    const auto r = quantize_model(request("q.tflite"), common);
    ASSERT_FALSE(r) << step;
    EXPECT_EQ(r.error().place, "stopped") << step;
    EXPECT_EQ(files(), 0) << step;
  }
}

TEST_F(QuantizeJob, RunTellsEachSample) {
  std::atomic<int64_t> last{0}, total{0};
  Common common;
  common.progress = [&](const char* step, int64_t done, int64_t of) {
    EXPECT_EQ(std::string(step), "run");
    last = done;
    total = of;
  };
  RunRequest request;
  request.model = in_.at("float.tflite");
  request.data = {in_.at("d.data.json"), "evaluation"};
  request.output = out_.at("y.npz");
  const auto r = run_model(request, common);
  ASSERT_TRUE(r) << r.error().message();
  EXPECT_GT(last, 0);
  EXPECT_EQ(last, total);
}

TEST_F(QuantizeJob, CalibrationGoesOnFromItsJournal) {
  const CalibrateRequest whole{.model = in_.at("float.tflite"), .output = out_.at("whole.json"), .data = {in_.at("d.data.json"), "evaluation"}};
  CalibrateRequest parts = whole;
  parts.output = out_.at("parts.json");
  parts.resume = true;
  ASSERT_TRUE(calibrate_model(whole, {}));
  std::atomic<bool> stop{true};
  Common stopped;
  stopped.stop = &stop;
  for (const int64_t done : {16, 32}) {
    const auto r = calibrate_model(parts, stopped);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().found, "a signal came after " + std::to_string(done) + " samples");
    EXPECT_EQ(files(), 2);
  }
  CalibrateRequest other = parts;
  other.data.limit = 39;
  EXPECT_NE(calibrate_model(other, {}).error().message().find("a journal of another model or other data"), std::string::npos);
  ASSERT_TRUE(calibrate_model(parts, {}));
  EXPECT_EQ(files(), 2);
  EXPECT_EQ(text_of(parts.output), text_of(whole.output));
}

TEST(Inspect, ListsNoTensorTwiceAndNoTransposeOfTheReader) {
  const auto seen = inspect({.model = std::string(PARE_SOURCE_DIR) + "/examples/fashion_mnist/fashion_mnist.onnx", .data = {}}, {});
  ASSERT_TRUE(seen) << seen.error().message();
  std::set<std::string> names;
  for (const TensorStatistics& t : seen->tensors) EXPECT_TRUE(names.insert(t.name).second) << t.name;
  for (const LayerInfo& layer : seen->layers) EXPECT_NE(layer.op, "transpose") << layer.name;
}

}  // namespace
}  // namespace pare
