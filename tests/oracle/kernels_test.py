#!/usr/bin/env python3
"""The C kernels against the foreign runtimes, byte for byte, one operator at a time.

    kernels_test.py [OPERATOR ...]

For each (operator, runtime, set of scales) one line is printed: how many output bytes were compared, the share that is
equal, the largest difference. `exact` cells must be equal everywhere, `<= 1` cells may differ by one; else the exit
status is 1. Power-of-two scales are in every set on purpose: there a result lies exactly between two codes, and only
there the rounding rule is seen. Random scales hide it.
"""
import sys
import tempfile

import numpy as np

import kernels
import one_op
import runtimes

F = np.float32
ALL = np.arange(-128, 128, dtype=np.int8)
RUNTIMES = ("tflm", "litert", "litert_ref")
SEED = 20240

K = None  # the compiled kernels


# ---- what was compared ----------------------------------------------------------------------------------------------

class Cells:
    """Lines of the report: (operator, runtime, set) -> counts."""

    def __init__(self):
        self.rows = {}

    def add(self, key, got, mine, bound):
        got, mine = np.asarray(got), np.asarray(mine)
        if got.shape != mine.shape:
            raise AssertionError(f"{key}: shape {mine.shape}, the runtime gives {got.shape}")
        difference = np.abs(got.astype(np.float64) - mine.astype(np.float64))
        row = self.rows.setdefault(key, {"count": 0, "equal": 0, "max": 0.0, "bound": bound})
        row["count"] += difference.size
        row["equal"] += int((difference == 0).sum())
        row["max"] = max(row["max"], float(difference.max()))

    def report(self):
        failed = 0
        for (operator, runtime, name), r in self.rows.items():
            good = r["max"] <= r["bound"]
            failed += not good
            promise = "exact" if r["bound"] == 0 else f"<= {r['bound']:g}"
            print(f"{operator:30} {runtime:11} {name:10} {r['count']:8} bytes  equal {100 * r['equal'] / r['count']:8.4f} %"
                  f"  max {r['max']:g}  {promise:6} {'ok' if good else 'FAILED'}")
        return failed


CELLS = Cells()


def compare(operator, name, model, inputs, mine, bound=0, only=RUNTIMES):
    """mine(runtime) is what the kernels give. bound: a number, or a dictionary by runtime."""
    for runtime in only:
        got = runtimes.run(runtime, model, inputs)["y"]
        limit = bound.get(runtime, 0) if isinstance(bound, dict) else bound
        CELLS.add((operator, runtime, name), got, mine(runtime), limit)


# ---- scales and data ------------------------------------------------------------------------------------------------

def rng_of(name):
    return np.random.default_rng([SEED, *name.encode()])


def zero(rng):
    return int(rng.choice([-128, 127, 0, int(rng.integers(-128, 128))]))


def random_scale(rng, lo=0.01, hi=0.2):
    return float(F(np.exp(rng.uniform(np.log(lo), np.log(hi)))))


def pow2_scale(rng, lo=-6, hi=-2):
    return float(2.0 ** rng.integers(lo, hi + 1))


SETS = {"pow2": pow2_scale, "random": random_scale}


def encodings(rng, kind, count):
    return [(SETS[kind](rng), zero(rng)) for _ in range(count)]


def codes(rng, shape):
    return rng.integers(-128, 128, shape).astype(np.int8)


# ---- kernels' arguments ---------------------------------------------------------------------------------------------

def affine(q):
    return K.struct("affine", scale=q[0], zero_point=q[1])


def requantize(rule, factors, x, weight_scales, y):
    """pare_requantize_args as the C++ side fills it; `factors` are ignored where the rule has its own."""
    x_scale, w, y_scale = F(x[0]), np.atleast_1d(F(weight_scales)), F(y[0])
    fixed = [K.fixed(float(x_scale) * float(s) / float(y_scale)) for s in w]
    return K.struct("requantize_args", rule=rule, channels=len(w),
                    multiplier=np.array([m for m, _ in fixed], np.int32),
                    exponent=np.array([e for _, e in fixed], np.int32),
                    scale=((x_scale * w) / y_scale).astype(F), zero_point=y[1], lo=factors[0], hi=factors[1])


def rule_of(runtime, dense=False):
    if runtime == "litert":
        return kernels.FLOAT_HALF_EVEN
    return kernels.EXACT_AWAY if dense and runtime == "litert_ref" else kernels.FIXED_DOUBLE


def limits(name, y, runtime):
    """Codes of a fused activation's limits."""
    lo, hi = {"none": (None, None), "relu": (0, None), "relu6": (0, 6), "relu_n1_to_1": (-1, 1)}[name]

    def code(x, otherwise):
        if x is None:
            return otherwise
        real = float(F(x) / F(y[0]))
        q = np.rint(real) if runtime == "litert" else np.sign(real) * np.floor(abs(real) + 0.5)
        return int(np.clip(q + y[1], -128, 127))

    return code(lo, -128), code(hi, 127)


# ---- one code to one code -------------------------------------------------------------------------------------------

def table(function, runtime, x, y, *more):
    values = np.zeros(256, np.int8)
    spec = K.struct("table_spec", arithmetic=kernels.ARITHMETIC[runtime], x=affine(x), y=affine(y))
    K.call(function, values, spec, *more)
    args = K.struct("unary_s8_args", count=256, table=values)
    return K.run("unary_s8", args, [ALL], (1, 256))


def pairs_of_encodings(name, kind):
    rng = rng_of(name + kind)
    pairs = [tuple(encodings(rng, kind, 2)) for _ in range(8)]
    q = encodings(rng, kind, 1)[0]
    return pairs + [(q, q)]


def check_unary(operator, make, function, *more, same=False, only=RUNTIMES):
    for kind in SETS:
        for x, y in pairs_of_encodings(operator, kind):
            y = x if same else y
            compare(operator, kind, make((1, 256), x, y), {"a": ALL.reshape(1, 256)},
                    lambda r: table(function, r, x, y, *more), only=only)


def test_requantize():
    check_unary("quantize int8", one_op.quantize, "table_requantize")


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
        for _ in range(16):
            x = (scale(rng), zero(rng))
            compare(operator, kind, one_op.unary(operator, (1, 256), x, y), {"a": ALL.reshape(1, 256)},
                    lambda r: table(function, r, x, y))


def test_logistic():
    check_fixed_output("logistic", "table_logistic", (1 / 256, -128))


def test_tanh():
    check_fixed_output("tanh", "table_tanh", (1 / 128, 0))


# ---- two operands ---------------------------------------------------------------------------------------------------

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
        for i in range(6):
            a, b, y = encodings(rng, name, 3)
            y = (y[0] * (1 if kind == "mul" else 2), y[1])
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


def test_add():
    check_pairs("add"), check_broadcast("add")


def test_sub():
    check_pairs("sub"), check_broadcast("sub")


def test_mul():
    check_pairs("mul"), check_broadcast("mul")


# ---- convolution, dense ---------------------------------------------------------------------------------------------

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
    cg, per_group = int(rng.integers(1, 9)), int(rng.integers(1, 5))
    h, w = (int(v) for v in rng.integers(5, 12, 2))
    kernel = tuple(int(v) for v in rng.integers(1, 4, 2))
    x = encodings(rng, kind, 1)[0]
    weights = rng.integers(-127, 128, (per_group * groups, *kernel, cg)).astype(np.int8)
    scales = weight_scales(rng, kind, len(weights))
    bias = rng.integers(-20000, 20000, len(weights)).astype(np.int32)
    y = output_encoding(rng, kind, x, scales, weights[0].size)
    return (8, h, w, cg * groups), x, weights, scales, bias, y, random_window(rng), groups


def depthwise_problem(rng, kind):
    c, m = int(rng.integers(1, 12)), int(rng.integers(1, 4))
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


def check_convolution(operator, make, mine, problem, count=10):
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


def test_conv2d_groups():
    check_convolution("conv2d groups", one_op.conv2d, conv2d, lambda rng, kind: conv_problem(rng, kind, 3), 4)


def test_depthwise():
    check_convolution("depthwise_conv2d", one_op.depthwise, depthwise, depthwise_problem)


def dense(runtime, x, w, scales, bias, y, activation):
    args = K.struct("dense_s8_args", rows=64, in_c=w.shape[1], out_c=w.shape[0], in_zero_point=x[1], weights=w, bias=bias,
                    requantize=requantize(rule_of(runtime, True), limits(activation, y, runtime), x, scales, y))
    return lambda a: K.run("dense_s8", args, [a], (64, w.shape[0]))


def check_dense(operator, per_channel):
    for kind in SETS:
        rng = rng_of(operator + kind)
        for i in range(6):
            ci, co = int(rng.integers(1, 100)), int(rng.integers(1, 60))
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
        compare("relu6 limit, dense", "ties", one_op.fully_connected(64, x, full[0, 0], one, bias, y, "relu6"), {"a": rows},
                lambda r: dense(r, x, full[0, 0], one, bias, y, "relu6")(rows))
        for kind in ("add", "sub", "mul"):
            a, b = full, full if kind != "sub" else np.full_like(full, -127)
            compare("relu6 limit, " + kind, "ties", one_op.binary(kind, a.shape, x, b.shape, x, y, "relu6"),
                    {"a": a, "b": b}, lambda r: binary(kind, r, (a, b), x, x, y, "relu6"))
        for kind in ("average", "max"):
            compare(f"relu6 limit, {kind}_pool2d", "ties", one_op.pool(kind, full.shape, (1, 1), y, **p), {"a": full},
                    pool(kind, full.shape, (1, 1), y, p, full))


# ---- windows and rows -----------------------------------------------------------------------------------------------

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
        for _ in range(10):
            shape = (2, *(int(v) for v in rng.integers(4, 12, 2)), int(rng.integers(1, 20)))
            kernel = tuple(int(v) for v in rng.integers(1, 5, 2))
            q, p = encodings(rng, name, 1)[0], random_window(rng)
            data = codes(rng, shape)
            compare(f"{kind}_pool2d", name, one_op.pool(kind, shape, kernel, q, **p), {"a": data},
                    pool(kind, shape, kernel, q, p, data))


def test_pool():
    check_pool("average"), check_pool("max")


def mean(runtime, shape, x, axes, y, data):
    args = K.struct("mean_s8_args")
    sides = K.struct("mean_axes", rank=len(shape), shape=np.array(shape, np.int32),
                     reduced=np.array([i in axes for i in range(len(shape))], np.int32))
    assert K.call("prepare_mean", args, kernels.ARITHMETIC[runtime], sides, affine(x), affine(y)) == 1
    return K.run("mean_s8", args, [data], [1 if i in axes else n for i, n in enumerate(shape)])


MEANS = (((32, 5, 6, 7), (1, 2)), ((32, 4, 4, 16), (1, 2)), ((32, 7, 9, 5), (1, 2)), ((512, 10), (1,)), ((512, 16), (1,)),
         ((16, 5, 6, 7), (3,)), ((16, 5, 6, 7), (2,)), ((64, 5, 6, 8), (1, 3)), ((64, 5, 8), (1,)), ((32, 2, 2, 33), (1, 2)),
         ((4, 50, 50, 3), (1, 2)), ((4, 3, 5000), (2,)))


def test_mean():
    for kind in SETS:
        rng = rng_of("mean" + kind)
        for shape, axes in MEANS:
            for same in (False, True):
                x, y = encodings(rng, kind, 2)
                y = x if same else (y[0] if y[0] > x[0] / 8 else x[0] / 4, y[1])
                data = np.clip(codes(rng, shape).astype(int) // 3 + int(rng.integers(-60, 60)), -128, 127).astype(np.int8)
                compare("mean", kind, one_op.mean(shape, x, axes, y), {"a": data},
                        lambda r: mean(r, shape, x, axes, y, data))


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
            for beta in (1.0, 0.5):
                x = encodings(rng, kind, 1)[0]
                data = codes(rng, shape) if beta == 1 else (codes(rng, shape) // 4).astype(np.int8)
                # A sum of 512 or more is an assertion in the fixed-point form.
                only = RUNTIMES if shape[-1] < 512 else ("litert",)
                compare("softmax", kind, one_op.softmax(shape, x, beta), {"a": data},
                        lambda r: softmax(r, shape, x, beta, data), only=only)


# ---- reals and codes ------------------------------------------------------------------------------------------------

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
        for _ in range(6):
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


# ---- moves ----------------------------------------------------------------------------------------------------------

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


def main():
    global K
    tests = {n[5:]: f for n, f in globals().items() if n.startswith("test_")}
    chosen = sys.argv[1:] or list(tests)
    unknown = [n for n in chosen if n not in tests]
    if unknown:
        print(f"kernels_test: no test {unknown[0]!r}, expected some of {', '.join(tests)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        K = kernels.Kernels(folder)
        for name in chosen:
            tests[name]()
    failed = CELLS.report()
    print(f"{len(CELLS.rows)} cells, {failed} failed, seed {SEED}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
