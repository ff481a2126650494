#include "data/bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/paths.hpp"

namespace pare {
namespace {

// An open file, closed with its last owner.
class Handle {
 public:
  // Opening a pipe would wait without O_NONBLOCK, which files do not heed.
  explicit Handle(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
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
  auto handle = std::make_shared<const Handle>(path);
  struct stat about {};
  if (handle->number() < 0 || ::fstat(handle->number(), &about) != 0) {
    const std::string reason = std::strerror(errno);
    PARE_TRY(require_file(path));
    return Error{Code::Io, path, reason, "a readable file", ""};
  }
  if (!S_ISREG(about.st_mode)) {
    PARE_TRY(require_file(path));
    return Error{Code::Io, path, "this is no ordinary file", "a file", ""};
  }
  return std::unique_ptr<ByteStream>(std::make_unique<FileStream>(path, std::move(handle), about.st_size));
}

}  // namespace pare
