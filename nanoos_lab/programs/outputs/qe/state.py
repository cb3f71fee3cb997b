"""What has been read of an output of pw.x so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray


@dataclass
class Step:
    """One self-consistent calculation that reached its end."""

    energy: float
    structure: Structure | None
    forces: FloatArray | None = None
    stress: FloatArray | None = None


@dataclass
class State:
    """What was read so far."""

    version: str = ""
    alat: float | None = None
    n_atoms: int | None = None
    volume: float | None = None
    cutoff: float | None = None
    density_cutoff: float | None = None
    exchange: str = ""
    smearing: str = ""
    n_kpoints: int | None = None
    spin: str = "none"
    elements: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    hubbard: dict[str, float] = field(default_factory=dict)
    dispersion: str = ""
    lattice: list[list[float]] | None = None
    labels: list[str] = field(default_factory=list)
    current: Structure | None = None
    initial: Structure | None = None
    steps: list[Step] = field(default_factory=list)
    scf: bool | None = None
    """Whether the last self-consistent cycle converged; None before one began or while one goes on."""
    kind: str = "static"
    moved_cell: bool = False
    ionic: bool | None = None
    finished: bool = False
    fermi: float | None = None
    gap: float | None = None
    total_moment: float | None = None
    moments: list[float] = field(default_factory=list)
    wall: float | None = None
    failures: list[str] = field(default_factory=list)
    force_gaps: list[float] = field(default_factory=list)
    """By how much the total force differs from that of the forces, Ry/bohr, where it does."""

    def fail(self, sentence: str) -> None:
        """Note what failed, once."""
        if sentence not in self.failures:
            self.failures.append(sentence)
