#include <gtest/gtest.h>

#include "data/test_files.hpp"
#include "pare/data.hpp"

namespace pare {
namespace {

// Ten samples of two int8 each (10 i, 10 i + 1), row i with label i % 3; unlabelled ones in `other`.
void write_samples(const TempFolder& folder) {
  std::string labels;
  for (int i = 0; i < 10; ++i) {
    const std::string name = "s" + std::to_string(9 - i) + ".bin";
    folder.write("inputs/" + name, raw_bytes<int8_t>({static_cast<int8_t>(10 * i), static_cast<int8_t>(10 * i + 1)}));
    folder.write("other/" + name, raw_bytes<int8_t>({static_cast<int8_t>(-i), 0}));
    labels += name + ", 3, " + std::to_string(i % 3) + ", ignored\n";
  }
  folder.write("labels.csv", labels);
}

// A dataset file of these samples whose text between the braces ends in `rest`.
std::string with(const std::string& rest) {
  return R"({"name": "t", "reader": "raw", "inputs": "inputs", "labels": "labels.csv",
             "element": {"type": "int8", "shape": [2], "scale": 0.5, "zero_point": 3}, )" +
         rest + "}";
}

std::string read_ids(SampleSource& samples) {
  std::string ids;
  for (int64_t i = 0; i < samples.count(); ++i) {
    const Result<Sample> sample = samples.read(i);
    ids += sample ? sample->id.substr(0, sample->id.find('.')) + " " : sample.error().message();
  }
  return ids;
}

TEST(Dataset, SplitsSelectRows) {
  struct Row {
    std::string name, splits, split, ids;
    int64_t limit = -1;
  };
  const Row rows[] = {
      {"a split that is a range, in the order of the CSV", R"({"a": "0:3"})", "a", "s9 s8 s7 "},
      {"a list of ranges, in the list's order", R"({"a": ["4:6", "0:1"]})", "a", "s5 s4 s9 "},
      {"an object with a range", R"({"a": {"range": "8:10"}})", "a", "s1 s0 "},
      {"an object without a range takes all rows", R"({"a": {}})", "a", "s9 s8 s7 s6 s5 s4 s3 s2 s1 s0 "},
      {"a limit cuts", R"({"a": "2:9"})", "a", "s7 s6 ", 2},
      {"a limit above the count does nothing", R"({"a": "0:2"})", "a", "s9 s8 ", 5},
      {"no labels: names in sorted order", R"({"a": {"labels": null, "range": "0:3"}})", "a", "s0 s1 s2 "},
      {"all: what splits name twice comes once, in the source's order", R"({"a": ["5:7", "0:2"], "b": "1:3"})", "all",
       "s9 s8 s7 s4 s3 "},
      {"all: sources in the file's order", R"({"z": {"inputs": "other", "range": "0:1"}, "a": "0:2", "b": "1:2"})",
       "all", "s9 s9 s8 "},
  };
  for (const Row& row : rows) {
    const TempFolder folder;
    write_samples(folder);
    const auto data = read_dataset(folder.write("t.data.json", with(R"("splits": )" + row.splits)));
    ASSERT_TRUE(data) << row.name << ": " << data.error().message();
    const auto samples = data->open(row.split, row.limit);
    ASSERT_TRUE(samples) << row.name << ": " << samples.error().message();
    EXPECT_EQ(read_ids(**samples), row.ids) << row.name;
    EXPECT_EQ(read_ids(*(*samples)->clone()), row.ids) << row.name << ", read by a clone";
  }
}

TEST(Dataset, GivesWhatTheFileSays) {
  const TempFolder folder;
  write_samples(folder);
  setenv("PARE_TEST_FOLDER", "inputs", 1);
  const auto data = read_dataset(folder.write("t.data.json", R"({"name": "named", "reader": "raw",
      "element": {"type": "int8", "shape": [1, 2], "axes": "hw", "scale": 0.5, "zero_point": -3},
      "splits": {"b": {"inputs": "${PARE_TEST_FOLDER}", "labels": "labels.csv"}, "a": {"inputs": "inputs", "range": "0:1"}},
      "metric": {"name": "coco", "iou": 0.5}})"));
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->name(), "named");
  EXPECT_EQ(data->element().shape, Shape({1, 2}));
  EXPECT_EQ(data->element().axes, "hw");
  EXPECT_EQ(data->element().zero_point, -3);
  EXPECT_EQ(data->metric().name, "coco");
  EXPECT_EQ(data->metric().options, R"({"iou":0.5})");
  EXPECT_EQ(data->splits(), std::vector<std::string>({"b", "a"}));
  const auto samples = data->open_range("b", 4, 5);
  ASSERT_TRUE(samples);
  const auto sample = (*samples)->read(0);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->stored, Tensor::of<int8_t>({1, 2}, {40, 41}));
  EXPECT_EQ(sample->label, 1);
}

TEST(Dataset, HashFollowsContent) {
  const TempFolder folder;
  write_samples(folder);
  const std::string path = folder.write("t.data.json", with(R"("splits": {"a": "0:5", "b": "0:6"})"));
  const auto data = read_dataset(path);
  ASSERT_TRUE(data);
  const auto first = data->hash("a");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 7 + 64);
  EXPECT_EQ(*first, *data->hash("a"));
  EXPECT_NE(*first, *data->hash("b"));
  folder.write("inputs/s9.bin", "xy");
  EXPECT_NE(*first, *data->hash("a"));
}

struct WrongFile {
  std::string name, text, message;  // the message must hold this
};

void expect_refusals(std::span<const WrongFile> rows) {
  for (const WrongFile& row : rows) {
    const TempFolder folder;
    write_samples(folder);
    folder.write("empty/.hidden", "");
    folder.write("bad.csv", "s0.bin,3,0\ns1.bin,3,3\n");
    folder.write("short.csv", "s0.bin,3\n");
    folder.write("words.csv", "s0.bin,3,cat\n");
    folder.write("blank.csv", "\n\n");
    const std::string path = folder.write("t.data.json", row.text);
    const auto data = read_dataset(path);
    ASSERT_FALSE(data) << row.name;
    EXPECT_NE(data.error().message().find(row.message), std::string::npos)
        << row.name << ": " << data.error().message();
  }
}

TEST(Dataset, RefusesWrongText) {
  const WrongFile rows[] = {
      {"no JSON", "{", "t.data.json: not JSON: parse error at line 1"},
      {"a list", "[]", "a list; expected an object"},
      {"a key twice", R"({"name": "a", "name": "b"})", "the key 'name' stands twice"},
      {"an unknown key", with(R"("splits": {"a": "0:1"}, "shuffle": true)"),
       "unknown key 'shuffle'; expected one of name"},
      {"a missing key", R"({"name": "t", "reader": "raw"})", "the key 'splits' is missing"},
      {"an unknown reader", R"({"name": "t", "reader": "images"})",
       "reader: no reader 'images'; expected one of idx, npy"},
      {"a wrong type", R"({"name": 3})", "name: the number 3; expected a text"},
      {"an unknown key of the element", R"({"name": "t", "reader": "raw", "element": {"dtype": "int8"}})",
       "element: unknown key 'dtype'"},
      {"an unknown element type", R"({"name": "t", "reader": "raw", "element": {"type": "int3"}})",
       "element.type: unknown type 'int3'; expected one of bool"},
      {"an extent of zero", R"({"name": "t", "reader": "raw", "element": {"shape": [2, 0]}})",
       "element.shape[1]: the number 0; expected an extent"},
      {"an unknown axis", R"({"name": "t", "reader": "raw", "element": {"axes": "hq"}})", "unknown axis 'q'"},
      {"a scale of zero", R"({"name": "t", "reader": "raw", "element": {"scale": 0}})", "expected a scale above 0"},
      {"splits that are a text", with(R"("splits": "0:1")"), "splits: the text \"0:1\"; expected an object"},
      {"no splits", with(R"("splits": {})"), "splits: no splits"},
      {"a split named all", with(R"("splits": {"all": "0:1"})"), "splits.all: a split named 'all'"},
      {"a split that is a number", with(R"("splits": {"a": 5})"), "splits.a: the number 5; expected a range, a list"},
      {"a range without a colon", with(R"("splits": {"a": "5"})"), "splits.a: the range '5'; expected BEGIN:END"},
      {"an empty range", with(R"("splits": {"a": ["0:1", "5:5"]})"), "splits.a[1]: the range '5:5' is empty"},
      {"an empty list", with(R"("splits": {"a": []})"), "splits.a: no range"},
      {"a negative range", with(R"("splits": {"a": "-1:5"})"), "the range '-1:5'; expected BEGIN:END"},
      {"an unknown key of a split", with(R"("splits": {"a": {"rows": "0:1"}})"), "splits.a: unknown key 'rows'"},
      {"no inputs", R"({"name": "t", "reader": "raw", "splits": {"a": "0:1"}})",
       "splits.a: no inputs; expected 'inputs'"},
      {"an unset variable", with(R"("splits": {"a": {"inputs": "${PARE_NOT_SET}/x"}})"),
       "splits.a.inputs: the environment variable 'PARE_NOT_SET' is not set"},
      {"a variable without end", with(R"("splits": {"a": {"inputs": "${HOME"}})"), "opens '${' and does not close it"},
      {"a metric without a name", with(R"("splits": {"a": "0:1"}, "metric": {"k": 1})"),
       "metric: the key 'name' is missing"},
      {"a step of images", with(R"("splits": {"a": "0:1"}, "preprocess": [{"resize": [2, 2]}])"),
       "preprocess[0]: the step 'resize' is not supported yet"},
      {"an unknown step", with(R"("splits": {"a": "0:1"}, "preprocess": [{"blur": 2}])"), "unknown step 'blur'"},
      {"a window without a stride", with(R"("splits": {"a": "0:1"}, "preprocess": [{"window": 2}])"),
       "preprocess[0]: the key 'stride' is missing"},
  };
  expect_refusals(rows);
}

TEST(Dataset, RefusesWrongSources) {
  const auto raw = [](const std::string& element, const std::string& split) {
    return R"({"name": "t", "reader": "raw", "element": )" + element + R"(, "splits": {"a": )" + split + "}}";
  };
  const std::string good = R"({"type": "int8", "shape": [2]})";
  const WrongFile rows[] = {
      {"a range outside the count", with(R"("splits": {"a": "0:11"})"),
       "splits.a: the range 0:11; expected an end of at most 10"},
      {"no such folder", raw(good, R"({"inputs": "none"})"), "none: no such folder"},
      {"a file for a folder", raw(good, R"({"inputs": "labels.csv"})"),
       "labels.csv: this is a file; expected a folder"},
      {"a folder for a file", raw(good, R"({"inputs": "inputs", "labels": "inputs"})"),
       "inputs: this is a folder; expected a file"},
      {"no such labels", raw(good, R"({"inputs": "inputs", "labels": "none.csv"})"), "none.csv: no such file"},
      {"an empty folder", raw(good, R"({"inputs": "empty"})"), "empty: no files; expected one file a sample"},
      {"a label out of range", raw(good, R"({"inputs": "inputs", "labels": "bad.csv"})"),
       "bad.csv:2: label 3; expected 0 to 2, for 3 classes"},
      {"a row without label", raw(good, R"({"inputs": "inputs", "labels": "short.csv"})"),
       "short.csv:1: 2 columns; expected file, number of classes, label"},
      {"a label that is a word", raw(good, R"({"inputs": "inputs", "labels": "words.csv"})"),
       "words.csv:1: the label 'cat'; expected a whole number"},
      {"labels without rows", raw(good, R"({"inputs": "inputs", "labels": "blank.csv"})"), "blank.csv: no rows"},
      {"a file of another size", raw(R"({"type": "float32", "shape": [2]})", R"({"inputs": "inputs"})"),
       "s0.bin: it holds 2 bytes; expected 8 bytes, float32 [2]"},
      {"no type", raw(R"({"shape": [2]})", R"({"inputs": "inputs"})"), "element: no type"},
      {"no shape", raw(R"({"type": "int8"})", R"({"inputs": "inputs"})"), "element: no shape"},
      {"no element", R"({"name": "t", "reader": "raw", "inputs": "inputs", "splits": {"a": "0:1"}})",
       "element: no type"},
      {"a shape beyond memory",
       raw(R"({"type": "int8", "shape": [4611686018427387904, 8]})", R"({"inputs": "inputs"})"),
       "extents of at least 1 that fit in memory"},
      {"axes that do not fit the shape",
       raw(R"({"type": "int8", "shape": [2], "axes": "hw"})", R"({"inputs": "inputs"})"),
       "axes 'hw' for the shape [2]; expected 1 letters"},
      {"a zero point out of range",
       raw(R"({"type": "int8", "shape": [2], "zero_point": 128})", R"({"inputs": "inputs"})"),
       "zero point 128; expected -128 to 127"},
      {"a mean a channel without channels", with(R"("splits": {"a": "0:1"}, "preprocess": [{"mean": [1, 2]}])"),
       "preprocess[0]: a step a channel, for the axes 'f'; expected an axis c"},
      {"a window that is too long", with(R"("splits": {"a": "0:1"}, "preprocess": [{"window": 3, "stride": 1}])"),
       "preprocess[0]: a window of 3 elements; expected at most the 2"},
  };
  expect_refusals(rows);
}

TEST(Dataset, RefusesWrongRequests) {
  const TempFolder folder;
  write_samples(folder);
  const auto data = read_dataset(folder.write("t.data.json", with(R"("splits": {"a": "0:5", "b": "5:8"})")));
  ASSERT_TRUE(data);
  struct Row {
    std::string name;
    Result<std::unique_ptr<SampleSource>> opened;
    std::string message;
  };
  const Row rows[] = {
      {"an unknown split", data->open("c"), "t: no split 'c'; expected a, b or all"},
      {"a limit of zero", data->open("a", 0), "expected at least one row of 0:5"},
      {"rows outside", data->open_range("all", 3, 9), "rows 3:9 of the split 'all'"},
  };
  for (const Row& row : rows) {
    ASSERT_FALSE(row.opened) << row.name;
    EXPECT_NE(row.opened.error().message().find(row.message), std::string::npos) << row.opened.error().message();
  }
}

TEST(Dataset, SaysWhichSampleIsBroken) {
  struct Row {
    std::string name, id, bytes, message;
  };
  const Row rows[] = {
      {"a file that is too long", "s8.bin", "xyz", "s8.bin: it holds 3 bytes; expected 2 bytes, int8 [2]"},
      {"an empty file", "s8.bin", "", "s8.bin: it holds 0 bytes"},
      {"a file that is gone", "", "", "s8.bin: no such file"},
  };
  for (const Row& row : rows) {
    const TempFolder folder;
    write_samples(folder);
    const auto data = read_dataset(folder.write("t.data.json", with(R"("splits": {"a": "0:5"})")));
    ASSERT_TRUE(data);
    std::filesystem::remove(folder.at("inputs/s8.bin"));
    if (!row.id.empty()) folder.write("inputs/" + row.id, row.bytes);
    const auto samples = data->open("a");
    EXPECT_TRUE((*samples)->read(0)) << row.name;
    const auto sample = (*samples)->read(1);
    ASSERT_FALSE(sample) << row.name;
    EXPECT_NE(sample.error().message().find(row.message), std::string::npos) << sample.error().message();
  }
}

TEST(Dataset, ReadsTheKeywordSet) {
  const std::string kws = test_data("kws01");
  if (kws.empty()) GTEST_SKIP() << "the test data are not there (PARE_DATA)";
  setenv("PARE_TEST_KWS", kws.c_str(), 1);
  const TempFolder folder;
  const auto data = read_dataset(folder.write("kws01.data.json", R"({"name": "kws01", "reader": "raw",
      "element": {"type": "int8", "shape": [49, 10, 1], "axes": "hwc", "scale": 0.58470, "zero_point": 83},
      "inputs": "${PARE_TEST_KWS}/inputs", "labels": "${PARE_TEST_KWS}/y_labels.csv",
      "splits": {"calibration": "0:100", "evaluation": "100:1000"}, "metric": "top1"})"));
  ASSERT_TRUE(data) << data.error().message();
  const auto samples = data->open("all");
  ASSERT_EQ((*samples)->count(), 1000);
  std::vector<int> found(12);
  for (int64_t i = 0; i < 1000; ++i) {
    const auto sample = (*samples)->read(i);
    ASSERT_TRUE(sample) << sample.error().message();
    ++found[static_cast<size_t>(*sample->label)];
  }
  EXPECT_EQ((*samples)->read(0)->id, "tst_000000_Stop_7.bin");
  EXPECT_EQ((*samples)->read(0)->label, 7);
  EXPECT_EQ(std::count(found.begin(), found.end(), 0), 0) << "every class occurs";
}

}  // namespace
}  // namespace pare
