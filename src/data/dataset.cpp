// A Dataset is its file, the sources that the file names (each opened once), and per split the rows as segments of
// sources. A cursor clones the sources; so nothing grows with the number of samples but a raw source's list of names.
#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "data/dataset_file.hpp"

namespace pare {
namespace {

// One source and the paths that make it this one.
struct Opened {
  std::string inputs, labels;
  std::shared_ptr<const Source> source;
};

struct Split {
  std::string name;
  std::vector<Segment> segments;
};

class Cursor final : public SampleSource {
 public:
  Cursor(const std::vector<Opened>& sources, std::vector<Segment> segments) : segments_(std::move(segments)) {
    for (const Opened& opened : sources) sources_.push_back(opened.source->clone());
  }
  Cursor(const Cursor& other) : segments_(other.segments_) {
    for (const auto& source : other.sources_) sources_.push_back(source->clone());
  }
  Cursor& operator=(const Cursor&) = delete;

  int64_t count() const override { return count_of(segments_); }

  Result<Sample> read(int64_t index) override {
    const std::vector<Segment> one = sliced(segments_, index, index + 1);
    if (one.empty())
      return Error{Code::InvalidArgument, "", fmt::format("sample {}", index), fmt::format("0 to {}", count() - 1), ""};
    return sources_[one.front().source]->read(one.front().rows.begin);
  }

  std::unique_ptr<SampleSource> clone() const override { return std::make_unique<Cursor>(*this); }

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<Segment> segments_;
};

// Index of the source with these paths, opened if it is new.
Result<size_t> find_or_open(const DatasetFile& file, const SplitSpec& split, std::vector<Opened>& sources) {
  for (size_t i = 0; i < sources.size(); ++i)
    if (sources[i].inputs == split.inputs && sources[i].labels == split.labels) return i;
  PARE_TRY(std::unique_ptr<Source> source, file.reader->open({split.inputs, split.labels, file.element}));
  sources.push_back({split.inputs, split.labels, std::move(source)});
  return sources.size() - 1;
}

Result<void> check_alike(const std::vector<Opened>& sources, const SplitSpec& split) {
  const Element& first = sources.front().source->element();
  const Element& last = sources.back().source->element();
  if (first.type == last.type && first.shape == last.shape) return {};
  return Error{Code::InvalidArgument, split.place, "a source of " + described(last),
               described(first) + ", as in the first source", ""};
}

Result<Segment> segment_of(const PlacedRange& range, size_t index, const Opened& opened) {
  const int64_t count = opened.source->count();
  if (range.rows.end > count)
    return Error{Code::InvalidArgument, range.place, fmt::format("the range {}:{}", range.rows.begin, range.rows.end),
                 fmt::format("an end of at most {}, the samples of {}", count,
                             opened.labels.empty() ? opened.inputs : opened.labels),
                 ""};
  return Segment{index, range.rows};
}

Result<Split> open_split(const DatasetFile& file, const SplitSpec& spec, std::vector<Opened>& sources) {
  PARE_TRY(const size_t index, find_or_open(file, spec, sources));
  PARE_TRY(check_alike(sources, spec));
  Split split{spec.name, {}};
  if (spec.ranges.empty()) split.segments.push_back({index, {0, sources[index].source->count()}});
  for (const PlacedRange& range : spec.ranges) {
    PARE_TRY(const Segment segment, segment_of(range, index, sources[index]));
    split.segments.push_back(segment);
  }
  return split;
}

void append(std::vector<std::byte>& bytes, const void* data, size_t size) {
  const auto* first = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

std::string link(const std::string& previous, const Sample& sample) {
  const std::string head = fmt::format("{}\n{}\n{}\n", previous, sample.id, sample.label.value_or(-1));
  std::vector<std::byte> bytes;
  append(bytes, head.data(), head.size());
  append(bytes, sample.stored.data(), static_cast<size_t>(sample.stored.byte_count()));
  return sha256(bytes);
}

}  // namespace

struct Dataset::State {
  DatasetFile file;
  std::vector<Opened> sources;
  std::vector<Split> splits;

  Result<std::vector<Segment>> segments(std::string_view name) const;
};

Result<std::vector<Segment>> Dataset::State::segments(std::string_view name) const {
  std::vector<Segment> all;
  std::vector<std::string> names;
  for (const Split& split : splits) {
    if (split.name == name) return split.segments;
    all.insert(all.end(), split.segments.begin(), split.segments.end());
    names.push_back(split.name);
  }
  if (name == "all") return united(std::move(all));
  return Error{Code::InvalidArgument, file.name, fmt::format("no split '{}'", name), joined(names) + " or all", ""};
}

const std::string& Dataset::name() const { return state_->file.name; }
const Element& Dataset::element() const { return state_->sources.front().source->element(); }
const MetricSpec& Dataset::metric() const { return state_->file.metric; }
const Preprocess& Dataset::preprocess() const { return state_->file.preprocess; }

std::vector<std::string> Dataset::splits() const {
  std::vector<std::string> names;
  for (const Split& split : state_->splits) names.push_back(split.name);
  return names;
}

Result<std::unique_ptr<SampleSource>> Dataset::open(std::string_view split, int64_t limit) const {
  PARE_TRY(const std::vector<Segment> segments, state_->segments(split));
  const int64_t count = count_of(segments);
  return open_range(split, 0, limit < 0 ? count : std::min(limit, count));
}

Result<std::unique_ptr<SampleSource>> Dataset::open_range(std::string_view split, int64_t begin, int64_t end) const {
  PARE_TRY(const std::vector<Segment> segments, state_->segments(split));
  const int64_t count = count_of(segments);
  if (begin < 0 || begin >= end || end > count)
    return Error{Code::InvalidArgument, name(), fmt::format("rows {}:{} of the split '{}'", begin, end, split),
                 fmt::format("at least one row of 0:{}", count), ""};
  return std::unique_ptr<SampleSource>(std::make_unique<Cursor>(state_->sources, sliced(segments, begin, end)));
}

Result<std::string> Dataset::hash(std::string_view split) const {
  PARE_TRY(const std::unique_ptr<SampleSource> samples, open(split));
  std::string hash;
  for (int64_t i = 0; i < samples->count(); ++i) {
    PARE_TRY(const Sample sample, samples->read(i));
    hash = link(hash, sample);
  }
  return hash;
}

Result<Dataset> read_dataset(const std::string& path) {
  auto state = std::make_shared<Dataset::State>();
  PARE_TRY(state->file, read_dataset_file(path));
  for (const SplitSpec& spec : state->file.splits) {
    PARE_TRY(Split split, open_split(state->file, spec, state->sources));
    state->splits.push_back(std::move(split));
  }
  PARE_TRY(state->file.preprocess.check(state->sources.front().source->element()));
  return Dataset(std::move(state));
}

}  // namespace pare
