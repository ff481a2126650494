// Two files of one network, an ONNX with axes nchw and a TFLite with nhwc, are the same function.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "networks/networks.hpp"

namespace pare {
namespace {

using namespace test;

struct Forms {
  const char *network, *onnx, *tflite;
};

class FloatForms : public testing::TestWithParam<Forms> {
 protected:
  void SetUp() override {
    if (!missing_data().empty()) GTEST_SKIP() << missing_data();
  }
};

double greatest_difference(std::span<const Tensor> a, std::span<const Tensor> b) {
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const auto x = a[i].view<float>(), y = b[i].view<float>();
    for (size_t k = 0; k < x.size(); ++k) most = std::max(most, std::fabs(static_cast<double>(x[k]) - y[k]));
  }
  return most;
}

// Transposes are moved until the interface is nhwc; all else stays as the file has it.
Program made_nhwc(const char* file) { return must(Program::compile(must(adjust(model(file), true, nullptr)))); }

TEST_P(FloatForms, agree) {
  const Network& net = network(GetParam().network);
  const Program onnx = made_nhwc(GetParam().onnx), tflite = must(Program::compile(model(GetParam().tflite)));
  const Program simple = must(Program::compile(must(simplify(model(GetParam().onnx), true, nullptr))));
  const auto inputs = inputs_of(net, tflite, Part::Every, 100);
  const auto expected = outputs_for(tflite, inputs);
  const double unfused = greatest_difference(outputs_for(onnx, inputs), expected);
  const double fused = greatest_difference(outputs_for(simple, inputs), expected);
  fmt::print("  {} inputs, greatest difference {:.1e}, simplified {:.1e}\n", inputs.size(), unfused, fused);
  EXPECT_LE(unfused, 1e-4);
  EXPECT_LE(fused, 1e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, FloatForms,
    testing::Values(Forms{"resnet8", "ic_resnet8_float.onnx", "ic_resnet8_float.tflite"},
                    Forms{"vww", "vww_mobilenetv1_float.onnx", "vww_mobilenetv1_float.tflite"}),
    [](const auto& info) { return std::string(info.param.network); });

}  // namespace
}  // namespace pare
