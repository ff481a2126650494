// The program as a user runs it, in a folder of a test's own, and seeded samples for it.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>

namespace pare::test {

namespace fs = std::filesystem;

inline std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// A new folder, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "pare_test_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const fs::path& path() const { return path_; }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

struct Said {
  int status = 0;
  std::string out, err;
};

/// `pare ARGUMENTS` in `folder`, with `before` in the same shell.
inline Said run(const Folder& folder, const std::string& before, const std::string& arguments) {
  const Folder said;
  const std::string command = "cd '" + folder.path().string() + "' && " + before + " '" PARE_PROGRAM "' " + arguments +
                              " >'" + (said / "out").string() + "' 2>'" + (said / "err").string() + "'";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(said / "out"), read(said / "err")};
}

/// Names and bytes of all files below a folder.
inline std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    files[fs::relative(entry.path(), folder).string()] = entry.is_directory() ? "a folder" : read(entry.path());
  return files;
}

// ---- Samples ------------------------------------------------------------------------------------------------------

inline constexpr int kSamples = 8, kPixels = 28 * 28;

/// A dataset file of them.
inline std::string samples_json(const std::string& element, const std::string& range = "4:8",
                                const std::string& reader = "raw", const std::string& metric = "top1",
                                const std::string& labels = "labels.csv") {
  return R"({"name": "noise", "reader": ")" + reader + R"(", "inputs": "inputs", "labels": ")" + labels +
         R"(", "element": )" + element +
         R"(, "preprocess": [{"scale": 0.00392156862745098}], "splits": {"calibration": "0:4", "evaluation": ")" +
         range + R"("}, "metric": ")" + metric + "\"}";
}
inline const std::string kElement = R"({"type": "uint8", "shape": [28, 28, 1], "axes": "hwc"})";

/// inputs/s0 to s7, labels.csv and noise.data.json.
inline void write_samples(const Folder& folder) {
  std::mt19937 random(1);
  fs::create_directory(folder / "inputs");
  std::string labels;
  for (int i = 0; i < kSamples; ++i) {
    std::string pixels;
    for (int k = 0; k < kPixels; ++k) pixels += static_cast<char>(random() >> 24);
    write(folder / ("inputs/s" + std::to_string(i)), pixels);
    labels += "s" + std::to_string(i) + ",10," + std::to_string(i) + "\n";
  }
  write(folder / "labels.csv", labels);
  write(folder / "noise.data.json", samples_json(kElement));
}

}  // namespace pare::test
