#include "base/files.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pare {
namespace {

Error io_error(const std::string& path, const std::string& what) { return {Code::Io, path, what + ": " + std::strerror(errno), "", ""}; }

/// Closes a descriptor at the end of its scope.
struct Descriptor {
  explicit Descriptor(int value) : fd(value) {}
  ~Descriptor() { if (fd >= 0) ::close(fd); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

bool write_all(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return true;
}

bool read_all(int fd, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::read(fd, bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return io_error(path, "cannot be opened");
  struct stat about {};
  if (::fstat(file.fd, &about) != 0) return io_error(path, "cannot be read");
  if (!S_ISREG(about.st_mode)) return Error{Code::Io, path, S_ISDIR(about.st_mode) ? "is a folder" : "is no ordinary file", "a file", ""};
  std::vector<std::byte> bytes(static_cast<size_t>(about.st_size));
  if (!read_all(file.fd, bytes)) return io_error(path, "cannot be read");
  return bytes;
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
  const std::string temporary = path + ".part" + std::to_string(::getpid());
  bool written = false;
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.fd < 0) return io_error(path, "cannot be written");
    written = write_all(file.fd, bytes) && ::fsync(file.fd) == 0;
  }
  if (written && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  const Error error = io_error(path, "cannot be written");
  ::unlink(temporary.c_str());
  return error;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

std::string sha256(std::span<const std::byte> bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (unsigned int i = 0; i < length; ++i) {
    constexpr char hex[] = "0123456789abcdef";
    text += hex[digest[i] >> 4];
    text += hex[digest[i] & 15];
  }
  return text;
}

}  // namespace pare
