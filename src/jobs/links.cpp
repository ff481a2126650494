#include "jobs/links.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "jobs/child.hpp"
#include "jobs/steps.hpp"
#include "jobs/vectors.hpp"
#include "pare/compress.hpp"
#include "pare/formats.hpp"

namespace pare {
namespace {

constexpr int64_t kEmittedSamples = 100;

// The first line of what a program said.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string plan_path(const VerifyRequest& request) { return request.plan.empty() ? request.file + ".plan.json" : request.plan; }

// The float model, simplified as it was for the file: with an nhwc interface, or its own.
Result<Model> simplified(const Proof& proof) {
  PARE_TRY(const Model source, read_model(proof.request.against));
  PARE_TRY(Model nhwc, simplify(source, true, nullptr));
  const auto input_shape = [](const Model& m) { return m.inputs.empty() ? Shape{} : m.tensor(m.inputs[0]).shape; };
  if (input_shape(nhwc) == input_shape(proof.model)) return nhwc;
  return simplify(source, false, nullptr);
}

Result<Model> planned(const Proof& proof) {
  PARE_TRY(const Model simple, simplified(proof));
  PARE_TRY(const Plan plan, read_plan(plan_path(proof.request)));
  std::vector<std::string> notes;
  return apply(plan, simple, proof.arithmetic, false, &notes);
}

// `model` written and read again, so that its tensors are arranged as the file's are.
Result<Model> read_again(const Model& model, const std::string& file) {
  PARE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  const std::string path = folder.path() + "/model" + std::filesystem::path(file).extension().string();
  PARE_TRY(write_model(model, path));
  return read_model(path);
}

}  // namespace

Link ran(Link link, const Difference& difference) {
  link.ran = true;
  link.samples = difference.samples;
  link.tensors = difference.tensors;
  link.first_difference = difference.first;
  link.equal = difference.first.empty();
  return link;
}

Link skipped(Link link, std::string reason) {
  link.reason = std::move(reason);
  return link;
}

Result<Link> plan_link(const Proof& proof) {
  const Link link{.link = 1, .name = "plan applied again", .first_difference = "", .reason = ""};
  if (proof.request.against.empty()) return skipped(link, "no float model was given");
  if (proof.request.plan.empty() && !std::filesystem::exists(plan_path(proof.request)))
    return skipped(link, "there is no " + plan_path(proof.request));
  PARE_TRY(const Model expected, planned(proof));
  PARE_TRY(const Model arranged, read_again(expected, proof.request.file));
  const Difference tensors = compare_models(arranged, proof.model);
  if (!tensors.first.empty()) return ran(link, tensors);
  PARE_TRY(const Program program, Program::compile(expected, proof.options(Isa::Portable)));
  PARE_TRY(Difference outputs, compare_runs(program, proof.reference, output_pairs(expected, proof.model), proof.samples));
  outputs.tensors = tensors.tensors;
  return ran(link, outputs);
}

Result<Link> file_link(const Proof& proof) {
  const Link link{.link = 2, .name = "file read back", .first_difference = "", .reason = ""};
  PARE_TRY(const Model again, read_model(proof.request.file));
  PARE_TRY(const Program program, Program::compile(again, proof.options(Isa::Portable)));
  PARE_TRY(const Difference d, compare_runs(proof.reference, program, output_pairs(proof.model, again), proof.samples));
  return ran(link, d);
}

Result<Link> fast_link(const Proof& proof) {
  const Link link{.link = 3, .name = "fast kernels", .first_difference = "", .reason = ""};
  if (best_isa() == Isa::Portable) return skipped(link, "this machine has portable kernels only");
  PARE_TRY(const Program fast, Program::compile(proof.model, proof.options(best_isa())));
  PARE_TRY(const Difference d, compare_runs(proof.reference, fast, all_pairs(proof.model), proof.samples));
  return ran(link, d);
}

namespace {

// Builds and runs the project in `folder` and reads what it counted.
Result<Link> run_project(const Link& link, const std::string& folder, Difference difference) {
  const auto made = run_child({"make", "-s", "-C", folder, "all", "CC=cc"}, folder);
  if (!made || made->status == 127) return skipped(link, "make and cc are needed");
  if (made->status != 0) {
    difference.first = "not compiled: " + first_line(made->err);
    return ran(link, difference);
  }
  PARE_TRY(const ChildResult test, run_child({folder + "/test/run"}, folder));
  if (test.status != 0) difference.first = test.out.empty() ? fmt::format("exit status {}", test.status) : first_line(test.out);
  return ran(link, difference);
}

}  // namespace

Result<Link> emitted_link(const Proof& proof) {
  const Link link{.link = 4, .name = "emitted C", .first_difference = "", .reason = ""};
  const auto compiler = run_child({"cc", "--version"}, std::filesystem::temp_directory_path().string());
  if (!compiler || compiler->status != 0) return skipped(link, "there is no C compiler 'cc'");
  PARE_TRY(const std::vector<TestVector> vectors, data_vectors(proof.reference, proof.samples, kEmittedSamples));
  PARE_TRY(const Program program, Program::compile(proof.model, {proof.arithmetic, Isa::Portable, false}));
  const auto files = emit_c(program, vectors);
  if (!files && files.error().code == Code::Unsupported) return skipped(link, files.error().message());
  if (!files) return files.error();
  PARE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  PARE_TRY(write_project(*files, folder.path()));
  const auto outputs = static_cast<int64_t>(proof.model.outputs.size());
  return run_project(link, folder.path(), {static_cast<int64_t>(vectors.size()), outputs, ""});
}

}  // namespace pare
