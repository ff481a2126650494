"""What the witness tests share: the compiled kernels, the cells of the report, scales, data, common arguments."""
import numpy as np

import kernels
import runtimes

F = np.float32
ALL = np.arange(-128, 128, dtype=np.int8)
RUNTIMES = ("tflm", "litert", "litert_ref")
SEED = 20240

K = kernels.Kernels()


class Cells:
    """Lines of the report: (operator, runtime, set) -> counts."""

    def __init__(self):
        self.rows = {}
        self.current = None  # the test that runs
        self.seen = set()    # the tests that compared something

    def add(self, key, got, mine, bound):
        got, mine = np.asarray(got), np.asarray(mine)
        self.seen.add(self.current)
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
            share = 100 * r["equal"] / r["count"]
            print(f"{operator:30} {runtime:11} {name:10} {r['count']:8} bytes  equal {share:8.4f} %  max {r['max']:g}"
                  f"  {promise:6} {'ok' if good else 'FAILED'}")
        return failed


CELLS = Cells()


def compare(operator, name, model, inputs, mine, bound=0, only=RUNTIMES):
    """mine(runtime) is what the kernels give. bound: a number, or a dictionary by runtime."""
    for runtime in only:
        got = runtimes.run(runtime, model, inputs)["y"]
        limit = bound.get(runtime, 0) if isinstance(bound, dict) else bound
        CELLS.add((operator, runtime, name), got, mine(runtime), limit)


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


def near(rng, kind, scale, lo, hi):
    """A scale between lo and hi times `scale`, a power of two if the set is of those."""
    found = scale * np.exp(rng.uniform(np.log(lo), np.log(hi)))
    return float(2.0 ** np.round(np.log2(found))) if kind == "pow2" else float(F(found))


def codes(rng, shape):
    return rng.integers(-128, 128, shape).astype(np.int8)


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
