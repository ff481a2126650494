#!/usr/bin/env python3
"""Trains the small Fashion-MNIST network of this folder and writes it as ONNX.

The network is described once, in LAYERS. forward() runs that table in JAX for
training, export() writes the same table as an ONNX graph. Batch normalization
stays a node of its own in the file: folding it is the quantizer's work.

    python train.py --data /usr/share/datasets/fashion-mnist
"""

import argparse
import gzip
import math
import os
import time

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from jax import lax
from onnx import TensorProto, helper, numpy_helper

CLASSES = 10
SCALE = np.float32(1 / 255)
BN_EPSILON = 1e-5
BN_MOMENTUM = 0.9  # share of the old running statistics kept at each step

# One row a node: (operator, name, settings). A node reads the output of the row
# above it; an "add" also reads the output of the node named by "skip".
#   conv: plain 3x3 convolution    dw: depthwise 3x3    pw: pointwise 1x1
LAYERS = [
    ("conv", "conv1", {"in": 1, "out": 16, "stride": 1}),  # 28 x 28
    ("bn", "bn1", {"out": 16}),
    ("relu", "relu1", {}),
    # Depthwise separable block, 14 x 14 from here.
    ("dw", "dw2", {"out": 16, "stride": 2}),
    ("bn", "bn2", {"out": 16}),
    ("relu6", "relu6_2", {}),
    ("pw", "pw3", {"in": 16, "out": 32}),
    ("bn", "bn3", {"out": 32}),
    ("relu6", "relu6_3", {}),
    # Residual block.
    ("dw", "dw4", {"out": 32, "stride": 1}),
    ("bn", "bn4", {"out": 32}),
    ("relu6", "relu6_4", {}),
    ("pw", "pw5", {"in": 32, "out": 32}),
    ("bn", "bn5", {"out": 32}),
    ("add", "add5", {"skip": "relu6_3"}),
    ("relu", "relu5", {}),
    # Plain convolution, 7 x 7 from here.
    ("conv", "conv6", {"in": 32, "out": 64, "stride": 2}),
    ("bn", "bn6", {"out": 64}),
    ("relu6", "relu6_6", {}),
    # Depthwise separable block.
    ("dw", "dw7", {"out": 64, "stride": 1}),
    ("bn", "bn7", {"out": 64}),
    ("relu6", "relu6_7", {}),
    ("pw", "pw8", {"in": 64, "out": 96}),
    ("bn", "bn8", {"out": 96}),
    ("relu6", "relu6_8", {}),
    ("pool", "pool", {}),
    ("flatten", "flatten", {}),
    ("gemm", "fc", {"in": 96, "out": CLASSES}),
    ("softmax", "softmax", {}),
]


# --- Data ---------------------------------------------------------------------


def read_idx(path):
    """The unsigned bytes of a gzip-compressed IDX file, in its own shape."""
    with gzip.open(path, "rb") as file:
        raw = file.read()
    if raw[:3] != b"\x00\x00\x08":
        raise SystemExit(f"{path}: not an IDX file of unsigned bytes")
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load_split(folder, prefix):
    images = read_idx(os.path.join(folder, f"{prefix}-images-idx3-ubyte.gz"))
    labels = read_idx(os.path.join(folder, f"{prefix}-labels-idx1-ubyte.gz"))
    return images, labels.astype(np.int32)


def augment(images, rng, reach=1):
    """Shifts each image by up to `reach` pixels each way and mirrors half of them."""
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)))
    rows = np.arange(height) + rng.integers(0, 2 * reach + 1, (count, 1))
    cols = np.arange(width) + rng.integers(0, 2 * reach + 1, (count, 1))
    mirrored = rng.random(count) < 0.5
    cols[mirrored] = cols[mirrored, ::-1]
    return padded[np.arange(count)[:, None, None], rows[:, :, None], cols[:, None, :]]


# --- Network in JAX (images as N, height, width, channel) -----------------------


def init_params(rng):
    """(trained parameters, running statistics of the batch normalizations)."""
    params, stats = {}, {}

    def he_normal(shape, fan_in):
        return rng.normal(0, math.sqrt(2 / fan_in), shape).astype(np.float32)

    for op, name, cfg in LAYERS:
        if op == "conv":
            shape = (3, 3, cfg["in"], cfg["out"])
            params[f"{name}.weight"] = he_normal(shape, 9 * cfg["in"])
        elif op == "dw":
            params[f"{name}.weight"] = he_normal((3, 3, cfg["out"]), 9)
        elif op == "pw":
            params[f"{name}.weight"] = he_normal((cfg["in"], cfg["out"]), cfg["in"])
        elif op == "gemm":
            params[f"{name}.weight"] = he_normal((cfg["in"], cfg["out"]), 2 * cfg["in"])
            params[f"{name}.bias"] = np.zeros(cfg["out"], np.float32)
        elif op == "bn":
            params[f"{name}.weight"] = np.ones(cfg["out"], np.float32)
            params[f"{name}.bias"] = np.zeros(cfg["out"], np.float32)
            stats[f"{name}.mean"] = np.zeros(cfg["out"], np.float32)
            stats[f"{name}.var"] = np.ones(cfg["out"], np.float32)
    return params, stats


def taps(x, stride):
    """The nine shifted views of x that a 3x3 kernel with padding 1 reads."""
    _, height, width, _ = x.shape
    x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return [
        x[:, i : i + height : stride, j : j + width : stride]
        for i in range(3)
        for j in range(3)
    ]


def forward(params, stats, x):
    """(logits, new running statistics) of a training batch."""
    values, new_stats = {}, {}
    for op, name, cfg in LAYERS:
        if op == "conv":
            # A matrix product over gathered taps: on a CPU its gradient is faster
            # than the gradient of XLA's convolution.
            weight = params[f"{name}.weight"].reshape(-1, cfg["out"])
            x = jnp.concatenate(taps(x, cfg["stride"]), -1) @ weight
        elif op == "dw":
            weight = params[f"{name}.weight"].reshape(9, -1)
            x = sum(tap * w for tap, w in zip(taps(x, cfg["stride"]), weight))
        elif op == "pw":
            x = x @ params[f"{name}.weight"]
        elif op == "bn":
            mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
            for key, now in ((f"{name}.mean", mean), (f"{name}.var", var)):
                new_stats[key] = BN_MOMENTUM * stats[key] + (1 - BN_MOMENTUM) * now
            scale = params[f"{name}.weight"] * lax.rsqrt(var + BN_EPSILON)
            x = (x - mean) * scale + params[f"{name}.bias"]
        elif op == "relu":
            x = jnp.maximum(x, 0)
        elif op == "relu6":
            x = jnp.clip(x, 0, 6)
        elif op == "add":
            x = x + values[cfg["skip"]]
        elif op == "pool":
            x = x.mean((1, 2))
        elif op == "gemm":
            x = x @ params[f"{name}.weight"] + params[f"{name}.bias"]
        # "flatten" has nothing left to do here; "softmax" is part of the loss.
        values[name] = x
    return x, new_stats


# --- Training: Adam with decoupled weight decay, cosine schedule ----------------


def loss_fn(params, stats, images, labels, smoothing=0.05):
    x = images[..., None].astype(jnp.float32) * SCALE
    logits, stats = forward(params, stats, x)
    target = jax.nn.one_hot(labels, CLASSES) * (1 - smoothing) + smoothing / CLASSES
    return -(target * jax.nn.log_softmax(logits)).sum(-1).mean(), stats


@jax.jit
def train_step(params, stats, moments, step, rate, images, labels):
    grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
    (loss, stats), grads = grad_fn(params, stats, images, labels)
    new_params, new_moments = {}, {}
    for key, grad in grads.items():
        first = 0.9 * moments[key][0] + 0.1 * grad
        second = 0.999 * moments[key][1] + 0.001 * grad**2
        update = (first / (1 - 0.9**step)) / (
            jnp.sqrt(second / (1 - 0.999**step)) + 1e-8
        )
        decay = 0.01 if params[key].ndim > 1 else 0.0  # kernels and matrices only
        new_params[key] = params[key] - rate * (update + decay * params[key])
        new_moments[key] = (first, second)
    return new_params, stats, new_moments, loss


def learning_rate(step, steps, peak, warmup=500):
    if step < warmup:
        return peak * step / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def train(images, labels, epochs, batch, peak, seed):
    rng = np.random.default_rng(seed)
    params, stats = init_params(rng)
    moments = {k: (np.zeros_like(p), np.zeros_like(p)) for k, p in params.items()}
    per_epoch = len(images) // batch
    steps = epochs * per_epoch
    step = 0
    for epoch in range(epochs):
        start, losses = time.monotonic(), []
        order = rng.permutation(len(images))[: per_epoch * batch]
        for chosen in order.reshape(per_epoch, batch):
            step += 1
            rate = learning_rate(step, steps, peak)
            params, stats, moments, loss = train_step(
                params,
                stats,
                moments,
                float(step),
                rate,
                augment(images[chosen], rng),
                labels[chosen],
            )
            losses.append(loss)
        spent = time.monotonic() - start
        print(f"epoch {epoch + 1}/{epochs}: loss {np.mean(losses):.4f}, {spent:.1f} s")
    return jax.tree.map(np.asarray, params), jax.tree.map(np.asarray, stats)


# --- ONNX (images as N, channel, height, width) ----------------------------------


def export(params, stats, path):
    nodes, initializers = [], []

    def constant(name, array):
        array = np.array(array, np.float32, order="C")  # keeps scalars scalar
        initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(op_type, name, inputs, **attributes):
        output = "probabilities" if op_type == "Softmax" else f"{name}_out"
        nodes.append(helper.make_node(op_type, inputs, [output], name, **attributes))
        return output

    def conv(name, x, weight, kernel, stride=1, group=1):
        return node(
            "Conv",
            name,
            [x, constant(f"{name}.weight", weight)],
            dilations=[1, 1],
            group=group,
            kernel_shape=[kernel, kernel],
            pads=[kernel // 2] * 4,
            strides=[stride, stride],
        )

    x = "image"
    for op, name, cfg in LAYERS:
        weight = params.get(f"{name}.weight")
        if op == "conv":
            x = conv(name, x, weight.transpose(3, 2, 0, 1), 3, cfg["stride"])
        elif op == "dw":
            weight = weight.transpose(2, 0, 1)[:, None]
            x = conv(name, x, weight, 3, cfg["stride"], cfg["out"])
        elif op == "pw":
            x = conv(name, x, weight.T[:, :, None, None], 1)
        elif op == "bn":
            tensors = [
                constant(f"{name}.weight", weight),
                constant(f"{name}.bias", params[f"{name}.bias"]),
                constant(f"{name}.mean", stats[f"{name}.mean"]),
                constant(f"{name}.var", stats[f"{name}.var"]),
            ]
            x = node("BatchNormalization", name, [x, *tensors], epsilon=BN_EPSILON)
        elif op == "relu":
            x = node("Relu", name, [x])
        elif op == "relu6":
            limits = [constant(f"{name}.min", 0.0), constant(f"{name}.max", 6.0)]
            x = node("Clip", name, [x, *limits])
        elif op == "add":
            x = node("Add", name, [x, f"{cfg['skip']}_out"])
        elif op == "pool":
            x = node("GlobalAveragePool", name, [x])
        elif op == "flatten":
            x = node("Flatten", name, [x], axis=1)
        elif op == "gemm":
            tensors = [
                constant(f"{name}.weight", weight.T),
                constant(f"{name}.bias", params[f"{name}.bias"]),
            ]
            x = node("Gemm", name, [x, *tensors], transB=1)
        elif op == "softmax":
            x = node("Softmax", name, [x], axis=1)

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 28, 28])
    result = helper.make_tensor_value_info(x, TensorProto.FLOAT, ["N", CLASSES])
    graph = helper.make_graph(nodes, "fashion_mnist", [image], [result], initializers)
    model = helper.make_model(
        graph,
        producer_name="fashion_mnist/train.py",
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def count_work(path):
    """(trained parameters, multiply-accumulates for one image) of the written file."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    weights = {t.name: t.dims for t in model.graph.initializer}
    shapes = {
        v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
        for v in model.graph.value_info
    }
    macs = 0
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm"):
            positions = math.prod(shapes[node.output[0]][2:])
            macs += positions * math.prod(weights[node.input[1]])
    parameters = sum(
        math.prod(dims)
        for name, dims in weights.items()
        if name.endswith((".weight", ".bias"))
    )
    return parameters, macs


def top1(path, images, labels, batch=500):
    """Share of the images that the written file puts in the right class."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )
    hits = 0
    for i in range(0, len(images), batch):
        x = images[i : i + batch, None].astype(np.float32) * SCALE
        (probabilities,) = session.run(["probabilities"], {"image": x})
        hits += int((probabilities.argmax(1) == labels[i : i + batch]).sum())
    return hits / len(images)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--output", default=os.path.join(here, "fashion_mnist.onnx"))
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=6e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--holdout",
        type=int,
        default=0,
        help="keep the last HOLDOUT training images out and score on them instead "
        "of on the test images, to try settings",
    )
    args = parser.parse_args()

    images, labels = load_split(args.data, "train")
    if args.holdout:
        scored, split = (images[-args.holdout :], labels[-args.holdout :]), "holdout"
        images, labels = images[: -args.holdout], labels[: -args.holdout]
    else:
        scored, split = load_split(args.data, "t10k"), "test"

    start = time.monotonic()
    params, stats = train(
        images, labels, args.epochs, args.batch, args.rate, args.seed
    )
    print(f"trained in {time.monotonic() - start:.0f} s")

    export(params, stats, args.output)
    parameters, macs = count_work(args.output)
    print(f"{args.output}: {os.path.getsize(args.output)} bytes")
    print(f"{parameters} parameters, {macs} multiply-accumulates an image")
    print(f"{split} top-1: {top1(args.output, *scored):.4f}")


if __name__ == "__main__":
    main()
