"""Read a table of measured values: one line a value, with its unit and its source.

Columns: ``formula``, ``space_group`` (number or symbol), ``property``, ``value``, ``unit``; and, where known,
``uncertainty`` (1 σ), ``temperature_K``, ``source``, ``note``. A line that cannot be taken is reported with its
number and reason and never stops the others. Nothing here touches the database.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.properties import Method, Origin, PropertyEstimate, get_property
from nanoos_lab.store.search import reduce_formula, space_group_number

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDED = ("formula", "space_group", "property", "value", "unit")
OPTIONAL = ("uncertainty", "temperature_K", "source", "note")
LITERATURE = Method(name="literature")
"""The method of a measured value whose table names none."""


@dataclass(frozen=True)
class RejectedLine:
    """A line that could not be taken."""

    line: int
    """1-based, the header being line 1."""
    reason: str


@dataclass
class MeasuredTable:
    """What a table says, by phase."""

    estimates: dict[tuple[str, int], list[PropertyEstimate]] = field(default_factory=dict)
    """By reduced formula and space group number."""
    rejected: list[RejectedLine] = field(default_factory=list)


def read_measured(source: str | Path | bytes) -> MeasuredTable:
    """Read a table.

    Args:
        source: A path, or the text itself: bytes, or a string with a line break.

    Raises:
        InvalidInputError: It cannot be read, or its header lacks a column or has one too many.
    """
    text, name = _text_of(source)
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    _check_header([column.strip() for column in reader.fieldnames or ()], name)
    table = MeasuredTable()
    for cells in reader:
        line = reader.line_num
        if not any(_cell(cells, column) for column in NEEDED):
            continue
        try:
            phase, estimate = _read_line(cells)
        except (NanoOSError, ValidationError) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            table.rejected.append(RejectedLine(line, reason))
        else:
            table.estimates.setdefault(phase, []).append(estimate)
    return table


@lru_cache(maxsize=4)
def _read_file(path: Path, _changed: int) -> MeasuredTable:
    return read_measured(path)


def read_measured_file(path: Path) -> MeasuredTable:
    """Read a table file, from memory while the file has not changed; errors as for :func:`read_measured`."""
    try:
        return _read_file(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise InvalidInputError(f"the table {path} cannot be read: {error.strerror}") from error


def _text_of(source: str | Path | bytes) -> tuple[str, str]:
    try:
        if isinstance(source, bytes):
            return source.decode("utf-8-sig"), "<bytes>"
        if isinstance(source, str) and "\n" in source:
            return source, "<text>"
        return Path(source).read_text(encoding="utf-8-sig"), str(source)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"the table {source!s:.200} cannot be read: {error}") from error


def _check_header(columns: list[str], name: str) -> None:
    missing = [column for column in NEEDED if column not in columns]
    unknown = [column for column in columns if column not in (*NEEDED, *OPTIONAL)]
    if missing or unknown:
        problem = f"lacks {', '.join(missing)}" if missing else f"has unknown {', '.join(unknown)}"
        raise InvalidInputError(
            f"{name}: the header {problem}; columns are {', '.join(NEEDED)} and, where known, {', '.join(OPTIONAL)}"
        )


def _cell(cells: Mapping[str, str | None], column: str) -> str:
    return (cells.get(column) or "").strip()


def _read_line(cells: Mapping[str, str | None]) -> tuple[tuple[str, int], PropertyEstimate]:
    if None in cells:
        raise InvalidInputError("it has more cells than the header: quote texts that hold commas")
    entry = get_property(_cell(cells, "property"))
    unit = _cell(cells, "unit")
    if unit != entry.unit:
        raise InvalidInputError(
            f"{entry.name} is kept in {entry.unit!r}, not {unit!r}: convert value and unit"
        )
    uncertainty, temperature = _number(cells, "uncertainty"), _number(cells, "temperature_K")
    value = _number(cells, "value")
    if value is None:
        raise InvalidInputError("the value is missing")
    phase = reduce_formula(_cell(cells, "formula")), space_group_number(_cell(cells, "space_group"))
    return phase, PropertyEstimate(
        property=entry.name,
        value=value,
        unit=unit,
        uncertainty=uncertainty,
        uncertainty_kind="none" if uncertainty is None else "standard",
        origin=Origin.MEASURED,
        method=LITERATURE,
        conditions={} if temperature is None else {"temperature_K": temperature},
        source=_cell(cells, "source"),
        note=_cell(cells, "note"),
    )


def _number(cells: Mapping[str, str | None], column: str) -> float | None:
    text = _cell(cells, column)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInputError(f"{column} is not a number: {text!r}")
    return number
