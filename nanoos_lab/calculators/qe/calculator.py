"""The calculator ``qe``: options to choices to a question that pw.x answers in a folder."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators.qe.options import QEOptions
from nanoos_lab.errors import CalculatorError, OutOfDomainError
from nanoos_lab.programs.running import find_program
from nanoos_lab.properties import Method

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ase.calculators.calculator import Calculator as ASECalculator
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import Bands, DensityOfStates, FloatArray, NativeRelaxation
    from nanoos_lab.calculators.qe.choices import Choices
    from nanoos_lab.calculators.qe.performing import Performer
    from nanoos_lab.calculators.workplace import Workplace
    from nanoos_lab.programs.pseudopotentials import Family
    from nanoos_lab.programs.qe import PwInput
    from nanoos_lab.programs.running import Program

_FARTHEST_ANGSTROM = 1e3
"""An isolated atom is a fair question to a code that solves for the electrons."""


class QECalculator:
    """Density-functional theory by Quantum ESPRESSO.

    Args:
        options: What is said; the rest is chosen for each structure.
        choices: What was chosen already, for all structures with as many sites.
    """

    Options = QEOptions
    name = "qe"
    synthetic = False
    known_limits: Mapping[str, str] = MappingProxyType({})

    def __init__(self, options: QEOptions | None = None, *, choices: Choices | None = None) -> None:
        self.options = options or QEOptions()
        self.choices = choices

    @property
    def version(self) -> str:
        """What pw.x on this machine says of itself, such as ``6.7MaX``; empty where there is none."""
        from nanoos_lab.programs.qe import version_of  # noqa: PLC0415 - numpy is not needed to name a calculator

        try:
            return version_of(self.program())
        except CalculatorError:
            return ""

    def program(self) -> Program:
        """Return pw.x on this machine.

        Raises:
            CalculatorError: It is not there; the message holds the line that installs it.
        """
        return find_program("pw.x", program="qe")

    def family(self) -> Family:
        """Return the pseudopotentials.

        Raises:
            MissingPseudopotentialsError: None are installed, or not these.
            UnknownNameError: No family has this name.
        """
        from nanoos_lab.programs.pseudopotentials import open_family  # noqa: PLC0415 - read when needed

        return open_family(self.options.pseudopotentials)

    def available(self) -> str | None:
        """Return None where pw.x and its pseudopotentials are here, else what is missing and how to get it."""
        try:
            self.program()
            self.family()
        except (CalculatorError, LookupError, ValueError) as error:
            return str(error)
        return None

    def identity(self) -> Mapping[str, Any]:
        """Return the options, the hash of the pseudopotentials' hashes, and the version of pw.x where it is here."""
        family = self.family()
        files = "\n".join(f"{symbol} {family.members[symbol].sha256}" for symbol in sorted(family.members))
        options = self.options.model_dump(mode="json", exclude={"pseudopotentials", "remedies"})
        return {
            "code": f"pw.x {self.version}".strip(),
            "pseudopotentials": hashlib.sha256(files.encode()).hexdigest(),
            "options": options,
        }

    def check(self, structure: Structure) -> None:
        """Refuse what is not an ordered crystal of elements that the pseudopotentials know.

        Args:
            structure: The crystal in question.
        """
        from nanoos_lab.potentials.domain import check_crystal  # noqa: PLC0415 - numpy

        check_crystal(structure, who="Quantum ESPRESSO", elements=None, cutoff_angstrom=_cutoff(structure))
        symbols = {site.specie.symbol for site in structure}
        family = self.family()
        if missing := sorted(symbols - set(family.members)):
            raise OutOfDomainError(
                f"the pseudopotentials {family.name!r} have none for {', '.join(missing)}: use a family that has "
                "(nanoos pseudos list)"
            )
        family.for_elements(sorted(symbols))

    def method(self, recipe: str = "") -> Method:
        """Return the method to state values with: the functional, and the code as its version.

        Args:
            recipe: How the calculator was used.
        """
        hubbard = "" if self.options.hubbard in ("none", {}) else "+U"
        version = f"QE {self.version}".strip()
        return Method(name=f"{self.family().functional}{hubbard}", version=version, recipe=recipe)

    def settled(self, structure: Structure) -> QECalculator:
        """Return a calculator whose mesh, smearing and moments at the start are those for one structure.

        Args:
            structure: The structure that will be deformed.
        """
        from nanoos_lab.calculators.qe.choices import choose  # noqa: PLC0415 - numpy

        return self if self.choices else QECalculator(self.options, choices=choose(self.options, structure))

    def choices_for(self, structure: Structure) -> Choices:
        """Return what is chosen for a structure: what was settled, or made for it.

        Args:
            structure: The crystal.
        """
        from nanoos_lab.calculators.qe.choices import choose, for_other_cell  # noqa: PLC0415 - numpy

        if self.choices is None:
            return choose(self.options, structure)
        if self.choices.n_sites != len(structure):
            return for_other_cell(self.choices, self.options, structure)
        return self.choices

    def question(self, structure: Structure) -> PwInput:
        """Return the input of a self-consistent calculation.

        Args:
            structure: The crystal.
        """
        from nanoos_lab.calculators.qe.asking import question_of  # noqa: PLC0415 - numpy

        return question_of(self.options, self.choices_for(structure), self.family(), structure)

    def performer(self, folder: Path, place: Workplace) -> Performer:
        """Return what runs pw.x in a folder.

        Args:
            folder: The folder.
            place: Whom it tells.
        """
        from nanoos_lab.calculators.qe.performing import Performer  # noqa: PLC0415 - numpy

        return Performer(
            folder, self.program(), self.version, self.family(), place.report, self.options.remedies
        )

    def band_structure(self, structure: Structure, kpoints: FloatArray, place: Workplace) -> Bands:
        """Return levels at k-points, on the density of the full mesh.

        Args:
            structure: The crystal.
            kpoints: Fractional coordinates, shape (k, 3).
            place: Where files are kept, and who is told.
        """
        from nanoos_lab.calculators.qe import spectra  # noqa: PLC0415 - numpy

        return spectra.band_structure(self, structure, kpoints, place)

    def density_of_states(
        self, structure: Structure, place: Workplace, *, projected: bool, density_factor: float
    ) -> DensityOfStates:
        """Return the density of states by optimised tetrahedra.

        Args:
            structure: The crystal.
            place: Where files are kept, and who is told.
            projected: Whether it is wanted by element and shell, too.
            density_factor: Multiplies the density of k-points along each direction.
        """
        from nanoos_lab.calculators.qe import spectra  # noqa: PLC0415 - numpy

        return spectra.density_of_states(
            self, structure, place, projected=projected, density_factor=density_factor
        )

    def ase_calculator(self, structure: Structure, place: Workplace) -> ASECalculator:
        """Return an ASE calculator that runs pw.x in the place.

        Args:
            structure: What it will be asked about first; later geometries have the same atoms in the same order.
            place: Where its files are kept, and whom it tells.
        """
        from nanoos_lab.calculators.qe.ase_face import QEASE  # noqa: PLC0415 - keeps ASE out of the import

        return QEASE(self.question(structure), lambda folder: self.performer(folder, place), place)

    def relax_natively(
        self, structure: Structure, place: Workplace, *, freedom: str, fmax: float, max_steps: int
    ) -> NativeRelaxation:
        """Relax a structure by pw.x's own quasi-Newton method.

        Args:
            structure: The crystal.
            place: Where files are kept, and whom it tells; in the same folder an interrupted relaxation goes on.
            freedom: What of the cell may change: ``full``, ``shape``, ``volume`` or ``fixed``.
            fmax: Tolerance in eV/Å for forces and in eV for the virial per atom.
            max_steps: Most steps.
        """
        from nanoos_lab.calculators.qe.relaxing import Goal, relax  # noqa: PLC0415 - numpy

        with place.opened() as folder:
            performer = self.performer(folder, place)
            return relax(self.question(structure), structure, performer, Goal(freedom, fmax, max_steps))


def _cutoff(structure: object) -> float:
    """Return a distance within which every atom of a crystal has a neighbour: itself, in the next cell."""
    lattice = getattr(structure, "lattice", None)
    return min(_FARTHEST_ANGSTROM, max(lattice.abc) + 0.1) if lattice is not None else _FARTHEST_ANGSTROM
