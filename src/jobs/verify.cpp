#include "pare/verify.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "jobs/links.hpp"
#include "jobs/steps.hpp"

namespace pare {

Result<VerifyReport> verify_file(const VerifyRequest& request) {
  PARE_TRY(const Arithmetic asked, asked_arithmetic(request.arithmetic, request.with));
  PARE_TRY(const Dataset data, read_dataset(request.data));
  const Samples samples{.data = &data, .split = request.split, .limit = request.limit, .threads = std::max(request.threads, 1), .progress = {}};
  PARE_TRY(const Proof proof, make_proof(request, samples, asked));
  VerifyReport report;
  PARE_TRY(report.links, own_links(proof));
  for (const auto link : {emitted_link, foreign_link}) {
    PARE_TRY(Link done, link(proof));
    report.links.push_back(std::move(done));
  }
  report.verified = verdict(report.links);
  PARE_TRY(const Size size, measure(proof.model, proof.arithmetic));
  report.weight_bytes = size.weight_bytes;
  report.arena_bytes = size.arena_bytes;
  PARE_TRY(const auto bytes, read_file(request.file));
  report.file_bytes = static_cast<int64_t>(bytes.size());
  return report;
}

}  // namespace pare
