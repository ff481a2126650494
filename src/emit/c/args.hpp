// A kernel's argument struct as C99 text.
#pragma once

#include <string>

#include "pare/op.hpp"

namespace pare {

/// Writes what a kernel shows: arrays as constants of their own, and the struct as a designated initialiser that points
/// to them. All names begin with `prefix`.
class ArgWriter final : public ArgVisitor {
 public:
  explicit ArgWriter(std::string prefix) : prefix_(std::move(prefix)) {}

  void number(const char* name, int64_t value) override;
  void real(const char* name, double value) override;
  void array(const char* name, std::span<const int8_t> values) override { constant("int8_t", name, values); }
  void array(const char* name, std::span<const int32_t> values) override { constant("int32_t", name, values); }
  void array(const char* name, std::span<const int64_t> values) override { constant("int64_t", name, values); }
  void array(const char* name, std::span<const float> values) override { constant("float", name, values); }
  void inline_array(const char* name, std::span<const int32_t> values) override;
  void begin(const char* name) override;
  void end() override;

  const std::string& constants() const { return constants_; }
  /// "{.n = 1, ...}"
  std::string initialiser() const { return "{" + fields_ + "}"; }

 private:
  template <class T>
  void constant(const char* type, const char* name, std::span<const T> values);
  void field(const char* name, const std::string& value);

  std::string prefix_, path_, constants_, fields_;
};

}  // namespace pare
