"""What pw.x prints: how far it is while it works, and what only its text says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.programs.qe.result import BOHR_ANGSTROM, RYDBERG_EV

if TYPE_CHECKING:
    from nanoos_lab.programs.qe.result import FloatArray

_ITERATION = re.compile(r"iteration #\s*(\d+)")
_ACCURACY = re.compile(r"estimated scf accuracy\s+<\s+(\S+) Ry")
_ENERGY = re.compile(r"^!\s+total energy\s+=\s+(\S+) Ry", re.MULTILINE)
_MOMENT = re.compile(r"^\s*atom:\s+(\d+)\s+charge:\s+\S+\s+magn:\s+(\S+)", re.MULTILINE)
_MOMENTS = re.compile(r"Magnetic moment per site:(?:[^\n]*\n)((?:\s*atom:[^\n]*\n)+)")
_BLOCKS = re.compile(
    r"(?P<begin>Begin final coordinates)|(?P<energy>^!\s+total energy\s+=\s+\S+ Ry)"
    r"|^CELL_PARAMETERS\s*\((?P<unit>[^)]*)\)\n(?P<cell>(?:[^\n]*\n){3})"
    r"|^ATOMIC_POSITIONS\s*\((?P<kind>\w+)\)\n(?P<sites>(?:\s*[A-Za-z]\w*(?:\s+-?[\d.]+(?:[Ee][-+]?\d+)?){3}[^\n]*\n)+)",
    re.MULTILINE,
)


class Progress:
    """Where a calculation is, followed through pieces of its text."""

    def __init__(self) -> None:
        self.step, self.iteration = 1, 0
        self.accuracy: float | None = None
        self.energy: float | None = None
        self._rest = ""

    def feed(self, text: str) -> str | None:
        """Take a piece of text, and return a line for people where there is news.

        Args:
            text: What was printed since the last piece.
        """
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        news = [self._take(line) for line in lines]
        return self.line if any(news) else None

    @property
    def line(self) -> str:
        """Where it is, in one line."""
        parts = [f"ionic step {self.step}"] if self.step > 1 else []
        parts.append(f"scf iteration {self.iteration}")
        if self.accuracy is not None:
            parts.append(f"estimated accuracy {self.accuracy:.1e} eV")
        if self.energy is not None:
            parts.append(f"E = {self.energy:.4f} eV")
        return ", ".join(parts)

    def _take(self, line: str) -> bool:
        if found := _ITERATION.search(line):
            if int(found[1]) == 1 and self.iteration > 1:
                self.step += 1
            self.iteration = int(found[1])
            return True
        if found := _ACCURACY.search(line):
            self.accuracy = _number(found[1]) * RYDBERG_EV
            return True
        if found := _ENERGY.search(line):
            self.energy = _number(found[1]) * RYDBERG_EV
            return True
        return False


@dataclass(frozen=True)
class Step:
    """A geometry that pw.x came to."""

    positions: FloatArray
    """Å, shape (n, 3)."""
    cell: FloatArray | None
    """Row vectors in Å, shape (3, 3); None where it did not change."""
    energy: float | None = None
    """eV; None where the calculation ended before it was known."""


@dataclass(frozen=True)
class PwText:
    """What the text of a calculation says."""

    version: str
    finished: bool
    """Whether it came to its end."""
    first_energy: float | None
    """eV, of the geometry that was asked about."""
    steps: tuple[Step, ...] = ()
    """Further geometries of a relaxation, in order; of a variable cell the last is there again, on its own basis."""
    moments: FloatArray | None = None
    """Moments of the sites at the end in μB, shape (n,), within spheres that pw.x chooses."""
    relaxed: bool = False
    """Whether a relaxation reached its criteria."""
    remarks: tuple[str, ...] = field(default=())
    """What it warned of, such as diagonalisations that did not fully converge."""


def read_text(text: str) -> PwText:
    """Read what pw.x printed, as far as it came.

    Args:
        text: The output file's.
    """
    first, steps = _steps(text)
    version = re.search(r"Program PWSCF\s+v\.\s*(\S+)", text)
    moments = _MOMENTS.findall(text)
    lost = len(re.findall(r"c_bands:\s+\d+ eigenvalues not converged", text))
    remarks = (f"{lost} diagonalisations left eigenvalues not fully converged on the way",) if lost else ()
    return PwText(
        version=version[1] if version else "",
        finished="JOB DONE" in text,
        first_energy=first,
        steps=tuple(steps),
        moments=np.array([_number(m[1]) for m in _MOMENT.findall(moments[-1])]) if moments else None,
        relaxed="bfgs converged in" in text,
        remarks=remarks,
    )


def _steps(text: str) -> tuple[float | None, list[Step]]:
    first: float | None = None
    steps: list[Step] = []
    cell: FloatArray | None = None
    final = False
    for block in _BLOCKS.finditer(text):
        if block["begin"]:
            final = True
        elif block["energy"]:
            energy = _number(_ENERGY.search(block[0])[1]) * RYDBERG_EV  # type: ignore[index]  # it matched above
            if not steps:
                first = energy if first is None else first
            elif steps[-1].energy is None:
                steps[-1] = Step(steps[-1].positions, steps[-1].cell, energy)
            elif final:  # the last geometry again, on the basis of its own cell
                steps.append(Step(steps[-1].positions, steps[-1].cell, energy))
        elif final:
            continue
        elif block["cell"]:
            cell = _rows(block["cell"]) * _unit(block["unit"])
        else:
            steps.append(Step(_places(block["sites"], block["kind"]), cell))
    return first, steps


def _places(sites: str, kind: str) -> FloatArray:
    if kind != "angstrom":
        raise ValueError(f"positions in {kind} were not asked for")
    return np.array([[_number(word) for word in line.split()[1:4]] for line in sites.strip().splitlines()])


def _rows(text: str) -> FloatArray:
    return np.array([[_number(word) for word in line.split()] for line in text.strip().splitlines()])


def _unit(said: str) -> float:
    if said.startswith("alat"):
        return float(said.partition("=")[2]) * BOHR_ANGSTROM
    return BOHR_ANGSTROM if said == "bohr" else 1.0


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:  # Fortran prints stars where a number does not fit
        return float("nan")
