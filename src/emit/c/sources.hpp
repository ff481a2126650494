// The C99 kernels' text, put into the program when it is built.
#pragma once

#include <span>
#include <string_view>

namespace pare {

/// A file of src/numerics or src/ops; names are unique, so that they may stand in one folder.
struct CSource {
  std::string_view name;  ///< "conv2d_s8.h"
  std::string_view text;
};
std::span<const CSource> c_sources();
/// The file named `name`, or null.
const CSource* find_c_source(std::string_view name);

}  // namespace pare
