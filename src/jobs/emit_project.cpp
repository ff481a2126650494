#include "pare/emit_project.hpp"

#include <filesystem>

#include "jobs/staged_folder.hpp"
#include "jobs/steps.hpp"
#include "jobs/vectors.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

Result<std::vector<TestVector>> vectors_for(const Program& program, const EmitRequest& request, const Common& common) {
  if (request.samples < 1)
    return Error{Code::InvalidArgument, "--samples", std::to_string(request.samples), "a number above 0", ""};
  if (request.data.file.empty()) return random_vectors(program, request.samples, common.seed);
  PARE_TRY(const Dataset data, read_dataset(request.data.file));
  const std::string split = evaluation_split(request.data);
  PARE_TRY(const Samples samples, samples_of(data, split, request.data.limit, "test vectors", common));
  return data_vectors(program, samples, request.samples);
}

// Is this a project that an earlier call wrote, and not a folder of the user's?
bool is_project(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "model.c", ignored) && fs::exists(folder / "model.h", ignored) && fs::is_directory(folder / "kernels", ignored);
}

Result<void> write_whole(std::span<const EmittedFile> files, const std::string& output) {
  const StagedFolder folder(output, {"project", is_project});
  const Result<void> written = write_project(files, folder.path().string());
  if (!written) return Error{Code::Io, output, written.error().found, written.error().expected, ""};
  return folder.publish();
}

}  // namespace

Result<EmitReport> emit_project(const EmitRequest& request, const Common& common) {
  const auto start = std::chrono::steady_clock::now();
  PARE_TRY(const Loaded loaded, load(request.model, common));
  PARE_TRY(const Arithmetic arithmetic, choose_arithmetic(loaded.model, request.model, common));
  if (arithmetic == Arithmetic::Onnx)
    return Error{Code::InvalidArgument, request.model, "arithmetic 'onnx', which computes in floats", "integers to emit",
                 "Give --arithmetic tflm, or a device"};
  PARE_TRY(const Program program, Program::compile(loaded.model, {arithmetic, Isa::Portable, false}));
  PARE_TRY(const std::vector<TestVector> vectors, vectors_for(program, request, common));
  PARE_TRY(const std::vector<EmittedFile> files, emit_c(program, vectors));
  PARE_TRY(write_whole(files, request.output));
  return EmitReport{request.output, seconds_since(start), static_cast<int64_t>(vectors.size()), device_arena_bytes(program)};
}

}  // namespace pare
