"""The project's C kernels, compiled into a shared library and called through ctypes.

An argument struct is read from the C header, so a field that is added there cannot be forgotten here.
"""
import ctypes
import pathlib
import re
import subprocess

import numpy as np

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src"
FLAGS = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fPIC", "-shared"]
SCALARS = {"int8_t": ctypes.c_int8, "int32_t": ctypes.c_int32, "float": ctypes.c_float, "int": ctypes.c_int}
TFLM, LITERT, LITERT_REF = 1, 2, 3
ARITHMETIC = {"tflm": TFLM, "litert": LITERT, "litert_ref": LITERT_REF}
FIXED_DOUBLE, FIXED_SINGLE, EXACT_AWAY, FLOAT_HALF_EVEN = range(4)

STRUCT = re.compile(r"typedef struct \{([^{}]*)\} (pare_\w+);")
FIELD = re.compile(r"(const )?(\w+)\s+([^;]+);")


def sources():
    return sorted(SOURCE.glob("numerics/*.c")) + sorted(SOURCE.glob("ops/*/*.c"))


def headers():
    return sorted(SOURCE.glob("numerics/*.h")) + sorted(SOURCE.glob("ops/*/*.h"))


def compile_library(folder):
    library = pathlib.Path(folder) / "kernels.so"
    command = ["cc", *FLAGS, f"-I{SOURCE / 'numerics'}", "-o", str(library), *map(str, sources()), "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def field_type(kind, declarator, known):
    """One declarator: `x`, `*x` or `x[5]`. Returns (name, ctypes type)."""
    declarator = declarator.strip()
    base = known.get(kind, SCALARS.get(kind))
    if declarator.startswith("*"):
        return declarator[1:].strip(), ctypes.c_void_p
    name, _, size = declarator.partition("[")
    return name, base * int(size.rstrip("]")) if size else base


def parse_structs(text, known):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for body, name in STRUCT.findall(text):
        if "(" in body or name == "pare_io":
            continue
        fields = []
        for _, kind, declarators in FIELD.findall(body.replace("*", " *")):
            fields += [field_type(kind, d, known) for d in declarators.split(",")]
        known[name] = type(name, (ctypes.Structure,), {"_fields_": fields})


def load_structs():
    """Every struct of the headers, by name; a header is read after those that it needs."""
    known = {}
    pending = {h: h.read_text() for h in headers()}
    while pending:
        ready = [h for h, text in pending.items()
                 if not any(f'"{other.name}"' in text for other in pending if other != h)]
        for h in ready:
            parse_structs(pending.pop(h), known)
    return known


class Io(ctypes.Structure):
    _fields_ = [("inputs", ctypes.c_void_p), ("outputs", ctypes.c_void_p), ("scratch", ctypes.c_void_p)]


class Kernels:
    """Call open() first."""

    def open(self, folder):
        self.library = compile_library(folder)
        self.structs = load_structs()

    def struct(self, name, **values):
        out = self.structs[f"pare_{name}"]()
        self.set(out, **values)
        return out

    def set(self, out, **values):
        """Arrays are held by the struct, so that their memory lives as long as it does."""
        held = out.__dict__.setdefault("held", [])
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                held.append(value)
                value = value.ctypes.data
            elif isinstance(value, (list, tuple)):
                value = type(getattr(out, name))(*value)
            elif isinstance(value, ctypes.Structure):
                held.append(value)
            if name not in dict(out._fields_):
                raise KeyError(name)
            setattr(out, name, value)

    def call(self, function, *arguments):
        """Structs and arrays by reference, Python floats as C floats."""
        converted = []
        for a in arguments:
            if isinstance(a, np.ndarray):
                converted.append(ctypes.c_void_p(a.ctypes.data))
            elif isinstance(a, ctypes.Structure):
                converted.append(ctypes.byref(a))
            elif isinstance(a, (float, np.floating)):
                converted.append(ctypes.c_float(a))
            else:
                converted.append(a)
        return getattr(self.library, f"pare_{function}")(*converted)

    def run(self, kernel, args, inputs, shape, dtype=np.int8):
        inputs = [np.ascontiguousarray(x) for x in inputs]
        y = np.zeros(shape, dtype)
        ins = (ctypes.c_void_p * len(inputs))(*[x.ctypes.data for x in inputs])
        outs = (ctypes.c_void_p * 1)(y.ctypes.data)
        io = Io(ctypes.cast(ins, ctypes.c_void_p), ctypes.cast(outs, ctypes.c_void_p), None)
        getattr(self.library, f"pare_{kernel}")(ctypes.byref(args), ctypes.byref(io))
        return y

    def fixed(self, m):
        function = self.library.pare_fixed_of
        function.restype = self.structs["pare_fixed"]
        function.argtypes = [ctypes.c_double]
        r = function(m)
        return r.multiplier, r.exponent
