"""Tables of structures: a CSV with a column of ids, of compositions, of paths or of structures as text."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = {
    "text": ("structure", "cif", "structure_cif", "cif_text", "poscar"),
    "path": ("path", "file", "filename", "file_name", "filepath", "cif_path", "cif_file"),
    "id": ("id", "structure_id", "nanoos_id", "name"),
    "composition": ("composition", "formula", "reduced_formula", "pretty_formula", "compound"),
}
"""What a column holds, by the names that people give it; the first kind that a table has counts."""
_LARGEST_CELL = 64 * 2**20
_ENDINGS = (".cif", ".vasp", ".poscar", ".xyz", ".json", ".cif.gz", ".extxyz", ".contcar", ".mcif")


def cells_of(path: Path, column: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield what each line of a table names, and of what kind it is.

    Args:
        path: The table.
        column: Its column; by default the first that :data:`KINDS` knows.

    Yields:
        ``text``, ``path``, ``id`` or ``composition``, and the cell without blanks around it.

    Raises:
        InvalidInputError: It cannot be read, or none of its columns names structures.
        UnknownNameError: It has no such column.
    """
    reader = _rows(path)
    header = [name.strip() for name in next(reader, [])]
    at, kind = _chosen(header, path, column)
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        cell = cells[at].strip() if at < len(cells) else ""
        yield kind or _kind_of(cell), cell


def count_lines(path: Path) -> int:
    """Return how many lines a table has below its header.

    Args:
        path: The table.
    """
    return max(sum(any(cell.strip() for cell in cells) for cells in _rows(path)) - 1, 0)


def _rows(path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST_CELL))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
    except FileNotFoundError:
        raise InvalidInputError(f"there is no file {str(path)!r}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(f"{path} cannot be read as a table: {error}") from None


def _chosen(header: list[str], path: Path, column: str | None) -> tuple[int, str]:
    """Return the place of the column, and its kind; the kind is empty where each cell has to tell."""
    if not any(header):
        raise InvalidInputError(f"{path} is empty: its first line names the columns")
    lower = [name.lower() for name in header]
    if column is not None:
        if column.lower() not in lower:
            raise UnknownNameError(f"column of {path.name}", column, header)
        at = lower.index(column.lower())
        return at, next((kind for kind, names in KINDS.items() if lower[at] in names and kind != "text"), "")
    for kind, names in KINDS.items():
        if found := [at for at, name in enumerate(lower) if name in names]:
            return found[0], kind if kind != "text" else ""
    known = ", ".join(name for names in KINDS.values() for name in names)
    raise InvalidInputError(
        f"{path} has the columns {', '.join(filter(None, header))}, and none of them names structures: say which "
        f"with column=..., or name one of them {known}"
    )


def _kind_of(cell: str) -> str:
    """Return the kind of a cell whose column does not tell."""
    if "\n" in cell:
        return "text"
    if cell.lower().endswith(_ENDINGS):
        return "path"
    return "id"
