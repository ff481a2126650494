target_link_libraries(pare_compress PRIVATE nlohmann_json::nlohmann_json)
pare_registry(compress compress/ranges range pare::EstimatorFamily "pare/compress.hpp" estimator_table)
pare_registry(compress compress/schemes scheme pare::Scheme "pare/compress.hpp" scheme_table)
