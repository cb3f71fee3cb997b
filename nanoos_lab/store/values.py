"""Facts: estimates of properties, attached to a structure, a material or a sample and to the run they came from.

A fact is identified by the hash of all it says, so that collecting or importing twice adds nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import ArrayEstimate, Method, Origin, PropertyEstimate, get_property
from nanoos_lab.store import artifacts
from nanoos_lab.store.arrays import place_array
from nanoos_lab.store.events import record_events
from nanoos_lab.store.rows import as_list, chunks, fetch_by, insert_new, row_of
from nanoos_lab.store.schema import PropertyValueRow, StructureRow, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.artifacts import Payload
    from nanoos_lab.store.database import Scope

_METHOD_CHARS = 100
_LATER = frozenset({"sample_id", "artifact_id", "shape"})
"""Columns that facts of the first labs did not have: where they are empty, they say nothing."""


def insert_values(
    session: Session,
    scope: Scope,
    material_id: str | None,
    structure_id: str | None,
    estimates: Iterable[PropertyEstimate | ArrayEstimate],
    *,
    run_id: str | None = None,
    sample_id: str | None = None,
) -> list[PropertyValueRow]:
    """Store estimates of one subject; a fact that is there already is returned, not stored again.

    Args:
        session: A writing session.
        scope: The project.
        material_id: The material they speak of; None for a sample of which it is not known.
        structure_id: The structure they speak of; None where they hold for the material as such.
        estimates: What is stated.
        run_id: The run they come from.
        sample_id: The sample that they were found on.

    Returns:
        Their rows, in order, each once.

    Raises:
        InvalidInputError: A value is not a finite number, or a text cannot be stored.
        StoreError: The bytes of an array cannot be written.
    """
    return put_values(
        session, scope, material_id, structure_id, estimates, run_id=run_id, sample_id=sample_id
    )[0]


def put_values(
    session: Session,
    scope: Scope,
    material_id: str | None,
    structure_id: str | None,
    estimates: Iterable[PropertyEstimate | ArrayEstimate],
    *,
    run_id: str | None = None,
    sample_id: str | None = None,
) -> tuple[list[PropertyValueRow], int]:
    """Store estimates as :func:`insert_values` does; return their rows and how many are new."""
    subject = {
        "material_id": material_id,
        "structure_id": structure_id,
        "run_id": run_id,
        "sample_id": sample_id,
    }
    return _put(session, scope, [(subject, estimates)])


def insert_values_of_many(
    session: Session,
    scope: Scope,
    groups: Iterable[tuple[str, str, Iterable[PropertyEstimate | ArrayEstimate]]],
    *,
    run_id: str,
) -> int:
    """Store what a run states of many structures as :func:`insert_values` would one by one, in a few statements.

    Args:
        session: A writing session.
        scope: The project.
        groups: Material, structure, and what is stated of it.
        run_id: The run they come from.

    Returns:
        How many are new.

    Raises:
        InvalidInputError: A value is not a finite number, or a text cannot be stored.
        StoreError: The bytes of an array cannot be written.
    """
    stated = [
        (
            {"material_id": material, "structure_id": structure, "run_id": run_id, "sample_id": None},
            estimates,
        )
        for material, structure, estimates in groups
    ]
    return _put(session, scope, stated)[1]


def _put(
    session: Session,
    scope: Scope,
    groups: Iterable[tuple[dict[str, Any], Iterable[PropertyEstimate | ArrayEstimate]]],
) -> tuple[list[PropertyValueRow], int]:
    rows: dict[str, dict[str, Any]] = {}
    payloads: dict[str, Payload] = {}
    now = time.time()
    for subject, estimates in groups:
        for estimate in estimates:
            row = subject | _columns(estimate)
            payload = place_array(scope, estimate.array) if isinstance(estimate, ArrayEstimate) else None
            fingerprint = fact_hash(row, payload)
            if payload is not None:
                payloads[fingerprint] = payload
            # a microsecond apart, so that sorting by time keeps the order in which they were stated
            rows.setdefault(fingerprint, row | _record(scope, fingerprint, now + 1e-6 * len(rows)))
    stored = _record_arrays(session, scope, rows, payloads)
    fresh = [row for fingerprint, row in rows.items() if fingerprint not in stored]
    if insert_new(session, PropertyValueRow, fresh) == len(rows):
        stored = {fingerprint: row_of(PropertyValueRow, row) for fingerprint, row in rows.items()}
    else:
        stored = _stored(session, scope, rows)
    new = [stored[key] for key, row in rows.items() if stored[key].id == row["id"]]
    _say(session, scope, [row for row in new if row.run_id is None])
    return [stored[fingerprint] for fingerprint in rows], len(new)


def _say(session: Session, scope: Scope, recorded: Sequence[PropertyValueRow]) -> None:
    """Tell the journal of new facts that no run gave; those of runs belong to the run's own line."""
    lines = {
        row.id: {
            "property": row.property, "value": row.value, "uncertainty": row.uncertainty, "unit": row.unit,
            "origin": row.origin, "of": row.sample_id or row.structure_id or row.material_id,
        }
        for row in recorded
    }  # fmt: skip
    record_events(session, scope, "value.recorded", lines)


def _record_arrays(
    session: Session, scope: Scope, rows: dict[str, dict[str, Any]], payloads: dict[str, Payload]
) -> dict[str, PropertyValueRow]:
    """Record the files of arrays that are new, and return the array values that are stored already."""
    if not payloads:
        return {}
    stored = _stored(session, scope, payloads)
    for fingerprint, payload in payloads.items():
        if fingerprint in stored:
            artifacts.restore(session, scope, [payload.sha256])
            continue
        name = f"{rows[fingerprint]['property']}-{payload.sha256[:12]}.npy"
        rows[fingerprint]["artifact_id"] = artifacts.record_file(session, scope, name, payload).id
    return stored


def _stored(session: Session, scope: Scope, fingerprints: Iterable[str]) -> dict[str, PropertyValueRow]:
    query = select(PropertyValueRow).where(PropertyValueRow.project_id == scope.project_id)
    found = fetch_by(session, query, PropertyValueRow.fingerprint, fingerprints)
    return {row.fingerprint: row for row in found}


def find_values(
    session: Session,
    scope: Scope,
    *,
    structure_id: str | Iterable[str] | None = None,
    with_material: bool = False,
    material_id: str | Iterable[str] | None = None,
    property: str | Iterable[str] | None = None,  # noqa: A002 - the word of the vocabulary
    origin: str | Iterable[str] | None = None,
    run_id: str | Iterable[str] | None = None,
    sample_id: str | Iterable[str] | None = None,
    include_synthetic: bool = False,
    limit: int | None = None,
) -> list[PropertyValueRow]:
    """Return values that meet all given conditions, oldest first.

    Args:
        session: An open session.
        scope: The project.
        structure_id: Only of this structure, or these.
        with_material: Whether values of these structures' materials as such, such as measured ones, count too.
        material_id: Only of this material, or these, whichever structure they were found on.
        property: Only of this property, or these.
        origin: Only of this origin, or these.
        run_id: Only from this run, or these.
        sample_id: Only of this sample, or these.
        include_synthetic: Whether values of the toy calculator are among them.
        limit: At most so many.

    Raises:
        UnknownNameError: A property or an origin does not exist.
    """
    row = PropertyValueRow
    query = select(row).where(row.project_id == scope.project_id)
    if property is not None:
        query = query.where(row.property.in_([get_property(name).name for name in as_list(property)]))
    if origin is not None:
        query = query.where(row.origin.in_([_origin(name) for name in as_list(origin)]))
    if not include_synthetic:
        query = query.where(row.synthetic.is_(False))
    facts = query
    subjects = (
        (row.structure_id, structure_id), (row.material_id, material_id), (row.run_id, run_id),
        (row.sample_id, sample_id),
    )  # fmt: skip
    given = [(column, as_list(ids)) for column, ids in subjects if ids is not None]
    given.sort(key=lambda pair: len(pair[1]))
    for column, ids in given[:-1]:
        query = query.where(column.in_(ids))
    found = fetch_by(session, query, *given[-1]) if given else list(session.scalars(query))
    if with_material and structure_id is not None:
        found += _of_materials(session, scope, facts, as_list(structure_id))
    found.sort(key=lambda value: (value.created_at, value.id))
    return found[:limit]


def _of_materials(
    session: Session, scope: Scope, query: Select[PropertyValueRow], structure_ids: list[str]
) -> list[PropertyValueRow]:
    """Return the values of the structures' materials that hold for no single structure."""
    materials = [
        material_id
        for part in chunks(structure_ids)
        for material_id in session.scalars(
            select(StructureRow.material_id).where(
                StructureRow.project_id == scope.project_id, StructureRow.id.in_(part)
            )
        )
    ]
    row = PropertyValueRow
    return fetch_by(session, query.where(row.structure_id.is_(None)), row.material_id, materials)


def to_estimate(row: PropertyValueRow) -> PropertyEstimate:
    """Return what a row states, in the form in which science stated it.

    Args:
        row: A value that is one number.

    Raises:
        InvalidInputError: The value is an array; :func:`nanoos_lab.store.arrays.read_array` reads it.
    """
    if row.value is None:
        raise InvalidInputError(f"{row.property} (value {row.id}) is an array, not one number: read it")
    return PropertyEstimate(
        property=row.property,
        value=row.value,
        unit=row.unit,
        uncertainty=row.uncertainty,
        uncertainty_kind=row.uncertainty_kind,
        origin=Origin(row.origin),
        method=Method(name=row.method_name, version=row.method_version, recipe=row.method_recipe),
        converged=row.converged,
        in_domain=row.in_domain,
        synthetic=row.synthetic,
        conditions=row.conditions,
        source=row.source,
        note=row.note,
    )


def _origin(name: str) -> str:
    try:
        return Origin(name).value
    except ValueError:
        raise UnknownNameError("origin", name, [str(origin) for origin in Origin]) from None


def _columns(estimate: PropertyEstimate | ArrayEstimate) -> dict[str, Any]:
    """Return an estimate as columns of its table."""
    array = estimate.array if isinstance(estimate, ArrayEstimate) else None
    value = float(estimate.value) if isinstance(estimate, PropertyEstimate) else None
    if not all(map(math.isfinite, (value or 0.0, estimate.uncertainty or 0.0))):
        raise InvalidInputError(
            f"{estimate.property} = {value} ± {estimate.uncertainty} cannot be stored: not finite"
        )
    return {
        "property": estimate.property,
        "value": value,
        "artifact_id": None,
        "shape": None if array is None else list(array.shape),
        "unit": estimate.unit,
        "uncertainty": estimate.uncertainty,
        "uncertainty_kind": estimate.uncertainty_kind,
        "origin": estimate.origin.value,
        "method_name": _text("method", estimate.method.name, _METHOD_CHARS),
        "method_version": _text("method's version", estimate.method.version, _METHOD_CHARS),
        "method_recipe": _text("method's recipe", estimate.method.recipe),
        "converged": estimate.converged,
        "in_domain": estimate.in_domain,
        "synthetic": estimate.synthetic,
        "conditions": estimate.conditions,
        "source": _text("source", estimate.source),
        "note": _text("note", estimate.note),
    }


def _text(what: str, text: str, longest: int | None = None) -> str:
    """Return a text that every database can hold."""
    if "\0" in text:
        raise InvalidInputError(f"the {what} {text!r} holds a NUL character, which cannot be stored")
    if longest is not None and len(text) > longest:
        raise InvalidInputError(
            f"the {what} has {len(text)} characters; it may have {longest}: {text[:50]!r}…"
        )
    return text


def fact_hash(row: Mapping[str, Any], payload: Payload | None) -> str:
    """Return the hash of a fact: of what it says, of whom, and of the run it came from.

    Args:
        row: Its columns, apart from id, project, author, time and the id of its array's file.
        payload: The bytes of its array, where it is one.

    Raises:
        InvalidInputError: The conditions are not JSON values.
    """
    fact = {name: value for name, value in row.items() if value is not None or name not in _LATER}
    if payload is not None:
        fact["array"] = payload.sha256
    if row["sample_id"] is not None:
        del fact["material_id"]  # it follows from the sample, and may be learnt later
    try:
        text = json.dumps(fact, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"the conditions {row['conditions']!r} are not JSON values: {error}"
        ) from error
    return hashlib.sha256(text.encode()).hexdigest()


def _record(scope: Scope, fingerprint: str, created_at: float) -> dict[str, Any]:
    return {
        "id": new_id(),
        "project_id": scope.project_id,
        "fingerprint": fingerprint,
        "author": scope.author,
        "created_at": created_at,
    }
