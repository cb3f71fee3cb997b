"""A pair potential for tests and teaching: deterministic, instant, and about no real material.

Atoms get charges from the electronegativities of their neighbours in the formula. Unlike charges attract by a
screened Coulomb term and a soft Morse well, like charges repel, and neutral atoms meet in a stiffer Morse well
as far apart as in their metals. Rocksalt, perovskite, rutile and close-packed metals are stable. A polynomial
switch takes everything smoothly to zero at the cutoff. All values are marked synthetic.

Source: P. M. Morse, Phys. Rev. 34, 57 (1929); H. Yukawa, Proc. Phys.-Math. Soc. Jpn. 17, 48 (1935).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.properties import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase.calculators.calculator import Calculator as ASECalculator
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.workplace import Workplace

    FloatArray = NDArray[np.float64]

CUTOFF_ANGSTROM = 6.0
_SWITCH_ANGSTROM = 4.2
_DEPTH_EV = 0.2
_SOFT, _STIFF = 4.0, 6.0
_NEUTRAL = 0.05
_LIKE = 0.1
_COULOMB_EV_ANGSTROM = 8.0
_SCREENING_ANGSTROM = 2.5


class Pairs(NamedTuple):
    """What distinguishes m pairs of atoms; each member has shape (m,)."""

    length: FloatArray
    """Bond length in Å."""
    charges: FloatArray
    """Product of the two charges."""


def pair_energy(distance: FloatArray, pairs: Pairs) -> tuple[FloatArray, FloatArray]:
    """Evaluate the potential of pairs.

    Args:
        distance: Å, shape (m,).
        pairs: What the pairs are made of.

    Returns:
        Energy in eV and its derivative by the distance in eV/Å, each of shape (m,).
    """
    charges = pairs.charges
    rate = (_SOFT + (_STIFF - _SOFT) * np.exp(-np.abs(charges) / _NEUTRAL)) / pairs.length
    well = _DEPTH_EV * np.where(charges > 0.0, np.exp(-charges / _LIKE), 1.0)
    decay = np.exp(-rate * (distance - pairs.length))
    screened = _COULOMB_EV_ANGSTROM * charges * np.exp(-distance / _SCREENING_ANGSTROM) / distance
    energy = _DEPTH_EV * decay**2 - 2.0 * well * decay + screened
    slope = 2.0 * rate * (well * decay - _DEPTH_EV * decay**2)
    slope -= screened * (1.0 / _SCREENING_ANGSTROM + 1.0 / distance)
    switch, switch_slope = _switch(distance)
    return energy * switch, slope * switch + energy * switch_slope


def _switch(distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    width = CUTOFF_ANGSTROM - _SWITCH_ANGSTROM
    x = np.clip((distance - _SWITCH_ANGSTROM) / width, 0.0, 1.0)
    return 1.0 - x**3 * (10.0 - 15.0 * x + 6.0 * x * x), -30.0 * (x * (1.0 - x)) ** 2 / width


class ToyCalculator:
    """The toy potential as a calculator."""

    name = "toy"
    version = "1"
    synthetic = True
    known_limits: Mapping[str, str] = MappingProxyType({})

    def available(self) -> str | None:
        """Return None: it needs nothing."""
        return None

    def identity(self) -> Mapping[str, Any]:
        """Return the potential's version; it depends on nothing else."""
        return {"model": f"toy {self.version}"}

    def check(self, structure: Structure) -> None:
        """Refuse what is not an ordered crystal of real elements.

        Args:
            structure: The crystal in question.
        """
        check_crystal(structure, who="the toy calculator", elements=None, cutoff_angstrom=CUTOFF_ANGSTROM)

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with.

        Args:
            recipe: How the calculator was used.
        """
        return Method(name="toy", version=self.version, recipe=recipe)

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:  # noqa: ARG002 - fits any
        """Return a fresh ASE calculator.

        Args:
            structure: Not needed.
            place: Not needed: there are no files.
        """
        from nanoos_lab.calculators.toy_ase import ToyASE  # noqa: PLC0415 - keeps ASE out of the import

        return ToyASE()  # type: ignore[no-untyped-call]  # ASE is not typed
