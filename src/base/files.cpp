#include "base/files.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace pare {
namespace {

Error io_error(const std::string& path, const std::string& what, const char* expected) { return {Code::Io, path, what + ": " + std::strerror(errno), expected, ""}; }

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

// "a/b.tflite" as "a/.b.part7.tflite": beside its place, so that a rename can put it there.
std::string hidden_name(const std::string& path, const std::string& mark) {
  const std::filesystem::path whole(path);
  return (whole.parent_path() / ("." + whole.stem().string() + mark + std::to_string(::getpid()) + whole.extension().string())).string();
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return io_error(path, "cannot be opened", "a readable file");
  struct stat about {};
  if (::fstat(file.fd, &about) != 0) return io_error(path, "cannot be read", "a readable file");
  if (!S_ISREG(about.st_mode)) return Error{Code::Io, path, S_ISDIR(about.st_mode) ? "is a folder" : "is no ordinary file", "a file", ""};
  std::vector<std::byte> bytes(static_cast<size_t>(about.st_size));
  if (!read_all(file.fd, bytes)) return io_error(path, "cannot be read", "a readable file");
  return bytes;
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
  StagedFiles one;
  PARE_TRY(one.add(path, bytes));
  return one.publish();
}

Result<void> write_file(const std::string& path, const std::string& text) {
  return write_file(path, std::as_bytes(std::span(text)));
}

StagedFiles::~StagedFiles() {
  for (const File& file : files_) ::unlink(file.staged.c_str());
}

Result<std::string> StagedFiles::add(const std::string& path, std::span<const std::byte> bytes) {
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return Error{Code::Io, path, "is a folder", "a file", ""};
  files_.push_back({path, hidden_name(path, ".part"), ""});
  const std::string& staged = files_.back().staged;
  const Descriptor file(::open(staged.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.fd < 0 || !write_all(file.fd, bytes) || ::fsync(file.fd) != 0) return io_error(path, "cannot be written", "a place that takes the whole file");
  return staged;
}

Result<std::string> StagedFiles::add(const std::string& path, const std::string& text) {
  return add(path, std::as_bytes(std::span(text)));
}

Result<void> StagedFiles::publish() {
  for (size_t i = 0; i < files_.size(); ++i) {
    File& file = files_[i];
    const std::string before = hidden_name(file.path, ".before");
    if (files_.size() > 1 && ::link(file.path.c_str(), before.c_str()) == 0) file.before = before;
    if (::rename(file.staged.c_str(), file.path.c_str()) == 0) continue;
    const Error error = io_error(file.path, "cannot be written", "a place that takes the whole file");
    put_back(i);
    return error;
  }
  for (const File& file : files_)
    if (!file.before.empty()) ::unlink(file.before.c_str());
  files_.clear();
  return {};
}

// The first `count` files were renamed; the next one was not.
void StagedFiles::put_back(size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (files_[i].before.empty()) ::unlink(files_[i].path.c_str());
    else ::rename(files_[i].before.c_str(), files_[i].path.c_str());
  ::unlink(files_[count].before.c_str());
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
