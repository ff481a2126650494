"""The code at which a fused activation cuts."""
import numpy as np

import one_op
from harness import F, compare
from witness_binary import binary
from witness_rows import pool
from witness_sums import conv2d, dense, depthwise


def test_fused_limits():
    """6 / s_y halfway between two codes: does the limit round to even or away from zero?"""
    x, one, bias, full = (1.0, 0), F([1.0]), np.zeros(1, np.int32), np.full((1, 1, 1, 1), 127, np.int8)
    p = dict(stride=(1, 1), dilation=(1, 1), padding="valid", activation="relu6")
    for scale in (12.0, 2.4, 4.0, 6 / 4.5, 6 / 8.5, 0.5):
        y = (float(F(scale)), -128)
        case = full.shape, x, full, one, bias, y, p, 1
        for name, make, mine in (("conv2d", one_op.conv2d, conv2d), ("depthwise_conv2d", one_op.depthwise, depthwise)):
            compare("relu6 limit, " + name, "ties", make(full.shape, x, full, one, bias, y, **p), {"a": full},
                    lambda r: mine(r, case)(full))
        rows = np.full((64, 1), 127, np.int8)
        compare("relu6 limit, dense", "ties", one_op.fully_connected(64, x, full[0, 0], one, bias, y, "relu6"),
                {"a": rows}, lambda r: dense(r, x, full[0, 0], one, bias, y, "relu6")(rows))
        for kind in ("add", "sub", "mul"):
            a, b = full, full if kind != "sub" else np.full_like(full, -127)
            compare("relu6 limit, " + kind, "ties", one_op.binary(kind, a.shape, x, b.shape, x, y, "relu6"),
                    {"a": a, "b": b}, lambda r: binary(kind, r, (a, b), x, x, y, "relu6"))
        for kind in ("average", "max"):
            compare(f"relu6 limit, {kind}_pool2d", "ties", one_op.pool(kind, full.shape, (1, 1), y, **p), {"a": full},
                    pool(kind, full.shape, (1, 1), y, p, full))
