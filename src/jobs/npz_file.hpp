// NumPy's archives, read and written whole.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pare/tensor.hpp"

namespace pare {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
/// Writes one stored array a name. Errors: Io; Unsupported for element types that NumPy lacks.
Result<void> write_npz_file(const std::string& path, const NamedTensors& arrays);
/// The array `name`. Errors: those of data/npz and data/npy.
Result<Tensor> read_npz_array(const std::string& path, const std::string& name);

}  // namespace pare
