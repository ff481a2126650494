#include "data/element.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pare {
namespace {

struct TypeRow {
  std::string_view name;
  DType type;
};
constexpr TypeRow kTypes[] = {
    {"bool", DType::Bool}, {"float32", DType::F32}, {"float64", DType::F64}, {"int16", DType::I16},
    {"int32", DType::I32}, {"int64", DType::I64},   {"int8", DType::I8},     {"uint8", DType::U8},
};
constexpr std::string_view kAxes = "ncdhwtf";
constexpr size_t kMaxRank = 8;

std::string_view file_name_of(DType type) {
  const auto* row =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& r) { return r.type == type; });
  return row == std::end(kTypes) ? name_of(type) : row->name;
}

std::string type_names() {
  std::vector<std::string> names;
  for (const TypeRow& row : kTypes) names.emplace_back(row.name);
  return joined(names);
}

Result<DType> parse_type(const Json& json) {
  PARE_TRY(const std::string name, json.text());
  for (const TypeRow& row : kTypes)
    if (row.name == name) return row.type;
  return json.error(fmt::format("unknown type '{}'", name), "one of " + type_names());
}

Result<Shape> parse_shape(const Json& json) {
  PARE_TRY(const std::vector<Json> items, json.items());
  if (items.empty() || items.size() > kMaxRank)
    return json.error(fmt::format("{} extents", items.size()), fmt::format("1 to {}", kMaxRank));
  Shape shape;
  for (const Json& item : items) {
    PARE_TRY(const int64_t extent, item.integer());
    if (extent < 1) return item.error(item.described(), "an extent of at least 1");
    shape.push_back(extent);
  }
  return shape;
}

Result<std::string> parse_axes(const Json& json) {
  PARE_TRY(const std::string axes, json.text());
  for (size_t i = 0; i < axes.size(); ++i) {
    if (kAxes.find(axes[i]) == std::string_view::npos)
      return json.error(fmt::format("unknown axis '{}' in '{}'", axes[i], axes), "letters of n c d h w t f");
    if (axes.find(axes[i]) != i)
      return json.error(fmt::format("axis '{}' stands twice in '{}'", axes[i], axes), "each letter once");
  }
  return axes;
}

Result<float> parse_scale(const Json& json) {
  PARE_TRY(const double scale, json.number());
  const auto narrow = static_cast<float>(scale);
  if (!(narrow > 0) || !std::isfinite(narrow)) return json.error(json.described(), "a scale above 0");
  return narrow;
}

Result<int32_t> parse_zero_point(const Json& json) {
  PARE_TRY(const int64_t zero, json.integer());
  if (zero < INT32_MIN || zero > INT32_MAX) return json.error(json.described(), "a zero point of 32 bits");
  return static_cast<int32_t>(zero);
}

bool is_float(DType type) { return type == DType::F16 || type == DType::F32 || type == DType::F64; }

Error element_error(const ElementSpec& spec, std::string found, std::string expected) {
  return {Code::InvalidArgument, spec.place, std::move(found), std::move(expected), ""};
}

Result<void> check_scale(const ElementSpec& spec, DType type) {
  if (is_float(type) && (spec.scale != 1 || spec.zero_point != 0))
    return element_error(spec, fmt::format("a scale or zero point for {}", file_name_of(type)),
                         "them with integers only");
  const auto [lo, hi] = code_range(type);
  if (spec.zero_point < lo || spec.zero_point > hi)
    return element_error(spec, fmt::format("zero point {}", spec.zero_point),
                         fmt::format("{} to {}, the range of {}", lo, hi, file_name_of(type)));
  return {};
}

Result<std::string> axes_for(const ElementSpec& spec, const Shape& shape) {
  if (spec.axes.empty()) return std::string(shape.size() == 1 ? "f" : "");
  if (spec.axes.size() == shape.size()) return spec.axes;
  return element_error(spec, fmt::format("axes '{}' for the shape {}", spec.axes, to_string(shape)),
                       fmt::format("{} letters", shape.size()));
}

}  // namespace

Result<ElementSpec> parse_element(const Json& json) {
  PARE_TRY(json.allow({"type", "shape", "axes", "scale", "zero_point"}));
  ElementSpec spec;
  spec.place = json.place();
  if (const auto type = json.find("type")) {
    PARE_TRY(spec.type, parse_type(*type));
  }
  if (const auto shape = json.find("shape")) {
    PARE_TRY(spec.shape, parse_shape(*shape));
  }
  if (const auto axes = json.find("axes")) {
    PARE_TRY(spec.axes, parse_axes(*axes));
  }
  if (const auto scale = json.find("scale")) {
    PARE_TRY(spec.scale, parse_scale(*scale));
  }
  if (const auto zero = json.find("zero_point")) {
    PARE_TRY(spec.zero_point, parse_zero_point(*zero));
  }
  return spec;
}

Result<Element> complete(const ElementSpec& spec, DType type, const Shape& shape) {
  if (spec.type && *spec.type != type)
    return element_error(spec, fmt::format("type {}", file_name_of(*spec.type)),
                         fmt::format("{}, which the source holds", file_name_of(type)));
  if (!spec.shape.empty() && spec.shape != shape)
    return element_error(spec, "shape " + to_string(spec.shape), to_string(shape) + ", which the source holds");
  PARE_TRY(check_scale(spec, type));
  PARE_TRY(const std::string axes, axes_for(spec, shape));
  return Element{type, shape, axes, spec.scale, spec.zero_point};
}

Result<Element> complete(const ElementSpec& spec) {
  if (!spec.type) return element_error(spec, "no type", "one of " + type_names());
  if (spec.shape.empty()) return element_error(spec, "no shape", "a list of extents");
  const Result<int64_t> bytes = checked_bytes(spec.shape, *spec.type);
  if (!bytes) return bytes.error().at(spec.place);
  return complete(spec, *spec.type, spec.shape);
}

Result<int64_t> checked_bytes(const Shape& shape, DType type) {
  constexpr int64_t kMost = int64_t{1} << 62;
  int64_t bytes = bytes_of(type);
  for (const int64_t extent : shape) {
    if (extent < 1 || bytes > kMost / extent)
      return Error{Code::InvalidArgument, "", "shape " + to_string(shape), "extents of at least 1 that fit in memory",
                   ""};
    bytes *= extent;
  }
  return bytes;
}

std::string described(const Element& element) {
  return fmt::format("{} bytes, {} {}", count_of(element.shape) * bytes_of(element.type), file_name_of(element.type),
                     to_string(element.shape));
}

}  // namespace pare
