#include "data/array_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace pare {
namespace {

Error array_error(const std::string& path, std::string found, std::string expected) {
  return {Code::InvalidArgument, path, std::move(found), std::move(expected), ""};
}

void swap_bytes(std::span<std::byte> bytes, int64_t width) {
  for (size_t i = 0; i < bytes.size(); i += static_cast<size_t>(width))
    std::reverse(bytes.begin() + static_cast<int64_t>(i), bytes.begin() + static_cast<int64_t>(i) + width);
}

template <class T>
int64_t first_as(const Tensor& t) {
  return static_cast<int64_t>(t.view<T>()[0]);
}

bool whole_number(DType type) { return type != DType::F16 && type != DType::F32 && type != DType::F64; }

int64_t label_in(const Tensor& row) {
  switch (row.type()) {
    case DType::I8:
      return first_as<int8_t>(row);
    case DType::I16:
      return first_as<int16_t>(row);
    case DType::I32:
      return first_as<int32_t>(row);
    case DType::I64:
    case DType::U64:
      return first_as<int64_t>(row);
    case DType::U16:
      return first_as<uint16_t>(row);
    case DType::U32:
      return first_as<uint32_t>(row);
    default:
      return first_as<uint8_t>(row);
  }
}

Result<int64_t> read_label(ArrayFile& labels, int64_t index) {
  PARE_TRY(const Tensor row, labels.row(index));
  const int64_t label = label_in(row);
  if (label < 0)
    return array_error(labels.path(), fmt::format("label {} in row {}", label, index), "a class of at least 0");
  return label;
}

Result<void> check_labels(const ArrayFile& labels, const ArrayFile& inputs) {
  if (!whole_number(labels.type()))
    return array_error(labels.path(), fmt::format("labels of type {}", name_of(labels.type())), "whole numbers");
  if (count_of(labels.row_shape()) != 1)
    return array_error(labels.path(), "rows of shape " + to_string(labels.row_shape()), "one label a row");
  if (labels.count() != inputs.count())
    return array_error(labels.path(), fmt::format("{} labels for {} samples", labels.count(), inputs.count()),
                       "one label a sample of " + inputs.path());
  return {};
}

class ArraySource final : public Source {
 public:
  ArraySource(Element element, ArrayFile inputs, std::optional<ArrayFile> labels)
      : element_(std::move(element)), inputs_(std::move(inputs)), labels_(std::move(labels)) {}

  const Element& element() const override { return element_; }
  int64_t count() const override { return inputs_.count(); }

  Result<Sample> read(int64_t row) override {
    Sample sample{std::to_string(row), {}, std::nullopt};
    PARE_TRY(sample.stored, inputs_.row(row));
    if (!labels_) return sample;
    PARE_TRY(sample.label, read_label(*labels_, row));
    return sample;
  }

  std::unique_ptr<Source> clone() const override {
    return std::make_unique<ArraySource>(element_, inputs_.clone(),
                                         labels_ ? std::optional(labels_->clone()) : std::nullopt);
  }

 private:
  Element element_;
  ArrayFile inputs_;
  std::optional<ArrayFile> labels_;
};

// Sizes first: a header that asks for more than its stream can hold must not reach an allocation.
Result<void> check_size(const std::string& path, int64_t expected, const Extent& extent) {
  if (extent.exact ? extent.bytes == expected : extent.bytes >= expected) return {};
  return array_error(path,
                     fmt::format("{} {} bytes", extent.exact ? "it holds" : "it cannot hold more than", extent.bytes),
                     fmt::format("the {} that its header speaks of", expected));
}

}  // namespace

Result<ArrayFile> ArrayFile::make(std::string path, ArrayHeader header, std::unique_ptr<ByteStream> stream) {
  if (header.shape.empty()) return array_error(path, "an array without axes", "a first axis that counts the samples");
  if (header.shape.front() == 0) return array_error(path, "no samples", "at least one");
  const Result<int64_t> bytes = checked_bytes(header.shape, header.type);
  if (!bytes) return bytes.error().at(path);
  PARE_TRY(check_size(path, *bytes + header.offset, stream->extent()));
  const int64_t row_bytes = *bytes / header.shape.front();
  return ArrayFile(std::move(path), std::move(header), std::move(stream), row_bytes);
}

Shape ArrayFile::row_shape() const {
  if (header_.shape.size() == 1) return {1};
  return Shape(header_.shape.begin() + 1, header_.shape.end());
}

Result<Tensor> ArrayFile::row(int64_t index) {
  Tensor row(header_.type, row_shape());
  const std::span<std::byte> bytes(row.data_for_edit(), static_cast<size_t>(row_bytes_));
  const int64_t at = header_.offset + index * row_bytes_;
  PARE_TRY(stream_->read_at(at, bytes));
  if (index == count() - 1) {
    PARE_TRY(stream_->finish(at + row_bytes_));
  }
  if (header_.big_endian) swap_bytes(bytes, bytes_of(header_.type));
  return row;
}

Result<std::unique_ptr<Source>> open_arrays(const SourceSpec& spec, Result<ArrayFile> (*open)(const std::string&)) {
  PARE_TRY(ArrayFile inputs, open(spec.inputs));
  PARE_TRY(Element element, complete(spec.element, inputs.type(), inputs.row_shape()));
  std::optional<ArrayFile> labels;
  if (!spec.labels.empty()) {
    PARE_TRY(labels, open(spec.labels));
    PARE_TRY(check_labels(*labels, inputs));
  }
  return std::unique_ptr<Source>(
      std::make_unique<ArraySource>(std::move(element), std::move(inputs), std::move(labels)));
}

}  // namespace pare
