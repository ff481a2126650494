# add_module(NAME DEPENDS ...): src/NAME as the library pare_NAME, its *_test.cpp files as the test NAME_test.
#
# Each module is its own include root: `NAME/x.hpp` and `pare/NAME.hpp` resolve only in modules that list NAME, because
# the root is a folder of links under build/roots/NAME. So DEPENDS is the only source of include paths.

set(PARE_ROOTS ${CMAKE_BINARY_DIR}/roots)

# Further public headers of a module, beside include/pare/NAME.hpp.
set(PARE_HEADERS_base base tensor)
set(PARE_HEADERS_model model op)
set(PARE_HEADERS_jobs jobs verify emit_project bench demo)

function(pare_make_root name)
  file(MAKE_DIRECTORY ${PARE_ROOTS}/${name}/pare)
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${name} ${PARE_ROOTS}/${name}/${name} SYMBOLIC)
  if(DEFINED PARE_HEADERS_${name})
    set(headers ${PARE_HEADERS_${name}})
  else()
    set(headers ${name})
  endif()
  foreach(header ${headers})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/include/pare/${header}.hpp ${PARE_ROOTS}/${name}/pare/${header}.hpp SYMBOLIC)
  endforeach()
endfunction()

# Folders of src/NAME become rows of a table: each folder F defines one symbol `F_SUFFIX` of type TYPE (declared in
# HEADER), and `std::span<const TYPE* const> NAME_table()` lists them in the folders' order. No list is edited by hand.
function(pare_registry module folder suffix type header function)
  file(GLOB children LIST_DIRECTORIES true RELATIVE ${CMAKE_SOURCE_DIR}/src/${folder} CONFIGURE_DEPENDS
       ${CMAKE_SOURCE_DIR}/src/${folder}/*)
  set(declared "")
  set(listed "")
  foreach(child ${children})
    if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/src/${folder}/${child})
      string(APPEND declared "extern const ${type} ${child}_${suffix};\n")
      string(APPEND listed "    &${child}_${suffix},\n")
    endif()
  endforeach()
  set(text "#include \"${header}\"\n\n#include <span>\n\nnamespace pare {\n${declared}\nnamespace {\nconst ${type}* const kTable[] = {\n${listed}};\n}  // namespace\n\nstd::span<const ${type}* const> ${function}() { return kTable; }\n\n}  // namespace pare\n")
  set(file ${CMAKE_BINARY_DIR}/registry/${function}.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
  target_sources(pare_${module} PRIVATE ${file})
endfunction()

function(add_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  pare_make_root(${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp ${CMAKE_SOURCE_DIR}/src/${name}/*.c)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(pare_${name} STATIC ${sources})
  target_include_directories(pare_${name} PUBLIC ${PARE_ROOTS}/${name})
  # The C headers that generated projects share stand flat in numerics.
  target_include_directories(pare_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src/numerics)
  foreach(dependency ${arg_DEPENDS})
    target_link_libraries(pare_${name} PUBLIC pare_${dependency})
  endforeach()
  target_link_libraries(pare_${name} PRIVATE pare_warnings fmt::fmt)
  if(EXISTS ${CMAKE_SOURCE_DIR}/src/${name}/module.cmake)
    include(${CMAKE_SOURCE_DIR}/src/${name}/module.cmake)
  endif()
  if(PARE_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE pare_${name} pare_warnings fmt::fmt GTest::gtest_main)
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/src/numerics ${CMAKE_SOURCE_DIR}/tests)
    # EXPECT_* behind an if without braces is no mistake in a test.
    target_compile_options(${name}_test PRIVATE -Wno-dangling-else)
    target_compile_definitions(${name}_test PRIVATE PARE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()
