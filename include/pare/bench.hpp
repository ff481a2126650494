// Benchmarks: how long a model takes on this machine, layer by layer, beside what the machine can do.
#pragma once

#include <string>
#include <vector>

#include "pare/jobs.hpp"

namespace pare {

struct BenchRequest {
  std::string model;
  int64_t batch = 0;   ///< samples of a run, spread over Common::threads; 0: one a thread
  double seconds = 1;  ///< for the runs; the layers together take as long again
};

/// Times of one repeated action, from the means of blocks of repeats that last about 20 us at least.
struct Times {
  double median_us = 0, p10_us = 0, p90_us = 0;
  int64_t runs = 0;
};

/// One step of the Program.
struct LayerTime {
  std::string name, op;
  std::string kernel;           ///< as the dispatch log has it; empty: an alias, which runs nothing
  bool integer = false;         ///< whose peak counts: that of int8, or of float32
  double us = 0;                ///< median
  int64_t macs = 0, bytes = 0;  ///< bytes: operands and outputs, constants included, each counted once
  double macs_per_s = 0;
  double share_of_peak = 0;  ///< of the peak of the layer's type of element; 0 without MACs
};

struct BenchReport {
  Times run;  ///< of a whole batch
  int64_t batch = 1;
  int threads = 1;
  Isa isa = Isa::Portable;
  Arithmetic arithmetic = Arithmetic::None;
  int64_t macs = 0;                              ///< of one sample
  double share_of_peak = 0;                      ///< of all threads' peak
  double s8_macs_per_s = 0, f32_macs_per_s = 0;  ///< one core's measured peaks
  double layers_us = 0;                          ///< sum of the layers, of one sample
  double empty_us = 0;                           ///< one run of a Program without steps
  std::vector<LayerTime> layers;
};

/// Times the model on random inputs by Common::seed after a warm-up: whole runs, then each step by itself.
/// Errors: those of load and compile.
Result<BenchReport> bench(const BenchRequest& request, const Common& common);

}  // namespace pare
