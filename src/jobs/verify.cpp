#include "pare/verify.hpp"

#include <algorithm>

#include "jobs/links.hpp"

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
  return report;
}

}  // namespace pare
