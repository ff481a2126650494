// Whole int8 networks against the runtimes whose arithmetic they carry, byte for byte: published files and our own.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>

#include "jobs/child.hpp"
#include "jobs/npz.hpp"
#include "networks/networks.hpp"

namespace pare {
namespace {

using namespace test;

constexpr Isa kIsas[] = {Isa::Portable, Isa::Avx2, Isa::Avx512Vnni};

/// One file under one Arithmetic.
struct Cell {
  const Network* network;
  bool own;  ///< quantized by us from the float model, or published
  Arithmetic arithmetic;
};

std::vector<Cell> cells() {
  std::vector<Cell> all;
  for (const Network& network : networks())
    for (const bool own : {false, true})
      for (const Arithmetic arithmetic : {Arithmetic::Tflm, Arithmetic::Litert, Arithmetic::LitertRef})
        if (own || network.published) all.push_back({&network, own, arithmetic});
  return all;
}

std::string name_of(const Cell& cell) {
  return fmt::format("{}_{}_{}", cell.network->name, cell.own ? "own" : "published", name_of(cell.arithmetic));
}

class Runtimes : public testing::TestWithParam<Cell> {
 protected:
  void SetUp() override {
    const std::string lack = missing(*GetParam().network);
    if (!lack.empty()) GTEST_SKIP() << lack;
    if (!std::getenv("PARE_PYTHON")) GTEST_SKIP() << "no foreign runtimes: set PARE_PYTHON";
  }
};

// Rows of one tensor, one after another along the batch axis.
Tensor stacked(std::span<const Tensor> rows) {
  Shape shape = rows[0].shape();
  shape[0] *= static_cast<int64_t>(rows.size());
  Tensor all(rows[0].type(), shape);
  std::byte* out = all.data_for_edit();
  for (const Tensor& row : rows) {
    std::memcpy(out, row.data(), static_cast<size_t>(row.byte_count()));
    out += row.byte_count();
  }
  return all;
}

// What the runtime makes of the inputs.
Tensor witnessed(Arithmetic runtime, const std::string& file, const Model& model, const Tensor& inputs,
                 const std::string& folder) {
  const std::string script = std::string(PARE_SOURCE_DIR) + "/tests/oracle/run_model.py", in = folder + "/in.npz",
                    out = folder + "/out.npz";
  must(write_npz(in, {{model.tensor(model.inputs[0]).name, inputs}}));
  const ChildResult child =
      must(run_child({std::getenv("PARE_PYTHON"), script, std::string(name_of(runtime)), file, in, out}, folder));
  if (child.status != 0) throw std::runtime_error(child.err);
  return must(read_array(out, model.tensor(model.outputs[0]).name));
}

std::vector<std::string> kernels_of(const Program& program) {
  std::vector<std::string> names;
  for (const Step& step : program.steps()) names.push_back(step.kernel.name);
  return names;
}

// One for each set of kernels that this machine can run: the portable ones first.
std::vector<Program> programs(const Model& model, Arithmetic arithmetic) {
  std::vector<Program> different;
  for (const Isa isa : kIsas) {
    if (!has(isa)) continue;
    Program program = must(Program::compile(model, {.arithmetic = arithmetic, .isa = isa}));
    if (different.empty() || kernels_of(program) != kernels_of(different.back()))
      different.push_back(std::move(program));
  }
  return different;
}

/// How many samples have the same bytes, and how far apart the others are.
struct Equal {
  int64_t samples = 0, equal = 0;
  int most = 0;      ///< greatest difference of two codes
  size_t kinds = 0;  ///< different outputs among the samples: a network that always says the same proves little
};

Equal equal_rows(std::span<const Tensor> mine, const Tensor& theirs) {
  Equal count;
  std::set<std::vector<int8_t>> kinds;
  const auto row = mine[0].view<int8_t>().size();
  for (size_t i = 0; i < mine.size(); ++i) {
    const auto a = mine[i].view<int8_t>(), b = theirs.view<int8_t>().subspan(i * row, row);
    kinds.emplace(a.begin(), a.end());
    ++count.samples;
    count.equal += std::memcmp(a.data(), b.data(), row) == 0;
    for (size_t k = 0; k < row; ++k) count.most = std::max(count.most, std::abs(a[k] - b[k]));
  }
  count.kinds = kinds.size();
  return count;
}

// Drawn inputs: fewer for networks that take the runtimes long.
int64_t limit_of(const Network& network) {
  if (std::string(network.name) == "fashion_mnist") return 2000;
  if (network.data) return 10000;
  return std::string(network.name) == "autoencoder" ? 1000 : 100;
}

TEST_P(Runtimes, give_the_same_bytes) {
  const Cell& cell = GetParam();
  const TemporaryFolder folder = must(TemporaryFolder::make());
  const std::string file = cell.own ? folder.path() + "/own.tflite" : published_path(*cell.network);
  if (cell.own) must(write_model(quantize_network(*cell.network, cell.arithmetic).integer, file));
  const Model model = must(read_model(file));
  const std::vector<Program> mine = programs(model, cell.arithmetic);
  const std::vector<Tensor> inputs = inputs_of(*cell.network, mine[0], Part::Every, limit_of(*cell.network));
  const Tensor theirs = witnessed(cell.arithmetic, file, model, stacked(inputs), folder.path());
  for (const Program& program : mine) {
    const Equal count = equal_rows(outputs_for(program, inputs), theirs);
    fmt::print("  {:34} {:10} {} of {} equal, {} kinds of output\n", name_of(cell), name_of(program.isa()), count.equal,
               count.samples, count.kinds);
    EXPECT_GE(count.kinds, 20u);
    EXPECT_EQ(count.equal, count.samples) << "codes differ by up to " << count.most;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Runtimes, testing::ValuesIn(cells()),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace pare
