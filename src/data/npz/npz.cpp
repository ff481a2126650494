// npz: NumPy's archive of arrays; "set.npz:images" is the array images of set.npz, first axis = samples.
#include <fmt/format.h>

#include "data/array_source.hpp"
#include "data/npy/header.hpp"
#include "data/npz/zip.hpp"

namespace pare {
namespace {

Result<ArrayFile> open_npz(const std::string& path) {
  const size_t colon = path.rfind(':');
  if (colon == std::string::npos || colon + 1 == path.size())
    return Error{Code::InvalidArgument, path, "no array is named", "FILE.npz:ARRAY", ""};
  PARE_TRY(std::unique_ptr<ByteStream> stream, open_zip_member(path.substr(0, colon), path.substr(colon + 1)));
  PARE_TRY(ArrayHeader header, read_npy_header(path, *stream));
  return ArrayFile::make(path, std::move(header), std::move(stream));
}

}  // namespace

extern const DatasetReader npz_reader;
const DatasetReader npz_reader{"npz", [](const SourceSpec& spec) { return open_arrays(spec, open_npz); }};

}  // namespace pare
