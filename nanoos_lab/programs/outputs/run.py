"""The one form of what a program's output says: values of a calculation, with how far they can be believed.

Energies in eV per cell, forces in eV/Å, stress in eV/Å³ positive under tension, times in s. Knows no file format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    FloatArray = NDArray[np.float64]

RELAXATIONS = frozenset({"relax", "vc-relax"})
SELF_CONSISTENT = frozenset({"static", *RELAXATIONS})
"""Kinds whose last energy is a result for the last structure."""


@dataclass(frozen=True)
class Theory:
    """The level of theory, as far as the output says it."""

    functional: str = ""
    """Such as ``PBE``, with ``+U`` and the dispersion correction; empty where the output does not say."""
    cutoff_ev: float | None = None
    """Of plane waves for the orbitals."""
    kpoints: tuple[int, ...] = ()
    """The regular mesh, where it is stated."""
    n_kpoints: int | None = None
    """How many irreducible ones there are."""
    hubbard_ev: Mapping[str, float] = field(default_factory=dict)
    """U, or U − J, by element."""
    spin: str = ""
    """``none``, ``collinear`` or ``noncollinear``; empty where the output does not say."""
    smearing: str = ""
    """Such as ``Gaussian 0.05 eV``."""
    pseudopotentials: tuple[str, ...] = ()
    """Titles or file names."""
    model: str = ""
    """The force field, of programs that know no functional."""

    @property
    def recipe(self) -> str:
        """What belongs to a method besides its name, in a few words."""
        mesh = "×".join(map(str, self.kpoints))
        parts = [
            f"{self.cutoff_ev:.0f} eV" if self.cutoff_ev else "",
            f"{mesh} k-points" if mesh else f"{self.n_kpoints} k-points" if self.n_kpoints else "",
            self.smearing,
            "spin-polarised" if self.spin == "collinear" else self.spin.replace("none", ""),
            " ".join(f"U({element}) {u:g} eV" for element, u in self.hubbard_ev.items()),
            ", ".join(self.pseudopotentials),
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class ProgramRun:
    """One calculation, as its output tells it."""

    program: str
    """``VASP``, ``Quantum ESPRESSO``, ``GPAW``, ``LAMMPS`` or ``phonopy``."""
    version: str
    """Of the program; empty where the output does not say."""
    kind: str
    """``static``, ``relax``, ``vc-relax``, ``md``, ``bands``, ``phonons``, ``response``, ``other`` or ``structure``."""
    source: Path
    """The file that most of it comes from."""
    files: tuple[Path, ...] = ()
    """All files that were read."""
    theory: Theory = field(default_factory=Theory)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further settings as small JSON values."""
    initial: Structure | None = None
    final: Structure | None = None
    energies: tuple[float, ...] = ()
    """eV per cell, one for each ionic step that was finished, whether or not it converged."""
    energy: float | None = None
    """eV per cell of the final structure; None where there is none that could be a result."""
    energy_meaning: str = ""
    """Which energy that is."""
    forces: FloatArray | None = None
    """eV/Å on the final structure, shape (n, 3)."""
    stress: FloatArray | None = None
    """eV/Å³ of the final structure, positive under tension, shape (3, 3)."""
    moments: tuple[float, ...] = ()
    """μB by site of the final structure."""
    total_magnetization: float | None = None
    """μB per cell."""
    band_gap: float | None = None
    """eV between the highest occupied and the lowest empty level on the mesh, 0 for a metal."""
    fermi: float | None = None
    """eV on the program's own scale."""
    finished: bool = False
    """Whether the program came to its regular end."""
    electronic_converged: bool | None = None
    """Of the last step; None where the question does not arise or the output does not say."""
    ionic_converged: bool | None = None
    """None where no relaxation was asked for, or the output does not say."""
    failures: tuple[str, ...] = ()
    """What failed, one sentence each."""
    notes: tuple[str, ...] = ()
    """What a reader must know besides."""
    wall_time_s: float | None = None
    tables: Mapping[str, FloatArray] = field(default_factory=dict)
    """Array properties of the vocabulary by name: one row a point."""
    scalars: tuple[tuple[str, float, Mapping[str, float]], ...] = ()
    """Further properties of the vocabulary: name, value in its unit, conditions."""

    @property
    def converged(self) -> bool:
        """Whether its last numbers are results: it ended, converged as far as it had to, and nothing failed."""
        ions = self.ionic_converged is True or self.kind not in RELAXATIONS
        electrons = self.electronic_converged is True or self.kind not in SELF_CONSISTENT
        return self.finished and electrons and ions and not self.failures

    @property
    def method_name(self) -> str:
        """The name under which its values are compared, such as ``PBE+U``."""
        return self.theory.functional or self.theory.model or f"{self.program} (level of theory unknown)"
