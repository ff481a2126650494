#include "emit/c/ports.hpp"

#include <fmt/format.h>

#include <cctype>

#include "emit/c/values.hpp"

namespace pare {
namespace {

Result<std::vector<Port>> ports(const Model& model, const std::vector<TensorId>& ids, const std::string& base) {
  std::vector<Port> result;
  for (size_t i = 0; i < ids.size(); ++i) {
    const TensorInfo& t = model.tensor(ids[i]);
    const std::string place = "tensor '" + t.name + "'";
    if (t.constant()) return Error{Code::Unsupported, place, "an output that is a constant", "a computed one", ""};
    auto type = c_type(t.encoding.type);
    if (!type) return type.error().at(place);
    result.push_back({&t, ids[i], ids.size() == 1 ? base : fmt::format("{}_{}", base, i), *type, count_of(t.shape)});
  }
  return result;
}

}  // namespace

Result<Ports> ports_of(const Model& model) {
  Ports all;
  PARE_TRY(all.in, ports(model, model.inputs, "in"));
  PARE_TRY(all.out, ports(model, model.outputs, "out"));
  return all;
}

std::string signature(const Ports& ports) {
  std::string list;
  for (const Port& port : ports.in) list += fmt::format("{}const {}* {}", list.empty() ? "" : ", ", port.type, port.name);
  for (const Port& port : ports.out) list += fmt::format("{}{}* {}", list.empty() ? "" : ", ", port.type, port.name);
  return "int pare_run(" + list + ")";
}

std::string count_macro(const Port& port) {
  std::string upper;
  for (const char c : port.name) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return "PARE_" + upper + "_COUNT";
}

}  // namespace pare
