// Link 5: the same file and inputs in a runtime that is not ours, as a child process.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "jobs/child.hpp"
#include "jobs/links.hpp"
#include "jobs/npz.hpp"
#include "jobs/vectors.hpp"

namespace pare {
namespace {

// The samples of one tensor, one after another along the first axis.
Tensor stacked(const std::vector<TestVector>& vectors, std::vector<Tensor> TestVector::*side, size_t index) {
  const Tensor& first = (vectors[0].*side)[index];
  Shape shape = first.shape();
  if (shape.empty()) shape = {1};
  shape[0] *= static_cast<int64_t>(vectors.size());
  Tensor all(first.type(), shape);
  std::byte* out = all.data_for_edit();
  for (const TestVector& v : vectors) {
    std::memcpy(out, (v.*side)[index].data(), static_cast<size_t>(first.byte_count()));
    out += first.byte_count();
  }
  return all;
}

// The script that runs a model in a foreign runtime.
std::string script() {
  const char* variable = std::getenv("PARE_ORACLE");
  return variable && *variable ? variable : PARE_ORACLE_SCRIPT;
}

Result<void> run_script(const Proof& proof, const std::string& folder) {
  PARE_TRY(const std::string python, choose_python(proof.request.python, "--with " + proof.request.with));
  PARE_TRY(const ChildResult child, run_child({python, script(), proof.request.with, proof.request.file, folder + "/in.npz", folder + "/out.npz"}, folder));
  if (child.status == 0) return {};
  const std::string said = child.err.empty() ? fmt::format("exit status {}", child.status) : last_line(child.err);
  return Error{Code::Unsupported, "--with " + proof.request.with, said, "a runtime that runs the file", ""};
}

// Exponentials differ between runtimes in their last bits.
constexpr float kFloatTolerance = 1e-6f;  // of the largest value

float largest(const Tensor& t) {
  float most = 0;
  for (const float x : t.view<float>()) most = std::max(most, std::fabs(x));
  return most;
}

// As first_difference, but reals that the Arithmetic computes in float need only be near.
std::string first_apart(const std::string& name, const Tensor& expected, const Tensor& found, Arithmetic arithmetic) {
  std::string difference = first_difference(name, expected, found);
  const bool floats = expected.type() == DType::F32 && found.type() == DType::F32 && expected.count() == found.count();
  if (difference.empty() || !floats || arithmetic != Arithmetic::Onnx) return difference;
  const float allowed = kFloatTolerance * largest(expected);
  const auto a = expected.view<float>(), b = found.view<float>();
  for (size_t i = 0; i < a.size(); ++i)
    if (!(std::fabs(a[i] - b[i]) <= allowed)) return fmt::format("tensor '{}': element {}", name, i);
  return "";
}

Result<Difference> compare_outputs(const Proof& proof, const std::vector<TestVector>& vectors, const std::string& path) {
  Difference d{static_cast<int64_t>(vectors.size()), static_cast<int64_t>(proof.model.outputs.size()), ""};
  for (size_t i = 0; i < proof.model.outputs.size() && d.first.empty(); ++i) {
    const std::string& name = proof.model.tensor(proof.model.outputs[i]).name;
    PARE_TRY(const Tensor found, read_array(path, name));
    d.first = first_apart(name, stacked(vectors, &TestVector::out, i), found, proof.arithmetic);
  }
  return d;
}

}  // namespace

Result<Link> foreign_link(const Proof& proof) {
  const Link link{.link = 5, .name = proof.request.with.empty() ? "foreign runtime" : proof.request.with, .first_difference = "", .reason = ""};
  if (proof.request.with.empty()) return skipped(link, "no runtime was asked for");
  PARE_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  PARE_TRY(const auto vectors, data_vectors(proof.reference, proof.samples, std::numeric_limits<int64_t>::max()));
  Arrays inputs;
  for (size_t i = 0; i < proof.model.inputs.size(); ++i)
    inputs.emplace_back(proof.model.tensor(proof.model.inputs[i]).name, stacked(vectors, &TestVector::in, i));
  PARE_TRY(write_npz(folder.path() + "/in.npz", inputs));
  PARE_TRY(run_script(proof, folder.path()));
  PARE_TRY(const Difference d, compare_outputs(proof, vectors, folder.path() + "/out.npz"));
  return ran(link, d);
}

}  // namespace pare
