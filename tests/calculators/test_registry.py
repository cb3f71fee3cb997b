from __future__ import annotations

import subprocess
import sys

import pytest

from nanoos_lab.calculators import CALCULATORS, Calculator, get_calculator
from nanoos_lab.errors import UnknownNameError


def test_shipped_calculators_are_registered():
    assert {"chgnet", "toy"} <= set(CALCULATORS.names())
    assert all(isinstance(get_calculator(n), Calculator) for n in ("chgnet", "toy"))


def test_a_calculator_is_made_once_and_handed_through():
    toy = get_calculator("toy")
    assert get_calculator("toy") is toy
    assert get_calculator(toy) is toy


def test_a_wrong_name_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="did you mean 'chgnet'"):
        get_calculator("chgnett")


def test_naming_a_calculator_imports_nothing_heavy():
    code = (
        "import sys; from nanoos_lab.calculators import get_calculator;"
        "[get_calculator(n).identity() for n in ('chgnet', 'toy')];"
        "heavy = {'torch', 'chgnet', 'pymatgen', 'ase', 'scipy'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
