#include "pare/device.hpp"

#include "base/json_text.hpp"
#include "pare/op.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

namespace pare {

std::span<const char* const> device_texts();

namespace {

using Json = nlohmann::json;

Error wrong(const std::string& place, std::string found, std::string expected) {
  return {Code::InvalidArgument, place, std::move(found), std::move(expected), ""};
}

int64_t memory_of(const Json& json, const char* key) {
  const Json memories = json.value("memories", Json::object());
  return memories.contains(key) && !memories[key].is_null() ? memories[key].get<int64_t>() : 0;
}

Result<void> read_fields(const Json& json, const std::string& place, Device& device) {
  device.name = json.at("name").get<std::string>();
  const auto arithmetic = parse_arithmetic(json.at("arithmetic").get<std::string>());
  if (!arithmetic) return wrong(place + ": arithmetic", json["arithmetic"].dump(), arithmetic_names());
  device.arithmetic = *arithmetic;
  device.flash_bytes = memory_of(json, "flash_bytes");
  device.ram_bytes = memory_of(json, "ram_bytes");
  if (device.flash_bytes < 0 || device.ram_bytes < 0) return wrong(place + ": memories", "a negative size", "sizes in bytes");
  device.ops = json.at("ops").get<std::map<std::string, std::vector<std::string>>>();
  const Json limits = json.value("limits", Json::object());
  device.max_rank = limits.value("max_rank", int64_t{0});
  const std::string dense = limits.value("dense", std::string("channel"));
  if (dense != "tensor" && dense != "channel") return wrong(place + ": limits.dense", "'" + dense + "'", "tensor or channel");
  device.dense_per_channel = dense == "channel";
  return {};
}

Result<int64_t> parse_size(const std::string& text) {
  int64_t value = 0;
  size_t used = 0;
  while (used < text.size() && text[used] >= '0' && text[used] <= '9' && value < (int64_t{1} << 40))
    value = value * 10 + (text[used++] - '0');
  static const std::map<std::string, int64_t> units = {{"", 1}, {"k", 1000}, {"ki", 1024}, {"m", 1000000}, {"mi", 1048576}};
  const auto unit = units.find(text.substr(used));
  if (used == 0 || unit == units.end()) return wrong("--fits", "'" + text + "'", "a number with k, ki, m, mi or nothing behind it");
  return value * unit->second;
}

// Kinds that only say how bytes are seen, or that change encodings.
bool is_free(std::string_view kind) { return kind == "reshape"; }

void check_node(const Model& model, const Node& node, const Device& device, std::vector<Reason>& reasons) {
  const std::string kind(node.op->kind());
  const auto found = device.ops.find(kind);
  if (found == device.ops.end()) {
    if (!is_free(kind))
      reasons.push_back({node.name, fmt::format("{} has no operator {}", device.name, kind), "Replace the operator, or keep it off the device."});
    return;
  }
  const std::string form = form_of(model, node);
  const auto& forms = found->second;
  if (std::find(forms.begin(), forms.end(), form) == forms.end())
    reasons.push_back({node.name, fmt::format("{} runs {} as {}, not as {}", device.name, kind, fmt::join(forms, ", "), form),
                       fmt::format("Quantize the model for it: pare quantize --device {}.", device.name)});
}

void check_rank(const Model& model, const Node& node, const Device& device, std::vector<Reason>& reasons) {
  for (const TensorId id : node.out) {
    const TensorInfo& t = model.tensor(id);
    if (device.max_rank > 0 && static_cast<int64_t>(t.shape.size()) > device.max_rank)
      reasons.push_back({node.name, fmt::format("{} has rank {}, {} takes {}", t.name, t.shape.size(), device.name, device.max_rank),
                         "Reshape the tensor to fewer axes."});
  }
}

}  // namespace

Result<Device> parse_device(const std::string& text, const std::string& place) {
  Device device;
  try {
    PARE_TRY(read_fields(Json::parse(text), place, device));
  } catch (const Json::exception& e) {
    return wrong(place, json_text(e.what()), "a device description");
  }
  return device;
}

std::vector<Device> devices() {
  std::vector<Device> all;
  for (const char* text : device_texts()) {
    auto device = parse_device(text, "built-in device");
    PARE_ASSERT(device);
    all.push_back(std::move(*device));
  }
  return all;
}

Result<Device> find_device(const std::string& name) {
  if (name.ends_with(".json")) {
    std::ifstream file(name);
    if (!file) return Error{Code::Io, name, "cannot be read", "a device description", ""};
    std::stringstream text;
    text << file.rdbuf();
    return parse_device(text.str(), name);
  }
  std::string names;
  for (Device& device : devices()) {
    if (device.name == name) return std::move(device);
    names += (names.empty() ? "" : ", ") + device.name;
  }
  return wrong("--device", "'" + name + "'", "one of " + names + ", or a .json file");
}

Result<void> set_memories(const std::string& text, Device& device) {
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::stringstream words(part);
    std::string memory, size, more;
    words >> memory >> size;
    if ((memory != "flash" && memory != "ram") || (words >> more)) return wrong("--fits", "'" + part + "'", "flash SIZE or ram SIZE");
    PARE_TRY(const int64_t bytes, parse_size(size));
    (memory == "flash" ? device.flash_bytes : device.ram_bytes) = bytes;
  }
  return {};
}

std::string form_of(const Model& model, const Node& node) {
  const int weights = node.op->contract().weights;
  if (weights >= 0 && static_cast<size_t>(weights) < node.in.size() && node.in[static_cast<size_t>(weights)] != kNoTensor)
    return to_string(model.tensor(node.in[static_cast<size_t>(weights)]).encoding);
  const bool from_input = node.op->kind() == "dequantize";
  return to_string(model.tensor(from_input ? node.in[0] : node.out[0]).encoding);
}

std::vector<Reason> misfits(const Model& model, const Device& device, int64_t weight_bytes, int64_t arena_bytes) {
  std::vector<Reason> reasons;
  for (const Node& node : model.nodes) {
    check_node(model, node, device, reasons);
    check_rank(model, node, device, reasons);
  }
  if (device.flash_bytes > 0 && weight_bytes > device.flash_bytes)
    reasons.push_back({"", fmt::format("weights take {} bytes, flash holds {}", weight_bytes, device.flash_bytes),
                       "Use narrower weights, or prune layers."});
  if (device.ram_bytes > 0 && arena_bytes > device.ram_bytes)
    reasons.push_back({"", fmt::format("the arena takes {} bytes, ram holds {}", arena_bytes, device.ram_bytes),
                       "Make the largest tensor smaller: a smaller input or fewer channels."});
  return reasons;
}

}  // namespace pare
