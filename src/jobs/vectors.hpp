// Inputs and outputs for the tests of generated projects, and the projects' files on disk.
#pragma once

#include "pare/emit.hpp"
#include "pare/evaluate.hpp"

namespace pare {

/// The first `count` windows of the samples and what `program` makes of them. Errors: the data's.
Result<std::vector<TestVector>> data_vectors(const Program& program, const Samples& samples, int64_t count);
/// An input drawn from `state`, which goes on: evenly from all codes, or from [-1, 1) for float32. Wider integers
/// without an encoding, and other types, stay zero: they may be indices, and 0 is always one.
Tensor random_tensor(const TensorInfo& info, uint64_t& state);
/// Outputs for inputs of random_tensor; the same ones for a seed.
std::vector<TestVector> random_vectors(const Program& program, int64_t count, uint64_t seed);

/// Writes the files below `folder`, which is made if it does not exist; what stands there under other names stays.
/// Errors: Io.
Result<void> write_project(std::span<const EmittedFile> files, const std::string& folder);

}  // namespace pare
