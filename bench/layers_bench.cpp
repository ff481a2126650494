// Times the int8 kernel of every layer in a table: each instruction set, the portable twin, oneDNN, and the roofline.
//
//     OMP_NUM_THREADS=1 layers_bench LAYERS.csv [ROUNDS]
//
// One thread, batch 1, Arithmetic litert, requantization to int8 included on all sides. The machine is rarely alone, so
// rounds go over all implementations in turn, and the least of an implementation's medians counts. The portable twin
// runs but a few times. Outputs of all instruction sets are compared. A table in Markdown on standard output.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "jobs/stopwatch.hpp"
#include "layer.hpp"
#include "onednn.hpp"
#include "ops/peak.hpp"
#include "pare/run.hpp"

namespace pare::bench_layers {
namespace {

constexpr double kSeconds = 0.003;

std::vector<Isa> isas_here() {
  std::vector<Isa> all;
  for (const Isa isa : kIsas)
    if (has(isa)) all.push_back(isa);
  return all;
}

struct Machine {
  double peak = 0;
  CopyRates rates;

  // Time that neither products nor bytes let one go below.
  double roofline_us(const Layer& layer) {
    const double compute = static_cast<double>(layer.macs()) / peak;
    return std::max(compute, static_cast<double>(layer.bytes()) / rates.at(layer.bytes())) * 1e6;
  }
};

struct Timed {
  std::function<void(int64_t)> repeat;
  double us = std::numeric_limits<double>::infinity();

  void round(double seconds) { us = std::min(us, measure_times(repeat, seconds).median_us); }
};

Result<Context> context_for(const Model& model, Isa isa) {
  PARE_TRY(const Program program, Program::compile(model, {.arithmetic = Arithmetic::Litert, .isa = isa}));
  Context context(program);
  context.set_input(0, input_of(model));
  context.run();
  return context;
}

// Times of one layer, in the order of isas_here(), and oneDNN's last.
Result<std::vector<Timed>> time_layer(const Layer& layer, int rounds) {
  PARE_TRY(const Model model, model_of(layer));
  std::vector<Timed> all;
  std::optional<Tensor> expected;
  for (const Isa isa : isas_here()) {
    PARE_TRY(Context made, context_for(model, isa));
    const auto context = std::make_shared<Context>(std::move(made));
    if (!expected) expected = context->output_tensor(0);
    if (!(context->output_tensor(0) == *expected))
      return Error{Code::Internal, layer.name(), "other codes with " + std::string(name_of(isa)), "those of portable",
                   ""};
    all.push_back({[context](int64_t repeats) {
      for (int64_t i = 0; i < repeats; ++i) context->run();
    }});
  }
  const auto foreign = onednn_layer(layer);
  if (foreign) all.push_back({foreign->repeat});
  all[0].round(0);
  for (int round = 0; round < rounds; ++round)
    for (size_t i = 1; i < all.size(); ++i) all[i].round(kSeconds);
  return all;
}

void print_head() {
  std::string head = "| layer | kMAC | networks |", rule = "|---|---:|---|";
  for (const Isa isa : isas_here()) {
    head += fmt::format(" {} us |", name_of(isa));
    rule += "---:|";
  }
  fmt::print("{} roofline us | share | oneDNN us | oneDNN / ours |\n{}---:|---:|---:|---:|\n", head, rule);
}

void print_row(const Layer& layer, const std::vector<Timed>& times, Machine& machine) {
  const size_t own = isas_here().size();
  fmt::print("| {} | {:.1f} | {} |", layer.name(), static_cast<double>(layer.macs()) * 1e-3, layer.networks);
  for (size_t i = 0; i < own; ++i) fmt::print(" {:.3f} |", times[i].us);
  const double best = times[own - 1].us, roofline = machine.roofline_us(layer);
  fmt::print(" {:.3f} | {:.0f} % |", roofline, 100 * roofline / best);
  if (times.size() > own)
    fmt::print(" {:.3f} | {:.2f} |\n", times[own].us, times[own].us / best);
  else
    fmt::print(" - | - |\n");
  std::fflush(stdout);
}

// Geometric means of oneDNN's time by ours, over all layers of a kind.
struct Means {
  double sum = 0;
  int64_t count = 0;

  void add(const std::vector<Timed>& times) {
    const size_t own = isas_here().size();
    if (times.size() == own) return;
    sum += std::log(times[own].us / times[own - 1].us);
    ++count;
  }
  double value() const { return count ? std::exp(sum / static_cast<double>(count)) : 0; }
};

Result<void> run(const std::string& path, int rounds) {
  PARE_TRY(const std::vector<Layer> layers, read_layers(path));
  Machine machine{measure_peak(isas_here().back()).s8, {}};
  Means means[3];
  print_head();
  for (const Layer& layer : layers) {
    PARE_TRY(const std::vector<Timed> times, time_layer(layer, rounds));
    print_row(layer, times, machine);
    means[layer.depthwise() ? 1 : layer.dense() ? 2 : 0].add(times);
  }
  fmt::print(
      "\nPeak {:.1f} GMAC/s. oneDNN {}: geometric mean of its time by ours: convolution {:.2f} ({} layers), depthwise "
      "{:.2f} ({}), dense {:.2f} ({}).\n",
      machine.peak * 1e-9, onednn_version().empty() ? "is not installed" : onednn_version(), means[0].value(),
      means[0].count, means[1].value(), means[1].count, means[2].value(), means[2].count);
  return {};
}

}  // namespace
}  // namespace pare::bench_layers

int main(int argc, char** argv) {
  const char* threads = std::getenv("OMP_NUM_THREADS");
  if (argc < 2 || argc > 3 || !threads || std::string(threads) != "1") {
    fmt::print(stderr, "usage: OMP_NUM_THREADS=1 layers_bench LAYERS.csv [ROUNDS]\n");
    return 2;
  }
  const auto done = pare::bench_layers::run(argv[1], argc == 3 ? std::max(1, std::atoi(argv[2])) : 5);
  if (!done) fmt::print(stderr, "layers_bench: {}\n", done.error().message());
  return done ? 0 : 1;
}
