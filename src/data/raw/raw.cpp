// raw: one file a sample, its elements in little-endian order and nothing else; labels in a CSV, whose order is the
// rows'.
#include <fmt/format.h>

#include "data/bytes.hpp"
#include "data/paths.hpp"
#include "data/raw/label_file.hpp"
#include "data/reader.hpp"

namespace pare {
namespace {

class RawSource final : public Source {
 public:
  RawSource(Element element, std::string folder, std::shared_ptr<const std::vector<RawRow>> rows)
      : element_(std::move(element)), folder_(std::move(folder)), rows_(std::move(rows)) {}

  const Element& element() const override { return element_; }
  int64_t count() const override { return static_cast<int64_t>(rows_->size()); }

  Result<Sample> read(int64_t row) override {
    const RawRow& named = (*rows_)[static_cast<size_t>(row)];
    PARE_TRY(Tensor stored, read_stored(folder_ + "/" + named.file));
    return Sample{named.file, std::move(stored), named.label};
  }

  std::unique_ptr<Source> clone() const override { return std::make_unique<RawSource>(*this); }

 private:
  Result<Tensor> read_stored(const std::string& path) const {
    PARE_TRY(const std::unique_ptr<ByteStream> stream, open_file(path));
    Tensor stored(element_.type, element_.shape);
    if (stream->extent().bytes != stored.byte_count())
      return Error{Code::InvalidArgument, path, fmt::format("it holds {} bytes", stream->extent().bytes),
                   described(element_), ""};
    PARE_TRY(stream->read_at(0, {stored.data_for_edit(), static_cast<size_t>(stored.byte_count())}));
    return stored;
  }

  Element element_;
  std::string folder_;
  std::shared_ptr<const std::vector<RawRow>> rows_;
};

// The first file tells whether the element is meant for these files, before anything large is allocated.
Result<void> check_first(const Element& element, const std::string& path) {
  PARE_TRY(const int64_t bytes, file_bytes(path));
  if (bytes == count_of(element.shape) * bytes_of(element.type)) return {};
  return Error{Code::InvalidArgument, path, fmt::format("it holds {} bytes", bytes), described(element), ""};
}

Result<std::unique_ptr<Source>> open_raw(const SourceSpec& spec) {
  PARE_TRY(Element element, complete(spec.element));
  PARE_TRY(require_folder(spec.inputs));
  PARE_TRY(std::vector<RawRow> rows, spec.labels.empty() ? list_folder(spec.inputs) : read_label_file(spec.labels));
  PARE_TRY(check_first(element, spec.inputs + "/" + rows.front().file));
  auto shared = std::make_shared<const std::vector<RawRow>>(std::move(rows));
  return std::unique_ptr<Source>(std::make_unique<RawSource>(std::move(element), spec.inputs, std::move(shared)));
}

}  // namespace

extern const DatasetReader raw_reader;
const DatasetReader raw_reader{"raw", open_raw};

}  // namespace pare
