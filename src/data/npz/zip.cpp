#include "data/npz/zip.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <vector>

#include "data/json.hpp"
#include "data/paths.hpp"

namespace pare {
namespace {

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;

constexpr int64_t kSkipBytes = 1 << 16;
constexpr zip_int64_t kMostNamed = 12;  // members that a message lists

Result<Archive> open_archive(const std::string& path) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  Error told{Code::Io, path, fmt::format("not a readable zip archive: {}", zip_error_strerror(&error)), "an .npz file",
             ""};
  zip_error_fini(&error);
  return told;
}

class ZipStream final : public ByteStream {
 public:
  ZipStream(std::string path, zip_uint64_t index, bool stored, int64_t bytes)
      : path_(std::move(path)), index_(index), stored_(stored), bytes_(bytes) {}

  Extent extent() const override { return {bytes_, true}; }

  Result<void> read_at(int64_t offset, std::span<std::byte> out) override {
    PARE_TRY(move_to(offset));
    return read_next(out);
  }

  // libzip compares checksums when a read meets the end.
  Result<void> finish(int64_t) override {
    std::byte none;
    if (zip_fread(file_.get(), &none, 1) < 0) return error(zip_file_strerror(file_.get()));
    return {};
  }

  std::unique_ptr<ByteStream> clone() const override {
    return std::make_unique<ZipStream>(path_, index_, stored_, bytes_);
  }

 private:
  Result<void> move_to(int64_t offset) {
    if (!file_ || (offset < at_ && !stored_)) {
      PARE_TRY(restart());
    }
    // A short way is read, not jumped: libzip checks the checksum of what was read from beginning to end.
    if (stored_ && (offset < at_ || offset - at_ > kSkipBytes)) {
      if (zip_fseek(file_.get(), offset, SEEK_SET) < 0) return error(zip_file_strerror(file_.get()));
      at_ = offset;
    }
    return skip(offset - at_);
  }

  Result<void> skip(int64_t bytes) {
    std::vector<std::byte> unused(static_cast<size_t>(std::min(kSkipBytes, bytes)));
    for (; bytes > 0; bytes -= static_cast<int64_t>(unused.size())) {
      unused.resize(std::min(unused.size(), static_cast<size_t>(bytes)));
      PARE_TRY(read_next(unused));
    }
    return {};
  }

  Result<void> restart() {
    if (!archive_) {
      PARE_TRY(archive_, open_archive(path_));
    }
    file_.reset(zip_fopen_index(archive_.get(), index_, 0));
    at_ = 0;
    if (!file_) return error(zip_strerror(archive_.get()));
    return {};
  }

  Result<void> read_next(std::span<std::byte> out) {
    while (!out.empty()) {
      const zip_int64_t got = zip_fread(file_.get(), out.data(), out.size());
      if (got < 0) return error(zip_file_strerror(file_.get()));
      if (got == 0) return error("the data end early");
      at_ += got;
      out = out.subspan(static_cast<size_t>(got));
    }
    return {};
  }

  Error error(const std::string& what) const {
    return {Code::Io, path_, fmt::format("broken archive near byte {} of member {}: {}", at_, index_, what),
            "a complete .npz file", ""};
  }

  std::string path_;
  zip_uint64_t index_;
  bool stored_;
  int64_t bytes_;
  Archive archive_;  // opened by the first read, so that a clone cannot fail
  Member file_;
  int64_t at_ = 0;
};

std::vector<std::string> first_names(zip_t* archive, zip_int64_t most) {
  std::vector<std::string> names;
  for (zip_int64_t i = 0; i < std::min(zip_get_num_entries(archive, 0), most); ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

std::string names_in(zip_t* archive) {
  return joined(first_names(archive, kMostNamed)) + (zip_get_num_entries(archive, 0) > kMostNamed ? ", ..." : "");
}

Result<zip_uint64_t> locate(zip_t* archive, const std::string& path, const std::string& member) {
  for (const std::string& name : {member + ".npy", member}) {
    const zip_int64_t index = zip_name_locate(archive, name.c_str(), 0);
    if (index >= 0) return static_cast<zip_uint64_t>(index);
  }
  return Error{Code::InvalidArgument, path, fmt::format("no array '{}'", member), "one of " + names_in(archive), ""};
}

}  // namespace

Result<std::vector<std::string>> zip_members(const std::string& path) {
  PARE_TRY(file_bytes(path));
  PARE_TRY(const Archive archive, open_archive(path));
  return first_names(archive.get(), zip_get_num_entries(archive.get(), 0));
}

Result<std::unique_ptr<ByteStream>> open_zip_member(const std::string& path, const std::string& member) {
  PARE_TRY(const int64_t file_size, file_bytes(path));
  PARE_TRY(const Archive archive, open_archive(path));
  PARE_TRY(const zip_uint64_t index, locate(archive.get(), path, member));
  zip_stat_t stat;
  if (zip_stat_index(archive.get(), index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE))
    return Error{Code::Io, path, fmt::format("array '{}' has no size", member), "a complete .npz file", ""};
  if (stat.size > static_cast<zip_uint64_t>(file_size * kMaxInflation))
    return Error{Code::Io, path, fmt::format("array '{}' claims {} bytes", member, stat.size),
                 fmt::format("what {} compressed bytes can hold", file_size), ""};
  const bool stored = (stat.valid & ZIP_STAT_COMP_METHOD) != 0 && stat.comp_method == ZIP_CM_STORE;
  return std::unique_ptr<ByteStream>(std::make_unique<ZipStream>(path, index, stored, static_cast<int64_t>(stat.size)));
}

}  // namespace pare
