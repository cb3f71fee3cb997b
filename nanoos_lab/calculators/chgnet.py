"""CHGNet as a calculator: energies, forces, stress and moments of almost any inorganic crystal, offline.

Importing this module imports neither torch nor chgnet: they load with the first energy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import MissingExtraError
from nanoos_lab.potentials import chgnet
from nanoos_lab.properties import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.workplace import Workplace

_TOO_SOFT = "CHGNet 0.3.0 is too soft in shear: its shear modulus is about a third of the DFT value"
KNOWN_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "bulk_modulus": "mean error of this calculator against DFT about 10 GPa over 100 cubic crystals",
        "shear_modulus": _TOO_SOFT,
        "elastic_tensor": _TOO_SOFT,
        "debye_temperature": _TOO_SOFT,
    }
)


class CHGNetCalculator:
    """CHGNet 0.3.0 with the weights inside its wheel."""

    name = "chgnet"
    version = chgnet.VERSION
    synthetic = False
    known_limits = KNOWN_LIMITS

    def available(self) -> str | None:
        """Return None where torch and chgnet are installed, else the line that installs them."""
        missing = chgnet.missing_package()
        return None if missing is None else str(MissingExtraError(missing, "ml", "CHGNet"))

    def identity(self) -> Mapping[str, Any]:
        """Return the hash of the weights and the versions of the packages, without importing them."""
        return chgnet.identity()

    def check(self, structure: Structure) -> None:
        """Refuse what CHGNet cannot know.

        Args:
            structure: The crystal in question.
        """
        chgnet.check(structure)

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with.

        Args:
            recipe: How the calculator was used.
        """
        return Method(name="CHGNet", version=self.version, recipe=recipe)

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:  # noqa: ARG002 - fits any
        """Return a fresh ASE calculator over the model shared by this process.

        Args:
            structure: Not needed.
            place: Not needed: there are no files.
        """
        from nanoos_lab.calculators.chgnet_ase import CHGNetASE  # noqa: PLC0415 - torch takes seconds

        chgnet.load()
        return CHGNetASE()  # type: ignore[no-untyped-call]  # ASE is not typed
