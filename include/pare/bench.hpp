// Benchmarks: how long a model takes on this machine, layer by layer, beside what the machine can do.
#pragma once

#include <string>
#include <vector>

#include "pare/jobs.hpp"

namespace pare {

struct BenchRequest {
  std::string model;
  int64_t batch = 0;                 ///< samples of a run, spread over Common::threads; 0: one a thread
  double seconds = 1;                ///< for the runs; the layers together take as long again
  std::vector<std::string> against;  ///< litert, onnxruntime, openvino
  std::string python;                ///< empty: $PARE_PYTHON
  /// Further forms of the network by peer: a file that its own tool has made, say.
  std::vector<std::pair<std::string, std::string>> peer_models;
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
  /// The time that neither its MACs, at the peak, nor its bytes, at the rate of copying as many, let one core go below.
  double roofline_us = 0;
  double share_of_roofline = 0;  ///< roofline_us / us
};

/// A peer, which ran the model in turn with us: ours, theirs, ours, theirs. `ratio` is its time by ours in the same
/// round, its median and quartiles over the rounds; above 1 we are faster.
struct PeerTime {
  std::string peer, version;
  std::string model;   ///< the file that it ran: the fastest of the forms that it takes
  std::string reason;  ///< why it did not run; all figures are then zero
  double median_us = 0, own_us = 0;
  double ratio = 0, ratio_q1 = 0, ratio_q3 = 0;
};

struct BenchReport {
  Times run;  ///< of a whole batch
  int64_t batch = 1;
  int threads = 1;
  Isa isa = Isa::Portable;
  Arithmetic arithmetic = Arithmetic::None;
  int64_t macs = 0;                              ///< of one sample
  double share_of_peak = 0;                      ///< of all threads' peak
  /// Of one sample on one core: the sum over the layers of the greater time, of the MACs, or of the constants at the rate
  /// of copying all that a run touches and the operands and outputs at that of copying as many.
  double roofline_us = 0;
  double share_of_roofline = 0;                  ///< of the run, all threads together
  double s8_macs_per_s = 0, f32_macs_per_s = 0;  ///< one core's measured peaks
  double layers_us = 0;                          ///< sum of the layers, of one sample
  double empty_us = 0;                           ///< one run of a Program without steps
  double compile_ms = 0;                         ///< CPU time of compiling the model into a Program, once
  std::vector<LayerTime> layers;
  std::vector<PeerTime> against;
};

/// Times the model on random inputs by Common::seed after a warm-up: whole runs, then each step by itself.
/// Peers run on one thread, batch 1, and so do we beside them: 21 rounds. A peer without a form of the model that it
/// takes is reported as not run.
/// Errors: those of load and compile; Io if our own rounds spread so far (quartiles more than 20 % of the median apart)
/// that a ratio would mean nothing.
Result<BenchReport> bench(const BenchRequest& request, const Common& common);

}  // namespace pare
