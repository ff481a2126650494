// The tiles of Intel AMX: eight matrix registers, and their emulation for tests on machines without them. A kernel is a
// template over the two. Registers are numbered at compile time, as in the instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pare {

inline constexpr int kAmxTiles = 8;
inline constexpr int kAmxRows = 16;
inline constexpr int kAmxRowBytes = 64;

/// The operand of LDTILECFG for palette 1: the shape of each tile.
struct alignas(64) AmxConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  constexpr void shape(int tile, int tile_rows, int bytes) {
    rows[tile] = static_cast<uint8_t>(tile_rows);
    row_bytes[tile] = static_cast<uint16_t>(bytes);
  }
};
static_assert(sizeof(AmxConfig) == 64);

/// All tiles of kAmxRows rows of kAmxRowBytes.
constexpr AmxConfig whole_tiles() {
  AmxConfig config;
  for (int i = 0; i < kAmxTiles; ++i) config.shape(i, kAmxRows, kAmxRowBytes);
  return config;
}

#if defined(__x86_64__)
#define PARE_AMX __attribute__((target("amx-tile,amx-int8")))  // as a caller has, for what is to be inlined

/// The instructions. has(Isa::Amx) must hold. They are lines of assembler, since g++ 12's intrinsics take register
/// numbers as text alone.
struct AmxTiles {
  /// All tiles become zeros of the given shapes.
  PARE_AMX void configure(const AmxConfig& config) { asm volatile("ldtilecfg %0" ::"m"(config)); }
  PARE_AMX void release() { asm volatile("tilerelease"); }
  /// Configures whole_tiles(), if they are not: to ask takes a tenth of the time.
  PARE_AMX void be_whole() {
    static constexpr AmxConfig kWhole = whole_tiles();
    AmxConfig now;
    asm volatile("sttilecfg %0" : "=m"(now));
    if (std::memcmp(&now, &kWhole, sizeof now) != 0) configure(kWhole);
  }
  /// Row r of the tile comes from `from` + r `stride`, bytes.
  template <int kTile>
  PARE_AMX void load(const void* from, ptrdiff_t stride) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride), "n"(kTile) : "memory");
  }
  template <int kTile>
  PARE_AMX void store(void* to, ptrdiff_t stride) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride), "n"(kTile) : "memory");
  }
  /// sum[m, n] += sum over k, i < 4 of x[m, k][i] w[k, n][i]: 32-bit lanes and their bytes, all signed.
  template <int kSum, int kX, int kW>
  PARE_AMX void dot() {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"n"(kSum), "n"(kX), "n"(kW));
  }
};
#endif

/// The same in plain C++, as the instructions are defined. What makes them fault is an assertion here.
class AmxEmulation {
 public:
  void configure(const AmxConfig& config);
  void release() { config_ = {.palette = 0}; }
  void be_whole() { configure(whole_tiles()); }
  template <int kTile>
  void load(const void* from, ptrdiff_t stride) {
    load(kTile, from, stride);
  }
  template <int kTile>
  void store(void* to, ptrdiff_t stride) {
    store(kTile, to, stride);
  }
  template <int kSum, int kX, int kW>
  void dot() {
    static_assert(kSum != kX && kX != kW && kW != kSum);
    dot(kSum, kX, kW);
  }

 private:
  using Row = std::array<uint8_t, kAmxRowBytes>;
  using Tile = std::array<Row, kAmxRows>;

  int rows(int tile) const { return config_.rows[tile]; }
  int row_bytes(int tile) const { return config_.row_bytes[tile]; }
  void expect_configured(int tile) const;
  void load(int tile, const void* from, ptrdiff_t stride);
  void store(int tile, void* to, ptrdiff_t stride) const;
  void dot(int sum, int x, int w);

  AmxConfig config_{.palette = 0};
  std::array<Tile, kAmxTiles> tiles_{};
};

}  // namespace pare
