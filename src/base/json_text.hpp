// What the JSON parser says, for a message of ours.
#pragma once

#include <string>

namespace pare {

/// "[json.exception.parse_error.101] parse error at ...; expected '}'" as "parse error at ..., not '}'": without the
/// bracket and without a second "expected".
inline std::string json_text(std::string what) {
  const size_t bracket = what.find("] ");
  if (what.starts_with("[json") && bracket != std::string::npos) what.erase(0, bracket + 2);
  const std::string expected = "; expected ";
  const size_t at = what.find(expected);
  return at == std::string::npos ? what : what.replace(at, expected.size(), ", not ");
}

}  // namespace pare
