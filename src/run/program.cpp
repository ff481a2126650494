#include <fmt/format.h>

#include "run/fuse.hpp"
#include "run/offset_binary.hpp"

namespace pare {
namespace {

constexpr int64_t kAlignment = 64;
constexpr int64_t kDeviceAlignment = 16;

std::string place_of(const Node& node) { return fmt::format("node '{}' ({})", node.name, node.op->kind()); }

Result<Step> make_step(const Model& model, size_t index, const CompileOptions& options) {
  const Node& node = model.nodes[index];
  PrepareInput input{{}, {}, options.arithmetic, options.isa};
  Step step;
  step.nodes = {static_cast<int64_t>(index)};
  for (const TensorId id : node.in) {
    input.in.push_back(id == kNoTensor ? nullptr : &model.tensor(id));
    if (id != kNoTensor && !model.tensor(id).constant()) step.in.push_back(id);
  }
  for (const TensorId id : node.out) input.out.push_back(&model.tensor(id));
  step.out = node.out;
  auto kernel = node.op->prepare(input);
  if (!kernel) return kernel.error().at(place_of(node));
  step.kernel = std::move(*kernel);
  return step;
}

Result<void> check(const Model& model, const CompileOptions& options) {
  if (!has(options.isa))
    return Error{Code::InvalidArgument, "isa", fmt::format("'{}'", name_of(options.isa)), "one that this machine has",
                 ""};
  if (model.quantized() && options.arithmetic == Arithmetic::None)
    return Error{Code::InvalidArgument, "model '" + model.name + "'", "integer tensors but no arithmetic",
                 arithmetic_names(), ""};
  return {};
}

}  // namespace

Result<Program> Program::compile(const Model& model, const CompileOptions& wanted) {
  CompileOptions options = wanted;
  if (options.arithmetic == Arithmetic::None) options.arithmetic = model.arithmetic;
  PARE_TRY(check(model, options));
  auto state = std::make_shared<State>();
  state->model = model;
  state->arithmetic = options.arithmetic;
  state->isa = options.isa;
  state->keep_all = options.keep_all;
  for (size_t i = 0; i < model.nodes.size(); ++i) {
    PARE_TRY(Step step, make_step(model, i, options));
    state->steps.push_back(std::move(step));
  }
  if (options.fuse && !options.keep_all) state->steps = fuse(model, std::move(state->steps));
  if (!options.keep_all) use_offset_binary(model, state->steps);
  state->memory = plan_memory(model, state->steps, kAlignment, options.keep_all);
  Program program;
  program.state_ = std::move(state);
  return program;
}

Result<int64_t> device_arena_bytes(const Model& model, Arithmetic arithmetic) {
  PARE_TRY(const Program portable, Program::compile(model, {.arithmetic = arithmetic, .isa = Isa::Portable}));
  return device_arena_bytes(portable);
}

int64_t device_arena_bytes(const Program& portable) {
  PARE_ASSERT(portable.isa() == Isa::Portable);  // other kernels have other scratch
  return plan_memory(portable.model(), portable.steps(), kDeviceAlignment, false).bytes;
}

}  // namespace pare
