#include "jobs/staged_folder.hpp"

#include <unistd.h>

namespace pare {

namespace fs = std::filesystem;

StagedFolder::StagedFolder(const std::string& output, Kind kind) : target_(output), kind_(kind) {
  if (!target_.has_filename()) target_ = target_.parent_path();
  part_ = target_.string() + ".part-" + std::to_string(::getpid());
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  fs::remove_all(part_, ignored);
}

Error StagedFolder::taken(const std::string& found) const {
  return {Code::Io, target_.string(), found, std::string("a folder that does not exist, is empty or holds an older ") + kind_.name, ""};
}

Result<void> StagedFolder::check() const {
  std::error_code error;
  if (!fs::exists(target_, error)) return {};
  if (!fs::is_directory(target_, error)) return taken("this is a file");
  if (fs::is_empty(target_, error) || kind_.is_older(target_)) return {};
  return taken("there are other files in it");
}

Result<void> StagedFolder::publish() const {
  const fs::path before = part_.string() + "-before";
  std::error_code error, ignored;
  if (kind_.is_older(target_)) fs::rename(target_, before, error);
  if (!error) fs::rename(part_, target_, error);
  if (error && fs::exists(before, ignored)) fs::rename(before, target_, ignored);
  fs::remove_all(before, ignored);
  if (error) return taken(error.message());
  return {};
}

}  // namespace pare
