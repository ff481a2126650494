// Streams of bytes with a position: plain files here, compressed ones beside their readers.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "pare/base.hpp"

namespace pare {

/// How many bytes a stream has, or, for a compressed one, cannot exceed.
struct Extent {
  int64_t bytes = 0;
  bool exact = true;
};
/// Deflate never makes more than this many bytes of one.
inline constexpr int64_t kMaxInflation = 1032;

/// Bytes by offset. A compressed stream is fast when offsets grow and starts again when they fall. For one thread.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Extent extent() const = 0;
  /// Fills `out` from `offset`. Errors: Io with place = path and, if it ends early, the byte where.
  virtual Result<void> read_at(int64_t offset, std::span<std::byte> out) = 0;
  /// After the last byte, at `end`, was read: checksums hold and nothing follows.
  virtual Result<void> finish(int64_t /*end*/) { return {}; }
  virtual std::unique_ptr<ByteStream> clone() const = 0;
};

/// A plain file, read with pread. Errors: Io.
Result<std::unique_ptr<ByteStream>> open_file(const std::string& path);

}  // namespace pare
