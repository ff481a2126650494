// The C++ side of requantization: from scales and an Arithmetic to the integers that pare_requantize_args holds.
#pragma once

#include <memory>
#include <vector>

#include "pare/op.hpp"

#include "multiplier.h"
#include "requantize.h"

namespace pare {

/// Which operators share a row of the Arithmetic table.
enum class RuleFor : std::uint8_t { Conv, Dense, Product, Mean };

/// The rule (PARE_FIXED_DOUBLE, ...) by which `arithmetic` requantizes, as docs/numerics.md lists it.
/// Errors: Unsupported if the Arithmetic has no integer form of the operator.
Result<int32_t> rule_for(RuleFor use, Arithmetic arithmetic);

/// What a requantization starts from: M_c = in_scale * weight_scale[c] / out.scale.
struct RequantizeSpec {
  RuleFor use = RuleFor::Conv;
  Arithmetic arithmetic = Arithmetic::None;
  float in_scale = 1;
  std::vector<float> weight_scale;  ///< 1, or one a channel
  const Encoding* out = nullptr;    ///< int8 per tensor
  Activation activation = Activation::None;
};

/// Owns the arrays of one pare_requantize_args.
class Requantizer {
 public:
  /// Errors: as rule_for; InvalidModel if the output is not int8 per tensor.
  static Result<Requantizer> make(const RequantizeSpec& spec);
  /// The argument struct; its pointers live as long as this object stays where it is.
  pare_requantize_args args() const;

 private:
  int32_t rule_ = 0, zero_point_ = 0, lo_ = -128, hi_ = 127;
  std::vector<int32_t> multiplier_, exponent_;
  std::vector<float> scale_;
};

/// The codes {lo, hi} of a fused activation's limits under `encoding`: z + round(limit / s), cut to int8 (Eq. 16).
std::array<int32_t, 2> code_limits(Activation activation, const Encoding& encoding, Arithmetic arithmetic);

/// The Arithmetic's number in the C headers (PARE_TFLM, ...). Only of those that rule_for accepts.
inline int32_t c_number(Arithmetic arithmetic) { return static_cast<int32_t>(arithmetic); }
/// Scale and zero point of an int8 tensor with one scale. Errors: Unsupported if it is encoded otherwise.
Result<pare_affine> affine_of(const TensorInfo& t);

/// Shows one requantization struct `r` (named "requantize") to the emitter.
void visit_requantize(ArgVisitor& visitor, const pare_requantize_args& r);

/// An argument struct with what it points to. Kernel::args shares ownership of the whole and points to `args`.
template <class Args>
struct Holder {
  Args args{};
  std::vector<Tensor> tensors;
  std::unique_ptr<Requantizer> requantizer;
  std::vector<std::vector<float>> reals;
};

/// The holder as Kernel::args. A Holder may be any struct with a member `args`.
template <class Holder>
std::shared_ptr<const void> as_args(const std::shared_ptr<Holder>& holder) {
  return {holder, &holder->args};
}

/// A kernel that exists in C: its function, its name there, its source below src/ and the type of its arguments.
struct CKernel {
  pare_kernel run;
  std::string function, source, args_type;
};

/// The Kernel that runs `c` on the holder's arguments; `visit(v, args)` shows them to the emitter. Its name is the
/// function's without "pare_".
template <class Holder, class Visit>
Kernel kernel_of(const CKernel& c, const std::shared_ptr<Holder>& holder, Visit visit) {
  return Kernel{.run = c.run,
                .args = as_args(holder),
                .name = c.function.substr(std::string_view("pare_").size()),
                .c = {c.function, c.source, c.args_type, [holder, visit](ArgVisitor& v) { visit(v, holder->args); }}};
}

/// A faster form of `reference` called `name`: another function with other arguments and no scratch, the same C form.
template <class Holder>
Kernel faster_form(const Kernel& reference, std::string name, pare_kernel run, const std::shared_ptr<Holder>& holder) {
  Kernel kernel = reference;
  kernel.run = run;
  kernel.args = as_args(holder);
  kernel.name = std::move(name);
  kernel.scratch_bytes = 0;
  return kernel;
}

/// The twin of `reference` by code for `isa`, which its name ends in.
template <class Holder>
Kernel twin_of(const Kernel& reference, Isa isa, pare_kernel run, const std::shared_ptr<Holder>& holder,
               int64_t scratch_bytes = 0) {
  Kernel kernel = faster_form(reference, reference.name + "_" + std::string(name_of(isa)), run, holder);
  kernel.scratch_bytes = scratch_bytes;
  return kernel;
}

/// The same for a kernel that takes a tail.
template <auto kRunWith, class Holder>
Kernel twin_with_tail(const Kernel& reference, Isa isa, const std::shared_ptr<Holder>& holder, int64_t scratch_bytes) {
  Kernel kernel = twin_of(reference, isa, run_alone<kRunWith>, holder, scratch_bytes);
  kernel.run_with = kRunWith;
  return kernel;
}

}  // namespace pare
