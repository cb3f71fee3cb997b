"""LAMMPS as a calculator: classical potentials, from a file or as a pair style with its coefficients.

``get_calculator("lammps:Cu_mishin1.eam.alloy")`` finds a file of LAMMPS' own collection by its name. LAMMPS runs as
a program of its own: an abort of LAMMPS is an error here and never the end of the worker.
"""

from __future__ import annotations

import functools
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from nanoos_lab.errors import CalculatorError, InvalidInputError, NanoOSError, OutOfDomainError
from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.programs.lammps.executable import find_executable, version_of
from nanoos_lab.programs.lammps.potential import Potential, check_words, file_potential, pair_potential
from nanoos_lab.properties import Method
from nanoos_lab.tasks import Params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import DynamicsEngine
    from nanoos_lab.calculators.workplace import Workplace

_NEUTRAL = 1e-6


class LAMMPSOptions(Params):
    """Options of the calculator ``lammps``."""

    potential: str = Field(
        "",
        description="A potential file: a name in LAMMPS' potential folders or an absolute path. With pair_coeff: the "
        "pair style and its arguments, such as 'lj/cut 8.5'.",
    )
    pair_coeff: tuple[str, ...] = Field(
        (), description="Lines of coefficients, with elements for types: 'Cu Cu 0.409 2.338'."
    )
    style: str = Field("", description="Pair style of the file, where its name does not say it.")
    library: str = Field("", description="Library file of a MEAM potential.")
    names: dict[str, str] = Field(
        default_factory=dict,
        description="Names in the file for elements that it does not call by their symbol.",
    )
    charges: dict[str, float] = Field(default_factory=dict, description="Charge of each element in e.")
    kspace: str = Field("", description="kspace_style for long-range charges, such as 'pppm 1e-5'.")
    units: Literal["metal"] = Field("metal", description="LAMMPS' units of the potential: eV, Å, ps.")


class LAMMPSCalculator:
    """One potential under LAMMPS.

    Args:
        options: Which potential.
    """

    Options = LAMMPSOptions
    name = "lammps"
    synthetic = False
    known_limits: Mapping[str, str] = MappingProxyType({})

    def __init__(self, options: LAMMPSOptions | None = None) -> None:
        self.options = options or LAMMPSOptions()

    @functools.cached_property
    def potential(self) -> Potential:
        """What LAMMPS is told about the interaction.

        Raises:
            InvalidInputError: The options do not make a potential.
        """
        said = self.options
        if not said.potential:
            raise InvalidInputError(
                "LAMMPS needs a potential: say calculator='lammps:Cu_mishin1.eam.alloy', or "
                "options={'potential': FILE}, or a pair style with pair_coeff"
            )
        if not said.pair_coeff:
            return file_potential(said.potential, style=said.style, library=said.library, names=said.names)
        if said.style or said.library or said.names:
            raise InvalidInputError(
                "style, library and names belong to a potential file, not to a pair style"
            )
        return pair_potential(said.potential, said.pair_coeff)

    @property
    def version(self) -> str:
        """The version of LAMMPS; empty where there is none."""
        try:
            return version_of(find_executable())
        except CalculatorError:
            return ""

    def available(self) -> str | None:
        """Return None where a LAMMPS starts and the potential can be read, else the reason and the remedy."""
        try:
            version_of(find_executable())
            _ = self.potential
        except NanoOSError as error:
            return str(error)
        return None

    def identity(self) -> Mapping[str, Any]:
        """Return the hashes of the potential's files, what else defines it, and the version of LAMMPS."""
        known = self.potential
        return {
            "program": f"LAMMPS {self.version}",
            "pair_style": known.style,
            "pair_coeff": list(known.coefficients),
            "files": known.digests(),
            "names": dict(known.names),
            "charges": dict(sorted(self.options.charges.items())),
            "kspace": self.options.kspace,
        }

    def check(self, structure: Structure) -> None:
        """Refuse what the potential does not know.

        Args:
            structure: The crystal in question.
        """
        known, who = self.potential, f"the potential {self.potential.label}"
        check_crystal(structure, who=who, elements=known.elements, cutoff_angstrom=max(known.cutoff, 4.0))
        symbols = symbols_of(structure)
        if known.style == "eam" and len(symbols) > 1:
            raise OutOfDomainError(
                f"{who} is of one element, not of {', '.join(symbols)}: use an eam/alloy file"
            )
        if known.known and (lacking := known.known.missing([known.name_of(s) for s in symbols])):
            raise OutOfDomainError(f"{who} has no parameters for the triple {'-'.join(lacking)}")
        self._check_charges(structure)

    def _check_charges(self, structure: Structure) -> None:
        charges = self.options.charges
        if not charges:
            return
        if lacking := [s for s in symbols_of(structure) if s not in charges]:
            raise OutOfDomainError(f"charges= says none for {', '.join(lacking)}")
        total = math.fsum(charges[_symbol(site)] for site in structure)
        if abs(total) > _NEUTRAL:
            raise InvalidInputError(
                f"the charges of the cell add up to {total:+g} e: they must be neutral together"
            )

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with.

        Args:
            recipe: How the calculator was used.
        """
        return Method(name=f"LAMMPS {self.potential.label}", version=self.version, recipe=recipe)

    def interaction(self, symbols: list[str]) -> list[str]:
        """Return LAMMPS' commands for the interaction.

        Args:
            symbols: The elements of the system; the first is type 1.
        """
        kspace = check_words(self.options.kspace, "kspace")
        return [*self.potential.commands(symbols), *([f"kspace_style {kspace}"] if kspace else [])]

    def charges_of(self, structure: Structure) -> list[float] | None:
        """Return the charge of each site, or None where the potential has no charges.

        Args:
            structure: The crystal.
        """
        charges = self.options.charges
        return [charges[_symbol(site)] for site in structure] if charges else None

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:
        """Return a fresh ASE calculator over a LAMMPS of its own, which starts with the first question.

        Args:
            structure: What it will be asked about.
            place: Where LAMMPS works.
        """
        from nanoos_lab.calculators.lammps.ase_face import LAMMPSASE  # noqa: PLC0415 - keeps ASE out

        return LAMMPSASE(self, structure, place)

    def dynamics(self, structure: Structure, place: Workplace) -> DynamicsEngine:
        """Return LAMMPS' own molecular dynamics of a system.

        Args:
            structure: The system.
            place: Where LAMMPS works.
        """
        from nanoos_lab.calculators.lammps.dynamics import LAMMPSDynamics  # noqa: PLC0415 - only for MD

        return LAMMPSDynamics(self, structure, place)


def symbols_of(structure: Structure) -> list[str]:
    """Return the elements of a structure in the order of LAMMPS' types.

    Args:
        structure: The crystal.
    """
    return sorted({_symbol(site) for site in structure})


def _symbol(site: Any) -> str:  # noqa: ANN401 - a pymatgen site
    specie = site.specie
    return str(getattr(specie, "element", specie).symbol)
