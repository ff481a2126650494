// The header of NumPy's array files (NEP 1), versions 1 to 3.
#pragma once

#include <string>

#include "data/array_source.hpp"

namespace pare {

/// Reads the header at the stream's start; `path` is for messages.
/// Errors: InvalidArgument for broken headers; Unsupported for Fortran order and types other than bool, whole numbers
/// of 8 to 64 bits, and floats of 16 to 64.
Result<ArrayHeader> read_npy_header(const std::string& path, ByteStream& stream);

}  // namespace pare
