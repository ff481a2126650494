#include "data/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_text.hpp"

namespace pare {
namespace {

using Tree = nlohmann::ordered_json;

const Tree& tree(const std::shared_ptr<const void>& value) { return *static_cast<const Tree*>(value.get()); }

// Watches a parse for keys that stand twice in one object; the parser itself would keep one of them in silence.
class DuplicateKeys {
 public:
  bool operator()(Tree::parse_event_t event, const Tree& parsed) {
    if (event == Tree::parse_event_t::object_start) open_.emplace_back();
    if (event == Tree::parse_event_t::object_end) open_.pop_back();
    if (event == Tree::parse_event_t::key && !open_.back().insert(parsed.get<std::string>()).second)
      found = parsed.get<std::string>();
    return true;
  }
  std::optional<std::string> found;

 private:
  std::vector<std::set<std::string>> open_;
};

std::string joined_views(std::initializer_list<std::string_view> words) {
  return joined(std::vector<std::string>(words.begin(), words.end()));
}

}  // namespace

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

Result<Json> Json::parse(std::string_view text, const std::string& file) {
  DuplicateKeys duplicates;
  const auto watch = [&](int, Tree::parse_event_t event, Tree& parsed) { return duplicates(event, parsed); };
  try {
    auto root = std::make_shared<const Tree>(Tree::parse(text, watch));
    if (duplicates.found)
      return Error{Code::InvalidArgument, file,
                   fmt::format("the key '{}' stands twice in one object", *duplicates.found), "each key once", ""};
    return Json(root, file, "");
  } catch (const Tree::exception& e) {
    return Error{Code::InvalidArgument, file, "not JSON: " + json_text(e.what()), "a JSON object", ""};
  }
}

bool Json::is_null() const { return tree(value_).is_null(); }
bool Json::is_text() const { return tree(value_).is_string(); }
bool Json::is_number() const { return tree(value_).is_number(); }
bool Json::is_list() const { return tree(value_).is_array(); }
bool Json::is_object() const { return tree(value_).is_object(); }

Result<std::string> Json::text() const {
  if (!is_text()) return error(described(), "a text");
  return tree(value_).get<std::string>();
}

Result<double> Json::number() const {
  if (!is_number()) return error(described(), "a number");
  return tree(value_).get<double>();
}

Result<int64_t> Json::integer() const {
  const Tree& value = tree(value_);
  const bool fits = !value.is_number_unsigned() || value.get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX);
  if (!value.is_number_integer() || !fits) return error(described(), "a whole number");
  return value.get<int64_t>();
}

Result<std::vector<Json>> Json::items() const {
  if (!is_list()) return error(described(), "a list");
  std::vector<Json> items;
  for (const Tree& item : tree(value_)) items.push_back(child(&item, fmt::format("{}[{}]", path_, items.size())));
  return items;
}

Result<std::vector<std::pair<std::string, Json>>> Json::members() const {
  if (!is_object()) return error(described(), "an object");
  std::vector<std::pair<std::string, Json>> members;
  for (const auto& [key, value] : tree(value_).items()) members.emplace_back(key, *find(key));
  return members;
}

std::optional<Json> Json::find(std::string_view key) const {
  if (!is_object()) return std::nullopt;
  const auto found = tree(value_).find(std::string(key));
  if (found == tree(value_).end()) return std::nullopt;
  return child(&*found, path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key));
}

Result<Json> Json::get(std::string_view key) const {
  if (!is_object()) return error(described(), "an object");
  std::optional<Json> value = find(key);
  if (!value) return error(fmt::format("the key '{}' is missing", key), "");
  return *value;
}

Result<void> Json::allow(std::initializer_list<std::string_view> keys) const {
  PARE_TRY(const auto all, members());
  for (const auto& [key, value] : all)
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      return error(fmt::format("unknown key '{}'", key), "one of " + joined_views(keys));
  return {};
}

std::string Json::place() const { return path_.empty() ? file_ : file_ + ": " + path_; }

Error Json::error(std::string found, std::string expected, std::string hint) const {
  return {Code::InvalidArgument, place(), std::move(found), std::move(expected), std::move(hint)};
}

std::string Json::described() const {
  const Tree& value = tree(value_);
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  const std::string text = value.dump(-1, ' ', false, Tree::error_handler_t::replace);
  if (value.is_string()) return fmt::format("the text {}", text);
  return value.is_number() ? "the number " + text : text;
}

std::string Json::dump_without(std::string_view key) const {
  Tree copy = tree(value_);
  copy.erase(std::string(key));
  return copy.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

Json Json::child(const void* value, std::string path) const {
  return Json(std::shared_ptr<const void>(value_, value), file_, std::move(path));
}

}  // namespace pare
