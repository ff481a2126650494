// What a dataset file says about its elements, and what becomes of it once a source is open.
#pragma once

#include <optional>
#include <string>

#include "data/json.hpp"
#include "pare/data.hpp"

namespace pare {

/// The "element" of a dataset file; what it leaves out, the source must know.
struct ElementSpec {
  std::optional<DType> type;
  Shape shape;  ///< empty if not given
  std::string axes;
  float scale = 1;
  int32_t zero_point = 0;
  std::string place;  ///< of the object, for messages
};

/// Errors: InvalidArgument for unknown keys and values out of range.
Result<ElementSpec> parse_element(const Json& json);
/// The element of a source that knows its type and shape. Errors: InvalidArgument if the file says otherwise, or if
/// axes, zero point or scale do not suit the type and shape.
Result<Element> complete(const ElementSpec& spec, DType type, const Shape& shape);
/// The element of a source that knows nothing. Errors: InvalidArgument if type or shape is missing.
Result<Element> complete(const ElementSpec& spec);

/// Bytes of a shape's elements. Errors: InvalidArgument for an extent below 1 or more bytes than 2^62.
Result<int64_t> checked_bytes(const Shape& shape, DType type);
/// "490 bytes, int8 [49, 10, 1]".
std::string described(const Element& element);

}  // namespace pare
