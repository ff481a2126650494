// Child processes: a program with arguments, what it said and how it ended.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pare/base.hpp"

namespace pare {

/// The Python for foreign runtimes: `given`, else $PARE_PYTHON. Errors: InvalidArgument at `flag` if there is neither.
Result<std::string> choose_python(const std::string& given, const std::string& flag);
/// The last line of what a program said; empty if it said nothing.
std::string last_line(const std::string& said);

struct ChildResult {
  int status = 0;  ///< exit status; 128 and more for a signal
  std::string out, err;
};
/// Runs args[0], found by PATH, and waits for it. Its output is kept in files of `folder`.
/// Errors: Io if it cannot be started.
Result<ChildResult> run_child(const std::vector<std::string>& args, const std::string& folder);

/// A running program that is asked line by line: a line to its standard input, a line back from its standard output.
/// Its end of file ends it; the destructor waits for it.
class Conversation {
 public:
  /// Starts args[0], found by PATH; its standard error is kept in a file of `folder`. Errors: Io if it cannot be
  /// started.
  static Result<Conversation> start(const std::vector<std::string>& args, const std::string& folder);
  Conversation(Conversation&& other) noexcept;
  Conversation& operator=(Conversation&&) = delete;
  ~Conversation();
  /// Sends `line`, if it is not empty, and waits for an answer.
  /// Errors: Io, with the last line of the program's standard error, if it has ended.
  Result<std::string> ask(const std::string& line);

 private:
  Conversation(std::string name, std::string errors) : name_(std::move(name)), errors_(std::move(errors)) {}
  std::string name_, errors_, unread_;
  int socket_ = -1, child_ = -1;
};

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
