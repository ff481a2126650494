#include "jobs/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/files.hpp"

extern char** environ;

namespace pare {
namespace {

// posix_spawn's list of what happens to file descriptors.
class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  void send(int descriptor, const std::string& path) {
    posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Error failed(const std::string& place, int code) { return {Code::Io, place, std::strerror(code), "a program that can be run", ""}; }

Result<std::string> text_of(const std::string& path) {
  PARE_TRY(const auto bytes, read_file(path));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<int> wait_for(pid_t child, const std::string& name) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return failed(name, errno);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<ChildResult> run_child(const std::vector<std::string>& args, const std::string& folder) {
  const std::string out = folder + "/stdout", err = folder + "/stderr";
  Actions actions;
  actions.send(1, out);
  actions.send(2, err);
  std::vector<std::string> copies = args;
  std::vector<char*> pointers;
  for (std::string& arg : copies) pointers.push_back(arg.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int code = posix_spawnp(&child, pointers[0], actions.get(), nullptr, pointers.data(), environ);
  if (code != 0) return failed(args[0], code);
  ChildResult result;
  PARE_TRY(result.status, wait_for(child, args[0]));
  PARE_TRY(result.out, text_of(out));
  PARE_TRY(result.err, text_of(err));
  return result;
}

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  std::string name = (base / "pare-XXXXXX").string();
  if (error || !mkdtemp(name.data())) return failed(base.string(), errno);
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace pare
