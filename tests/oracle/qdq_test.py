#!/usr/bin/env python3
"""QDQ models under the Arithmetic `onnx` against ONNX Runtime with its optimisation off.

    qdq_test.py

Every tensor that a QuantizeLinear makes is compared, over all samples: 60 clips of kws01 for DS-CNN, 60 seeded images
for ResNet-8. At least 99.9 % of the codes must be equal, and none more than one step apart; the share is printed. Float
sums are taken in another order by each runtime, so that a real which lies between two codes may become either.
The program's own `verify` must end in `independent`, for the file and for its integer form.
PARE_DATA names the folder of models and data, PARE_PROGRAM the program (default: build/release/pare).
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx

import runtimes

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("PARE_DATA", ROOT.parent / "shared" / "data")).resolve()
PROGRAM = os.environ.get("PARE_PROGRAM", str(ROOT / "build" / "release" / "pare"))
SAMPLES = 60
LEAST_EQUAL = 0.999
SEED = 20240


def clips():
    """Reals of the stored codes: 0.58470 (q - 83)."""
    files = sorted((DATA / "kws01" / "inputs").iterdir())[:SAMPLES]
    codes = np.stack([np.fromfile(f, np.int8) for f in files])
    return np.float32(0.58470) * (codes.astype(np.float32) - 83)


def images():
    """Half of them noise, half of them waves of random direction, phase and colour; 0 to 255."""
    rng = np.random.default_rng(SEED)
    noise = rng.integers(0, 256, (SAMPLES // 2, 32, 32, 3)).astype(np.float32)
    y, x = np.mgrid[0:32, 0:32].astype(np.float32)[..., None]
    waves = [np.sin(rng.uniform(-0.6, 0.6, 3) * y + rng.uniform(-0.6, 0.6, 3) * x + rng.uniform(0, 6.3, 3))
             for _ in range(SAMPLES // 2)]
    return np.concatenate([noise, np.rint(127.5 + 127.5 * np.stack(waves)).astype(np.float32)])


MODELS = (("kws_dscnn_qdq.onnx", clips), ("ic_resnet8_qdq.onnx", images))


def with_codes_as_outputs(path):
    """The model's bytes with the result of every QuantizeLinear as a further output, and their names."""
    model = onnx.load(path)
    names = [n.output[0] for n in model.graph.node if n.op_type == "QuantizeLinear"]
    model.graph.output.extend(onnx.ValueInfoProto(name=n) for n in names)
    return model.SerializeToString(), names


def ours(path, samples, names, isa):
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/in.npy", f"{folder}/out.npz"
        np.save(source, samples)
        subprocess.run([PROGRAM, "run", path, "--input", source, "-o", target, "--tensors", ",".join(names),
                        "--arithmetic", "onnx", "--quiet", *(["--isa", isa] if isa else [])], check=True, stdout=subprocess.DEVNULL)
        with np.load(target) as archive:
            return {n: archive[n] for n in archive.files}


def compare(name, isa, expected, found):
    """Prints one line; true if the promise is kept."""
    count = equal = most = 0
    for tensor, codes in expected.items():
        difference = np.abs(codes.astype(np.int32) - found[tensor].astype(np.int32).reshape(codes.shape))
        count += difference.size
        equal += int((difference == 0).sum())
        most = max(most, int(difference.max()))
    good = equal >= LEAST_EQUAL * count and most <= 1
    print(f"{name:22} onnx  {isa:10} {len(expected):3} tensors {count:9} codes  equal {100 * equal / count:9.5f} %"
          f"  max {most}  {'ok' if good else 'FAILED'}")
    return good


def test(name, samples):
    path = str(DATA / "models" / name)
    model, names = with_codes_as_outputs(path)
    outputs = runtimes.run("onnxruntime", model, {onnx.load(path).graph.input[0].name: samples})
    expected = {n: outputs[n] for n in names}
    return all([compare(name, isa, expected, ours(path, samples, names, isa)) for isa in ("portable", "")])


DATASET = {"name": "kws01", "reader": "raw", "metric": "top1",
           "element": {"type": "int8", "shape": [49, 10, 1], "axes": "hwc", "scale": 0.58470, "zero_point": 83},
           "inputs": str(DATA / "kws01" / "inputs"), "labels": str(DATA / "kws01" / "y_labels.csv"),
           "splits": {"evaluation": f"0:{SAMPLES}"}}


def verdict(model, folder, *options):
    done = subprocess.run([PROGRAM, "verify", model, "--data", f"{folder}/kws.data.json", "--python", sys.executable,
                           "--json", *options], capture_output=True, text=True)
    return json.loads(done.stdout).get("verified")


def test_verify():
    """The file itself with ONNX Runtime, and its integer form with the runtimes of TFLite."""
    source = str(DATA / "models" / "kws_dscnn_qdq.onnx")
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "kws.data.json").write_text(json.dumps(DATASET))
        subprocess.run([PROGRAM, "convert", source, "-o", f"{folder}/kws.tflite", "--json"], check=True, stdout=subprocess.DEVNULL)
        found = {"onnxruntime": verdict(source, folder, "--with", "onnxruntime")}
        for runtime in ("tflm", "litert", "litert_ref"):
            found[runtime] = verdict(f"{folder}/kws.tflite", folder, "--with", runtime)
    for runtime, said in found.items():
        print(f"kws_dscnn_qdq          {runtime:11} verified: {said}  {'ok' if said == 'independent' else 'FAILED'}")
    return set(found.values()) == {"independent"}


def main():
    if not (DATA / "models").is_dir():
        print(f"qdq_test: skipped, no data in {DATA}")
        return 0
    results = [test(name, samples()) for name, samples in MODELS] + [test_verify()]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
