#include "emit/c/args.hpp"

#include <fmt/format.h>

#include "emit/c/values.hpp"

namespace pare {

void ArgWriter::field(const char* name, const std::string& value) {
  const bool first = fields_.empty() || fields_.back() == '{';
  fields_ += fmt::format("{}\n  .{} = {}", first ? "" : ",", name, value);
}

void ArgWriter::number(const char* name, int64_t value) { field(name, c_number(value)); }

void ArgWriter::real(const char* name, double value) { field(name, c_number(static_cast<float>(value))); }

void ArgWriter::inline_array(const char* name, std::span<const int32_t> values) { field(name, c_list(values)); }

void ArgWriter::begin(const char* name) {
  field(name, "{");
  path_ = std::string(name) + "_";
}

void ArgWriter::end() {
  fields_ += "}";
  path_.clear();
}

template <class T>
void ArgWriter::constant(const char* type, const char* name, std::span<const T> values) {
  if (values.empty()) return field(name, "NULL");
  const std::string symbol = prefix_ + "_" + path_ + name;
  constants_ += fmt::format("static const {} {}[{}] = {};\n", type, symbol, values.size(), c_list(values));
  field(name, symbol);
}

}  // namespace pare
