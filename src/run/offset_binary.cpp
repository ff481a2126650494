#include "run/offset_binary.hpp"

#include <algorithm>

namespace pare {
namespace {

constexpr int8_t kFlip = -128;

// Those who read a tensor, and whether all can take it flipped.
struct Readers {
  std::vector<int8_t*> flips;
  bool all = true;
};

std::vector<Readers> readers_of(const Model& model, std::span<Step> steps) {
  std::vector<Readers> readers(model.tensors.size());
  for (const TensorId id : model.outputs) readers[static_cast<size_t>(id)].all = false;
  for (const Step& step : steps)
    for (size_t i = 0; i < step.in.size(); ++i) {
      Readers& r = readers[static_cast<size_t>(step.in[i])];
      r.all &= i == 0 && step.kernel.flip_in;
      if (r.all) r.flips.push_back(step.kernel.flip_in);
    }
  return readers;
}

}  // namespace

void use_offset_binary(const Model& model, std::span<Step> steps) {
  const std::vector<Readers> readers = readers_of(model, steps);
  for (const Step& step : steps) {
    if (!step.kernel.flip_out) continue;
    const Readers& r = readers[static_cast<size_t>(step.out[0])];
    if (!r.all || r.flips.empty()) continue;
    *step.kernel.flip_out = kFlip;
    for (int8_t* flip : r.flips) *flip = kFlip;
  }
}

}  // namespace pare
