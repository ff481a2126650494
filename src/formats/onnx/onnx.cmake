# ONNX messages come from libonnx's protobuf library; its checker, shape inference and converter are not used. Only the
# two files that touch messages see its headers.
target_link_libraries(pare_formats PRIVATE onnx_proto protobuf::libprotobuf)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/formats/onnx/messages.cpp ${CMAKE_SOURCE_DIR}/src/formats/onnx/tensor_message.cpp
                            PROPERTIES COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx")
