#include "pare/numerics.hpp"

namespace pare {
namespace {

struct Row {
  Arithmetic arithmetic;
  std::string_view name;
  Rounding input;
};
// The rule of each operator stands beside its kernel (src/ops/<op>), looked up by Arithmetic; here stands what all share.
constexpr Row kRows[] = {
    {Arithmetic::None, "none", Rounding::HalfEven},         {Arithmetic::Tflm, "tflm", Rounding::HalfAway},
    {Arithmetic::Litert, "litert", Rounding::HalfEven},     {Arithmetic::LitertRef, "litert_ref", Rounding::HalfAway},
    {Arithmetic::St, "st", Rounding::HalfEven},             {Arithmetic::Onnx, "onnx", Rounding::HalfEven},
};

}  // namespace

std::string_view name_of(Arithmetic arithmetic) { return kRows[static_cast<size_t>(arithmetic)].name; }

std::optional<Arithmetic> parse_arithmetic(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name && row.arithmetic != Arithmetic::None) return row.arithmetic;
  return std::nullopt;
}

std::string arithmetic_names() {
  std::string text;
  for (const Row& row : kRows)
    if (row.arithmetic != Arithmetic::None) text += (text.empty() ? "" : ", ") + std::string(row.name);
  return text;
}

Rounding input_rounding(Arithmetic arithmetic) { return kRows[static_cast<size_t>(arithmetic)].input; }

}  // namespace pare
