// npy: NumPy's file of one array, first axis = samples, read in place.
#include "data/array_source.hpp"
#include "data/npy/header.hpp"

namespace pare {
namespace {

Result<ArrayFile> open_npy(const std::string& path) {
  PARE_TRY(std::unique_ptr<ByteStream> stream, open_file(path));
  PARE_TRY(ArrayHeader header, read_npy_header(path, *stream));
  return ArrayFile::make(path, std::move(header), std::move(stream));
}

}  // namespace

extern const DatasetReader npy_reader;
const DatasetReader npy_reader{"npy", [](const SourceSpec& spec) { return open_arrays(spec, open_npy); }};

}  // namespace pare
