# The modules from base to ops with their tests, by the headers and sources that Debian's packages of fmt and GoogleTest
# hold: no library of the target need be installed.
file(MAKE_DIRECTORY ${PARE_ROOTS}/fmt)
file(CREATE_LINK /usr/include/fmt ${PARE_ROOTS}/fmt/fmt SYMBOLIC)
add_library(fmt::fmt INTERFACE IMPORTED)
target_include_directories(fmt::fmt INTERFACE ${PARE_ROOTS}/fmt)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
if(PARE_TESTS)
  enable_testing()
  add_subdirectory(/usr/src/googletest/googletest gtest EXCLUDE_FROM_ALL)
endif()

add_module(base)
add_module(numerics DEPENDS base)
add_module(model DEPENDS base numerics)
add_module(ops DEPENDS base numerics model)
