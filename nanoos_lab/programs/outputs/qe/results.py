"""The blocks of pw.x that hold energies, forces and stress, checked against the file's own sums."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.qe.names import BOHR_ANGSTROM, RYDBERG_EV
from nanoos_lab.programs.outputs.qe.settings import number_after
from nanoos_lab.programs.outputs.qe.state import Step

if TYPE_CHECKING:
    from nanoos_lab.programs.outputs.opening import Lines
    from nanoos_lab.programs.outputs.qe.state import State


KBAR_PER_RY_BOHR3 = 147105.08
_SUM_SLACK_RY = 1e-6
_FORCE_SLACK = 2e-4
_TERM = re.compile(r"\s*(.+?)\s*=\s*(\S+) Ry\s*$")
_FORCE = re.compile(r"\s*atom\s+\d+\s+type\s+\d+\s+force\s*=(.*)")
_KNOWN_TERMS = (
    "one-electron", "hartree", "xc contribution", "ewald", "one-center paw", "hubbard", "smearing contrib",
    "dispersion", "averaged fock", "fock energy",
)  # fmt: skip


def energy(state: State, line: str, lines: Lines) -> None:
    """Take the energy at the end of a self-consistent calculation."""
    if not line.startswith("!"):
        return
    energy = number_after(line, "=", lines, "the total energy")
    if state.steps and state.steps[-1].structure is state.current:
        state.steps.pop()  # the outer cycle of exact exchange says it again each time
    state.steps.append(Step(energy * RYDBERG_EV, state.current))
    state.scf = True


def terms(state: State, line: str, lines: Lines) -> None:
    """Check the total energy against the sum of its terms."""
    total, free, known, terms = 0.0, "is F=E-TS" in line, True, 0
    for row in lines:
        found = _TERM.match(row)
        if found is None:
            if row.strip() or terms:
                break
            continue
        terms += 1
        known = known and any(name in found[1].lower() for name in _KNOWN_TERMS)
        if "smearing contrib" in found[1]:
            free = False
        total += lines.floats(found[2], 1, f"the {found[1]}")[0]
    if terms and known and not free and state.steps and state.kind != "bands":
        stated = state.steps[-1].energy / RYDBERG_EV
        if abs(total - stated) > _SUM_SLACK_RY * (1 + 1e-3 * abs(stated)):
            state.fail(
                f"the total energy {stated:.8f} Ry is not the sum of its terms, {total:.8f} Ry: the file is damaged"
            )


def forces(state: State, _line: str, lines: Lines) -> None:
    """Take the forces, and compare them with the total force."""
    rows: list[list[float]] = []
    total: float | None = None
    for line in lines:
        if found := _FORCE.match(line):
            if len(rows) < (state.n_atoms or 0):  # what follows are contributions
                rows.append(lines.floats(found[1], 3, "a force"))
        elif "Total force =" in line:
            total = number_after(line, "=", lines, "the total force")
            break
        elif rows and any(word in line for word in ("stress", "JOB DONE", "iteration #")):
            break
    if not state.steps or state.n_atoms is None:
        return
    forces = shapes.table(rows, 3, "the forces", state.n_atoms)
    if total is None:
        state.fail("the file ends among the forces")
        return
    off = total - float(np.sqrt((forces**2).sum()))
    if abs(off) > _FORCE_SLACK + 1e-3 * total:
        state.force_gaps.append(off)
    state.steps[-1].forces = forces * RYDBERG_EV / BOHR_ANGSTROM


def stress(state: State, line: str, lines: Lines) -> None:
    """Take the stress, and compare its two units."""
    if "(Ry/bohr**3)" not in line or not state.steps:
        return
    rows = np.array([lines.floats(lines.following("the stress"), 6, "a row of the stress") for _ in range(3)])
    if np.abs(rows[:, :3] * KBAR_PER_RY_BOHR3 - rows[:, 3:]).max() > 1.0 + 1e-4 * np.abs(rows[:, 3:]).max():
        state.fail("the stress in Ry/bohr³ is not that in kbar: the file is damaged")
    state.steps[-1].stress = -rows[:, :3] * RYDBERG_EV / BOHR_ANGSTROM**3
