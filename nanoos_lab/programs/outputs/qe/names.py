"""Units, functionals and labels of Quantum ESPRESSO in our terms."""

from __future__ import annotations

import re

from nanoos_lab.programs.pseudopotentials.functionals import normal_functional
from nanoos_lab.programs.qe.result import BOHR_ANGSTROM, HARTREE_EV, RYDBERG_EV

__all__ = ["BOHR_ANGSTROM", "ENERGY", "HARTREE_EV", "RYDBERG_EV", "element_of", "functional_name"]

ENERGY = "total energy of pw.x (with smearing the free energy F = E − TS)"
_NAMES = {
    "PZ": "LDA", "PW": "LDA", "VWN": "LDA", "PBESOL": "PBEsol", "REVPBE": "revPBE", "BP": "BP86", "R2SCAN": "r2SCAN",
    "RSCAN": "rSCAN", "HSE": "HSE06",
}  # fmt: skip
_INDICES = re.compile(r"\(.*|[\d\s]+$")


def functional_name(said: str) -> str:
    """Return a functional's short name.

    Args:
        said: As pw.x says it: ``PBE``, or ``SLA  PW   PBX  PBC ( 1  4  3  4 0 0)``.
    """
    plain = normal_functional(_INDICES.sub("", said))
    return _NAMES.get(plain, plain)


def element_of(label: str, column: str = "") -> str:
    """Return the element of a species.

    Args:
        label: Its label, such as ``Fe1``, ``O_h`` or ``SI``.
        column: What pw.x prints of its pseudopotential, such as ``Fe( 1.00)``.
    """
    for said in (column, label):
        found = re.match(r"[A-Za-z]{1,2}", said.strip())
        if found is None:
            continue
        letters = found[0].capitalize()
        for symbol in (letters, letters[:1]):
            if symbol in _symbols():
                return symbol
    return label


def _symbols() -> frozenset[str]:
    from ase.data import chemical_symbols  # noqa: PLC0415 - only while a file is read

    return frozenset(chemical_symbols[1:])
