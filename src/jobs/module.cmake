target_link_libraries(pare_jobs PRIVATE PkgConfig::LIBZIP)
# The script that runs a file in a foreign runtime; PARE_ORACLE names another.
target_compile_definitions(pare_jobs PRIVATE PARE_ORACLE_SCRIPT="${CMAKE_SOURCE_DIR}/tests/oracle/run_model.py")
