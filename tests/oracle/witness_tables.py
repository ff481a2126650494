"""One code to one code: all 256 inputs, many pairs of scales."""
import numpy as np

import kernels
import one_op
from harness import (ALL, F, K, RUNTIMES, SETS, affine, compare, encodings, near, pow2_scale, random_scale,
                     rng_of, zero)


def table(function, runtime, x, y, *more):
    values = np.zeros(256, np.int8)
    spec = K.struct("table_spec", arithmetic=kernels.ARITHMETIC[runtime], x=affine(x), y=affine(y))
    K.call(function, values, spec, *more)
    args = K.struct("unary_s8_args", count=256, table=values)
    return K.run("unary_s8", args, [ALL], (1, 256))


def pairs_of_encodings(name, kind):
    rng = rng_of(name + kind)
    pairs = []
    for i in range(40):
        x = encodings(rng, kind, 1)[0]
        pairs.append((x, (near(rng, kind, x[0], 0.3, 6), zero(rng)) if i % 8 else x))
    return pairs


def check_unary(operator, make, function, *more, same=False, only=RUNTIMES):
    for kind in SETS:
        for x, y in pairs_of_encodings(operator, kind):
            y = x if same else y
            compare(operator, kind, make((1, 256), x, y), {"a": ALL.reshape(1, 256)},
                    lambda r: table(function, r, x, y, *more), only=only)


def test_requantize():
    check_unary("quantize int8", one_op.quantize, "table_requantize")
    # Below s_x / s_y = 2^-8 LiteRT leaves the 8-bit form; what it does there is not known exactly.
    rng = rng_of("tiny ratio")
    for _ in range(60):
        x = encodings(rng, "random", 1)[0]
        y = (float(F(x[0] * rng.uniform(257, 600))), zero(rng))
        compare("quantize int8", "far scale", one_op.quantize((1, 256), x, y), {"a": ALL.reshape(1, 256)},
                lambda r: table("table_requantize", r, x, y), bound={"litert": 1})


def named(kind):
    return lambda shape, x, y: one_op.unary(kind, shape, x, y)


def test_relu():
    check_unary("relu", named("relu"), "table_clip", 0.0, float("inf"))
    check_unary("relu6", named("relu6"), "table_relu6")
    check_unary("relu_n1_to_1", named("relu_n1_to_1"), "table_clip", -1.0, 1.0, only=("litert", "litert_ref"))


def test_leaky_relu():
    for alpha in (0.01, 0.1, 0.25, 0.5, -0.3):
        check_unary("leaky_relu", lambda s, x, y, a=alpha: one_op.leaky_relu(s, x, y, a), "table_leaky_relu", alpha)


def check_fixed_output(operator, function, y):
    wide = {"pow2": lambda r: pow2_scale(r, -9, 7), "random": lambda r: random_scale(r, 0.001, 20)}
    for kind, scale in wide.items():
        rng = rng_of(operator + kind)
        for _ in range(60):
            x = (scale(rng), zero(rng))
            compare(operator, kind, one_op.unary(operator, (1, 256), x, y), {"a": ALL.reshape(1, 256)},
                    lambda r: table(function, r, x, y))


def test_logistic():
    check_fixed_output("logistic", "table_logistic", (1 / 256, -128))


def test_tanh():
    check_fixed_output("tanh", "table_tanh", (1 / 128, 0))
