// Real files come back as they went; damaged ones end in a valid Model or an Error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>

#include "base/files.hpp"
#include "formats/tflite/sample_files.hpp"
#include "formats/tflite/tflite.hpp"

namespace pare::tflite {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> model_files() {
  const char* data = std::getenv("PARE_DATA");
  const fs::path folder = (data ? fs::path(data) : fs::path(PARE_SOURCE_DIR) / "../shared/data") / "models";
  std::vector<std::string> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".tflite") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

// Constants too: print does not show their elements.
void expect_equal_constants(const Model& a, const Model& b, const std::string& file) {
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    ASSERT_EQ(a.nodes[i].in.size(), b.nodes[i].in.size());
    for (size_t k = 0; k < a.nodes[i].in.size(); ++k) {
      const TensorInfo &x = a.tensor(a.nodes[i].in[k]), &y = b.tensor(b.nodes[i].in[k]);
      EXPECT_EQ(x.encoding, y.encoding) << file << " " << x.name;
      EXPECT_EQ(x.data.empty(), y.data.empty()) << file << " " << x.name;
      EXPECT_TRUE(x.data.empty() || x.data == y.data) << file << " " << x.name;
    }
  }
}

TEST(TfliteFiles, ComeBackAsTheyWent) {
  const std::vector<std::string> files = model_files();
  if (files.empty()) GTEST_SKIP() << "no models: set PARE_DATA to the folder of the data";
  for (const std::string& file : files) {
    const auto model = read_model(file);
    ASSERT_TRUE(model) << model.error().message();
    const auto bytes = write(*model);
    ASSERT_TRUE(bytes) << file << ": " << bytes.error().message();
    auto again = read(*bytes, {});
    ASSERT_TRUE(again) << file << ": " << again.error().message();
    EXPECT_TRUE(verify(*again)) << file;
    EXPECT_EQ(print(*model), print(*again)) << file;
    expect_equal_constants(*model, *again, file);
  }
}

// A valid Model, or an Error that says something.
void expect_judged(std::span<const std::byte> bytes, const std::string& what) {
  const auto model = read(bytes, {});
  if (!model) {
    EXPECT_FALSE(model.error().found.empty()) << what;
    return;
  }
  for (const Error& problem : problems(*model)) EXPECT_FALSE(problem.found.empty()) << what;
  EXPECT_TRUE(!verify(*model) || !print(*model).empty()) << what;
}

TEST(TfliteFiles, TruncatedAtEveryLength) {
  const std::vector<std::byte> bytes = packed(conv_file());
  for (size_t size = 0; size < bytes.size(); ++size)
    expect_judged(std::span(bytes).first(size), "of " + std::to_string(size) + " bytes");
}

TEST(TfliteFiles, EveryBitOfASmallFileTurned) {
  std::vector<std::byte> bytes = packed(conv_file());
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    bytes[i / 8] ^= std::byte{1} << (i % 8);
    expect_judged(bytes, "bit " + std::to_string(i));
    bytes[i / 8] ^= std::byte{1} << (i % 8);
  }
}

// Tables fill the first kilobytes behind the weights or before them; half of the bits are drawn from each end.
TEST(TfliteFiles, BitsOfRealFilesTurned) {
  const std::vector<std::string> files = model_files();
  if (files.empty()) GTEST_SKIP() << "no models: set PARE_DATA to the folder of the data";
  constexpr unsigned seed = 1;
  std::mt19937 random(seed);
  for (const std::string& file : files) {
    auto bytes = read_file(file);
    ASSERT_TRUE(bytes) << bytes.error().message();
    for (int i = 0; i < 300; ++i) {
      const size_t span = std::min<size_t>(bytes->size(), 12000), drawn = random() % span;
      const size_t place = i % 2 ? drawn : bytes->size() - 1 - drawn;
      const std::byte bit = std::byte{1} << (random() % 8);
      (*bytes)[place] ^= bit;
      expect_judged(*bytes, file + ", byte " + std::to_string(place) + ", seed " + std::to_string(seed));
      (*bytes)[place] ^= bit;
    }
  }
}

TEST(TfliteFiles, RealFilesTruncated) {
  const std::vector<std::string> files = model_files();
  if (files.empty()) GTEST_SKIP() << "no models: set PARE_DATA to the folder of the data";
  for (const std::string& file : files) {
    const auto bytes = read_file(file);
    ASSERT_TRUE(bytes) << bytes.error().message();
    for (size_t size = 0; size < bytes->size(); size += bytes->size() / 150 + 1)
      expect_judged(std::span(*bytes).first(size), file + " of " + std::to_string(size) + " bytes");
  }
}

}  // namespace
}  // namespace pare::tflite
