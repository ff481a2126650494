# The shipped descriptions become part of the library, so that the program needs no files beside itself.
target_link_libraries(pare_device PRIVATE nlohmann_json::nlohmann_json)
file(GLOB PARE_DEVICE_FILES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/devices/*.json)
set(listed "")
foreach(path ${PARE_DEVICE_FILES})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  string(APPEND listed "    R\"pare(${text})pare\",\n")
endforeach()
set(PARE_DEVICE_TABLE ${CMAKE_BINARY_DIR}/registry/device_texts.cpp)
file(CONFIGURE OUTPUT ${PARE_DEVICE_TABLE} @ONLY CONTENT
     "#include <span>\n\nnamespace pare {\nnamespace {\nconst char* const kTexts[] = {\n${listed}};\n}  // namespace\n\nstd::span<const char* const> device_texts() { return kTexts; }\n\n}  // namespace pare\n")
target_sources(pare_device PRIVATE ${PARE_DEVICE_TABLE})
