"""Whether a VASP calculation converged, by its own criteria: NELM, EDIFF, NSW, EDIFFG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.programs.outputs.vasp.theory import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.programs.outputs.shapes import FloatArray

_SLACK = 1.001


@dataclass(frozen=True)
class Verdict:
    """Whether electrons and ions converged, and what did not in sentences."""

    electronic: bool | None
    ionic: bool | None
    failures: tuple[str, ...]


def judge(
    kind: str,
    tags: Mapping[str, Any],
    *,
    n_steps: int,
    n_electronic: int,
    changes: Sequence[float],
    forces: FloatArray | None,
    said: bool | None = None,
) -> Verdict:
    """Return whether the last step converged.

    Args:
        kind: Of calculation.
        tags: INCAR tags and parameters.
        n_steps: Ionic steps.
        n_electronic: Electronic steps of the last one.
        changes: Of the free energy between the last one's electronic steps, eV.
        forces: Of the last one, eV/Å.
        said: Whether the program itself said that the geometry converged, where it says so.
    """
    failures: list[str] = []
    electronic = _electronic(tags, n_electronic, changes)
    if electronic is False:
        failures.append(
            f"the electrons did not converge within NELM = {tags.get('NELM')} steps (last ionic step)"
        )
    ionic = None
    if kind in {"relax", "vc-relax"}:
        ionic = _ionic(tags, n_steps, forces) if said is None else said
        if ionic is False:
            failures.append(_why(tags, n_steps, forces))
    return Verdict(electronic, ionic, tuple(failures))


def _electronic(tags: Mapping[str, Any], n_electronic: int, changes: Sequence[float]) -> bool | None:
    most = whole(tags, "NELM", 0)
    if not most or not n_electronic:
        return None
    if n_electronic < most:
        return True
    # VASP stops at NELM whether or not the step was good: then the last change decides.
    limit = float(tags.get("EDIFF", 0.0) or 0.0)
    return bool(len(changes) > 1 and changes[-1] < limit and changes[-2] < 10 * limit)


def _ionic(tags: Mapping[str, Any], n_steps: int, forces: FloatArray | None) -> bool | None:
    """Judge by forces where they are the criterion.

    The energy criterion (EDIFFG > 0) compares predictions that the file does not hold: then a program that came to its
    end before NSW steps is believed.
    """
    most, limit = whole(tags, "NSW", 0), float(tags.get("EDIFFG", 0.0) or 0.0)
    if limit == 0:
        return False
    if limit < 0 and forces is not None:
        return bool(np.linalg.norm(forces, axis=1).max() <= -limit * _SLACK)
    return n_steps < most


def _why(tags: Mapping[str, Any], n_steps: int, forces: FloatArray | None) -> str:
    limit = float(tags.get("EDIFFG", 0.0) or 0.0)
    largest = (
        "" if forces is None else f", the largest force being {np.linalg.norm(forces, axis=1).max():.3g} eV/Å"
    )
    return f"the geometry did not converge to EDIFFG = {limit:g} in {n_steps} of NSW = {tags.get('NSW')} steps{largest}"
