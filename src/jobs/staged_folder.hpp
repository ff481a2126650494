// A folder that appears whole or not at all.
#pragma once

#include <filesystem>
#include <string>

#include "pare/base.hpp"

namespace pare {

/// Is made beside its place under another name; publish() puts it there. What is not published is removed with the
/// object. At the place there may be nothing, an empty folder, or an older folder of the same kind, which its successor
/// replaces with all that is in it.
class StagedFolder {
 public:
  /// What such a folder is called, and how one that an earlier call wrote is told from a folder of the user's.
  struct Kind {
    const char* name;
    bool (*is_older)(const std::filesystem::path&);
  };
  StagedFolder(const std::string& output, Kind kind);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  /// Would publish() find its place taken? Errors: Io.
  Result<void> check() const;
  /// Errors: Io; then the place is as it was.
  Result<void> publish() const;
  /// Where the folder is made; it does not exist until somebody makes it.
  const std::filesystem::path& path() const { return part_; }
  /// Where it will stand.
  const std::filesystem::path& target() const { return target_; }

 private:
  Error taken(const std::string& found) const;
  std::filesystem::path target_, part_;
  Kind kind_;
};

}  // namespace pare
