pare_registry(data data reader pare::DatasetReader "data/reader.hpp" dataset_readers)
target_link_libraries(pare_data PRIVATE nlohmann_json::nlohmann_json ZLIB::ZLIB PkgConfig::LIBZIP)
