// The main job on real models and data: known accuracies, what silicon printed, and our own int8 files.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "networks/networks.hpp"

namespace pare {
namespace {

using namespace test;

class MainJob : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!missing_data().empty()) GTEST_SKIP() << missing_data();
  }
};

double value_of(const Model& m, const Dataset& data, Arithmetic arithmetic, const std::string& split) {
  const Program program = must(Program::compile(m, {.arithmetic = arithmetic}));
  return must(evaluate(program, {.data = &data, .split = split, .threads = 2, .progress = {}})).value;
}

TEST_F(MainJob, KnownAccuracies) {
  const Dataset kws = kws_data(), mnist = mnist_data();
  struct Row {
    const char* model;
    const Dataset* data;
    Arithmetic arithmetic;
    double expected;
  };
  const Row rows[] = {
      {"kws_dscnn_float.tflite", &kws, Arithmetic::None, .915},
      {"kws_dscnn_int8_reference.tflite", &kws, Arithmetic::Tflm, .901},
      {"kws_dscnn_int8_reference.tflite", &kws, Arithmetic::Litert, .902},
      {"kws_dscnn_int8_reference.tflite", &kws, Arithmetic::St, .902},
      {"mnist_conv_fc_float.tflite", &mnist, Arithmetic::None, .9652},
      {"mnist_conv_fc_int8_reference.tflite", &mnist, Arithmetic::Tflm, .9584},
  };
  for (const Row& row : rows)
    EXPECT_NEAR(value_of(model(row.model), *row.data, row.arithmetic, "every"), row.expected, 1e-9)
        << row.model << " under " << name_of(row.arithmetic);
}

std::vector<std::vector<double>> printed(const std::string& log) {
  std::ifstream file(data_folder() + "/hw-logs/" + log);
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(file, line);) {
    std::stringstream cells(line);
    std::string cell;
    std::getline(cells, cell, ',');
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) rows.back().push_back(std::stod(cell));
  }
  return rows;
}

// Clips whose probabilities (q + 128) / 256 are what the board printed, to three decimals.
int64_t clips_as_printed(const std::string& log, Arithmetic arithmetic) {
  const Dataset kws = kws_data();
  const Program program = must(Program::compile(model("kws_dscnn_int8_reference.tflite"), {.arithmetic = arithmetic}));
  Runner runner = must(Runner::make(program, {.data = &kws, .split = "every", .progress = {}}));
  const auto rows = printed(log);
  int64_t equal = 0;
  for (int64_t i = 0; i < runner.count(); ++i)
    must(runner.run(0, i, [&](size_t, Context& context) -> Result<void> {
      const auto codes = context.output_tensor(0);
      bool same = codes.count() == static_cast<int64_t>(rows[static_cast<size_t>(i)].size());
      for (size_t c = 0; same && c < rows[static_cast<size_t>(i)].size(); ++c)
        same = std::fabs((codes.view<int8_t>()[c] + 128) / 256.0 - rows[static_cast<size_t>(i)][c]) < .001;
      equal += same;
      return {};
    }));
  return equal;
}

TEST_F(MainJob, SiliconPrintsTheSame) {
  EXPECT_EQ(clips_as_printed("krai_v1.1_L4R5ZI_cmsisnn_kws01.csv", Arithmetic::Tflm), 1000);
  EXPECT_EQ(clips_as_printed("bosch_v1.1_L4R5ZI_kws01.csv", Arithmetic::Tflm), 1000);
  EXPECT_EQ(clips_as_printed("renesas_v1.2_EK-RA8D1_kws01.csv", Arithmetic::Tflm), 1000);
  EXPECT_EQ(clips_as_printed("st_v1.0_L4R5ZI_xcubeai_kws01.csv", Arithmetic::St), 1000);
}

// CPU time that `work` takes, the least of five.
template <class Work>
double least_ms(Work work) {
  double least = 1e9;
  for (int i = 0; i < 5; ++i) {
    timespec before{}, after{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    work();
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    least = std::min(least, static_cast<double>(after.tv_sec - before.tv_sec) * 1e3 + static_cast<double>(after.tv_nsec - before.tv_nsec) * 1e-6);
  }
  return least;
}

TEST_F(MainJob, CompilesInLessThan30Milliseconds) {
  for (const char* name : {"mobilenetv2_035_128_float.onnx", "vww_mobilenetv1_int8_reference.tflite"}) {
    const Model m = model(name);
    const double ms = least_ms([&] { must(Program::compile(m, {.arithmetic = m.quantized() ? Arithmetic::Tflm : Arithmetic::None})); });
    fmt::print("  {}: {:.2f} ms\n", name, ms);
    EXPECT_LT(ms, 30) << name;
  }
}

double agreement_of(const Quantized& q, const Dataset& data) {
  const Program reference = must(Program::compile(q.simple)), other = must(Program::compile(q.integer));
  const Likeness likeness = must(compare_outputs(reference, other, {.data = &data, .threads = 2, .progress = {}}));
  fmt::print("  agreement {:.4f}, SQNR {:.1f} dB\n", likeness.agreement.value(), likeness.similarity.sqnr_db());
  return likeness.agreement.value();
}

TEST_F(MainJob, DsCnnOnFiveDraws) {
  double drop = 0, agreement = 0;
  for (const int first : {0, 100, 200, 300, 400}) {
    const Dataset kws = kws_data(first);
    const Quantized q = quantize_model(model("kws_dscnn_float.tflite"), kws);
    drop += (value_of(q.simple, kws, Arithmetic::None, "evaluation") -
             value_of(q.integer, kws, Arithmetic::Tflm, "evaluation")) /
            5;
    agreement += agreement_of(q, kws) / 5;
  }
  EXPECT_LE(drop, .005);
  EXPECT_GE(agreement, .980);
}

TEST_F(MainJob, Mnist) {
  const Dataset mnist = mnist_data();
  const Quantized q = quantize_model(model("mnist_conv_fc_float.tflite"), mnist);
  EXPECT_GE(value_of(q.integer, mnist, Arithmetic::Tflm, "evaluation"), .9635);
  EXPECT_GE(agreement_of(q, mnist), .996);
}

// The same inputs for both, in each one's own type.
Similarity likeness_of(const Network& network, const Quantized& q) {
  const Program reference = must(Program::compile(q.simple)), other = must(Program::compile(q.integer));
  const auto expected = outputs_for(reference, inputs_of(network, reference, Part::Every, 300));
  const auto found = outputs_for(other, inputs_of(network, other, Part::Every, 300));
  const Encoding& encoding = q.integer.tensor(q.integer.outputs[0]).encoding;
  Similarity similarity;
  for (size_t i = 0; i < expected.size(); ++i) {
    const Tensor reals = dequantize(found[i], encoding);
    similarity.add(expected[i].view<float>(), reals.view<float>());
  }
  return similarity;
}

TEST_F(MainJob, AutoencoderOnDrawnInputs) {
  const Network& autoencoder = network("autoencoder");
  const Similarity similarity = likeness_of(autoencoder, quantize_network(autoencoder, Arithmetic::Tflm));
  fmt::print("  {} samples, SQNR {:.1f} dB\n", similarity.samples(), similarity.sqnr_db());
  EXPECT_GE(similarity.sqnr_db(), 20);
}

TEST_F(MainJob, FashionMnistAndTheWrittenFile) {
  if (!has_fashion_data()) GTEST_SKIP() << "no Fashion-MNIST: set FASHION_MNIST to its folder";
  const Dataset data = fashion_data();
  const Quantized q = quantize_model(float_model(network("fashion_mnist")), data);
  const double before = value_of(q.simple, data, Arithmetic::None, "evaluation");
  const double after = value_of(q.integer, data, Arithmetic::Tflm, "evaluation");
  fmt::print("  float {:.4f} int8 {:.4f}\n", before, after);
  EXPECT_GE(before, .90);
  EXPECT_GE(after, before - .004);
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("pare{}.tflite", ::getpid())).string();
  must(write_model(q.integer, path));
  const Model back = must(read_model(path));
  std::filesystem::remove(path);
  const Program written = must(Program::compile(back, {.arithmetic = Arithmetic::Tflm})),
                made = must(Program::compile(q.integer));
  EXPECT_EQ(
      must(compare_outputs(made, written, {.data = &data, .limit = 500, .threads = 2, .progress = {}})).outputs_equal,
      1.0);
}

}  // namespace
}  // namespace pare
