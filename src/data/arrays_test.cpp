// The readers of arrays: idx, npy and npz hold the same samples, and are wrong in their own ways.
#include <gtest/gtest.h>

#include <functional>

#include "data/test_files.hpp"
#include "pare/data.hpp"

namespace pare {
namespace {

constexpr int kSamples = 5;

std::string file_text(const std::string& reader, const std::string& inputs, const std::string& labels,
                      const std::string& element = "{}") {
  return R"({"name": "t", "reader": ")" + reader + R"(", "inputs": ")" + inputs + R"(", )" +
         (labels.empty() ? "" : R"("labels": ")" + labels + R"(", )") + R"("element": )" + element +
         R"(, "splits": {"a": {}}})";
}

std::string labels_idx() { return idx_bytes({kSamples}, counting_bytes(kSamples)); }

using Writer = std::function<void(const TempFolder&)>;

// Samples of shape [2, 3] and type uint8, sample i from 6 i on, label i.
struct Layout {
  std::string name, reader, inputs, labels;
  Writer write;
};

std::vector<Layout> layouts() {
  const std::string images = idx_bytes({kSamples, 2, 3}, counting_bytes(6 * kSamples));
  const std::string npy = npy_bytes("|u1", "(5, 2, 3)", counting_bytes(6 * kSamples));
  const std::string npy2 = npy_bytes("|u1", "(5, 2, 3)", counting_bytes(6 * kSamples), 2);
  const std::string y64 = npy_bytes("<i8", "(5,)", raw_bytes<int64_t>({0, 1, 2, 3, 4}));
  const std::string y2 = npy_bytes(">i2", "(5, 1)", std::string("\0\0\0\1\0\2\0\3\0\4", 10));
  return {
      {"plain idx", "idx", "x.idx", "y.idx",
       [=](const TempFolder& f) { f.write("x.idx", images), f.write("y.idx", labels_idx()); }},
      {"gzip idx", "idx", "x.gz", "y.gz",
       [=](const TempFolder& f) { write_gzip(f.at("x.gz"), images), write_gzip(f.at("y.gz"), labels_idx()); }},
      {"npy, int64 labels", "npy", "x.npy", "y.npy",
       [=](const TempFolder& f) { f.write("x.npy", npy), f.write("y.npy", y64); }},
      {"npy version 2, big-endian labels in a column", "npy", "x.npy", "y.npy",
       [=](const TempFolder& f) { f.write("x.npy", npy2), f.write("y.npy", y2); }},
      {"npy, uint16 labels", "npy", "x.npy", "y.npy",
       [=](const TempFolder& f) { f.write("x.npy", npy), f.write("y.npy", npy_bytes("<u2", "(5,)", raw_bytes<uint16_t>({0, 1, 2, 3, 4}))); }},
      {"npz, deflated", "npz", "s.npz:x", "s.npz:y",
       [=](const TempFolder& f) {
         write_zip(f.at("s.npz"), {{"x.npy", npy}, {"y.npy", y64}}, false);
       }},
      {"npz, stored", "npz", "s.npz:x.npy", "s.npz:y",
       [=](const TempFolder& f) {
         write_zip(f.at("s.npz"), {{"y.npy", y64}, {"x.npy", npy}}, true);
       }},
  };
}

void expect_sample(SampleSource& samples, int64_t index, const std::string& name) {
  const auto sample = samples.read(index);
  ASSERT_TRUE(sample) << name << ": " << sample.error().message();
  std::vector<uint8_t> expected;
  for (int64_t i = 0; i < 6; ++i) expected.push_back(static_cast<uint8_t>(6 * index + i));
  EXPECT_EQ(sample->stored, Tensor::of<uint8_t>({2, 3}, expected)) << name << ", sample " << index;
  EXPECT_EQ(sample->label, index) << name;
  EXPECT_EQ(sample->id, std::to_string(index)) << name;
}

TEST(Arrays, HoldTheSameSamplesInAnyOrderOfReading) {
  for (const Layout& layout : layouts()) {
    const TempFolder folder;
    layout.write(folder);
    const auto data = read_dataset(folder.write("t.data.json", file_text(layout.reader, layout.inputs, layout.labels)));
    ASSERT_TRUE(data) << layout.name << ": " << data.error().message();
    EXPECT_EQ(data->element().type, DType::U8) << layout.name;
    EXPECT_EQ(data->element().shape, Shape({2, 3})) << layout.name;
    const auto samples = data->open("a");
    ASSERT_EQ((*samples)->count(), kSamples) << layout.name;
    for (const int64_t i : {0, 1, 2, 3, 4, 0, 3, 1, 4, 4}) expect_sample(**samples, i, layout.name);
    const auto clone = (*samples)->clone();
    for (const int64_t i : {2, 1}) expect_sample(*clone, i, layout.name + " (clone)");
  }
}

TEST(Arrays, TakeEveryType) {
  struct Row {
    std::string descr, elements;
    Tensor expected;
  };
  const Row rows[] = {
      {"<f4", raw_bytes<float>({1.5f}), Tensor::of<float>({1}, {1.5f})},
      {"<f8", raw_bytes<double>({-2.5}), Tensor::of<double>({1}, {-2.5})},
      {"|i1", raw_bytes<int8_t>({-3}), Tensor::of<int8_t>({1}, {-3})},
      {"|u1", raw_bytes<uint8_t>({200}), Tensor::of<uint8_t>({1}, {200})},
      {"<i2", raw_bytes<int16_t>({-300}), Tensor::of<int16_t>({1}, {-300})},
      {"<i4", raw_bytes<int32_t>({70000}), Tensor::of<int32_t>({1}, {70000})},
      {">i4", std::string("\x01\x02\x03\x04", 4), Tensor::of<int32_t>({1}, {0x01020304})},
      {"<i8", raw_bytes<int64_t>({int64_t{1} << 40}), Tensor::of<int64_t>({1}, {int64_t{1} << 40})},
  };
  for (const Row& row : rows) {
    const TempFolder folder;
    folder.write("x.npy", npy_bytes(row.descr, "(1,)", row.elements));
    const auto data = read_dataset(folder.write("t.data.json", file_text("npy", "x.npy", "")));
    ASSERT_TRUE(data) << row.descr << ": " << data.error().message();
    EXPECT_EQ(data->element().axes, "f");
    EXPECT_EQ((*data->open("a"))->read(0)->stored, row.expected) << row.descr;
    EXPECT_EQ((*data->open("a"))->read(0)->label, std::nullopt) << row.descr;
  }
}

// Reads everything, and returns the first complaint.
std::string first_complaint(const std::string& path) {
  const auto data = read_dataset(path);
  if (!data) return data.error().message();
  const auto samples = data->open("all");
  for (int64_t i = 0; i < (*samples)->count(); ++i) {
    const auto sample = (*samples)->read(i);
    if (!sample) return sample.error().message();
  }
  return "no complaint";
}

struct Wrong {
  std::string name, reader, inputs, labels, message;
  Writer write;
  std::string element = "{}";
};

void expect_complaints(std::span<const Wrong> rows) {
  for (const Wrong& row : rows) {
    const TempFolder folder;
    row.write(folder);
    const std::string path = folder.write("t.data.json", file_text(row.reader, row.inputs, row.labels, row.element));
    const std::string complaint = first_complaint(path);
    EXPECT_NE(complaint.find(row.message), std::string::npos) << row.name << ": " << complaint;
  }
}

Writer file(const std::string& name, const std::string& bytes) {
  return [=](const TempFolder& f) { f.write(name, bytes); };
}

// A gzip idx file of 5 x 1000 bytes that do not compress well, cut or changed.
Writer changed_gzip(const std::function<void(std::string&)>& change) {
  return [=](const TempFolder& f) {
    std::string noise;
    for (uint32_t i = 0, x = 1; i < 5000; ++i, x = x * 1664525 + 1013904223) noise += static_cast<char>(x >> 24);
    write_gzip(f.at("x.gz"), idx_bytes({5, 1000}, noise));
    std::ifstream in(f.at("x.gz"), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    change(bytes);
    f.write("x.gz", bytes);
  };
}

TEST(Arrays, RefuseWrongIdx) {
  const Wrong rows[] = {
      {"no such file", "idx", "x", "", "x: no such file", [](const TempFolder&) {}},
      {"a folder", "idx", "x", "", "x: this is a folder; expected a file", file("x/y", "")},
      {"an empty file", "idx", "x", "", "the data end before byte 1", file("x", "")},
      {"another file", "idx", "x", "", "it begins with 50 4b", file("x", "PK\3\4 and so on")},
      {"an unknown type", "idx", "x", "", "idx type 0x0a", file("x", idx_bytes({1}, "a", 0x0a))},
      {"no axes", "idx", "x", "", "0 axes; expected 1 to 9", file("x", idx_bytes({}, "a"))},
      {"no samples", "idx", "x", "", "no samples", file("x", idx_bytes({0, 2}, ""))},
      {"too few bytes", "idx", "x", "", "it holds 12 bytes; expected the 13", file("x", idx_bytes({5}, "abcd"))},
      {"too many bytes", "idx", "x", "", "it holds 16 bytes; expected the 13",
       file("x", idx_bytes({5}, "abcd") + "1234")},
      {"more than memory", "idx", "x", "", "fit in memory",
       file("x", idx_bytes({0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff}, "a"))},
      {"more than gzip can hold", "idx", "x.gz", "", "it cannot hold more than",
       [](const TempFolder& f) {
         write_gzip(f.at("x.gz"), idx_bytes({1000, 1000, 1000}, "a"));
       }},
      {"a truncated gzip file", "idx", "x.gz", "", "x.gz: the data end before byte",
       changed_gzip([](std::string& bytes) { bytes.resize(bytes.size() / 2); })},
      {"a broken gzip file", "idx", "x.gz", "", "broken gzip data", changed_gzip([](std::string& bytes) {
         for (size_t i = 100; i < 200; ++i) bytes[i] = static_cast<char>(~bytes[i]);
       })},
      {"a wrong checksum", "idx", "x.gz", "", "broken gzip data",
       changed_gzip([](std::string& bytes) { bytes[bytes.size() - 6] ^= 1; })},
      {"gzip data that go on", "idx", "x.gz", "", "bytes after byte 9",
       [](const TempFolder& f) { write_gzip(f.at("x.gz"), idx_bytes({1}, "abc")); }},
      {"fewer labels than samples", "idx", "x", "y", "y: 2 labels for 3 samples",
       [](const TempFolder& f) { f.write("x", idx_bytes({3}, "abc")), f.write("y", idx_bytes({2}, "ab")); }},
      {"a negative label", "idx", "x", "y", "y: label -1 in row 0; expected a class of at least 0",
       [](const TempFolder& f) { f.write("x", idx_bytes({1}, "a")), f.write("y", idx_bytes({1}, "\xff", 0x09)); }},
      {"a type that the file does not hold", "idx", "x", "", "type int8; expected uint8, which the source holds",
       file("x", idx_bytes({1}, "a")), R"({"type": "int8"})"},
      {"a shape that the file does not hold", "idx", "x", "", "shape [3]; expected [1], which the source holds",
       file("x", idx_bytes({1}, "a")), R"({"shape": [3]})"},
  };
  expect_complaints(rows);
}

TEST(Arrays, RefuseWrongNumpy) {
  const std::string good = npy_bytes("<f4", "(1,)", "abcd");
  const Wrong rows[] = {
      {"an empty file", "npy", "x.npy", "", "it does not begin as NumPy arrays do", file("x.npy", "")},
      {"another file", "npy", "x.npy", "", "it does not begin as NumPy arrays do",
       file("x.npy", "something else here")},
      {"a newer version", "npy", "x.npy", "", "NumPy format version 9",
       file("x.npy", npy_bytes("<f4", "(1,)", "abcd", 9))},
      {"Fortran order", "npy", "x.npy", "", "an array in Fortran order; expected C order. Save it with",
       file("x.npy", npy_bytes("<f4", "(1, 1)", "abcd", 1, "True"))},
      {"objects", "npy", "x.npy", "", "elements of NumPy type 'O'", file("x.npy", npy_bytes("|O", "(1,)", "abcd"))},
      {"complex numbers", "npy", "x.npy", "", "elements of NumPy type 'c8'", file("x.npy", npy_bytes("<c8", "(1,)", "abcdefgh"))},
      {"a broken shape", "npy", "x.npy", "", "whose 'shape' cannot be read",
       file("x.npy", npy_bytes("<f4", "(a,)", "abcd"))},
      {"a scalar", "npy", "x.npy", "", "an array without axes", file("x.npy", npy_bytes("<f4", "()", "abcd"))},
      {"too few bytes", "npy", "x.npy", "", "bytes; expected the", file("x.npy", npy_bytes("<f4", "(2,)", "abcd"))},
      {"a header that is cut", "npy", "x.npy", "", "the file ends at byte 40", file("x.npy", good.substr(0, 40))},
      {"float labels", "npy", "x.npy", "x.npy", "labels of type f32; expected whole numbers", file("x.npy", good)},
      {"labels of two columns", "npy", "x.npy", "y.npy", "one label a row",
       [=](const TempFolder& f) { f.write("x.npy", good), f.write("y.npy", npy_bytes("|u1", "(1, 2)", "ab")); }},
      {"npz without a name", "npz", "s.npz", "", "no array is named; expected FILE.npz:ARRAY", file("s.npz", good)},
      {"npz that is none", "npz", "s.npz:x", "", "s.npz: not a readable zip archive", file("s.npz", good)},
      {"an array that is not there", "npz", "s.npz:z", "", "s.npz: no array 'z'; expected one of x.npy, y.npy",
       [=](const TempFolder& f) {
         write_zip(f.at("s.npz"), {{"x.npy", good}, {"y.npy", good}}, true);
       }},
      {"a stored member that was changed", "npz", "s.npz:x", "", "broken archive near byte",
       [=](const TempFolder& f) {
         write_zip(f.at("s.npz"), {{"x.npy", good}}, true);
         std::fstream change(f.at("s.npz"), std::ios::binary | std::ios::in | std::ios::out);
         change.seekp(static_cast<int64_t>(30 + 5 + good.size() - 1));
         change.put('!');
       }},
  };
  expect_complaints(rows);
}

TEST(Arrays, ReadMnist) {
  const std::string folder_of_mnist = test_data("mnist");
  if (folder_of_mnist.empty()) GTEST_SKIP() << "the test data are not there (PARE_DATA)";
  const TempFolder folder;
  const std::string path = folder.write(
      "mnist.data.json", R"({"name": "mnist", "reader": "idx", "inputs": ")" + folder_of_mnist +
                             R"(/t10k-images-idx3-ubyte.gz", "labels": ")" + folder_of_mnist +
                             R"(/t10k-labels-idx1-ubyte.gz", "preprocess": [{"scale": 0.00392156862745098}],
      "splits": {"calibration": "0:200", "evaluation": ["0:200", "200:10000"]}, "metric": "top1"})");
  const auto data = read_dataset(path);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->element().shape, Shape({28, 28}));
  const auto samples = data->open("all");
  ASSERT_EQ((*samples)->count(), 10000);
  std::vector<int> found(10);
  for (int64_t i = 0; i < 10000; ++i) {
    const auto sample = (*samples)->read(i);
    ASSERT_TRUE(sample) << sample.error().message();
    ++found[static_cast<size_t>(*sample->label)];
  }
  EXPECT_EQ(found, std::vector<int>({980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
}

}  // namespace
}  // namespace pare
