"""The blocks of pw.x that hold a geometry."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.qe.names import BOHR_ANGSTROM, element_of

if TYPE_CHECKING:
    from nanoos_lab.programs.outputs.opening import Lines
    from nanoos_lab.programs.outputs.qe.state import State


_ATOM = re.compile(r"\s*\d+\s+(\S+)\s+tau\(\s*\d+\)\s*=\s*\(([^)]*)\)")


def axes(state: State, line: str, lines: Lines) -> None:
    """Take the cell, and check it against the volume."""
    if "alat" not in line or state.alat is None:
        return
    rows = [
        lines.floats(lines.following("an axis").split("=", 1)[-1].strip(" ()").rstrip(") "), 3, "an axis")
        for _ in range(3)
    ]
    state.lattice = [[state.alat * x for x in row] for row in rows]
    if state.volume is not None:
        spanned = abs(float(np.linalg.det(np.array(state.lattice))))
        if abs(spanned - state.volume) > 2e-4 * state.volume:
            state.fail(
                f"the axes span {spanned:.4f} Å³ where the file states {state.volume:.4f} Å³: it is damaged"
            )


def sites(state: State, line: str, lines: Lines) -> None:
    """Take the geometry that the calculation starts from."""
    if "(alat units)" not in line or state.alat is None or state.lattice is None:
        return
    labels, places = [], []
    for row in lines:
        found = _ATOM.match(row)
        if found is None:
            break
        labels.append(found[1])
        places.append([state.alat * x for x in lines.floats(found[2], 3, "a position")])
    state.labels = labels
    set_structure(state, lines, places, cartesian=True)
    if state.initial is None:
        state.initial = state.current


def set_structure(state: State, lines: Lines, places: list[list[float]], *, cartesian: bool) -> None:
    """Make the present geometry of cell and positions."""
    if state.n_atoms is not None and len(places) != state.n_atoms:
        raise lines.error(
            f"{len(places)} positions follow where {state.n_atoms} atoms are stated: the file was cut short"
        )
    species = [state.elements.get(label) or element_of(label) for label in state.labels]
    state.current = shapes.crystal(state.lattice, species, places, cartesian=cartesian)


def new_cell(state: State, line: str, lines: Lines) -> None:
    """Take the cell of the next step."""
    if not line.startswith("CELL_PARAMETERS"):
        return
    rows = [lines.floats(lines.following("a cell vector"), 3, "a cell vector") for _ in range(3)]
    scale = 1.0
    if "alat" in line:
        said = re.search(r"alat\s*=\s*([\d.Ee+-]+)", line)
        scale = float(said[1]) * BOHR_ANGSTROM if said else (state.alat or math.nan)
    elif "bohr" in line:
        scale = BOHR_ANGSTROM
    state.lattice, state.moved_cell = [[scale * x for x in row] for row in rows], True


def new_sites(state: State, line: str, lines: Lines) -> None:
    """Take the positions of the next step."""
    if state.n_atoms is None or not line.startswith("ATOMIC_POSITIONS"):
        return
    labels: list[str] = []
    places: list[list[float]] = []
    for _ in range(state.n_atoms):
        row = lines.following("a position")
        words = row.split(None, 1)
        if len(words) < 2:  # noqa: PLR2004 - label and numbers
            raise lines.error(f"{len(places)} positions follow where {state.n_atoms} atoms are stated")
        labels.append(words[0])
        places.append(lines.floats(words[1], 3, "a position"))
    state.labels = labels
    unit = line.rsplit("(", maxsplit=1)[-1].lower() if "(" in line else line.lower()
    factor = 1.0
    if "alat" in unit:
        factor = state.alat or math.nan
    elif "bohr" in unit:
        factor = BOHR_ANGSTROM
    set_structure(
        state, lines, [[factor * x for x in row] for row in places], cartesian="crystal" not in unit
    )
