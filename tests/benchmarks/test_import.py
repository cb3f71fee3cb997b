"""What ``import nanoos_lab`` costs, beside a bare interpreter and beside pymatgen, in fresh interpreters."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.benchmark

ROUNDS = 7


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def test_import(capsys):
    codes = {
        "bare": "pass",
        "nanoos_lab": "import nanoos_lab",
        "pymatgen": "from pymatgen.core import Structure",
        "open": "import nanoos_lab as nl, tempfile; nl.open(tempfile.mkdtemp() + '/lab')",
    }
    for code in codes.values():
        seconds(code)  # files come from the cache afterwards
    times = {name: [] for name in codes}
    for _ in range(ROUNDS):
        for name, code in codes.items():
            times[name].append(seconds(code))
    took = {name: statistics.median(values) for name, values in times.items()}
    ours = took["nanoos_lab"] - took["bare"]
    with capsys.disabled():
        print(
            f"\nimport nanoos_lab: {ours:.3f} s above a bare interpreter, "
            f"{ours / (took['pymatgen'] - took['bare']):.3f} of pymatgen's; "
            f"import and open a new lab: {took['open'] - took['bare']:.2f} s"
        )
