pare_registry(ops ops op pare::OpFamily "pare/op.hpp" op_families)

# g++ keeps addresses of a tile's inputs in vector registers where general ones run out. Reading them back waits in the queue
# of the products, so that the next tile cannot begin before this one has ended: 3x3 layers took a tenth longer.
# Functions begin with a cache line: by where else they begin, the same depthwise code took 0.79 to 0.93 us on a Zen 4.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  file(GLOB_RECURSE vector_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/ops/*_avx*.cpp)
  set_source_files_properties(${vector_sources} PROPERTIES COMPILE_OPTIONS
    "-mtune=znver3;-mtune-ctrl=^inter_unit_moves_to_vec,^inter_unit_moves_from_vec;-falign-functions=64")
endif()
