// Ranges of rows, and the rows of a split as segments of sources.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pare/base.hpp"

namespace pare {

/// Rows begin <= i < end.
struct RowRange {
  int64_t begin = 0, end = 0;
  bool operator==(const RowRange&) const = default;
};

/// Rows of one source.
struct Segment {
  size_t source = 0;
  RowRange rows;
};

/// "100:1000" with 0 <= begin < end. Errors: InvalidArgument, place left to the caller.
Result<RowRange> parse_range(std::string_view text);
/// The union of segments: each (source, row) once, sources ascending, rows ascending.
std::vector<Segment> united(std::vector<Segment> segments);
/// Rows begin <= i < end of segments that stand one after the other.
std::vector<Segment> sliced(const std::vector<Segment>& segments, int64_t begin, int64_t end);
int64_t count_of(const std::vector<Segment>& segments);

}  // namespace pare
