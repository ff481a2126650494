pare_registry(ops ops op pare::OpFamily "pare/op.hpp" op_families)
