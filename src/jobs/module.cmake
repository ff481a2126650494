target_link_libraries(pare_jobs PRIVATE PkgConfig::LIBZIP nlohmann_json::nlohmann_json)
# The script that runs a file in a foreign runtime; PARE_ORACLE names another.
target_compile_definitions(pare_jobs PRIVATE PARE_ORACLE_SCRIPT="${CMAKE_SOURCE_DIR}/tests/oracle/run_model.py")
# The example of `pare demo`, so that the program needs no files beside itself.
set(PARE_EXAMPLE ${CMAKE_SOURCE_DIR}/examples/fashion_mnist/fashion_mnist)
set(PARE_EXAMPLE_FILES ${PARE_EXAMPLE}.onnx ${PARE_EXAMPLE}.data.json)
set(PARE_EXAMPLE_BYTES ${CMAKE_BINARY_DIR}/registry/example_bytes.c)
add_custom_command(
  OUTPUT ${PARE_EXAMPLE_BYTES}
  COMMAND ${CMAKE_COMMAND} "-DNAMES=pare_example_model;pare_example_data" "-DFILES=${PARE_EXAMPLE_FILES}"
          -DOUTPUT=${PARE_EXAMPLE_BYTES} -P ${CMAKE_SOURCE_DIR}/cmake/embed_bytes.cmake
  DEPENDS ${PARE_EXAMPLE_FILES} ${CMAKE_SOURCE_DIR}/cmake/embed_bytes.cmake
  VERBATIM)
target_sources(pare_jobs PRIVATE ${PARE_EXAMPLE_BYTES})
target_compile_definitions(pare_jobs PRIVATE PARE_VERSION="${PROJECT_VERSION}")
# The script that times a model in a foreign runtime; PARE_PEER names another.
target_compile_definitions(pare_jobs PRIVATE PARE_PEER_SCRIPT="${CMAKE_SOURCE_DIR}/bench/peer.py")
