// What the tests of operators share: operands, and one run of an operator on them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ops/tile_s8.hpp"
#include "pare/op.hpp"

namespace pare::test {

/// The sizes at which vector kernels go wrong.
inline constexpr int64_t kEdgeSizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33};

/// An operand: what an Op is told about it, and its elements.
struct Operand {
  TensorInfo info;
  Tensor value;
};

inline Operand input(Tensor value, Encoding encoding) {
  return {{"x", value.shape(), "", std::move(encoding), {}}, value};
}
inline Operand input(Tensor value) {
  const DType type = value.type();
  return input(std::move(value), Encoding::plain(type));
}
inline Operand constant(Tensor value, Encoding encoding) {
  return {{"k", value.shape(), "", std::move(encoding), value}, value};
}
inline Operand constant(Tensor value) {
  const DType type = value.type();
  return constant(std::move(value), Encoding::plain(type));
}
/// An operand of a shape alone, for shape rules.
inline Operand of_shape(Shape shape) { return {{"x", std::move(shape), "", Encoding::plain(DType::F32), {}}, {}}; }

inline Encoding s8(float scale, int32_t zero_point) { return Encoding::per_tensor(DType::I8, scale, zero_point); }

struct Setting {
  std::optional<Encoding> out;  ///< else plain, of the inferred type
  Arithmetic arithmetic = Arithmetic::None;
  Isa isa = Isa::Portable;
};

struct Ran {
  Tensor y;
  Kernel kernel;
};

inline Operands infos(const std::vector<Operand>& in) {
  Operands list;
  for (const Operand& operand : in) list.push_back(&operand.info);
  return list;
}

/// Calls a kernel on the operands that are no constants.
inline void call(const Kernel& kernel, const std::vector<Operand>& in, Tensor& y) {
  std::vector<const void*> pointers;
  for (const Operand& operand : in)
    if (!operand.info.constant()) pointers.push_back(operand.value.data());
  void* out = y.data_for_edit();
  Tensor scratch(DType::U8, {std::max<int64_t>(kernel.scratch_bytes, 1)});
  const pare_io io{pointers.data(), &out, scratch.data_for_edit()};
  kernel.run(kernel.args.get(), &io);
}

inline Result<Ran> run(const Op& op, const std::vector<Operand>& in, const Setting& setting = {}) {
  PARE_TRY(const std::vector<TensorType> types, op.infer(infos(in)));
  const TensorInfo out{"y", types[0].shape, "", setting.out.value_or(Encoding::plain(types[0].type)), {}};
  PARE_TRY(Kernel kernel, op.prepare({infos(in), {&out}, setting.arithmetic, setting.isa}));
  Tensor y(out.encoding.type, out.shape);
  call(kernel, in, y);
  return Ran{std::move(y), std::move(kernel)};
}

/// As run, for an operator that must succeed.
inline Ran ran(const Op& op, const std::vector<Operand>& in, const Setting& setting = {}) {
  Result<Ran> result = run(op, in, setting);
  if (result) return *result;
  ADD_FAILURE() << result.error().message();
  return {Tensor(DType::F32, {1}), {}};
}

inline std::string error_of(const Op& op, const std::vector<Operand>& in, const Setting& setting = {}) {
  const Result<Ran> result = run(op, in, setting);
  return result ? "none" : result.error().message();
}

/// The inferred shape as text, or the error.
inline std::string shape_of(const Op& op, const std::vector<Operand>& in) {
  const auto types = op.infer(infos(in));
  return types ? to_string((*types)[0].shape) : types.error().message();
}

inline std::vector<float> reals(const Tensor& t) { return {t.view<float>().begin(), t.view<float>().end()}; }
inline std::vector<int> codes(const Tensor& t) {
  if (t.type() == DType::U8) return {t.view<uint8_t>().begin(), t.view<uint8_t>().end()};
  return {t.view<int8_t>().begin(), t.view<int8_t>().end()};
}

/// Random data of a fixed seed.
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int integer(int lo, int hi) { return std::uniform_int_distribution<int>(lo, hi)(engine_); }
  Tensor floats(Shape shape, float lo = -1, float hi = 1) {
    Tensor t(DType::F32, std::move(shape));
    for (float& value : t.edit<float>()) value = std::uniform_real_distribution<float>(lo, hi)(engine_);
    return t;
  }
  Tensor codes(Shape shape, int lo = -128, int hi = 127) {
    Tensor t(DType::I8, std::move(shape));
    for (int8_t& value : t.edit<int8_t>()) value = static_cast<int8_t>(integer(lo, hi));
    return t;
  }
  Tensor biases(Shape shape, int most) {
    Tensor t(DType::I32, std::move(shape));
    for (int32_t& value : t.edit<int32_t>()) value = integer(-most, most);
    return t;
  }

 private:
  std::mt19937 engine_;
};

/// Codes, scales and biases that make fast integers go wrong.
struct CodesRow {
  const char* name;
  int x_lo, x_hi, w_lo, w_hi, bias;
  float in_scale, weight_scale, out_scale;
  int in_zero, out_zero;
  Activation activation;
};
inline const CodesRow kCodes[] = {
    {"random", -128, 127, -127, 127, 5000, 0.02f, 0.004f, 0.15f, -5, 11, Activation::None},
    {"ties: power-of-two scales", -20, 20, -3, 3, 9, 0.5f, 0.25f, 1, 0, 0, Activation::None},
    {"ties on both sides of a zero point", -128, 127, -2, 2, 3, 0.25f, 0.25f, 1, 3, -4, Activation::None},
    {"least codes against greatest weights", -128, -128, 127, 127, 100000, 0.02f, 0.004f, 0.9f, 127, 0,
     Activation::None},
    {"greatest codes", 127, 127, -127, -127, 100000, 0.02f, 0.004f, 0.9f, -128, -128, Activation::None},
    {"everything saturates", -128, 127, -127, 127, 5000, 1, 1, 0.25f, 1, 2, Activation::None},
    {"ReLU at -128", -128, 127, -127, 127, 5000, 0.02f, 0.004f, 0.05f, -5, -128, Activation::Relu},
    {"ReLU6 inside the codes", -128, 127, -127, 127, 5000, 0.02f, 0.004f, 0.05f, -5, -7, Activation::Relu6},
};

/// Operands x, w (output channels along `axis`) and b of a layer, as `row` wants them.
inline std::vector<Operand> integer_operands(const CodesRow& row, Shape x, Shape w, int64_t axis, Random& random) {
  const int64_t channels = w[static_cast<size_t>(axis)];
  std::vector<float> scales, bias_scales;
  for (int64_t c = 0; c < channels; ++c) {
    const float factor = row.bias < 100 ? std::ldexp(1.0f, -static_cast<int>(c % 4)) : static_cast<float>(1 + c % 5);
    scales.push_back(row.weight_scale * factor);
    bias_scales.push_back(row.in_scale * scales.back());
  }
  return {input(random.codes(std::move(x), row.x_lo, row.x_hi), s8(row.in_scale, row.in_zero)),
          constant(random.codes(std::move(w), row.w_lo, row.w_hi), Encoding::per_channel(DType::I8, axis, scales)),
          constant(random.biases({channels}, row.bias), Encoding::per_channel(DType::I32, 0, bias_scales))};
}

/// The largest |a - b| divided by the largest |b|, for floats of one shape.
inline double relative_error(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  double error = 0, size = 1e-30;
  for (size_t i = 0; i < a.view<float>().size(); ++i) {
    error = std::fmax(error, std::fabs(static_cast<double>(a.view<float>()[i]) - b.view<float>()[i]));
    size = std::fmax(size, std::fabs(b.view<float>()[i]));
  }
  return error / size;
}

/// So that small shapes test it.
inline const bool kAmxEverywhere = amx_everywhere = true;

/// The instruction sets of this machine beyond the portable one, and Amx, whose tiles are emulated if it lacks them.
inline std::vector<Isa> fast_isas() {
  std::vector<Isa> list;
  for (const Isa isa : kIsas)
    if (isa != Isa::Portable && has(isa == Isa::Amx ? base_of(isa) : isa)) list.push_back(isa);
  return list;
}

/// How the name of the int8 kernel for `isa` ends: Amx has code of its own for tiles alone.
inline std::string suffix_of(Isa isa) { return "_" + std::string(name_of(isa == Isa::Amx ? base_of(isa) : isa)); }
/// The same of loops over codes (loops_s8.hpp), which need no products of bytes.
inline std::string loop_suffix(Isa isa) {
  const bool inherits = isa == Isa::AvxVnni || isa == Isa::Amx || isa == Isa::DotProd;
  return "_" + std::string(name_of(inherits ? base_of(isa) : isa));
}
/// How the name of the fast float kernel for `isa` ends.
inline std::string float_suffix(Isa isa) {
  if (isa == Isa::Avx512Vnni || isa == Isa::Amx) return "_avx512";
  return isa == Isa::Avx2 || isa == Isa::AvxVnni ? "_avx2" : "_neon";
}

/// Each instruction set's float kernel of `op` has its name, and the values of the portable one but for `tolerance`, relative
/// to the greatest.
inline void expect_fast_floats(const Op& op, const std::vector<Operand>& in, const std::string& name, double tolerance = 1e-5) {
  const Tensor expected = ran(op, in).y;
  for (const Isa isa : fast_isas()) {
    const Ran fast = ran(op, in, {.out = {}, .isa = isa});
    EXPECT_TRUE(fast.kernel.name.ends_with(float_suffix(isa))) << fast.kernel.name;
    EXPECT_LE(relative_error(fast.y, expected), tolerance) << name << " " << name_of(isa);
  }
}

inline constexpr Arithmetic kIntegerArithmetics[] = {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::LitertRef,
                                                     Arithmetic::St};

}  // namespace pare::test
