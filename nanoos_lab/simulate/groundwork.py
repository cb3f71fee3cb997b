"""The relaxation that comes before phonons, elastic constants and paths, kept so that it is done once.

What follows deforms the relaxed crystal and compares the answers: so it must start from exactly the same geometry
when it is begun again after an interruption, whoever moved the atoms.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators import Workplace
from nanoos_lab.simulate.deform import CellFreedom
from nanoos_lab.simulate.relax import relax_structure
from nanoos_lab.structures.serialize import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators import Calculator

    Report = Callable[[float | None, str], None]


@dataclass(frozen=True)
class Ground:
    """Where a simulation starts from."""

    structure: Structure
    converged: bool = True
    """Whether the relaxation reached its tolerance; True where none was asked for."""
    force_calls: int = 0
    energy: float | None = None
    """eV per cell, where it was relaxed."""
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tolerance:
    """How tightly a crystal is relaxed."""

    fmax: float
    """eV/Å for forces and eV for the virial per atom."""
    max_steps: int
    cell: CellFreedom = CellFreedom.FULL
    keep_symmetry: bool = True
    own: bool = False
    """Whether our optimiser moves the atoms even where the calculator's code has one of its own."""


def ground_of(
    structure: Structure,
    calculator: Calculator,
    tolerance: Tolerance,
    *,
    progress: Report | None = None,
    place: Workplace | None = None,
    memory: Path | None = None,
    name: str = "first",
) -> Ground:
    """Relax a crystal, or return what an earlier attempt at the same work came to.

    Args:
        structure: The crystal.
        calculator: What gives energies and forces.
        tolerance: How tightly it is relaxed, and what may move.
        progress: Called with the done part and a line.
        place: Where the calculator keeps its files, and whom it tells.
        memory: A folder that outlives an interruption.
        name: What this relaxation is called in that folder.
    """
    key = _key(structure, calculator, tolerance)
    kept = None if memory is None else memory / f"{name}.json"
    if kept is not None and (known := _read(kept, key)) is not None:
        return known
    result = relax_structure(
        structure,
        calculator,
        fmax=tolerance.fmax,
        max_steps=tolerance.max_steps,
        cell=tolerance.cell,
        keep_symmetry=tolerance.keep_symmetry,
        optimizer="own" if tolerance.own else "auto",
        progress=progress,
        memory=None if memory is None else memory / f"{name}.jsonl",
        place=(place or Workplace()).within(name),
    )
    reason = () if result.converged else (f"the first relaxation: {result.descent.reason}",)
    ground = Ground(
        structure=result.structure,
        converged=result.converged,
        force_calls=result.descent.force_calls,
        energy=result.descent.last.energy,
        messages=(*reason, *result.messages),
    )
    if kept is not None:
        _write(kept, key, ground)
    return ground


def _key(structure: Structure, calculator: Calculator, tolerance: Tolerance) -> str:
    said = [to_json(structure), dict(calculator.identity()), vars(tolerance)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _write(path: Path, key: str, ground: Ground) -> None:
    document = {**vars(ground), "structure": to_json(ground.structure), "key": key}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(document), encoding="utf-8")
    part.replace(path)


def _read(path: Path, key: str) -> Ground | None:
    """Return what a file says, if it speaks of the same work and was finished."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.pop("key", None) != key:
        return None
    structure: Any = from_json(document.pop("structure"))
    return Ground(structure=structure, **{**document, "messages": tuple(document["messages"])})
