#!/usr/bin/env python3
"""Times a model in a foreign runtime, one thread, when it is told to.

    peer.py RUNTIME SEED MODEL [MODEL...]

RUNTIME is litert, onnxruntime or openvino. Of the models (forms of one network) the fastest that the runtime can run is
kept. Then one line of JSON stands on stdout: {"version", "model", "call_us"}; for every line with a number of seconds
on stdin, another one: {"us"}, the median of blocks of runs. An error is one line on stderr and exit status 1.

Runs are started from a loop of Python's. What such a loop costs with a call that does nothing is measured (call_us) and
is not counted as the runtime's.
"""
import functools
import importlib.metadata
import itertools
import json
import os
import statistics
import sys
import time

import numpy as np

BLOCK_SECONDS = 50e-6
LEAST_BLOCKS = 5
TRIAL_SECONDS = 0.2
PACKAGE = {"litert": "ai-edge-litert", "onnxruntime": "onnxruntime", "openvino": "openvino"}


class PeerError(Exception):
    """Why the runtime cannot run a model, as one line."""


def random_array(shape, dtype, random):
    """Reals in [0, 1), codes over their whole range."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return random.random(shape, np.float32).astype(dtype)
    if dtype.itemsize == 1 and dtype.kind in "iu":
        return random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    return np.zeros(shape, dtype)


def litert(path, random):
    from ai_edge_litert.interpreter import Interpreter

    if not path.endswith(".tflite"):
        raise PeerError("not a TFLite file")
    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], random_array(detail["shape"], detail["dtype"], random))
    inner = interpreter._interpreter
    return inner.Invoke, functools.partial(inner.NumTensors, 0), interpreter


def onnxruntime(path, random):
    import onnxruntime as ort

    if not path.endswith(".onnx"):
        raise PeerError("not an ONNX file")
    ort.set_default_logger_severity(4)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}
    binding = session.io_binding()
    for value in session.get_inputs():
        shape = [e if isinstance(e, int) else 1 for e in value.shape]
        array = random_array(shape, types[value.type], random)
        binding.bind_ortvalue_input(value.name, ort.OrtValue.ortvalue_from_numpy(array))
    for value in session.get_outputs():
        binding.bind_output(value.name)
    inner, bound = session._sess, binding._iobinding
    return functools.partial(inner.run_with_iobinding, bound, None), functools.partial(len, ()), (session, binding)


def openvino(path, random):
    import openvino as ov
    from openvino import properties

    core = ov.Core()
    model = core.read_model(path)
    if model.is_dynamic():
        model.reshape({i: [e.get_length() if e.is_static else 1 for e in i.partial_shape] for i in model.inputs})
    settings = {properties.inference_num_threads(): 1, properties.num_streams(): 1,
                properties.hint.performance_mode(): properties.hint.PerformanceMode.LATENCY,
                properties.hint.inference_precision(): ov.Type.f32}
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    for i, value in enumerate(model.inputs):
        array = random_array(list(value.shape), value.element_type.to_dtype(), random)
        request.set_input_tensor(i, ov.Tensor(array))
    return request.infer, functools.partial(len, ()), request


def timed(call, repeats):
    start = time.perf_counter()
    for _ in itertools.repeat(None, repeats):
        call()
    return time.perf_counter() - start


def repeats_of_block(call):
    repeats = 1
    while timed(call, repeats) < BLOCK_SECONDS:
        repeats *= 2
    return repeats


def median_us(call, repeats, seconds):
    start, blocks = time.perf_counter(), []
    while len(blocks) < LEAST_BLOCKS or time.perf_counter() - start < seconds:
        blocks.append(timed(call, repeats) / repeats * 1e6)
    return statistics.median(blocks)


class Peer:
    def __init__(self, path, start, seed):
        self.path = path
        self.run, self.nothing, self.alive = start(path, np.random.default_rng(seed))
        median_us(self.run, 1, TRIAL_SECONDS)
        self.repeats = repeats_of_block(self.run)
        self.call_us = median_us(self.nothing, 1000, 0.01)

    def us(self, seconds):
        return max(median_us(self.run, self.repeats, seconds) - self.call_us, 0)


def one_line(error):
    return " ".join(str(error).split())[:200] or type(error).__name__


def fastest(start, paths, seed):
    peers, reasons = [], []
    for path in paths:
        try:
            peers.append(Peer(path, start, seed))
        except Exception as error:  # whatever a runtime throws at a model that it does not take
            reasons.append(f"{os.path.basename(path)}: {one_line(error)}")
    if not peers:
        raise PeerError("; ".join(reasons))
    return min(peers, key=lambda peer: peer.us(TRIAL_SECONDS))


def quiet_output():
    """Runtimes print to descriptors 1 and 2; what they say is not an answer."""
    answers = os.fdopen(os.dup(1), "w")
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    return answers


def main():
    if len(sys.argv) < 4 or sys.argv[1] not in PACKAGE:
        raise PeerError("usage: peer.py litert|onnxruntime|openvino SEED MODEL...")
    name, seed, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    try:
        version = importlib.metadata.version(PACKAGE[name])
    except importlib.metadata.PackageNotFoundError as error:
        raise PeerError(f"{PACKAGE[name]} is not installed") from error
    answers = quiet_output()
    peer = fastest(globals()[name], paths, seed)
    print(json.dumps({"version": version, "model": peer.path, "call_us": peer.call_us}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps({"us": peer.us(float(line))}), file=answers, flush=True)


if __name__ == "__main__":
    try:
        main()
    except PeerError as error:
        print(f"peer: {error}", file=sys.stderr)
        sys.exit(1)
