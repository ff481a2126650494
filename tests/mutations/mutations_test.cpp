// Proof that proves something: one byte of a written file is changed, so that a weight, a scale or a zero point is
// another and an output with it, and `verify` says so, by the tensor's name.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "jobs/vectors.hpp"
#include "pare/formats.hpp"
#include "program.hpp"

namespace pare::test {
namespace {

constexpr size_t kChanges = 30;  // a third of each kind

enum class Kind { Weight, Scale, ZeroPoint };
constexpr Kind kKinds[] = {Kind::Weight, Kind::Scale, Kind::ZeroPoint};

/// A changed byte, and the one tensor that is another by it.
struct Change {
  std::string bytes, tensor;
};

Result<Model> model_of(const std::string& bytes) {
  const Folder folder;
  write(folder / "m.tflite", bytes);
  return read_model((folder / "m.tflite").string());
}

// Places in the file where a value of the kind may lie; what the change does is seen by reading the file again.
std::vector<size_t> places(const std::string& bytes, const Model& model, Kind kind) {
  std::set<std::string> patterns;
  const auto add = [&](const void* data, size_t size) { patterns.emplace(static_cast<const char*>(data), size); };
  for (const TensorInfo& t : model.tensors) {
    if (kind == Kind::Weight && t.constant()) add(t.data.data(), static_cast<size_t>(t.data.byte_count()));
    if (kind == Kind::Scale)
      for (const float scale : t.encoding.scale) add(&scale, sizeof scale);
    if (kind == Kind::ZeroPoint && !t.constant())
      for (const int64_t zero : t.encoding.zero_point) add(&zero, sizeof zero);
  }
  std::set<size_t> found;
  for (const std::string& pattern : patterns)
    for (size_t at = bytes.find(pattern); at != std::string::npos; at = bytes.find(pattern, at + 1))
      for (size_t i = 0; i < pattern.size(); ++i) found.insert(at + i);
  return {found.begin(), found.end()};
}

bool differs(const TensorInfo& a, const TensorInfo& b, Kind kind) {
  if (kind == Kind::Weight) return !(a.data == b.data);
  if (kind == Kind::Scale) return a.encoding.scale != b.encoding.scale;
  return a.encoding.zero_point != b.encoding.zero_point;
}

// The name of the one tensor that differs, if nothing but a value of the kind does.
std::string changed_tensor(const Model& before, const Model& after, Kind kind) {
  if (before.tensors.size() != after.tensors.size() || before.nodes.size() != after.nodes.size()) return "";
  std::string name;
  for (size_t i = 0; i < before.tensors.size(); ++i) {
    const TensorInfo &a = before.tensors[i], &b = after.tensors[i];
    if (a.name != b.name || a.shape != b.shape || a.encoding.type != b.encoding.type) return "";
    for (const Kind other : kKinds) {
      if (!differs(a, b, other)) continue;
      if (other != kind || !name.empty()) return "";
      name = a.name;
    }
  }
  return name;
}

Result<std::vector<TestVector>> outputs_of(const Model& model) {
  PARE_TRY(const Program program, Program::compile(model, {Arithmetic::Tflm, best_isa(), false}));
  return random_vectors(program, 8, 7);
}

bool equal(const std::vector<TestVector>& a, const std::vector<TestVector>& b) {
  return std::equal(a.begin(), a.end(), b.begin(),
                    [](const TestVector& x, const TestVector& y) { return x.out == y.out; });
}

// The change of one byte to another, if it is one of the kind and alters an output.
std::optional<Change> try_change(const std::string& bytes, const Model& model, const std::vector<TestVector>& expected,
                                 Kind kind, size_t at, std::mt19937& random) {
  Change change{bytes, ""};
  change.bytes[at] = static_cast<char>(change.bytes[at] ^ static_cast<char>(1 + random() % 255));
  const auto after = model_of(change.bytes);
  if (!after) return std::nullopt;
  change.tensor = changed_tensor(model, *after, kind);
  if (change.tensor.empty()) return std::nullopt;
  const auto outputs = outputs_of(*after);
  if (!outputs || equal(expected, *outputs)) return std::nullopt;
  return change;
}

std::vector<Change> changes_of(const std::string& bytes, Kind kind, size_t count) {
  std::mt19937 random(static_cast<unsigned>(kind) + 1);
  const Model model = *model_of(bytes);
  const std::vector<TestVector> expected = *outputs_of(model);
  std::vector<size_t> at = places(bytes, model, kind);
  std::vector<Change> changes;
  for (size_t tries = 0; !at.empty() && changes.size() < count && tries < 100 * count; ++tries)
    if (auto change = try_change(bytes, model, expected, kind, at[random() % at.size()], random))
      changes.push_back(std::move(*change));
  return changes;
}

bool has_python() {
  const char* python = std::getenv("PARE_PYTHON");
  return python && *python;
}

// The example, quantized on samples of noise, with `options`.
void quantize_example(const Folder& folder, const std::string& options) {
  fs::copy_file(PARE_SOURCE_DIR "/examples/fashion_mnist/fashion_mnist.onnx", folder / "float.onnx");
  write_samples(folder);
  const Said said = run(folder, "", "quantize float.onnx --data noise.data.json -o int8.tflite " + options);
  ASSERT_EQ(said.status, 0) << said.err;
}

const std::string kVerify = " --data noise.data.json --against float.onnx --limit 2 --with ";

TEST(Mutations, AnUntouchedFileIsIndependent) {
  if (!has_python()) GTEST_SKIP() << "PARE_PYTHON names no Python with the runtimes";
  const struct { const char *options, *with; } rows[] = {{"", "tflm"}, {"--device x86", "litert"}};
  for (const auto& row : rows) {
    const Folder folder;
    quantize_example(folder, row.options);
    const Said said = run(folder, "", "verify int8.tflite" + kVerify + row.with);
    EXPECT_EQ(said.status, 0) << said.err;
    EXPECT_TRUE(said.out.ends_with("verified: independent\n")) << row.with << ": " << said.out;
  }
}

TEST(Mutations, AChangedByteIsFoundAndNamed) {
  if (!has_python()) GTEST_SKIP() << "PARE_PYTHON names no Python with the runtimes";
  const Folder folder;
  quantize_example(folder, "");
  for (const Kind kind : kKinds) {
    const std::vector<Change> changes = changes_of(read(folder / "int8.tflite"), kind, kChanges / std::size(kKinds));
    EXPECT_EQ(changes.size(), kChanges / std::size(kKinds));
    for (const Change& change : changes) {
      write(folder / "changed.tflite", change.bytes);
      const Said said = run(folder, "", "verify changed.tflite --plan int8.tflite.plan.json" + kVerify + "tflm");
      EXPECT_EQ(said.status, 1) << change.tensor << ": " << said.err;
      EXPECT_NE(said.out.find("differs, tensor '" + change.tensor + "'"), std::string::npos)
          << change.tensor << ": " << said.out;
      EXPECT_TRUE(said.out.ends_with("verified: none\n")) << said.out << said.err;
    }
  }
}

TEST(Mutations, ARuntimeThatRefusesASpoiltFileDoesNotHideTheDifference) {
  const Folder folder;
  quantize_example(folder, "");
  const std::vector<Change> changes = changes_of(read(folder / "int8.tflite"), Kind::Weight, 1);
  ASSERT_EQ(changes.size(), 1u);
  write(folder / "changed.tflite", changes[0].bytes);
  const Said said =
      run(folder, "PARE_PYTHON=/bin/false", "verify changed.tflite --plan int8.tflite.plan.json" + kVerify + "tflm");
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.out.find("5 tflm: skipped, --with tflm: exit status 1"), std::string::npos) << said.out;
  EXPECT_TRUE(said.out.ends_with("verified: none\n")) << said.out << said.err;
}

}  // namespace
}  // namespace pare::test
