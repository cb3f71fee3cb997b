"""What a calculation states of its structures, as estimates that can be compared with others.

Values are stated of the geometry for which they were computed. What did not converge is stated as such where a
number is there at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.programs.outputs.run import RELAXATIONS, SELF_CONSISTENT
from nanoos_lab.properties import ArrayEstimate, Method, Origin, PropertyEstimate

if TYPE_CHECKING:
    from nanoos_lab.programs.outputs.run import ProgramRun

EV_PER_CUBIC_ANGSTROM_IN_GPA = 160.21766208
_GAP_NOTE = "difference of Kohn-Sham levels on the mesh of k-points: semilocal functionals give gaps that are too small"
_SHORT = {"Quantum ESPRESSO": "QE"}


def method_of(run: ProgramRun) -> Method:
    """Return the method by which a calculation's values are compared.

    Args:
        run: The calculation.
    """
    version = run.version if run.program != "VASP" else ".".join(run.version.split(".")[:3])
    code = f"{_SHORT.get(run.program, run.program)} {version}".strip()
    recipe = ", ".join(filter(None, [run.kind, run.theory.recipe]))
    return Method(name=run.method_name[:100], version=code[:100], recipe=recipe)


def estimates_of(run: ProgramRun) -> tuple[PropertyEstimate | ArrayEstimate, ...]:
    """Return what is stated of the final structure.

    Args:
        run: The calculation.
    """
    if run.final is None:
        return ()
    return tuple(_single(run, *one) for one in _facts(run)) + tuple(
        ArrayEstimate(property=name, array=array, **_common(run, {}, ""))
        for name, array in run.tables.items()
    )


def _single(
    run: ProgramRun, name: str, value: float, conditions: dict[str, Any], note: str
) -> PropertyEstimate:
    return PropertyEstimate(property=name, value=float(value), **_common(run, conditions, note))


def _common(run: ProgramRun, conditions: dict[str, Any], note: str) -> dict[str, Any]:
    known = bool(run.theory.functional or run.theory.model)
    words = (note, *run.notes, *run.failures)
    return {
        "origin": Origin.COMPUTED if known else Origin.IMPORTED,
        "method": method_of(run),
        "converged": run.converged,
        "conditions": conditions,
        "source": f"{run.program} output {run.source.name}",
        "note": "; ".join(word for word in words if word),
    }


def _facts(run: ProgramRun) -> list[tuple[str, float, dict[str, Any], str]]:
    count, facts = len(run.final or ()), []  # type: tuple[int, list[tuple[str, float, dict[str, Any], str]]]
    if run.kind in SELF_CONSISTENT and run.energy is not None:
        facts.append(("energy", run.energy / count, {}, run.energy_meaning))
        if run.forces is not None:
            facts.append(("max_force", float(np.linalg.norm(run.forces, axis=1).max()), {}, ""))
        if run.stress is not None:
            facts.append(
                ("pressure", float(-np.trace(run.stress) / 3) * EV_PER_CUBIC_ANGSTROM_IN_GPA, {}, "")
            )
        facts += _magnetism(run, count)
    if run.band_gap is not None and run.kind in SELF_CONSISTENT | {"bands"}:
        facts.append(("band_gap", run.band_gap, {}, _GAP_NOTE))
    if run.kind in RELAXATIONS and run.converged:
        facts += _geometry(run)
    return facts + [(name, value, dict(conditions), "") for name, value, conditions in run.scalars]


def _magnetism(run: ProgramRun, count: int) -> list[tuple[str, float, dict[str, Any], str]]:
    facts: list[tuple[str, float, dict[str, Any], str]] = []
    if len(run.moments) == count and any(run.moments):
        facts.append(
            ("magnetization", float(np.abs(run.moments).mean()), {}, "moments within the code's own spheres")
        )
    if run.total_magnetization is not None:
        facts.append(("total_magnetization", abs(run.total_magnetization) / count, {}, ""))
    return facts


def _geometry(run: ProgramRun) -> list[tuple[str, float, dict[str, Any], str]]:
    from nanoos_lab.structures import describe  # noqa: PLC0415 - loads spglib

    final = run.final
    if final is None or run.kind != "vc-relax":
        return []
    a, b, c = describe(final, symprec=0.01).conventional or final.lattice.abc
    return [
        ("volume_per_atom", final.volume / len(final), {}, ""),
        ("density", float(final.density), {}, ""),
        ("lattice_a", a, {}, ""),
        ("lattice_b", b, {}, ""),
        ("lattice_c", c, {}, ""),
    ]
