"""LAMMPS' units in ours. Source: https://docs.lammps.org/units.html."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import constants

_KCAL_MOL_EV = constants.calorie * 1e3 / constants.N_A / constants.e
_HARTREE_EV = constants.physical_constants["Hartree energy in eV"][0]
_BOHR_ANGSTROM = constants.physical_constants["Bohr radius"][0] * 1e10


@dataclass(frozen=True)
class Units:
    """How many of ours one of theirs is."""

    energy_ev: float
    length_angstrom: float
    pressure_gpa: float
    time_ps: float


KNOWN = {
    "metal": Units(1.0, 1.0, 1e-4, 1.0),
    "real": Units(_KCAL_MOL_EV, 1.0, 1.01325e-4, 1e-3),
    "electron": Units(_HARTREE_EV, _BOHR_ANGSTROM, 1e-9, 1e-3),
    "si": Units(1.0 / constants.e, 1e10, 1e-9, 1e12),
    "cgs": Units(1e-7 / constants.e, 1e8, 1e-10, 1e12),
    "nano": Units(1e-21 / constants.e, 10.0, 1e-3, 1e3),
}
"""By the word after ``units``; ``lj`` has no scale of its own."""
