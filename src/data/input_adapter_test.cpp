#include <gtest/gtest.h>

#include "data/test_files.hpp"
#include "pare/data.hpp"

namespace pare {
namespace {

// A dataset of one sample, the bytes 0, 1, 2, ... of an element; a folder that lives as long as it.
struct OneSample {
  TempFolder folder;
  std::string element, preprocess;

  Result<Dataset> open(int bytes) const {
    folder.write("inputs/s.bin", counting_bytes(bytes));
    return read_dataset(
        folder.write("t.data.json", R"({"name": "t", "reader": "raw", "inputs": "inputs", "element": )" + element +
                                        R"(, "preprocess": )" + preprocess + R"(, "splits": {"a": "0:1"}})"));
  }
};

TensorInfo input_of(Shape shape, std::string axes, Encoding encoding = Encoding::plain(DType::F32)) {
  return {"x", std::move(shape), std::move(axes), std::move(encoding), {}};
}

std::string element_text(const std::string& shape, const std::string& axes, const std::string& rest = "") {
  return R"({"type": "int8", "shape": )" + shape + R"(, "axes": ")" + axes + R"(")" + rest + "}";
}

std::string text_of(const Tensor& t) {
  std::string text = std::string(name_of(t.type())) + to_string(t.shape());
  const Tensor reals = dequantize(t, Encoding::plain(t.type()));
  for (const float value : reals.view<float>())
    text += " " + std::to_string(value).substr(0, std::to_string(value).find('.') + 3);
  return text;
}

TEST(InputAdapter, ArrangesAxes) {
  struct Row {
    std::string name, element;
    TensorInfo input;
    std::string expected, note;
  };
  const std::string hwc = element_text("[1, 2, 3]", "hwc");
  const Row rows[] = {
      {"same axes", hwc, input_of({1, 1, 2, 3}, "nhwc"), "f32[1, 1, 2, 3] 0.00 1.00 2.00 3.00 4.00 5.00", ""},
      {"channels last to first", hwc, input_of({1, 3, 1, 2}, "nchw"), "f32[1, 3, 1, 2] 0.00 3.00 1.00 4.00 2.00 5.00",
       ""},
      {"channels first to last", element_text("[3, 1, 2]", "chw"), input_of({1, 1, 2, 3}, "nhwc"),
       "f32[1, 1, 2, 3] 0.00 2.00 4.00 1.00 3.00 5.00", ""},
      {"a model without batch axis", hwc, input_of({3, 1, 2}, "chw"), "f32[3, 1, 2] 0.00 3.00 1.00 4.00 2.00 5.00", ""},
      {"a model of unknown axes", hwc, input_of({1, 1, 2, 3}, ""), "f32[1, 1, 2, 3] 0.00 1.00 2.00 3.00 4.00 5.00", ""},
      {"a model of unknown axes without batch", hwc, input_of({1, 2, 3}, ""),
       "f32[1, 2, 3] 0.00 1.00 2.00 3.00 4.00 5.00", ""},
      {"an element of unknown axes", element_text("[1, 2, 3]", ""), input_of({1, 1, 2, 3}, "nhwc"),
       "f32[1, 1, 2, 3] 0.00 1.00 2.00 3.00 4.00 5.00", ""},
      {"other letters, equal shapes", element_text("[3, 2]", "tf"), input_of({1, 3, 2}, "nhw"),
       "f32[1, 3, 2] 0.00 1.00 2.00 3.00 4.00 5.00", "axes 'tf' are taken for the model's 'hw'"},
      {"flattened", hwc, input_of({1, 6}, "nf"), "f32[1, 6] 0.00 1.00 2.00 3.00 4.00 5.00",
       "samples of [1, 2, 3] are laid out in their own order as [1, 6]"},
      {"flattened from rank two into unknown axes", element_text("[2, 3]", "hw"), input_of({1, 6}, ""),
       "f32[1, 6] 0.00 1.00 2.00 3.00 4.00 5.00", "in their own order"},
      {"unflattened", element_text("[6]", "f"), input_of({1, 2, 3, 1}, "nhwc"),
       "f32[1, 2, 3, 1] 0.00 1.00 2.00 3.00 4.00 5.00", "in their own order"},
      {"a sample that has a batch axis itself", element_text("[1, 6]", "nf"), input_of({1, 6}, "nf"),
       "f32[1, 6] 0.00 1.00 2.00 3.00 4.00 5.00", ""},
  };
  for (const Row& row : rows) {
    const OneSample files{{}, row.element, "[]"};
    const auto data = files.open(6);
    ASSERT_TRUE(data) << row.name << ": " << data.error().message();
    const auto adapter = InputAdapter::match(*data, row.input, Arithmetic::None);
    ASSERT_TRUE(adapter) << row.name << ": " << adapter.error().message();
    const auto tensors = adapter->adapt(*(*data->open("a"))->read(0));
    ASSERT_TRUE(tensors && tensors->size() == 1) << row.name;
    EXPECT_EQ(text_of(tensors->front()), row.expected) << row.name;
    EXPECT_NE(adapter->note().find(row.note), std::string::npos) << row.name << ": " << adapter->note();
    EXPECT_EQ(adapter->note().empty(), row.note.empty()) << row.name << ": " << adapter->note();
  }
}

TEST(InputAdapter, ConvertsTypes) {
  struct Row {
    std::string name, scale, preprocess;
    Encoding encoding;
    Arithmetic arithmetic;
    std::string codes, reals;
    bool passes = false;
  };
  const auto i8 = [](float scale, int32_t zero) { return Encoding::per_tensor(DType::I8, scale, zero); };
  const Row rows[] = {
      // stored codes 0, 1, 2, 3
      {"a float input gets reals", R"(, "scale": 0.5, "zero_point": 1)", "[]", Encoding::plain(DType::F32),
       Arithmetic::None, "f32[1, 4] -0.50 0.00 0.50 1.00", "f32[1, 4] -0.50 0.00 0.50 1.00"},
      {"the same encoding passes", R"(, "scale": 0.5, "zero_point": 1)", "[]", i8(0.5f, 1), Arithmetic::Tflm,
       "i8[1, 4] 0.00 1.00 2.00 3.00", "f32[1, 4] -0.50 0.00 0.50 1.00", true},
      {"a scale equal to 1e-4 passes, its reals are the model's", R"(, "scale": 0.50004, "zero_point": 1)", "[]",
       i8(0.5f, 1), Arithmetic::Tflm, "i8[1, 4] 0.00 1.00 2.00 3.00", "f32[1, 4] -0.50 0.00 0.50 1.00", true},
      {"another scale is quantized again", R"(, "scale": 0.25)", "[]", i8(0.5f, 1), Arithmetic::Tflm,
       "i8[1, 4] 1.00 2.00 2.00 3.00", "f32[1, 4] 0.00 0.50 0.50 1.00"},
      {"ties to even where the Arithmetic says so", R"(, "scale": 0.25)", "[]", i8(0.5f, 1), Arithmetic::Litert,
       "i8[1, 4] 1.00 1.00 2.00 3.00", "f32[1, 4] 0.00 0.00 0.50 1.00"},
      {"another zero point is quantized again", R"(, "scale": 0.5)", "[]", i8(0.5f, 1), Arithmetic::Tflm,
       "i8[1, 4] 1.00 2.00 3.00 4.00", "f32[1, 4] 0.00 0.50 1.00 1.50"},
      {"another type is quantized again", R"(, "scale": 0.5, "zero_point": 1)", "[]",
       Encoding::per_tensor(DType::U8, 0.5f, 1), Arithmetic::Tflm, "u8[1, 4] 0.00 1.00 2.00 3.00",
       "f32[1, 4] -0.50 0.00 0.50 1.00"},
      {"preprocessing goes by the reals", R"(, "scale": 0.5, "zero_point": 1)", R"([{"scale": 2}])", i8(0.5f, 1),
       Arithmetic::Tflm, "i8[1, 4] -1.00 1.00 3.00 5.00", "f32[1, 4] -1.00 0.00 1.00 2.00"},
      {"plain integers pass as they are", "", "[]", Encoding::plain(DType::I8), Arithmetic::None,
       "i8[1, 4] 0.00 1.00 2.00 3.00", "f32[1, 4] 0.00 1.00 2.00 3.00", true},
  };
  for (const Row& row : rows) {
    const OneSample files{{}, element_text("[4]", "f", row.scale), row.preprocess};
    const auto data = files.open(4);
    ASSERT_TRUE(data) << row.name << ": " << data.error().message();
    const auto adapter = InputAdapter::match(*data, input_of({1, 4}, "nf", row.encoding), row.arithmetic);
    ASSERT_TRUE(adapter) << row.name << ": " << adapter.error().message();
    const Sample sample = *(*data->open("a"))->read(0);
    EXPECT_EQ(text_of(adapter->adapt(sample)->front()), row.codes) << row.name;
    EXPECT_EQ(text_of(adapter->reals(sample)->front()), row.reals) << row.name;
    EXPECT_EQ(adapter->passes_stored(), row.passes) << row.name;
  }
}

TEST(InputAdapter, CutsWindows) {
  const OneSample files{{}, element_text("[6]", "f"), R"([{"window": 4, "stride": 2}])"};
  const auto data = files.open(6);
  ASSERT_TRUE(data);
  const auto adapter =
      InputAdapter::match(*data, input_of({1, 4}, "nf", Encoding::per_tensor(DType::I8, 1, -1)), Arithmetic::Tflm);
  ASSERT_TRUE(adapter) << adapter.error().message();
  const auto tensors = adapter->adapt(*(*data->open("a"))->read(0));
  ASSERT_EQ(tensors->size(), 2u);
  EXPECT_EQ(text_of((*tensors)[0]), "i8[1, 4] -1.00 0.00 1.00 2.00");
  EXPECT_EQ(text_of((*tensors)[1]), "i8[1, 4] 1.00 2.00 3.00 4.00");
}

TEST(InputAdapter, RefusesWhatDoesNotFit) {
  struct Row {
    std::string name, element;
    TensorInfo input;
    std::string message;
  };
  const std::string hwc = element_text("[1, 2, 3]", "hwc");
  const Row rows[] = {
      {"another count", hwc, input_of({1, 5}, "nf"),
       "samples of shape [1, 2, 3] (hwc); expected what the model takes, [5] (f)"},
      {"another extent", hwc, input_of({1, 2, 1, 3}, "nhwc"), "expected what the model takes, [2, 1, 3] (hwc)"},
      {"unknown axes in another order", hwc, input_of({1, 3, 1, 2}, ""), "Name the element's axes"},
      {"a batch", hwc, input_of({4, 1, 2, 3}, "nhwc"), "The model's batch must be 1"},
      {"plain integers of another type", hwc, input_of({1, 1, 2, 3}, "nhwc", Encoding::plain(DType::I64)),
       "an input of i64"},
  };
  for (const Row& row : rows) {
    const OneSample files{{}, row.element, "[]"};
    const auto data = files.open(6);
    ASSERT_TRUE(data) << row.name;
    const auto adapter = InputAdapter::match(*data, row.input, Arithmetic::None);
    ASSERT_FALSE(adapter) << row.name;
    EXPECT_EQ(adapter.error().place, "input 'x'") << row.name;
    EXPECT_NE(adapter.error().message().find(row.message), std::string::npos) << adapter.error().message();
  }
}

TEST(InputAdapter, RefusesNaNForIntegers) {
  const OneSample files{{}, R"({"type": "float32", "shape": [2]})", "[]"};
  const auto data = files.open(8);
  ASSERT_TRUE(data);
  const auto adapter =
      InputAdapter::match(*data, input_of({1, 2}, "nf", Encoding::per_tensor(DType::I8, 1, 0)), Arithmetic::Tflm);
  ASSERT_TRUE(adapter);
  const auto tensors =
      adapter->adapt({"bad", Tensor::of<float>({2}, {1, std::numeric_limits<float>::quiet_NaN()}), {}});
  ASSERT_FALSE(tensors);
  EXPECT_NE(tensors.error().message().find("sample 'bad'"), std::string::npos) << tensors.error().message();
}

}  // namespace
}  // namespace pare
