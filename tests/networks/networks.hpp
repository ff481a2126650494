// What tests on whole networks share: the networks, their inputs, and our own int8 files of them.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "pare/compress.hpp"
#include "pare/evaluate.hpp"
#include "pare/formats.hpp"

namespace pare::test {

/// The value, or an exception with the error's message.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}
template <>
inline void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().message());
}

/// $PARE_DATA, else ../shared/data beside the sources.
std::string data_folder();
/// Why tests on real models cannot run; empty if they can.
std::string missing_data();
/// The model `name` of data_folder()/models.
Model model(const std::string& name);

/// A dataset from the text of its file.
Dataset dataset(const std::string& name, const std::string& text);
/// kws01: splits `calibration` (100 clips from `first`), `evaluation` (the other 900) and `every`.
Dataset kws_data(int first = 0);
/// MNIST's test set: splits `calibration` (200 images), `evaluation` (the rest) and `every`.
Dataset mnist_data();
/// Fashion-MNIST as the example has it: `calibration` of training images, `evaluation` of all test images.
Dataset fashion_data();
/// Is it installed, at $FASHION_MNIST or where Debian puts it?
bool has_fashion_data();

/// A network, and what is put into it.
struct Network {
  const char* name;
  const char* floating;   ///< file of the float model
  const char* published;  ///< file of the published int8 model, or null
  const char* data;       ///< "kws", "mnist" or "fashion"; null: inputs drawn from [lo, hi]
  double lo = 0, hi = 1;
};
std::span<const Network> networks();
/// Errors: an exception.
const Network& network(const std::string& name);

/// Why nothing can be run on the network: its model or data are missing. Empty if it can.
std::string missing(const Network& network);
/// The network's float model.
Model float_model(const Network& network);
/// The published int8 model's path.
std::string published_path(const Network& network);

enum class Part : std::uint8_t { Calibration, Every };
/// Inputs of `program` in its own type: of the network's dataset, or drawn ones (the same on each call; other ones for
/// calibration). At most `limit`.
std::vector<Tensor> inputs_of(const Network& network, const Program& program, Part part, int64_t limit);

/// A float model made simple, and its int8 twin.
struct Quantized {
  Model simple, integer;
};
/// By the scheme `int8` on these calibration inputs, through the text of its plan.
Quantized quantize_model(const Model& source, const Dataset& data, Arithmetic arithmetic = Arithmetic::Tflm);
/// The same on the network's own calibration inputs.
Quantized quantize_network(const Network& network, Arithmetic arithmetic);

/// Output number `index` for each of the inputs, in order, as stored.
std::vector<Tensor> outputs_for(const Program& program, std::span<const Tensor> inputs, size_t index = 0);

}  // namespace pare::test
