"""GPAW as a calculator: plane waves and PAW setups, in this process."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators.gpaw import setups
from nanoos_lab.calculators.gpaw.options import GPAWOptions, gpaw_parameters
from nanoos_lab.errors import MissingExtraError
from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.properties import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import Bands, DensityOfStates, FloatArray
    from nanoos_lab.calculators.gpaw.gpaw_ase import GPAWASE
    from nanoos_lab.calculators.qe.choices import Choices
    from nanoos_lab.calculators.workplace import Workplace

_PACKAGES = ("gpaw", "_gpaw", "gpaw_data")
_NEIGHBOURS_WITHIN_ANGSTROM = 100.0
"""An isolated atom in a box is nothing that a density functional could not know."""
_HOW = (
    ". It is compiled while it is installed: first apt install g++ python3-dev libxc-dev libopenblas-dev; "
    "`make gpaw` of the project does the rest"
)

KNOWN_LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "energy": "on the scale of GPAW's own reference atoms: only differences with the same setups mean anything"
    }
)


class GPAWCalculator:
    """Density functional theory by GPAW.

    Args:
        options: What is said; the rest is chosen for each structure.
        choices: What was chosen for one structure and its deformations; None: made for each.
    """

    Options = GPAWOptions
    name = "gpaw"
    synthetic = False
    known_limits: Mapping[str, str] = KNOWN_LIMITS

    def __init__(self, options: GPAWOptions | None = None, *, choices: Choices | None = None) -> None:
        self.options = options or GPAWOptions()
        self.version = _version()
        self.choices = choices

    def available(self) -> str | None:
        """Return None where GPAW, its compiled part and its setups are installed, else the line that installs them."""
        for package in _PACKAGES:
            if importlib.util.find_spec(package) is None and not (
                package == "gpaw_data" and setups.setup_folders()
            ):
                return str(MissingExtraError(package, "gpaw", "GPAW")) + _HOW
        return None

    def identity(self) -> Mapping[str, Any]:
        """Return GPAW's version, the checksum of all setups of the functional, and the options."""
        return {
            "code": f"gpaw {self.version}",
            "setups": {self.options.setup_functional: setups.digest_of(self.options.setup_functional)},
            "options": self.options.model_dump(mode="json"),
        }

    def check(self, structure: Structure) -> None:
        """Refuse what is not an ordered crystal, and elements without a setup.

        Args:
            structure: The crystal in question.

        Raises:
            InvalidInputError: The structure or an option about its elements cannot be used.
            OutOfDomainError: An element has no setup.
        """
        check_crystal(structure, who="gpaw", elements=None, cutoff_angstrom=_NEIGHBOURS_WITHIN_ANGSTROM)
        for element in structure.composition.element_composition:
            kind = self.options.setups.get(element.symbol, "")
            setups.find_setup(element.symbol, kind, self.options.setup_functional)
        self.choices_for(structure)

    def settled(self, structure: Structure) -> GPAWCalculator:
        """Return a calculator whose mesh, smearing and moments at the start are those for one structure.

        Args:
            structure: The structure that will be deformed.
        """
        return self if self.choices else GPAWCalculator(self.options, choices=self.choices_for(structure))

    def choices_for(self, structure: Structure) -> Choices:
        """Return what is chosen for a structure: what was settled, or made for it.

        Args:
            structure: The crystal.
        """
        from nanoos_lab.calculators.qe.choices import choose, for_other_cell  # noqa: PLC0415 - numpy

        common = self.options.common()
        if self.choices is None:
            return choose(common, structure)
        if self.choices.n_sites == len(structure):
            return self.choices
        return for_other_cell(self.choices, common, structure)

    def mesh_for(self, structure: Structure, finer: float) -> tuple[int, int, int]:
        """Return a mesh of k-points finer than that of the self-consistent cycle.

        Args:
            structure: The crystal.
            finer: Factor on the density along each direction.
        """
        return tuple(max(1, math.ceil(n * finer - 1e-6)) for n in self.choices_for(structure).mesh)  # type: ignore[return-value]

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with: the functional names it, the code is its version.

        Args:
            recipe: How the calculator was used.
        """
        corrected = "" if self.options.hubbard in ("none", {}) else "+U"
        return Method(
            name=f"{self.options.functional}{corrected}", version=f"GPAW {self.version}", recipe=recipe
        )

    def ase_calculator(self, structure: Structure, place: Workplace) -> GPAWASE:
        """Return a fresh ASE calculator over a fresh calculator of GPAW's.

        Args:
            structure: What it will be asked about first.
            place: Where GPAW's text, its checkpoint and the answers are kept; each iteration is told.
        """
        from nanoos_lab.calculators.gpaw.gpaw_ase import GPAWASE  # noqa: PLC0415 - keeps ASE out of the import

        choices = self.choices_for(structure)
        parameters = gpaw_parameters(self.options, choices, structure)
        return GPAWASE(parameters, choices.moments or None, place)

    def band_structure(self, structure: Structure, kpoints: FloatArray, place: Workplace) -> Bands:
        """Return levels at k-points, on the density of the full mesh.

        Args:
            structure: The crystal.
            kpoints: Fractional coordinates, shape (k, 3).
            place: Where files are kept, and who is told.
        """
        from nanoos_lab.calculators.gpaw.spectra import band_structure  # noqa: PLC0415 - heavy import

        return band_structure(self, structure, kpoints, place)

    def density_of_states(
        self, structure: Structure, place: Workplace, *, projected: bool, density_factor: float
    ) -> DensityOfStates:
        """Return the density of states by the tetrahedron method, on a denser mesh.

        Args:
            structure: The crystal.
            place: Where files are kept, and who is told.
            projected: Whether it is wanted by element and shell, too.
            density_factor: Multiplies the density of k-points along each direction.
        """
        from nanoos_lab.calculators.gpaw.spectra import density_of_states  # noqa: PLC0415 - heavy import

        return density_of_states(self, structure, place, projected=projected, density_factor=density_factor)


def _version() -> str:
    """Return the version of GPAW; empty where it is not installed."""
    try:
        return importlib.metadata.version("gpaw")
    except importlib.metadata.PackageNotFoundError:
        return ""
