// The demo on a few images: the folder that it leaves, and what it says when it cannot.
#include "pare/demo.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "data/test_files.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

// Sets FASHION_MNIST for as long as it lives.
class Variable {
 public:
  explicit Variable(const std::string& value) {
    const char* before = std::getenv("FASHION_MNIST");
    if (before) before_ = before;
    ::setenv("FASHION_MNIST", value.c_str(), 1);
  }
  ~Variable() {
    if (before_.empty()) ::unsetenv("FASHION_MNIST");
    else ::setenv("FASHION_MNIST", before_.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string before_;
};

bool data_is_here() {
  const char* folder = std::getenv("FASHION_MNIST");
  return fs::exists(fs::path(folder ? folder : "/usr/share/datasets/fashion-mnist") / "t10k-images-idx3-ubyte.gz");
}

int64_t entries(const std::string& folder) { return std::distance(fs::directory_iterator(folder), {}); }

TEST(DemoJob, LeavesModelPlanProjectAndReport) {
  if (!data_is_here()) GTEST_SKIP() << "no Fashion-MNIST: install dataset-fashion-mnist";
  const TempFolder folder;
  std::vector<std::string> steps;
  const DemoRequest ask{.output = folder.at("out"), .limit = 40, .with = "", .python = "", .on_step = [&](const DemoStep& s) { steps.push_back(s.name); }};
  const auto r = demo(ask, {});
  ASSERT_TRUE(r) << r.error().message();
  EXPECT_EQ(entries(folder.at("")), 1);
  EXPECT_EQ(entries(folder.at("out")), 6);
  for (const std::string& path : {r->report, r->quantized.output, r->quantized.plan, r->emitted.output + "/Makefile"}) EXPECT_TRUE(fs::exists(path)) << path;
  EXPECT_EQ(steps, (std::vector<std::string>{"inspect", "quantize", "compare", "verify", "emit", "report"}));
  EXPECT_EQ(r->quantized.quantized_evaluation.count, 40);
  EXPECT_NE(r->proof.verified, "none");
  const auto page = read_file(r->report);
  ASSERT_TRUE(page);
  const std::string text(reinterpret_cast<const char*>(page->data()), page->size());
  for (const char* part : {"Fashion-MNIST network in int8", "id=\"losses\"", "id=\"histograms\"", "conv1, bn1 → conv1", "plan applied again"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  EXPECT_EQ(text.find(".part-"), std::string::npos);
  const auto again = demo(ask, {});
  ASSERT_TRUE(again) << "an older demo is replaced: " << again.error().message();
  EXPECT_EQ(entries(folder.at("")), 1);
}

TEST(DemoJob, NamesThePackageOfMissingData) {
  const TempFolder folder;
  const Variable none(folder.at(""));
  const auto r = demo({.output = folder.at("out"), .with = "", .python = "", .on_step = {}}, {});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::Io);
  EXPECT_NE(r.error().message().find("dataset-fashion-mnist"), std::string::npos) << r.error().message();
  EXPECT_EQ(entries(folder.at("")), 0);
}

TEST(DemoJob, LeavesAFullFolderAlone) {
  if (!data_is_here()) GTEST_SKIP() << "no Fashion-MNIST: install dataset-fashion-mnist";
  const TempFolder folder;
  folder.write("mine", "x");
  const auto r = demo({.output = folder.at(""), .with = "", .python = "", .on_step = {}}, {});
  ASSERT_FALSE(r);
  EXPECT_NE(r.error().message().find("there are other files in it"), std::string::npos) << r.error().message();
  EXPECT_EQ(entries(folder.at("")), 1);
}

}  // namespace
}  // namespace pare
