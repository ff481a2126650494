// Attributes, checked for their kind when they are asked for.
#include "formats/onnx/source.hpp"

#include <fmt/format.h>

namespace pare::onnx {
namespace {

constexpr const char* kKindNames[] = {"an integer", "a real",   "a text",      "integers",
                                      "reals",      "a tensor", "another kind"};

// The attribute if it is of the kind, null if there is none.
Result<const Attribute*> expect_kind(const SourceNode& node, std::string_view name, Attribute::Kind kind) {
  const Attribute* a = find_attribute(node, name);
  if (!a || a->kind == kind) return a;
  return Error{Code::InvalidModel, "",
               fmt::format("attribute '{}' holds {}", name, kKindNames[static_cast<size_t>(a->kind)]),
               kKindNames[static_cast<size_t>(kind)], ""};
}

}  // namespace

Attribute Attribute::of(int64_t value) {
  Attribute a;
  a.kind = Kind::Int, a.i = value;
  return a;
}

Attribute Attribute::of(float value) {
  Attribute a;
  a.kind = Kind::Float, a.f = value;
  return a;
}

Attribute Attribute::of(std::string value) {
  Attribute a;
  a.kind = Kind::String, a.s = std::move(value);
  return a;
}

Attribute Attribute::of(std::vector<int64_t> values) {
  Attribute a;
  a.kind = Kind::Ints, a.ints = std::move(values);
  return a;
}

Attribute Attribute::of(std::vector<float> values) {
  Attribute a;
  a.kind = Kind::Floats, a.floats = std::move(values);
  return a;
}

Attribute Attribute::of(pare::Tensor value) {
  Attribute a;
  a.kind = Kind::Tensor, a.tensor = std::move(value);
  return a;
}

const std::string& SourceNode::first_output() const {
  static const std::string kNone;
  for (const std::string& output : out)
    if (!output.empty()) return output;
  return kNone;
}

std::string SourceNode::place() const {
  if (!name.empty()) return fmt::format("node '{}'", name);
  return fmt::format("node {} '{}'", type, first_output());
}

const Attribute* find_attribute(const SourceNode& node, std::string_view name) {
  const auto found = node.attributes.find(std::string(name));
  return found == node.attributes.end() ? nullptr : &found->second;
}

Result<int64_t> integer_of(const SourceNode& node, std::string_view name, int64_t fallback) {
  PARE_TRY(const Attribute* a, expect_kind(node, name, Attribute::Kind::Int));
  return a ? a->i : fallback;
}

Result<float> real_of(const SourceNode& node, std::string_view name, float fallback) {
  PARE_TRY(const Attribute* a, expect_kind(node, name, Attribute::Kind::Float));
  return a ? a->f : fallback;
}

Result<std::string> text_of(const SourceNode& node, std::string_view name, const std::string& fallback) {
  PARE_TRY(const Attribute* a, expect_kind(node, name, Attribute::Kind::String));
  return a ? a->s : fallback;
}

Result<std::vector<int64_t>> integers_of(const SourceNode& node, std::string_view name, std::vector<int64_t> fallback) {
  PARE_TRY(const Attribute* a, expect_kind(node, name, Attribute::Kind::Ints));
  return a ? a->ints : std::move(fallback);
}

}  // namespace pare::onnx
