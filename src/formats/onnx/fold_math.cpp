// Folding of arithmetic, comparison and reduction. Integers are computed in int64, wrapping as the stored type does;
// reals in double, rounded once.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "formats/onnx/fold.hpp"

namespace pare::onnx {
namespace {

// ---- two operands

using Real2 = double (*)(double, double);
using Integer2 = int64_t (*)(int64_t, int64_t);

// Wrapping arithmetic, without overflow in the language's sense.
template <class F>
int64_t wrap(int64_t a, int64_t b, F f) {
  return static_cast<int64_t>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
}
int64_t add(int64_t a, int64_t b) {
  return wrap(a, b, [](uint64_t x, uint64_t y) { return x + y; });
}
int64_t subtract(int64_t a, int64_t b) {
  return wrap(a, b, [](uint64_t x, uint64_t y) { return x - y; });
}
int64_t multiply(int64_t a, int64_t b) {
  return wrap(a, b, [](uint64_t x, uint64_t y) { return x * y; });
}
int64_t divide(int64_t a, int64_t b) { return b == -1 ? subtract(0, a) : a / b; }
int64_t remainder(int64_t a, int64_t b) { return b == -1 ? 0 : a % b; }
// Python's: the sign of the divisor.
int64_t modulo(int64_t a, int64_t b) {
  const int64_t r = remainder(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
int64_t power(int64_t a, int64_t b) {
  int64_t result = 1;
  for (; b > 0; b >>= 1, a = multiply(a, a))
    if (b & 1) result = multiply(result, a);
  return result;
}

// Both operands, brought to their common shape.
struct Pair {
  Tensor a, b;
};

Result<Pair> common_pair(Call& call, size_t first = 0) {
  PARE_TRY(call.expect(first + 2));
  PARE_TRY(const Tensor a, call.numbers(first));
  PARE_TRY(const Tensor b, call.numbers(first + 1));
  if (a.type() != b.type())
    return invalid(fmt::format("operands of types {} and {}", name_of(a.type()), name_of(b.type())), "one type");
  PARE_TRY(const Shape shape, common_shape(a.shape(), b.shape()));
  Pair pair;
  PARE_TRY(pair.a, broadcast_to(a, shape));
  PARE_TRY(pair.b, broadcast_to(b, shape));
  return pair;
}

template <class T, class F>
std::vector<T> zip(std::vector<T> a, const std::vector<T>& b, F f) {
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(f(a[i], b[i]));
  return a;
}

Result<Tensor> apply2(const Pair& p, DType type, Real2 real, Integer2 integer) {
  if (is_real(p.a.type())) return tensor_of(type, p.a.shape(), zip(reals_of(p.a), reals_of(p.b), real));
  return tensor_of(type, p.a.shape(), zip(integers_of(p.a), integers_of(p.b), integer));
}

Result<void> arithmetic(Call& call, Real2 real, Integer2 integer) {
  PARE_TRY(const Pair p, common_pair(call));
  PARE_TRY(Tensor y, apply2(p, p.a.type(), real, integer));
  return call.bind(std::move(y));
}

Result<void> expect_divisors(Call& call) {
  PARE_TRY(call.expect(2));
  PARE_TRY(const Tensor b, call.numbers(1));
  const std::vector<int64_t> values = is_real(b.type()) ? std::vector<int64_t>{} : integers_of(b);
  if (std::find(values.begin(), values.end(), 0) == values.end()) return {};
  return invalid("an integer divided by 0", "other divisors");
}

Result<void> fold_add(Call& c) {
  return arithmetic(
      c, [](double a, double b) { return a + b; }, add);
}
Result<void> fold_sub(Call& c) {
  return arithmetic(
      c, [](double a, double b) { return a - b; }, subtract);
}
Result<void> fold_mul(Call& c) {
  return arithmetic(
      c, [](double a, double b) { return a * b; }, multiply);
}
Result<void> fold_div(Call& c) {
  PARE_TRY(expect_divisors(c));
  return arithmetic(
      c, [](double a, double b) { return a / b; }, divide);
}

Result<void> fold_mod(Call& c) {
  PARE_TRY(expect_divisors(c));
  PARE_TRY(const int64_t as_c, integer_of(c.node(), "fmod", 0));
  return arithmetic(
      c, [](double a, double b) { return std::fmod(a, b); }, as_c ? remainder : modulo);
}

// The exponent may have a type of its own.
Result<void> fold_pow(Call& c) {
  PARE_TRY(c.expect(2));
  PARE_TRY(const Tensor a, c.numbers(0));
  PARE_TRY(const Tensor b, c.numbers(1));
  PARE_TRY(const Shape shape, common_shape(a.shape(), b.shape()));
  PARE_TRY(const Tensor base, broadcast_to(a, shape));
  PARE_TRY(const Tensor exponent, broadcast_to(b, shape));
  const bool integers = !is_real(a.type()) && !is_real(b.type());
  Result<Tensor> y =
      integers ? tensor_of(a.type(), shape, zip(integers_of(base), integers_of(exponent), power))
               : tensor_of(a.type(), shape,
                           zip(reals_of(base), reals_of(exponent), [](double x, double e) { return std::pow(x, e); }));
  if (!y) return y.error();
  return c.bind(std::move(*y));
}

// Min and Max take any number of operands.
Result<void> extreme(Call& call, Real2 real, Integer2 integer) {
  PARE_TRY(call.expect(1));
  PARE_TRY(Tensor y, call.numbers(0));
  for (size_t i = 1; i < call.operand_count(); ++i) {
    PARE_TRY(const Tensor next, call.numbers(i));
    if (next.type() != y.type()) return invalid("operands of several types", "one type");
    PARE_TRY(const Shape shape, common_shape(y.shape(), next.shape()));
    Pair p;
    PARE_TRY(p.a, broadcast_to(y, shape));
    PARE_TRY(p.b, broadcast_to(next, shape));
    PARE_TRY(y, apply2(p, y.type(), real, integer));
  }
  return call.bind(std::move(y));
}

Result<void> fold_min(Call& c) {
  return extreme(
      c, [](double a, double b) { return b < a ? b : a; }, [](int64_t a, int64_t b) { return b < a ? b : a; });
}
Result<void> fold_max(Call& c) {
  return extreme(
      c, [](double a, double b) { return b > a ? b : a; }, [](int64_t a, int64_t b) { return b > a ? b : a; });
}

Result<void> comparison(Call& call, Real2 real, Integer2 integer) {
  PARE_TRY(const Pair p, common_pair(call));
  PARE_TRY(Tensor y, apply2(p, DType::Bool, real, integer));
  return call.bind(std::move(y));
}

template <class Compare>
Result<void> fold_compare(Call& call) {
  return comparison(
      call, [](double a, double b) { return Compare()(a, b) ? 1.0 : 0.0; },
      [](int64_t a, int64_t b) { return int64_t{Compare()(a, b)}; });
}
struct Both {
  template <class T>
  bool operator()(T a, T b) const {
    return a != 0 && b != 0;
  }
};
struct Either {
  template <class T>
  bool operator()(T a, T b) const {
    return a != 0 || b != 0;
  }
};

// ---- one operand

template <class F, class G>
Result<void> map(Call& call, F real, G integer) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const Tensor x, call.numbers(0));
  std::vector<double> reals = is_real(x.type()) ? reals_of(x) : std::vector<double>{};
  std::vector<int64_t> integers = is_real(x.type()) ? std::vector<int64_t>{} : integers_of(x);
  for (double& v : reals) v = real(v);
  for (int64_t& v : integers) v = integer(v);
  Result<Tensor> y =
      is_real(x.type()) ? tensor_of(x.type(), x.shape(), reals) : tensor_of(x.type(), x.shape(), integers);
  if (!y) return y.error();
  return call.bind(std::move(*y));
}

int64_t same(int64_t x) { return x; }
Result<void> fold_neg(Call& c) {
  return map(
      c, [](double x) { return -x; }, [](int64_t x) { return subtract(0, x); });
}
Result<void> fold_abs(Call& c) {
  return map(
      c, [](double x) { return std::fabs(x); }, [](int64_t x) { return x < 0 ? subtract(0, x) : x; });
}
Result<void> fold_floor(Call& c) {
  return map(
      c, [](double x) { return std::floor(x); }, same);
}
Result<void> fold_ceil(Call& c) {
  return map(
      c, [](double x) { return std::ceil(x); }, same);
}
Result<void> fold_sqrt(Call& c) {
  return map(
      c, [](double x) { return std::sqrt(x); }, same);
}
Result<void> fold_exp(Call& c) {
  return map(
      c, [](double x) { return std::exp(x); }, same);
}
Result<void> fold_log(Call& c) {
  return map(
      c, [](double x) { return std::log(x); }, same);
}
Result<void> fold_reciprocal(Call& c) {
  return map(
      c, [](double x) { return 1 / x; }, same);
}
Result<void> fold_relu(Call& c) {
  return map(
      c, [](double x) { return x > 0 ? x : 0; }, [](int64_t x) { return x > 0 ? x : 0; });
}
Result<void> fold_not(Call& c) {
  return map(
      c, [](double x) { return x == 0 ? 1.0 : 0.0; }, [](int64_t x) { return int64_t{x == 0}; });
}

// ---- where

Result<void> fold_where(Call& call) {
  PARE_TRY(const Pair p, common_pair(call, 1));
  PARE_TRY(const Tensor condition, call.numbers(0));
  PARE_TRY(const Shape shape, common_shape(condition.shape(), p.a.shape()));
  PARE_TRY(const Tensor wide, broadcast_to(condition, shape));
  PARE_TRY(Tensor y, broadcast_to(p.a, shape));
  PARE_TRY(const Tensor other, broadcast_to(p.b, shape));
  const std::vector<int64_t> chosen = integers_of(wide);
  const auto bytes = static_cast<size_t>(bytes_of(y.type()));
  std::byte* to = y.data_for_edit();
  for (size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i] == 0) std::copy_n(other.data() + i * bytes, bytes, to + i * bytes);
  return call.bind(std::move(y));
}

// ---- reductions

// What a reduction folds with, and where it starts; `mean` divides the end by the number of elements.
struct Reduction {
  Real2 real;
  Integer2 integer;
  bool mean = false;
};

template <class T, class F>
std::vector<T> reduce(const std::vector<T>& x, const Shape& shape, const std::vector<bool>& gone, F f) {
  int64_t kept = 1;
  for (size_t k = 0; k < shape.size(); ++k) kept *= gone[k] ? 1 : shape[k];
  std::vector<T> y(static_cast<size_t>(kept));
  std::vector<bool> started(y.size(), false);
  for (size_t i = 0; i < x.size(); ++i) {
    size_t rest = i, place = 0, stride = 1;
    for (size_t k = shape.size(); k-- > 0; rest /= static_cast<size_t>(shape[k])) {
      if (gone[k]) continue;
      place += rest % static_cast<size_t>(shape[k]) * stride;
      stride *= static_cast<size_t>(shape[k]);
    }
    y[place] = started[place] ? f(y[place], x[i]) : x[i];
    started[place] = true;
  }
  return y;
}

Shape reduced_shape(const Shape& shape, const std::vector<bool>& gone, bool keep) {
  Shape to;
  for (size_t k = 0; k < shape.size(); ++k)
    if (!gone[k] || keep) to.push_back(gone[k] ? 1 : shape[k]);
  return to;
}

Result<Tensor> reduced(const Tensor& x, const std::vector<bool>& gone, bool keep, const Reduction& r) {
  const Shape to = reduced_shape(x.shape(), gone, keep);
  if (!is_real(x.type()) && !r.mean) return tensor_of(x.type(), to, reduce(integers_of(x), x.shape(), gone, r.integer));
  std::vector<double> y = reduce(reals_of(x), x.shape(), gone, r.real);
  if (r.mean)
    for (double& v : y) v *= static_cast<double>(y.size()) / static_cast<double>(x.count());
  return tensor_of(x.type(), to, y);
}

Result<void> fold_reduction(Call& call, const Reduction& r) {
  PARE_TRY(call.expect(1));
  PARE_TRY(const Tensor x, call.numbers(0));
  if (x.count() == 0) return unsupported("a reduction of no elements");
  PARE_TRY(const std::optional<std::vector<int64_t>> named, call.integers(1, "axes"));
  PARE_TRY(const int64_t keep, integer_of(call.node(), "keepdims", 1));
  PARE_TRY(const int64_t nothing, integer_of(call.node(), "noop_with_empty_axes", 0));
  const bool some = named && !named->empty();
  std::vector<bool> gone(x.shape().size(), !some && !nothing);
  for (const int64_t axis : some ? *named : std::vector<int64_t>{}) {
    PARE_TRY(const int64_t front, front_axis(axis, call.rank(0)));
    gone[static_cast<size_t>(front)] = true;
  }
  PARE_TRY(Tensor y, reduced(x, gone, keep != 0, r));
  return call.bind(std::move(y));
}

double add_reals(double a, double b) { return a + b; }
Result<void> fold_sum(Call& c) { return fold_reduction(c, {add_reals, add}); }
Result<void> fold_mean(Call& c) { return fold_reduction(c, {add_reals, add, true}); }
Result<void> fold_product(Call& c) {
  return fold_reduction(c, {[](double a, double b) { return a * b; }, multiply});
}
Result<void> fold_least(Call& c) {
  return fold_reduction(
      c, {[](double a, double b) { return b < a ? b : a; }, [](int64_t a, int64_t b) { return b < a ? b : a; }});
}
Result<void> fold_most(Call& c) {
  return fold_reduction(
      c, {[](double a, double b) { return b > a ? b : a; }, [](int64_t a, int64_t b) { return b > a ? b : a; }});
}

constexpr Row kRows[] = {
    {"Abs", fold_abs},
    {"Add", fold_add},
    {"And", fold_compare<Both>},
    {"Ceil", fold_ceil},
    {"Div", fold_div},
    {"Equal", fold_compare<std::equal_to<>>},
    {"Exp", fold_exp},
    {"Floor", fold_floor},
    {"Greater", fold_compare<std::greater<>>},
    {"GreaterOrEqual", fold_compare<std::greater_equal<>>},
    {"Less", fold_compare<std::less<>>},
    {"LessOrEqual", fold_compare<std::less_equal<>>},
    {"Log", fold_log},
    {"Max", fold_max},
    {"Min", fold_min},
    {"Mod", fold_mod},
    {"Mul", fold_mul},
    {"Neg", fold_neg},
    {"Not", fold_not},
    {"Or", fold_compare<Either>},
    {"Pow", fold_pow},
    {"Reciprocal", fold_reciprocal},
    {"ReduceMax", fold_most},
    {"ReduceMean", fold_mean},
    {"ReduceMin", fold_least},
    {"ReduceProd", fold_product},
    {"ReduceSum", fold_sum},
    {"Relu", fold_relu},
    {"Sqrt", fold_sqrt},
    {"Sub", fold_sub},
    {"Where", fold_where},
};

}  // namespace

std::span<const Row> fold_math_rows() { return kRows; }

}  // namespace pare::onnx
