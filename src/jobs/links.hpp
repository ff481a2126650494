// The links of `verify`, one function each.
#pragma once

#include "jobs/differences.hpp"
#include "pare/verify.hpp"

namespace pare {

/// What all links look at.
struct Proof {
  VerifyRequest request;
  Model model;  ///< the file's
  int64_t file_bytes = 0;
  Arithmetic arithmetic = Arithmetic::None;
  Isa fast = Isa::Portable;  ///< of link 3
  Samples samples;
  Program reference;  ///< portable kernels, every tensor kept

  CompileOptions options(Isa isa) const { return {arithmetic, isa, true}; }
};

/// The Arithmetic that a request asks for, by itself or by its runtime; None if it does not. Errors: InvalidArgument.
Result<Arithmetic> asked_arithmetic(const std::string& arithmetic, const std::string& with);
/// Reads the request's file; `asked` None stands for the file's own Arithmetic. Errors: InvalidArgument for a float file.
Result<Proof> make_proof(const VerifyRequest& request, const Samples& samples, Arithmetic asked);
/// "none" if a link that ran is not equal, "independent" if the foreign runtime ran, else "self".
std::string verdict(const std::vector<Link>& links);

/// `link` as it ran, with `difference`.
Link ran(Link link, const Difference& difference);
/// `link` as it was skipped.
Link skipped(Link link, std::string reason);

// Errors: what makes an answer impossible though it was asked for.
/// Links 1 to 3, in one pass over the samples.
Result<std::vector<Link>> own_links(const Proof& proof);
Result<Link> emitted_link(const Proof& proof);
Result<Link> foreign_link(const Proof& proof);

}  // namespace pare
