#include "jobs/vectors.hpp"

#include <algorithm>
#include <filesystem>

#include "base/files.hpp"

namespace pare {
namespace {

// Stored elements of inputs and outputs after a run.
TestVector vector_of(const Context& context, const std::vector<Tensor>& in) {
  TestVector v{in, {}};
  for (size_t i = 0; i < context.program().model().outputs.size(); ++i) v.out.push_back(context.output_tensor(i));
  return v;
}

// The next number of the sequence of Steele, Lea and Flood (splitmix64).
uint64_t next_random(uint64_t& state) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

Result<std::vector<TestVector>> data_vectors(const Program& program, const Samples& samples, int64_t count) {
  Samples one = samples;
  one.threads = 1;
  PARE_TRY(const Program keeping, Program::compile(program.model(), {program.arithmetic(), program.isa(), true}));
  PARE_TRY(Runner runner, Runner::make(keeping, one));
  std::vector<TestVector> vectors;
  const auto full = [&] { return static_cast<int64_t>(vectors.size()) >= count; };
  for (int64_t i = 0; i < runner.count() && !full(); ++i) {
    PARE_TRY(runner.run(0, i, [&](size_t, Context& context) -> Result<void> {
      if (!full()) vectors.push_back(vector_of(context, {context.tensor(keeping.model().inputs[0])}));
      return {};
    }));
  }
  return vectors;
}

Tensor random_tensor(const TensorInfo& info, uint64_t& state) {
  Tensor t(info.encoding.type, info.shape);
  if (t.type() == DType::F32)
    for (float& x : t.edit<float>()) x = static_cast<float>(next_random(state) >> 40) / 8388608.0f - 1.0f;
  else if (info.encoding.affine() || t.type() == DType::I8 || t.type() == DType::U8)
    std::generate_n(t.data_for_edit(), t.byte_count(),
                    [&] { return static_cast<std::byte>(next_random(state) >> 56); });
  return t;
}

std::vector<TestVector> random_vectors(const Program& program, int64_t count, uint64_t seed) {
  Context context(program);
  uint64_t state = seed;
  std::vector<TestVector> vectors;
  for (int64_t n = 0; n < count; ++n) {
    std::vector<Tensor> in;
    for (const TensorId id : program.model().inputs) in.push_back(random_tensor(program.model().tensor(id), state));
    for (size_t i = 0; i < in.size(); ++i) context.set_input(i, in[i]);
    context.run();
    vectors.push_back(vector_of(context, in));
  }
  return vectors;
}

Result<void> write_project(std::span<const EmittedFile> files, const std::string& folder) {
  for (const EmittedFile& file : files) {
    const std::filesystem::path path = std::filesystem::path(folder) / file.path;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) return Error{Code::Io, path.parent_path().string(), error.message(), "a folder that can be made", ""};
    PARE_TRY(write_file(path.string(), file.text));
  }
  return {};
}

}  // namespace pare
