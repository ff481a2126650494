#include "pare/verify.hpp"

#include <algorithm>

#include "jobs/links.hpp"
#include "jobs/steps.hpp"

namespace pare {
namespace {

// Links 4 and 5. Where an earlier link differs already, one that fails (a runtime that refuses a spoilt file) is skipped.
Result<void> add_link(const Proof& proof, Result<Link> (*link)(const Proof&), std::vector<Link>& links) {
  Result<Link> done = link(proof);
  if (!done && verdict(links) != "none") return done.error();
  const Link failed{.link = static_cast<int>(links.size()) + 1, .name = proof.request.with, .first_difference = "", .reason = ""};
  links.push_back(done ? std::move(*done) : skipped(failed, done.error().message()));
  return {};
}

}  // namespace

Result<VerifyReport> verify_file(const VerifyRequest& request) {
  PARE_TRY(const Arithmetic asked, asked_arithmetic(request.arithmetic, request.with));
  PARE_TRY(const Dataset data, read_dataset(request.data));
  const Samples samples{.data = &data, .split = request.split, .limit = request.limit, .threads = std::max(request.threads, 1), .progress = {}, .stop = request.stop};
  PARE_TRY(const Proof proof, make_proof(request, samples, asked));
  VerifyReport report;
  PARE_TRY(report.links, own_links(proof));
  for (const auto link : {emitted_link, foreign_link}) {
    PARE_TRY(add_link(proof, link, report.links));
  }
  report.verified = verdict(report.links);
  PARE_TRY(const Size size, measure(proof.model, proof.arithmetic));
  report.weight_bytes = size.weight_bytes;
  report.arena_bytes = size.arena_bytes;
  report.file_bytes = proof.file_bytes;
  return report;
}

}  // namespace pare
