#include "pare/bench.hpp"

#include <algorithm>
#include <ctime>

#include "jobs/peers.hpp"
#include "jobs/steps.hpp"
#include "jobs/stopwatch.hpp"
#include "jobs/vectors.hpp"
#include "ops/peak.hpp"

namespace pare {
namespace {

Context random_context(const Program& program, uint64_t& random) {
  Context context(program);
  const Model& model = program.model();
  for (size_t i = 0; i < model.inputs.size(); ++i)
    context.set_input(i, random_tensor(model.tensor(model.inputs[i]), random));
  return context;
}

std::vector<Context> contexts_of(const Program& program, int threads, uint64_t seed) {
  std::vector<Context> contexts;
  for (int i = 0; i < threads; ++i) contexts.push_back(random_context(program, seed));
  return contexts;
}

Times time_runs(std::vector<Context>& contexts, int64_t batch, double seconds) {
  Team team(static_cast<int>(contexts.size()));
  return measure_times(
      [&](int64_t repeats) {
        for (int64_t i = 0; i < repeats; ++i) {
          if (contexts.size() > 1)
            *team.for_each_index(batch, [&](int worker, int64_t) -> Result<void> {
              contexts[static_cast<size_t>(worker)].run();
              return {};
            });
          else
            for (int64_t sample = 0; sample < batch; ++sample) contexts[0].run();
        }
      },
      seconds);
}

// What a run costs that has nothing to do.
double empty_us(double seconds) {
  auto program = Program::compile(Model{});
  PARE_ASSERT(program);
  Context context(*program);
  const auto repeat = [&](int64_t repeats) {
    for (int64_t i = 0; i < repeats; ++i) context.run();
  };
  return measure_times(repeat, seconds).median_us;
}

int64_t bytes_of_tensor(const TensorInfo& t) { return count_of(t.shape) * bytes_of(t.encoding.type); }

// What a step reads and writes.
int64_t activation_bytes(const Model& model, const Step& step) {
  int64_t bytes = 0;
  for (const auto* ids : {&step.in, &step.out})
    for (const TensorId id : *ids) bytes += bytes_of_tensor(model.tensor(id));
  return bytes;
}

int64_t constant_bytes(const Model& model, const Step& step) {
  int64_t bytes = 0;
  for (const int64_t node : step.nodes)
    for (const TensorId id : model.nodes[static_cast<size_t>(node)].in)
      if (id != kNoTensor && model.tensor(id).constant()) bytes += bytes_of_tensor(model.tensor(id));
  return bytes;
}

LayerTime layer_of(const Model& model, const Step& step) {
  LayerTime layer{.name = "", .op = "", .kernel = step.kernel.alias ? "" : step.kernel.name};
  for (const int64_t index : step.nodes) {
    const Node& node = model.nodes[static_cast<size_t>(index)];
    const std::string joint = layer.op.empty() ? "" : "+";
    layer.name += joint + node.name;
    layer.op += joint + std::string(node.op->kind());
    layer.macs += node.op->cost(operands_of(model, node.in), operands_of(model, node.out)).macs;
  }
  layer.integer = model.tensor(step.out[0]).encoding.type != DType::F32;
  layer.bytes = step.kernel.alias ? 0 : activation_bytes(model, step) + constant_bytes(model, step);
  return layer;
}

// Each step by itself, on the operands that the steps before it leave.
void time_layers(Context& context, double seconds, BenchReport& report) {
  const Program& program = context.program();
  const auto steps = program.steps();
  for (size_t i = 0; i < steps.size(); ++i) {
    LayerTime layer = layer_of(program.model(), steps[i]);
    context.run(0, i);
    const auto repeat = [&](int64_t repeats) {
      for (int64_t k = 0; k < repeats; ++k) context.run(i, i + 1);
    };
    if (!layer.kernel.empty()) layer.us = measure_times(repeat, seconds / static_cast<double>(steps.size())).median_us;
    report.layers_us += layer.us;
    report.macs += layer.macs;
    report.layers.push_back(std::move(layer));
  }
}

double us_of(int64_t count, double per_second) { return static_cast<double>(count) / per_second * 1e6; }

// All that a run touches.
int64_t working_set(const Program& program) {
  int64_t bytes = program.memory().bytes;
  for (const Step& step : program.steps()) bytes += constant_bytes(program.model(), step);
  return bytes;
}

// A layer by itself, and its part of the whole run's roofline.
void judge_layer(const Program& program, const Step& step, CopyRates& rates, int64_t all_bytes, LayerTime& layer,
                 BenchReport& report) {
  if (step.kernel.alias) return;
  const double peak = layer.integer ? report.s8_macs_per_s : report.f32_macs_per_s, products_us = us_of(layer.macs, peak);
  layer.macs_per_s = layer.us > 0 ? static_cast<double>(layer.macs) / layer.us * 1e6 : 0;
  layer.share_of_peak = layer.macs_per_s / peak;
  layer.roofline_us = std::max(products_us, us_of(layer.bytes, rates.at(layer.bytes)));
  layer.share_of_roofline = layer.us > 0 ? layer.roofline_us / layer.us : 0;
  const int64_t moved = activation_bytes(program.model(), step), constants = layer.bytes - moved;
  report.roofline_us += std::max(products_us, us_of(constants, rates.at(all_bytes)) + us_of(moved, rates.at(moved)));
}

// The machine's peaks are the best that was seen before and after the layers, as its clock may vary.
void judge(const Program& program, const Peak& before, const Peak& after, BenchReport& report) {
  report.s8_macs_per_s = std::max(before.s8, after.s8);
  report.f32_macs_per_s = std::max(before.f32, after.f32);
  CopyRates rates;
  const int64_t all_bytes = working_set(program);
  for (size_t i = 0; i < report.layers.size(); ++i)
    judge_layer(program, program.steps()[i], rates, all_bytes, report.layers[i], report);
  const double samples = static_cast<double>(report.batch) / report.threads, us = report.run.median_us / samples;
  const double peak = program.model().quantized() ? report.s8_macs_per_s : report.f32_macs_per_s;
  report.share_of_peak = us_of(report.macs, peak) / us;
  report.share_of_roofline = report.roofline_us / us;
}

}  // namespace

Result<BenchReport> bench(const BenchRequest& request, const Common& common) {
  BenchReport report;
  PARE_TRY(const Loaded source, load_to_run(request.model, common));
  const std::clock_t start = std::clock();
  PARE_TRY(const Program program, compile_for(source.model, request.model, common));
  report.compile_ms = static_cast<double>(std::clock() - start) * 1e3 / CLOCKS_PER_SEC;
  report.isa = program.isa();
  report.arithmetic = program.arithmetic();
  report.threads = common.threads;
  report.batch = request.batch > 0 ? request.batch : common.threads;
  const Peak peak = measure_peak(report.isa);
  std::vector<Context> contexts = contexts_of(program, report.threads, common.seed);
  report.run = time_runs(contexts, report.batch, request.seconds);
  time_layers(contexts[0], request.seconds, report);
  report.empty_us = empty_us(request.seconds / 100);
  judge(program, peak, measure_peak(report.isa), report);
  if (!request.against.empty()) {
    PARE_TRY(report.against, time_against(request, common, [&](int64_t repeats) {
               for (int64_t i = 0; i < repeats; ++i) contexts[0].run();
             }));
  }
  return report;
}

}  // namespace pare
