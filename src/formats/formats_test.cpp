#include "formats/format.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.hpp"
#include "ops/unary/unary.hpp"

namespace pare {
namespace {

Model one_relu() {
  Model model;
  model.inputs = {model.add({"x", {1, 3}, "nf", Encoding::plain(DType::F32), {}})};
  auto out = model.append("y", std::make_shared<Unary>(Unary::Kind::Relu), model.inputs);
  EXPECT_TRUE(out);
  model.outputs = *out;
  return model;
}

// A folder of the test's own, removed at its end.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("pare_formats_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

TEST(Formats, TheEndingSaysTheFormatAndTheFileNamesTheModel) {
  const Folder folder;
  const std::string path = folder / "small.tflite";
  ASSERT_TRUE(write_model(one_relu(), path));
  const auto model = read_model(path);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->name, "small");
  EXPECT_EQ(*model_bytes(*model, path), *model_bytes(*model, "other.tflite"));
}

TEST(Formats, AnUnknownEndingIsToldWithTheKnownOnes) {
  for (const char* path : {"net.h5", "folder.tflite/net", "net"}) {
    const auto model = read_model(path);
    ASSERT_FALSE(model) << path;
    EXPECT_EQ(model.error().code, Code::Unsupported) << path;
    EXPECT_NE(model.error().expected.find(".tflite"), std::string::npos) << path;
  }
  EXPECT_FALSE(write_model(one_relu(), "net.h5"));
}

TEST(Formats, ErrorsNameTheFile) {
  const Folder folder;
  const std::string path = folder / "broken.tflite";
  EXPECT_EQ(read_model(path).error().code, Code::Io);
  ASSERT_TRUE(write_file(path, std::string("no model")));
  const auto model = read_model(path);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().place, path + ": byte 4");
}

TEST(Formats, NothingIsWrittenIfTheFormatCannotHoldTheModel) {
  const Folder folder;
  Model model = one_relu();
  auto clip = std::make_shared<Unary>(Unary::Kind::Clip);
  clip->lo = -7, clip->hi = 9;
  model.nodes[0].op = clip;
  EXPECT_FALSE(write_model(model, folder / "clip.tflite"));
  EXPECT_FALSE(std::filesystem::exists(folder / "clip.tflite"));
}

TEST(Formats, NamesAndEndingsAreUnique) {
  for (const Format* a : format_table())
    for (const Format* b : format_table())
      EXPECT_TRUE(a == b || (a->name != b->name && a->ending != b->ending)) << a->name;
}

}  // namespace
}  // namespace pare
