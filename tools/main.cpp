#include <span>
#include <thread>

#include "cli.hpp"

namespace pare::tools {
std::span<const Verb* const> verb_table();
}

int main(int argc, char** argv) {
  using namespace pare::tools;
  Cli cli;
  cli.common.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CLI::App app{"pare: makes neural networks small enough for small computers"};
  app.name("pare");
  app.require_subcommand(1);
  for (const Verb* verb : verb_table()) verb->add(app, cli);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  const auto ready = cli.prepare();
  if (!ready) {
    cli.fail(ready.error());
    return kUsage;
  }
  return cli.action();
}
