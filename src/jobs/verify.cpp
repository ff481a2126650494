#include "pare/verify.hpp"

#include <algorithm>

#include "jobs/links.hpp"
#include "pare/formats.hpp"

namespace pare {
namespace {

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

// The Arithmetic that the request asks for, by itself or by its runtime; None if it does not.
Result<Arithmetic> asked_arithmetic(const VerifyRequest& request) {
  const auto* runtime = std::find_if(std::begin(kRuntimes), std::end(kRuntimes), [&](const Runtime& r) { return r.name == request.with; });
  if (!request.with.empty() && runtime == std::end(kRuntimes))
    return Error{Code::InvalidArgument, "--with", "'" + request.with + "'", "tflm, litert, litert_ref or onnxruntime", ""};
  if (request.arithmetic.empty()) return request.with.empty() ? Arithmetic::None : runtime->arithmetic;
  const auto arithmetic = parse_arithmetic(request.arithmetic);
  if (!arithmetic || *arithmetic == Arithmetic::None)
    return Error{Code::InvalidArgument, "--arithmetic", "'" + request.arithmetic + "'", "one of " + arithmetic_names(), ""};
  return *arithmetic;
}

Result<Proof> prepare(const VerifyRequest& request, const Dataset& data, Arithmetic asked) {
  Proof proof;
  proof.request = request;
  PARE_TRY(proof.model, read_model(request.file));
  if (!proof.model.quantized()) return Error{Code::InvalidArgument, request.file, "no integer tensors", "a quantized model", ""};
  const Arithmetic noted = proof.model.arithmetic == Arithmetic::None ? Arithmetic::Tflm : proof.model.arithmetic;
  proof.arithmetic = asked == Arithmetic::None ? noted : asked;
  proof.samples = {.data = &data, .split = request.split, .limit = request.limit, .threads = std::max(request.threads, 1), .progress = {}};
  PARE_TRY(proof.reference, Program::compile(proof.model, proof.options(Isa::Portable)));
  return proof;
}

std::string verdict(const std::vector<Link>& links) {
  if (std::any_of(links.begin(), links.end(), [](const Link& l) { return l.ran && !l.equal; })) return "none";
  return links.back().ran ? "independent" : "self";
}

}  // namespace

Result<VerifyReport> verify_file(const VerifyRequest& request) {
  PARE_TRY(const Arithmetic asked, asked_arithmetic(request));
  PARE_TRY(const Dataset data, read_dataset(request.data));
  PARE_TRY(const Proof proof, prepare(request, data, asked));
  VerifyReport report;
  for (const auto link : {plan_link, file_link, fast_link, emitted_link, foreign_link}) {
    PARE_TRY(Link done, link(proof));
    report.links.push_back(std::move(done));
  }
  report.verified = verdict(report.links);
  return report;
}

}  // namespace pare
