#include "run/fuse.hpp"

#include <algorithm>

namespace pare {
namespace {

constexpr size_t kMostOperands = 2;  // of a tail

// Two kernels in one step. The step's operands are those of the head, then the tail's others.
struct Pair {
  Kernel head, tail;
  size_t head_operands, tail_operands;
  size_t place;   // of the head's output among the tail's operands
  int64_t count;  // of elements
};

void run_pair(const void* args, const pare_io* io) {
  const auto& p = *static_cast<const Pair*>(args);
  const void* in[kMostOperands];
  const void* const* next = io->in + p.head_operands;
  for (size_t i = 0; i < p.tail_operands; ++i) in[i] = i == p.place ? io->out[0] : *next++;
  const pare_io tail_io{in, io->out, nullptr};
  Tail tail{.part = p.tail.part, .args = p.tail.args.get(), .io = &tail_io, .count = p.count};
  p.head.run_with(p.head.args.get(), io, tail);
}

class Fuser {
 public:
  Fuser(const Model& model, std::vector<Step> steps)
      : model_(model), steps_(std::move(steps)), writer_(model.tensors.size(), -1), readers_(model.tensors.size()) {
    for (const TensorId id : model.outputs) ++readers_[static_cast<size_t>(id)];
    for (const Step& step : steps_)
      for (const TensorId id : step.in) ++readers_[static_cast<size_t>(id)];
  }

  std::vector<Step> fuse() {
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (const auto place = head_of(steps_[i])) join(steps_[i], *place);
      for (const TensorId id : steps_[i].out) writer_[static_cast<size_t>(id)] = static_cast<int64_t>(i);
    }
    std::erase_if(steps_, [](const Step& step) { return step.nodes.empty(); });
    return std::move(steps_);
  }

 private:
  Step& writer(TensorId id) { return steps_[static_cast<size_t>(writer_[static_cast<size_t>(id)])]; }

  // Can `step` follow the one that writes `id`?
  bool can_follow(const Step& step, TensorId id) {
    if (readers_[static_cast<size_t>(id)] != 1 || writer_[static_cast<size_t>(id)] < 0) return false;
    const TensorInfo &x = model_.tensor(id), &y = model_.tensor(step.out[0]);
    return writer(id).kernel.run_with && x.shape == y.shape && x.encoding.type == y.encoding.type;
  }

  // Which operand's writer `step` is to follow, if any.
  std::optional<size_t> head_of(const Step& step) {
    std::optional<size_t> best;
    if (!step.kernel.part || step.kernel.scratch_bytes > 0 || step.in.size() > kMostOperands) return best;
    const auto order = [&](size_t i) { return writer_[static_cast<size_t>(step.in[i])]; };
    for (size_t i = 0; i < step.in.size(); ++i)
      if (can_follow(step, step.in[i]) && (!best || order(i) > order(*best))) best = i;
    return best;
  }

  // `step` becomes both, at its place; its head is left empty.
  void join(Step& step, size_t place) {
    Step head = std::exchange(writer(step.in[place]), {});
    auto pair = std::make_shared<Pair>(Pair{head.kernel, step.kernel, head.in.size(), step.in.size(), place,
                                            count_of(model_.tensor(step.out[0]).shape)});
    step.kernel = Kernel{.run = run_pair,
                         .args = pair,
                         .name = head.kernel.name + "+" + step.kernel.name,
                         .scratch_bytes = head.kernel.scratch_bytes,
                         .c = {},
                         .flip_in = head.kernel.flip_in};
    step.in.erase(step.in.begin() + static_cast<ptrdiff_t>(place));
    step.in.insert(step.in.begin(), head.in.begin(), head.in.end());
    step.nodes.insert(step.nodes.begin(), head.nodes.begin(), head.nodes.end());
  }

  const Model& model_;
  std::vector<Step> steps_;
  std::vector<int64_t> writer_;   // by tensor: the step that writes it, or -1
  std::vector<int64_t> readers_;  // by tensor: how many there are, the model's outputs among them
};

}  // namespace

std::vector<Step> fuse(const Model& model, std::vector<Step> steps) { return Fuser(model, std::move(steps)).fuse(); }

}  // namespace pare
