// Bytes of a gzip file, or of a plain one: zlib reads both alike.
#pragma once

#include <memory>
#include <string>

#include "data/bytes.hpp"

namespace pare {

/// Decompresses as it reads. Errors: Io.
Result<std::unique_ptr<ByteStream>> open_gzip(const std::string& path);

}  // namespace pare
