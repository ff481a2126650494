"""How bench/regenerate measures: commands, the peers' environment, forms of networks, runs in turn, and what it keeps."""
import filecmp
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
VENV = ROOT / "bench/.venv"
DATA = pathlib.Path(os.environ.get("PARE_DATA") or ROOT / "../shared/data").resolve()
ROUNDS, TRIES = 21, 20


class Restless(Exception):
    """The machine did other work in all tries."""


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def say(text):
    print(f"regenerate: {text}", file=sys.stderr, flush=True)


def make_venv():
    """Made again only when the list of its packages changes."""
    wanted, stamp = ROOT / "bench/requirements.txt", VENV / "requirements.txt"
    if stamp.exists() and filecmp.cmp(wanted, stamp, shallow=False):
        return
    run(sys.executable, "-m", "venv", VENV)
    run(VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", wanted)
    shutil.copyfile(wanted, stamp)


class Bench:
    """The programs of a build folder, and a folder of it for what is made and measured with just these programs."""

    def __init__(self, build):
        self.program, self.layers_bench, self.layer_files = build / "pare", build / "bench/layers_bench", build / "bench/layer_files"
        content = b"".join(path.read_bytes() for path in (self.program, self.layers_bench))
        self.folder = build / "bench/measured" / hashlib.sha256(content).hexdigest()[:16]
        self.folder.mkdir(parents=True, exist_ok=True)

    def pare(self, verb, *arguments):
        """The report of a verb."""
        done = subprocess.run([str(part) for part in (self.program, verb, *arguments, "--json", "--quiet")], text=True,
                              capture_output=True, env={**os.environ, "PARE_PYTHON": str(VENV / "bin/python")})
        report = json.loads(done.stdout)
        if "error" in report:
            raise (Restless if report["error"]["code"] == "io" and "spread" in report["error"]["message"] else RuntimeError)(
                report["error"]["message"])
        return report

    def time(self, *arguments, seconds=0.2):
        """A report of pare bench; tried again while the machine is too restless for a comparison: no longer, since the clock of
        a shared machine may change every few seconds."""
        for _ in range(TRIES):
            try:
                return self.pare("bench", *arguments, "--limit-time", seconds)
            except Restless as error:
                say(error)
        raise Restless(f"{TRIES} tries were too restless")

    def in_turn(self, model, *options):
        """The model with each list of options, in turn over rounds: medians in microseconds, ratios of the first's to the
        second's, and least times, in which other work on the machine counts for little, of runs and of compiling."""
        rounds = [[self.time(model, *given, seconds=0.02) for given in options] for _ in range(ROUNDS)]
        first, second = zip(*rounds)
        return {"us": [statistics.median(r["median_us"] for r in column) for column in (first, second)],
                "least_us": [min(r["p10_us"] for r in column) for column in (first, second)],
                "ratios": [a["median_us"] / b["median_us"] for a, b in rounds],
                "compile_ms": min(r["compile_ms"] for r in first)}

    def made(self, name, make):
        """A file of the folder, made by `make(path)` unless it is there."""
        path = self.folder / name
        if not path.exists():
            unfinished = path.with_name("unfinished_" + name)
            make(unfinished)
            unfinished.replace(path)
        return path

    def form(self, kind, source):
        """The network as float ONNX, or as QDQ by ONNX Runtime's quantizer."""
        return self.made(f"{source.stem}{'_uint8_qdq' if kind == 'qdq' else ''}.onnx",
                         lambda path: run(VENV / "bin/python", ROOT / "bench/peer_forms.py", kind, source, path,
                                          stderr=subprocess.DEVNULL))

    def same_bytes(self, model, arithmetic, isas):
        """Do the instruction sets give the same outputs for noise?"""
        noise = ("import json, numpy as np, sys; from ai_edge_litert.interpreter import Interpreter as I\n"
                 "d = I(sys.argv[1]).get_input_details()[0]\n"
                 "np.save(sys.argv[2], np.random.default_rng(1).integers(-128, 128, (20, *d['shape'][1:]), np.int8))")
        inputs, outputs = self.folder / "noise.npy", [self.folder / f"{isa}.npz" for isa in isas]
        run(VENV / "bin/python", "-c", noise, model, inputs, stderr=subprocess.DEVNULL)
        for isa, output in zip(isas, outputs):
            output.unlink(missing_ok=True)
            run(self.program, "run", model, "--input", inputs, "-o", output, "--arithmetic", arithmetic, "--isa", isa, "--quiet")
        return filecmp.cmp(*outputs, shallow=False)

    def resources(self, *arguments):
        """CPU seconds and the greatest resident MB of a command of pare."""
        command = [str(part) for part in (self.program, *arguments, "--quiet")]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"pare {arguments[0]} failed")
        return {"cpu_s": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}
