// For tests: a case of the ONNX project's operator suite: model.onnx, and in test_data_set_0 inputs and outputs as
// tensor messages. Many cases feed weights, axes or limits as graph inputs; such a model reads once all operands but
// those of `free` are made constants with the values that the case has for them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "formats/onnx/source.hpp"
#include "pare/formats.hpp"

namespace pare {
extern const Format onnx_format;
}

namespace pare::onnx {

struct ConformanceCase {
  std::string name;
  Source source;
  std::vector<Tensor> inputs, outputs;  ///< in the graph's order; what cannot be held (texts) ends the list
};

/// Tensors <folder>/<stem>_0.pb, _1.pb, ..., as many as there are and can be held.
inline std::vector<Tensor> stored_tensors(const std::filesystem::path& folder, const std::string& stem) {
  std::vector<Tensor> list;
  for (;;) {
    const auto bytes = read_file((folder / (stem + "_" + std::to_string(list.size()) + ".pb")).string());
    if (!bytes) return list;
    auto tensor = parse_tensor(*bytes);
    if (!tensor) return list;
    list.push_back(std::move(*tensor));
  }
}

inline Result<ConformanceCase> read_case(const std::filesystem::path& folder) {
  PARE_TRY(const std::vector<std::byte> bytes, read_file((folder / "model.onnx").string()));
  ConformanceCase c;
  c.name = folder.filename().string();
  PARE_TRY(c.source, parse(bytes, folder.string()));
  c.inputs = stored_tensors(folder / "test_data_set_0", "input");
  c.outputs = stored_tensors(folder / "test_data_set_0", "output");
  return c;
}

/// A case read into a Model, with the values of the inputs that it kept.
struct ReadCase {
  Model model;
  std::vector<Tensor> inputs;
};

/// With the first `kept` inputs free and the others constant.
inline Result<ReadCase> read_with_inputs(const ConformanceCase& c, size_t kept) {
  Source source = c.source;
  for (size_t i = kept; i < source.inputs.size() && i < c.inputs.size(); ++i)
    source.constants.emplace(source.inputs[i].name, c.inputs[i]);
  source.inputs.resize(std::min(kept, source.inputs.size()));
  PARE_TRY(Model model, onnx_format.read(serialize(source), {}));
  PARE_TRY(verify(model));
  const auto end = c.inputs.begin() + static_cast<std::ptrdiff_t>(std::min(kept, c.inputs.size()));
  return ReadCase{std::move(model), std::vector<Tensor>(c.inputs.begin(), end)};
}

/// With as many free inputs as can be read.
inline Result<ReadCase> read_freest(const ConformanceCase& c) {
  Result<ReadCase> read = read_with_inputs(c, c.source.inputs.size());
  for (size_t kept = c.source.inputs.size(); kept-- > 1 && !read;) {
    Result<ReadCase> again = read_with_inputs(c, kept);
    if (again) read = std::move(again);
  }
  return read;
}

}  // namespace pare::onnx
