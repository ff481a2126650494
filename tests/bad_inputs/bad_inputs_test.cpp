// Bad inputs, as a user meets them: the program ends with status 1 and one sentence that says where, what was found and
// what was expected, and no file is made or changed. Everything is built from the example's model and seeded samples.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "program.hpp"

namespace pare::test {
namespace {

std::string npy(const std::string& type, const std::string& shape, const std::string& elements) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  header.append(117 - header.size(), ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + elements;
}

std::string floats(size_t count, float last) {
  std::vector<float> values(count, 0.5f);
  values.back() = last;
  return {reinterpret_cast<const char*>(values.data()), count * sizeof(float)};
}

// The good files, made once: float.onnx, float.tflite, int8.tflite with its plan, ranges.json, and the samples.
const Folder& good() {
  static const Folder folder;
  static const bool made = [] {
    fs::copy_file(PARE_SOURCE_DIR "/examples/fashion_mnist/fashion_mnist.onnx", folder / "float.onnx");
    write_samples(folder);
    for (const char* arguments :
         {"convert float.onnx --fuse -o float.tflite", "quantize float.onnx --data noise.data.json -o int8.tflite",
          "calibrate float.onnx --data noise.data.json -o ranges.json"}) {
      const Said said = run(folder, "", arguments);
      EXPECT_EQ(said.status, 0) << arguments << ": " << said.err;
    }
    return true;
  }();
  EXPECT_TRUE(made);
  return folder;
}

// ---- How they are spoilt ------------------------------------------------------------------------------------------

using Spoil = void (*)(const Folder&);

void nothing(const Folder&) {}

void replace(const fs::path& path, const std::string& what, const std::string& by) {
  std::string bytes = read(path);
  const size_t at = bytes.find(what);
  ASSERT_NE(at, std::string::npos) << path << ": " << what;
  write(path, bytes.replace(at, what.size(), by));
}
void flip(const fs::path& path, size_t at, int bit) {
  std::string bytes = read(path);
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  write(path, bytes);
}
void keep_first(const fs::path& path, size_t count) { write(path, read(path).substr(0, count)); }
void data(const Folder& f, const std::string& text) { write(f / "noise.data.json", text); }

void weight_is_nan(const Folder& f) {
  std::string bytes = read(f / "float.onnx");
  const std::string name = "conv1.weightJ";  // J: the field of raw data; its length takes two bytes
  const size_t at = bytes.find(name) + name.size() + 2;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(&bytes[at + 3 * sizeof nan], &nan, sizeof nan);
  write(f / "float.onnx", bytes);
}

void arrays(const Folder& f, float last) {
  write(f / "x.npy", npy("<f4", "(4, 28, 28, 1)", floats(4 * kPixels, last)));
  data(f, R"({"name": "array", "reader": "npy", "inputs": "x.npy", "element": {"axes": "hwc"},
              "splits": {"calibration": "0:4", "evaluation": "0:4"}, "metric": "top1"})");
}

struct Row {
  const char* name;
  Spoil spoil;
  const char* before;  // in the shell
  const char* arguments;
  const char* expected;
};

const Row kRows[] = {
    // Files of models
    {"a TFLite file that breaks off", [](const Folder& f) { keep_first(f / "float.tflite", 20000); }, "",
     "inspect float.tflite",
     "float.tflite: byte 40: the table here, or one that it refers to, is damaged or not inside the file; expected "
     "tables within 20000 bytes. Is the file complete?"},
    {"an ONNX file that breaks off", [](const Folder& f) { keep_first(f / "float.onnx", 50000); }, "",
     "inspect float.onnx",
     "float.onnx: byte 50000: the message breaks off or is malformed there; expected an ONNX message of 50000 bytes"},
    {"a TFLite file whose header has a flipped bit", [](const Folder& f) { flip(f / "float.tflite", 7, 0); }, "",
     "inspect float.tflite", "float.tflite: byte 4: not the identifier of a TFLite file; expected 'TFL3'"},
    {"a TFLite file whose root has a flipped bit", [](const Folder& f) { flip(f / "float.tflite", 2, 7); }, "",
     "inspect float.tflite",
     "float.tflite: byte 8388648: the table here, or one that it refers to, is damaged or not inside the file; "
     "expected tables within 118304 bytes. Is the file complete?"},
    {"an ONNX file whose first byte has a flipped bit", [](const Folder& f) { flip(f / "float.onnx", 0, 1); }, "",
     "inspect float.onnx",
     "float.onnx: byte 122585: the message breaks off or is malformed there; expected an ONNX message of 122585 bytes"},
    {"an empty TFLite file", [](const Folder& f) { write(f / "float.tflite", ""); }, "", "inspect float.tflite",
     "float.tflite: byte 0: the file ends; expected at least 8 bytes"},
    {"an empty ONNX file", [](const Folder& f) { write(f / "float.onnx", ""); }, "", "inspect float.onnx",
     "float.onnx: model: it holds no graph; expected an ONNX model"},
    {"a folder for a model", nothing, "", "inspect inputs", "inputs: is a folder; expected a file"},
    {"a folder named as a model", [](const Folder& f) { fs::create_directory(f / "x.onnx"); }, "",
     "convert x.onnx -o out.tflite", "x.onnx: is a folder; expected a file"},
    {"no such model", nothing, "", "quantize none.onnx --data noise.data.json -o out.tflite",
     "none.onnx: cannot be opened: No such file or directory; expected a readable file"},
    {"an ending that no format has", nothing, "", "inspect noise.data.json",
     "noise.data.json: the ending '.json'; expected one of .onnx, .tflite"},
    {"a weight that is not a number", weight_is_nan, "", "quantize float.onnx --data noise.data.json -o out.tflite",
     "float.onnx: tensor 'conv1.weight': element 3 is not a number (NaN); expected numbers"},
    {"an unsupported operator", [](const Folder& f) { replace(f / "float.onnx", "Softmax", "Hardmax"); }, "",
     "convert float.onnx --fuse -o out.tflite",
     "float.onnx: operator set 13: 1 operator is not supported: Hardmax (node 'softmax'); expected operators that "
     "`pare ops` lists"},
    {"a model that is quantized already", nothing, "", "quantize int8.tflite --data noise.data.json -o out.tflite",
     "int8.tflite: an already quantized model; expected a float model. Use pare convert to change its format"},
    {"a float model where codes are asked for", nothing, "", "eval float.onnx --data noise.data.json --arithmetic tflm",
     "float.onnx: a model without integer tensors; expected no --arithmetic"},
    {"a float model to verify", nothing, "", "verify float.tflite --data noise.data.json",
     "float.tflite: no integer tensors; expected a quantized model"},
    {"a shape for an input that there is not", nothing, "", "inspect float.onnx --shape picture=1,1,28,28",
     "float.onnx: shapes: a shape for 'picture'; expected the name of an input"},
    {"a shape that does not suit", nothing, "", "inspect float.onnx --shape image=1,1,5",
     "float.onnx: graph input 'image': the shape [1, 1, 5] given for it; expected 4 extents"},
    // Dataset files and samples
    {"no such dataset file", nothing, "", "eval float.onnx --data none.data.json",
     "none.data.json: no such file; expected a file"},
    {"JSON that breaks off", [](const Folder& f) { data(f, samples_json(kElement).substr(0, 60)); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: not JSON: parse error at line 1, column 61: syntax error while parsing object key - invalid "
     "string: missing closing quote; last read: '\"labe', not string literal; expected a JSON object"},
    {"an unknown reader", [](const Folder& f) { data(f, samples_json(kElement, "4:8", "row")); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: reader: no reader 'row'; expected one of idx, npy, npz, raw"},
    {"an unknown metric", [](const Folder& f) { data(f, samples_json(kElement, "4:8", "raw", "top2")); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: metric: no metric 'top2'; expected one of auc, reconstruction_auc, top1, top5"},
    {"an unknown key", [](const Folder& f) { data(f, R"({"nam": "x"})"); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: unknown key 'nam'; expected one of name, reader, element, inputs, labels, preprocess, splits, "
     "metric"},
    {"a split that there is not", nothing, "", "eval float.onnx --data noise.data.json --split test",
     "noise: no split 'test'; expected calibration, evaluation or all"},
    {"more samples than rows", [](const Folder& f) { data(f, samples_json(kElement, "4:80")); }, "",
     "quantize float.onnx --data noise.data.json -o out.tflite",
     "noise.data.json: splits.evaluation: the range 4:80; expected an end of at most 8, the samples of labels.csv"},
    {"a label row is missing", [](const Folder& f) { replace(f / "labels.csv", "s6,10,6\n", ""); }, "",
     "quantize float.onnx --data noise.data.json -o out.tflite",
     "noise.data.json: splits.evaluation: the range 4:8; expected an end of at most 7, the samples of labels.csv"},
    {"a row without a label", [](const Folder& f) { replace(f / "labels.csv", "s6,10,6\n", "s6,10\n"); }, "",
     "quantize float.onnx --data noise.data.json -o out.tflite",
     "labels.csv:7: 2 columns; expected file, number of classes, label"},
    {"no labels for a metric that needs them",
     [](const Folder& f) { data(f, samples_json(kElement, "4:8", "raw", "top1", "none.csv")); }, "",
     "eval float.onnx --data noise.data.json", "none.csv: no such file; expected a file"},
    {"a label beyond the classes of its row",
     [](const Folder& f) { replace(f / "labels.csv", "s6,10,6\n", "s6,10,10\n"); }, "",
     "eval float.onnx --data noise.data.json", "labels.csv:7: label 10; expected 0 to 9, for 10 classes"},
    {"a label beyond the model's classes",
     [](const Folder& f) { replace(f / "labels.csv", "s6,10,6\n", "s6,12,11\n"); }, "",
     "quantize float.onnx --data noise.data.json -o out.tflite",
     "sample 's6': label 11; expected 0 to 9, for 10 classes"},
    {"a sample of another size", [](const Folder& f) { keep_first(f / "inputs/s5", 783); }, "",
     "quantize float.onnx --data noise.data.json -o out.tflite",
     "inputs/s5: it holds 783 bytes; expected 784 bytes, uint8 [28, 28, 1]"},
    {"a sample that is missing", [](const Folder& f) { fs::remove(f / "inputs/s2"); }, "",
     "calibrate float.onnx --data noise.data.json -o out.json", "inputs/s2: no such file; expected a file"},
    {"a folder for a sample",
     [](const Folder& f) {
       fs::remove(f / "inputs/s2");
       fs::create_directory(f / "inputs/s2");
     },
     "", "calibrate float.onnx --data noise.data.json -o out.json", "inputs/s2: this is a folder; expected a file"},
    {"samples of another shape",
     [](const Folder& f) {
       arrays(f, 0);
       write(f / "x.npy", npy("<f4", "(4, 27, 28, 1)", floats(4 * 27 * 28, 0)));
     },
     "", "eval float.onnx --data noise.data.json",
     "input 'image': samples of shape [27, 28, 1] (hwc); expected what the model takes, [1, 28, 28] (chw)"},
    {"samples with other counts",
     [](const Folder& f) { data(f, samples_json(R"({"type": "uint8", "shape": [27, 28, 1], "axes": "hwc"})")); }, "",
     "eval float.onnx --data noise.data.json", "inputs/s0: it holds 784 bytes; expected 756 bytes, uint8 [27, 28, 1]"},
    {"axes that do not exist",
     [](const Folder& f) { data(f, samples_json(R"({"type": "uint8", "shape": [28, 28, 1], "axes": "hxc"})")); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: element.axes: unknown axis 'x' in 'hxc'; expected letters of n c d h w t f"},
    {"axes of another rank",
     [](const Folder& f) { data(f, samples_json(R"({"type": "uint8", "shape": [28, 28, 1], "axes": "hw"})")); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: element: axes 'hw' for the shape [28, 28, 1]; expected 3 letters"},
    {"a type that does not exist",
     [](const Folder& f) { data(f, samples_json(R"({"type": "uint7", "shape": [28, 28, 1], "axes": "hwc"})")); }, "",
     "eval float.onnx --data noise.data.json",
     "noise.data.json: element.type: unknown type 'uint7'; expected one of bool, float32, float64, int16, int32, "
     "int64, int8, uint8"},
    {"a type of another width",
     [](const Folder& f) { data(f, samples_json(R"({"type": "int16", "shape": [28, 28, 1], "axes": "hwc"})")); }, "",
     "eval float.onnx --data noise.data.json", "inputs/s0: it holds 784 bytes; expected 1568 bytes, int16 [28, 28, 1]"},
    {"a sample that is not a number", [](const Folder& f) { arrays(f, NAN); }, "",
     "calibrate float.onnx --data noise.data.json -o out.json",
     "tensor 'image': a value that is not finite; expected finite numbers"},
    {"an infinite sample", [](const Folder& f) { arrays(f, INFINITY); }, "",
     "quantize float.onnx --data noise.data.json -o out.tflite",
     "tensor 'image': a value that is not finite; expected finite numbers"},
    {"an array that breaks off",
     [](const Folder& f) {
       arrays(f, 0);
       keep_first(f / "x.npy", 5000);
     },
     "", "calibrate float.onnx --data noise.data.json -o out.json",
     "x.npy: it holds 5000 bytes; expected the 12672 that its header speaks of"},
    {"input arrays of another shape",
     [](const Folder& f) { write(f / "x.npy", npy("<f4", "(2, 28, 28)", floats(2 * kPixels, 0))); }, "",
     "run int8.tflite --input x.npy -o out.npz",
     "x.npy: input 'image' of shape [2, 28, 28]; expected samples of [28, 28, 1]"},
    {"input arrays of another type",
     [](const Folder& f) { write(f / "x.npy", npy("<i4", "(1, 28, 28, 1)", floats(kPixels, 0))); }, "",
     "run int8.tflite --input x.npy -o out.npz", "x.npy: type i32; expected i8 or f32"},
    {"input arrays that are not numbers",
     [](const Folder& f) { write(f / "x.npy", npy("<f4", "(1, 28, 28, 1)", floats(kPixels, NAN))); }, "",
     "run int8.tflite --input x.npy -o out.npz", "x.npy: element 783 is not a number (NaN); expected numbers"},
    {"an archive that is none", [](const Folder& f) { write(f / "x.npz", "no archive"); }, "",
     "run int8.tflite --input x.npz -o out.npz",
     "x.npz: not a readable zip archive: Not a zip archive; expected an .npz file"},
    {"a tensor that there is not", nothing, "", "run int8.tflite --data noise.data.json --tensors logits -o out.npz",
     "--tensors: 'logits'; expected outputs, all or tensors of the model"},
    // Plans, ranges, devices
    {"a plan that is no JSON", [](const Folder& f) { keep_first(f / "int8.tflite.plan.json", 100); }, "",
     "apply float.onnx --plan int8.tflite.plan.json -o out.tflite",
     "int8.tflite.plan.json: parse error at line 1, column 101: syntax error while parsing object - unexpected end of "
     "input, not '}'; expected a plan: {\"plan\": 1, \"steps\": [...]}"},
    {"a selector that matches nothing",
     [](const Folder& f) { replace(f / "int8.tflite.plan.json", "weights:conv1", "weights:conv9"); }, "",
     "apply float.onnx --plan int8.tflite.plan.json -o out.tflite",
     "plan: step 0: 'weights:conv9' matches nothing in the model; expected the name of a node or tensor; * stands for "
     "any characters. `pare inspect` lists the names"},
    {"a selector that matches nothing, beside a scheme",
     [](const Folder& f) { write(f / "p.json", R"({"plan": 1, "steps": [{"float": "head*"}]})"); }, "",
     "quantize float.onnx --data noise.data.json --plan p.json -o out.tflite",
     "plan: step 0: 'head*' matches nothing in the model; expected the name of a node or tensor; * stands for any "
     "characters. `pare inspect` lists the names"},
    {"a step of no verb", [](const Folder& f) { write(f / "p.json", R"({"plan": 1, "steps": [{"round": "conv1"}]})"); },
     "", "quantize float.onnx --data noise.data.json --plan p.json -o out.tflite",
     "p.json: step 0: verb 'round'; expected encode or float (fuse, prune and load are not supported yet)"},
    {"an encoding that there is not",
     [](const Folder& f) {
       write(f / "p.json", R"({"plan": 1, "steps": [{"encode": "weights:*", "as": "i9/tensor/sym"}]})");
     },
     "", "quantize float.onnx --data noise.data.json --plan p.json -o out.tflite",
     "p.json: step 0: encoding: 'i9/tensor/sym'; expected f32, i8/tensor/asym, i8/channel/sym or the like"},
    {"a plan that is not resolved",
     [](const Folder& f) {
       write(f / "p.json", R"({"plan": 1, "steps": [{"encode": "weights:*", "as": "i8/channel/sym"}]})");
     },
     "", "apply float.onnx --plan p.json -o out.tflite",
     "p.json: step 0: no scale for 'weights:*'; expected a resolved plan. Give ranges, or use the plan that `pare "
     "quantize` wrote"},
    {"ranges of another model", [](const Folder& f) { replace(f / "ranges.json", "\"relu1_out\"", "\"relu9_out\""); },
     "", "quantize float.onnx --data noise.data.json --ranges-file ranges.json -o out.tflite",
     "ranges: no range of tensor 'relu1_out'; expected ranges of this model. Calibrate again"},
    {"a device's description that is none", [](const Folder& f) { write(f / "d.json", "{}"); }, "",
     "check int8.tflite --device d.json", "d.json: key 'name' not found; expected a device description"},
    // Outputs
    {"an output in a folder that there is not", nothing, "",
     "quantize float.onnx --data noise.data.json -o none/out.tflite",
     "none/out.tflite: there is no folder 'none'; expected a place in a folder that exists"},
    {"an output that is a folder", nothing, "", "convert float.onnx --fuse -o inputs",
     "inputs: is a folder; expected a file's name"},
    {"an output that cannot be written yet", nothing, "", "convert float.onnx -o out.xml",
     "out.xml: the ending '.xml'; expected one of .onnx, .tflite"},
    {"no room for a model", nothing, "ulimit -f 16;", "convert float.onnx --fuse -o float.tflite",
     "float.tflite: cannot be written: File too large; expected a place that takes the whole file"},
    {"no room for a quantized model", nothing, "ulimit -f 16;",
     "quantize float.onnx --data noise.data.json -o int8.tflite",
     "int8.tflite.plan.json: cannot be written: File too large; expected a place that takes the whole file"},
    {"no room for ranges", nothing, "ulimit -f 16;", "calibrate float.onnx --data noise.data.json -o ranges.json",
     "ranges.json: cannot be written: File too large; expected a place that takes the whole file"},
    {"no room for arrays", nothing, "ulimit -f 16;", "run int8.tflite --data noise.data.json --tensors all -o out.npz",
     "out.npz: cannot be written: Write error: File too large; expected a place that takes the whole file"},
    {"no room for a project", nothing, "ulimit -f 16;", "emit int8.tflite --target c --samples 5 -o out_c",
     "out_c: cannot be written: File too large; expected a place that takes the whole file"},
    {"a project in a folder of something else", nothing, "", "emit int8.tflite --target c --samples 1 -o inputs",
     "inputs: Directory not empty; expected a folder that does not exist, is empty or holds an older project"},
    {"a foreign runtime without a Python", nothing, "unset PARE_PYTHON;",
     "verify int8.tflite --data noise.data.json --with tflm",
     "--with tflm: no Python is given; expected --python or PARE_PYTHON"},
};

TEST(BadInputs, OneSentenceStatusOneAndNoFile) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const Folder folder;
    fs::copy(good().path(), folder.path(), fs::copy_options::recursive);
    row.spoil(folder);
    const auto before = files_in(folder.path());
    const Said said = run(folder, row.before, row.arguments);
    EXPECT_EQ(said.status, 1);
    EXPECT_EQ(said.out, "");
    EXPECT_EQ(said.err, "pare: " + std::string(row.expected) + "\n");
    EXPECT_NE(said.err.find("; expected "), std::string::npos);
    EXPECT_EQ(files_in(folder.path()) == before, true) << "a file was made or changed";
  }
}

TEST(BadInputs, AsJsonTheSentenceIsInParts) {
  const Said said = run(good(), "", "inspect none.tflite --json");
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.err, "");
  for (const char* part :
       {R"("code": "io")", R"("place": "none.tflite")", R"("found": "cannot be opened: No such file or directory")",
        R"("expected": "a readable file")", R"("message": "none.tflite: cannot)"})
    EXPECT_NE(said.out.find(part), std::string::npos) << part << " in " << said.out;
}

struct UsageRow {
  const char* name;
  const char* arguments;
  const char* expected;
};

const UsageRow kUsage[] = {
    {"no verb", "", "command line: no verb; expected one of those that pare --help lists"},
    {"an unknown verb", "shrink float.onnx",
     "command line: no verb 'shrink'; expected one of those that pare --help lists"},
    {"an unknown option", "inspect float.onnx --nope",
     "inspect: The following argument was not expected: --nope. See pare inspect --help"},
    {"a scheme in no list", "quantize float.onnx --data noise.data.json -o out.tflite --scheme int9",
     "quantize: --scheme: 'int9'; expected one of int8. See pare quantize --help"},
    {"a device in no list", "quantize float.onnx --data noise.data.json -o out.tflite --device toaster",
     "quantize: --device: 'toaster'; expected one of arm64, cortex-m4, generic-int8, x86, or a .json file. See pare "
     "quantize --help"},
    {"an arithmetic in no list", "eval int8.tflite --data noise.data.json --arithmetic exact",
     "eval: --arithmetic: exact not in {tflm,litert,litert_ref,st,onnx}. See pare eval --help"},
    {"a range estimator in no list", "quantize float.onnx --data noise.data.json -o out.tflite --weight-ranges best",
     "quantize: --weight-ranges: 'best'; expected one of minmax, mse, sigma:N. See pare quantize --help"},
    {"sigma without a number", "quantize float.onnx --data noise.data.json -o out.tflite --ranges sigma:x",
     "quantize: --ranges: 'sigma:x'; expected sigma:N with a number N above 0, for example sigma:3. See pare quantize "
     "--help"},
    {"an instruction set in no list", "eval int8.tflite --data noise.data.json --isa mmx",
     "eval: --isa: mmx not in {portable,avx2,avxvnni,avx512vnni,amx,neon,dotprod}. See pare eval --help"},
    {"a target in no list", "emit int8.tflite --target rust -o out_c",
     "emit: --target: rust not in {c}. See pare emit --help"},
    {"a runtime in no list", "verify int8.tflite --data noise.data.json --with tvm",
     "verify: --with: tvm not in {tflm,litert,litert_ref,onnxruntime}. See pare verify --help"},
    {"no threads", "eval int8.tflite --data noise.data.json --threads 0",
     "eval: --threads: Value 0 not in range 1 to 1024. See pare eval --help"},
    {"a limit of none", "eval int8.tflite --data noise.data.json --limit 0",
     "eval: --limit: '0'; expected a whole number above 0. See pare eval --help"},
    {"a limit without data", "run int8.tflite --input x.npy --limit 3 -o out.npz",
     "run: --limit requires --data. See pare run --help"},
    {"a shape without a name", "inspect float.onnx --shape 1,1,28,28",
     "--shape: '1,1,28,28'; expected NAME=1,300,300,3"},
    {"a requirement of an unknown name", "eval int8.tflite --data noise.data.json --require 'accuracy >= 1'",
     "eval: --require: 'accuracy >= 1' is not NAME COMPARISON NAME-OR-NUMBER [+|- NUMBER]; names are arena_bytes, "
     "file_bytes, value, weight_bytes. See pare eval --help"},
    {"a requirement that is not measured",
     "compare float.onnx int8.tflite --data noise.data.json --require 'value >= 1'",
     "compare: --require: 'value >= 1' is not NAME COMPARISON NAME-OR-NUMBER [+|- NUMBER]; names are agreement. See "
     "pare compare --help"},
    {"no dataset file", "eval int8.tflite", "eval: --data is required. See pare eval --help"},
    {"data and arrays", "run int8.tflite --data noise.data.json --input x.npy -o out.npz",
     "run: --input excludes --data. See pare run --help"},
};

TEST(BadInputs, WrongUsageIsStatusTwo) {
  for (const UsageRow& row : kUsage) {
    SCOPED_TRACE(row.name);
    const auto before = files_in(good().path());
    const Said said = run(good(), "", row.arguments);
    EXPECT_EQ(said.status, 2);
    EXPECT_EQ(said.out, "");
    EXPECT_EQ(said.err, "pare: " + std::string(row.expected) + "\n");
    EXPECT_EQ(files_in(good().path()) == before, true) << "a file was made or changed";
  }
}

TEST(BadInputs, ARequirementThatIsNotMetIsStatusThreeAfterTheWork) {
  const Folder folder;
  fs::copy(good().path(), folder.path(), fs::copy_options::recursive);
  const Said said = run(
      folder, "", R"(quantize float.onnx --data noise.data.json -o out.tflite --json --require "file_bytes <= 1k")");
  EXPECT_EQ(said.status, 3) << said.err;
  EXPECT_EQ(said.err, "pare: not met: file_bytes <= 1k\n");
  EXPECT_TRUE(fs::exists(folder / "out.tflite"));
  EXPECT_EQ(
      run(folder, "", R"(eval out.tflite --data noise.data.json --require "file_bytes <= 100k" --require "value >= 0")")
          .status,
      0);
}

}  // namespace
}  // namespace pare::test
