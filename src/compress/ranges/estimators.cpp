#include <fmt/format.h>

#include <span>

#include "pare/compress.hpp"

namespace pare {

std::span<const EstimatorFamily* const> estimator_table();

Result<std::unique_ptr<RangeEstimator>> make_estimator(std::string_view text) {
  const size_t colon = text.find(':');
  std::string names;
  for (const EstimatorFamily* family : estimator_table()) {
    if (family->name == text.substr(0, colon))
      return family->make(colon == std::string_view::npos ? "" : text.substr(colon + 1));
    names += fmt::format("{}{}", names.empty() ? "" : ", ", family->help);
  }
  return Error{Code::InvalidArgument, "ranges", fmt::format("'{}'", text), "one of " + names, ""};
}

}  // namespace pare
