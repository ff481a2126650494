#include "data/bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/paths.hpp"

namespace pare {
namespace {

// An open file, closed with its last owner.
class Handle {
 public:
  explicit Handle(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Handle() {
    if (number_ >= 0) ::close(number_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class FileStream final : public ByteStream {
 public:
  FileStream(std::string path, std::shared_ptr<const Handle> handle, int64_t bytes)
      : path_(std::move(path)), handle_(std::move(handle)), bytes_(bytes) {}

  Extent extent() const override { return {bytes_, true}; }

  Result<void> read_at(int64_t offset, std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t got = ::pread(handle_->number(), out.data(), out.size(), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Error{Code::Io, path_, std::strerror(errno), "a readable file", ""};
      if (got == 0) return Error{Code::Io, path_, fmt::format("the file ends at byte {}", offset), "more", ""};
      offset += got;
      out = out.subspan(static_cast<size_t>(got));
    }
    return {};
  }

  std::unique_ptr<ByteStream> clone() const override { return std::make_unique<FileStream>(*this); }

 private:
  std::string path_;
  std::shared_ptr<const Handle> handle_;  // pread has no position, so clones share it
  int64_t bytes_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_file(const std::string& path) {
  PARE_TRY(const int64_t bytes, file_bytes(path));
  auto handle = std::make_shared<const Handle>(path);
  if (handle->number() < 0) return Error{Code::Io, path, std::strerror(errno), "a readable file", ""};
  return std::unique_ptr<ByteStream>(std::make_unique<FileStream>(path, std::move(handle), bytes));
}

}  // namespace pare
