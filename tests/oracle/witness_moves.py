"""Reals to codes and back; moves."""
import numpy as np

import one_op
from harness import ALL, CELLS, F, K, SETS, codes, compare, encodings, rng_of


def grid_of_ties(rng, q):
    """Reals on and around the halves between codes, far ones, and infinities."""
    halves = ((np.arange(-1200, 1200) / 4).astype(F) * F(q[0])).astype(F)
    near = np.concatenate([halves, np.nextafter(halves, F(np.inf)), np.nextafter(halves, F(-np.inf))])
    far = np.array([1e6, -1e6, 3e3, -3e3, 1e9, -1e9], F) * F(q[0])
    x = np.concatenate([near, far, rng.normal(0, 60 * q[0], 2000).astype(F)])
    return x.reshape(1, -1)


def quantize(runtime, q, data):
    rule = 1 if runtime == "litert" else 0
    args = K.struct("quantize_s8_args", count=data.size, rule=rule, scale=q[0], zero_point=q[1])
    return K.run("quantize_s8", args, [data], data.shape)


def test_quantize():
    for kind in SETS:
        rng = rng_of("quantize" + kind)
        for _ in range(20):
            q = encodings(rng, kind, 1)[0]
            data = grid_of_ties(rng, q)
            compare("quantize float", kind, one_op.quantize(data.shape, None, q), {"a": data},
                    lambda r: quantize(r, q, data))


def dequantize(q):
    args = K.struct("dequantize_s8_args", count=256, channels=1, inner=1, scale=np.array([q[0]], F),
                    zero_point=np.array([q[1]], np.int32))
    return K.run("dequantize_s8", args, [ALL], (1, 256), F)


def test_dequantize():
    for kind in SETS:
        for q in encodings(rng_of("dequantize" + kind), kind, 6):
            compare("dequantize", kind, one_op.dequantize((1, 256), q), {"a": ALL.reshape(1, 256)},
                    lambda _: dequantize(q))


def test_dequantize_channels():
    rng = rng_of("channels")
    data = codes(rng, (2, 3, 5))
    scales, zeros = rng.uniform(0.01, 0.2, 3).astype(F), rng.integers(-128, 128, 3).astype(np.int32)
    expected = scales[:, None] * (data.astype(np.int32) - zeros[:, None]).astype(F)
    args = K.struct("dequantize_s8_args", count=30, channels=3, inner=5, scale=scales, zero_point=zeros)
    CELLS.add(("dequantize", "numpy", "channels"), expected, K.run("dequantize_s8", args, [data], data.shape, F), 0)


def test_concat():
    rng = rng_of("concat")
    for axis in (1, 2, 3):
        shape_a, shape_b = [2, 3, 4, 5], [2, 3, 4, 5]
        shape_b[axis] = 7
        a, b, q = codes(rng, shape_a), codes(rng, shape_b), (0.1, 3)
        args = K.struct("concat_args", outer=int(np.prod(shape_a[:axis])), count=2,
                        row_bytes=np.array([np.prod(s[axis:]) for s in (shape_a, shape_b)], np.int32))
        mine = K.run("concat", args, [a, b], np.concatenate([a, b], axis).shape)
        compare("concat", f"axis {axis}", one_op.concat(shape_a, shape_b, axis, q), {"a": a, "b": b}, lambda _: mine)


def test_pad():
    rng = rng_of("pad")
    shape, before, after, q = (2, 3, 4, 5), (0, 1, 2, 0), (0, 2, 0, 1), (0.1, 3)
    data = codes(rng, shape)
    args, spec = K.struct("pad_args"), K.struct("pad_spec", before=np.array(before, np.int32),
                                                after=np.array(after, np.int32), fill=q[1])
    K.call("prepare_pad", args, 1, 4, np.array(shape, np.int32), spec)
    mine = K.run("pad", args, [data], [n + b + a for n, b, a in zip(shape, before, after)])
    compare("pad", "rank 4", one_op.pad(shape, before, after, q), {"a": data}, lambda _: mine)


def check_gather(name, args, data, expected):
    mine = K.run("gather", args, [data], expected.shape, expected.dtype)
    CELLS.add((name, "numpy", str(expected.dtype)), expected, mine, 0)


def test_gather():
    """Transposes and slices of every element size against numpy."""
    rng = rng_of("gather")
    shape = (2, 3, 4, 5, 2, 3)
    for dtype in (np.int8, np.int16, np.float32, np.int64):
        data = rng.integers(-100, 100, shape).astype(dtype)
        sides = np.array(shape, np.int32)
        for _ in range(5):
            perm = rng.permutation(6)
            args = K.struct("gather_args")
            K.call("prepare_transpose", args, data.itemsize, 6, sides, perm.astype(np.int32))
            check_gather("transpose", args, data, np.ascontiguousarray(data.transpose(perm)))
        begin, size, step = np.array([[1, 2, 0, 4, 1, 2], [1, 2, 2, 3, 1, 2], [1, -1, 2, -2, 1, -1]], np.int32)
        cut = K.struct("slice_spec", begin=begin, size=size, step=step)
        args = K.struct("gather_args")
        K.call("prepare_slice", args, data.itemsize, 6, sides, cut)
        places = [b + s * np.arange(n) for b, n, s in zip(begin, size, step)]
        check_gather("slice", args, data, data[np.ix_(*places)])
