"""Convolution, depthwise, dense: random shapes."""
import numpy as np

import one_op
from harness import F, K, SETS, codes, compare, encodings, limits, requantize, rng_of, rule_of, zero


def padding_before(size, out, kernel, stride, dilation, padding):
    reach = (kernel - 1) * dilation + 1
    return max((out - 1) * stride + reach - size, 0) // 2 if padding == "same" else 0


def window_fields(shape, kernel, p):
    n, out_h, out_w = one_op.window_shape(shape, kernel, p)
    before = [padding_before(shape[i + 1], (out_h, out_w)[i], kernel[i], p["stride"][i], p["dilation"][i], p["padding"])
              for i in (0, 1)]
    return dict(n=n, in_h=shape[1], in_w=shape[2], out_h=out_h, out_w=out_w, kernel_h=kernel[0], kernel_w=kernel[1],
                stride_h=p["stride"][0], stride_w=p["stride"][1], pad_top=before[0], pad_left=before[1])


def random_window(rng):
    stride = tuple(int(s) for s in rng.integers(1, 3, 2))
    dilation = tuple(int(d) for d in rng.integers(1, 3, 2)) if stride == (1, 1) else (1, 1)
    return dict(stride=stride, dilation=dilation, padding=str(rng.choice(["same", "valid"])),
                activation=str(rng.choice(["none", "none", "relu", "relu6"])))


def weight_scales(rng, kind, count):
    lo, hi = {"pow2": (-9, -6), "random": (0.002, 0.02)}[kind]
    return np.array([SETS[kind](rng, lo, hi) for _ in range(count)], F)


def conv2d(runtime, problem):
    shape, x, w, scales, bias, y, p, groups = problem
    args = K.struct("conv2d_s8_args", in_c=shape[3], out_c=w.shape[0], dilation_h=p["dilation"][0],
                    dilation_w=p["dilation"][1], groups=groups, in_zero_point=x[1], weights=w, bias=bias,
                    requantize=requantize(rule_of(runtime), limits(p["activation"], y, runtime), x, scales, y),
                    **window_fields(shape, w.shape[1:3], p))
    return lambda a: K.run("conv2d_s8", args, [a], (args.n, args.out_h, args.out_w, args.out_c))


def depthwise(runtime, problem):
    shape, x, w, scales, bias, y, p, _ = problem
    args = K.struct("depthwise_conv2d_s8_args", in_c=shape[3], multiplier=w.shape[3] // shape[3],
                    dilation_h=p["dilation"][0], dilation_w=p["dilation"][1], in_zero_point=x[1], weights=w, bias=bias,
                    requantize=requantize(rule_of(runtime), limits(p["activation"], y, runtime), x, scales, y),
                    **window_fields(shape, w.shape[1:3], p))
    return lambda a: K.run("depthwise_conv2d_s8", args, [a], (args.n, args.out_h, args.out_w, w.shape[3]))


def output_encoding(rng, kind, x, scales, taps):
    """So that sums of `taps` random products fill the range: about 74 * 74 * sqrt(taps) * s_x s_w over 50 codes."""
    scale = x[0] * float(np.mean(scales)) * 5400 * np.sqrt(taps) / 50
    return (float(2.0 ** np.round(np.log2(scale))) if kind == "pow2" else float(F(scale))), zero(rng)


def conv_problem(rng, kind, groups):
    cg, per_group = int(rng.choice([1, 2, 3, 4, 8, 16, 31])), int(rng.choice([1, 2, 3, 4, 8, 17]))
    h, w = (int(v) for v in rng.integers(5, 12, 2))
    kernel = tuple(int(v) for v in rng.integers(1, 4, 2))
    x = encodings(rng, kind, 1)[0]
    weights = rng.integers(-127, 128, (per_group * groups, *kernel, cg)).astype(np.int8)
    scales = weight_scales(rng, kind, len(weights))
    bias = rng.integers(-20000, 20000, len(weights)).astype(np.int32)
    y = output_encoding(rng, kind, x, scales, weights[0].size)
    return (8, h, w, cg * groups), x, weights, scales, bias, y, random_window(rng), groups


def depthwise_problem(rng, kind):
    c, m = int(rng.choice([1, 2, 3, 8, 9, 17, 33])), int(rng.integers(1, 4))
    h, w = (int(v) for v in rng.integers(5, 12, 2))
    kernel = tuple(int(v) for v in rng.integers(1, 5, 2))
    x = encodings(rng, kind, 1)[0]
    weights = rng.integers(-127, 128, (1, *kernel, c * m)).astype(np.int8)
    scales = weight_scales(rng, kind, c * m)
    bias = rng.integers(-20000, 20000, c * m).astype(np.int32)
    y = output_encoding(rng, kind, x, scales, weights[0, :, :, 0].size)
    p = random_window(rng)
    p["stride"] = (p["stride"][0],) * 2  # LiteRT's depthwise kernels want equal strides
    p["dilation"] = p["dilation"] if p["stride"] == (1, 1) else (1, 1)
    return (8, h, w, c), x, weights, scales, bias, y, p, c


def check_convolution(operator, make, mine, problem, count=40):
    for kind in SETS:
        rng = rng_of(operator + kind)
        for _ in range(count):
            case = problem(rng, kind)
            shape, x, w, scales, bias, y, p, _ = case
            data = codes(rng, shape)
            compare(operator, kind, make(shape, x, w, scales, bias, y, **p), {"a": data},
                    lambda r: mine(r, case)(data))


def test_conv2d():
    check_convolution("conv2d", one_op.conv2d, conv2d, lambda rng, kind: conv_problem(rng, kind, 1))


def test_tiny_multiplier():
    """Channels whose M is below 2^-31, up to 2^31 away from their neighbours: they give the zero point."""
    rng = rng_of("tiny")
    for scale in (2.0 ** -20, 2.0 ** -26, 2.0 ** -30, 2.0 ** -34, 1e-12):
        shape, x, w, scales, bias, y, p, groups = conv_problem(rng, "random", 1)
        scales[::2] = scale
        case = shape, x, w, scales, bias, y, p, groups
        data = codes(rng, shape)
        compare("conv2d", "tiny M", one_op.conv2d(shape, x, w, scales, bias, y, **p), {"a": data},
                lambda r: conv2d(r, case)(data))


def test_conv2d_groups():
    check_convolution("conv2d groups", one_op.conv2d, conv2d, lambda rng, kind: conv_problem(rng, kind, 3), 20)


def test_depthwise():
    check_convolution("depthwise_conv2d", one_op.depthwise, depthwise, depthwise_problem)


def dense(runtime, x, w, scales, bias, y, activation):
    args = K.struct("dense_s8_args", rows=64, in_c=w.shape[1], out_c=w.shape[0], in_zero_point=x[1], weights=w,
                    bias=bias,
                    requantize=requantize(rule_of(runtime, True), limits(activation, y, runtime), x, scales, y))
    return lambda a: K.run("dense_s8", args, [a], (64, w.shape[0]))


def check_dense(operator, per_channel):
    for kind in SETS:
        rng = rng_of(operator + kind)
        for i in range(24):
            ci, co = int(rng.integers(1, 200)), int(rng.integers(1, 60))
            x = encodings(rng, kind, 1)[0]
            w = rng.integers(-127, 128, (co, ci)).astype(np.int8)
            scales = weight_scales(rng, kind, co if per_channel else 1)
            bias = rng.integers(-20000, 20000, co).astype(np.int32)
            y = output_encoding(rng, kind, x, scales, ci)
            activation = ("none", "none", "relu", "relu6")[i % 4]
            data = codes(rng, (64, ci))
            compare(operator, kind, one_op.fully_connected(64, x, w, scales, bias, y, activation), {"a": data},
                    lambda r: dense(r, x, w, scales, bias, y, activation)(data))


def test_dense():
    check_dense("dense", False)


def test_dense_per_channel():
    check_dense("dense per channel", True)
