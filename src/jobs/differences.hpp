// Where two models, or two programs on the same samples, differ first.
#pragma once

#include "pare/evaluate.hpp"

namespace pare {

/// What was compared, and the first difference, empty if there is none.
struct Difference {
  int64_t samples = 0, tensors = 0;
  std::string first;
};

/// Constants, scales and zero points of all tensors of `model`, by name, against those of `expected`.
Difference compare_models(const Model& expected, const Model& model);

/// A tensor of each of two models.
struct TensorPair {
  TensorId first = kNoTensor, second = kNoTensor;
  std::string name;
};
/// The outputs of two models with as many of them.
std::vector<TensorPair> output_pairs(const Model& first, const Model& second);
/// All tensors that the nodes of one model make.
std::vector<TensorPair> all_pairs(const Model& model);
/// A program that runs beside a reference, and the tensors that must be equal: first the reference's, second its own.
/// Both programs keep them.
struct Contender {
  Program program;
  std::vector<TensorPair> pairs;
};
/// Runs all of them on the samples in one pass and compares stored elements. Errors: the data's.
Result<std::vector<Difference>> compare_runs(const Program& reference, std::span<const Contender> contenders, const Samples& samples);

/// "tensor 'x' element 5" of the first element that differs; empty if all are equal. Types and shapes' counts too.
std::string first_difference(const std::string& name, const Tensor& expected, const Tensor& found);

}  // namespace pare
