#if defined(__x86_64__)
#include <bit>

#define PARE_LANES 16
#define PARE_VNNI 1
// clang-format off
#include "ops/simd_s8.inc"
#include "ops/tile_s8.inc"
// clang-format on

namespace pare {

void tiles_s8_avx512vnni(TileS8& tile, int64_t pixels, int64_t blocks) { tiles(tile, pixels, blocks); }
void narrow_tiles_s8_avx512vnni(TileS8& tile, int64_t pixels, int64_t blocks) { narrow_tiles(tile, pixels, blocks); }
PARE_SIMD void copy_row_of_three_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t) {
  copy_row_of_three(from, static_cast<Element*>(to), count);
}
PARE_SIMD void copy_row_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t) {
  copy_row(from, static_cast<Element*>(to), count, _mm512_set1_epi8(-128));
}
PARE_SIMD void copy_flipped_avx512vnni(const int8_t* from, void* to, int64_t count, int32_t) {
  copy_row(from, static_cast<Element*>(to), count, zeros());
}

namespace {
// kRows rows, from number `first` on.
template <int kRows>
PARE_SIMD void merge(const void* const* rows, int first, ptrdiff_t offset, uint64_t begins, int64_t bytes, Element* to) {
  const ptrdiff_t pixel = std::countr_zero(begins & (begins - 1)), back = std::countl_zero(begins) + 1;
  const Element* from[kRows];
  ptrdiff_t byte[kRows];  // the first of a vector that comes from this row
  for (int i = 0; i < kRows; ++i) {
    byte[i] = first + i;
    from[i] = static_cast<const Element*>(rows[first + i]) + offset - byte[i];
  }
  for (ptrdiff_t at = 0; at < bytes; at += 64) {
    Ints lanes = zeros();
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i) {
      Ints row = load(from[i] + at);
      asm("" : "+v"(row));  // a load under a mask takes longer
      lanes = _mm512_mask_blend_epi8(begins << byte[i], lanes, row);
      byte[i] += byte[i] < back ? pixel - back : -back;
    }
    store(to + at, lanes);
  }
}
}  // namespace
void merge_rows_avx512vnni(const void* const* rows, int first, int last, ptrdiff_t offset, uint64_t begins, int64_t bytes,
                           void* to) {
  using Merge = void (*)(const void* const*, int, ptrdiff_t, uint64_t, int64_t, Element*);
  constexpr Merge kMerge[] = {merge<1>, merge<2>, merge<3>, merge<4>};
  kMerge[static_cast<size_t>(last - first - 1)](rows, first, offset, begins, bytes, static_cast<Element*>(to));
}

}  // namespace pare
#endif
