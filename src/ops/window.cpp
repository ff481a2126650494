#include "ops/window.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pare {

Result<int64_t> window_extent(int64_t in, int64_t pads, int64_t kernel, int64_t stride, int64_t dilation) {
  if (stride < 1 || dilation < 1 || kernel < 1)
    return Error{Code::InvalidModel, "", fmt::format("kernel {}, stride {}, dilation {}", kernel, stride, dilation),
                 "at least 1 each", ""};
  if (std::max({in + pads, kernel, stride, dilation}) > INT32_MAX || (kernel - 1) * dilation > INT32_MAX)
    return Error{Code::InvalidModel, "",
                 fmt::format("kernel {}, stride {}, dilation {}, padded extent {}", kernel, stride, dilation, in + pads),
                 "numbers below 2^31", ""};
  const int64_t reach = (kernel - 1) * dilation + 1;
  if (in + pads < reach)
    return Error{Code::InvalidModel, "", fmt::format("a window of {} on a padded extent of {}", reach, in + pads),
                 "a window that fits", ""};
  return (in + pads - reach) / stride + 1;
}

Result<void> expect_window_rows(int64_t rows, int64_t width, int64_t channels) {
  if (static_cast<double>(rows) * static_cast<double>(width) * static_cast<double>(channels) * sizeof(float) < INT32_MAX) return {};
  return Error{Code::Unsupported, "", fmt::format("a window of {} rows of {} places and {} channels", rows, width, channels),
               "less than 2 GiB of floats", ""};
}

}  // namespace pare
