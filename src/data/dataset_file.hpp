// The text of a `*.data.json`, checked for everything that can be told without opening its sources.
#pragma once

#include <string>
#include <vector>

#include "data/preprocess.hpp"
#include "data/reader.hpp"
#include "data/rows.hpp"

namespace pare {

/// A range and where it stands, for messages.
struct PlacedRange {
  RowRange rows;
  std::string place;
};

struct SplitSpec {
  std::string name;
  std::string inputs, labels;       ///< expanded paths; labels may be empty
  std::vector<PlacedRange> ranges;  ///< empty: all rows
  std::string place;
};

struct DatasetFile {
  std::string name;
  const DatasetReader* reader = nullptr;
  ElementSpec element;
  Preprocess preprocess;
  std::vector<SplitSpec> splits;  ///< in the file's order, at least one
  MetricSpec metric;
};

/// Errors: InvalidArgument with the file and the path inside its JSON; Unsupported for readers and steps not built; Io.
Result<DatasetFile> read_dataset_file(const std::string& path);

}  // namespace pare
