#include "data/preprocess.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

Result<Preprocess> parsed(const std::string& text) {
  auto json = Json::parse(text, "file");
  if (!json) return json.error();
  return parse_preprocess(*json);
}

// A 1 x 2 image of three channels, 1 to 6.
Tensor image(const std::string& axes) {
  return Tensor::of<float>(axes == "hwc" ? Shape{1, 2, 3} : Shape{3, 1, 2}, {1, 2, 3, 4, 5, 6});
}

using Values = std::vector<std::vector<float>>;

TEST(Preprocess, StepsRunInOrder) {
  struct Row {
    std::string name, axes, steps;
    Values expected;
  };
  const Row rows[] = {
      {"no steps", "hwc", "[]", {{1, 2, 3, 4, 5, 6}}},
      {"scale multiplies", "hwc", R"([{"scale": 0.5}])", {{0.5, 1, 1.5, 2, 2.5, 3}}},
      {"mean and std for all", "hwc", R"([{"mean": 1, "std": 2}])", {{0, 0.5, 1, 1.5, 2, 2.5}}},
      {"mean a channel, channels last", "hwc", R"([{"mean": [1, 2, 3]}])", {{0, 0, 0, 3, 3, 3}}},
      {"mean a channel, channels first", "chw", R"([{"mean": [1, 2, 3]}])", {{0, 1, 1, 2, 2, 3}}},
      {"std a channel with one mean", "hwc", R"([{"mean": [1], "std": [1, 2, 4]}])", {{0, 0.5, 0.5, 3, 2, 1.25}}},
      {"bgr, channels last", "hwc", R"([{"channels": "bgr"}])", {{3, 2, 1, 6, 5, 4}}},
      {"bgr, channels first", "chw", R"([{"channels": "bgr"}])", {{5, 6, 3, 4, 1, 2}}},
      {"scale, then mean in the units at that point", "hwc", R"([{"scale": 2}, {"mean": 2}])", {{0, 2, 4, 6, 8, 10}}},
      {"windows drop what is left", "hwc", R"([{"window": 3, "stride": 2}])", {{1, 2, 3}, {3, 4, 5}}},
      {"a window after a scale",
       "hwc",
       R"([{"scale": 10}, {"window": 4, "stride": 2}])",
       {{10, 20, 30, 40}, {30, 40, 50, 60}}},
  };
  for (const Row& row : rows) {
    const auto preprocess = parsed(row.steps);
    ASSERT_TRUE(preprocess) << row.name << ": " << preprocess.error().message();
    const Tensor x = image(row.axes);
    const Element element{DType::F32, x.shape(), row.axes};
    ASSERT_TRUE(preprocess->check(element)) << row.name;
    const auto tensors = preprocess->apply(x, element);
    ASSERT_EQ(tensors.size(), row.expected.size()) << row.name;
    for (size_t i = 0; i < tensors.size(); ++i)
      EXPECT_EQ(tensors[i], Tensor::of<float>(preprocess->shape_after(element), row.expected[i])) << row.name;
  }
}

TEST(Preprocess, PixelsDividedBy255AreExact) {
  const auto preprocess = parsed(R"([{"scale": 0.00392156862745098}])");
  ASSERT_TRUE(preprocess);
  for (int i = 0; i < 256; ++i) {
    const Tensor x = Tensor::of<float>({1}, {static_cast<float>(i)});
    EXPECT_EQ(preprocess->apply(x, {DType::F32, {1}, "f"})[0].view<float>()[0], static_cast<float>(i / 255.0)) << i;
  }
}

TEST(Preprocess, RefusesSteps) {
  struct Row {
    std::string name, axes, steps, message;
  };
  const Row rows[] = {
      {"a step before its window is fine, after it is not", "hwc", R"([{"window": 2, "stride": 1}, {"scale": 2}])",
       "file: [0]: a step after the window"},
      {"too few means", "hwc", R"([{"mean": [1, 2]}])", "2 numbers for 3 channels"},
      {"bgr without channels", "", R"([{"channels": "bgr"}])", "a step a channel, for the axes ''"},
      {"another order of channels", "hwc", R"([{"channels": "gbr"}])", "[0].channels: the text \"gbr\"; expected bgr"},
      {"a deviation of zero", "hwc", R"([{"std": [1, 0, 1]}])", "a standard deviation of 0"},
      {"an empty step", "hwc", "[{}]", "an empty step"},
      {"a step that is a text", "hwc", R"(["scale"])", "the text \"scale\"; expected an object"},
      {"a key that the step does not have", "hwc", R"([{"scale": 2, "bias": 1}])", "unknown key 'bias'"},
      {"a factor that is a text", "hwc", R"([{"scale": "1/255"}])", "[0].scale: the text \"1/255\"; expected a number"},
      {"a stride of zero", "hwc", R"([{"window": 2, "stride": 0}])", "expected at least 1"},
      {"a letterbox", "hwc", R"([{"letterbox": [2, 2]}])", "the step 'letterbox' is not supported yet"},
  };
  for (const Row& row : rows) {
    const auto preprocess = parsed(row.steps);
    const Result<void> checked = preprocess ? preprocess->check({DType::F32, {1, 2, 3}, row.axes}) : preprocess.error();
    ASSERT_FALSE(checked) << row.name;
    EXPECT_NE(checked.error().message().find(row.message), std::string::npos) << checked.error().message();
  }
}

}  // namespace
}  // namespace pare
