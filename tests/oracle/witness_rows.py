"""Pools, mean, softmax."""
import numpy as np

import kernels
import one_op
from harness import (CELLS, F, K, RUNTIMES, SETS, affine, codes, compare, encodings, limits, near,
                     random_scale, rng_of, zero)
from witness_sums import random_window, window_fields


def pool(kind, shape, kernel, q, p, data):
    def mine(runtime):
        bounds = limits(p["activation"], q, runtime if kind == "max" else "tflm")
        args = K.struct("pool2d_s8_args", c=shape[3], lo=bounds[0], hi=bounds[1], count_outside=0, in_zero_point=q[1],
                        **window_fields(shape, kernel, dict(p, dilation=(1, 1))))
        return K.run(f"{kind}_pool2d_s8", args, [data], (args.n, args.out_h, args.out_w, args.c))
    return mine


def check_pool(kind):
    for name in SETS:
        rng = rng_of(kind + name)
        for _ in range(40):
            shape = (2, *(int(v) for v in rng.integers(4, 12, 2)), int(rng.integers(1, 20)))
            kernel = tuple(int(v) for v in rng.integers(1, 5, 2))
            q, p = encodings(rng, name, 1)[0], random_window(rng)
            data = codes(rng, shape)
            compare(f"{kind}_pool2d", name, one_op.pool(kind, shape, kernel, q, **p), {"a": data},
                    pool(kind, shape, kernel, q, p, data))


def test_pool():
    check_pool("average"), check_pool("max")


def test_pool_outside():
    """count_outside: the average over a window that holds the zero point outside the image."""
    rng, (h, w), q = rng_of("outside"), (7, 6), (0.1, 19)
    data = codes(rng, (2, h, w, 3))
    wide = np.full((2, h + 2, w + 2, 3), q[1])
    wide[:, 1:-1, 1:-1] = data
    sums = np.stack([wide[:, i:i + h, j:j + w] for i in range(3) for j in range(3)]).sum(0)
    expected = np.sign(sums) * ((abs(sums) + 4) // 9)
    args = K.struct("pool2d_s8_args", n=2, in_h=h, in_w=w, c=3, out_h=h, out_w=w, kernel_h=3, kernel_w=3, stride_h=1,
                    stride_w=1, pad_top=1, pad_left=1, count_outside=1, in_zero_point=q[1], lo=-128, hi=127)
    CELLS.add(("average_pool2d", "numpy", "outside"), expected, K.run("average_pool2d_s8", args, [data], data.shape), 0)


def mean(runtime, shape, x, axes, y, data):
    args = K.struct("mean_s8_args")
    sides = K.struct("mean_axes", rank=len(shape), shape=np.array(shape, np.int32),
                     reduced=np.array([i in axes for i in range(len(shape))], np.int32))
    assert K.call("prepare_mean", args, kernels.ARITHMETIC[runtime], sides, affine(x), affine(y)) == 1
    return K.run("mean_s8", args, [data], [1 if i in axes else n for i, n in enumerate(shape)])


MEANS = (((200, 5, 6, 7), (1, 2)), ((32, 4, 4, 16), (1, 2)), ((32, 7, 9, 5), (1, 2)), ((512, 10), (1,)),
         ((512, 16), (1,)), ((16, 5, 6, 7), (3,)), ((200, 5, 6, 7), (2,)), ((64, 5, 6, 8), (1, 3)), ((64, 5, 8), (1,)),
         ((32, 2, 2, 33), (1, 2)), ((256, 3, 5), (1,)), ((256, 12), (1,)), ((4, 50, 50, 3), (1, 2)),
         ((4, 3, 5000), (2,)))


def test_mean():
    for kind in SETS:
        rng = rng_of("mean" + kind)
        for shape, axes in MEANS:
            for i in range(12):
                x = encodings(rng, kind, 1)[0]
                y = (near(rng, kind, x[0], 0.3, 3), zero(rng)) if i % 2 else x
                data = codes(rng, shape)
                if i % 3 == 2:  # a mean far from the middle
                    data = np.clip(data.astype(int) // 3 + int(rng.integers(-60, 60)), -128, 127).astype(np.int8)
                compare("mean", kind, one_op.mean(shape, x, axes, y), {"a": data},
                        lambda r: mean(r, shape, x, axes, y, data))


def spread(sums, n):
    """Rows of n codes with the given sums."""
    rows = np.repeat((sums // n)[:, None], n, 1)
    rows[np.arange(n)[None, :] < (sums % n)[:, None]] += 1
    return rows.astype(np.int8)


def rounding_cases(x, y, n):
    """Sums at which float32 (s_x / s_y) * (1 / n) and (s_x / s_y) / n give different codes; none for most scales."""
    sums = np.arange(-128 * n, 127 * n + 1)
    ratio = F(x[0]) / F(y[0])
    factors = ratio * (F(1) / F(n)), ratio / F(n)
    results = [np.clip(np.rint(sums.astype(F) * f + (F(y[1]) - F(n * x[1]) * f)), -128, 127) for f in factors]
    return sums[results[0] != results[1]]


def test_mean_aimed():
    """Random data does not see how the mean's factor is rounded; these sums do."""
    rng = rng_of("aimed")
    for _ in range(1500):
        n, x = int(rng.integers(2, 200)), (random_scale(rng, 0.01, 0.1), zero(rng))
        y = float(F(x[0] * float(rng.choice([1.5, 0.75, 3, 0.625])))), zero(rng)
        sums = rounding_cases(x, y, n)
        if len(sums):
            data = spread(sums, n)
            compare("mean", "aimed", one_op.mean(data.shape, x, (1,), y), {"a": data},
                    lambda r: mean(r, data.shape, x, (1,), y, data))


def softmax(runtime, shape, x, beta, data):
    rows, depth = int(np.prod(shape[:-1])), shape[-1]
    if runtime == "litert":
        values = np.zeros(256, F)
        K.call("softmax_table", values, beta, F(x[0]))
        args = K.struct("softmax_table_s8_args", rows=rows, depth=depth, table=values, out_scale=1 / 256,
                        out_zero_point=-128)
        return K.run("softmax_table_s8", args, [data], shape)
    args = K.struct("softmax_s8_args", rows=rows, depth=depth)
    K.call("prepare_softmax", args, beta, F(x[0]))
    return K.run("softmax_s8", args, [data], shape)


def test_softmax():
    for kind in SETS:
        rng = rng_of("softmax" + kind)
        for shape in ((256, 2), (64, 10), (64, 12), (16, 100), (4, 400), (4, 1001), (8, 3, 4, 5), (3, 1)):
            for beta in (1.0, 0.5, 1.0, 0.3):
                x = encodings(rng, kind, 1)[0]
                data = codes(rng, shape) if beta == 1 else (codes(rng, shape) // 4).astype(np.int8)
                # A sum of 512 or more is an assertion in the fixed-point form.
                only = RUNTIMES if shape[-1] < 512 else ("litert",)
                compare("softmax", kind, one_op.softmax(shape, x, beta), {"a": data},
                        lambda r: softmax(r, shape, x, beta, data), only=only)
