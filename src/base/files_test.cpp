#include "base/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace pare {
namespace {

// A folder of this test alone, removed at the end.
class Files : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("pare_files_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

std::string text_of(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

TEST_F(Files, WhatIsWrittenIsRead) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100000, 'x')}) {
    ASSERT_TRUE(write_file(path("f"), text));
    EXPECT_EQ(text_of(*read_file(path("f"))), text);
  }
}

TEST_F(Files, NothingIsLeftBesideTheFile) {
  ASSERT_TRUE(write_file(path("f"), "one"));
  ASSERT_TRUE(write_file(path("f"), "two"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  EXPECT_EQ(text_of(*read_file(path("f"))), "two");
}

TEST_F(Files, ErrorsNameThePath) {
  EXPECT_EQ(read_file(path("none")).error().message(), path("none") + ": cannot be opened: No such file or directory; expected a readable file");
  EXPECT_EQ(read_file(folder_.string()).error().message(), folder_.string() + ": is a folder; expected a file");
  EXPECT_EQ(write_file(path("none/f"), "x").error().code, Code::Io);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Files, StagedFilesAppearTogether) {
  ASSERT_TRUE(write_file(path("a.x"), "old"));
  {
    StagedFiles files;
    const auto a = files.add(path("a.x"), "new"), b = files.add(path("b"), "more");
    ASSERT_TRUE(a && b);
    EXPECT_TRUE(a->ends_with(".x"));
    EXPECT_EQ(text_of(*read_file(*a)), "new");
    EXPECT_EQ(text_of(*read_file(path("a.x"))), "old");
    ASSERT_TRUE(files.publish());
  }
  EXPECT_EQ(text_of(*read_file(path("a.x"))), "new");
  EXPECT_EQ(text_of(*read_file(path("b"))), "more");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
}

TEST_F(Files, StagedFilesChangeNothingWhenOneFails) {
  struct Row {
    const char* name;
    const char *first, *second;  ///< paths; the folder "d" takes the second's place before publishing
    bool added;
  };
  const Row rows[] = {
      {"one that is a folder", "a", "d", false},
      {"one in a folder that does not exist", "a", "none/b", false},
      {"one that becomes a folder, beside one that is replaced", "a", "c", true},
      {"one that becomes a folder, beside a new one", "new", "c", true},
  };
  for (const Row& row : rows) {
    std::filesystem::create_directories(folder_ / "d");
    ASSERT_TRUE(write_file(path("a"), "old"));
    {
      StagedFiles files;
      ASSERT_TRUE(files.add(path(row.first), "new")) << row.name;
      EXPECT_EQ(static_cast<bool>(files.add(path(row.second), "new")), row.added) << row.name;
      if (row.added) {
        std::filesystem::create_directories(folder_ / row.second / "full");
        EXPECT_EQ(files.publish().error().code, Code::Io) << row.name;
      }
    }
    if (row.added) std::filesystem::remove_all(folder_ / row.second);
    EXPECT_EQ(text_of(*read_file(path("a"))), "old") << row.name;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2) << row.name;
  }
}

TEST(Sha256, OfKnownBytes) {
  EXPECT_EQ(sha256({}), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::string abc = "abc";
  EXPECT_EQ(sha256(std::as_bytes(std::span(abc))), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace pare
