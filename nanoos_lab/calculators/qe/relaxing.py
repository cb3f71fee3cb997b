"""Relaxation by pw.x's own optimiser, which goes on where it was, and ends on the basis of its own last cell.

With a variable cell pw.x keeps the plane waves of the first cell; so at the end the last geometry is computed on the
basis of its own cell, and where forces and stress are then too large the relaxation is begun again from there.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nanoos_lab.calculators.abilities import NativeRelaxation
from nanoos_lab.calculators.qe.performing import Answer, write_json
from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.qe import read_text
from nanoos_lab.programs.qe.result import BOHR_ANGSTROM, RYDBERG_EV

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.qe.performing import Performer
    from nanoos_lab.programs.qe import PwInput, PwText

    FloatArray = NDArray[np.float64]

EV_PER_CUBIC_ANGSTROM_IN_KBAR = 1602.1766208
_ENERGY_RY_PER_ATOM = 1e-5
"""pw.x stops only where the last step changed the energy by less, too."""
_MOST_ROUNDS = 8
_DOF = {"full": "all", "shape": "shape"}
_GUESSED_BULK_MODULUS = 0.6
"""eV/Å³, about 100 GPa: for the first step of a volume."""
_LARGEST_STRAIN = 0.04


@dataclass(frozen=True)
class Goal:
    """Where a relaxation is to lead."""

    freedom: str
    """What of the cell may change: ``full``, ``shape``, ``volume`` or ``fixed``."""
    fmax: float
    """Tolerance in eV/Å for forces and in eV for the virial per atom."""
    max_steps: int

    def residual(self, answer: Answer) -> float:
        """Return what is compared with the tolerance.

        Args:
            answer: pw.x's, with forces and stress.
        """
        forces, stress = _of(answer)
        pressure = np.eye(3) * np.trace(stress) / 3.0
        free = {"full": stress, "shape": stress - pressure, "volume": pressure}.get(
            self.freedom, np.zeros((3, 3))
        )
        volume = abs(float(np.linalg.det(answer.result.cell)))
        virial = float(np.linalg.norm(free, axis=1).max()) * volume / len(forces)
        return max(float(np.linalg.norm(forces, axis=1).max()), virial)


class Place(NamedTuple):
    """A geometry on the way."""

    positions: FloatArray
    cell: FloatArray
    energy: float | None


@dataclass
class _Way:
    """The geometries that were come to, kept in a file, so that an interrupted relaxation goes on."""

    folder: Path
    digest: str
    places: list[Place] = field(default_factory=list)
    segments: int = 0

    def resume(self, question: PwInput) -> PwInput:
        """Return the question to go on with: at the last geometry that is known."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads((self.folder / "steps.json").read_text(encoding="utf-8"))
            if kept["digest"] == self.digest:
                self.segments = int(kept["segments"])
                self.places = [Place(np.array(p), np.array(c), e) for p, c, e in kept["places"]]
        if not self.places:
            (self.folder / "relax.out").unlink(missing_ok=True)
            self.places = [Place(question.positions, question.cell, None)]
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write()
        with contextlib.suppress(OSError):
            self.absorb(read_text((self.folder / "relax.out").read_text(encoding="utf-8", errors="replace")))
        return self.onward(question)

    def absorb(self, text: PwText) -> None:
        """Take over what a run came to, and put its output aside."""
        self.segments += 1
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "relax.out").rename(self.folder / f"relax.{self.segments}.out")
        begun = self.places[-1]
        if text.first_energy is not None:
            self.places[-1] = begun._replace(energy=text.first_energy)
        for step in text.steps:
            cell = self.places[-1].cell if step.cell is None else step.cell
            self.places.append(Place(step.positions, cell, step.energy))
        self._write()

    def onward(self, question: PwInput) -> PwInput:
        last = self.places[-1]
        return question.at(last.cell, last.positions)

    @property
    def known(self) -> list[Place]:
        """Those whose energy is known."""
        return [place for place in self.places if place.energy is not None]

    def _write(self) -> None:
        rows = [(p.positions.tolist(), p.cell.tolist(), p.energy) for p in self.places]
        write_json(
            self.folder / "steps.json", {"digest": self.digest, "segments": self.segments, "places": rows}
        )


def relax(question: PwInput, structure: Structure, performer: Performer, goal: Goal) -> NativeRelaxation:
    """Relax a structure.

    Args:
        question: The input of a self-consistent calculation at the start.
        structure: The start.
        performer: Runs pw.x in a folder.
        goal: Where to.

    Returns:
        The relaxation, converged or not; its forces and stress are those of its last geometry.
    """
    asked = question.changed(_criteria(question, goal))
    way = _Way(performer.folder, performer.digest(asked))
    kept = _read_kept(performer.folder / "relaxed.json", way.digest)
    if kept is None:
        kept = _Relaxing(performer, goal, way).run(asked)
        write_json(performer.folder / "relaxed.json", {"digest": way.digest, **kept})
    return _told(kept, structure)


class _Relaxing:
    """One relaxation."""

    def __init__(self, performer: Performer, goal: Goal, way: _Way) -> None:
        self.performer, self.goal, self.way = performer, goal, way
        self.messages: list[str] = []

    def run(self, asked: PwInput) -> dict[str, Any]:
        question = self.way.resume(asked)
        if self.way.segments:
            kept = len(self.way.known)
            self.messages.append(
                f"the relaxation was interrupted and went on: {kept} geometries were known already"
            )
        walk = self._volume if self.goal.freedom == "volume" else self._freely
        answer, reason = walk(question)
        if reason or answer is None:
            answer = self._at_best(question)
        forces, stress = _of(answer)
        moments = answer.text.moments if answer.result.spin_polarised else None
        places = [p for p in self.way.known if p is not self.way.places[-1]]
        last = Place(answer.question.positions, answer.question.cell, answer.result.free_energy)
        return {
            "places": [(p.positions.tolist(), p.cell.tolist(), p.energy) for p in (*places, last)],
            "forces": forces.tolist(),
            "stress": stress.tolist(),
            "converged": not reason,
            "reason": reason,
            "magnetization": None if moments is None else float(np.abs(moments).mean()),
            "force_calls": len(self.way.known),
            "messages": list(dict.fromkeys(self.messages)),
        }

    def _freely(self, question: PwInput) -> tuple[Answer | None, str]:
        """Let pw.x relax, again from where it ended, until what it ended with holds on its own basis."""
        residual = float("nan")
        for _ in range(_MOST_ROUNDS):
            if self._steps_left < 1:
                return None, self._too_few(residual)
            answer = self._round(question)
            question = answer.question
            residual = self.goal.residual(answer)
            if answer.text.relaxed and residual <= self.goal.fmax:
                return answer, ""
        return None, f"begun {_MOST_ROUNDS} times, it ended with a residual of {residual:.3g} eV/Å each time"

    def _volume(self, question: PwInput) -> tuple[Answer | None, str]:
        """Find the volume of no pressure by secants, the atoms relaxed at each: pw.x varies it for cubes only."""
        residual, last = float("nan"), None
        for _ in range(2 * _MOST_ROUNDS):
            if self._steps_left < 1:
                return None, self._too_few(residual)
            answer = self._round(question)
            residual = self.goal.residual(answer)
            if answer.text.relaxed and residual <= self.goal.fmax:
                return answer, ""
            now = _scale(answer), float(np.trace(_of(answer)[1])) / 3.0
            scale = _next_scale(last, now)
            last, cell = now, answer.question.cell
            fractional = answer.question.positions @ np.linalg.inv(cell)
            grown = cell * (scale / now[0])
            question = question.at(grown, fractional @ grown)
            self.way.places.append(Place(question.positions, question.cell, None))
        return None, f"no volume without pressure was found; the residual is {residual:.3g} eV/Å"

    def _round(self, question: PwInput) -> Answer:
        """Let pw.x relax once; the answer's question is at the geometry that it ended at."""
        question = question.changed({"control": {"nstep": self._steps_left}})

        def advance(asked: PwInput, text: PwText) -> PwInput:
            self.way.absorb(text)
            return self.way.onward(asked)

        answer = self.performer.perform(question, name="relax", advance=advance)
        self.messages += answer.messages
        self.way.absorb(answer.text)
        if not answer.text.relaxed:  # stopped at a step that was not computed
            return answer
        free = self.goal.freedom in _DOF  # else the cell is the one asked about, to the last digit
        end = answer.question.at(
            answer.result.cell if free else answer.question.cell, answer.result.positions
        )
        return Answer(end, answer.result, answer.text, answer.messages)

    def _at_best(self, question: PwInput) -> Answer:
        """Return forces and stress at the geometry of least energy of a relaxation that reached no minimum."""
        best = min(self.way.known, key=lambda place: place.energy or 0.0, default=self.way.places[-1])
        single = question.at(best.cell, best.positions).changed(
            {"control": {"calculation": "scf", "nstep": None}}
        )
        return self.performer.perform(single)

    @property
    def _steps_left(self) -> int:
        return self.goal.max_steps + 1 - len(self.way.known)

    def _too_few(self, residual: float) -> str:
        was = "" if np.isnan(residual) else f": the residual is {residual:.3g} eV/Å, not {self.goal.fmax:g}"
        return f"{self.goal.max_steps} steps were not enough{was}"


def _criteria(question: PwInput, goal: Goal) -> dict[str, dict[str, Any]]:
    """Return the variables of a relaxation whose criteria are no weaker than ours.

    pw.x compares components, we the lengths of forces and of the rows of the virial: hence the roots of three.
    """
    n, volume = len(question.atoms), abs(float(np.linalg.det(question.cell)))
    forces = goal.fmax / np.sqrt(3.0) / (RYDBERG_EV / BOHR_ANGSTROM)
    said: dict[str, dict[str, Any]] = {
        "control": {
            "calculation": "vc-relax" if goal.freedom in _DOF else "relax",
            "forc_conv_thr": float(forces),
            "etot_conv_thr": _ENERGY_RY_PER_ATOM * n,
        },
        "ions": {},
    }
    if goal.freedom in _DOF:
        pressure = goal.fmax * n / volume / np.sqrt(3.0) * EV_PER_CUBIC_ANGSTROM_IN_KBAR
        said["cell"] = {"press_conv_thr": float(pressure), "cell_dofree": _DOF[goal.freedom]}
    return said


def _next_scale(last: tuple[float, float] | None, now: tuple[float, float]) -> float:
    """Return the length scale at which the stress should vanish; both points are scale and stress in eV/Å³."""
    scale, stress = now
    slope = 3.0 * _GUESSED_BULK_MODULUS / scale
    if last is not None and abs(scale - last[0]) > 0.0:
        found = (stress - last[1]) / (scale - last[0])
        slope = found if found > 0.0 else slope
    step = float(np.clip(-stress / slope, -_LARGEST_STRAIN * scale, _LARGEST_STRAIN * scale))
    return scale + step


def _scale(answer: Answer) -> float:
    return float(np.cbrt(abs(np.linalg.det(answer.question.cell))))


def _of(answer: Answer) -> tuple[FloatArray, FloatArray]:
    result = answer.result
    if result.forces is None or result.stress is None:
        raise CalculatorError("pw.x gave no forces or no stress, though it was asked for both")
    return result.forces, 0.5 * (result.stress + result.stress.T)


def _read_kept(path: Path, digest: str) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        return dict(kept) if kept["digest"] == digest else None
    return None


def _told(kept: dict[str, Any], structure: Structure) -> NativeRelaxation:
    build = _builder(structure)
    return NativeRelaxation(
        structures=[build(np.array(p), np.array(c)) for p, c, _ in kept["places"]],
        energies=[float(e) for _, _, e in kept["places"]],
        forces=np.array(kept["forces"]),
        stress=np.array(kept["stress"]),
        converged=bool(kept["converged"]),
        reason=str(kept["reason"]),
        magnetization=kept["magnetization"],
        force_calls=int(kept["force_calls"]),
        messages=tuple(kept["messages"]),
    )


def _builder(structure: Structure) -> Callable[[FloatArray, FloatArray], Structure]:
    """Return a function that gives the structure at another geometry, with species and properties of the first."""
    from pymatgen.core.structure import Structure as Made  # noqa: PLC0415 - heavy import

    stale = {"forces", "velocities", "selective_dynamics"}
    properties = {k: v for k, v in structure.site_properties.items() if k not in stale}

    def build(positions: FloatArray, cell: FloatArray) -> Structure:
        return Made(
            cell, structure.species, positions, coords_are_cartesian=True,
            site_properties=properties, labels=structure.labels,
        )  # fmt: skip

    return build
