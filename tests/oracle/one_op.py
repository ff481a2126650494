"""TFLite files of one int8 operator, so that each rule of a runtime can be seen alone.

Each function below returns the bytes of a file whose inputs are named `a` (and `b`), whose output is named `y`, and
whose batch axis is as large as the given shape says. A quantization is a pair (scale, zero point); weights take a list
of scales, one an output channel, or one scale.
"""
from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as tfl

CODES = {np.dtype(np.int8): tfl.TensorType.INT8, np.dtype(np.int32): tfl.TensorType.INT32,
         np.dtype(np.float32): tfl.TensorType.FLOAT32}
ACTIVATION = {"none": tfl.ActivationFunctionType.NONE, "relu": tfl.ActivationFunctionType.RELU,
              "relu6": tfl.ActivationFunctionType.RELU6, "relu_n1_to_1": tfl.ActivationFunctionType.RELU_N1_TO_1}
PADDING = {"same": tfl.Padding.SAME, "valid": tfl.Padding.VALID}


@dataclass
class Tensor:
    name: str
    shape: tuple
    dtype: type = np.int8
    scales: list = field(default_factory=list)
    zeros: list = field(default_factory=list)
    axis: int = 0
    data: np.ndarray = None


def activation(name, shape, quantization):
    scale, zero = quantization
    return Tensor(name, tuple(shape), np.int8, [scale], [zero])


def constant(name, data, scales=(), axis=0):
    data = np.ascontiguousarray(data)
    scales = list(np.atleast_1d(np.asarray(scales, np.float32))) if len(np.atleast_1d(scales)) else []
    return Tensor(name, data.shape, data.dtype, scales, [0] * len(scales), axis, data)


def quantization_of(t):
    q = tfl.QuantizationParametersT()
    q.scale = np.asarray(t.scales, np.float32)
    q.zeroPoint = np.asarray(t.zeros, np.int64)
    q.quantizedDimension = t.axis
    return q


def tensor_of(t, buffers):
    out = tfl.TensorT()
    out.name = t.name
    out.shape = np.asarray(t.shape, np.int32)
    out.type = CODES[np.dtype(t.dtype)]
    out.hasRank = True
    if t.scales:
        out.quantization = quantization_of(t)
    out.buffer = 0
    if t.data is not None:
        buffer = tfl.BufferT()
        buffer.data = np.frombuffer(t.data.tobytes(), np.uint8)
        buffers.append(buffer)
        out.buffer = len(buffers) - 1
    return out


def build(code, version, operands, output, options=None):
    """`operands`: tensors in the operator's order; those without data are the file's inputs."""
    tensors = operands + [output]
    buffers = [tfl.BufferT()]
    graph = tfl.SubGraphT()
    graph.tensors = [tensor_of(t, buffers) for t in tensors]
    graph.inputs = [i for i, t in enumerate(operands) if t.data is None]
    graph.outputs = [len(operands)]
    operator = tfl.OperatorT()
    operator.inputs = list(range(len(operands)))
    operator.outputs = [len(operands)]
    if options is not None:
        operator.builtinOptions = options
        operator.builtinOptionsType = getattr(tfl.BuiltinOptions, type(options).__name__[:-1])
    graph.operators = [operator]
    return pack(code, version, graph, buffers)


def pack(code, version, graph, buffers):
    opcode = tfl.OperatorCodeT()
    opcode.builtinCode = code
    opcode.deprecatedBuiltinCode = min(code, 127)
    opcode.version = version
    model = tfl.ModelT()
    model.version = 3
    model.operatorCodes = [opcode]
    model.subgraphs = [graph]
    model.buffers = buffers
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def out_extent(size, kernel, stride, dilation, padding):
    reach = (kernel - 1) * dilation + 1
    return -(-size // stride) if padding == "same" else (size - reach) // stride + 1


def window_shape(shape, kernel, p):
    h, w = (out_extent(shape[i + 1], kernel[i], p["stride"][i], p["dilation"][i], p["padding"]) for i in (0, 1))
    return shape[0], h, w


def set_window(options, p):
    options.padding = PADDING[p["padding"]]
    options.strideH, options.strideW = p["stride"]
    options.fusedActivationFunction = ACTIVATION[p.get("activation", "none")]
    return options


def conv2d(shape, x, weights, weight_scales, bias, y, **p):
    """weights [co, kh, kw, ci / groups]; p: stride, dilation, padding, activation."""
    options = set_window(tfl.Conv2DOptionsT(), p)
    options.dilationHFactor, options.dilationWFactor = p["dilation"]
    out = window_shape(shape, weights.shape[1:3], p) + (weights.shape[0],)
    bias_scales = np.float32(x[0]) * np.atleast_1d(np.float32(weight_scales))
    return build(tfl.BuiltinOperator.CONV_2D, 3,
                 [activation("a", shape, x), constant("w", weights, weight_scales, 0),
                  constant("bias", bias, bias_scales)], activation("y", out, y), options)


def depthwise(shape, x, weights, weight_scales, bias, y, **p):
    """weights [1, kh, kw, co]."""
    options = set_window(tfl.DepthwiseConv2DOptionsT(), p)
    options.dilationHFactor, options.dilationWFactor = p["dilation"]
    options.depthMultiplier = weights.shape[3] // shape[3]
    out = window_shape(shape, weights.shape[1:3], p) + (weights.shape[3],)
    bias_scales = np.float32(x[0]) * np.atleast_1d(np.float32(weight_scales))
    return build(tfl.BuiltinOperator.DEPTHWISE_CONV_2D, 3,
                 [activation("a", shape, x), constant("w", weights, weight_scales, 3),
                  constant("bias", bias, bias_scales)], activation("y", out, y), options)


def fully_connected(rows, x, weights, weight_scales, bias, y, activation_name="none"):
    options = tfl.FullyConnectedOptionsT()
    options.fusedActivationFunction = ACTIVATION[activation_name]
    bias_scales = np.float32(x[0]) * np.atleast_1d(np.float32(weight_scales))
    return build(tfl.BuiltinOperator.FULLY_CONNECTED, 4,
                 [activation("a", (rows, weights.shape[1]), x), constant("w", weights, weight_scales, 0),
                  constant("bias", bias, bias_scales)], activation("y", (rows, weights.shape[0]), y), options)


BINARY = {"add": (tfl.BuiltinOperator.ADD, tfl.AddOptionsT), "sub": (tfl.BuiltinOperator.SUB, tfl.SubOptionsT),
          "mul": (tfl.BuiltinOperator.MUL, tfl.MulOptionsT)}


def binary(kind, shape_a, a, shape_b, b, y, activation_name="none"):
    code, options_type = BINARY[kind]
    options = options_type()
    options.fusedActivationFunction = ACTIVATION[activation_name]
    out = np.broadcast_shapes(shape_a, shape_b)
    return build(code, 2, [activation("a", shape_a, a), activation("b", shape_b, b)], activation("y", out, y), options)


def pool(kind, shape, kernel, q, **p):
    """kind: average or max; input and output share the encoding q."""
    options = set_window(tfl.Pool2DOptionsT(), p)
    options.filterHeight, options.filterWidth = kernel
    code = tfl.BuiltinOperator.AVERAGE_POOL_2D if kind == "average" else tfl.BuiltinOperator.MAX_POOL_2D
    out = window_shape(shape, kernel, dict(p, dilation=(1, 1))) + (shape[3],)
    return build(code, 2, [activation("a", shape, q)], activation("y", out, q), options)


def mean(shape, x, axes, y, keep_dims=True):
    options = tfl.ReducerOptionsT()
    options.keepDims = keep_dims
    kept = [1 if i in axes else n for i, n in enumerate(shape)]
    out = kept if keep_dims else [n for i, n in enumerate(shape) if i not in axes]
    return build(tfl.BuiltinOperator.MEAN, 2, [activation("a", shape, x), constant("axes", np.array(axes, np.int32))],
                 activation("y", out, y), options)


def softmax(shape, x, beta=1.0, y=(1 / 256, -128)):
    options = tfl.SoftmaxOptionsT()
    options.beta = beta
    return build(tfl.BuiltinOperator.SOFTMAX, 2, [activation("a", shape, x)], activation("y", shape, y), options)


UNARY = {"logistic": tfl.BuiltinOperator.LOGISTIC, "tanh": tfl.BuiltinOperator.TANH, "relu": tfl.BuiltinOperator.RELU,
         "relu6": tfl.BuiltinOperator.RELU6, "relu_n1_to_1": tfl.BuiltinOperator.RELU_N1_TO_1}


def unary(kind, shape, x, y):
    version = 1 if kind == "relu_n1_to_1" else 2
    return build(UNARY[kind], version, [activation("a", shape, x)], activation("y", shape, y))


def leaky_relu(shape, x, y, alpha):
    options = tfl.LeakyReluOptionsT()
    options.alpha = alpha
    return build(tfl.BuiltinOperator.LEAKY_RELU, 2, [activation("a", shape, x)], activation("y", shape, y), options)


def quantize(shape, x, y):
    """x is None for a float input."""
    a = Tensor("a", tuple(shape), np.float32) if x is None else activation("a", shape, x)
    return build(tfl.BuiltinOperator.QUANTIZE, 1 if x is None else 2, [a], activation("y", shape, y),
                 tfl.QuantizeOptionsT())


def dequantize(shape, x):
    return build(tfl.BuiltinOperator.DEQUANTIZE, 2, [activation("a", shape, x)],
                 Tensor("y", tuple(shape), np.float32), tfl.DequantizeOptionsT())


def concat(shape_a, shape_b, axis, q):
    options = tfl.ConcatenationOptionsT()
    options.axis = axis
    out = list(shape_a)
    out[axis] += shape_b[axis]
    return build(tfl.BuiltinOperator.CONCATENATION, 2, [activation("a", shape_a, q), activation("b", shape_b, q)],
                 activation("y", out, q), options)


def pad(shape, before, after, q):
    out = [n + b + a for n, b, a in zip(shape, before, after)]
    amounts = np.array(list(zip(before, after)), np.int32)
    return build(tfl.BuiltinOperator.PAD, 2, [activation("a", shape, q), constant("amounts", amounts)],
                 activation("y", out, q), tfl.PadOptionsT())
