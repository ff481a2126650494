#include "ops/amx.hpp"

#include <algorithm>
#include <cstring>

#include "pare/base.hpp"

namespace pare {

void AmxEmulation::configure(const AmxConfig& config) {
  PARE_ASSERT(config.palette == 1 && config.start_row == 0);
  PARE_ASSERT(std::ranges::all_of(config.reserved, [](uint8_t byte) { return byte == 0; }));
  for (int i = 0; i < 16; ++i) {
    const int rows = config.rows[i], bytes = config.row_bytes[i];
    PARE_ASSERT(rows <= kAmxRows && bytes <= kAmxRowBytes && (rows == 0) == (bytes == 0));
    PARE_ASSERT(i < kAmxTiles || rows == 0);
  }
  config_ = config;
  tiles_ = {};
}

void AmxEmulation::expect_configured(int tile) const { PARE_ASSERT(config_.palette == 1 && rows(tile) > 0); }

void AmxEmulation::load(int tile, const void* from, ptrdiff_t stride) {
  expect_configured(tile);
  Tile loaded{};
  for (int r = 0; r < rows(tile); ++r)
    std::memcpy(loaded[static_cast<size_t>(r)].data(), static_cast<const std::byte*>(from) + r * stride,
                static_cast<size_t>(row_bytes(tile)));
  tiles_[static_cast<size_t>(tile)] = loaded;
}

void AmxEmulation::store(int tile, void* to, ptrdiff_t stride) const {
  expect_configured(tile);
  const Tile& stored = tiles_[static_cast<size_t>(tile)];
  for (int r = 0; r < rows(tile); ++r)
    std::memcpy(static_cast<std::byte*>(to) + r * stride, stored[static_cast<size_t>(r)].data(),
                static_cast<size_t>(row_bytes(tile)));
}

namespace {

template <class Row>
int32_t lane(const Row& row, int n) {
  int32_t value;
  std::memcpy(&value, row.data() + 4 * n, 4);
  return value;
}

// The sum of the products of four bytes and four others, all signed: it has 17 bits.
int32_t product(const uint8_t* x, const uint8_t* w) {
  int32_t sum = 0;
  for (int i = 0; i < 4; ++i) sum += static_cast<int8_t>(x[i]) * static_cast<int8_t>(w[i]);
  return sum;
}

}  // namespace

void AmxEmulation::dot(int sum, int x, int w) {
  for (const int tile : {sum, x, w}) expect_configured(tile);
  PARE_ASSERT(rows(sum) == rows(x) && row_bytes(sum) == row_bytes(w));
  PARE_ASSERT(row_bytes(x) == 4 * rows(w) && row_bytes(sum) % 4 == 0);
  for (int m = 0; m < rows(sum); ++m) {
    Row& to = tiles_[static_cast<size_t>(sum)][static_cast<size_t>(m)];
    const Row& from = tiles_[static_cast<size_t>(x)][static_cast<size_t>(m)];
    for (int n = 0; n < row_bytes(sum) / 4; ++n) {
      auto total = static_cast<uint32_t>(lane(to, n));  // wraps, as the instruction does
      for (int k = 0; k < rows(w); ++k)
        total += static_cast<uint32_t>(
            product(from.data() + 4 * k, tiles_[static_cast<size_t>(w)][static_cast<size_t>(k)].data() + 4 * n));
      std::memcpy(to.data() + 4 * n, &total, 4);
    }
  }
}

}  // namespace pare
