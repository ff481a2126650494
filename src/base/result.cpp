#include "pare/base.hpp"

namespace pare {

const char* name_of(Code code) {
  switch (code) {
    case Code::InvalidModel: return "invalid_model";
    case Code::Unsupported: return "unsupported";
    case Code::InvalidArgument: return "invalid_argument";
    case Code::Io: return "io";
    case Code::Internal: return "internal";
  }
  return "internal";
}

std::string Error::message() const {
  std::string text = place.empty() ? found : place + ": " + found;
  if (!expected.empty()) text += "; expected " + expected;
  if (!hint.empty()) text += ". " + hint;
  return text;
}

Error Error::at(const std::string& outer) const {
  Error told = *this;
  told.place = place.empty() ? outer : outer + ": " + place;
  return told;
}

}  // namespace pare
