#include "report/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace pare {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

std::string real(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value < 0 ? "−∞" : "∞";
  const std::string text = fmt::format("{:.{}g}", std::fabs(value), digits);
  return (value < 0 ? "−" : "") + text;
}

std::string fixed(double value, int digits) {
  return std::isfinite(value) ? (value < 0 ? "−" : "") + fmt::format("{:.{}f}", std::fabs(value), digits) : real(value);
}

std::string grouped(int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return (value < 0 ? "−" : "") + digits;
}

std::string percent(double share) {
  const double p = share * 100;
  if (std::isnan(p)) return "–";
  if (p < 1e-9 || p == 100) return p < 1 ? "0 %" : "100 %";
  if (p < 0.01) return "< 0.01 %";
  return fmt::format("{:.{}f} %", p, p < 1 ? 2 : 1);
}

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Byte offset of character number `index`.
size_t offset_of(const std::string& text, size_t index) {
  size_t at = 0;
  for (; at < text.size(); ++at)
    if (!continues(text[at]) && index-- == 0) break;
  return at;
}

}  // namespace

std::string shortened(const std::string& text, size_t count) {
  size_t length = 0;
  for (const char c : text) length += !continues(c);
  if (length <= count) return text;
  const size_t tail = count / 2, head = count - 1 - tail;
  return text.substr(0, offset_of(text, head)) + "…" + text.substr(offset_of(text, length - tail));
}

}  // namespace pare
