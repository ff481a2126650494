// Bytes of one member of a zip archive.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/bytes.hpp"

namespace pare {

/// Decompresses as it reads; a stored member is read in place. `member` may lack its ".npy".
/// Errors: Io; InvalidArgument, naming the members, if there is none of that name.
Result<std::unique_ptr<ByteStream>> open_zip_member(const std::string& path, const std::string& member);
/// Names of all members. Errors: Io.
Result<std::vector<std::string>> zip_members(const std::string& path);

}  // namespace pare
