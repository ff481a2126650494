// Steps that several jobs share.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "pare/jobs.hpp"

namespace pare {

/// The model as its file has it: a QDQ model with its Quantize and Dequantize nodes.
Result<Loaded> load_as_stored(const std::string& path, const Common& common);
/// As load(), and a float model simplified, its interface kept: for whom only its outputs and its time count.
Result<Loaded> load_to_run(const std::string& path, const Common& common);
/// Is it a QDQ model: an ONNX file with scales?
bool is_qdq(const Model& model, const std::string& path);
/// The integer operators of a QDQ model, simplified; `keep_interface` keeps the inputs' and outputs' types and axes.
Result<Model> integer_form(const Model& qdq, bool keep_interface, Changes* changes);
/// The samples of a split, with the caller's progress under the name `step`.
Result<Samples> samples_of(const Dataset& data, const std::string& split, int64_t limit, const char* step, const Common& common);
/// Ranges of a model over a split of a dataset. `note` gets the adapter's, if it says anything.
/// `control` may say more than that the caller's progress and stop are looked at.
Result<Ranges> ranges_over(const Model& model, const Dataset& data, const std::string& split, int64_t limit,
                           const Common& common, std::vector<std::string>* notes, CalibrationControl control = {});
Result<Ranges> read_ranges(const std::string& path);
Result<Plan> read_plan(const std::string& path);
/// The split that a job evaluates, unless it was told another.
inline std::string evaluation_split(const DataUse& data) { return data.split.empty() ? "evaluation" : data.split; }
/// Does the metric look at classes? Then two models agree on a sample if they name the same one.
inline bool looks_at_classes(const std::string& metric) { return metric == "top1" || metric == "top5"; }
/// Errors: InvalidArgument for a quantized model.
Result<void> require_float(const Loaded& source, const std::string& path);
/// By which rules a model that is being quantized will be computed: as asked, else the foreign runtime's `with`, else the
/// device's, else tflm.
Result<Arithmetic> target_arithmetic(const Common& common, const std::string& with);
/// The scheme's plan for a simplified float model. Errors: unknown names, a plan that matches nothing.
Result<Plan> decide_plan(const QuantizeRequest& request, const Model& model, const Ranges& ranges, const Common& common);
/// Operands or outputs of a node; absent ones are null.
Operands operands_of(const Model& model, const std::vector<TensorId>& ids);
/// The name of the tensor that takes the most bytes at run time.
std::string largest_tensor(const Model& model);

}  // namespace pare
