// The links of `verify`, one function each.
#pragma once

#include "jobs/differences.hpp"
#include "pare/verify.hpp"

namespace pare {

/// What all links look at.
struct Proof {
  VerifyRequest request;
  Model model;  ///< the file's
  Arithmetic arithmetic = Arithmetic::None;
  Samples samples;
  Program reference;  ///< portable kernels, every tensor kept

  CompileOptions options(Isa isa) const { return {arithmetic, isa, true}; }
};

/// `link` as it ran, with `difference`.
Link ran(Link link, const Difference& difference);
/// `link` as it was skipped.
Link skipped(Link link, std::string reason);

// Errors: what makes an answer impossible though it was asked for.
Result<Link> plan_link(const Proof& proof);
Result<Link> file_link(const Proof& proof);
Result<Link> fast_link(const Proof& proof);
Result<Link> emitted_link(const Proof& proof);
Result<Link> foreign_link(const Proof& proof);

}  // namespace pare
