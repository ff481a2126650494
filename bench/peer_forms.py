#!/usr/bin/env python3
"""Forms of a network that a peer runs best, made by the peer's own tools where it has one.

    peer_forms.py float NETWORK.tflite OUT.onnx    the float network in ONNX
    peer_forms.py qdq NETWORK.tflite|onnx OUT.onnx  QDQ by ONNX Runtime's quantizer: opset 17, uint8 activations, int8
                                                    weights by channel

Activations' ranges come from random inputs in [0, 1) by a fixed seed: a form is for its time alone. An ONNX network has
its images as NCHW, whatever order the TFLite file had. Not every operator of TFLite is known here.
"""
import os
import sys
import tempfile

import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import TensorProto, helper, numpy_helper, version_converter
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

OPSET, IR_VERSION, SAMPLES, SEED = 17, 8, 8, 1
CODES = schema.BuiltinOperator
ACTIVATIONS = {schema.ActivationFunctionType.RELU: "Relu", schema.ActivationFunctionType.RELU6: "Clip"}


class Lowering:
    """The operators of a float TFLite model as ONNX nodes."""

    def __init__(self, model):
        self.graph, self.model = model.subgraphs[0], model
        self.nodes, self.constants = [], []
        self.images = {}  # flattened tensors: the (height, width, channels) that they had

    def shape(self, index):
        return [int(extent) for extent in self.graph.tensors[index].shape]

    def array(self, index):
        data = np.asarray(self.model.buffers[self.graph.tensors[index].buffer].data, np.uint8)
        return data.view(np.float32).reshape(self.shape(index))

    def constant(self, name, array):
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, output, options=None, **attributes):
        activation = ACTIVATIONS.get(getattr(options, "fusedActivationFunction", None))
        raw = f"{output}/raw" if activation else output
        self.nodes.append(helper.make_node(kind, inputs, [raw], **attributes))
        if activation:
            bounds = [self.constant(f"{output}/{b}", np.float32(b)) for b in (0, 6)] if activation == "Clip" else []
            self.nodes.append(helper.make_node(activation, [raw, *bounds], [output]))

    def convolution(self, op, depthwise):
        x, w, b = (int(i) for i in op.inputs)
        weights = self.array(w).transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
        self.node("Conv", [f"t{x}", self.constant(f"t{w}", weights), self.constant(f"t{b}", self.array(b))],
                  f"t{op.outputs[0]}", op.builtinOptions, group=self.shape(x)[3] if depthwise else 1,
                  **self.window(op.builtinOptions))

    @staticmethod
    def window(options):
        same = options.padding == schema.Padding.SAME
        return {"strides": [options.strideH, options.strideW], "auto_pad": "SAME_UPPER" if same else "VALID"}

    def pool(self, op):
        options = op.builtinOptions
        self.node("AveragePool", [f"t{op.inputs[0]}"], f"t{op.outputs[0]}", options,
                  kernel_shape=[options.filterHeight, options.filterWidth], **self.window(options))

    def flatten(self, image, output):
        self.node("Flatten", [f"t{image}"], output)
        return self.shape(image)[1:]

    def reshape(self, op):
        self.images[int(op.outputs[0])] = self.flatten(int(op.inputs[0]), f"t{op.outputs[0]}")

    def dense(self, op):
        x, w, b = (int(i) for i in op.inputs)
        weights, name = self.array(w), f"t{x}"
        if len(self.shape(x)) == 4:
            name = f"t{x}/flat"
            self.images[x] = self.flatten(x, name)
        if x in self.images:
            weights = weights.reshape(-1, *self.images[x]).transpose(0, 3, 1, 2).reshape(weights.shape)
        inputs = [name, self.constant(f"t{w}", weights)]
        if b >= 0:
            inputs.append(self.constant(f"t{b}", self.array(b)))
        self.node("Gemm", inputs, f"t{op.outputs[0]}", op.builtinOptions, transB=1)

    def softmax(self, op):
        self.node("Softmax", [f"t{op.inputs[0]}"], f"t{op.outputs[0]}")

    def operator(self, op):
        code = self.model.operatorCodes[op.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        known = {CODES.CONV_2D: lambda: self.convolution(op, False),
                 CODES.DEPTHWISE_CONV_2D: lambda: self.convolution(op, True),
                 CODES.AVERAGE_POOL_2D: lambda: self.pool(op), CODES.RESHAPE: lambda: self.reshape(op),
                 CODES.FULLY_CONNECTED: lambda: self.dense(op), CODES.SOFTMAX: lambda: self.softmax(op)}
        if kind not in known:
            raise SystemExit(f"peer_forms: TFLite operator {kind} is not known")
        known[kind]()

    def value(self, index):
        shape = self.shape(index)
        nchw = [shape[i] for i in (0, 3, 1, 2)] if len(shape) == 4 else shape
        return helper.make_tensor_value_info(f"t{index}", TensorProto.FLOAT, nchw)

    def lowered(self):
        for op in self.graph.operators:
            self.operator(op)
        graph = helper.make_graph(self.nodes, "network", [self.value(i) for i in self.graph.inputs],
                                  [self.value(i) for i in self.graph.outputs], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def read_float(path):
    """The network as an ONNX model of opset 17 and batch 1."""
    if path.endswith(".tflite"):
        with open(path, "rb") as file:
            return Lowering(schema.ModelT.InitFromObj(schema.Model.GetRootAs(file.read(), 0))).lowered()
    model = onnx.load(path)
    for value in model.graph.input:
        for extent in value.type.tensor_type.shape.dim:
            extent.dim_value = extent.dim_value or 1
    return version_converter.convert_version(model, OPSET)


class RandomInputs(quantization.CalibrationDataReader):
    def __init__(self, model):
        random, fixed = np.random.default_rng(SEED), {t.name for t in model.graph.initializer}
        shapes = {value.name: [e.dim_value for e in value.type.tensor_type.shape.dim]
                  for value in model.graph.input if value.name not in fixed}
        self.samples = iter([{name: random.random(shape, np.float32) for name, shape in shapes.items()}
                             for _ in range(SAMPLES)])

    def get_next(self):
        return next(self.samples, None)


def write_qdq(model, path):
    with tempfile.TemporaryDirectory() as folder:
        source, prepared = (os.path.join(folder, name) for name in ("float.onnx", "prepared.onnx"))
        onnx.save(model, source)
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantization.quantize_static(prepared, path, RandomInputs(model), quant_format=quantization.QuantFormat.QDQ,
                                     activation_type=quantization.QuantType.QUInt8,
                                     weight_type=quantization.QuantType.QInt8, per_channel=True)


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("float", "qdq"):
        raise SystemExit("usage: peer_forms.py float|qdq NETWORK OUT.onnx")
    model = read_float(sys.argv[2])
    if sys.argv[1] == "qdq":
        write_qdq(model, sys.argv[3])
    else:
        onnx.save(model, sys.argv[3])


if __name__ == "__main__":
    main()
