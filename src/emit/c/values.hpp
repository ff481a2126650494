// Numbers and arrays as C99 text that reads back to the same bits.
#pragma once

#include <span>
#include <string>

#include "pare/tensor.hpp"

namespace pare {

std::string c_number(int64_t value);
/// A float constant in hexadecimal, so that no digit is lost.
std::string c_number(float value);
/// "{1, 2, 3}", broken into lines.
std::string c_list(std::span<const int8_t> values);
std::string c_list(std::span<const int32_t> values);
std::string c_list(std::span<const int64_t> values);
std::string c_list(std::span<const float> values);
/// The C type of a stored element. Errors: Unsupported.
Result<std::string> c_type(DType type);
/// The elements of a Tensor of a type that c_type knows.
std::string c_list(const Tensor& values);
/// `text` with every character that cannot stand in a comment or identifier replaced.
std::string c_comment(const std::string& text);

}  // namespace pare
