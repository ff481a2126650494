# The text of all C99 kernels, as src/emit/c/sources.hpp declares it: generated projects hold the very files that the
# interpreter is built from.
file(GLOB PARE_C_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/numerics/*.h ${CMAKE_SOURCE_DIR}/src/numerics/*.c
     ${CMAKE_SOURCE_DIR}/src/ops/*/*_s8.h ${CMAKE_SOURCE_DIR}/src/ops/*/*_s8.c)
set(PARE_EMBEDDED ${CMAKE_BINARY_DIR}/registry/c_sources.cpp)
add_custom_command(
  OUTPUT ${PARE_EMBEDDED}
  COMMAND ${CMAKE_COMMAND} "-DSOURCES=${PARE_C_SOURCES}" -DOUTPUT=${PARE_EMBEDDED} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${PARE_C_SOURCES} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  VERBATIM)
target_sources(pare_emit PRIVATE ${PARE_EMBEDDED})
