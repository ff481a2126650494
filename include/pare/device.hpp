// Devices: what a target can run, how much memory it has, and by which rules it computes. devices/*.json are built in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pare/model.hpp"

namespace pare {

/// A target, as its description says.
struct Device {
  std::string name;
  Arithmetic arithmetic = Arithmetic::None;
  int64_t flash_bytes = 0, ram_bytes = 0;               ///< 0: not limited
  std::map<std::string, std::vector<std::string>> ops;  ///< forms by kind of operator; "f32", "i8/channel/sym"
  int64_t max_rank = 0;                                 ///< 0: not limited
  bool dense_per_channel = true;                        ///< may dense layers have a scale a channel?
};

/// Why a model does not run on a device, and what to do about it.
struct Reason {
  std::string node;    ///< empty if the whole model is meant
  std::string reason;  ///< a clause
  std::string mend;    ///< a sentence
};

/// Text of a description. Errors: InvalidArgument, with the key.
Result<Device> parse_device(const std::string& text, const std::string& place);
/// A built-in device by its name, or the description in a file that ends in .json.
/// Errors: InvalidArgument, with the list; Io.
Result<Device> find_device(const std::string& name);
/// All built-in devices.
std::vector<Device> devices();

/// Sets limits from "flash 512k, ram 128k" (k = 1000, ki = 1024, m, mi). Errors: InvalidArgument.
Result<void> set_memories(const std::string& text, Device& device);
/// Every reason at once: operators, forms, ranks, and memories. Flash holds `weight_bytes`, ram `arena_bytes`.
std::vector<Reason> misfits(const Model& model, const Device& device, int64_t weight_bytes, int64_t arena_bytes);
/// How a node is stored: the encoding of its weights, else of its first output.
std::string form_of(const Model& model, const Node& node);

}  // namespace pare
