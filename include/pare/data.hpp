// Datasets: named samples with labels, preprocessing, splits and the metric that judges them, read one sample at a
// time. Readers stand in src/data/<reader>/.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pare/model.hpp"

namespace pare {

struct Preprocess;  // data/preprocess.hpp

/// How one sample is stored:  real = scale (q - zero_point).
struct Element {
  DType type = DType::F32;
  Shape shape;       ///< without the samples' axis
  std::string axes;  ///< a letter an axis (n c d h w t f), or empty if unknown
  float scale = 1;   ///< > 0; 1 for float types
  int32_t zero_point = 0;
};

/// One sample as it is stored.
struct Sample {
  std::string id;  ///< the file's name, or the row's number
  Tensor stored;   ///< of Element::type and Element::shape
  std::optional<int64_t> label;
};

/// Which metric judges the data. evaluate::make_metric turns it into code and refuses names that it does not know.
struct MetricSpec {
  std::string name;            ///< empty if the file names none
  std::string options = "{}";  ///< the object of the file without its "name", as JSON text
  std::string place;           ///< where it stands, for messages
};

/// A cursor over the samples of a split. Reading in increasing order is fast; going back in a compressed file starts it
/// again. Memory does not grow with the samples' bytes. A cursor belongs to one thread; clone() gives another its own.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual int64_t count() const = 0;
  /// Sample `index` in [0, count). Errors: Io, InvalidArgument with the file and what is wrong in it.
  virtual Result<Sample> read(int64_t index) = 0;
  /// The same samples with a cursor of its own.
  virtual std::unique_ptr<SampleSource> clone() const = 0;
};

/// A dataset file that was read and checked: sources exist, sizes agree with the element, ranges lie inside. A value;
/// copies share everything.
class Dataset {
 public:
  const std::string& name() const;
  const Element& element() const;
  const MetricSpec& metric() const;
  const Preprocess& preprocess() const;
  /// Names of the splits in the file's order, without "all".
  std::vector<std::string> splits() const;

  /// The samples of a split, the first `limit` of them if limit >= 0. "all" holds each (source, row) that some split
  /// names once, source by source in the file's order, rows ascending.
  /// Errors: InvalidArgument if there is no such split, or limit is 0.
  Result<std::unique_ptr<SampleSource>> open(std::string_view split, int64_t limit = -1) const;
  /// Rows begin <= i < end of a split. Errors: InvalidArgument unless 0 <= begin < end <= count.
  Result<std::unique_ptr<SampleSource>> open_range(std::string_view split, int64_t begin, int64_t end) const;
  /// "sha256:<hex>" over ids, labels and stored bytes of a split; reads all of it. h_0 = "", h_i = sha256(h_(i-1),
  /// sample i).
  Result<std::string> hash(std::string_view split) const;

 private:
  friend Result<Dataset> read_dataset(const std::string& path);
  struct State;
  explicit Dataset(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Reads a `*.data.json`, opens its sources and checks what can be checked without reading every sample.
/// Errors: InvalidArgument for the file's text, Unsupported for readers and steps that are not built, Io for files; the
/// place is the file and the path inside its JSON, or the source and its line.
Result<Dataset> read_dataset(const std::string& path);
/// Names of all readers, from the table.
std::vector<std::string> reader_names();

/// How a dataset's samples become a model's input, decided once: equal rank permutes by the axes' letters, else equal
/// counts flatten in the data's own order. Threads may share one.
class InputAdapter {
 public:
  /// Errors: InvalidArgument with both shapes if they do not fit; Unsupported for the input's type.
  static Result<InputAdapter> match(const Dataset& data, const TensorInfo& input, Arithmetic arithmetic);
  /// What the user should know, empty if nothing: that samples are flattened, or axes taken in the data's order.
  const std::string& note() const;
  /// True if stored integers reach the model as they are.
  bool passes_stored() const;

  /// One tensor a window (one without windows), in the model's shape and stored type. A float input gets the reals; an
  /// integer input gets the stored codes if the element has its type, zero point and (to 1e-4) scale and there is no
  /// preprocessing, else the reals by Eq. 12 with the Arithmetic's rounding.
  /// Errors: InvalidModel if a real to be quantized is a NaN.
  Result<std::vector<Tensor>> adapt(const Sample& sample) const;
  /// The same in f32: what the model's input stands for, so dequantized codes for an integer input.
  Result<std::vector<Tensor>> reals(const Sample& sample) const;

 private:
  struct State;
  explicit InputAdapter(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace pare
