"""VASP's POSCAR and CONTCAR, read strictly and with line numbers.

Understood: VASP 4 (symbols in the comment line or behind the coordinates), 5 and 6 (``Fe_pv/hash``), symbol and count
lists that wrap over lines, scale factors (one, three, or minus the volume), selective dynamics and velocities, which
are kept as the site properties ``selective_dynamics`` and ``velocities`` as in pymatgen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import StructureParseError
from nanoos_lab.structures.build import (
    BuildError,
    check_distances,
    crystal,
    element_symbol,
    lattice_of_matrix,
    site_composition,
)
from nanoos_lab.structures.formats.parsed import Parsed

if TYPE_CHECKING:
    import numpy.typing as npt
    from pymatgen.core.lattice import Lattice

    FloatArray = npt.NDArray[np.float64]

_MAX_ATOMS = 1_000_000


def parse(text: str, source: str) -> list[Parsed]:
    """Return the one structure of a POSCAR.

    Args:
        text: The file's text.
        source: Its name, for messages.

    Raises:
        StructureParseError: With the line.
    """
    reader = _Reader(text, source)
    scale, lattice = reader.lattice()
    symbols, counts = reader.species()
    selective, cartesian = reader.mode()
    rows = reader.rows(sum(counts))
    names = reader.names(symbols, counts, rows, column=6 if selective else 3)
    coords = np.array([reader.numbers(row, 3, "coordinates") for row in rows])
    if cartesian:
        coords = (coords * scale) @ np.linalg.inv(lattice.matrix)
    properties: dict[str, list[object]] = {}
    if selective:
        properties["selective_dynamics"] = [reader.flags(row) for row in rows]
    velocities = reader.velocities(len(rows))
    if velocities is not None:
        properties["velocities"] = velocities
    structure = crystal(
        lattice,
        [site_composition(((name, None, 1.0),)) for name in names],
        coords,
        site_properties=properties,
    )
    try:
        check_distances(structure)
    except BuildError as error:
        line = None if error.atom is None else rows[error.atom]
        raise reader.error(error.problem, line) from None
    return [Parsed(structure, text, reader.lines[0].strip())]


class _Reader:
    """A cursor over the lines; row numbers are 0-based, messages 1-based.

    Args:
        text: The file's text.
        source: Its name.
    """

    def __init__(self, text: str, source: str) -> None:
        self.lines = text.splitlines()
        self.source = source
        self.at = 0
        while self.lines and not self.lines[0].strip() and not _is_scale(self.lines[1:2]):
            self.lines.pop(0)  # stray blank lines before the comment; an empty comment is one
            self.at -= 1
        self.dropped, self.at = -self.at, 0

    def error(self, problem: str, row: int | None) -> StructureParseError:
        """Return an error about a row.

        Args:
            problem: What is wrong.
            row: Which row, or None.
        """
        return StructureParseError(problem, self.source, None if row is None else row + self.dropped + 1)

    def line(self, row: int, what: str) -> str:
        """Return a line, or say that the file ends before it.

        Args:
            row: Which.
            what: What should stand there.
        """
        if row >= len(self.lines):
            raise self.error(f"the file ends where {what} should stand", len(self.lines))
        return self.lines[row].split("!")[0].split("#")[0]

    def numbers(self, row: int, count: int, what: str) -> list[float]:
        """Return the first numbers of a line.

        Args:
            row: Which line.
            count: How many.
            what: What they are.
        """
        line = self.line(row, what)
        words = line.split()
        if len(words) < count:
            words = re.sub(r"(?<=\d)-", " -", line).split()  # columns that run into each other
        try:
            values = [float(word) for word in words[:count]]
        except ValueError:
            values = []
        if len(values) < count or not np.isfinite(values).all():
            raise self.error(f"expected {count} {what}, found {line.strip()!r}", row)
        return values

    def lattice(self) -> tuple[FloatArray, Lattice]:
        """Return the scale factors of Cartesian coordinates, shape (3,), and the lattice."""
        words = self.line(1, "the scale factor").split()
        count = 3 if len(words) >= 3 and _is_scale([" ".join(words[:3])]) else 1  # noqa: PLR2004 - x, y, z
        scale = np.array(self.numbers(1, count, "scale factors" if count > 1 else "scale factor"))
        if (scale == 0).any() or (count == 3 and (scale < 0).any()):  # noqa: PLR2004
            raise self.error(f"the scale factor {words[0]} is not usable", 1)
        matrix = np.array([self.numbers(row, 3, "components of a cell vector") for row in (2, 3, 4)])
        if scale[0] < 0:
            volume = abs(float(np.linalg.det(matrix)))
            scale = np.array([(-scale[0] / volume) ** (1 / 3) if volume > 0 else 1.0])
        scale = np.broadcast_to(scale, (3,))
        try:
            return scale, lattice_of_matrix(matrix * scale)
        except BuildError as error:
            raise self.error(error.problem, 2) from None

    def species(self) -> tuple[list[str], list[int]]:
        """Return the symbols, none for VASP 4, and the counts; leave the cursor behind them."""
        self.at = 5
        words: list[str] = []
        while not _is_count(self.line(self.at, "element symbols or counts")):
            words += self.line(self.at, "").split()
            self.at += 1
            if self.at > 5 + 50:
                raise self.error("no line of atom counts follows the element symbols", 5)
        first = self.at
        counts: list[int] = []
        while self.at < len(self.lines) and _is_count(self.line(self.at, "")):
            counts += [int(word) for word in self.line(self.at, "").split()]
            self.at += 1
            if words and len(counts) >= len(words):
                break
        if words and len(words) != len(counts):
            raise self.error(f"{len(words)} element symbols but {len(counts)} counts", first)
        if not 0 < sum(counts) <= _MAX_ATOMS or min(counts) < 0:
            raise self.error(f"{sum(counts)} atoms is not a structure", first)
        return [self._symbol(word) for word in words], counts

    def _symbol(self, word: str) -> str:
        symbol = element_symbol(word.split("/", maxsplit=1)[0].split("_", maxsplit=1)[0])
        if symbol is None:
            raise self.error(f"unknown element {word!r}", 5)
        return symbol

    def mode(self) -> tuple[bool, bool]:
        """Return whether selective dynamics and Cartesian coordinates follow."""
        line = self.line(self.at, "'Direct' or 'Cartesian'").strip()
        selective = line[:1] in {"s", "S"}
        if selective:
            self.at += 1
            line = self.line(self.at, "'Direct' or 'Cartesian'").strip()
        if not line[:1].isalpha():
            raise self.error(f"expected 'Direct' or 'Cartesian', found {line!r}", self.at)
        self.at += 1
        return selective, line[0] in "cCkK"

    def rows(self, count: int) -> range:
        """Return the rows of the atoms and move behind them.

        Args:
            count: Number of atoms.
        """
        rows = range(self.at, self.at + count)
        present = sum(1 for row in rows if row < len(self.lines) and self.lines[row].strip())
        if present < count:
            raise self.error(f"{count} atoms are announced but only {present} follow", self.at + present)
        self.at += count
        return rows

    def names(self, symbols: list[str], counts: list[int], rows: range, *, column: int) -> list[str]:
        """Return one element per atom.

        Args:
            symbols: From the symbol line; empty for VASP 4.
            counts: Atoms of each.
            rows: Rows of the atoms.
            column: Where a symbol would stand behind the coordinates.
        """
        if not symbols:
            behind = [
                element_symbol(word)
                for row in rows
                for word in self.line(row, "").split()[column : column + 1]
            ]
            if len(behind) == len(rows) and None not in behind:
                return [name for name in behind if name is not None]
            words = [element_symbol(word) for word in self.lines[0].split()]
            symbols = [word for word in words if word is not None]
            if len(symbols) != len(counts) or None in words:
                raise self.error(
                    "no element symbols: this is a VASP 4 file; write a line with the symbols above the counts",
                    5,
                )
        return [symbol for symbol, count in zip(symbols, counts, strict=True) for _ in range(count)]

    def flags(self, row: int) -> list[bool]:
        """Return the three selective-dynamics flags of an atom.

        Args:
            row: Its row.
        """
        words = [word.strip(".").upper()[:1] for word in self.line(row, "flags").split()[3:6]]
        if len(words) < 3 or set(words) - {"T", "F"}:  # noqa: PLR2004 - x, y, z
            raise self.error("expected three flags T or F behind the coordinates", row)
        return [word == "T" for word in words]

    def velocities(self, count: int) -> list[object] | None:
        """Return the velocities that follow a blank line, if they do.

        Args:
            count: Number of atoms.
        """
        row = self.at
        if row < len(self.lines) and self.lines[row].strip()[:1] in {"L", "l"}:
            row += 8  # lattice velocities: headline, state, and two matrices
        while row < len(self.lines) and not self.lines[row].strip():
            row += 1
        head = self.lines[row].strip()[:1] if row < len(self.lines) else ""
        if head.isalpha():
            row += 1
        rows = range(row, row + count)
        if not head or any(r >= len(self.lines) or not _is_scale([self.lines[r]], 3) for r in rows):
            return None
        values = [self.numbers(r, 3, "velocities") for r in rows]
        return list(values) if np.any(values) else None


def _is_count(line: str) -> bool:
    words = line.split()
    return bool(words) and all(re.fullmatch(r"[+-]?\d{1,9}", word) for word in words)


def _is_scale(lines: list[str], count: int = 1) -> bool:
    """Whether a line begins with ``count`` numbers."""
    words = lines[0].split()[:count] if lines else []
    try:
        return len([float(word) for word in words]) == count
    except ValueError:
        return False
