#include "pare/bench.hpp"

#include <gtest/gtest.h>

#include "jobs/child.hpp"
#include "ops/dense/dense.hpp"
#include "ops/unary/unary.hpp"

namespace pare {
namespace {

constexpr double kSeconds = 0.01;

// y = relu(w relu(x)), 16 inputs, 8 outputs, as a file of `folder`: three nodes, two when simplified.
std::string small_model(const TemporaryFolder& folder) {
  Model model;
  const TensorId x = model.add({"x", {1, 16}, "nf", Encoding::plain(DType::F32), {}});
  const TensorId w = model.add_constant("w", Tensor(DType::F32, {8, 16}), Encoding::plain(DType::F32));
  model.inputs = {x};
  auto positive = model.append("positive", std::make_shared<Unary>(Unary::Kind::Relu), {x});
  EXPECT_TRUE(positive);
  auto product = model.append("product", std::make_shared<Dense>(), {(*positive)[0], w, kNoTensor});
  EXPECT_TRUE(product);
  auto y = model.append("y", std::make_shared<Unary>(Unary::Kind::Relu), *product);
  EXPECT_TRUE(y);
  model.outputs = *y;
  const std::string path = folder.path() + "/small.tflite";
  EXPECT_TRUE(write_model(model, path));
  return path;
}

BenchReport bench_of(const std::string& model, int64_t batch, int threads, const std::string& isa = "") {
  BenchRequest request;
  request.model = model;
  request.batch = batch;
  request.seconds = kSeconds;
  Common common;
  common.threads = threads;
  common.isa = isa;
  auto report = bench(request, common);
  EXPECT_TRUE(report) << report.error().message();
  return report ? *report : BenchReport{};
}

TEST(Bench, EveryLayerOfTheSimplifiedModelIsTimedWithItsKernelMacsAndBytes) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const BenchReport r = bench_of(small_model(*folder), 1, 1, "portable");
  ASSERT_EQ(r.layers.size(), 2u);
  EXPECT_EQ(r.layers[0].bytes, 4 * (16 + 16));
  EXPECT_EQ(r.layers[1].kernel, "dense_f32");
  EXPECT_EQ(r.layers[1].macs, 128);
  EXPECT_EQ(r.layers[1].bytes, 4 * (16 + 128 + 8));
  EXPECT_EQ(r.macs, 128);
  for (const LayerTime& layer : r.layers) EXPECT_GT(layer.us, 0) << layer.name;
  EXPECT_DOUBLE_EQ(r.layers_us, r.layers[0].us + r.layers[1].us);
}

TEST(Bench, NoLayerIsFasterThanItsRooflineByMuch) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const BenchReport r = bench_of(small_model(*folder), 1, 1, "portable");
  double sum = 0;
  for (const LayerTime& layer : r.layers) {
    EXPECT_GT(layer.roofline_us, 0) << layer.name;
    EXPECT_DOUBLE_EQ(layer.share_of_roofline, layer.roofline_us / layer.us) << layer.name;
    EXPECT_LT(layer.share_of_roofline, 1.5) << layer.name;
    sum += layer.roofline_us;
  }
  EXPECT_GE(r.roofline_us, 128 / r.f32_macs_per_s * 1e6);
  EXPECT_LT(r.roofline_us, 4 * sum);  // all lies in the nearest cache, together as alone
  EXPECT_DOUBLE_EQ(r.share_of_roofline, r.roofline_us / r.run.median_us);
}

TEST(Bench, QuantilesAreInOrderAndAnEmptyProgramCostsLittle) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const BenchReport r = bench_of(small_model(*folder), 1, 1);
  EXPECT_LE(r.run.p10_us, r.run.median_us);
  EXPECT_LE(r.run.median_us, r.run.p90_us);
  EXPECT_GT(r.run.runs, 5);
  EXPECT_GT(r.compile_ms, 0);
  EXPECT_GT(r.empty_us, 0);
  EXPECT_LT(r.empty_us, 0.5) << "running no step takes " << r.empty_us << " us";
}

TEST(Bench, ABatchIsSpreadOverThreads) {
  auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const std::string path = small_model(*folder);
  EXPECT_EQ(bench_of(path, 0, 2).batch, 2);
  const BenchReport r = bench_of(path, 5, 2);
  EXPECT_EQ(r.batch, 5);
  EXPECT_EQ(r.threads, 2);
}

TEST(Bench, AMissingFileIsAnError) {
  BenchRequest request;
  request.model = "/nowhere.tflite";
  EXPECT_FALSE(bench(request, {}));
}

}  // namespace
}  // namespace pare
