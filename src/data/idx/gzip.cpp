#include "data/idx/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "data/paths.hpp"

namespace pare {
namespace {

struct CloseGzip {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzipHandle = std::unique_ptr<gzFile_s, CloseGzip>;

constexpr unsigned kBufferBytes = 1u << 16;
constexpr size_t kMostAtOnce = size_t{1} << 30;

class GzipStream final : public ByteStream {
 public:
  GzipStream(std::string path, Extent extent) : path_(std::move(path)), extent_(extent) {}

  Extent extent() const override { return extent_; }

  Result<void> read_at(int64_t offset, std::span<std::byte> out) override {
    PARE_TRY(open());
    // zlib goes forward by decompressing, and back by starting again.
    if (gztell(file_.get()) != offset && gzseek(file_.get(), offset, SEEK_SET) < 0) return error(offset);
    while (!out.empty()) {
      const auto wanted = static_cast<unsigned>(std::min(out.size(), kMostAtOnce));
      const int got = gzread(file_.get(), out.data(), wanted);
      if (got <= 0) return error(offset);
      offset += got;
      out = out.subspan(static_cast<size_t>(got));
    }
    return {};
  }

  Result<void> finish(int64_t end) override {
    std::byte one{};
    if (gzread(file_.get(), &one, 1) == 1)
      return Error{Code::InvalidArgument, path_, fmt::format("bytes after byte {}", end), "the header's size", ""};
    int code = Z_OK;
    gzerror(file_.get(), &code);
    if (code != Z_OK) return error(end);
    return {};
  }

  std::unique_ptr<ByteStream> clone() const override { return std::make_unique<GzipStream>(path_, extent_); }

 private:
  Result<void> open() {
    if (file_) return {};
    file_.reset(gzopen(path_.c_str(), "rb"));
    if (!file_) return Error{Code::Io, path_, "the file cannot be opened", "a readable file", ""};
    gzbuffer(file_.get(), kBufferBytes);
    return {};
  }

  Error error(int64_t offset) {
    int code = Z_OK;
    const char* text = gzerror(file_.get(), &code);
    if (code == Z_OK || code == Z_BUF_ERROR)
      return {Code::Io, path_, fmt::format("the data end before byte {}", offset + 1), "a complete file", ""};
    return {Code::Io, path_, fmt::format("broken gzip data near byte {}: {}", offset, text), "a complete file", ""};
  }

  std::string path_;
  Extent extent_;
  GzipHandle file_;  // opened by the first read, so that a clone cannot fail
};

Result<bool> compressed(const std::string& path, int64_t bytes) {
  if (bytes < 2) return false;
  PARE_TRY(const std::unique_ptr<ByteStream> stream, open_file(path));
  std::byte magic[2];
  PARE_TRY(stream->read_at(0, magic));
  return magic[0] == std::byte{0x1f} && magic[1] == std::byte{0x8b};
}

}  // namespace

Result<std::unique_ptr<ByteStream>> open_gzip(const std::string& path) {
  PARE_TRY(const int64_t bytes, file_bytes(path));
  PARE_TRY(const bool gzip, compressed(path, bytes));
  const Extent extent = gzip ? Extent{bytes * kMaxInflation, false} : Extent{bytes, true};
  return std::unique_ptr<ByteStream>(std::make_unique<GzipStream>(path, extent));
}

}  // namespace pare
