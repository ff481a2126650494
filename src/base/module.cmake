if(PARE_KERNELS_ONLY)  # files need OpenSSL
  file(GLOB files ${CMAKE_CURRENT_LIST_DIR}/files*.cpp)
  set_source_files_properties(${files} PROPERTIES HEADER_FILE_ONLY ON)
else()
  find_package(OpenSSL REQUIRED)
  target_link_libraries(pare_base PRIVATE OpenSSL::Crypto)
endif()
