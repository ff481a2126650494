#include "data/dataset_file.hpp"

#include <fmt/format.h>

#include "data/paths.hpp"

namespace pare {
namespace {

// Paths that a split takes when it names none of its own.
struct Defaults {
  std::string file;  // the dataset file, which paths are relative to
  std::string inputs, labels;
};

Result<const DatasetReader*> parse_reader(const Json& json) {
  PARE_TRY(const std::string name, json.text());
  for (const DatasetReader* reader : dataset_readers())
    if (reader->name == name) return reader;
  return Error{Code::Unsupported, json.place(), fmt::format("no reader '{}'", name), "one of " + joined(reader_names()),
               ""};
}

// A path of the object, or the default if it names none; null stands for none at all.
Result<std::string> parse_path(const Json& object, std::string_view key, const std::string& file,
                               const std::string& fallback) {
  const auto json = object.find(key);
  if (!json) return fallback;
  if (json->is_null()) return std::string();
  PARE_TRY(const std::string text, json->text());
  if (text.empty()) return json->error("an empty path", "a path");
  const Result<std::string> path = expanded(text);
  if (!path) return path.error().at(json->place());
  return beside(file, *path);
}

Result<PlacedRange> parse_placed(const Json& json) {
  PARE_TRY(const std::string text, json.text());
  const Result<RowRange> rows = parse_range(text);
  if (!rows) return rows.error().at(json.place());
  return PlacedRange{*rows, json.place()};
}

Result<std::vector<PlacedRange>> parse_ranges(const Json& json) {
  std::vector<Json> items{json};
  if (json.is_list()) {
    PARE_TRY(items, json.items());
  }
  if (items.empty()) return json.error("no range", "at least one");
  std::vector<PlacedRange> ranges;
  for (const Json& item : items) {
    PARE_TRY(PlacedRange range, parse_placed(item));
    ranges.push_back(std::move(range));
  }
  return ranges;
}

Result<void> parse_split_object(const Json& json, const Defaults& defaults, SplitSpec& split) {
  PARE_TRY(json.allow({"inputs", "labels", "range"}));
  PARE_TRY(split.inputs, parse_path(json, "inputs", defaults.file, defaults.inputs));
  PARE_TRY(split.labels, parse_path(json, "labels", defaults.file, defaults.labels));
  if (const auto range = json.find("range")) {
    PARE_TRY(split.ranges, parse_ranges(*range));
  }
  return {};
}

Result<SplitSpec> parse_split(const std::string& name, const Json& json, const Defaults& defaults) {
  SplitSpec split{name, defaults.inputs, defaults.labels, {}, json.place()};
  if (name == "all") return json.error("a split named 'all'", "another name; 'all' stands for all splits together");
  if (json.is_object()) {
    PARE_TRY(parse_split_object(json, defaults, split));
  } else if (json.is_text() || json.is_list()) {
    PARE_TRY(split.ranges, parse_ranges(json));
  } else {
    return json.error(json.described(), "a range, a list of ranges or an object");
  }
  if (split.inputs.empty()) return json.error("no inputs", "'inputs' here or at the top of the file");
  return split;
}

Result<std::vector<SplitSpec>> parse_splits(const Json& json, const Defaults& defaults) {
  PARE_TRY(const auto members, json.members());
  if (members.empty()) return json.error("no splits", "at least one");
  std::vector<SplitSpec> splits;
  for (const auto& [name, value] : members) {
    PARE_TRY(SplitSpec split, parse_split(name, value, defaults));
    splits.push_back(std::move(split));
  }
  return splits;
}

Result<MetricSpec> parse_metric(const Json& json) {
  if (!json.is_text() && !json.is_object()) return json.error(json.described(), "a name, or an object with a name");
  MetricSpec metric{"", "{}", json.place()};
  Json named = json;
  if (json.is_object()) {
    PARE_TRY(named, json.get("name"));
    metric.options = json.dump_without("name");
  }
  PARE_TRY(metric.name, named.text());
  if (metric.name.empty()) return named.error("an empty name", "a metric's name");
  return metric;
}

Result<void> parse_optional(const Json& json, DatasetFile& file) {
  if (const auto element = json.find("element")) {
    PARE_TRY(file.element, parse_element(*element));
  }
  if (const auto preprocess = json.find("preprocess")) {
    PARE_TRY(file.preprocess, parse_preprocess(*preprocess));
  }
  file.metric.place = json.place();
  if (const auto metric = json.find("metric")) {
    PARE_TRY(file.metric, parse_metric(*metric));
  }
  return {};
}

Result<DatasetFile> parse_file(const Json& json, const std::string& path) {
  PARE_TRY(json.allow({"name", "reader", "element", "inputs", "labels", "preprocess", "splits", "metric"}));
  DatasetFile file;
  PARE_TRY(const Json name, json.get("name"));
  PARE_TRY(file.name, name.text());
  PARE_TRY(const Json reader, json.get("reader"));
  PARE_TRY(file.reader, parse_reader(reader));
  file.element.place = json.place() + ": element";
  PARE_TRY(parse_optional(json, file));
  Defaults defaults{path, "", ""};
  PARE_TRY(defaults.inputs, parse_path(json, "inputs", path, ""));
  PARE_TRY(defaults.labels, parse_path(json, "labels", path, ""));
  PARE_TRY(const Json splits, json.get("splits"));
  PARE_TRY(file.splits, parse_splits(splits, defaults));
  return file;
}

}  // namespace

std::vector<std::string> reader_names() {
  std::vector<std::string> names;
  for (const DatasetReader* reader : dataset_readers()) names.emplace_back(reader->name);
  return names;
}

Result<DatasetFile> read_dataset_file(const std::string& path) {
  PARE_TRY(const std::string text, read_text(path));
  PARE_TRY(const Json json, Json::parse(text, path));
  return parse_file(json, path);
}

}  // namespace pare
