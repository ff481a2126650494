# Each folder F of src/formats is a file format and defines the symbol F_format.
find_package(FlatBuffers REQUIRED CONFIG)
pare_registry(formats formats format pare::Format "pare/formats.hpp" format_table)

# The TFLite tables, generated from our schema into the module's include root.
set(PARE_TFLITE_SCHEMA ${CMAKE_SOURCE_DIR}/src/formats/tflite/tflite.fbs)
set(PARE_TFLITE_HEADER ${PARE_ROOTS}/formats/tflite_generated.h)
add_custom_command(
  OUTPUT ${PARE_TFLITE_HEADER}
  COMMAND flatbuffers::flatc --cpp --gen-object-api --scoped-enums -o ${PARE_ROOTS}/formats ${PARE_TFLITE_SCHEMA}
  DEPENDS ${PARE_TFLITE_SCHEMA}
  VERBATIM)
target_sources(pare_formats PRIVATE ${PARE_TFLITE_HEADER})

if(EXISTS ${CMAKE_SOURCE_DIR}/src/formats/onnx/onnx.cmake)
  include(${CMAKE_SOURCE_DIR}/src/formats/onnx/onnx.cmake)
endif()
