#include <fmt/format.h>

#include "cli.hpp"

namespace pare::tools {
namespace {

int act(Cli& cli) {
  Json list = Json::array();
  std::string text;
  for (const Device& d : devices()) {
    list.push_back({{"name", d.name}, {"arithmetic", name_of(d.arithmetic)}, {"flash_bytes", d.flash_bytes}, {"ram_bytes", d.ram_bytes}, {"ops", d.ops}});
    text += fmt::format("{:<14} {:<8} {} operators, flash {}, ram {}\n", d.name, name_of(d.arithmetic), d.ops.size(),
                        d.flash_bytes ? std::to_string(d.flash_bytes) : "any", d.ram_bytes ? std::to_string(d.ram_bytes) : "any");
  }
  return cli.finish({{"devices", list}}, text);
}

void add(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("devices", "The devices that are known");
  cli.add_common(*verb);
  verb->footer("Example: pare devices");
  verb->callback([&cli] { cli.action = [&cli] { return act(cli); }; });
}

}  // namespace

extern const Verb devices_verb;
const Verb devices_verb{"devices", add};

}  // namespace pare::tools
