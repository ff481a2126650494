// Sources that are two arrays whose first axis counts the samples: inputs, and perhaps labels. idx, npy and npz differ
// only in how an array's header is read and where its bytes come from.
#pragma once

#include <memory>
#include <string>

#include "data/bytes.hpp"
#include "data/reader.hpp"

namespace pare {

/// What an array's header says.
struct ArrayHeader {
  DType type = DType::U8;
  Shape shape;         ///< first axis = samples
  int64_t offset = 0;  ///< of the first element in the stream
  bool big_endian = false;
};

/// An array in a stream, read row by row.
class ArrayFile {
 public:
  /// Errors: InvalidArgument (place `path`) if the stream's size is not what the header says.
  static Result<ArrayFile> make(std::string path, ArrayHeader header, std::unique_ptr<ByteStream> stream);
  ArrayFile clone() const { return ArrayFile(path_, header_, stream_->clone(), row_bytes_); }

  const std::string& path() const { return path_; }
  DType type() const { return header_.type; }
  int64_t count() const { return header_.shape.front(); }
  /// Shape of a row; [1] if a row is one number.
  Shape row_shape() const;
  Result<Tensor> row(int64_t index);

 private:
  ArrayFile(std::string path, ArrayHeader header, std::unique_ptr<ByteStream> stream, int64_t row_bytes)
      : path_(std::move(path)), header_(std::move(header)), stream_(std::move(stream)), row_bytes_(row_bytes) {}

  std::string path_;
  ArrayHeader header_;
  std::unique_ptr<ByteStream> stream_;
  int64_t row_bytes_ = 0;
};

/// A source over arrays that `open` opens. Errors: its own; InvalidArgument if labels are no whole numbers, one a row.
Result<std::unique_ptr<Source>> open_arrays(const SourceSpec& spec, Result<ArrayFile> (*open)(const std::string& path));

}  // namespace pare
