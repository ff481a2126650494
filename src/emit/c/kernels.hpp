// Which of the kernels' files a project needs.
#pragma once

#include <set>
#include <string>

#include "pare/emit.hpp"

namespace pare {

/// The .h and .c files of the steps' kernels and all headers that they include, by name.
/// Errors: Internal if a file is not embedded.
Result<std::vector<EmittedFile>> kernel_files(const Program& program);
/// Names of the kernels' headers, for #include.
std::set<std::string> kernel_headers(const Program& program);
/// Is the step done without code, because its output is its input's bytes?
bool is_alias(const Step& step);

}  // namespace pare
