// The files of a project that are written anew for each model.
#pragma once

#include "emit/c/ports.hpp"

namespace pare {

std::string model_header(const Program& program, const Ports& ports);
std::string model_source(const Program& program, const Ports& ports);
std::string test_source(const Ports& ports);
std::string test_vectors(const Ports& ports, std::span<const TestVector> vectors);
std::string makefile();
std::string readme(const Program& program, const Ports& ports);

}  // namespace pare
