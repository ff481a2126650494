// The fixed-point rules in 32-bit lanes. With a product p = acc m of less than 2^62 and r = -exponent >= 1,
//     fixed_double (Eq. 7): floor((p + 2^30) / 2^31) = h; (h + 2^(r-1) - [h < 0]) >> r
//     fixed_single (Eq. 8): (p + 2^(30+r)) >> (31 + r)     = (floor(p / 2^31) + 2^(r-1)) >> r
// and both are floor((p + 2^30) / 2^31) for r = 0. Vector code takes the high halves of 2 p + low: so accumulators are
// shifted left once more than the rule says, and `low` is 2^31 where the first floor rounds. [h < 0] may be replaced by
// [acc < 0]: they differ only if h = 0, and then both give 0 (2^(r-1) - 1 is below 2^r).
#include "ops/requantize_fast.hpp"

#include <array>
#include <bit>
#include <map>

#include "ops/requantize_float.hpp"

namespace pare {
namespace {

enum Row { kScale, kNudge, kMultiplier, kLeft, kRight, kRound, kSign, kLow, kRows };

// One channel's column of the table.
using Column = std::array<int32_t, kRows>;

Column fixed_column(const pare_requantize_args& r, size_t c) {
  const int32_t e = r.exponent[c], right = std::max(-e, 0);
  const bool twice = r.rule == PARE_FIXED_DOUBLE;
  Column column{};
  column[kMultiplier] = r.multiplier[c];
  column[kLeft] = std::max(e, 0) + 1;
  column[kRight] = right;
  column[kRound] = right > 0 ? int32_t{1} << (right - 1) : 0;
  column[kSign] = twice && right > 0 ? -1 : 0;
  column[kLow] = twice || right == 0 ? INT32_MIN : 0;
  return column;
}

// Accumulators of vectors are shifted left by one or more.
constexpr int64_t kMost = int64_t{1} << 30;

// May a channel's accumulators be as large as `bound`?
bool exact(const pare_requantize_args& r, size_t c, int64_t bound) {
  if (bound >= kMost) return false;
  if (r.rule == PARE_FLOAT_HALF_EVEN) return static_cast<double>(bound) * r.scale[c] < 1 << 30;
  const int32_t e = r.exponent[c];
  return e < 16 && (bound << std::max(e, 0)) < kMost && e > -31;
}

bool has_vectors(int32_t rule) {
  return rule == PARE_FLOAT_HALF_EVEN || rule == PARE_FIXED_DOUBLE || rule == PARE_FIXED_SINGLE;
}

// Every rule is monotone: equal codes at both ends are one code throughout. (A left shift that overflows is not.)
std::optional<int32_t> constant_of(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
  const int64_t left = r.rule == PARE_FLOAT_HALF_EVEN ? 0 : std::max(r.exponent[r.channels > 1 ? c : 0], 0);
  const int64_t most = int64_t{INT32_MAX} >> left;
  if (range.lo < -most || range.hi > most) return std::nullopt;
  const int8_t code = pare_requantize(static_cast<int32_t>(range.lo), c, &r);
  if (pare_requantize(static_cast<int32_t>(range.hi), c, &r) != code) return std::nullopt;
  return code - r.zero_point;
}

// Gives the accumulator itself back.
Column identity() {
  Column column{};
  column[kScale] = std::bit_cast<int32_t>(1.0f);
  column[kMultiplier] = 1 << 30;
  column[kLeft] = 2;
  return column;
}

double largest(const AccumulatorRange& range) { return static_cast<double>(std::max(std::abs(range.lo), std::abs(range.hi))); }
constexpr double kMostWord = 32000;  // with any zero point, within 16 bits

// One channel of the table, and whether it has a float form.
struct Channel {
  Column column;
  bool as_float = true;
};

// Float forms by multiplier, exponent and range: a depthwise layer lists its channels several times, and a search takes
// some microseconds.
class FloatForms {
 public:
  const std::optional<FloatForm>& find(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range) {
    const size_t entry = static_cast<size_t>(r.channels > 1 ? c : 0);
    const std::array<int64_t, 4> key{r.multiplier[entry], r.exponent[entry], range.lo, range.hi};
    const auto known = forms_.find(key);
    return known != forms_.end() ? known->second : forms_.emplace(key, float_form(r, c, range)).first->second;
  }

 private:
  std::map<std::array<int64_t, 4>, std::optional<FloatForm>> forms_;
};

std::optional<Channel> channel_of(const pare_requantize_args& r, int32_t c, const AccumulatorRange& range, FloatForms& forms) {
  const size_t entry = static_cast<size_t>(r.channels > 1 ? c : 0);
  if (!exact(r, entry, std::max(std::abs(range.lo), std::abs(range.hi)))) return std::nullopt;
  Channel channel{};
  if (r.rule == PARE_FLOAT_HALF_EVEN) {
    channel.column[kScale] = std::bit_cast<int32_t>(r.scale[entry]);
    return channel;
  }
  channel.column = fixed_column(r, entry);
  const std::optional<FloatForm>& form = forms.find(r, c, range);
  channel.as_float = form.has_value();
  channel.column[kScale] = std::bit_cast<int32_t>(form.value_or(FloatForm{}).scale);
  channel.column[kNudge] = std::bit_cast<int32_t>(form.value_or(FloatForm{}).nudge);
  return channel;
}

RequantizeVectors vectors_of(const RequantizePack& pack, const pare_requantize_args& r) {
  const int64_t columns = pack.table.shape()[1];
  const auto row = [&](Row i) { return pack.table.view<int32_t>().data() + i * columns; };
  const auto reals = [&](Row i) { return reinterpret_cast<const float*>(row(i)); };
  RequantizeVectors v;
  v.real = r.rule == PARE_FLOAT_HALF_EVEN;
  v.scale = reals(kScale);
  v.nudge = reals(kNudge);
  v.as_float = pack.as_float.data();
  v.multiplier = row(kMultiplier);
  v.left = row(kLeft);
  v.right = row(kRight);
  v.round = row(kRound);
  v.sign = row(kSign);
  v.low = row(kLow);
  v.zero_point = static_cast<int16_t>(r.zero_point);
  v.lo = static_cast<int8_t>(r.lo);
  v.hi = static_cast<int8_t>(r.hi);
  return v;
}

}  // namespace

std::optional<RequantizePack> pack_requantize(const pare_requantize_args& r, std::span<const AccumulatorRange> ranges,
                                              int64_t groups) {
  if (!has_vectors(r.rule)) return std::nullopt;
  const auto channels = static_cast<int64_t>(ranges.size());
  const int64_t columns = groups * channel_blocks(channels / groups) * kChannelBlock;
  RequantizePack pack{Tensor(DType::I32, {kRows, columns}), {}, std::vector<uint8_t>(static_cast<size_t>(columns / kChannelBlock), 1), {}};
  auto cells = pack.table.edit<int32_t>();
  FloatForms forms;
  bool as_words = r.zero_point % 2 == 0;  // an odd one would move ties
  bool small_nudges = true;               // with which no negative sum becomes positive
  for (int64_t c = 0; c < channels; ++c) {
    const AccumulatorRange& range = ranges[static_cast<size_t>(c)];
    pack.constant.push_back(constant_of(r, static_cast<int32_t>(c), range));
    const auto channel = pack.constant.back() ? Channel{identity()} : channel_of(r, static_cast<int32_t>(c), range, forms);
    if (!channel) return std::nullopt;
    const int64_t place = padded_channel(c, channels, groups);
    as_words = as_words && (pack.constant.back() || largest(range) * std::bit_cast<float>(channel->column[kScale]) < kMostWord);
    small_nudges = small_nudges && std::bit_cast<float>(channel->column[kNudge]) <= 1;
    if (!channel->as_float) pack.as_float[static_cast<size_t>(place / kChannelBlock)] = 0;
    for (int64_t i = 0; i < kRows; ++i) cells[static_cast<size_t>(i * columns + place)] = channel->column[static_cast<size_t>(i)];
  }
  pack.vectors = vectors_of(pack, r);
  pack.vectors.as_words = as_words;
  pack.vectors.positive = as_words && small_nudges && r.lo >= r.zero_point;
  return pack;
}

}  // namespace pare
