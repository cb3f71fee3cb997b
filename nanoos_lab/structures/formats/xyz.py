"""XYZ and extended XYZ, one or many frames, as ASE and others write them.

A frame without a cell is a molecule, one with ``Lattice="..."`` a crystal. Further columns become site properties
and further entries of the comment line become properties of the structure. A column ``oxidation_state`` makes
species with oxidation states, which is how this package writes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import StructureParseError
from nanoos_lab.structures.build import (
    BuildError,
    check_distances,
    crystal,
    element_symbol,
    lattice_of_matrix,
    molecule,
    site_composition,
)
from nanoos_lab.structures.formats.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymatgen.core.structure import Molecule, Structure

_ENTRY = re.compile(r"""([^\s=]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|\{[^}]*\}|\S+))?""")
_SPECIES_NAMES = ("species", "element", "elements", "symbols", "z", "numbers")
_DEFAULT_COLUMNS = "species:S:1:pos:R:3"
_KINDS = {"S": str, "R": float, "I": int, "L": bool}
_MAX_ATOMS = 1_000_000


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str
    width: int


@dataclass(frozen=True)
class _Frame:
    """The lines of one frame; ``line`` is the 1-based number of its first."""

    comment: str
    rows: list[str]
    text: str
    line: int
    source: str

    def error(self, problem: str, atom: int | None = None) -> StructureParseError:
        """Return an error about an atom's line, or the comment line."""
        return StructureParseError(problem, self.source, self.line + 1 + (0 if atom is None else atom + 1))


def parse(text: str, source: str) -> list[Parsed]:
    """Return the frames in order.

    Args:
        text: The file's text.
        source: Its name, for messages.

    Raises:
        StructureParseError: With the line.
    """
    return [Parsed(_structure(frame), frame.text, _title(frame.comment)) for frame in _frames(text, source)]


def _frames(text: str, source: str) -> Iterator[_Frame]:
    lines = text.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        head = lines[at].strip()
        if not head:
            at += 1
            continue
        if not re.fullmatch(r"\d{1,9}", head):
            what = "the number of atoms" if at == 0 else "another frame's number of atoms, or the end"
            raise StructureParseError(f"expected {what}, found {head[:60]!r}", source, at + 1)
        count = int(head)
        if not 0 < count <= _MAX_ATOMS:
            raise StructureParseError(f"{count} atoms is not a structure", source, at + 1)
        rows = lines[at + 2 : at + 2 + count]
        present = next((n for n, row in enumerate(rows) if not row.strip()), len(rows))
        if present < count:
            raise StructureParseError(
                f"{count} atoms are announced but only {present} follow", source, at + 3 + present
            )
        comment = lines[at + 1].strip()
        yield _Frame(comment, rows, "".join(lines[at : at + 2 + count]), at + 1, source)
        at += 2 + count


def _title(comment: str) -> str:
    return "" if "=" in comment else comment


def _structure(frame: _Frame) -> Structure | Molecule:
    entries = _entries(frame.comment)
    columns = _columns(frame, str(entries.pop("properties", _DEFAULT_COLUMNS)))
    table = _table(frame, columns)
    species = next((table.pop(name) for name in _SPECIES_NAMES if name in table), None)
    positions = table.pop("pos", None)
    if species is None or positions is None:
        raise frame.error("Properties must name species and pos")
    charges = table.pop("oxidation_state", None)
    compositions = []
    for atom, word in enumerate(species):
        symbol = element_symbol(str(word))
        if symbol is None:
            raise frame.error(f"unknown element {word!r}", atom)
        charge = None if charges is None or charges[atom] != charges[atom] else float(charges[atom])
        compositions.append(site_composition(((symbol, charge, 1.0),)))
    coords = np.array(positions, dtype=np.float64)
    vectors, pbc = entries.pop("lattice", None), _pbc(frame, entries.pop("pbc", None))
    try:
        made: Structure | Molecule
        if vectors is None or not any(pbc):
            charge = entries.get("charge", 0)
            net = charge if isinstance(charge, int | float) and not isinstance(charge, bool) else 0
            made = molecule(compositions, coords, site_properties=table, charge=net, properties=entries)
        else:
            lattice = lattice_of_matrix(_matrix(frame, vectors), pbc)
            frac = coords @ np.linalg.inv(lattice.matrix)
            made = crystal(lattice, compositions, frac, site_properties=table, properties=entries)
        check_distances(made)
    except BuildError as error:
        raise frame.error(error.problem, error.atom) from None
    return made


def _entries(comment: str) -> dict[str, Any]:
    """Return the entries of an extended comment line; a plain comment has none."""
    if not re.search(r"(?:^|\s)(?:lattice|properties|pbc)\s*=", comment, re.IGNORECASE):
        return {}
    entries: dict[str, Any] = {}
    for key, raw in _ENTRY.findall(comment):
        value = raw[1:-1].replace('\\"', '"') if raw[:1] in "\"'{" and raw else raw
        name = key.lower() if key.lower() in {"lattice", "properties", "pbc"} else key
        entries[name] = value if name in {"lattice", "properties", "pbc"} else _value(value)
    return entries


def _value(text: str) -> Any:  # noqa: ANN401 - a number, flag, list of numbers or string
    if text == "":
        return True
    words = text.split()
    for kind in (int, float):
        try:
            numbers = [kind(word) for word in words]
        except ValueError:
            continue
        if numbers:
            return numbers[0] if len(numbers) == 1 else numbers
    return {"T": True, "F": False, "True": True, "False": False}.get(text, text)


def _pbc(frame: _Frame, text: str | None) -> tuple[bool, bool, bool]:
    if text is None:
        return (True, True, True)
    words = [word[:1].upper() for word in re.split(r"[\s,]+", text.strip())]
    if len(words) != 3 or set(words) - {"T", "F", "1", "0"}:  # noqa: PLR2004 - three directions
        raise frame.error(f"pbc must be three of T and F, not {text!r}")
    first, second, third = (word in "T1" for word in words)
    return first, second, third


def _matrix(frame: _Frame, text: str) -> Any:  # noqa: ANN401 - float array (3, 3)
    try:
        numbers = [float(word) for word in re.split(r"[\s,]+", text.strip())]
    except ValueError:
        numbers = []
    if len(numbers) != 9:  # noqa: PLR2004 - three vectors
        raise frame.error(f"Lattice must be nine numbers, not {text!r}")
    return np.array(numbers).reshape(3, 3)


def _columns(frame: _Frame, text: str) -> list[_Column]:
    parts = text.split(":")
    columns = []
    for name, kind, width in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        if kind not in _KINDS or not re.fullmatch(r"[1-9]\d?", width):
            raise frame.error(f"Properties has the entry {name}:{kind}:{width}, which means nothing")
        key = name.lower() if name.lower() in {*_SPECIES_NAMES, "pos"} else name
        columns.append(_Column(key, kind, int(width)))
    if len(parts) % 3 or not columns:
        raise frame.error(f"Properties must be name:kind:width triples, not {text!r}")
    position = next((column for column in columns if column.name == "pos"), None)
    if position is not None and (position.kind, position.width) != ("R", 3):
        raise frame.error("the column pos must be three real numbers")
    return columns


def _table(frame: _Frame, columns: list[_Column]) -> dict[str, list[Any]]:
    width = sum(column.width for column in columns)
    table: dict[str, list[Any]] = {column.name: [] for column in columns}
    for atom, row in enumerate(frame.rows):
        words = row.split()
        if len(words) < width:
            raise frame.error(f"expected {width} columns, found {row.strip()[:80]!r}", atom)
        at = 0
        for column in columns:
            cells = [_cell(frame, atom, column, word) for word in words[at : at + column.width]]
            table[column.name].append(cells[0] if column.width == 1 else cells)
            at += column.width
    return table


def _cell(frame: _Frame, atom: int, column: _Column, word: str) -> Any:  # noqa: ANN401 - by the column's kind
    if column.kind == "S":
        return word
    if column.kind == "L":
        return word[:1].upper() == "T" or word == "1"
    try:
        value = int(word) if column.kind == "I" else float(word)
    except ValueError:
        value = _fortran(frame, atom, column, word)
    if column.name == "pos" and not np.isfinite(value):
        raise frame.error(f"the coordinate {word!r} is not a number", atom)
    return value


def _fortran(frame: _Frame, atom: int, column: _Column, word: str) -> float:
    """Read ``1.0D+00`` and ``1.0*^-3``, as Fortran and Mathematica write them."""
    try:
        return float(word.lower().replace("*^", "e").replace("d", "e"))
    except ValueError:
        what = "coordinate" if column.name == "pos" else f"value of {column.name}"
        raise frame.error(f"the {what} {word!r} is not a number", atom) from None
