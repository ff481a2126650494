#include "jobs/steps.hpp"

namespace pare {

Result<EvalReport> eval_model(const std::string& model, const DataUse& data, const Common& common) {
  EvalReport report;
  PARE_TRY(const Loaded source, load_to_run(model, common));
  PARE_TRY(const Program program, compile_for(source.model, model, common));
  PARE_TRY(const Dataset set, read_dataset(data.file));
  PARE_TRY(const Samples samples, samples_of(set, evaluation_split(data), data.limit, "evaluate", common));
  PARE_TRY(report.evaluation, evaluate(program, samples));
  report.arithmetic = program.arithmetic();
  report.file_bytes = source.file_bytes;
  PARE_TRY(report.size, measure(source.model, program.arithmetic()));
  return report;
}

}  // namespace pare
