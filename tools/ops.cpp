#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli) {
  const std::vector<std::string> names = operator_names();
  return cli.finish({{"ops", names}}, fmt::format("{}\n", fmt::join(names, "\n")));
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("ops", "The operators that are supported");
  cli.add_common(*verb);
  verb->footer("Example: pare ops");
  verb->callback([&cli] { cli.action = [&cli] { return act(cli); }; });
}

}  // namespace

extern const Verb ops_verb;
const Verb ops_verb{"ops", add};

}  // namespace pare::tools
