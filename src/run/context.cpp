#include <cstring>
#include <new>

#include "pare/run.hpp"

namespace pare {
namespace {

// Kernels may read this far beyond a tensor's end.
constexpr int64_t kSlack = 128;
constexpr std::align_val_t kAlignment{64};

std::shared_ptr<std::byte[]> make_arena(int64_t bytes) {
  const auto size = static_cast<size_t>(bytes + kSlack);
  auto* memory = static_cast<std::byte*>(::operator new[](size, kAlignment));
  std::memset(memory, 0, size);
  return {memory, [](std::byte* p) { ::operator delete[](p, kAlignment); }};
}

int64_t bytes_of_tensor(const TensorInfo& t) { return count_of(t.shape) * bytes_of(t.encoding.type); }

}  // namespace

Context::Context(const Program& program) : program_(program), arena_(make_arena(program.memory().bytes)) {
  const auto steps = program_.steps();
  size_t count = 0;
  for (const Step& step : steps) count += step.in.size() + step.out.size();
  pointers_.reserve(count);
  for (size_t i = 0; i < steps.size(); ++i) {
    void** in = pointers_.data() + pointers_.size();
    for (const TensorId id : steps[i].in) pointers_.push_back(at(id));
    void** out = pointers_.data() + pointers_.size();
    for (const TensorId id : steps[i].out) pointers_.push_back(at(id));
    const Place& scratch = program_.memory().scratch[i];
    io_.push_back({in, out, scratch.offset < 0 ? nullptr : arena_.get() + scratch.offset});
  }
}

std::byte* Context::at(TensorId id) const { return arena_.get() + program_.memory().tensors[static_cast<size_t>(id)].offset; }

std::span<std::byte> Context::input(size_t index) {
  const TensorId id = program_.model().inputs[index];
  return {at(id), static_cast<size_t>(bytes_of_tensor(program_.model().tensor(id)))};
}

std::span<const std::byte> Context::output(size_t index) const {
  const TensorId id = program_.model().outputs[index];
  const TensorInfo& t = program_.model().tensor(id);
  return {t.constant() ? t.data.data() : at(id), static_cast<size_t>(bytes_of_tensor(t))};
}

void Context::set_input(size_t index, const Tensor& value) { set_tensor(program_.model().inputs[index], value); }

void Context::set_tensor(TensorId id, const Tensor& value) {
  const TensorInfo& t = program_.model().tensor(id);
  PARE_ASSERT(value.type() == t.encoding.type && value.count() == count_of(t.shape));
  std::memcpy(at(id), value.data(), static_cast<size_t>(value.byte_count()));
}

Tensor Context::tensor(TensorId id) const {
  const TensorInfo& t = program_.model().tensor(id);
  if (t.constant()) return t.data;
  Tensor copy(t.encoding.type, t.shape);
  std::memcpy(copy.data_for_edit(), at(id), static_cast<size_t>(copy.byte_count()));
  return copy;
}

std::span<const float> Context::floats(TensorId id) const {
  const TensorInfo& t = program_.model().tensor(id);
  if (t.constant()) return t.data.view<float>();
  return {reinterpret_cast<const float*>(at(id)), static_cast<size_t>(count_of(t.shape))};
}

void Context::run(size_t from, size_t to) {
  const auto steps = program_.steps();
  const bool keep_all = program_.state_->keep_all;
  for (size_t i = from; i < to; ++i) {
    const Kernel& kernel = steps[i].kernel;
    if (kernel.alias && !keep_all && steps[i].in.size() == 1) continue;
    kernel.run(kernel.args.get(), &io_[i]);
  }
}

}  // namespace pare
