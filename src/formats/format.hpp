// The table of file formats.
#pragma once

#include <span>

#include "pare/formats.hpp"

namespace pare {

/// All formats, in the order of their folders. The build writes the table from the folder names.
std::span<const Format* const> format_table();

}  // namespace pare
