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

#include "ops/requantize_forms.hpp"

namespace pare {
namespace {

enum Row { kScale, kNudge, kStart, kMultiplier, kLeft, kRight, kRound, kSign, kLow, kRows };

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

// ---- forms --------------------------------------------------------------------------------------------------------

// Puts what `rule` reads into a channel's column. False if the channel has no such form.
class Forms {
 public:
  explicit Forms(const pare_requantize_args& r) : r_(r) {}

  bool put(Rule rule, int32_t c, const AccumulatorRange& range, Column& column) {
    if (rule == Rule::Fixed || rule == Rule::Real) return true;
    const std::optional<Line>& form = find(rule, c, range);
    if (!form) return false;
    column[kScale] = std::bit_cast<int32_t>(form->slope);
    column[kNudge] = std::bit_cast<int32_t>(form->offset);
    column[kStart] = form->start;
    return true;
  }

 private:
  using Key = std::array<int64_t, 5>;

  // A depthwise layer lists its channels several times, and a search takes some microseconds.
  const std::optional<Line>& find(Rule rule, int32_t c, const AccumulatorRange& range) {
    const size_t entry = static_cast<size_t>(r_.channels > 1 ? c : 0);
    const bool real = r_.rule == PARE_FLOAT_HALF_EVEN;
    const Key key{static_cast<int64_t>(rule), real ? std::bit_cast<int32_t>(r_.scale[entry]) : r_.multiplier[entry],
                  real ? 0 : r_.exponent[entry], range.lo, range.hi};
    const auto known = forms_.find(key);
    return known != forms_.end() ? known->second : forms_.emplace(key, search(rule, c, range)).first->second;
  }

  std::optional<Line> search(Rule rule, int32_t c, const AccumulatorRange& range) const {
    if (rule == Rule::Float) {
      const auto form = float_form(r_, c, range);
      return form ? std::optional(Line{form->scale, form->nudge, 0}) : std::nullopt;
    }
    auto line = rule == Rule::Line ? line_form(r_, c, range) : twice_form(r_, c, range);
    if (line) line->start += kLineBits;
    return line;
  }

  const pare_requantize_args& r_;
  std::map<Key, std::optional<Line>> forms_;
};

// Gives the accumulator itself back; where the sum begins with more than it, `constant`.
Column identity(Rule rule, int32_t constant, int32_t zero_point) {
  Column column{};
  column[kScale] = std::bit_cast<int32_t>(1.0f);
  column[kMultiplier] = 1 << 30;
  column[kLeft] = 2;
  if (rule != Rule::Line && rule != Rule::Twice) return column;
  column[kScale] = 0;
  column[kNudge] = std::bit_cast<int32_t>(static_cast<float>(rule == Rule::Line ? kLineOrigin + zero_point + constant : constant));
  column[kStart] = kLineBits;
  return column;
}

// ---- packing ------------------------------------------------------------------------------------------------------

class Packer {
 public:
  Packer(const pare_requantize_args& r, std::span<const AccumulatorRange> ranges, int64_t groups)
      : r_(r), ranges_(ranges), forms_(r), columns_(groups * channel_blocks(std::ssize(ranges) / groups) * kChannelBlock),
        channel_at_(static_cast<size_t>(columns_), -1) {
    for (int64_t c = 0; c < std::ssize(ranges); ++c)
      channel_at_[static_cast<size_t>(padded_channel(c, std::ssize(ranges), groups))] = c;
    pack_.table = Tensor(DType::I32, {kRows, columns_});
    pack_.rules.assign(static_cast<size_t>(columns_ / kChannelBlock), plain());
  }

  // False if vectors would not be exact.
  bool find_constants() {
    for (int64_t c = 0; c < std::ssize(ranges_); ++c) {
      const AccumulatorRange& range = ranges_[static_cast<size_t>(c)];
      pack_.constant.push_back(constant_of(r_, static_cast<int32_t>(c), range));
      const int64_t bound = std::max(std::abs(range.lo), std::abs(range.hi));
      if (!pack_.constant.back() && !exact(r_, static_cast<size_t>(r_.channels > 1 ? c : 0), bound)) return false;
    }
    return true;
  }

  // The blocks [first, last): by one rule, if there is one for all, else each by its own.
  void choose(int64_t first, int64_t last, bool lines) {
    for (const Rule rule : {Rule::Line, Rule::Twice, Rule::Float})
      if ((lines || rule == Rule::Float) && put(first, last, rule)) return;
    if (last - first == 1) {
      put(first, last, plain());
      return;
    }
    for (int64_t block = first; block < last; ++block) choose(block, block + 1, lines);
  }

  RequantizePack finish() && {
    pack_.vectors = vectors();
    return std::move(pack_);
  }

 private:
  Rule plain() const { return r_.rule == PARE_FLOAT_HALF_EVEN ? Rule::Real : Rule::Fixed; }

  Column column_of(int64_t c) const {
    const size_t entry = static_cast<size_t>(r_.channels > 1 ? c : 0);
    if (plain() == Rule::Fixed) return fixed_column(r_, entry);
    Column column{};
    column[kScale] = std::bit_cast<int32_t>(r_.scale[entry]);
    return column;
  }

  bool put(int64_t first, int64_t last, Rule rule) {
    auto cells = pack_.table.edit<int32_t>();
    for (int64_t place = first * kChannelBlock; place < last * kChannelBlock; ++place) {
      const int64_t c = channel_at_[static_cast<size_t>(place)];
      if (c < 0) continue;
      const auto& constant = pack_.constant[static_cast<size_t>(c)];
      Column column = constant ? identity(rule, *constant, r_.zero_point) : column_of(c);
      if (!constant && !forms_.put(rule, static_cast<int32_t>(c), ranges_[static_cast<size_t>(c)], column)) return false;
      for (int64_t i = 0; i < kRows; ++i) cells[static_cast<size_t>(i * columns_ + place)] = column[static_cast<size_t>(i)];
    }
    std::fill(pack_.rules.begin() + first, pack_.rules.begin() + last, rule);
    return true;
  }

  RequantizeVectors vectors() const {
    const auto row = [&](Row i) { return pack_.table.view<int32_t>().data() + i * columns_; };
    const auto reals = [&](Row i) { return reinterpret_cast<const float*>(row(i)); };
    RequantizeVectors v;
    v.rule = pack_.rules.data();
    v.scale = reals(kScale);
    v.nudge = reals(kNudge);
    v.start = row(kStart);
    v.multiplier = row(kMultiplier);
    v.left = row(kLeft);
    v.right = row(kRight);
    v.round = row(kRound);
    v.sign = row(kSign);
    v.low = row(kLow);
    v.zero_point = static_cast<int16_t>(r_.zero_point);
    v.lo = static_cast<int8_t>(r_.lo);
    v.hi = static_cast<int8_t>(r_.hi);
    return v;
  }

  const pare_requantize_args& r_;
  std::span<const AccumulatorRange> ranges_;
  Forms forms_;
  int64_t columns_;
  std::vector<int64_t> channel_at_;  // by place; -1: none
  RequantizePack pack_;
};

}  // namespace

std::optional<RequantizePack> pack_requantize(const pare_requantize_args& r, std::span<const AccumulatorRange> ranges,
                                              int64_t groups, bool lines) {
  if (!has_vectors(r.rule)) return std::nullopt;
  Packer packer(r, ranges, groups);
  if (!packer.find_constants()) return std::nullopt;
  const int64_t blocks = channel_blocks(std::ssize(ranges) / groups);
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t first = 0; first < blocks; first += kRuleBlocks)
      packer.choose(g * blocks + first, g * blocks + std::min(first + kRuleBlocks, blocks), lines);
  return std::move(packer).finish();
}

}  // namespace pare
