// A function of one 8-bit code as a table: the form that unary operators and requantization share.
#pragma once

#include "ops/requantize.hpp"
#include "tables.h"

namespace pare {

/// What a table maps from and to. Errors: Unsupported, if an encoding is not int8 per tensor or the Arithmetic has no
/// integer form.
Result<pare_table_spec> table_spec(const PrepareInput& input);

/// The lookup y = table[x + 128] over `count` codes, by vectors if `isa` has them; the table holds 256 int8.
Kernel table_kernel(Tensor table, int64_t count, std::string name, Isa isa);

}  // namespace pare
