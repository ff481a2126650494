// Messages: element types in every field that can hold them, side files, and what is refused.
#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/files.hpp"
#include "formats/onnx/source.hpp"
#include "formats/onnx/tensor_message.hpp"
#include "formats/onnx/test_source.hpp"

namespace pare::onnx {
namespace {

using Message = ::onnx::TensorProto;

Message message(int32_t type, std::vector<int64_t> dims) {
  Message m;
  m.set_name("w");
  m.set_data_type(type);
  for (const int64_t d : dims) m.add_dims(d);
  return m;
}

template <class T>
Message raw(int32_t type, std::vector<int64_t> dims, const std::vector<T>& values) {
  Message m = message(type, std::move(dims));
  m.set_raw_data(values.data(), values.size() * sizeof(T));
  return m;
}

Message in_int32(int32_t type, std::vector<int64_t> dims, const std::vector<int32_t>& values) {
  Message m = message(type, std::move(dims));
  for (const int32_t v : values) m.add_int32_data(v);
  return m;
}

template <class List, class T>
Message with(Message m, List* (Message::*field)(), const std::vector<T>& values) {
  for (const T v : values) (m.*field)()->Add(v);
  return m;
}

Tensor narrow(DType type, Shape shape, const std::vector<int64_t>& values) {
  Tensor t(type, std::move(shape));
  const auto bytes = static_cast<size_t>(bytes_of(type));
  for (size_t i = 0; i < values.size(); ++i) std::memcpy(t.data_for_edit() + i * bytes, &values[i], bytes);
  return t;
}

TEST(TensorMessage, ElementTypes) {
  struct Row {
    std::string_view name;
    Message message;
    Tensor expected;
  };
  const std::vector<Row> rows = {
      {"f32 raw", raw<float>(1, {2}, {1.5f, -2}), reals({1.5f, -2})},
      {"f32 in its field", with(message(1, {2}), &Message::mutable_float_data, std::vector<float>{1.5f, -2}),
       reals({1.5f, -2})},
      {"f64 raw becomes f32", raw<double>(11, {2}, {1.5, -2}), reals({1.5f, -2})},
      {"f64 in its field", with(message(11, {1}), &Message::mutable_double_data, std::vector<double>{0.25}),
       reals({0.25f})},
      {"f16 raw becomes f32: one, the least, infinity", raw<uint16_t>(10, {3}, {0x3c00, 0x8001, 0x7c00}),
       reals({1, -std::ldexp(1.0f, -24), INFINITY})},
      {"f16 in int32_data", in_int32(10, {1}, {0xc100}), reals({-2.5f})},
      {"bf16 raw becomes f32", raw<uint16_t>(16, {1}, {0xc020}), reals({-2.5f})},
      {"i8 raw", raw<int8_t>(3, {2}, {-128, 127}), Tensor::of<int8_t>({2}, {-128, 127})},
      {"i8 in int32_data", in_int32(3, {2}, {-128, 127}), Tensor::of<int8_t>({2}, {-128, 127})},
      {"u8 in int32_data", in_int32(2, {2}, {0, 255}), Tensor::of<uint8_t>({2}, {0, 255})},
      {"i16 in int32_data", in_int32(5, {1}, {-300}), Tensor::of<int16_t>({1}, {-300})},
      {"i32 raw", raw<int32_t>(6, {2}, {-70000, 1}), Tensor::of<int32_t>({2}, {-70000, 1})},
      {"i64 raw", raw<int64_t>(7, {1}, {int64_t{1} << 40}), list({int64_t{1} << 40})},
      {"i64 in its field", with(message(7, {1}), &Message::mutable_int64_data, std::vector<int64_t>{-5}), list({-5})},
      {"u32 in uint64_data", with(message(12, {1}), &Message::mutable_uint64_data, std::vector<uint64_t>{7}),
       narrow(DType::U32, {1}, {7})},
      {"bool, any byte but 0 is true", raw<uint8_t>(9, {3}, {0, 1, 7}), narrow(DType::Bool, {3}, {0, 1, 1})},
      {"i4, low half first, odd number", raw<uint8_t>(22, {3}, {0x8f, 0x07}), narrow(DType::I4, {3}, {-1, -8, 7})},
      {"u4 is held as u8", raw<uint8_t>(21, {2}, {0x8f}), Tensor::of<uint8_t>({2}, {15, 8})},
      {"a scalar", raw<float>(1, {}, {3}), scalar(3)},
      {"no elements", message(7, {0}), list({})},
  };
  for (const Row& row : rows) {
    SideFiles none("");
    const Result<Tensor> t = tensor_of(row.message, none);
    ASSERT_TRUE(t) << row.name << ": " << t.error().message();
    EXPECT_TRUE(*t == row.expected) << row.name;
  }
}

TEST(TensorMessage, Refused) {
  struct Row {
    std::string_view name;
    Message message;
    std::string_view text;
  };
  const std::vector<Row> rows = {
      {"too few bytes", raw<float>(1, {3}, {1, 2}), "tensor 'w': 8 bytes of data; expected 12"},
      {"too many elements", in_int32(3, {1}, {1, 2}), "2 elements; expected 1"},
      {"a negative extent", message(1, {-1}), "extents of at least 0"},
      {"a product beyond all bounds", message(1, {int64_t{1} << 40, int64_t{1} << 40}), "at most 2^40"},
      {"a product beyond all bounds beside a 0", message(1, {int64_t{1} << 40, int64_t{1} << 40, 0}), "at most 2^40"},
      {"nine axes", message(1, {1, 1, 1, 1, 1, 1, 1, 1, 1}), "at most 8"},
      {"texts", message(8, {1}), "ONNX type 8"},
      {"reals of 8 bits", message(17, {1}), "ONNX type 17"},
  };
  for (const Row& row : rows) {
    SideFiles none("");
    const Result<Tensor> t = tensor_of(row.message, none);
    ASSERT_FALSE(t) << row.name;
    expect_holds(t.error().message(), row.text);
  }
}

class SideFile : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    folder_ = std::filesystem::temp_directory_path() / ("pare_side_file_" + name + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "inner");
    const std::vector<float> values = {9, 1, 2, 9};
    std::ofstream(folder_ / "inner" / "w.bin", std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), 16);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<Tensor> read(const std::string& location, const std::string& offset, const std::string& length) {
    Message m = message(1, {2});
    m.set_data_location(Message::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair("location", location), std::pair("offset", offset), std::pair("length", length)}) {
      if (value.empty()) continue;
      auto* e = m.add_external_data();
      e->set_key(key);
      e->set_value(value);
    }
    SideFiles files(folder_.string());
    return tensor_of(m, files);
  }

  std::filesystem::path folder_;
};

TEST_F(SideFile, Read) {
  const Result<Tensor> t = read("inner/w.bin", "4", "8");
  ASSERT_TRUE(t) << t.error().message();
  EXPECT_TRUE(*t == reals({1, 2}));
  const Result<Tensor> tail = read("inner/../inner/w.bin", "8", "");
  ASSERT_TRUE(tail) << tail.error().message();
  EXPECT_TRUE(*tail == reals({2, 9}));
}

TEST_F(SideFile, Refused) {
  std::filesystem::create_symlink(PARE_SOURCE_DIR "/CMakeLists.txt", folder_ / "link");
  struct Row {
    const char *name, *location, *offset, *length, *text;
  };
  const Row rows[] = {
      {"a folder above", "../../w.bin", "0", "8", "a file in the model's folder"},
      {"an absolute path", "/etc/passwd", "0", "8", "a file in the model's folder"},
      {"a link that leads out", "link", "0", "8", "a file in the model's folder"},
      {"no location", "", "0", "8", "a file in the model's folder"},
      {"a missing file", "inner/other.bin", "0", "8", "which is not there"},
      {"a folder", "inner", "0", "8", "which is not there"},
      {"an offset beyond the end", "inner/w.bin", "17", "0", "offset 17"},
      {"an end beyond the end", "inner/w.bin", "12", "8", "8 bytes at offset 12"},
      {"a length that is not the shape's", "inner/w.bin", "0", "16", "expected 8"},
      {"a negative offset", "inner/w.bin", "-4", "8", "offset = '-4'"},
      {"an offset that overflows", "inner/w.bin", "99999999999999999999", "8", "a byte count"},
      {"an offset with a tail", "inner/w.bin", "4x", "8", "a byte count"},
  };
  for (const Row& row : rows) {
    const Result<Tensor> t = read(row.location, row.offset, row.length);
    ASSERT_FALSE(t) << row.name;
    expect_holds(t.error().message(), row.text);
  }
}

TEST(Message, RoundTrip) {
  Source s =
      graph(17, {1, kFree}, {{"Relu", {"x"}, {"y"}, {{"k", real(2)}, {"l", ints({1, 2})}, {"s", text("t")}}, "n"}},
            {{"w", list({4})}});
  s.metadata["pare.arithmetic"] = "onnx";
  const Result<Source> back = parse(serialize(s), "");
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(back->opset, 17);
  EXPECT_EQ(back->inputs.at(0).shape, (Shape{1, kFree}));
  EXPECT_EQ(back->nodes.at(0).attributes.at("l").ints, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(back->nodes.at(0).name, "n");
  EXPECT_TRUE(back->constants.at("w") == list({4}));
  EXPECT_EQ(back->metadata, s.metadata);
}

TEST(Message, Refused) {
  const std::string garbage = "these bytes are no message";
  EXPECT_FALSE(parse(std::as_bytes(std::span(garbage)), ""));
  const Result<Source> empty = parse({}, "");
  ASSERT_FALSE(empty);
  expect_holds(empty.error().message(), "no graph");
  for (const int64_t opset : {6, 24}) {
    const Result<Source> s = parse(serialize(graph(opset, {1}, {})), "");
    ASSERT_FALSE(s);
    expect_holds(s.error().message(), "expected 7 to 23");
  }
}

TEST(Message, NestedGraphsWithoutEnd) {
  ::onnx::ModelProto model;
  ::onnx::GraphProto* inner = model.mutable_graph();
  for (int depth = 0; depth < 200; ++depth) inner = inner->add_node()->add_attribute()->mutable_g();
  const std::string bytes = model.SerializeAsString();
  const Result<Source> s = parse(std::as_bytes(std::span(bytes)), "");
  ASSERT_FALSE(s);
  expect_holds(s.error().message(), "byte ");
}

}  // namespace
}  // namespace pare::onnx
