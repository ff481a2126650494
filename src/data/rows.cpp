#include "data/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/text.hpp"

namespace pare {
namespace {

bool before(const Segment& a, const Segment& b) {
  return a.source != b.source ? a.source < b.source : a.rows.begin < b.rows.begin;
}

bool touches(const Segment& a, const Segment& b) { return a.source == b.source && b.rows.begin <= a.rows.end; }

}  // namespace

Result<RowRange> parse_range(std::string_view text) {
  const std::vector<std::string_view> ends = fields_of(text, ':');
  const auto begin = parse_integer(trimmed(ends.front()));
  const auto end = parse_integer(trimmed(ends.back()));
  if (ends.size() != 2 || !begin || !end || *begin < 0)
    return Error{Code::InvalidArgument, "", fmt::format("the range '{}'", text), "BEGIN:END, such as 0:100", ""};
  if (*begin >= *end)
    return Error{Code::InvalidArgument, "", fmt::format("the range '{}' is empty", text), "BEGIN below END", ""};
  return RowRange{*begin, *end};
}

std::vector<Segment> united(std::vector<Segment> segments) {
  std::sort(segments.begin(), segments.end(), before);
  std::vector<Segment> all;
  for (const Segment& next : segments) {
    if (!all.empty() && touches(all.back(), next))
      all.back().rows.end = std::max(all.back().rows.end, next.rows.end);
    else
      all.push_back(next);
  }
  return all;
}

std::vector<Segment> sliced(const std::vector<Segment>& segments, int64_t begin, int64_t end) {
  std::vector<Segment> part;
  int64_t first = 0;
  for (const Segment& segment : segments) {
    const int64_t size = segment.rows.end - segment.rows.begin;
    const RowRange rows{segment.rows.begin + std::max<int64_t>(begin - first, 0),
                        segment.rows.begin + std::min(end - first, size)};
    if (rows.begin < rows.end) part.push_back({segment.source, rows});
    first += size;
  }
  return part;
}

int64_t count_of(const std::vector<Segment>& segments) {
  int64_t count = 0;
  for (const Segment& segment : segments) count += segment.rows.end - segment.rows.begin;
  return count;
}

}  // namespace pare
