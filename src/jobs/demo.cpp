// The demo: each step is a job of its own, on files in a folder that appears whole. Nothing is computed twice: quantizing
// has the accuracies, ranges and changes that the report shows.
#include "pare/demo.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.hpp"
#include "jobs/make_report.hpp"
#include "jobs/staged_folder.hpp"
#include "jobs/steps.hpp"

extern "C" {
extern const unsigned char pare_example_model[], pare_example_data[];
extern const size_t pare_example_model_size, pare_example_data_size;
}

namespace pare {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int64_t kComparedSamples = 500, kVerifiedSamples = 200;
constexpr const char* kModel = "fashion_mnist.onnx";
constexpr const char* kData = "fashion_mnist.data.json";
constexpr const char* kQuantized = "fashion_mnist_int8.tflite";
constexpr const char* kProject = "c";
constexpr const char* kPage = "report.html";

bool is_demo(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kPage, ignored) && fs::exists(folder / kQuantized, ignored) && fs::exists(folder / kData, ignored);
}

/// Names in the folder while it is being made, and when it stands.
struct Workshop {
  StagedFolder folder;

  explicit Workshop(const std::string& output) : folder(output, {"demo", is_demo}) {}
  Result<void> open() const {
    PARE_TRY(folder.check());
    std::error_code error;
    fs::create_directories(folder.path(), error);
    if (error) return Error{Code::Io, folder.target().string(), error.message(), "a folder that can be made", ""};
    return {};
  }
  std::string at(const std::string& name) const { return (folder.path() / name).string(); }
  std::string final_place(const std::string& name) const { return (folder.target() / name).string(); }
};

Result<std::string> data_folder() {
  const char* set = std::getenv("FASHION_MNIST");
  const std::string folder = set ? set : "/usr/share/datasets/fashion-mnist";
  for (const char* name : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"})
    if (!fs::exists(fs::path(folder) / name))
      return Error{Code::Io, (fs::path(folder) / name).string(), "no such file", "the images and labels of Fashion-MNIST",
                   "Install the Debian package dataset-fashion-mnist, or set FASHION_MNIST to the folder of its four .gz files"};
  return fs::absolute(folder).string();
}

// `text` as it stands between quotes in JSON.
std::string json_text(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out;
}

// The dataset file names the folder that was found, so that it needs no environment.
Result<void> write_example(const Workshop& shop, const std::string& folder) {
  PARE_TRY(write_file(shop.at(kModel), std::as_bytes(std::span(pare_example_model, pare_example_model_size))));
  std::string text(reinterpret_cast<const char*>(pare_example_data), pare_example_data_size);
  const std::string variable = "${FASHION_MNIST}";
  for (size_t at = text.find(variable); at != std::string::npos; at = text.find(variable, at + 1))
    text.replace(at, variable.size(), json_text(folder));
  return write_file(shop.at(kData), text);
}

/// A demo under way.
struct Demo {
  DemoRequest request;
  Common common;
  const Workshop& shop;
  DemoReport report;
  Clock::time_point start = Clock::now(), step = Clock::now();

  DataUse data(int64_t limit) const {
    const int64_t most = request.limit < 0 ? limit : limit < 0 ? request.limit : std::min(limit, request.limit);
    return {shop.at(kData), "", most};
  }
  void done(const char* name, std::string result) {
    report.steps.push_back({name, seconds_since(step), std::move(result)});
    if (request.on_step) request.on_step(report.steps.back());
    step = Clock::now();
  }
};

Result<void> inspect_step(Demo& d) {
  PARE_TRY(d.report.inspection, inspect({.model = d.shop.at(kModel), .data = {}}, d.common));
  const Inspection& r = d.report.inspection;
  d.done("inspect", fmt::format("{} layers, {} MACs, {} parameters, {} bytes", r.layers.size(), r.size.macs, r.size.parameters, r.file_bytes));
  return {};
}

Result<void> quantize_step(Demo& d) {
  const QuantizeRequest ask{.model = d.shop.at(kModel), .output = d.shop.at(kQuantized), .data = d.data(-1), .ranges_file = "", .plan_file = "",
                            .with = "", .python = ""};
  PARE_TRY(d.report.quantized, quantize_model(ask, d.common));
  const QuantizeReport& r = d.report.quantized;
  d.done("quantize", fmt::format("{} {:.4f} -> {:.4f} on {} samples, same class {:.4f}, {} -> {} bytes", r.float_evaluation.metric,
                                 r.float_evaluation.value, r.quantized_evaluation.value, r.quantized_evaluation.count, r.agreement, r.float_bytes,
                                 r.quantized_bytes));
  return {};
}

Result<void> compare_step(Demo& d) {
  PARE_TRY(d.report.compared, compare(d.shop.at(kModel), d.shop.at(kQuantized), d.data(kComparedSamples), d.common));
  const TensorLikeness* worst = nullptr;
  for (const TensorLikeness& t : d.report.compared.tensors)
    if (!worst || t.similarity.sqnr_db() < worst->similarity.sqnr_db()) worst = &t;
  d.done("compare", fmt::format("{} tensors on {} samples, farthest from float: {} at {:.1f} dB", d.report.compared.tensors.size(),
                                worst ? worst->similarity.samples() : 0, worst ? worst->name : "none", worst ? worst->similarity.sqnr_db() : 0));
  return {};
}

Result<void> verify_step(Demo& d) {
  const DataUse data = d.data(kVerifiedSamples);
  PARE_TRY(d.report.proof, verify_file({.file = d.shop.at(kQuantized), .data = data.file, .against = d.shop.at(kModel), .plan = "",
                                        .with = d.request.with, .python = d.request.python, .arithmetic = "", .device = "", .isa = d.common.isa,
                                        .shapes = {}, .limit = data.limit, .threads = d.common.threads}));
  int64_t equal = 0, ran = 0;
  for (const Link& link : d.report.proof.links) {
    ran += link.ran;
    equal += link.ran && link.equal;
  }
  d.done("verify", fmt::format("{} of {} links that ran are equal in every bit: {}", equal, ran, d.report.proof.verified));
  return {};
}

Result<void> emit_step(Demo& d) {
  PARE_TRY(d.report.emitted, emit_project({.model = d.shop.at(kQuantized), .output = d.shop.at(kProject), .data = d.data(-1)}, d.common));
  d.report.emitted.output = d.shop.final_place(kProject);
  d.done("emit", fmt::format("C project with {} test vectors, arena {} bytes", d.report.emitted.samples, d.report.emitted.arena_bytes));
  return {};
}

std::vector<Report::Fact> conditions_of(const Demo& d, const std::string& isa, const std::string& hash) {
  const QuantizeReport& q = d.report.quantized;
  return {{"model", std::string(kModel) + ", " + hash},
          {"data", fmt::format("Fashion-MNIST: {} training images calibrated, {} test images evaluated", q.ranges.samples,
                               q.quantized_evaluation.count)},
          {"scheme", q.scheme + ", ranges minmax for weights and activations"},
          {"integer rules", std::string(name_of(q.arithmetic))},
          {"host", fmt::format("{} kernels, {} threads", isa, d.common.threads)},
          {"seed", std::to_string(d.common.seed)},
          {"pare", PARE_VERSION}};
}

std::vector<std::string> commands_of(const Demo& d) {
  const std::string data = std::string(" --data ") + kData;
  return {fmt::format("pare inspect  {}{}", kModel, data),
          fmt::format("pare quantize {}{} -o again.tflite", kModel, data),
          fmt::format("pare eval     {}{}", kQuantized, data),
          fmt::format("pare compare  {} {}{} --limit {}", kModel, kQuantized, data, d.data(kComparedSamples).limit),
          fmt::format("pare verify   {}{} --against {} --limit {}", kQuantized, data, kModel, d.data(kVerifiedSamples).limit),
          fmt::format("pare emit     {} --target c{} -o c_again", kQuantized, data),
          fmt::format("make -C {} test", kProject)};
}

Result<std::vector<Report::Fact>> files_of(const Workshop& shop) {
  struct Row {
    const char* name;
    const char* what;
  };
  constexpr Row kRows[] = {{kModel, "the float model"}, {kData, "the dataset file"}, {kQuantized, "the quantized model"}};
  std::vector<Report::Fact> all;
  for (const Row& row : kRows) {
    PARE_TRY(const auto bytes, read_file(shop.at(row.name)));
    all.push_back({row.name, fmt::format("{}, {} bytes", row.what, bytes.size())});
  }
  all.push_back({std::string(kQuantized) + ".plan.json", "every decision, one sentence a line: scales and zero points by name"});
  all.push_back({std::string(kProject) + "/", "the model as C99, with its kernels, test vectors and Makefile"});
  return all;
}

Result<Report> build_report(const Demo& d) {
  PARE_TRY(const Loaded source, load(d.shop.at(kModel), d.common));
  PARE_TRY(const Model simple, simplify(source.model, true, nullptr));
  PARE_TRY(const Model shipped, read_model(d.shop.at(kQuantized)));
  PARE_TRY(const Inspection after, inspect({.model = d.shop.at(kQuantized), .data = {}}, d.common));
  Inspection before = d.report.inspection;
  PARE_TRY(before.size, measure(simple, Arithmetic::None));
  Report r = make_report({.simple = &simple, .shipped = &shipped, .before = &before, .after = &after, .quantized = &d.report.quantized,
                          .compared = &d.report.compared, .proof = &d.report.proof});
  PARE_TRY(const Isa isa, choose_isa(d.common));
  r.title = "Fashion-MNIST network in " + d.report.quantized.scheme;
  r.conditions = conditions_of(d, std::string(name_of(isa)), source.hash);
  r.commands = commands_of(d);
  PARE_TRY(r.files, files_of(d.shop));
  for (const DemoStep& s : d.report.steps) r.times.push_back({s.name, fmt::format("{:.2f} s", s.seconds)});
  return r;
}

Result<void> report_step(Demo& d) {
  PARE_TRY(const Report report, build_report(d));
  PARE_TRY(write_file(d.shop.at(kPage), to_html(report)));
  d.report.report = d.shop.final_place(kPage);
  d.done("report", d.report.report);
  return {};
}

// What other jobs called by the folder's first name gets its last.
void name_places(Demo& d) {
  d.report.output = d.shop.folder.target().string();
  d.report.quantized.output = d.shop.final_place(kQuantized);
  d.report.quantized.plan = d.report.quantized.output + ".plan.json";
}

}  // namespace

Result<DemoReport> demo(const DemoRequest& request, const Common& common) {
  PARE_TRY(const std::string folder, data_folder());
  const Workshop shop(request.output);
  PARE_TRY(shop.open());
  PARE_TRY(write_example(shop, folder));
  Demo d{.request = request, .common = common, .shop = shop, .report = {}};
  for (const auto step : {inspect_step, quantize_step, compare_step, verify_step, emit_step, report_step}) {
    PARE_TRY(step(d));
  }
  PARE_TRY(shop.folder.publish());
  name_places(d);
  d.report.seconds = seconds_since(d.start);
  return d.report;
}

}  // namespace pare
