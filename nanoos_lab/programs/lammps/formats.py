"""What the potential files of LAMMPS say about themselves: style, elements, cutoff, units.

Source: https://docs.lammps.org/pair_eam.html, pair_tersoff.html, pair_sw.html, pair_meam.html (formats).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from ase.data import atomic_numbers, chemical_symbols

from nanoos_lab.errors import InvalidInputError, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

STYLES = {
    ".eam.alloy": "eam/alloy",
    ".eam.fs": "eam/fs",
    ".eam.he": "eam/he",
    ".eam": "eam",
    ".setfl": "eam/alloy",
    ".adp": "adp",
    ".tersoff": "tersoff",
    ".tersoff.mod": "tersoff/mod",
    ".tersoff.modc": "tersoff/mod/c",
    ".tersoff.zbl": "tersoff/zbl",
    ".sw": "sw",
    ".sw.mod": "sw/mod",
    ".vashishta": "vashishta",
    ".gw": "gw",
    ".gw.zbl": "gw/zbl",
    ".edip": "edip/multi",
    ".meam": "meam",
}
"""Pair styles by the end of a file's name."""
UNITS = "metal"
_UNITS = re.compile(r"UNITS:\s*(\w+)")
_SYMBOLS = frozenset(chemical_symbols[1:])
_WIDEST = 12.0
"""Å; a cutoff that no potential exceeds, where the file does not say it."""
_MOST_BYTES = 200_000_000


@dataclass(frozen=True)
class Known:
    """What a potential file knows."""

    style: str
    names: tuple[str, ...]
    """Its names of elements, in its order."""
    cutoff: float = _WIDEST
    """Å."""
    triples: frozenset[tuple[str, str, str]] | None = None
    """Of a three-body potential: for which triples it has parameters."""

    def missing(self, names: Collection[str]) -> tuple[str, ...] | None:
        """Return a combination of names that the file has no parameters for, or None.

        Args:
            names: The file's names of the elements in question.
        """
        if self.triples is None:
            return None
        return next((t for t in product(sorted(set(names)), repeat=3) if t not in self.triples), None)


def style_of(path: Path) -> str:
    """Return the pair style that a file's name says.

    Args:
        path: The file.

    Raises:
        InvalidInputError: The name does not say it.
    """
    name = path.name.lower()
    fitting = [end for end in STYLES if name.endswith(end)]
    if not fitting:
        known = ", ".join(STYLES)
        raise InvalidInputError(
            f"what kind of potential {path.name} is does not follow from its name: say style= (LAMMPS' pair style), "
            f"or name the file with one of {known}"
        )
    return STYLES[max(fitting, key=len)]


def read_known(path: Path, style: str = "") -> Known:
    """Read what a potential file knows.

    Args:
        path: The file.
        style: Its pair style; empty where the name says it.

    Raises:
        InvalidInputError: The file is not of its style, or in other units.
    """
    kind = style or style_of(path)
    text = _text(path)
    lines = text.splitlines()
    units = _UNITS.search(lines[0]) if lines else None
    if units and units[1] != UNITS:
        raise InvalidInputError(
            f"{path.name} is in LAMMPS' units {units[1]!r}, and only {UNITS!r} (eV, Å) is read: "
            "convert the file, or use a potential in metal units"
        )
    reader = _READERS.get(kind)
    if reader is None:
        raise InvalidInputError(
            f"which elements a file of the style {kind!r} knows is not read{suggest(kind, _READERS)}; "
            "say the potential as a pair style with its pair_coeff lines instead"
        )
    try:
        return reader(kind, lines)
    except (ValueError, IndexError, KeyError) as error:
        raise InvalidInputError(f"{path} is not a potential file of the style {kind!r}: {error}") from None


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise InvalidInputError(f"{path} has {size / 1e6:.0f} MB: that is no potential file")
    return path.read_text(encoding="utf-8", errors="replace")


def _setfl(style: str, lines: list[str]) -> Known:
    """Read the head of a DYNAMO setfl file: its fourth line has the elements, the fifth ends with the cutoff."""
    words = lines[3].split()
    count, names = int(words[0]), tuple(words[1:])
    if count != len(names) or not names:
        msg = f"its fourth line says {count} elements and names {len(names)}"
        raise ValueError(msg)
    return Known(style, _checked(names), float(lines[4].split()[4]))


def _funcfl(style: str, lines: list[str]) -> Known:
    """Read the head of a DYNAMO funcfl file: its second line starts with the atomic number."""
    number = int(lines[1].split()[0])
    if not 0 < number < len(chemical_symbols):
        msg = f"its second line says the atomic number {number}"
        raise ValueError(msg)
    return Known(style, (chemical_symbols[number],), float(lines[2].split()[4]))


def _three_body(style: str, lines: list[str]) -> Known:
    """Read for which triples there are parameters: three names before each set of numbers."""
    words = " ".join(line.partition("#")[0] for line in lines if not line.startswith("DATE:")).split()
    triples = frozenset(
        (words[k], words[k + 1], words[k + 2])
        for k in range(len(words) - 2)
        if all(_is_name(w) for w in words[k : k + 3]) and (k == 0 or not _is_name(words[k - 1]))
    )
    names = tuple(dict.fromkeys(t[0] for t in sorted(triples) if t[0] == t[1] == t[2]))
    if not names:
        msg = "it has no parameters of three equal atoms"
        raise ValueError(msg)
    return Known(style, names, triples=triples)


def _meam(style: str, lines: list[str]) -> Known:
    """Read the names of a MEAM library: quoted, at the head of each entry."""
    found = (re.match(r"\s*'(\w+)'\s+'\w+'", line) for line in lines)
    names = tuple(dict.fromkeys(m[1] for m in found if m))
    if not names:
        msg = "it is no MEAM library: its entries begin with a quoted name and lattice"
        raise ValueError(msg)
    return Known(style, names)


def _is_name(word: str) -> bool:
    return word[0].isalpha() and word.lower() not in {"nan", "inf"}


def _checked(names: tuple[str, ...]) -> tuple[str, ...]:
    strange = [n for n in names if n not in atomic_numbers]
    if strange:
        msg = f"{strange[0]!r} is no element"
        raise ValueError(msg)
    return names


_READERS: dict[str, Callable[[str, list[str]], Known]] = {
    **dict.fromkeys(("eam/alloy", "eam/fs", "eam/he", "adp"), _setfl),
    "eam": _funcfl,
    **dict.fromkeys(
        ("tersoff", "tersoff/mod", "tersoff/mod/c", "tersoff/zbl", "sw", "sw/mod", "vashishta", "gw", "gw/zbl",
         "edip", "edip/multi"),
        _three_body,
    ),
    "meam": _meam,
}  # fmt: skip


def is_element(symbol: str) -> bool:
    """Return whether a word is the symbol of an element.

    Args:
        symbol: The word.
    """
    return symbol in _SYMBOLS
