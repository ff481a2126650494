// For tests: tables of single nodes and the Ops that they become.
#pragma once

#include "formats/onnx/test_source.hpp"

namespace pare::onnx {

/// A node from x to y, the kinds of its Ops, and parts of the printed Model.
struct OpRow {
  std::string_view name;
  int64_t opset;
  Shape x;
  SourceNode node;
  Constants constants;
  std::string kinds;
  std::vector<std::string_view> holds;
};

inline void check(const std::vector<OpRow>& rows) {
  for (const OpRow& row : rows) {
    SCOPED_TRACE(row.name);
    const Model model = read_well(graph(row.opset, row.x, {row.node}, row.constants));
    EXPECT_EQ(kinds(model), row.kinds);
    for (const std::string_view part : row.holds) expect_holds(print(model), part);
  }
}

}  // namespace pare::onnx
