// The arena. Problem: give every tensor a place such that tensors alive at the same time do not overlap, in few bytes.
// Idea: place the largest first, each at the lowest offset that is free during its whole life (greedy by size; optimal
// packing is NP-hard, and on chains of layers this is within a few percent of the bound, the largest sum alive at once).
// Cost: O(n^2) in the number of tensors, a few hundred.
#include <algorithm>
#include <numeric>

#include "pare/run.hpp"

namespace pare {
namespace {

struct Block {
  int64_t first, last;  // steps during which it is alive, inclusive
  int64_t bytes;
  int64_t offset = -1;
};

int64_t round_up(int64_t value, int64_t alignment) { return (value + alignment - 1) / alignment * alignment; }

class Planner {
 public:
  Planner(const Model& model, std::span<const Step> steps, int64_t alignment, bool keep_all)
      : model_(model), steps_(steps), alignment_(alignment), keep_all_(keep_all), root_(model.tensors.size()) {
    std::iota(root_.begin(), root_.end(), 0);
  }

  MemoryPlan plan() {
    if (!keep_all_) join_aliases();
    collect();
    place();
    return result();
  }

 private:
  TensorId root(TensorId id) const {
    while (root_[static_cast<size_t>(id)] != id) id = root_[static_cast<size_t>(id)];
    return id;
  }

  void join_aliases() {
    for (const Step& step : steps_)
      if (step.kernel.alias && step.in.size() == 1) root_[static_cast<size_t>(step.out[0])] = root(step.in[0]);
  }

  int64_t end() const { return static_cast<int64_t>(steps_.size()); }

  void live(TensorId id, int64_t step) {
    Block& block = blocks_[static_cast<size_t>(root(id))];
    block.first = std::min(block.first, step);
    block.last = std::max(block.last, step);
  }

  void collect() {
    for (const TensorInfo& t : model_.tensors)
      blocks_.push_back({end() + 1, -1, count_of(t.shape) * bytes_of(t.encoding.type)});
    for (const TensorId id : model_.inputs) live(id, 0);
    for (size_t i = 0; i < steps_.size(); ++i) {
      for (const TensorId id : steps_[i].in) live(id, static_cast<int64_t>(i));
      for (const TensorId id : steps_[i].out) live(id, static_cast<int64_t>(i));
    }
    for (const TensorId id : model_.outputs) live(id, end());
    if (keep_all_)
      for (Block& block : blocks_)
        if (block.last >= 0) block = {0, end(), block.bytes};
    for (size_t i = 0; i < steps_.size(); ++i)
      blocks_.push_back({static_cast<int64_t>(i), static_cast<int64_t>(i), steps_[i].kernel.scratch_bytes});
  }

  void place() {
    std::vector<size_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return blocks_[a].bytes > blocks_[b].bytes; });
    for (const size_t index : order)
      if (blocks_[index].last >= 0 && blocks_[index].bytes > 0) put(blocks_[index]);
  }

  // `placed_` is kept sorted by offset.
  void put(Block& block) {
    int64_t offset = 0;
    for (const Block* other : placed_) {
      if (other->last < block.first || other->first > block.last) continue;
      if (offset + block.bytes <= other->offset) break;
      offset = std::max(offset, round_up(other->offset + other->bytes, alignment_));
    }
    block.offset = offset;
    placed_.insert(std::upper_bound(placed_.begin(), placed_.end(), &block,
                                    [](const Block* a, const Block* b) { return a->offset < b->offset; }),
                   &block);
  }

  MemoryPlan result() const {
    MemoryPlan plan;
    const size_t count = model_.tensors.size();
    for (size_t i = 0; i < count; ++i) {
      const Block& block = blocks_[static_cast<size_t>(root(static_cast<TensorId>(i)))];
      const bool constant = model_.tensors[i].constant();
      plan.tensors.push_back(constant ? Place{} : Place{block.offset, block.bytes});
    }
    for (size_t i = count; i < blocks_.size(); ++i) plan.scratch.push_back({blocks_[i].offset, blocks_[i].bytes});
    for (const Block* block : placed_) plan.bytes = std::max(plan.bytes, round_up(block->offset + block->bytes, alignment_));
    return plan;
  }

  const Model& model_;
  std::span<const Step> steps_;
  int64_t alignment_;
  bool keep_all_;
  std::vector<TensorId> root_;
  std::vector<Block> blocks_;
  std::vector<const Block*> placed_;
};

}  // namespace

MemoryPlan plan_memory(const Model& model, std::span<const Step> steps, int64_t alignment, bool keep_all) {
  return Planner(model, steps, alignment, keep_all).plan();
}

}  // namespace pare
