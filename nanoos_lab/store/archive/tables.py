"""What an archive holds: its tables, their columns, and what each column may say.

Format 1 has no models. An archive without any is still written in it, so that older versions read it too.

The columns are written out here and not taken from the schema, because an archive outlives many schemas. A row
names no project: it belongs to the one that it is imported into.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, String

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.foreign_json import loads
from nanoos_lab.store import schema
from nanoos_lab.store.vectors import VectorType

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 2
"""Version of the archive's format, in its manifest, where it holds models."""
FIRST = 1
"""Version of an archive without models."""


@dataclass(frozen=True)
class Kind:
    """A kind of record in an archive."""

    name: str
    """Of its table, and of the member ``tables/<name>.jsonl``."""
    table: type[schema.Base]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    """What makes a row one of a kind in its archive."""
    references: Mapping[str, str]
    """The kind of record that a column names by its id."""


def _kind(table: type[schema.Base], columns: str, key: str = "id", **references: str) -> Kind:
    return Kind(table.__tablename__, table, tuple(columns.split()), tuple(key.split()), references)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(schema.MaterialRow, "id phase_key reduced_formula name notes created_at"),
        _kind(
            schema.RunRow,
            "id parent_id task task_version task_reference params identity key active_key state profile executor "
            "priority resources retry attempt cancel_requested label author created_at started_at finished_at summary "
            "messages converged error",
            parent_id="run",
        ),
        _kind(
            schema.StructureRow,
            "id material_id name digest record_key original_format original_name parent_id run_id author created_at "
            "notes description content original_text",
            material_id="material",
            parent_id="structure",
            run_id="run",
        ),
        _kind(schema.TagRow, "structure_id tag", "structure_id tag", structure_id="structure"),
        _kind(
            schema.RunInputRow,
            "run_id name position structure_id",
            "run_id name position",
            run_id="run",
            structure_id="structure",
        ),
        _kind(
            schema.AttemptRow,
            "run_id number executor job_id worker created_at started_at finished_at ended reason usage",
            "run_id number",
            run_id="run",
        ),
        _kind(schema.BatchRow, "id task label author created_at"),
        _kind(
            schema.BatchRunRow,
            "batch_id position run_id reused",
            "batch_id position",
            batch_id="batch",
            run_id="run",
        ),
        _kind(
            schema.SampleRow,
            "id name material_id structure_id parent_id synthesis notes author created_at",
            material_id="material",
            structure_id="structure",
            parent_id="sample",
        ),
        _kind(
            schema.ArtifactRow,
            "id run_id sample_id name sha256 size created_at purged_at",
            run_id="run",
            sample_id="sample",
        ),
        _kind(
            schema.ModelRow,
            "id name version architecture targets base run_id artifact_id active retired_at synthetic author "
            "created_at metrics",
            run_id="run",
            artifact_id="artifact",
        ),
        _kind(
            schema.PropertyValueRow,
            "id material_id structure_id sample_id run_id property value artifact_id shape unit uncertainty "
            "uncertainty_kind origin method_name method_version method_recipe converged in_domain synthetic "
            "conditions source note author created_at",
            material_id="material",
            structure_id="structure",
            sample_id="sample",
            run_id="run",
            artifact_id="artifact",
        ),
        _kind(
            schema.EmbeddingRow,
            "model version structure_id created_at vector",
            "model version structure_id",
            structure_id="structure",
        ),
        _kind(schema.EventRow, "id at author kind subject_id data"),
    )
}
"""In this order in an archive and on their way in: a row comes after those it names."""

SINCE = {"model": 2}
"""Formats before this have no such table."""


def kinds_of(version: int) -> dict[str, Kind]:
    """Return the kinds of records that an archive of a format has.

    Args:
        version: The format.
    """
    return {name: kind for name, kind in KINDS.items() if SINCE.get(name, FIRST) <= version}


_LISTS: dict[str, type] = {"messages": str, "shape": int, "targets": str}
_VECTOR_TEXT = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


def read_line(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line, refusing what a database cannot keep.

    Args:
        line: One line of a table.

    Raises:
        InvalidInputError: It is no JSON object, or holds a number that is not finite, a NUL or a lone surrogate.
    """
    try:
        text = line.decode("utf-8")
        row = loads(text, "it", parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once)
        if "\\u" in text:
            _check_characters(row)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"it is not a line of plain JSON: {error}") from None
    if not isinstance(row, dict):
        raise InvalidInputError(f"it is not a JSON object but {type(row).__name__}")
    return row


def check_row(kind: Kind, row: dict[str, Any]) -> None:
    """Refuse a row that has other columns than its kind, or a value that its column cannot hold.

    Args:
        kind: The kind of record.
        row: As read from a line; integers in columns of floats become floats.

    Raises:
        InvalidInputError: The message names the column.
    """
    if unknown := sorted(row.keys() - set(kind.columns)):
        raise InvalidInputError(f"it has a column {unknown[0]!r}, which {kind.name} has not")
    if missing := [name for name in kind.columns if name not in row]:
        raise InvalidInputError(f"it has no column {missing[0]!r}")
    for name in kind.columns:
        column = kind.table.__table__.c[name]
        value = row[name]
        if value is None:
            if not column.nullable:
                raise InvalidInputError(f"its {name} is empty")
            continue
        if isinstance(column.type, Float) and isinstance(value, int) and not isinstance(value, bool):
            row[name] = value = _finite(str(value))
        if problem := _problem(kind, name, column.type, value):
            raise InvalidInputError(f"its {name} {problem}")


def _problem(kind: Kind, name: str, column: Any, value: Any) -> str:  # noqa: ANN401, PLR0911 - one line per type
    """Return what is wrong with a value, or an empty text."""
    fits: object
    if name == "id" or name in kind.references:
        width = 20 if kind.name == "event" else 12
        fits = isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{width}}}", value)
        return "" if fits else f"is not an id of {width} hexadecimal characters: {value!r:.60}"
    if isinstance(column, VectorType):
        fits = isinstance(value, str) and _VECTOR_TEXT.fullmatch(value)
        return "" if fits else "is not a text of base64"
    if isinstance(column, JSON):
        return _json_problem(name, value)
    if isinstance(column, Boolean):
        return "" if isinstance(value, bool) else f"is neither true nor false: {value!r:.60}"
    if isinstance(column, Float):
        return "" if isinstance(value, float) else f"is no number: {value!r:.60}"
    if isinstance(column, Integer):
        large = 2**32 if isinstance(column, BigInteger) else 1
        fits = type(value) is int and _SMALLEST * large <= value <= _LARGEST * large
        return "" if fits else f"is no such integer: {value!r:.60}"
    if not isinstance(value, str):
        return f"is no text: {value!r:.60}"
    most = column.length if isinstance(column, String) else None
    return "" if most is None or len(value) <= most else f"has {len(value)} characters; it may have {most}"


def _json_problem(name: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    if name not in _LISTS:
        return "" if isinstance(value, dict) else f"is no JSON object: {value!r:.60}"
    inside = _LISTS[name]
    fits = isinstance(value, list) and all(type(one) is inside for one in value)
    return "" if fits else f"is no list of {inside.__name__}: {value!r:.60}"


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidInputError(f"the number {text[:30]} is not finite")
    return number


def _no_constant(name: str) -> NoReturn:
    raise InvalidInputError(f"the number {name} is not finite")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise InvalidInputError("a name stands twice in one object")
    return made


def _check_characters(value: Any) -> None:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
            raise InvalidInputError("a text holds a character that a database cannot keep")
    elif isinstance(value, dict):
        for name, entry in value.items():
            _check_characters(name)
            _check_characters(entry)
    elif isinstance(value, list):
        for entry in value:
            _check_characters(entry)
