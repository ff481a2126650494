// JSON values that know where they stand, so that every complaint about a dataset file names the file and the path.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pare/base.hpp"

namespace pare {

/// One value of a JSON text. Copies share the text's tree. Errors are InvalidArgument with place().
class Json {
 public:
  /// Errors: broken JSON with line and column, or a key that stands twice in one object.
  static Result<Json> parse(std::string_view text, const std::string& file);

  bool is_null() const;
  bool is_text() const;
  bool is_number() const;
  bool is_list() const;
  bool is_object() const;

  Result<std::string> text() const;
  Result<double> number() const;
  Result<int64_t> integer() const;
  Result<std::vector<Json>> items() const;
  /// Keys and values in the text's order.
  Result<std::vector<std::pair<std::string, Json>>> members() const;
  /// The value of a key, if this is an object that has it.
  std::optional<Json> find(std::string_view key) const;
  Result<Json> get(std::string_view key) const;
  /// Error unless this is an object with no other keys than these.
  Result<void> allow(std::initializer_list<std::string_view> keys) const;

  /// "file: splits.evaluation.range[1]".
  std::string place() const;
  Error error(std::string found, std::string expected, std::string hint = "") const;
  /// The value in a few words: "the text 'abc'", "a list".
  std::string described() const;
  /// The object as JSON text without one of its keys.
  std::string dump_without(std::string_view key) const;

 private:
  Json(std::shared_ptr<const void> value, std::string file, std::string path)
      : value_(std::move(value)), file_(std::move(file)), path_(std::move(path)) {}
  Json child(const void* value, std::string path) const;

  std::shared_ptr<const void> value_;  // keeps the whole tree
  std::string file_, path_;
};

/// "a, b, c", for messages.
std::string joined(const std::vector<std::string>& words);

}  // namespace pare
