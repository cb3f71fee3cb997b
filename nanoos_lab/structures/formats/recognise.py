"""Tell the format of a text by its content; the file's name only settles what the content leaves open."""

from __future__ import annotations

import re

FORMATS = ("cif", "poscar", "xyz", "extxyz", "json")
"""The formats that are read."""

_CIF_BLOCK = re.compile(r"^\s*data_", re.MULTILINE | re.IGNORECASE)
_CIF_TAG = re.compile(r"^\s*(?:loop_|_[A-Za-z]\w*[_.])", re.MULTILINE | re.IGNORECASE)
_EXTENDED = re.compile(r"(?:^|\s)(?:lattice|properties|pbc)\s*=", re.IGNORECASE)
_VECTOR_LINES = slice(2, 5)


def recognise(text: str, name: str = "") -> str | None:
    """Return the format of a text, or None if it is none that we know.

    Args:
        text: The content.
        name: File name, used only where the content is too damaged to tell.
    """
    if not text or text.isspace():
        return None
    if text.lstrip()[0] in "{[":
        return "json"
    block, tag = _CIF_BLOCK.search(text), _CIF_TAG.search(text)
    if block and tag:
        return "cif"
    return _of_lines(text) or ("cif" if block or tag else by_name(name))


def _of_lines(text: str) -> str | None:
    """Tell the formats apart whose first lines are numbers."""
    as_given, stripped = _head(text), _head(text.lstrip())
    if _is_poscar(as_given) or _is_poscar(stripped):
        return "poscar"
    if re.fullmatch(r"\s*\d+\s*", stripped[0]):
        return "extxyz" if len(stripped) > 1 and _EXTENDED.search(stripped[1]) else "xyz"
    return None


def _head(text: str) -> list[str]:
    return text[:4000].splitlines()[:8]


def by_name(name: str) -> str | None:
    """Return the format that a file name suggests, or None.

    Args:
        name: File name, with or without folders and ``.gz``.
    """
    base = re.split(r"[/\\]", name)[-1].lower().removesuffix(".gz")
    if re.match(r"poscar|contcar|posfile", base) or base.endswith((".poscar", ".vasp", ".contcar")):
        return "poscar"
    suffix = base.rpartition(".")[2]
    return {"cif": "cif", "mcif": "cif", "xyz": "xyz", "extxyz": "extxyz", "json": "json"}.get(suffix)


def _is_poscar(lines: list[str]) -> bool:
    """Whether line 2 is one to three numbers and lines 3 to 5 are three numbers each."""
    if len(lines) < 6:  # noqa: PLR2004 - comment, scale, three vectors, counts
        return False
    return _numbers(lines[1]) in {1, 3} and all(_numbers(line) >= 3 for line in lines[_VECTOR_LINES])  # noqa: PLR2004


def _numbers(line: str) -> int:
    count = 0
    for word in line.split():
        try:
            float(word)
        except ValueError:
            break
        count += 1
    return count
