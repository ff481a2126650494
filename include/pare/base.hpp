// Results and errors. Every function that can fail because of the outside world returns a Result; the
// programmer's own mistakes are asserts that no input can reach. The library never prints and never exits.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace pare {

/// What kind of failure it is; printed in snake_case in JSON.
enum class Code { InvalidModel, Unsupported, InvalidArgument, Io, Internal };

/// The code's name as it stands in JSON, for example "invalid_model".
const char* name_of(Code code);

/// One failure: where, what was found, what was expected, and what to do, if known.
struct Error {
  Code code = Code::Internal;
  std::string place;     ///< file, node, tensor or byte offset
  std::string found;     ///< a clause: "group = 3 does not divide 64 channels"
  std::string expected;  ///< a noun phrase, empty if the finding says it all
  std::string hint;      ///< a sentence, empty if nothing is known

  /// "place: found; expected expected. hint" in one line.
  std::string message() const;

  /// The same error, told from further out: `outer` is put in front of the place.
  Error at(const std::string& outer) const;
};

/// A value or an Error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  explicit operator bool() const { return !error_.has_value(); }
  void operator*() const {}
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace pare

/// Checks a belief of the programmer's; never used on input.
#define PARE_ASSERT(condition)                                                                \
  do {                                                                                        \
    if (!(condition)) {                                                                       \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                           \
    }                                                                                         \
  } while (false)

/// PARE_TRY(const T x, expression) declares x, or returns the expression's error from this function.
/// PARE_TRY(expression) is the same for Result<void>.
#define PARE_TRY(...) PARE_TRY_NUMBERED_(__COUNTER__, __VA_ARGS__)
#define PARE_TRY_NUMBERED_(id, ...) PARE_TRY_EXPAND_(id, __VA_ARGS__)
#define PARE_TRY_EXPAND_(id, first, ...)                                                      \
  auto pare_result_##id = PARE_TRY_EXPRESSION_##__VA_OPT__(2_)(first, __VA_ARGS__);           \
  if (!pare_result_##id) return pare_result_##id.error();                                     \
  __VA_OPT__(first = std::move(*pare_result_##id);)
#define PARE_TRY_EXPRESSION_(first, ...) (first)
#define PARE_TRY_EXPRESSION_2_(first, ...) (__VA_ARGS__)
