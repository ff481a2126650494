// Words and numbers of the page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pare {

/// `text` with the characters that HTML takes for markup (< > & " ') written as entities, and control characters left out.
std::string escaped(std::string_view text);
/// A real in `digits` significant digits; an infinite one is the sign of infinity, an undefined one a dash.
std::string real(double value, int digits = 3);
/// A real with `digits` digits behind the point; undefined and infinite ones as in real().
std::string fixed(double value, int digits);
/// "1,234,567".
std::string grouped(int64_t value);
/// A share in percent, with as many digits as it needs to be told from zero and from all: "0.02 %".
std::string percent(double share);
/// At most `count` characters of UTF-8, the last one an ellipsis if some were left out of the middle.
std::string shortened(const std::string& text, size_t count);

}  // namespace pare
