// Small readings of text: what CSV files, ranges and array headers are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pare {

/// Without blanks, tabs and carriage returns at both ends.
std::string_view trimmed(std::string_view text);
/// The fields between separators; one field if there is none.
std::vector<std::string_view> fields_of(std::string_view text, char separator);
/// A decimal number that takes the whole text, without sign or with '-'.
std::optional<int64_t> parse_integer(std::string_view text);

}  // namespace pare
