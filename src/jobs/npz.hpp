// NumPy's files, whole: arrays in, arrays out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pare/tensor.hpp"

namespace pare {

using Arrays = std::vector<std::pair<std::string, Tensor>>;

/// The arrays of an .npz file by name, or the one of an .npy file under the name "".
/// Errors: Io; InvalidArgument for broken files; Unsupported for Fortran order and for other types.
Result<Arrays> read_arrays(const std::string& path);
/// The array `name` of an .npz file. Errors: as above; InvalidArgument if there is none of that name.
Result<Tensor> read_array(const std::string& path, const std::string& name);
/// Writes an .npz file, whole or not at all; of the same arrays the same bytes at any time. Errors: Io.
Result<void> write_npz(const std::string& path, const Arrays& arrays);

}  // namespace pare
