// Child processes: a program with arguments, what it said and how it ended.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pare/base.hpp"

namespace pare {

struct ChildResult {
  int status = 0;  ///< exit status; 128 and more for a signal
  std::string out, err;
};
/// Runs args[0], found by PATH, and waits for it. Its output is kept in files of `folder`.
/// Errors: Io if it cannot be started.
Result<ChildResult> run_child(const std::vector<std::string>& args, const std::string& folder);

/// A new folder for temporary files, removed with what is in it.
class TemporaryFolder {
 public:
  /// Errors: Io.
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace pare
