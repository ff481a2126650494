#!/usr/bin/env python3
"""Writes layers.csv: the distinct convolutions and dense layers of networks.

    make_layers.py FOLDER > layers.csv

FOLDER holds the ONNX and TFLite models named below; ResNet, MobileNetV1, V2 and V3 are written out here, at 224 x 224;
"alone" is a layer of none of them that is often measured.
A row is one layer: operator, input height, width and channels, output channels, kernel, stride, padding (top, left,
bottom, right), dilation, and the networks that have it, each with its number of occurrences. Batch is 1.
"""
import csv
import os
import sys

import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import shape_inference

ONNX = {"ResNet-8": "ic_resnet8_float.onnx", "VWW": "vww_mobilenetv1_float.onnx", "FastestDet": "fastestdet_float.onnx",
        "SSD-MobileNetV1-0.25": "ssd_mobilenetv1_025_person_float.onnx", "MobileNetV2-0.35": "mobilenetv2_035_128_float.onnx"}
TFLITE = {"DS-CNN": "kws_dscnn_int8_reference.tflite", "autoencoder": "ad_autoencoder_int8_reference.tflite",
          "MNIST": "mnist_conv_fc_int8_reference.tflite"}
HEADER = ("op,h,w,ci,co,kernel_h,kernel_w,stride_h,stride_w,pad_top,pad_left,pad_bottom,pad_right,"
          "dilation_h,dilation_w,networks").split(",")


def window(kind, image, co, kernel, strides, pads, dilations):
    """A row without its networks; image is (height, width, channels)."""
    return (kind, *image, co, *kernel, *strides, *pads, *dilations)


def dense(ci, co):
    return window("dense", (1, 1, ci), co, (1, 1), (1, 1), (0, 0, 0, 0), (1, 1))


def same_pads(image, kernel, strides, dilations):
    """TensorFlow's SAME: the odd row and column stand at the end."""
    begin, end = [], []
    for extent, k, s, d in zip(image, kernel, strides, dilations):
        total = max((-(-extent // s) - 1) * s + (k - 1) * d + 1 - extent, 0)
        begin.append(total // 2)
        end.append(total - total // 2)
    return (*begin, *end)


def fixed_model(path):
    model = onnx.load(path)
    for value in model.graph.input:
        for extent in value.type.tensor_type.shape.dim:
            if not extent.dim_value:
                extent.dim_value = 1
    return shape_inference.infer_shapes(model).graph


def shapes_of(graph):
    shapes = {t.name: list(t.dims) for t in graph.initializer}
    for value in [*graph.input, *graph.value_info, *graph.output]:
        shapes[value.name] = [e.dim_value for e in value.type.tensor_type.shape.dim]
    return shapes


def onnx_convolution(node, shapes):
    given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    (_, ci, h, w), (co, _, *kernel) = shapes[node.input[0]], shapes[node.input[1]]
    strides, dilations = given.get("strides", [1, 1]), given.get("dilations", [1, 1])
    pads = given.get("pads", [0, 0, 0, 0])
    if given.get("auto_pad", b"NOTSET") == b"SAME_UPPER":
        pads = same_pads((h, w), kernel, strides, dilations)
    groups = given.get("group", 1)
    if groups not in (1, ci):
        raise SystemExit(f"{node.name}: {groups} groups")
    kind = "depthwise_conv2d" if groups == ci and ci > 1 else "conv2d"
    return window(kind, (h, w, ci), co, kernel, strides, pads, dilations)


def onnx_layers(path):
    graph = fixed_model(path)
    shapes = shapes_of(graph)
    for node in graph.node:
        if node.op_type == "Conv":
            yield onnx_convolution(node, shapes)
        elif node.op_type == "Gemm" or (node.op_type == "MatMul" and len(shapes.get(node.input[1], [])) == 2):
            ci, co = shapes[node.input[1]]
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            yield dense(co, ci) if transposed else dense(ci, co)


def tflite_window(kind, options, x, w):
    kernel, strides = w[1:3], (options.strideH, options.strideW)
    dilations = (options.dilationHFactor, options.dilationWFactor)
    same = options.padding == schema.Padding.SAME
    pads = same_pads(x[1:3], kernel, strides, dilations) if same else (0, 0, 0, 0)
    return window(kind, x[1:], w[3] if kind == "depthwise_conv2d" else w[0], kernel, strides, pads, dilations)


def tflite_layers(path):
    with open(path, "rb") as file:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(file.read(), 0))
    graph, codes = model.subgraphs[0], schema.BuiltinOperator
    for op in graph.operators:
        code = model.operatorCodes[op.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        shapes = [[int(e) for e in graph.tensors[i].shape] for i in op.inputs[:2]]
        if kind == codes.CONV_2D:
            yield tflite_window("conv2d", op.builtinOptions, *shapes)
        elif kind == codes.DEPTHWISE_CONV_2D:
            yield tflite_window("depthwise_conv2d", op.builtinOptions, *shapes)
        elif kind == codes.FULLY_CONNECTED:
            yield dense(shapes[1][1], shapes[1][0])


class Chain:
    """Layers one after another on a square image, padded as SAME with odd kernels is."""

    def __init__(self, size=224, channels=3):
        self.size, self.channels, self.rows = size, channels, []

    def add(self, kind, co, kernel, stride=1):
        pad = kernel // 2
        self.rows.append(window(kind, (self.size, self.size, self.channels), co, (kernel, kernel), (stride, stride),
                                (pad,) * 4, (1, 1)))
        self.size, self.channels = (self.size + 2 * pad - kernel) // stride + 1, co
        return self

    def conv(self, co, kernel=1, stride=1):
        return self.add("conv2d", co, kernel, stride)

    def depthwise(self, kernel=3, stride=1):
        return self.add("depthwise_conv2d", self.channels, kernel, stride)

    def shortcut(self, co, stride):
        """A 1 x 1 convolution beside the others."""
        self.rows.append(Chain(self.size, self.channels).conv(co, 1, stride).rows[0])
        return self

    def halve(self):
        self.size = (self.size + 1) // 2
        return self

    def dense(self, co):
        self.rows.append(dense(self.channels, co))
        self.channels = co
        return self


def resnet(depths, bottleneck):
    net = Chain().conv(64, 7, 2).halve()
    for stage, depth in enumerate(depths):
        width = 64 << stage
        for block in range(depth):
            stride, out = 2 if stage and not block else 1, width * (4 if bottleneck else 1)
            if net.channels != out or stride > 1:
                net.shortcut(out, stride)
            if bottleneck:
                net.conv(width).conv(width, 3, stride).conv(out)
            else:
                net.conv(width, 3, stride).conv(width, 3)
    return net.dense(1000).rows


def mobilenet_v1():
    net = Chain().conv(32, 3, 2)
    for co, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        net.depthwise(3, stride).conv(co)
    return net.dense(1000).rows


def mobilenet_v2():
    net = Chain().conv(32, 3, 2).depthwise().conv(16)
    for co, repeats, stride in [(24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)]:
        for i in range(repeats):
            net.conv(net.channels * 6).depthwise(3, 1 if i else stride).conv(co)
    return net.conv(1280).dense(1000).rows


# MobileNetV3-Large: kernel, expanded channels, output channels, squeeze and excitation, stride.
V3 = [(3, 16, 16, 0, 1), (3, 64, 24, 0, 2), (3, 72, 24, 0, 1), (5, 72, 40, 1, 2), (5, 120, 40, 1, 1), (5, 120, 40, 1, 1),
      (3, 240, 80, 0, 2), (3, 200, 80, 0, 1), (3, 184, 80, 0, 1), (3, 184, 80, 0, 1), (3, 480, 112, 1, 1),
      (3, 672, 112, 1, 1), (5, 672, 160, 1, 2), (5, 960, 160, 1, 1), (5, 960, 160, 1, 1)]


def mobilenet_v3():
    net = Chain().conv(16, 3, 2)
    for kernel, wide, co, squeezed, stride in V3:
        if wide != net.channels:
            net.conv(wide)
        net.depthwise(kernel, stride)
        if squeezed:
            inner = (wide // 4 + 7) // 8 * 8
            net.rows += [dense(wide, inner), dense(inner, wide)]
        net.conv(co)
    return net.conv(960).dense(1280).dense(1000).rows


def networks(folder):
    for name, file in ONNX.items():
        yield name, list(onnx_layers(os.path.join(folder, file)))
    for name, file in TFLITE.items():
        yield name, list(tflite_layers(os.path.join(folder, file)))
    yield "ResNet-18", resnet([2, 2, 2, 2], False)
    yield "ResNet-50", resnet([3, 4, 6, 3], True)
    yield "MobileNetV1", mobilenet_v1()
    yield "MobileNetV2", mobilenet_v2()
    yield "MobileNetV3", mobilenet_v3()
    yield "alone", Chain(56, 64).depthwise().rows


def main():
    if len(sys.argv) != 2:
        raise SystemExit("usage: make_layers.py FOLDER > layers.csv")
    users = {}
    for name, rows in networks(sys.argv[1]):
        for row in rows:
            counts = users.setdefault(tuple(int(v) if not isinstance(v, str) else v for v in row), {})
            counts[name] = counts.get(name, 0) + 1
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    for row, counts in users.items():
        writer.writerow([*row, ";".join(f"{name} x{n}" for name, n in counts.items())])


if __name__ == "__main__":
    main()
