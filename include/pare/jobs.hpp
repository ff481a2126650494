// Jobs: what the program's verbs do, as functions. They never print; what they tell is in their results.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pare/compress.hpp"
#include "pare/device.hpp"
#include "pare/evaluate.hpp"
#include "pare/formats.hpp"
#include "pare/run.hpp"
#include "pare/verify.hpp"

namespace pare {

/// What every job may be told.
struct Common {
  int threads = 1;
  uint64_t seed = 0;
  std::string isa;         ///< empty: the best that this machine has
  std::string arithmetic;  ///< empty: the file's note, else the device's, else tflm (QDQ: onnx)
  std::string device;      ///< a name or a .json file; may be empty
  std::vector<std::pair<std::string, Shape>> shapes;  ///< free dimensions of inputs
  /// Called with the step's name, what is done and what there is to do; any thread. May be empty.
  std::function<void(const char*, int64_t, int64_t)> progress;
  /// When it becomes true, jobs end with an Error before the next sample and leave nothing behind. May be null.
  const std::atomic<bool>* stop = nullptr;
};

/// A dataset file, and which of its samples. An empty split is the job's own default.
struct DataUse {
  std::string file, split;
  int64_t limit = -1;
};

/// What a model costs, by count and by bytes.
struct Size {
  int64_t macs = 0, parameters = 0;
  int64_t weight_bytes = 0;  ///< constants with biases and scales
  int64_t arena_bytes = 0;   ///< device_arena_bytes
};

/// A model read from a file.
struct Loaded {
  Model model;
  int64_t file_bytes = 0;
  std::string hash;
};
/// A QDQ model that is to be computed by other rules than `onnx` is given in its integer form, as `convert` writes it.
Result<Loaded> load(const std::string& path, const Common& common);
/// By which rules `model` is computed; None for a float model.
/// Errors: InvalidArgument for an unknown name, or an Arithmetic asked for on a model without integer tensors.
Result<Arithmetic> choose_arithmetic(const Model& model, const std::string& path, const Common& common);
/// The compiled model, by choose_arithmetic and the instruction set that was asked for.
Result<Program> compile_for(const Model& model, const std::string& path, const Common& common, bool keep_all = false);
Result<Isa> choose_isa(const Common& common);
/// Sums over nodes and constants, and the device's arena, for a model as it was read from its file.
/// Errors: what compile cannot do.
Result<Size> measure(const Model& model, Arithmetic arithmetic);
int64_t weight_bytes(const Model& model);

// ---- inspect ------------------------------------------------------------------------------------------------------

struct LayerInfo {
  std::string name, op, encoding;
  std::vector<Shape> in, out;
  int64_t macs = 0, parameters = 0, weight_bytes = 0;
};

/// Mean -+ N standard deviations, and the share of values outside.
struct SigmaRange {
  double sigma = 0, low = 0, high = 0, outside = 0;
};

struct TensorStatistics {
  std::string name, kind;  ///< kind: input, weight, activation
  Shape shape;
  Range range;
  std::vector<SigmaRange> sigmas;
};

struct InspectRequest {
  std::string model;
  DataUse data;                        ///< may be empty: no activations
  std::vector<double> sigmas = {1, 2, 3};
};

struct Inspection {
  Size size;
  int64_t file_bytes = 0;
  std::vector<LayerInfo> layers;
  std::vector<TensorStatistics> tensors;
  std::string largest_tensor;
};
Result<Inspection> inspect(const InspectRequest& request, const Common& common);

// ---- eval ---------------------------------------------------------------------------------------------------------

struct EvalReport {
  Evaluation evaluation;
  Arithmetic arithmetic = Arithmetic::None;
  Size size;
  int64_t file_bytes = 0;
};
Result<EvalReport> eval_model(const std::string& model, const DataUse& data, const Common& common);

// ---- calibrate, quantize, apply, convert --------------------------------------------------------------------------

struct CalibrateRequest {
  std::string model, output;
  DataUse data;
  std::string ranges = "minmax";  ///< the estimator that sees the extremes
  bool keep_interface = false;
  bool resume = false;  ///< go on from `output`.journal, if there is one
};
struct CalibrateReport {
  Ranges ranges;
  double seconds = 0;
};
/// Writes the ranges of the simplified model, their extremes as the estimator sees them. What was seen is kept in
/// `output`.journal every ten seconds, and when it is stopped; it is removed at the end.
/// Errors: InvalidArgument for a journal of another model or other data.
Result<CalibrateReport> calibrate_model(const CalibrateRequest& request, const Common& common);

struct QuantizeRequest {
  std::string model, output;
  DataUse data;  ///< its split replaces `evaluation`; calibration always uses its own
  std::string scheme = "int8";
  std::string weight_ranges = "minmax", activation_ranges = "minmax";
  std::string ranges_file, plan_file;  ///< may be empty
  std::string with, python;            ///< a foreign runtime for link 5, as in VerifyRequest; may be empty
  bool keep_interface = false, strict_bias = false;
};

struct QuantizeReport {
  std::string scheme, device, output, plan, verified;
  Arithmetic arithmetic = Arithmetic::None;
  Evaluation float_evaluation, quantized_evaluation;
  int64_t float_bytes = 0, quantized_bytes = 0;
  Size size;
  double agreement = 0, sqnr_db = 0;
  Changes changes;          ///< of the passes that simplified the model
  Ranges ranges;            ///< of the simplified model's activations
  std::vector<Link> links;  ///< 1 to 3 on the first samples, 5 on all if a runtime was asked for
  std::vector<std::string> notes;
};
/// Calibrates, decides, applies, proves the file that it wrote aside, evaluates it beside the simplified float model, and
/// then puts it and its plan in place. Errors: Internal if a link is not equal; nothing is left behind.
Result<QuantizeReport> quantize_model(const QuantizeRequest& request, const Common& common);

struct ApplyRequest {
  std::string model, plan, output, ranges_file;
  bool keep_interface = false, strict_bias = false;
};
struct ApplyReport {
  std::string output;
  double seconds = 0;
  std::vector<std::string> notes;
};
/// Applies a plan without data. Errors: InvalidArgument if it is not resolved and there are no ranges.
Result<ApplyReport> apply_plan(const ApplyRequest& request, const Common& common);

struct ConvertRequest {
  std::string input, output;
  bool adjust = false, fuse = false, keep_interface = false;
};
struct ConvertReport {
  std::string output;
  Changes changes;
};
Result<ConvertReport> convert(const ConvertRequest& request, const Common& common);

// ---- run, compare, check ------------------------------------------------------------------------------------------

struct RunRequest {
  std::string model;
  DataUse data;                              ///< either data
  std::string input;                         ///< or an .npy or .npz file
  std::string output;                        ///< .npz
  std::vector<std::string> tensors = {"outputs"};  ///< "outputs", "all", or names
  bool real = false;                         ///< float32, dequantized
};
struct RunReport {
  std::string output;
  int64_t samples = 0;
  double seconds = 0;
  std::vector<std::string> tensors;
  std::string note;
};
Result<RunReport> run_model(const RunRequest& request, const Common& common);

/// One tensor that both models name.
struct TensorLikeness {
  std::string name;
  Similarity similarity;
  Encoding first, second;
};
struct CompareReport {
  std::vector<TensorLikeness> tensors;  ///< in the order of execution
  std::string first_difference;         ///< empty if all are equal
  double outputs_equal = 0, agreement = 0;
  std::vector<std::string> notes;
};
Result<CompareReport> compare(const std::string& first, const std::string& second, const DataUse& data, const Common& common);

struct CheckReport {
  std::vector<Reason> reasons;
  int64_t weight_bytes = 0, arena_bytes = 0;
  std::string largest_tensor;
};
/// Common::device says the device; `fits` replaces its memories.
Result<CheckReport> check(const std::string& model, const std::string& fits, const Common& common);

/// Kinds of all operators, from the table.
std::vector<std::string> operator_names();

}  // namespace pare
