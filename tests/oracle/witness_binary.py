"""Two operands: all 65,536 pairs of codes, and broadcasting."""
import numpy as np

import kernels
import one_op
from harness import ALL, CELLS, K, SETS, affine, codes, compare, encodings, limits, near, rng_of, zero


EVERY_A = np.repeat(ALL, 256).reshape(256, 256)
EVERY_B = np.tile(ALL, 256).reshape(256, 256)


def binary_args(kind, runtime, shapes, a, b, y, bounds):
    spec = K.struct("binary_spec", a=affine(a), b=affine(b), y=affine(y), lo=bounds[0], hi=bounds[1])
    walk = K.struct("broadcast")
    sides = [np.array(s, np.int32) for s in shapes]
    assert K.call("prepare_broadcast", walk, len(sides[0]), sides[0], len(sides[1]), sides[1]) == 1
    arithmetic = kernels.ARITHMETIC[runtime]
    if kind == "mul":
        args, factor = K.struct("mul_s8_args"), K.struct("mul_factor")
        K.call("prepare_mul", args, factor, arithmetic, spec)
        args.held = [factor]
    else:
        args = K.struct("add_s8_args")
        K.call("prepare_add", args, arithmetic, 1 if kind == "add" else -1, spec)
    args.walk = walk
    return args


def binary(kind, runtime, data, a, b, y, activation="none"):
    shapes = [d.shape for d in data]
    args = binary_args(kind, runtime, shapes, a, b, y, limits(activation, y, runtime))
    return K.run("mul_s8" if kind == "mul" else "add_s8", args, data, np.broadcast_shapes(*shapes))


def check_pairs(kind):
    for name in SETS:
        rng = rng_of(kind + name)
        for i in range(24):
            a, b = encodings(rng, name, 2)
            full = 100 * a[0] * b[0] if kind == "mul" else a[0] + b[0]
            y = (near(rng, name, full, 0.3, 2), zero(rng))
            activation = ("none", "none", "relu", "relu6")[i % 4]
            model = one_op.binary(kind, (256, 256), a, (256, 256), b, y, activation)
            compare(kind, name, model, {"a": EVERY_A, "b": EVERY_B},
                    lambda r: binary(kind, r, (EVERY_A, EVERY_B), a, b, y, activation))


BROADCASTS = (((2, 3, 4, 5), (1, 1, 1, 5)), ((2, 3, 4, 5), (2, 1, 1, 5)), ((1, 3, 4, 1), (1, 1, 4, 5)),
              ((2, 1, 4, 5), (2, 3, 1, 5)), ((1, 1, 1, 1), (1, 3, 4, 5)), ((2, 7), (2, 7)))


def check_broadcast(kind):
    rng = rng_of(kind + "broadcast")
    for shape_a, shape_b in BROADCASTS:
        a, b, y = encodings(rng, "random", 3)
        data = codes(rng, shape_a), codes(rng, shape_b)
        model = one_op.binary(kind, shape_a, a, shape_b, b, y)
        if shape_a[0] == shape_b[0]:  # the runner wants one number of samples
            compare(kind, "broadcast", model, {"a": data[0], "b": data[1]}, lambda r: binary(kind, r, data, a, b, y))


STRIDED = (((2, 3, 4, 5), (5,)), ((2, 3, 1, 4, 5), (3, 1, 1, 5)), ((4, 1), (1, 5)), ((), (3, 2)),
           ((1, 1, 7), (6, 1, 1)), ((2, 1, 3, 1, 2), (1, 4, 1, 5, 1)), ((8, 1, 1, 1), (1, 2, 3, 4)), ((3, 4), (3, 4)))


def test_broadcast():
    """The strided walk, with ranks that differ, against operands that numpy has spread out."""
    rng = rng_of("strided")
    a, b, y = (0.1, 3), (0.07, -9), (0.15, 5)
    for kind in ("add", "mul"):
        for sides in STRIDED + tuple((r, l) for l, r in STRIDED):
            data = [codes(rng, s) for s in sides]
            full = np.broadcast_shapes(*sides)
            spread = [np.ascontiguousarray(np.broadcast_to(d, full)) for d in data]
            expected = binary(kind, "tflm", spread, a, b, y)
            CELLS.add((kind, "numpy", "strided"), expected, binary(kind, "tflm", data, a, b, y), 0)


def test_add():
    check_pairs("add"), check_broadcast("add")


def test_sub():
    check_pairs("sub"), check_broadcast("sub")


def test_mul():
    check_pairs("mul"), check_broadcast("mul")
