// The Op interface: what a node means. One folder of src/ops (or a row of a family's folder) implements it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pare/model.hpp"

#include "io.h"

namespace pare {

/// What a fused activation does to a result: limits, in reals.
enum class Activation : std::uint8_t { None, Relu, Relu6, ReluN1To1 };
std::string_view name_of(Activation activation);
/// The limits {lo, hi}; infinite where there is none.
std::array<float, 2> limits_of(Activation activation);

/// Walks over an Op's fields. Printer, formats and hashes all use the one list that Op::fields gives.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void field(const char* name, int64_t& value) = 0;
  virtual void field(const char* name, float& value) = 0;
  virtual void field(const char* name, bool& value) = 0;
  virtual void field(const char* name, std::string& value) = 0;
  virtual void field(const char* name, std::vector<int64_t>& value) = 0;
  virtual void field(const char* name, Activation& value) = 0;
};

/// Walks over the argument struct of a C kernel, in the struct's order; the C emitter writes what it sees.
class ArgVisitor {
 public:
  virtual ~ArgVisitor() = default;
  virtual void number(const char* name, int64_t value) = 0;
  virtual void real(const char* name, double value) = 0;
  virtual void array(const char* name, std::span<const int8_t> values) = 0;
  virtual void array(const char* name, std::span<const int32_t> values) = 0;
  virtual void array(const char* name, std::span<const int64_t> values) = 0;
  virtual void array(const char* name, std::span<const float> values) = 0;
  /// A fixed-size array that is a member of the struct, not a pointer.
  virtual void inline_array(const char* name, std::span<const int32_t> values) = 0;
  virtual void begin(const char* name) = 0;  ///< a nested struct
  virtual void end() = 0;
};

/// How a C99 kernel is called, for the emitter. Empty function: there is no C kernel.
struct CCall {
  std::string function;   ///< "pare_conv2d_s8"
  std::string source;     ///< "ops/conv2d/conv2d_s8": .h and .c below src/
  std::string args_type;  ///< "pare_conv2d_s8_args"
  std::function<void(ArgVisitor&)> visit;
};

/// What follows a kernel in one step: another kernel, which works on the first one's output, where it lies, as soon as
/// pieces of it are final and while they are near.
struct Tail {
  void (*part)(const void* args, const pare_io* io, int64_t first, int64_t count) = nullptr;  ///< null: nothing follows
  const void* args = nullptr;
  const pare_io* io = nullptr;
  int64_t count = 0;  ///< elements of the output
  int64_t done = 0;   ///< of them

  /// The first `end` elements of the output are final.
  void reach(int64_t end) {
    constexpr int64_t kVector = 64, kPiece = 2048;  // elements; whole vectors, enough of them to be worth a call
    if (end < count) end = end / kVector * kVector;
    if (!part || (end - done < kPiece && end < count)) return;
    part(args, io, done, end - done);
    done = end;
  }
};

/// A node made ready to run: one function, its arguments (constants packed), and the memory that it needs.
struct Kernel {
  pare_kernel run = nullptr;         ///< called with args.get() and the run-time operands
  std::shared_ptr<const void> args;  ///< owns everything that it points to
  std::string name;                  ///< of the kernel, for the dispatch log: "conv2d_s8", "dense_s8_avx512vnni"
  int64_t scratch_bytes = 0;
  bool alias = false;  ///< the output is the input's bytes: nothing is run
  CCall c;
  /// As run, with a tail; null if nothing can follow within the step.
  void (*run_with)(const void* args, const pare_io* io, Tail& tail) = nullptr;
  /// Codes between two kernels may stand as q + 128, which is q with its highest bit flipped (offset binary): where a kernel
  /// keeps what the codes of its first operand, and those of its output, are xored with; 0, or -128 once the Program wants
  /// it so. Null if it takes, or gives, only plain ones. `args` owns it.
  int8_t *flip_in = nullptr, *flip_out = nullptr;
  /// Elements [first, first + count) of what run computes; the output may be an operand of its shape. Null if an
  /// element depends on others.
  decltype(Tail::part) part = nullptr;
};

/// Kernel::run of a kernel that is Kernel::run_with.
template <auto kRunWith>
void run_alone(const void* args, const pare_io* io) {
  Tail none;
  kRunWith(args, io, none);
}

/// What prepare may look at. Operands that are constants have `data`; io->in holds the other operands, in order.
struct PrepareInput {
  std::vector<const TensorInfo*> in, out;  ///< absent operands are null
  Arithmetic arithmetic = Arithmetic::None;
  Isa isa = Isa::Portable;
};

/// Type and shape of an output.
struct TensorType {
  Shape shape;
  DType type = DType::F32;
};

/// What an integer form of the operator demands of encodings (TFLite's contract).
struct Contract {
  enum class Output : std::uint8_t {
    Own,    ///< chosen from its range
    Input,  ///< all data inputs and the output share one encoding
    Fixed   ///< `scale` and `zero_point` below
  };
  bool integer = true;  ///< an int8 kernel exists
  Output output = Output::Own;
  float scale = 0;
  int32_t zero_point = 0;
  int weights = -1;          ///< operand that is symmetric int8, or -1
  int64_t channel_axis = 0;  ///< its output channels
  int bias = -1;             ///< operand that is int32 at s_x * s_w, or -1
};

/// What running it once costs.
struct Cost {
  int64_t macs = 0;  ///< of convolution, depthwise and dense alone
};

using Operands = std::vector<const TensorInfo*>;

class Op {
 public:
  virtual ~Op() = default;
  /// Name of the kind: "conv2d", "relu6", ...
  virtual std::string_view kind() const = 0;
  virtual void fields(FieldVisitor&) {}
  virtual std::shared_ptr<Op> clone() const = 0;
  /// Output types from operands. Errors: InvalidModel, with what was found and expected; place is left to the caller.
  virtual Result<std::vector<TensorType>> infer(const Operands& in) const = 0;
  virtual Contract contract() const { return {}; }
  virtual Cost cost(const Operands& /*in*/, const Operands& /*out*/) const { return {}; }
  /// Chooses a kernel and packs constants. Integer if the data operands are, else float32.
  virtual Result<Kernel> prepare(const PrepareInput& input) const = 0;
};

/// Gives `Derived` its clone and, from Derived::kKind, its kind.
template <class Derived>
class OpBase : public Op {
 public:
  std::string_view kind() const override { return Derived::kKind; }
  std::shared_ptr<Op> clone() const override { return std::make_shared<Derived>(static_cast<const Derived&>(*this)); }
};

/// `op` as T, or null.
template <class T>
const T* as(const OpPtr& op) {
  return dynamic_cast<const T*>(op.get());
}

/// A family of operators: what a folder of src/ops registers.
struct OpFamily {
  std::string_view folder;
  std::vector<std::string_view> kinds;
};

}  // namespace pare
