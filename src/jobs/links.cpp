#include "jobs/links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "jobs/child.hpp"
#include "jobs/steps.hpp"
#include "jobs/vectors.hpp"
#include "pare/compress.hpp"
#include "pare/formats.hpp"

namespace pare {
namespace {

constexpr int64_t kEmittedSamples = 100;

struct Runtime {
  std::string_view name;
  Arithmetic arithmetic;
};
constexpr Runtime kRuntimes[] = {
    {"tflm", Arithmetic::Tflm},
    {"litert", Arithmetic::Litert},
    {"litert_ref", Arithmetic::LitertRef},
    {"onnxruntime", Arithmetic::Onnx},
};

// The first line of what a program said.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string plan_path(const VerifyRequest& request) { return request.plan.empty() ? request.file + ".plan.json" : request.plan; }

// The float model, simplified as it was for the file: with an nhwc interface, or its own.
Result<Model> simplified(const Proof& proof) {
  PARE_TRY(const Model source, read_model(proof.request.against, {.shapes = proof.request.shapes, .folder = {}}));
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

Result<Arithmetic> asked_arithmetic(const std::string& arithmetic, const std::string& with) {
  const auto runtime = std::find_if(std::begin(kRuntimes), std::end(kRuntimes), [&](const Runtime& r) { return r.name == with; });
  if (!with.empty() && runtime == std::end(kRuntimes))
    return Error{Code::InvalidArgument, "--with", "'" + with + "'", "tflm, litert, litert_ref or onnxruntime", ""};
  if (arithmetic.empty()) return with.empty() ? Arithmetic::None : runtime->arithmetic;
  const auto asked = parse_arithmetic(arithmetic);
  if (!asked || *asked == Arithmetic::None)
    return Error{Code::InvalidArgument, "--arithmetic", "'" + arithmetic + "'", "one of " + arithmetic_names(), ""};
  return *asked;
}

namespace {

Common asking(Arithmetic arithmetic) {
  Common common;
  if (arithmetic != Arithmetic::None) common.arithmetic = name_of(arithmetic);
  return common;
}

// A file's model in the form in which `arithmetic` computes it.
Result<Model> model_of(const std::string& file, Arithmetic arithmetic) {
  PARE_TRY(Loaded loaded, load(file, asking(arithmetic)));
  return std::move(loaded.model);
}

}  // namespace

Result<Proof> make_proof(const VerifyRequest& request, const Samples& samples, Arithmetic asked) {
  Common common = asking(asked);
  common.isa = request.isa;
  common.device = request.device;
  PARE_TRY(Loaded loaded, load(request.file, common));
  if (!loaded.model.quantized()) return Error{Code::InvalidArgument, request.file, "no integer tensors", "a quantized model", ""};
  Proof proof;
  proof.request = request;
  proof.model = std::move(loaded.model);
  proof.file_bytes = loaded.file_bytes;
  proof.samples = samples;
  PARE_TRY(proof.arithmetic, choose_arithmetic(proof.model, request.file, common));
  PARE_TRY(proof.fast, choose_isa(common));
  PARE_TRY(proof.reference, Program::compile(proof.model, proof.options(Isa::Portable)));
  return proof;
}

std::string verdict(const std::vector<Link>& links) {
  if (std::any_of(links.begin(), links.end(), [](const Link& l) { return l.ran && !l.equal; })) return "none";
  return links.back().link == 5 && links.back().ran ? "independent" : "self";
}

namespace {

/// A link that runs programs beside the reference. Without any it is settled already.
struct OwnLink {
  Link link;
  std::vector<Contender> contenders;
};

Result<OwnLink> plan_link(const Proof& proof) {
  Link link{.link = 1, .name = "plan applied again", .first_difference = "", .reason = ""};
  if (proof.request.against.empty()) return OwnLink{skipped(link, "no float model was given"), {}};
  if (proof.request.plan.empty() && !std::filesystem::exists(plan_path(proof.request)))
    return OwnLink{skipped(link, "there is no " + plan_path(proof.request)), {}};
  PARE_TRY(const Model expected, planned(proof));
  PARE_TRY(const Model arranged, read_again(expected, proof.request.file));
  const Difference tensors = compare_models(arranged, proof.model);
  if (!tensors.first.empty()) return OwnLink{ran(link, tensors), {}};
  link.tensors = tensors.tensors;
  PARE_TRY(const Program program, Program::compile(expected, proof.options(Isa::Portable)));
  return OwnLink{link, {{program, output_pairs(proof.model, expected)}}};
}

// The file once more, with the arena as it is shipped: tensors share their places.
Result<OwnLink> file_link(const Proof& proof) {
  const Link link{.link = 2, .name = "file read back", .first_difference = "", .reason = ""};
  PARE_TRY(const Model again, model_of(proof.request.file, proof.arithmetic));
  PARE_TRY(const Program program, Program::compile(again, {proof.arithmetic, Isa::Portable, false}));
  return OwnLink{link, {{program, output_pairs(proof.model, again)}}};
}

// Once with every tensor kept, which names the first that differs, and once as it runs elsewhere: tensors share their
// places, and what `compile` joins is joined.
Result<OwnLink> fast_link(const Proof& proof) {
  const Link link{.link = 3, .name = "fast kernels", .first_difference = "", .reason = ""};
  if (proof.fast == Isa::Portable) return OwnLink{skipped(link, "no kernels but the portable ones are used"), {}};
  PARE_TRY(const Program kept, Program::compile(proof.model, proof.options(proof.fast)));
  PARE_TRY(const Program fast, Program::compile(proof.model, {proof.arithmetic, proof.fast, false}));
  return OwnLink{link, {{kept, all_pairs(proof.model)}, {fast, output_pairs(proof.model, proof.model)}}};
}

// `link` after its contenders ran: all their tensors, and the first difference of any.
Link settled(Link link, std::span<const Difference> differences) {
  Difference all{0, link.tensors, ""};
  for (const Difference& d : differences) {
    all.samples = d.samples;
    all.tensors = std::max(all.tensors, d.tensors);
    if (all.first.empty()) all.first = d.first;
  }
  return ran(std::move(link), all);
}

}  // namespace

Result<std::vector<Link>> own_links(const Proof& proof) {
  std::vector<OwnLink> own;
  std::vector<Contender> contenders;
  for (const auto make : {plan_link, file_link, fast_link}) {
    PARE_TRY(OwnLink link, make(proof));
    contenders.insert(contenders.end(), link.contenders.begin(), link.contenders.end());
    own.push_back(std::move(link));
  }
  PARE_TRY(const std::vector<Difference> differences, compare_runs(proof.reference, contenders, proof.samples));
  std::vector<Link> links;
  size_t next = 0;
  for (const OwnLink& one : own) {
    const size_t count = one.contenders.size();
    links.push_back(count == 0 ? one.link : settled(one.link, std::span(differences).subspan(next, count)));
    next += count;
  }
  return links;
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
