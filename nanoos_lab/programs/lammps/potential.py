"""A potential as it was asked for: a file, a name of LAMMPS' own collection, or a pair style with coefficients.

What a person says ends up in LAMMPS' input, whose commands can start other programs; so every word is checked, and
files are linked into LAMMPS' folder under names of ours.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.programs.lammps.executable import potential_folders
from nanoos_lab.programs.lammps.formats import STYLES, Known, is_element, read_known, style_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[A-Za-z0-9_.+\-*/]{1,200}")
_STYLE = re.compile(r"[a-z][a-z0-9_/+\-]{0,60}")
_FORBIDDEN = ("python", "mliap", "kim", "plugin")
"""Styles that execute code of their files."""
_ELEMENTS = "{elements}"
_DEFAULT_LIBRARY = "library.meam"


class LinkedFile(NamedTuple):
    """A file that LAMMPS reads, and the name it has in LAMMPS' folder."""

    name: str
    path: Path


@dataclass(frozen=True)
class Potential:
    """What LAMMPS is told about the interaction."""

    label: str
    """Short, for methods and messages."""
    style: str
    """The arguments of pair_style."""
    coefficients: tuple[str, ...]
    """The arguments of each pair_coeff; :data:`_ELEMENTS` stands for the names of all elements in order."""
    files: tuple[LinkedFile, ...] = ()
    elements: frozenset[str] | None = None
    """Symbols it knows; None where it does not say, and then LAMMPS itself will."""
    cutoff: float = 12.0
    """Å."""
    known: Known | None = None
    names: tuple[tuple[str, str], ...] = ()
    """Names in the file for elements that it names otherwise."""

    def commands(self, symbols: Sequence[str]) -> list[str]:
        """Return LAMMPS' commands for a system.

        Args:
            symbols: Its elements; the first is type 1.
        """
        numbers = {symbol: str(k) for k, symbol in enumerate(symbols, 1)}
        named = " ".join(self.name_of(s) for s in symbols)
        lines = [f"pair_style {self.style}"]
        for line in self.coefficients:
            first, second, *rest = line.split()
            pair = (
                (first, second)
                if {first, second} <= {"*"}
                else tuple(numbers.get(w, w) for w in (first, second))
            )
            if any(is_element(w) for w in pair):
                continue  # of an element that is not there
            if "*" not in pair and int(pair[0]) > int(pair[1]):
                pair = pair[::-1]
            lines.append(f"pair_coeff {' '.join(pair)} {' '.join(rest)}".replace(_ELEMENTS, named))
        return lines

    def name_of(self, symbol: str) -> str:
        """Return what the file calls an element.

        Args:
            symbol: The element.
        """
        return dict(self.names).get(symbol, symbol)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file, by its own name."""
        return {f.path.name: file_digest(f.path) for f in self.files}

    def link_into(self, folder: Path) -> None:
        """Put the files where LAMMPS looks for them.

        Args:
            folder: LAMMPS' working folder.
        """
        for file in self.files:
            link = folder / file.name
            link.unlink(missing_ok=True)
            link.symlink_to(file.path)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; read again only where it has changed.

    Args:
        path: The file.
    """
    state = path.stat()
    return _digest(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _digest(path: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find_file(said: str) -> Path:
    """Return a potential file.

    Args:
        said: An absolute path, or a name in one of LAMMPS' potential folders.

    Raises:
        UnknownNameError: No such name; close ones are suggested.
        InvalidInputError: A relative path, or a path that is no file.
    """
    if "/" in said or said.startswith("~"):
        path = Path(said).expanduser()
        if not path.is_absolute():
            raise InvalidInputError(
                f"potential={said!r} is a relative path, which means another file elsewhere: say "
                f"{str(path.resolve())!r}"
            )
        if not path.is_file():
            raise InvalidInputError(f"the potential file {path} does not exist here")
        return path
    folders = potential_folders()
    for folder in folders:
        if (folder / said).is_file() and said not in {"", ".", ".."}:
            return folder / said
    known = {
        p.name for folder in folders for p in folder.iterdir() if any(p.name.endswith(e) for e in STYLES)
    }
    looked = ", ".join(map(str, folders)) or "no folder: set LAMMPS_POTENTIALS"
    hint = f"Looked in {looked}; an absolute path is taken too."
    raise UnknownNameError("potential file", said, known, hint)


def file_potential(
    said: str, *, style: str = "", library: str = "", names: Mapping[str, str] | None = None
) -> Potential:
    """Return the potential of a file.

    Args:
        said: Its path or name.
        style: Its pair style; empty where its name says it.
        library: Of a MEAM potential: its library file; by default ``library.meam`` beside it.
        names: What the file calls elements, where that is not their symbol.

    Raises:
        UnknownNameError: No such file.
        InvalidInputError: The file cannot be used; the message says why.
    """
    path = find_file(said)
    _check_style(style or "none")
    kind, other = style or style_of(path), dict(names or {})
    for name in other.values():
        _check_word(name)
    main = LinkedFile("potential-1", path)
    if kind == "meam":
        shelf = find_file(library) if library else path.with_name(_DEFAULT_LIBRARY)
        if not shelf.is_file():
            raise InvalidInputError(f"{path.name} needs its MEAM library: say library=, as no {shelf} exists")
        known, files = read_known(shelf, kind), [LinkedFile("potential-0", shelf), main]
        coefficients = f"* * potential-0 {_ELEMENTS} potential-1 {_ELEMENTS}"
    else:
        known, files = read_known(path, kind), [main]
        coefficients = "* * potential-1" + ("" if kind == "eam" else f" {_ELEMENTS}")
    elements = {n for n in known.names if is_element(n)} | {e for e, n in other.items() if n in known.names}
    return Potential(
        label=path.name,
        style=kind,
        coefficients=(coefficients,),
        files=tuple(files),
        elements=frozenset(elements),
        cutoff=known.cutoff,
        known=known,
        names=tuple(sorted(other.items())),
    )


def pair_potential(style: str, lines: Sequence[str]) -> Potential:
    """Return a potential of a pair style and its coefficients.

    Args:
        style: The arguments of pair_style, such as ``lj/cut 8.5``.
        lines: The arguments of each pair_coeff, with symbols of elements where LAMMPS has numbers of types, such as
            ``Cu Cu 0.409 2.338``; ``{elements}`` stands for all elements in order, and a word that is the absolute
            path of a file, or its name in LAMMPS' folders, for the file.

    Raises:
        InvalidInputError: A word could be something else than a coefficient.
    """
    words = [w for w in style.split(" ") if w]
    if not words:
        raise InvalidInputError("the potential is empty: name a file or a pair style")
    _check_style(words[0])
    for word in words[1:]:
        _check_word(word)
        _check_harmless(word)
    files: list[LinkedFile] = []
    kept = tuple(_coefficients(line, files) for line in lines)
    ends = [w for line in kept for w in line.split()[:2]]
    anything = any(line.split()[:2] == ["*", "*"] for line in kept)
    return Potential(
        label=words[0],
        style=" ".join(words),
        coefficients=kept,
        files=tuple(files),
        elements=None if anything else frozenset(w for w in ends if w != "*"),
    )


def _coefficients(line: str, files: list[LinkedFile]) -> str:
    """Check one line; files in it get names of ours."""
    words = line.split(" ")
    words = [w for w in words if w]
    if len(words) < 3:  # noqa: PLR2004 - two elements and at least one coefficient
        raise InvalidInputError(f"pair_coeff {line!r} must be two elements (or * *) and coefficients")
    for word in words[:2]:
        if word != "*" and not is_element(word):
            raise InvalidInputError(
                f"pair_coeff {line!r}: {word!r} is no element: say symbols, and not numbers of types, or *"
            )
    kept = words[:2]
    for word in words[2:]:
        if word == _ELEMENTS:
            kept.append(word)
        elif path := _as_file(word):
            files.append(LinkedFile(f"potential-{len(files) + 1}", path))
            kept.append(files[-1].name)
        else:
            _check_word(word)
            kept.append(word)
    return " ".join(kept)


def _as_file(word: str) -> Path | None:
    if word.startswith(("/", "~")):
        return find_file(word)
    if "." not in word or not _WORD.fullmatch(word) or "/" in word:
        return None
    return next((folder / word for folder in potential_folders() if (folder / word).is_file()), None)


def _check_word(word: str) -> None:
    if not _WORD.fullmatch(word):
        raise InvalidInputError(
            f"{word!r} cannot be a word of a potential: only letters, digits and _ . + - * / may stand there"
        )


def _check_style(word: str) -> None:
    if not _STYLE.fullmatch(word):
        raise InvalidInputError(f"{word!r} cannot be a pair style of LAMMPS")
    _check_harmless(word)


def _check_harmless(word: str) -> None:
    if any(part in word for part in _FORBIDDEN):
        raise InvalidInputError(f"the pair style {word!r} executes code of its files, and is not taken")


def check_words(text: str, what: str) -> str:
    """Return the words of an option, each checked.

    Args:
        text: The option.
        what: Its name, for messages.

    Raises:
        InvalidInputError: A word could be something else.
    """
    try:
        for word in text.split(" "):
            if word:
                _check_word(word)
    except InvalidInputError as error:
        raise InvalidInputError(f"{what}: {error}") from None
    return " ".join(text.split())
