// The text form of a Model: one line a tensor of the interface, one line a node.
#include <fmt/format.h>

#include "pare/op.hpp"

namespace pare {
namespace {

class Printer final : public FieldVisitor {
 public:
  void field(const char* name, int64_t& value) override { put(name, std::to_string(value)); }
  void field(const char* name, float& value) override { put(name, fmt::format("{}", value)); }
  void field(const char* name, bool& value) override { put(name, value ? "true" : "false"); }
  void field(const char* name, std::string& value) override { put(name, value); }
  void field(const char* name, std::vector<int64_t>& value) override { put(name, to_string(value)); }
  void field(const char* name, Activation& value) override { put(name, std::string(name_of(value))); }
  std::string text;

 private:
  void put(const char* name, const std::string& value) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value);
  }
};

std::string describe(const TensorInfo& t) {
  std::string text = fmt::format("{} {}", to_string(t.shape), to_string(t.encoding));
  if (t.encoding.grain == Grain::Tensor) text += fmt::format(" s={} z={}", t.encoding.scale[0], t.encoding.zero_point[0]);
  return text;
}

std::string fields_of(const Op& op) {
  Printer printer;
  op.clone()->fields(printer);
  return printer.text.empty() ? "" : " {" + printer.text + "}";
}

std::string line(const Model& model, const Node& node) {
  std::string in, out;
  for (const TensorId id : node.in)
    in += fmt::format("{}{}", in.empty() ? "" : ", ", id == kNoTensor ? "-" : model.tensor(id).name);
  for (const TensorId id : node.out)
    out += fmt::format("{}{} : {}", out.empty() ? "" : ", ", model.tensor(id).name, describe(model.tensor(id)));
  return fmt::format("{} = {}({}){}\n", out, node.op->kind(), in, fields_of(*node.op));
}

}  // namespace

std::string_view name_of(Activation activation) {
  constexpr std::string_view names[] = {"none", "relu", "relu6", "relu_n1_to_1"};
  return names[static_cast<size_t>(activation)];
}

std::array<float, 2> limits_of(Activation activation) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr std::array<float, 2> limits[] = {{-inf, inf}, {0, inf}, {0, 6}, {-1, 1}};
  return limits[static_cast<size_t>(activation)];
}

std::string print(const Model& model) {
  std::string text = fmt::format("model {} arithmetic={}\n", model.name, name_of(model.arithmetic));
  for (const TensorId id : model.inputs)
    text += fmt::format("input {} : {} {}\n", model.tensor(id).name, describe(model.tensor(id)), model.tensor(id).axes);
  for (const Node& node : model.nodes) text += line(model, node);
  for (const TensorId id : model.outputs) text += fmt::format("output {}\n", model.tensor(id).name);
  return text;
}

}  // namespace pare
