#include "ops/peak.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <vector>

#include "base/clock.hpp"
#include "ops/isa_table.hpp"
#include "ops/peak_fast.hpp"

namespace pare {
namespace {

constexpr int kBlocks = 400;         // measured loops
constexpr int64_t kSteps = 1 << 14;  // of kPeakSums products: some 25 us, so that most loops are not interrupted
constexpr int kPlain = 512;          // elements of the plain loop, which lie in the innermost cache

// An instruction set's loops, and the products in a vector of each.
struct Loops {
  Isa isa;
  PeakLoop s8 = nullptr, f32 = nullptr;
  int s8_products = 0, f32_products = 0;
};
constexpr Loops kLoops[] = {
    {.isa = Isa::Portable},
#if defined(__x86_64__)
    {Isa::Avx2, peak_words256, peak_float256, 16, 8},
    {Isa::AvxVnni, peak_vnni256, peak_float256, 32, 8},
    {Isa::Avx512Vnni, peak_vnni512, peak_float512, 64, 16},
    {Isa::Amx, peak_amx, peak_float512, 1024, 16},
#elif defined(__aarch64__)
    {Isa::Neon, peak_bytes128, peak_float128, 8, 4},
    {Isa::DotProd, peak_dot128, peak_float128, 16, 4},
#endif
};

template <class Function>
double seconds_of(const Function& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return seconds_since(start);
}

// Seconds of the fastest of kBlocks calls.
template <class Function>
double fastest(const Function& f) {
  double best = 1e9;
  for (int i = 0; i < kBlocks; ++i) best = std::min(best, seconds_of(f));
  return best;
}

double rate(PeakLoop loop, int products) {
  return static_cast<double>(kSteps) * kPeakSums * products / fastest([&] { loop(kSteps); });
}

// The plain loop: products of two arrays into one sum (integers), into as many sums (floats, whose order is fixed).
struct Plain {
  int16_t x[kPlain] = {1}, w[kPlain] = {2};
  float fx[kPlain] = {1}, sums[kPlain] = {0};
  volatile int32_t seen = 0;

  void integers() {
    int32_t sum = 0;
    for (int i = 0; i < kPlain; ++i) sum += x[i] * w[i];
    seen = sum;
  }
  void floats() {
    for (int i = 0; i < kPlain; ++i) sums[i] += fx[i] * 2.0f;
    seen = static_cast<int32_t>(sums[0]);
  }
};

double plain_rate(Plain& plain, void (Plain::*loop)()) {
  constexpr int64_t kRepeats = 512;
  const double seconds = fastest([&] {
    for (int64_t i = 0; i < kRepeats; ++i) (plain.*loop)();
  });
  return static_cast<double>(kRepeats) * kPlain / seconds;
}

// Seconds of the fastest loop of `repeats` copies of `half` bytes.
double fastest_copies(const char* from, char* to, size_t half, size_t repeats) {
  constexpr double kSeconds = 0.001;
  const auto loop = [&] {
    for (size_t i = 0; i < repeats; ++i) {
      std::memcpy(to, from, half);
      asm volatile("" ::"r"(to) : "memory");
    }
  };
  const auto start = std::chrono::steady_clock::now();
  double best = 1e9;
  do best = std::min(best, seconds_of(loop));
  while (seconds_since(start) < kSeconds);
  return best;
}

// Of `bytes` in all, half of them read and half written. The best of several places, all there at once: where the pages of one lie, parts of a cache may stay unused (once in five times
// two thirds of the rate were seen from a second cache half as large again as what was copied).
double copy_rate(size_t bytes) {
  constexpr size_t kTogether = size_t{1} << 20;  // bytes of a measured loop: enough that the clock's own time does not count
  constexpr size_t kMostTogether = size_t{1} << 25;
  const size_t half = bytes / 2, repeats = std::max<size_t>(kTogether / bytes, 1);
  const size_t count = std::clamp<size_t>(kMostTogether / bytes, 1, 6);
  std::vector<std::vector<char>> places;
  double best = 1e9;
  while (places.size() < count) {
    places.emplace_back(bytes, static_cast<char>(1));
    best = std::min(best, fastest_copies(places.back().data(), places.back().data() + half, half, repeats));
  }
  return static_cast<double>(bytes * repeats) / best;
}

}  // namespace

Peak measure_peak(Isa isa) {
  const Loops& loops = row_for(kLoops, isa);
  if (loops.s8) return {rate(loops.s8, loops.s8_products), rate(loops.f32, loops.f32_products)};
  Plain plain;
  return {plain_rate(plain, &Plain::integers), plain_rate(plain, &Plain::floats)};
}

double CopyRates::at(int64_t bytes) {
  const int power = std::clamp(static_cast<int>(std::bit_width(static_cast<uint64_t>(std::max<int64_t>(bytes, 1) - 1))), 8,
                               static_cast<int>(rates_.size()) - 1);
  double& rate = rates_[static_cast<size_t>(power)];
  if (rate == 0) rate = copy_rate(size_t{1} << power);
  return rate;
}

}  // namespace pare
