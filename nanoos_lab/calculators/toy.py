"""A pair potential for tests and teaching: deterministic, instant, and about no real material.

Every pair attracts by a Morse potential whose length is the sum of the covalent radii and whose depth grows
with the difference in electronegativity; unlike atoms therefore prefer each other. A polynomial switch takes
energy and force smoothly to zero at the cutoff. All values are marked synthetic.

Source: P. M. Morse, Phys. Rev. 34, 57 (1929); the switch is the quintic of common molecular-dynamics codes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.properties import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase.calculators.calculator import Calculator as ASECalculator
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

DEPTH_EV = 0.30
"""Depth of the well between like atoms."""
DEPTH_PER_ELECTRONEGATIVITY_EV = 0.12
"""What the squared difference of Pauling electronegativities adds to the depth."""
STIFFNESS = 4.0
"""Morse exponent times the bond length, dimensionless."""
CUTOFF_RATIO = 2.2
"""Cutoff over bond length."""
SWITCH_RATIO = 1.5
"""Where the switch begins, over bond length."""


def pair_energy(ratio: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evaluate the potential of unit depth and unit bond length.

    Args:
        ratio: Distance over bond length, any shape.

    Returns:
        Energy in units of the depth, and its derivative by ``ratio``.
    """
    decay = np.exp(-STIFFNESS * (ratio - 1.0))
    morse, slope = decay * decay - 2.0 * decay, -2.0 * STIFFNESS * (decay * decay - decay)
    width = CUTOFF_RATIO - SWITCH_RATIO
    x = np.clip((ratio - SWITCH_RATIO) / width, 0.0, 1.0)
    switch = 1.0 - x**3 * (10.0 - 15.0 * x + 6.0 * x * x)
    switch_slope = -30.0 * (x * (1.0 - x)) ** 2 / width
    return morse * switch, slope * switch + morse * switch_slope


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
        check_crystal(structure, who="the toy calculator", elements=None, cutoff_angstrom=6.0)

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with.

        Args:
            recipe: How the calculator was used.
        """
        return Method(name="toy", version=self.version, recipe=recipe)

    def ase_calculator(self) -> ASECalculator:
        """Return a fresh ASE calculator."""
        from nanoos_lab.calculators.toy_ase import ToyASE  # noqa: PLC0415 - keeps ASE out of the import

        return ToyASE()  # type: ignore[no-untyped-call]  # ASE is not typed
