find_package(OpenSSL REQUIRED)
target_link_libraries(pare_base PRIVATE OpenSSL::Crypto)
