// What the tests on real models and data share.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "pare/evaluate.hpp"
#include "pare/formats.hpp"

namespace pare::test {

/// The folder of models and data.
inline std::string data_folder() {
  const char* set = std::getenv("PARE_DATA");
  return set ? set : std::string(PARE_SOURCE_DIR) + "/../shared/data";
}

/// The result's value; its error ends the test.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

template <>
inline void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().message());
}

inline Model model(const std::string& name) { return must(read_model(data_folder() + "/models/" + name)); }

/// Of a dataset file with that text.
inline Dataset dataset(const std::string& name, const std::string& text) {
  const std::string path =
      (std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()) + ".data.json")).string();
  std::ofstream(path) << text;
  Dataset data = must(read_dataset(path));
  std::filesystem::remove(path);
  return data;
}

/// kws01, calibrated on 100 clips from `first` on and evaluated on the others.
inline std::string kws_text(int first) {
  const std::string source =
      fmt::format("\"inputs\": \"{0}/kws01/inputs\", \"labels\": \"{0}/kws01/y_labels.csv\"", data_folder());
  return fmt::format(R"({{"name": "kws01", "reader": "raw", {0}, "metric": "top1",
    "element": {{"type": "int8", "shape": [49, 10, 1], "axes": "hwc", "scale": 0.58470, "zero_point": 83}},
    "splits": {{"calibration": "{1}:{2}", "evaluation": {3}, "every": "0:1000"}}}})",
                     source, first, first + 100,
                     first == 0 ? "\"100:1000\"" : fmt::format("[\"0:{}\", \"{}:1000\"]", first, first + 100));
}

}  // namespace pare::test
