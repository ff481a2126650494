"""The foreign runtimes behind one call: run(name, model bytes, inputs) -> outputs.

Inputs and outputs are dictionaries from tensor name to array, in the file's stored type. The first axis is the model's
batch axis. Every sample is run as a batch of one; a file whose own batch is larger (one_op.py makes such) is run with
that many samples at a time. An inner tensor without a batch axis gets one in front.
"""
import importlib.metadata
import os
from contextlib import contextmanager

import numpy as np

NAMES = ("tflm", "litert", "litert_ref", "onnxruntime", "onnxruntime_optimized")
PACKAGE = {
    "tflm": "tflite-micro",
    "litert": "ai-edge-litert",
    "litert_ref": "ai-edge-litert",
    "onnxruntime": "onnxruntime",
    "onnxruntime_optimized": "onnxruntime",
}
ARENA_FIRST_BYTES, ARENA_LAST_BYTES = 1 << 20, 64 << 20


class RunError(Exception):
    """A model or an input that the runtime cannot run; the text is one line for the user."""


def version(name):
    return importlib.metadata.version(PACKAGE[name])


@contextmanager
def quiet_stderr():
    """The C++ libraries print to file descriptor 2; what they say is not the user's error."""
    saved, sink = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(sink)


def one_line(error):
    return " ".join(str(error).split())[:300]


def check_inputs(inputs, wanted):
    """`wanted`: name -> (shape without batch, None for a free extent; dtype). Returns the number of samples."""
    if set(inputs) != set(wanted):
        raise RunError(f"inputs {sorted(inputs)}, expected {sorted(wanted)}")
    counts = {a.shape[0] if a.ndim else 0 for a in inputs.values()}
    if len(counts) != 1 or counts == {0}:
        raise RunError(f"inputs of {sorted(counts)} samples, expected one number of at least 1")
    for name, (shape, dtype) in wanted.items():
        if inputs[name].dtype != dtype:
            raise RunError(f"input '{name}' is {inputs[name].dtype}, expected {np.dtype(dtype)}")
        found = inputs[name].shape[1:]
        if len(found) != len(shape) or any(e is not None and e != f for e, f in zip(shape, found)):
            wanted_shape = [("any" if e is None else int(e)) for e in shape]
            raise RunError(f"input '{name}' has samples of shape {list(found)}, expected {wanted_shape}")
    return counts.pop()


def join(arrays, batch):
    has_batch = arrays[0].ndim > 0 and arrays[0].shape[0] == batch
    return np.concatenate(arrays) if has_batch else np.stack(arrays)


def stack(samples, batch):
    return {name: join([s[name] for s in samples], batch) for name in samples[0]}


def slices(inputs, count, batch):
    if count % batch:
        raise RunError(f"{count} samples, expected a multiple of the model's batch of {batch}")
    return [{k: v[i:i + batch] for k, v in inputs.items()} for i in range(0, count, batch)]


def batch_of(shape):
    return int(shape[0]) if len(shape) and (shape[0] or 0) > 0 else 1


class Litert:
    """LiteRT's interpreter: the default kernels with XNNPACK, or the reference kernels."""

    def __init__(self, model, reference, tensors=False):
        from ai_edge_litert import interpreter as lib

        kind = lib.OpResolverType.BUILTIN_REF if reference else lib.OpResolverType.BUILTIN
        with quiet_stderr():
            self.interpreter = lib.Interpreter(model_content=model, experimental_op_resolver_type=kind,
                                               experimental_preserve_all_tensors=tensors, num_threads=1)
            self.interpreter.allocate_tensors()
        self.inputs = self.interpreter.get_input_details()
        self.outputs = self.inner() if tensors else self.interpreter.get_output_details()

    def inner(self):
        constants = {i["index"] for i in self.inputs}
        written = {int(t) for op in self.interpreter._get_ops_details() for t in op["outputs"]}
        return [d for d in self.interpreter.get_tensor_details() if d["index"] in written - constants]

    def wanted(self):
        return {d["name"]: (d["shape"][1:], d["dtype"]) for d in self.inputs}

    def batch(self):
        return batch_of(self.inputs[0]["shape"])

    def run(self, sample):
        for d in self.inputs:
            self.interpreter.set_tensor(d["index"], sample[d["name"]])
        self.interpreter.invoke()
        return {d["name"]: self.interpreter.get_tensor(d["index"]) for d in self.outputs}


class Tflm:
    """TFLite Micro's reference kernels. The package knows tensors by number; names are read from the file."""

    def __init__(self, model):
        from ai_edge_litert import schema_py_generated as schema

        graph = schema.Model.GetRootAs(model, 0).Subgraphs(0)
        self.inputs = [graph.Tensors(graph.Inputs(i)).Name().decode() for i in range(graph.InputsLength())]
        self.outputs = [graph.Tensors(graph.Outputs(i)).Name().decode() for i in range(graph.OutputsLength())]
        self.interpreter = self.open(model)

    @staticmethod
    def open(model):
        from tflite_micro.python.tflite_micro import runtime

        arena, last = ARENA_FIRST_BYTES, None
        while arena <= ARENA_LAST_BYTES:
            try:
                with quiet_stderr():
                    return runtime.Interpreter.from_bytes(model, arena_size=arena)
            except Exception as error:  # too small an arena, or an operator that it does not have
                last = error
                arena *= 2
        raise RunError(f"no interpreter with an arena of up to {ARENA_LAST_BYTES} bytes: {one_line(last)}")

    def wanted(self):
        details = [self.interpreter.get_input_details(i) for i in range(len(self.inputs))]
        return {n: (d["shape"][1:], d["dtype"]) for n, d in zip(self.inputs, details)}

    def batch(self):
        return batch_of(self.interpreter.get_input_details(0)["shape"])

    def run(self, sample):
        for i, name in enumerate(self.inputs):
            self.interpreter.set_input(sample[name], i)
        self.interpreter.invoke()
        return {n: np.array(self.interpreter.get_output(i)) for i, n in enumerate(self.outputs)}


class OnnxRuntime:
    """ONNX Runtime on the CPU, with all its graph optimisations or none."""

    TYPES = {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8,
             "tensor(int32)": np.int32, "tensor(int64)": np.int64, "tensor(double)": np.float64}

    def __init__(self, model, optimized):
        import onnxruntime as lib

        options = lib.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        level = lib.GraphOptimizationLevel
        options.graph_optimization_level = level.ORT_ENABLE_ALL if optimized else level.ORT_DISABLE_ALL
        self.session = lib.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.names = [o.name for o in self.session.get_outputs()]

    @staticmethod
    def shape(node):
        return [d if isinstance(d, int) else None for d in node.shape]

    def wanted(self):
        inputs = self.session.get_inputs()
        for i in inputs:
            if i.type not in self.TYPES:
                raise RunError(f"input '{i.name}' is {i.type}, expected one of {sorted(self.TYPES)}")
        return {i.name: (self.shape(i)[1:], self.TYPES[i.type]) for i in inputs}

    def batch(self):
        return batch_of(self.shape(self.session.get_inputs()[0]))

    def run(self, sample):
        return dict(zip(self.names, self.session.run(None, sample)))


def open_model(name, model, tensors=False):
    if name == "tflm":
        return Tflm(model)
    if name in ("litert", "litert_ref"):
        return Litert(model, name == "litert_ref", tensors)
    if name in ("onnxruntime", "onnxruntime_optimized"):
        return OnnxRuntime(model, name == "onnxruntime_optimized")
    raise RunError(f"runtime '{name}', expected one of {', '.join(NAMES)}")


def run(name, model, inputs, tensors=False):
    """Outputs of every sample. Errors: RunError, in one line."""
    try:
        opened = open_model(name, model, tensors)
        wanted = opened.wanted()
        count = check_inputs(inputs, wanted)
        batch = opened.batch()
        return stack([opened.run(s) for s in slices(inputs, count, batch)], batch)
    except RunError:
        raise
    except Exception as error:
        raise RunError(f"{name}: {one_line(error)}") from error
