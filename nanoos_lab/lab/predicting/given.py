"""From what a person gives to a stream of lines: files, folders, tables, ids, records, objects, compositions.

Nothing is read before its turn comes, so that ten thousand files need no more memory than one piece of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import AmbiguousIdError, InvalidInputError, NanoOSError, UnknownNameError
from nanoos_lab.lab import sources
from nanoos_lab.lab.predicting.columns import cells_of, count_lines
from nanoos_lab.lab.predicting.compositions import lines_of_composition
from nanoos_lab.lab.predicting.rows import Asked
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.lab.runs import Run

if TYPE_CHECKING:
    from nanoos_lab.lab.workspace import Workspace

TABLES = (".csv", ".tsv")
_ID_CHARS = 12


@dataclass(frozen=True)
class Given:
    """All that was asked."""

    lines: Iterator[Asked]
    """Made as they are taken."""
    total: int | None
    """How many there will be, where that is known; a file may hold several structures."""


def lines_of(
    lab: Workspace, structures: Any, compositions: str | Iterable[str] | None = None, column: str | None = None  # noqa: ANN401
) -> Given:  # fmt: skip
    """Return what was asked as lines.

    Args:
        lab: The lab.
        structures: A record, a run that made one, an id or name, a structure file, a folder, a table with the ending
            ``.csv`` or ``.tsv``, a text, a pymatgen or ASE object, or any number of these.
        compositions: Formulas.
        column: The table's column that names the structures.

    Raises:
        InvalidInputError: Nothing was asked, or a table or folder cannot be read at all.
        UnknownNameError: One word was given, and it is no id, no name and no file.
    """
    if (structures is None) == (compositions is None):
        raise InvalidInputError(
            "give structures (records, ids, files, a folder, a table) or compositions=[...], one of the two"
        )
    if compositions is not None:
        formulas = [compositions] if isinstance(compositions, str) else list(compositions)
        return Given(_of_compositions(lab, formulas), len(formulas))
    one = (
        not isinstance(structures, Iterable)
        or isinstance(structures, (str, bytes, Path))
        or _is_object(structures)
    )
    if one and _is_path(structures) and not _is_name(lab, structures):
        return _of_path(lab, Path(structures).expanduser(), column)
    if column is not None:
        raise InvalidInputError(f"column={column!r} belongs to a table: give the path of a .csv file with it")
    if one:
        return Given(_numbered(_of_item(lab, structures, strict=True)), 1)
    total = len(structures) if hasattr(structures, "__len__") else None
    return Given(_numbered(line for item in structures for line in _of_item(lab, item)), total)


def _numbered(lines: Iterable[Asked]) -> Iterator[Asked]:
    for number, line in enumerate(lines, 1):
        yield replace(line, number=number)


def _is_object(item: object) -> bool:
    """Return whether something is one structure, although its sites can be counted."""
    return (
        isinstance(item, (StructureRecord, Run, Mapping))
        or hasattr(item, "sites")
        or hasattr(item, "get_positions")
    )


def _is_path(item: object) -> bool:
    """Return whether something reads like a path: a word of a lab is one only where nothing in the lab has it."""
    if isinstance(item, Path):
        return True
    return isinstance(item, str) and "\n" not in item and bool(item.strip())


def _is_file_word(word: str) -> bool:
    name = os.path.basename(word)  # noqa: PTH119 - for each of ten thousand
    return name.lower().endswith(sources.STRUCTURE_ENDINGS) or name.upper().startswith(
        sources.STRUCTURE_NAMES
    )


def _is_name(lab: Workspace, word: str | Path) -> bool:
    """Return whether a word names a record of the lab; then a file of the same name must be given as a Path."""
    if isinstance(word, Path) or _is_file_word(word) or word.lower().endswith(TABLES):
        return False
    try:
        lab.structure(word)
    except AmbiguousIdError:
        return True
    except UnknownNameError:
        if Path(word).expanduser().exists():
            return False
        raise UnknownNameError(
            "structure, file or folder", word,
            hint=f"Give an id, a name or a path; for a composition say compositions=[{word!r}].",
        ) from None  # fmt: skip
    return True


def _of_path(lab: Workspace, path: Path, column: str | None) -> Given:
    if path.suffix.lower() in TABLES:
        return Given(_of_table(lab, path, column), count_lines(path))
    if column is not None:
        raise InvalidInputError(
            f"column={column!r} belongs to a table, and {path} is none (*{', *'.join(TABLES)})"
        )
    if path.is_dir():
        files = list(sources.files_of(path))
        return Given(
            _numbered(
                line for file in files for line in _of_file(file, str(file.relative_to(path)), there=True)
            ),
            len(files),
        )
    found = sources.collect(path).parsed
    return Given(_numbered(Asked(0, _label(path, p.index), given=p) for p in found), len(found))


def _label(path: str | Path, index: int) -> str:
    return f"{path} #{index + 1}" if index else str(path)


def _of_file(path: str | Path, label: str, *, there: bool = False) -> Iterator[Asked]:
    """Yield the structures of a file; one that is known to be there is not looked for first."""
    try:
        for parsed in sources.read_file(path) if there else sources.collect(path).parsed:
            yield Asked(0, _label(label, parsed.index), given=parsed)
    except NanoOSError as error:
        yield Asked(0, label, given=sources.Problem(label, sources.reason_of(error)))


def _of_item(lab: Workspace, item: Any, *, strict: bool = False) -> Iterator[Asked]:  # noqa: ANN401
    """Yield what one thing of a list stands for."""
    if isinstance(item, StructureRecord):
        yield Asked(0, item.name, known=item.id)
    elif isinstance(item, Run):
        record = lab.structure(item)
        yield Asked(0, record.name, known=record.id)
    elif isinstance(item, Path) or (isinstance(item, str) and "\n" not in item and _is_file_word(item)):
        yield from _of_file(item, str(item))
    elif isinstance(item, str) and "\n" not in item:
        yield Asked(0, item, known=lab.structure(item).id) if strict else Asked(0, item, name=item)
    else:
        label = "text" if isinstance(item, (str, bytes)) else type(item).__name__
        try:
            for parsed in sources.collect(item).parsed:
                yield Asked(0, _label(parsed.name, parsed.index), given=parsed)
        except NanoOSError as error:
            if strict:
                raise
            yield Asked(0, label, given=sources.Problem(label, sources.reason_of(error)))


def _of_compositions(lab: Workspace, formulas: Iterable[str]) -> Iterator[Asked]:
    for number, formula in enumerate(formulas, 1):
        yield from lines_of_composition(lab, number, str(formula))


def _of_table(lab: Workspace, path: Path, column: str | None) -> Iterator[Asked]:
    for number, (kind, cell) in enumerate(cells_of(path, column), 1):
        label = cell if len(cell) <= 200 and "\n" not in cell else f"line {number}"  # noqa: PLR2004 - a label is a line
        if not cell:
            yield Asked(number, label, given=sources.Problem(f"line {number}", "the cell is empty"))
        elif kind == "composition":
            yield from lines_of_composition(lab, number, cell)
        elif kind == "id":
            yield Asked(number, label, name=cell)
        elif kind == "path":
            for line in _of_file(path.parent / Path(cell).expanduser(), label):
                yield replace(line, number=number)
        else:
            for line in _of_item(lab, cell if "\n" in cell else cell + "\n"):
                yield replace(line, number=number, source=f"line {number}")
