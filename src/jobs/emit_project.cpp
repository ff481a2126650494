#include "pare/emit_project.hpp"

#include <unistd.h>

#include <filesystem>

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
  const std::string split = request.data.split.empty() ? "evaluation" : request.data.split;
  PARE_TRY(const Samples samples, samples_of(data, split, request.data.limit, "test vectors", common));
  return data_vectors(program, samples, request.samples);
}

// Is this a project that an earlier call wrote, and not a folder of the user's?
bool is_project(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "model.c", ignored) && fs::exists(folder / "model.h", ignored) && fs::is_directory(folder / "kernels", ignored);
}

// Puts `part` where `target` is; an older project there is removed when its successor stands.
Result<void> put_in_place(const fs::path& part, const fs::path& target) {
  const fs::path before = part.string() + "-before";
  std::error_code error;
  if (is_project(target)) fs::rename(target, before, error);
  if (!error) fs::rename(part, target, error);
  std::error_code ignored;
  if (error && fs::exists(before, ignored)) fs::rename(before, target, ignored);
  fs::remove_all(before, ignored);
  if (!error) return {};
  return Error{Code::Io, target.string(), error.message(), "a folder that does not exist, is empty or holds an older project", ""};
}

Result<void> write_whole(std::span<const EmittedFile> files, const std::string& output) {
  const fs::path target = fs::path(output).has_filename() ? fs::path(output) : fs::path(output).parent_path();
  const std::string part = target.string() + ".part-" + std::to_string(::getpid());
  Result<void> done = write_project(files, part);
  if (done) done = put_in_place(part, target);
  else done = Error{Code::Io, output, done.error().found, done.error().expected, ""};
  std::error_code ignored;
  fs::remove_all(part, ignored);
  return done;
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
