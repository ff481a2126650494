#include "formats/tflite/tflite.hpp"

namespace pare {

extern const Format tflite_format;
const Format tflite_format{"tflite", ".tflite", tflite::read, tflite::write};

}  // namespace pare
