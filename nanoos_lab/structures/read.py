r"""Read structures from files, texts and bytes, whatever their format is.

Example:
    >>> read_structure("2\n\nH 0 0 0\nH 0 0 0.74\n").structure.composition.reduced_formula
    'H2'
"""

from __future__ import annotations

import codecs
import os
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, StructureParseError, UnknownNameError
from nanoos_lab.structures.formats.recognise import FORMATS, by_name, recognise

if TYPE_CHECKING:
    from types import ModuleType

    from pymatgen.core.structure import Molecule, Structure

_MODULES = {"cif": "cif", "poscar": "poscar", "xyz": "xyz", "extxyz": "xyz", "json": "pymatgen_json"}
_GZIP = b"\x1f\x8b"
MAX_BYTES = 512 * 2**20
"""A structure file, unpacked, is smaller than this."""


@dataclass(frozen=True)
class ParsedStructure:
    """A structure with the text that it was read from."""

    structure: Structure | Molecule
    text: str
    """The original text: the whole file, or this structure's block or frame of it."""
    format: str
    """``cif``, ``poscar``, ``xyz``, ``extxyz`` or ``json``."""
    name: str
    """File name, or what the text calls it; never empty."""
    index: int
    """Place in its file, from 0."""


def read_structures(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    format: str | None = None,  # noqa: A002 - the word
) -> list[ParsedStructure]:
    """Return all structures of a file, text or bytes, in order.

    Args:
        source: A path; or a text, which a string with a line break is; or the bytes of a file, gzipped or not.
        name: What to call it in messages and results, for texts and bytes.
        format: One of ``cif``, ``poscar``, ``xyz``, ``extxyz``, ``json``; recognised by content if left out.

    Returns:
        At least one structure; a block or frame that is wrong is an error, never left out.

    Raises:
        StructureParseError: With file, line where known, and what was wrong.
        UnknownNameError: No such format.
    """
    if format is not None and format not in _MODULES:
        raise UnknownNameError("structure format", format, FORMATS)
    text, where, called = _text_of(source, name)
    if not text or text.isspace():
        raise StructureParseError("the text is empty", where)
    kind = format or recognise(text, where)
    if kind is None:
        raise StructureParseError("this is no CIF, POSCAR, XYZ or pymatgen JSON", where)
    module = _module(kind)
    try:
        found = module.parse(text, where)
    except StructureParseError as error:
        raise _explained(error, text, format, where) from None
    return [
        ParsedStructure(
            item.structure, item.text, kind, called or item.title or _formula(item.structure), index
        )
        for index, item in enumerate(found)
    ]


def read_structure(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    format: str | None = None,  # noqa: A002 - the word
) -> ParsedStructure:
    """Return the only structure of a file, text or bytes.

    Args:
        source: As in :func:`read_structures`.
        name: What to call it.
        format: As in :func:`read_structures`.

    Raises:
        StructureParseError: It cannot be read, or holds several structures.
    """
    found = read_structures(source, name=name, format=format)
    if len(found) > 1:
        raise StructureParseError(
            f"holds {len(found)} structures; read_structures() returns them all", _text_of_name(source, name)
        )
    return found[0]


def _text_of_name(source: str | Path | bytes, name: str | None) -> str:
    if name:
        return name
    is_text = isinstance(source, bytes) or (isinstance(source, str) and "\n" in source)
    return "<text>" if is_text else str(source)


def _text_of(source: str | Path | bytes, name: str | None) -> tuple[str, str, str]:
    """Return the text, its name for messages, and its name for people, which may be empty."""
    where = _text_of_name(source, name)
    if isinstance(source, bytes):
        return _decode(source, where), where, name or ""
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        return source.removeprefix("\ufeff"), where, name or ""
    if not isinstance(source, str | Path):
        raise InvalidInputError(
            f"a structure is read from a path, text or bytes, not {type(source).__name__}"
        )
    return _decode(_file_bytes(source, where), where), where, name or os.path.basename(source)  # noqa: PTH119 - as below


def _file_bytes(source: str | Path, where: str) -> bytes:
    if not str(source).strip():
        raise StructureParseError("the text is empty", where if where.strip() else "<text>")
    path = os.path.expanduser(source) if "\0" not in str(source) else "\ufffd"  # noqa: PTH111 - five times as fast
    try:
        return _whole(os.open(path, os.O_RDONLY), where)
    except FileNotFoundError:
        raise StructureParseError("there is no such file", where) from None
    except IsADirectoryError:
        raise StructureParseError("is a folder: give its files", where) from None
    except OSError as error:
        raise StructureParseError(f"cannot be read: {error.strerror or error}", where) from None


def _whole(descriptor: int, where: str) -> bytes:
    """Return what an open file holds, by few calls: beside busy threads each one waits."""
    try:
        size = os.fstat(descriptor).st_size
        if size > MAX_BYTES:
            raise StructureParseError(f"larger than {MAX_BYTES >> 20} MiB", where)
        parts = [os.read(descriptor, size + 1)]
        while parts[-1] and sum(map(len, parts)) != size:
            parts.append(os.read(descriptor, MAX_BYTES))
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _decode(data: bytes, where: str) -> str:
    if data.startswith(_GZIP):
        data = _unzip(data, where)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in data:
        raise StructureParseError(
            "not a text file (it has zero bytes): binary, or UTF-16 without its mark", where
        )
    else:
        data = data.removeprefix(codecs.BOM_UTF8)
        encodings = ("utf-8", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StructureParseError(f"the bytes are no text in {' or '.join(encodings)}", where)


def _unzip(data: bytes, where: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise StructureParseError(f"a damaged gzip file: {error}", where) from None
    if not unpacker.eof:
        what = (
            f"larger than {MAX_BYTES >> 20} MiB"
            if unpacker.unconsumed_tail
            else "a gzip file that ends early"
        )
        raise StructureParseError(what, where)
    return text


@cache
def _module(kind: str) -> ModuleType:
    return import_module(f"nanoos_lab.structures.formats.{_MODULES[kind]}")


def _explained(error: StructureParseError, text: str, given: str | None, where: str) -> StructureParseError:
    """Add the format that the content looks like where the caller or the file name says another."""
    seen, said = recognise(text), given or by_name(where)
    if said is None or seen is None or seen == said or {seen, said} <= {"xyz", "extxyz"}:
        return error
    problem = f"{error.problem} (the content looks like {seen}, not {said})"
    return StructureParseError(problem, error.source, error.line)


def _formula(structure: Any) -> str:  # noqa: ANN401 - pymatgen structure or molecule
    return str(structure.composition.reduced_formula)
