#!/usr/bin/env python3
"""Runs a model in a foreign runtime.

    run_model.py RUNTIME MODEL INPUTS.npz OUTPUTS.npz [--tensors all]

RUNTIME is tflm, litert, litert_ref, onnxruntime (its optimisation off) or onnxruntime_optimized. An npz file holds one
array for each input or output name, in the file's stored type; the first axis is the model's batch axis, and every
sample runs as a batch of one. `--tensors all` (litert_ref alone) writes the inner tensors as well. On success one line
of JSON stands on stdout: {"runtime", "version", "samples"}; an error is one line on stderr and exit status 1.
"""
import argparse
import json
import os
import sys
import zipfile

import numpy as np

import runtimes


def arguments():
    parser = argparse.ArgumentParser(description="Runs a model in a foreign runtime.")
    parser.add_argument("runtime", choices=runtimes.NAMES)
    parser.add_argument("model")
    parser.add_argument("inputs")
    parser.add_argument("outputs")
    parser.add_argument("--tensors", choices=["all"])
    return parser.parse_args()


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise runtimes.RunError(f"{path}: {error.strerror}") from error


def read_arrays(path):
    try:
        with np.load(path) as archive:
            return {name: np.ascontiguousarray(archive[name]) for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise runtimes.RunError(f"{path}: not a readable npz file ({runtimes.one_line(error)})") from error


def write_archive(path, arrays):
    """As np.savez does, for names that may be any text."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(name + ".npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def write_arrays(path, arrays):
    """Whole or not at all."""
    temporary = f"{path}.{os.getpid()}"
    try:
        write_archive(temporary, arrays)
        os.replace(temporary, path)
    except OSError as error:
        raise runtimes.RunError(f"{path}: {error.strerror}") from error


def main():
    args = arguments()
    if args.tensors and args.runtime != "litert_ref":
        raise runtimes.RunError(f"--tensors all with {args.runtime}, expected litert_ref")
    inputs = read_arrays(args.inputs)
    outputs = runtimes.run(args.runtime, read(args.model), inputs, tensors=args.tensors == "all")
    write_arrays(args.outputs, outputs)
    samples = len(next(iter(inputs.values())))
    print(json.dumps({"runtime": args.runtime, "version": runtimes.version(args.runtime), "samples": samples}))


if __name__ == "__main__":
    try:
        main()
    except runtimes.RunError as error:
        print(f"run_model: {error}", file=sys.stderr)
        sys.exit(1)
