#include <fmt/format.h>

#include "emit/c/kernels.hpp"
#include "emit/c/project.hpp"

namespace pare {
namespace {

Result<void> check_kernels(const Program& program) {
  if (program.isa() != Isa::Portable)
    return Error{Code::InvalidArgument, "isa", std::string(name_of(program.isa())), "a program of portable kernels", ""};
  for (const Step& step : program.steps()) {
    if (is_alias(step) || step.kernel.c.visit) continue;
    const Node& node = program.model().nodes[static_cast<size_t>(step.nodes[0])];
    return Error{Code::Unsupported, fmt::format("node '{}' ({})", node.name, node.op->kind()),
                 fmt::format("kernel '{}' has no C form", step.kernel.name), "an int8 operator",
                 "Quantize the model before it is emitted"};
  }
  return {};
}

bool fits(const std::vector<Port>& ports, const std::vector<Tensor>& tensors) {
  if (ports.size() != tensors.size()) return false;
  for (size_t i = 0; i < ports.size(); ++i)
    if (tensors[i].type() != ports[i].tensor->encoding.type || tensors[i].count() != ports[i].count) return false;
  return true;
}

Result<void> check_vectors(const Ports& ports, std::span<const TestVector> vectors) {
  if (vectors.empty()) return Error{Code::InvalidArgument, "test vectors", "none", "at least 1", ""};
  for (size_t i = 0; i < vectors.size(); ++i)
    if (!fits(ports.in, vectors[i].in) || !fits(ports.out, vectors[i].out))
      return Error{Code::InvalidArgument, fmt::format("test vector {}", i), "other types or sizes", "the model's inputs and outputs", ""};
  return {};
}

}  // namespace

Result<std::vector<EmittedFile>> emit_c(const Program& program, std::span<const TestVector> vectors) {
  PARE_TRY(check_kernels(program));
  PARE_TRY(const Ports ports, ports_of(program.model()));
  PARE_TRY(check_vectors(ports, vectors));
  PARE_TRY(std::vector<EmittedFile> files, kernel_files(program));
  files.push_back({"model.h", model_header(program, ports)});
  files.push_back({"model.c", model_source(program, ports)});
  files.push_back({"test/test.c", test_source(ports)});
  files.push_back({"test/vectors.h", test_vectors(ports, vectors)});
  files.push_back({"Makefile", makefile()});
  files.push_back({"README.md", readme(program, ports)});
  return files;
}

}  // namespace pare
