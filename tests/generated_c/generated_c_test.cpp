// Generated C on real models: built by the host's compiler, it computes what the interpreter does.
#include <gtest/gtest.h>

#include <filesystem>

#include "jobs/child.hpp"
#include "jobs/vectors.hpp"
#include "networks/networks.hpp"
#include "pare/jobs.hpp"

namespace pare {
namespace {

std::string model_path(const std::string& name) { return test::data_folder() + "/models/" + name; }

struct Case {
  const char* model;
  Arithmetic arithmetic;
};
class GeneratedC : public testing::TestWithParam<Case> {};

// What `make test` prints for 100 vectors, of which one is spoilt if `spoil`.
Result<std::string> make_test(const Model& model, Arithmetic arithmetic, bool spoil) {
  PARE_TRY(const Program program, Program::compile(model, {arithmetic, Isa::Portable, false}));
  std::vector<TestVector> vectors = random_vectors(program, 100, 1);
  if (spoil) *vectors[7].out[0].data_for_edit() ^= std::byte{1};
  PARE_TRY(const auto files, emit_c(program, vectors));
  PARE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  PARE_TRY(write_project(files, folder.path()));
  PARE_TRY(const ChildResult child, run_child({"make", "-s", "-C", folder.path(), "test"}, folder.path()));
  return child.err + child.out + (child.status == 0 ? "passed" : "failed");
}

Result<std::string> make_test(const std::string& path, Arithmetic arithmetic, bool spoil) {
  Common common;
  common.arithmetic = name_of(arithmetic);
  PARE_TRY(const Loaded loaded, load(path, common));
  return make_test(loaded.model, arithmetic, spoil);
}

TEST_P(GeneratedC, equals_the_interpreter) {
  const std::string path = model_path(GetParam().model);
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": set PARE_DATA to the folder of the data";
  const auto said = make_test(path, GetParam().arithmetic, false);
  ASSERT_TRUE(said) << said.error().message();
  EXPECT_EQ(*said, "100 of 100 equal\npassed");
}

INSTANTIATE_TEST_SUITE_P(Models, GeneratedC,
                         testing::Values(Case{"kws_dscnn_int8_reference.tflite", Arithmetic::Tflm},
                                         Case{"kws_dscnn_int8_reference.tflite", Arithmetic::Litert},
                                         Case{"kws_dscnn_int8_reference.tflite", Arithmetic::LitertRef},
                                         Case{"ic_resnet8_int8_reference.tflite", Arithmetic::Tflm},
                                         Case{"ic_resnet8_int8_reference.tflite", Arithmetic::Litert},
                                         Case{"kws_dscnn_qdq.onnx", Arithmetic::Tflm},
                                         Case{"ic_resnet8_qdq.onnx", Arithmetic::Litert},
                                         Case{"vww_mobilenetv1_int8_reference.tflite", Arithmetic::Tflm},
                                         Case{"mnist_conv_fc_int8_reference.tflite", Arithmetic::Tflm},
                                         Case{"ad_autoencoder_int8_reference.tflite", Arithmetic::Tflm}));

TEST(GeneratedCTest, of_own_files_equals_the_interpreter) {
  for (const test::Network& network : test::networks()) {
    if (const std::string why = test::missing(network); !why.empty()) {
      std::printf("%s: %s\n", network.name, why.c_str());
      continue;
    }
    const auto said = make_test(test::quantize_network(network, Arithmetic::Tflm).integer, Arithmetic::Tflm, false);
    ASSERT_TRUE(said) << network.name << ": " << said.error().message();
    EXPECT_EQ(*said, "100 of 100 equal\npassed") << network.name;
  }
}

TEST(GeneratedCTest, tells_of_a_difference) {
  const std::string path = model_path("mnist_conv_fc_int8_reference.tflite");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": set PARE_DATA to the folder of the data";
  const auto said = make_test(path, Arithmetic::Tflm, true);
  ASSERT_TRUE(said) << said.error().message();
  EXPECT_NE(said->find("first difference: sample 7\n99 of 100 equal\n"), std::string::npos) << *said;
  EXPECT_TRUE(said->ends_with("failed"));
}

}  // namespace
}  // namespace pare
