# ONNX messages come from libonnx's protobuf library; its checker, shape inference and converter are not used.
target_link_libraries(pare_formats PRIVATE onnx_proto protobuf::libprotobuf)
