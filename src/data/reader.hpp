// The interface of a reader: one folder of src/data each, found by its symbol `<folder>_reader`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "data/element.hpp"

namespace pare {

/// Where samples come from, as a dataset file says it. Paths are expanded and seen from the working directory.
struct SourceSpec {
  std::string inputs;
  std::string labels;  ///< empty: no labels
  ElementSpec element;
};

/// The rows of one source, as they are stored. read() is for one thread; clone() gives another thread its own cursor.
class Source {
 public:
  virtual ~Source() = default;
  virtual const Element& element() const = 0;
  virtual int64_t count() const = 0;
  virtual Result<Sample> read(int64_t row) = 0;
  virtual std::unique_ptr<Source> clone() const = 0;
};

struct DatasetReader {
  std::string_view name;
  /// Opens a source and checks what its headers and sizes tell.
  Result<std::unique_ptr<Source>> (*open)(const SourceSpec& spec);
};

/// All readers, written by the build from the folders' names.
std::span<const DatasetReader* const> dataset_readers();

}  // namespace pare
