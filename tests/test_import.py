"""Importing the package is light, in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "chgnet",
    "pymatgen",
    "ase",
    "spglib",
    "numpy",
    "pandas",
    "plotly",
    "sqlalchemy",
    "IPython",
    "rich",
)


def run(code: str) -> str:
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return result.stdout.strip()


def test_import_loads_nothing_heavy():
    loaded = run(f"import sys, nanoos_lab; print([m for m in {HEAVY} if m in sys.modules])")
    assert loaded == "[]"


@pytest.mark.parametrize(
    "module", ["nanoos_lab.structures", "nanoos_lab.calculators", "nanoos_lab.ml", "nanoos_lab.widgets"]
)
def test_rooms_of_science_are_light_too(module):
    heavy = ("torch", "chgnet", "pymatgen", "matgl", "plotly")
    loaded = run(f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])")
    assert loaded == "[]"


def test_opening_a_lab_does_not_load_models(tmp_path):
    code = (
        f"import sys, nanoos_lab as nl; lab = nl.open({str(tmp_path / 'lab')!r}); repr(lab); "
        "print([m for m in ('torch', 'chgnet', 'pymatgen', 'plotly') if m in sys.modules])"
    )
    assert run(code) == "[]"


def test_the_terminal_starts_light():
    heavy = (*(name for name in HEAVY if name != "rich"), "nanoos_lab.lab.core")  # rich draws the help
    loaded = run(f"import sys, nanoos_lab.cli; print([m for m in {heavy} if m in sys.modules])")
    assert loaded == "[]"
