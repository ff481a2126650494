// Compression: graph passes, calibrated ranges, plans, and their application to a Model.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pare/model.hpp"

namespace pare {

// ---- Passes -------------------------------------------------------------------------------------------------------

/// One thing that a pass did, told by node names.
struct Change {
  std::string pass;               ///< "adjust", "fold", "fuse", "qdq"
  std::vector<std::string> from;  ///< nodes before
  std::string to;                 ///< the node after, empty if they are gone
  std::string what;               ///< "batch_norm folded into conv2d"
};
using Changes = std::vector<Change>;

/// Moves transposes through operators until they cancel. With `nhwc_interface`, inputs and outputs of axes nchw become
/// nhwc; otherwise the source's interface is kept, and transposes that it needs remain.
Result<Model> adjust(const Model& model, bool nhwc_interface, Changes* changes);
/// Folds constants, batch normalization (into the layer before it, else into a 1x1 depthwise convolution), padding into
/// convolutions, and reshapes that change nothing.
Result<Model> fold(const Model& model, Changes* changes);
/// Fuses activations into the layer before them, and turns an average pool over the whole image into a mean.
Result<Model> fuse(const Model& model, Changes* changes);
/// Turns Dequantize - float operator - Quantize into the integer operator, with the scales that the model has; uint8
/// codes become int8. What has no integer form stays float, and `changes` says why. With `integer_interface`, inputs and
/// outputs become int8 where their encodings are known; otherwise they keep their types. The Arithmetic `onnx`, which
/// has no integer operators, is taken off. Errors: InvalidModel.
Result<Model> fuse_qdq(const Model& model, bool integer_interface, Changes* changes);
/// adjust, fold, fuse, in the order in which they help each other.
Result<Model> simplify(const Model& model, bool nhwc_interface, Changes* changes);

// ---- Ranges -------------------------------------------------------------------------------------------------------

/// Counts of values in bins [i w, (i+1) w) for i in [-1024, 1024), w a power of two that doubles when a value falls
/// outside. Merging and the order of values do not change the result.
struct Histogram {
  static constexpr int64_t kHalf = 1024;
  int exponent = -60;           ///< w = 2^exponent
  std::vector<int64_t> counts;  ///< 2 kHalf, or empty

  void add(std::span<const float> values);
  /// The same where max |v| is known; infinite values are not counted.
  void add(std::span<const float> values, float max_abs);
  void merge(const Histogram& other);
  double width() const;

 private:
  void cover(double max_abs);
  void coarsen(int to);
};

/// What calibration saw of one tensor.
struct Range {
  double min = 0, max = 0, mean = 0, std = 0;  ///< population standard deviation
  int64_t count = 0;
  Histogram histogram;
  double sum = 0, squares = 0;  ///< of all values, added in the samples' order: calibration can go on from them
};

/// By tensor name.
struct Ranges {
  std::map<std::string, Range> tensors;
  int64_t samples = 0;
  std::string source;  ///< of what: a hash, or empty
};

/// Text of `ranges.json`, and back. Errors: InvalidArgument.
std::string to_json(const Ranges& ranges);
Result<Ranges> parse_ranges(const std::string& text, const std::string& place);

/// Gives sample `index` as the model's float inputs, once per window; called from worker `worker`.
using Feed = std::function<Result<std::vector<std::vector<Tensor>>>(int worker, int64_t index)>;

/// How a calibration is watched and ended early.
struct CalibrationControl {
  /// Called every few samples with how many are done, and a function that tells the Ranges so far. An Error ends it.
  std::function<Result<void>(int64_t done, const std::function<Ranges()>& so_far)> between;
  const Ranges* begun = nullptr;  ///< Ranges of the first samples, from which it goes on; may be null
  Arithmetic arithmetic = Arithmetic::None;  ///< of an integer model
};

/// Runs `model` on `count` samples and collects every activation's range, inputs included; codes count as the reals that
/// they stand for. Streams: memory does not grow with `count`. The result is the same for any number of threads, and for any number of parts.
/// Errors: the feed's and the control's; InvalidModel if a value is not a number; InvalidArgument if `begun` has other
/// tensors, or more samples.
Result<Ranges> calibrate(const Model& model, int64_t count, int threads, const Feed& feed, const CalibrationControl& control);

/// Chooses the interval [lo, hi] that an encoding covers.
class RangeEstimator {
 public:
  virtual ~RangeEstimator() = default;
  virtual std::array<double, 2> interval(const Range& range, bool symmetric) const = 0;
  /// Does it look at Range::histogram?
  virtual bool looks_at_histogram() const { return false; }
};

/// A folder of src/compress/ranges registers one as `<folder>_range`.
struct EstimatorFamily {
  std::string_view name;
  std::string_view help;  ///< "minmax" or "sigma:N"
  /// From the text behind the colon. Errors: InvalidArgument.
  Result<std::unique_ptr<RangeEstimator>> (*make)(std::string_view argument);
};

/// "minmax", "mse", "sigma:3". Errors: InvalidArgument, with the list.
Result<std::unique_ptr<RangeEstimator>> make_estimator(std::string_view text);
/// Range of a constant's elements; the histogram stays empty unless it is asked for.
Range range_of(std::span<const float> values, bool histogram);

// ---- Plans --------------------------------------------------------------------------------------------------------

/// One step of a plan: exactly one verb.
struct PlanStep {
  enum class Verb : std::uint8_t { Encode, Float };
  Verb verb = Verb::Encode;
  std::string selector;  ///< "weights:conv*", "activations:*", or a node name for Float
  Encoding encoding;     ///< of Encode; scale and zero_point are empty in an unresolved plan
  std::string range;     ///< estimator, or empty
};

/// The decision which Encoding stands where. Resolved: every tensor by name, with scales, so that no data is needed.
struct Plan {
  std::string model_hash;
  uint64_t seed = 0;
  std::string scheme;
  std::string arithmetic;
  std::vector<PlanStep> steps;
};

std::string to_json(const Plan& plan);
/// Errors: InvalidArgument with the step's number and key.
Result<Plan> parse_plan(const std::string& text, const std::string& place);

/// How a scheme is asked for its plan.
struct SchemeRequest {
  std::string weight_ranges = "minmax", activation_ranges = "minmax";
  bool dense_per_channel = true;
  const Plan* plan = nullptr;  ///< the user's steps, which win over the scheme's defaults
};

/// A scheme decides encodings for a simplified float Model: a resolved Plan.
struct Scheme {
  std::string_view name;
  std::string_view help;
  Result<Plan> (*decide)(const Model& model, const Ranges& ranges, const SchemeRequest& request);
};
/// Errors: InvalidArgument, with the list.
Result<const Scheme*> find_scheme(std::string_view name);

/// Applies a resolved plan to a simplified float Model: integer constants, biases at s_x s_w, Quantize and Dequantize
/// nodes where encodings meet. A bias beyond 2^30 raises its channel's weight scale and says so in `notes`
/// (`strict_bias`: an error).
/// Errors: InvalidArgument if a selector matches nothing or a tensor has no encoding; Unsupported.
Result<Model> apply(const Plan& plan, const Model& model, Arithmetic arithmetic, bool strict_bias,
                    std::vector<std::string>* notes);

/// Does `text` match `pattern`, in which * stands for any characters?
bool matches(std::string_view pattern, std::string_view text);

}  // namespace pare
