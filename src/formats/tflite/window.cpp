#include "formats/tflite/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace pare::tflite {

Padding same_padding(const Axis& axis) {
  const int64_t out = (axis.in + axis.stride - 1) / axis.stride;
  const int64_t seen = (out - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  const int64_t all = std::max<int64_t>(0, seen - axis.in);
  return {all / 2, all - all / 2};
}

Result<Padding> read_padding(fb::Padding word, const Axis& axis) {
  if (std::min({axis.in, axis.kernel, axis.stride, axis.dilation}) < 1)
    return Error{Code::InvalidModel, "", fmt::format("kernel {}, stride {}, dilation {}", axis.kernel, axis.stride, axis.dilation),
                 "numbers of at least 1", ""};
  if (word == fb::Padding::VALID) return Padding{};
  if (word == fb::Padding::SAME) return same_padding(axis);
  return Error{Code::InvalidModel, "", fmt::format("padding {}", static_cast<int>(word)), "SAME or VALID", ""};
}

namespace {

std::string text_of(const WindowUse& use) {
  return fmt::format("padding {}, {}, {}, {} (top, left, bottom, right)", use.pad_h.before, use.pad_w.before,
                     use.pad_h.after, use.pad_w.after);
}

bool is_same(const WindowUse& use) {
  return use.same && use.pad_h == same_padding(use.h) && use.pad_w == same_padding(use.w);
}

bool is_valid(const WindowUse& use) { return use.pad_h == Padding{} && use.pad_w == Padding{}; }

Shape enlarged(Shape shape, const WindowUse& use) {
  shape[1] += use.pad_h.before + use.pad_h.after;
  shape[2] += use.pad_w.before + use.pad_w.after;
  return shape;
}

// A PAD with zero, or a PADV2 with the least number there is.
Result<FileId> enlarge(OpWriter& writer, const WindowUse& use) {
  const TensorInfo& image = writer.in(0);
  std::vector<FileId> in = {writer.operands()[0]};
  in.push_back(writer.numbers("paddings", {4, 2},
                              {0, 0, use.pad_h.before, use.pad_h.after, use.pad_w.before, use.pad_w.after, 0, 0}));
  const FileId padded = writer.computed("padded", enlarged(image.shape, use), image.encoding);
  if (use.outside == Outside::Zero) {
    writer.add_inner(fb::BuiltinOperator::PAD, fb::PadOptionsT{}, std::move(in), padded);
    return padded;
  }
  PARE_TRY(const FileId value, writer.real("outside", std::numeric_limits<float>::lowest(), image.encoding));
  in.push_back(value);
  writer.add_inner(fb::BuiltinOperator::PADV2, fb::PadV2OptionsT{}, std::move(in), padded);
  return padded;
}

}  // namespace

Result<WrittenPadding> write_padding(OpWriter& writer, const WindowUse& use) {
  if (is_valid(use)) return WrittenPadding{fb::Padding::VALID, writer.operands()[0]};
  if (is_same(use)) return WrittenPadding{fb::Padding::SAME, writer.operands()[0]};
  if (use.outside == Outside::Nothing)
    return writer.unsupported(text_of(use) + " that its average leaves out",
                              "the padding of SAME or VALID, or an average that counts it");
  PARE_TRY(const FileId padded, enlarge(writer, use));
  return WrittenPadding{fb::Padding::VALID, padded};
}

}  // namespace pare::tflite
