"""Read a table of measured values: one line a value, with its unit and its source.

A value is of a material, named by ``formula`` and ``space_group`` (number or symbol), or of a ``sample``, named by its
label; then come ``property`` and ``value``, and, where known, ``unit``, ``uncertainty`` (1 σ), ``method``, ``source``,
``note`` and conditions: columns such as ``temperature_K`` or ``pressure_kbar``, whose name ends in the unit, or
``temperature`` with the unit in each cell. Any unit that can be converted is taken. A line that cannot be taken is
reported with its number and reason and never stops the others. Nothing here touches the database.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.conditions import condition_of
from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.properties import PropertyEstimate, get_property
from nanoos_lab.stating import LITERATURE, state
from nanoos_lab.store.search import reduce_formula, space_group_number
from nanoos_lab.units import parse_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDED = ("property", "value")
SUBJECT = ("formula", "space_group")
OPTIONAL = ("sample", "unit", "uncertainty", "method", "source", "note")
EXAMPLES = ("temperature_K", "pressure_GPa", "temperature")
_PLAIN = frozenset({*NEEDED, *SUBJECT, *OPTIONAL})
Phase = tuple[str, int]
"""Reduced formula and space group number."""


@dataclass(frozen=True)
class RejectedLine:
    """A line that could not be taken."""

    line: int
    """1-based, the header being line 1."""
    reason: str


@dataclass(frozen=True)
class SampleLine:
    """What a line says of a sample."""

    line: int
    sample: str
    """What its label says."""
    phase: Phase | None
    """What it is of, where the line says it."""
    estimate: PropertyEstimate


@dataclass
class MeasuredTable:
    """What a table says, by phase."""

    estimates: dict[Phase, list[PropertyEstimate]] = field(default_factory=dict)
    """By reduced formula and space group number; without those of samples."""
    of_samples: list[SampleLine] = field(default_factory=list)
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
        if not any(_cell(cells, column) for column in (*SUBJECT, *NEEDED, "sample")):
            continue
        try:
            sample, phase, estimate = _read_line(cells)
        except NanoOSError as error:
            table.rejected.append(RejectedLine(line, str(error)))
            continue
        if sample:
            table.of_samples.append(SampleLine(line, sample, phase, estimate))
        elif phase is not None:
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
    known = (*NEEDED, *SUBJECT, *OPTIONAL)
    needed = NEEDED if "sample" in columns else (*SUBJECT, *NEEDED)
    missing = [column for column in needed if column not in columns]
    unknown = [column for column in columns if column not in known and condition_of(column) is None]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if missing or unknown or twice:
        problem = f"has unknown {', '.join(unknown)}" if unknown else f"has {', '.join(twice)} twice"
        problem = f"lacks {', '.join(missing)}" if missing else problem
        raise InvalidInputError(
            f"{name}: the header {problem}; columns are {', '.join((*SUBJECT, *NEEDED))} and, where known, "
            f"{', '.join(OPTIONAL)}, and conditions such as {', '.join(EXAMPLES)}"
        )


def _cell(cells: Mapping[str, str | None], column: str) -> str:
    return (cells.get(column) or "").strip()


def _read_line(cells: Mapping[str, str | None]) -> tuple[str, Phase | None, PropertyEstimate]:
    if None in cells:
        raise InvalidInputError("it has more cells than the header: quote texts that hold commas")
    entry, value, unit = get_property(_cell(cells, "property")), _cell(cells, "value"), _cell(cells, "unit")
    if not value:
        raise InvalidInputError("the value is missing")
    if entry.unit and not unit and not parse_quantity(value).unit:
        raise InvalidInputError(f"the unit is missing: {entry.name} is kept in {entry.unit}")
    conditions = {
        column: _cell(cells, column) for column in cells if column not in _PLAIN and _cell(cells, column)
    }
    estimate = state(
        entry.name, value, _cell(cells, "uncertainty") or None, unit=unit or None,
        method=_cell(cells, "method") or LITERATURE, conditions=conditions, source=_cell(cells, "source"),
        note=_cell(cells, "note"),
    )  # fmt: skip
    sample, said = _cell(cells, "sample"), [_cell(cells, column) for column in SUBJECT]
    unsaid = sample and not any(said)
    phase = None if unsaid else (reduce_formula(said[0]), space_group_number(said[1]))
    if not isinstance(estimate, PropertyEstimate):
        raise InvalidInputError(f"{entry.name} is an array: record it with lab.record")
    return sample, phase, estimate
