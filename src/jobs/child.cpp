#include "jobs/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
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
  void join(int from, int to) { posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Error failed(const std::string& place, int code) {
  return {Code::Io, place, std::strerror(code), "a program that can be run", ""};
}

Result<std::string> text_of(const std::string& path) {
  PARE_TRY(const auto bytes, read_file(path));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<pid_t> spawn(const std::vector<std::string>& args, const Actions& actions) {
  std::vector<std::string> copies = args;
  std::vector<char*> pointers;
  for (std::string& arg : copies) pointers.push_back(arg.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int code = posix_spawnp(&child, pointers[0], actions.get(), nullptr, pointers.data(), environ);
  if (code != 0) return failed(args[0], code);
  return child;
}

Result<int> wait_for(pid_t child, const std::string& name) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return failed(name, errno);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<std::string> choose_python(const std::string& given, const std::string& flag) {
  const char* variable = std::getenv("PARE_PYTHON");
  if (!given.empty()) return given;
  if (variable && *variable) return std::string(variable);
  return Error{Code::InvalidArgument, flag, "no Python is given", "--python or PARE_PYTHON", ""};
}

std::string last_line(const std::string& said) {
  const std::string text = said.substr(0, said.find_last_not_of('\n') + 1);
  return text.substr(text.rfind('\n') + 1);
}

Result<ChildResult> run_child(const std::vector<std::string>& args, const std::string& folder) {
  const std::string out = folder + "/stdout", err = folder + "/stderr";
  Actions actions;
  actions.send(1, out);
  actions.send(2, err);
  PARE_TRY(const pid_t child, spawn(args, actions));
  ChildResult result;
  PARE_TRY(result.status, wait_for(child, args[0]));
  PARE_TRY(result.out, text_of(out));
  PARE_TRY(result.err, text_of(err));
  return result;
}

Result<Conversation> Conversation::start(const std::vector<std::string>& args, const std::string& folder) {
  // A pair of sockets, not pipes: writing to a program that has ended is then an error and no signal.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return failed(args[0], errno);
  Conversation conversation(args[0], folder + "/stderr");
  conversation.socket_ = ends[0];
  Actions actions;
  actions.join(ends[1], 0);
  actions.join(ends[1], 1);
  actions.send(2, conversation.errors_);
  const auto child = spawn(args, actions);
  close(ends[1]);
  if (!child) return child.error();
  conversation.child_ = *child;
  return conversation;
}

Conversation::Conversation(Conversation&& other) noexcept
    : name_(std::move(other.name_)),
      errors_(std::move(other.errors_)),
      unread_(std::move(other.unread_)),
      socket_(std::exchange(other.socket_, -1)),
      child_(std::exchange(other.child_, -1)) {}

Conversation::~Conversation() {
  if (socket_ >= 0) close(socket_);
  if (child_ >= 0) (void)wait_for(child_, name_);
}

Result<std::string> Conversation::ask(const std::string& line) {
  const std::string sent = line.empty() ? "" : line + "\n";
  bool alive = send(socket_, sent.data(), sent.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(sent.size());
  char part[512];
  while (alive && unread_.find('\n') == std::string::npos) {
    const ssize_t count = recv(socket_, part, sizeof part, 0);
    if (count > 0)
      unread_.append(part, static_cast<size_t>(count));
    else if (count == 0 || errno != EINTR)
      alive = false;
  }
  if (!alive) {
    PARE_TRY(const std::string said, text_of(errors_));
    return Error{Code::Io, name_, last_line(said), "an answer", ""};
  }
  const size_t end = unread_.find('\n');
  const std::string answer = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return answer;
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
