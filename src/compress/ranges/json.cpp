// ranges.json: {"ranges": 1, "samples": N, "source": HASH, "tensors": {NAME: {"min", "max", "mean", "std", "count", "sum",
// "squares", "histogram": {"exponent", "first", "counts"}}}}; the histogram leaves out empty bins at both ends.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "pare/compress.hpp"

namespace pare {
namespace {

using Json = nlohmann::ordered_json;

Json histogram_json(const Histogram& histogram) {
  size_t first = 0, last = histogram.counts.size();
  while (first < last && histogram.counts[first] == 0) ++first;
  while (last > first && histogram.counts[last - 1] == 0) --last;
  const std::vector<int64_t> counts(histogram.counts.begin() + static_cast<ptrdiff_t>(first),
                                    histogram.counts.begin() + static_cast<ptrdiff_t>(last));
  return {{"exponent", histogram.exponent}, {"first", static_cast<int64_t>(first) - Histogram::kHalf}, {"counts", counts}};
}

Json range_json(const Range& r) {
  return {{"min", r.min}, {"max", r.max}, {"mean", r.mean}, {"std", r.std}, {"count", r.count}, {"sum", r.sum}, {"squares", r.squares},
          {"histogram", histogram_json(r.histogram)}};
}

void read_histogram(const Json& json, Histogram& histogram) {
  histogram.exponent = json.at("exponent").get<int>();
  const auto first = json.at("first").get<int64_t>() + Histogram::kHalf;
  const auto counts = json.at("counts").get<std::vector<int64_t>>();
  if (first < 0 || first + static_cast<int64_t>(counts.size()) > 2 * Histogram::kHalf) throw std::out_of_range("histogram bins");
  histogram.counts.assign(static_cast<size_t>(2 * Histogram::kHalf), 0);
  for (size_t i = 0; i < counts.size(); ++i) histogram.counts[static_cast<size_t>(first) + i] = counts[i];
}

Range read_range(const Json& json) {
  Range r{json.at("min"), json.at("max"), json.at("mean"), json.at("std"), json.at("count"), {}, json.value("sum", 0.0), json.value("squares", 0.0)};
  if (json.contains("histogram")) read_histogram(json["histogram"], r.histogram);
  return r;
}

}  // namespace

// A line a tensor, each made by itself: all of them as one Json would take more memory than what they tell of.
std::string to_json(const Ranges& ranges) {
  const Json source = ranges.source;
  std::string text = fmt::format("{{\n \"ranges\": 1,\n \"samples\": {},\n \"source\": {},\n \"tensors\": {{", ranges.samples, source.dump());
  const char* separator = "\n";
  for (const auto& [name, range] : ranges.tensors) {
    text += fmt::format("{}  {}: {}", separator, Json(name).dump(-1, ' ', false, Json::error_handler_t::replace), range_json(range).dump());
    separator = ",\n";
  }
  return text + "\n }\n}\n";
}

Result<Ranges> parse_ranges(const std::string& text, const std::string& place) {
  Ranges ranges;
  std::string at = place;
  try {
    const Json json = Json::parse(text);
    if (json.at("ranges") != 1)
      return Error{Code::InvalidArgument, place, "version " + json.at("ranges").dump(), "1", ""};
    ranges.samples = json.at("samples");
    ranges.source = json.value("source", "");
    for (const auto& [name, range] : json.at("tensors").items()) {
      at = fmt::format("{}: tensor '{}'", place, name);
      ranges.tensors[name] = read_range(range);
    }
  } catch (const std::exception& e) {
    return Error{Code::InvalidArgument, at, json_text(e.what()), "a ranges file as `pare calibrate` writes it", ""};
  }
  return ranges;
}

}  // namespace pare
