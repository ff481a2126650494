// Running: a Model compiled into a Program, and the Contexts in which threads run it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pare/model.hpp"
#include "pare/op.hpp"

namespace pare {

struct CompileOptions {
  Arithmetic arithmetic = Arithmetic::None;  ///< None: the Model's own
  Isa isa = best_isa();
  /// Every tensor keeps its own place, so that all of them can be read after a run (calibration, compare, why) and a
  /// run can start in the middle.
  bool keep_all = false;
  /// May one step compute several nodes, of which all but the last have no tensor then? Not with keep_all.
  bool fuse = true;
};

/// Where a tensor or scratch lies in the arena.
struct Place {
  int64_t offset = -1;  ///< -1: not in the arena (a constant)
  int64_t bytes = 0;
};

/// Places of all tensors (by TensorId) and of each step's scratch, and the bytes that they take together.
struct MemoryPlan {
  std::vector<Place> tensors, scratch;
  int64_t bytes = 0;
};

/// One step of a Program.
struct Step {
  std::vector<int64_t> nodes;  ///< that it computes, in order: indices into Model::nodes
  Kernel kernel;
  std::vector<TensorId> in, out;  ///< run-time operands, as pare_io has them
};

/// A Model ready to run: kernels chosen, constants packed, memory planned. Immutable; copies share everything.
class Program {
 public:
  /// Errors: what an Op cannot do, with the node's name; InvalidArgument if a quantized Model has no Arithmetic or the
  /// machine lacks the instruction set.
  static Result<Program> compile(const Model& model, const CompileOptions& options = {});

  const Model& model() const { return state_->model; }
  Arithmetic arithmetic() const { return state_->arithmetic; }
  Isa isa() const { return state_->isa; }
  std::span<const Step> steps() const { return state_->steps; }
  const MemoryPlan& memory() const { return state_->memory; }

 private:
  friend class Context;
  struct State {
    Model model;
    Arithmetic arithmetic = Arithmetic::None;
    Isa isa = Isa::Portable;
    bool keep_all = false;
    std::vector<Step> steps;
    MemoryPlan memory;
  };
  std::shared_ptr<const State> state_;
};

/// Plans an arena for `steps` of `model` by greedy best fit on lifetimes, largest tensor first. Tensors whose step is
/// an alias share their operand's place. `keep_all`: nothing shares.
MemoryPlan plan_memory(const Model& model, std::span<const Step> steps, int64_t alignment, bool keep_all);
/// Bytes that a device needs for activations and scratch: the arena of the emitted C project, alignment 16, whose
/// kernels are the portable ones. Errors: what compile cannot do.
Result<int64_t> device_arena_bytes(const Model& model, Arithmetic arithmetic);
/// The same for a Program of portable kernels.
int64_t device_arena_bytes(const Program& portable);

/// One thread's memory for a Program. `run` allocates nothing.
class Context {
 public:
  explicit Context(const Program& program);
  Context(Context&&) = default;
  Context& operator=(Context&&) = default;

  /// The bytes of input or output number `index`, in the Model's encoding; inputs are written before a run.
  std::span<std::byte> input(size_t index);
  std::span<const std::byte> output(size_t index) const;
  /// Copies a tensor in, whose type and shape must be the input's.
  void set_input(size_t index, const Tensor& value);
  Tensor output_tensor(size_t index) const { return tensor(program_.model().outputs[index]); }
  /// Any tensor by id, as stored: with keep_all after a run; else inputs, outputs and constants only.
  Tensor tensor(TensorId id) const;
  /// The elements of a float tensor where they lie, under the same conditions.
  std::span<const float> floats(TensorId id) const;
  /// Overwrites a tensor in the arena (to start in the middle).
  void set_tensor(TensorId id, const Tensor& value);

  /// Runs all steps, or steps [from, to).
  void run() { run(0, program_.steps().size()); }
  void run(size_t from, size_t to);
  const Program& program() const { return program_; }

 private:
  std::byte* at(TensorId id) const;
  Program program_;
  std::shared_ptr<std::byte[]> arena_;
  std::vector<void*> pointers_;
  std::vector<pare_io> io_;
};

/// Threads that stay between jobs, for those that come often: waking one takes less than starting one.
class Team {
 public:
  /// `threads`, the caller's own among them; fewer where the system gives no more.
  explicit Team(int threads);
  ~Team();
  /// Calls f(worker, index) for every index below `count`, and returns the error of the lowest failing index. Indices
  /// are handed out in blocks of increasing order; workers are numbered from 0. From one thread at a time.
  Result<void> for_each_index(int64_t count, const std::function<Result<void>(int, int64_t)>& f);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same by a Team of `threads` for this job alone.
Result<void> for_each_index(int64_t count, int threads, const std::function<Result<void>(int, int64_t)>& f);

}  // namespace pare
