// Emission: a Program as a self-contained C99 project for a microcontroller, with its own test.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "pare/run.hpp"

namespace pare {

/// One file of a project; `path` is relative to the project's folder and uses '/'.
struct EmittedFile {
  std::string path;
  std::string text;
};

/// One sample of the emitted test: stored elements of all inputs, and of all outputs that must follow.
struct TestVector {
  std::vector<Tensor> in, out;
};

/// The project: `model.h`, `model.c`, `kernels/` (the kernels' own text), `test/`, `Makefile`, `README.md`.
///
///     int pare_run(const <in>* in, <out>* out);    0; several inputs or outputs are in_0, in_1, ...
///
/// It neither allocates nor reads or writes files; activations live in one static arena. `make test` runs `vectors` and
/// prints "N of N equal". The same program and vectors give the same text.
///
/// @param program  compiled for Isa::Portable
/// Errors: Unsupported with the node if one of its kernels has no C form; InvalidArgument if the program was compiled
/// for another instruction set, or a vector does not fit it.
Result<std::vector<EmittedFile>> emit_c(const Program& program, std::span<const TestVector> vectors);

}  // namespace pare
