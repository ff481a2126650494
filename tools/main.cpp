#include <csignal>

#include <atomic>
#include <new>
#include <span>
#include <thread>

#include "cli.hpp"

namespace pare::tools {

std::span<const Verb* const> verb_table();

namespace {

bool asks_for_json(const std::vector<std::string>& arguments) {
  return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

// The first signal asks the job to end, so that it removes what it has begun; the second ends the program.
std::atomic<bool> stopped{false};
std::atomic<int> which_signal{0};

extern "C" void stop_on(int signal_number) {
  which_signal = signal_number;
  stopped = true;
}

void listen() {
  struct sigaction action {};
  action.sa_handler = stop_on;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal_number : {SIGINT, SIGTERM}) sigaction(signal_number, &action, nullptr);
}

int run(const Cli& cli) {
  const auto writable = cli.check_output();
  if (!writable) return cli.fail(writable.error());
  try {
    return cli.action();
  } catch (const std::bad_alloc&) {
    return cli.fail(Error{Code::Io, "memory", "there is not enough of it for this model and data", "more", ""});
  } catch (const std::exception& e) {
    return cli.fail(Error{Code::Internal, "pare", e.what(), "no exception", "This is a mistake in pare"});
  }
}

}  // namespace
}  // namespace pare::tools

int main(int argc, char** argv) {
  using namespace pare::tools;
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails instead, and what was written is removed
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  Cli cli;
  cli.common.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CLI::App app{"pare: makes neural networks small enough for small computers"};
  app.name("pare");
  app.set_version_flag("--version", "pare " PARE_VERSION);
  app.require_subcommand(1);
  for (const Verb* verb : verb_table()) verb->add(app, cli);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    cli.json = asks_for_json(arguments);
    return cli.fail(usage_error(app, e, arguments), kUsage);
  }
  const auto ready = cli.prepare();
  if (!ready) return cli.fail(ready.error(), kUsage);
  cli.common.stop = &stopped;
  listen();
  const int code = run(cli);
  return stopped && code != kDone ? 128 + which_signal : code;
}
