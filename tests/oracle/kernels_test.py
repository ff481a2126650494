#!/usr/bin/env python3
"""The C kernels against the foreign runtimes, byte for byte, one operator at a time.

    kernels_test.py [TEST ...]

For each (operator, runtime, set of scales) one line is printed: how many output bytes were compared, the share that
is equal, the largest difference. `exact` cells must be equal everywhere, `<= 1` cells may differ by one; else, or if a
test compared nothing, the exit status is 1. The tests are the functions test_* of the witness_*.py files.

Power-of-two scales are among the sets on purpose: there a result lies exactly between two codes, and only there the
rounding rule is seen. Random scales hide it.
"""
import sys
import tempfile

import witness_binary
import witness_limits
import witness_moves
import witness_rows
import witness_sums
import witness_tables
from harness import CELLS, K, SEED

MODULES = (witness_tables, witness_binary, witness_sums, witness_limits, witness_rows, witness_moves)


def collect():
    return {n[5:]: f for m in MODULES for n, f in vars(m).items() if n.startswith("test_")}


def run(tests):
    with tempfile.TemporaryDirectory() as folder:
        K.open(folder)
        for name, test in tests.items():
            CELLS.current = name
            test()


def report(tests):
    failed = CELLS.report()
    silent = [n for n in tests if n not in CELLS.seen]
    print(f"{len(CELLS.rows)} cells, {failed} failed, seed {SEED}")
    for name in silent:
        print(f"test {name} compared nothing")
    return 1 if failed or silent else 0


def main():
    tests = collect()
    unknown = [n for n in sys.argv[1:] if n not in tests]
    if unknown:
        print(f"kernels_test: no test {unknown[0]!r}, expected some of {', '.join(tests)}", file=sys.stderr)
        return 2
    chosen = {n: tests[n] for n in sys.argv[1:]} or tests
    run(chosen)
    return report(chosen)


if __name__ == "__main__":
    sys.exit(main())
