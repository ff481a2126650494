// Encodings (how reals are stored as bits) and Arithmetics (how integers are computed). docs/numerics.md is normative.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pare/tensor.hpp"

namespace pare {

/// How many reals share one scale.
enum class Grain : std::uint8_t { None, Tensor, Channel };

/// How a tensor's reals are stored: real = scale * (q - zero_point), or the plain number for Grain::None.
///
/// Grammar (to_string, parse_encoding): `f32`, `i64`, ...; `TYPE/tensor/asym`, `TYPE/tensor/sym`, `TYPE/channel/sym`
/// with TYPE in i8 u8 i16 i32 i4. Scales and zero points are not part of the text.
struct Encoding {
  DType type = DType::F32;
  Grain grain = Grain::None;
  bool symmetric = true;
  int64_t axis = 0;                  ///< of the channels, for Grain::Channel
  std::vector<float> scale;          ///< 1 entry, or one a channel; > 0
  std::vector<int32_t> zero_point;   ///< as many as scales

  bool affine() const { return grain != Grain::None; }
  float scale_at(int64_t channel) const { return scale[scale.size() > 1 ? static_cast<size_t>(channel) : 0]; }
  int32_t zero_at(int64_t channel) const { return zero_point[zero_point.size() > 1 ? static_cast<size_t>(channel) : 0]; }
  bool operator==(const Encoding&) const = default;

  static Encoding plain(DType type) { return {.type = type, .scale = {}, .zero_point = {}}; }
  static Encoding per_tensor(DType type, float scale, int32_t zero_point, bool symmetric = false) {
    return {type, Grain::Tensor, symmetric, 0, {scale}, {zero_point}};
  }
  static Encoding per_channel(DType type, int64_t axis, std::vector<float> scales) {
    std::vector<int32_t> zeros(scales.size(), 0);
    return {type, Grain::Channel, true, axis, std::move(scales), std::move(zeros)};
  }
};

std::string to_string(const Encoding& encoding);
/// Errors: InvalidArgument if the text is not in the grammar.
Result<Encoding> parse_encoding(std::string_view text);

/// The least and greatest code of an integer type; weights use [-max, max].
std::array<int64_t, 2> code_range(DType type);

/// How a tie is broken when a real becomes a code.
enum class Rounding : std::uint8_t { HalfAway, HalfEven };

/// Nearest integer, ties away from zero (Eq. 2).
double round_half_away(double x);
/// q = clamp(round(x / s) + z, q_min, q_max), element by element (Eq. 12), in double.
/// Errors: InvalidModel if `x` (f32) holds a NaN. Infinities saturate.
Result<Tensor> quantize(const Tensor& x, const Encoding& encoding, Rounding rounding);
/// x = s (q - z) in float32 (Eq. 13); plain numbers are converted.
Tensor dequantize(const Tensor& q, const Encoding& encoding);

/// int8 encoding of the reals [lo, hi], widened to hold zero:  s = (hi - lo) / 255,  z = round(-128 - lo / s)  (Eq. 14).
/// An empty range gets s = 1.
Encoding asymmetric_int8(double lo, double hi);
/// The symmetric scale max / 127 of weights (Eq. 15), 1 for max = 0.
float symmetric_scale(double max_abs, int64_t max_code = 127);

/// The named sets of rules by which a runtime computes integers.
enum class Arithmetic : std::uint8_t { None, Tflm, Litert, LitertRef, St, Onnx };

/// "tflm", "litert", "litert_ref", "st", "onnx"; "none" for a float model.
std::string_view name_of(Arithmetic arithmetic);
std::optional<Arithmetic> parse_arithmetic(std::string_view name);
/// All names that parse_arithmetic takes, for messages.
std::string arithmetic_names();
/// How the Arithmetic turns real inputs into codes.
Rounding input_rounding(Arithmetic arithmetic);

/// Instruction sets that kernels are written for, worst first: x86's, then 64-bit Arm's (DotProd: NEON with sdot).
enum class Isa : std::uint8_t { Portable, Avx2, AvxVnni, Avx512Vnni, Amx, Neon, DotProd };
inline constexpr Isa kIsas[] = {Isa::Portable, Isa::Avx2, Isa::AvxVnni, Isa::Avx512Vnni, Isa::Amx, Isa::Neon, Isa::DotProd};
std::string_view name_of(Isa isa);
/// Whose kernels serve where `isa` has none of its own.
Isa base_of(Isa isa);
std::optional<Isa> parse_isa(std::string_view name);
/// Does this machine have it? For Amx this asks the system to let the process use tiles.
bool has(Isa isa);
/// The best that this machine has and whose kernels passed their tests on such a machine.
Isa best_isa();
/// "runs", "not run, ..." with the reason, or "" if this build has no kernels for it.
std::string_view state_of(Isa isa);

}  // namespace pare
