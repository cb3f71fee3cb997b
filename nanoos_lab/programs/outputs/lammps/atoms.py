"""Read the structures that LAMMPS writes: data files and dumps, as general as their columns say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.opening import Lines, lines_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

MASS_SLACK = 0.03
"""Relative; masses are often rounded."""
_STYLES = {
    "atomic": (1, 2),
    "charge": (1, 3),
    "molecular": (2, 3),
    "bond": (2, 3),
    "angle": (2, 3),
    "full": (2, 4),
}
"""Columns of type and x, from 0."""
_WIDTHS = {5: "atomic", 8: "atomic", 7: "full", 10: "full"}
"""Columns that only one of the usual styles has, with and without image flags."""
_SECTION = re.compile(r"^\s*([A-Z][A-Za-z ]+?)\s*(?:#\s*(.*?))?\s*$")


def element_of_mass(mass: float) -> str:
    """Return the element of a mass.

    Args:
        mass: In u.

    Raises:
        ValueError: None, or more than one, has it.
    """
    from ase.data import atomic_masses, chemical_symbols  # noqa: PLC0415 - only while a file is read

    apart = np.abs(atomic_masses[1:] - mass) / atomic_masses[1:]
    near = np.flatnonzero(apart < MASS_SLACK)
    if not len(near):
        raise ValueError(
            f"no element has the mass {mass:g}: reduced units, or united atoms, are no crystal of elements"
        )
    best = int(np.argmin(apart))
    if apart[best] > 2e-3 and len(near) > 1:  # noqa: PLR2004 - far enough off to be either
        names = ", ".join(chemical_symbols[i + 1] for i in near)
        raise ValueError(f"the mass {mass:g} may be {names}")
    return str(chemical_symbols[best + 1])


def read_data(path: Path, *, style: str = "", scale: float = 1.0) -> tuple[Structure, dict[int, str]]:
    """Read a data file.

    Args:
        path: The file.
        style: The atom style, where a log says it.
        scale: Å of one unit of length.

    Returns:
        The structure, and the elements by type.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    count, bounds, tilt = 0, {}, [0.0, 0.0, 0.0]
    elements: dict[int, str] = {}
    with lines_of(path) as lines:
        next(lines, None)
        for line in lines:
            words = line.split()
            if len(words) >= 2 and words[1] == "atoms":  # noqa: PLR2004
                count = int(words[0])
            elif words[2:4] in (["xlo", "xhi"], ["ylo", "yhi"], ["zlo", "zhi"]):
                bounds[words[2][0]] = lines.floats(line, 2, "a bound of the box")
            elif words[3:6] == ["xy", "xz", "yz"]:
                tilt = lines.floats(line, 3, "the box's tilt")
            elif words[:1] == ["Masses"]:
                elements = _masses(lines)
            elif words[:1] == ["Atoms"]:
                found = _SECTION.match(line)
                hint = (found[2] or "").split()[0] if found and found[2] else ""
                return _atoms(
                    lines, count, hint or style, elements, _box(bounds, tilt, lines), scale
                ), elements
    raise ProgramOutputError("it has no section Atoms: it was cut short", str(path))


def _masses(lines: Lines) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in lines:
        words = line.split("#")[0].split()
        if not words:
            if found:
                return found
            continue
        kind, mass = lines.floats(line.split("#")[0], 2, "a type and its mass")
        try:
            found[int(kind)] = element_of_mass(mass)
        except ValueError as error:
            raise lines.error(str(error)) from error
    return found


def _box(bounds: Mapping[str, list[float]], tilt: list[float], lines: Lines) -> tuple[FloatArray, FloatArray]:
    if set(bounds) != set("xyz"):
        raise lines.error("the box is not stated in all directions")
    low = np.array([bounds[axis][0] for axis in "xyz"])
    length = [bounds[axis][1] - bounds[axis][0] for axis in "xyz"]
    xy, xz, yz = tilt
    return np.array([[length[0], 0.0, 0.0], [xy, length[1], 0.0], [xz, yz, length[2]]]), low


def _atoms(  # noqa: PLR0917 - what a data file says before its atoms
    lines: Lines,
    count: int,
    style: str,
    elements: dict[int, str],
    box: tuple[FloatArray, FloatArray],
    scale: float,
) -> Structure:
    rows: list[list[str]] = []
    for line in lines:
        words = line.split("#")[0].split()
        if not words:
            if rows:
                break
            continue
        if words[0][0].isalpha():
            break
        rows.append(words)
    if len(rows) != count:
        raise lines.error(f"{len(rows)} atoms are there where {count} are stated: the file was cut short")
    width = len(rows[0]) if rows else 0
    chosen = style if style in _STYLES else _WIDTHS.get(width, "")
    if not chosen:
        raise lines.error(
            f"which of its {width} columns are the positions is not said: write the style after 'Atoms', such as "
            "'Atoms # charge', or put the log beside it"
        )
    if any(len(row) != width for row in rows):
        raise lines.error("the atoms do not all have as many columns: the file is damaged or cut short")
    kind, x = _STYLES[chosen]
    try:
        ordered = sorted(rows, key=lambda row: int(row[0]))
        species = [elements[int(row[kind])] for row in ordered]
        places = np.array([[float(word) for word in row[x : x + 3]] for row in ordered])
        return shapes.crystal(box[0] * scale, species, (places - box[1]) * scale, cartesian=True)
    except KeyError as error:
        raise lines.error(
            f"the type {error} has no mass in this file, so that its element is not known"
        ) from error
    except (ValueError, IndexError) as error:
        raise lines.error(f"the atoms cannot be understood: {error}") from error


def read_dump(
    path: Path, elements: Mapping[int, str], *, scale: float = 1.0
) -> tuple[list[Structure], list[str]]:
    """Read the first and the last whole frame of a text dump.

    Args:
        path: The file.
        elements: By type, where the dump has no column ``element``.
        scale: Å of one unit of length.

    Returns:
        The two frames, once where they are one, and what is wrong with the file.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    first: Structure | None = None
    last: Structure | None = None
    problems = []
    with lines_of(path) as lines:
        for line in lines:
            if line.startswith("ITEM: TIMESTEP"):
                frame = _frame(lines, elements, scale, whole=first is not None)
                if frame is None:
                    problems.append("the last frame is not whole: the dump was cut short")
                    break
                first, last = first or frame, frame
        if lines.cut_short:
            problems.append(lines.cut_short)
    if first is None or last is None:
        raise ProgramOutputError("no whole frame is in it: it was cut short", str(path))
    return ([first] if first is last else [first, last]), problems


def _frame(lines: Lines, elements: Mapping[int, str], scale: float, *, whole: bool) -> Structure | None:
    """Return a frame; None where the file ends in it and there were others before."""
    head = lines.take(3)
    bounds = lines.take(1)
    rows_of_box = lines.take(3)
    title = lines.take(1)
    if (
        not title
        or not title[0].startswith("ITEM: ATOMS")
        or len(head) < 3  # noqa: PLR2004 - step, heading, count
        or not bounds[0].startswith("ITEM: BOX BOUNDS")
    ):
        if whole and not title:
            return None
        raise lines.error("a frame should go on with NUMBER OF ATOMS, BOX BOUNDS and ATOMS")
    try:
        count, names = int(head[2]), title[0].split()[2:]
    except ValueError:
        raise lines.error(f"{head[2]!r} is no number of atoms") from None
    if not 0 < count <= shapes.MOST_ATOMS:
        raise lines.error(f"{count} atoms are too few or too many")
    rows = [row.split() for row in lines.take(count)]
    if len(rows) < count:
        if whole:
            return None
        raise lines.error(f"{len(rows)} atoms are there where {count} are stated: the file was cut short")
    return _made(lines, names, rows, _dump_box(lines, rows_of_box), elements, scale)


def _dump_box(lines: Lines, rows: list[str]) -> tuple[FloatArray, FloatArray]:
    width = min(3, len(rows[0].split()))
    table = np.array([lines.floats(row, width, "a bound of the box") for row in rows])
    low, high = table[:, 0].copy(), table[:, 1].copy()
    xy, xz, yz = table[:, 2] if width == 3 else (0.0, 0.0, 0.0)  # noqa: PLR2004 - a tilted box
    low[0] -= min(0.0, xy, xz, xy + xz)
    high[0] -= max(0.0, xy, xz, xy + xz)
    low[1] -= min(0.0, yz)
    high[1] -= max(0.0, yz)
    length = high - low
    return np.array([[length[0], 0.0, 0.0], [xy, length[1], 0.0], [xz, yz, length[2]]]), low


def _made(  # noqa: PLR0917 - what a frame says before its atoms
    lines: Lines, names: list[str], rows: list[list[str]], box: tuple[FloatArray, FloatArray],
    elements: Mapping[int, str], scale: float,
) -> Structure:  # fmt: skip
    column = {name: at for at, name in enumerate(names)}
    kinds = next(
        (
            k
            for k in (("x", "y", "z"), ("xu", "yu", "zu"), ("xs", "ys", "zs"), ("xsu", "ysu", "zsu"))
            if k[0] in column
        ),
        None,
    )
    if kinds is None:
        raise lines.error(f"no positions are among its columns {' '.join(names)}")
    try:
        if "id" in column:
            rows = sorted(rows, key=lambda row: int(row[column["id"]]))
        if "element" in column:
            species = [row[column["element"]] for row in rows]
        else:
            species = [elements[int(row[column["type"]])] for row in rows]
        places = np.array([[float(row[column[k]]) for k in kinds] for row in rows])
        fractional = "s" in kinds[0]
        if fractional:
            return shapes.crystal(box[0] * scale, species, places)
        return shapes.crystal(box[0] * scale, species, (places - box[1]) * scale, cartesian=True)
    except KeyError as error:
        raise lines.error(
            f"which element the type {error} is, is not said: dump with a column 'element', or put a data file with "
            "masses beside it"
        ) from error
    except (ValueError, IndexError) as error:
        raise lines.error(f"a frame cannot be understood: {error}") from error
