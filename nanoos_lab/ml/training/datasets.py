"""Values to learn from in a table: one row a structure, by the path of its file or by an id, with its value."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.properties import get_property
from nanoos_lab.units import convert

if TYPE_CHECKING:
    from pathlib import Path

FILE_COLUMNS = ("file", "path", "structure", "cif", "id")
"""Names of the column that says which structure, the first that is there."""
UNIT_COLUMN = "unit"
_TOLD = 5


@dataclass(frozen=True)
class Line:
    """A row of a table."""

    number: int
    """In the file, the heading being 1."""
    structure: str
    """Path of its file, or an id."""
    value: float
    """In the property's unit."""


def read_table(path: Path, name: str, *, column: str = "", unit: str = "") -> list[Line]:
    """Read values of structures from a CSV file with a heading.

    Args:
        path: The file.
        name: The property.
        column: Of the values; by default the one named after the property, or ``value``.
        unit: Of the values, where a column ``unit`` does not say; by default the property's own.

    Raises:
        InvalidInputError: A column is missing, or values cannot be understood; the first few are named by line.

    Example:
        A file ``gaps.csv`` beside the structures::

            file,band_gap
            cifs/0001.cif,1.24
            cifs/0002.cif,0
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        columns = [c.strip() for c in reader.fieldnames or ()]
        reader.fieldnames = columns
        which = next((c for c in FILE_COLUMNS if c in columns), None)
        values = next((c for c in (column, name, "value") if c and c in columns), None)
        if which is None or values is None or (column and values != column):
            lacking = (
                f"structures ({', '.join(FILE_COLUMNS)})" if which is None else f"values ({column or name})"
            )
            raise InvalidInputError(
                f"{path.name} has the columns {', '.join(columns) or 'none'}, and none of {lacking}: name the column "
                f"of the files 'file' and the one of the values {name!r}"
            )
        rows = list(enumerate(reader, start=2))
    found: list[Line] = []
    problems: list[str] = []
    for number, row in rows:
        try:
            found.append(Line(number, (row[which] or "").strip(), _value(row, values, name, unit)))
        except (ValueError, TypeError) as error:
            problems.append(f"line {number}: {error}")
    if problems or not found:
        more = f" and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
        raise InvalidInputError(f"{path.name}: {'; '.join(problems[:_TOLD]) or 'it holds no rows'}{more}")
    return found


def _value(row: dict[str, str], column: str, name: str, unit: str) -> float:
    text, kept = (row[column] or "").strip(), get_property(name).unit
    try:
        number = float(text)
    except ValueError:
        raise InvalidInputError(f"{column} is {text!r}, which is no number") from None
    if not math.isfinite(number):
        raise InvalidInputError(f"{column} is {text}, which is no value to learn")
    given = (row.get(UNIT_COLUMN) or "").strip() or unit or kept
    return number if given == kept else float(convert(number, given, kept))
