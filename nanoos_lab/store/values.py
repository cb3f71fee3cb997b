"""Facts: estimates of properties, attached to a structure or a material and to the run they came from.

A fact is identified by the hash of all it says, so that collecting or importing twice adds nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import Method, Origin, PropertyEstimate, get_property
from nanoos_lab.store.events import record_event
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.rows import as_list, chunks, fetch_by, insert_new
from nanoos_lab.store.schema import PropertyValueRow, StructureRow, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.measured import RejectedLine


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    added: int = 0
    already_there: int = 0
    rejected: tuple[RejectedLine, ...] = ()
    new_materials: tuple[str, ...] = ()
    """Phases of which the lab has no structure yet; their values wait for one."""

    def __str__(self) -> str:
        """Say it in a line, and each rejected line in one more."""
        head = f"{self.added} measured values added, {self.already_there} already there"
        lines = [f"line {r.line}: {r.reason}" for r in self.rejected]
        return "\n".join([f"{head}, {len(lines)} lines rejected" if lines else head, *lines])


def insert_values(
    session: Session,
    scope: Scope,
    material_id: str,
    structure_id: str | None,
    estimates: Iterable[PropertyEstimate],
    *,
    run_id: str | None = None,
) -> list[PropertyValueRow]:
    """Store estimates of one subject; a fact that is there already is returned, not stored again.

    Args:
        session: A writing session.
        scope: The project.
        material_id: The material they speak of.
        structure_id: The structure they speak of; None where they hold for the material as such.
        estimates: What is stated.
        run_id: The run they come from.

    Returns:
        Their rows, in order, each once.

    Raises:
        InvalidInputError: A value is not a finite number.
    """
    subject = {"material_id": material_id, "structure_id": structure_id, "run_id": run_id}
    rows: dict[str, dict[str, Any]] = {}
    now = time.time()
    for estimate in estimates:
        row = subject | _columns(estimate)
        fingerprint = _fingerprint(row)
        # a microsecond apart, so that sorting by time keeps the order in which they were stated
        rows.setdefault(fingerprint, row | _record(scope, fingerprint, now + 1e-6 * len(rows)))
    if insert_new(session, PropertyValueRow, list(rows.values())) == len(rows):
        return [PropertyValueRow(**row) for row in rows.values()]
    query = select(PropertyValueRow).where(PropertyValueRow.project_id == scope.project_id)
    stored = fetch_by(session, query, PropertyValueRow.fingerprint, rows)
    by_fingerprint = {row.fingerprint: row for row in stored}
    return [by_fingerprint[fingerprint] for fingerprint in rows]


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
    subjects = ((row.structure_id, structure_id), (row.material_id, material_id), (row.run_id, run_id))
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
    """Return what a row states, in the form in which science stated it."""
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


def _columns(estimate: PropertyEstimate) -> dict[str, Any]:
    """Return an estimate as columns of its table."""
    numbers = (estimate.value, 0.0 if estimate.uncertainty is None else estimate.uncertainty)
    if not all(map(math.isfinite, numbers)):
        raise InvalidInputError(
            f"{estimate.property} = {estimate.value} ± {estimate.uncertainty} cannot be stored: not finite"
        )
    return {
        "property": estimate.property,
        "value": float(estimate.value),
        "unit": estimate.unit,
        "uncertainty": estimate.uncertainty,
        "uncertainty_kind": estimate.uncertainty_kind,
        "origin": estimate.origin.value,
        "method_name": estimate.method.name,
        "method_version": estimate.method.version,
        "method_recipe": estimate.method.recipe,
        "converged": estimate.converged,
        "in_domain": estimate.in_domain,
        "synthetic": estimate.synthetic,
        "conditions": estimate.conditions,
        "source": estimate.source,
        "note": estimate.note,
    }


def _fingerprint(row: dict[str, Any]) -> str:
    try:
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), allow_nan=False)
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


def import_measured_csv(session: Session, scope: Scope, source: str | Path | bytes) -> ImportReport:
    """Store a table of measured values; importing it again adds nothing.

    A value belongs to a material, found by reduced formula and space group. A material of which there is
    no structure yet is made, so that a structure added later finds its measured values waiting.

    Args:
        session: A writing session.
        scope: The project.
        source: A path, or the table as text or bytes; see :mod:`nanoos_lab.store.measured` for its columns.

    Raises:
        InvalidInputError: The table as a whole cannot be read. Bad lines are in the report instead.
    """
    from nanoos_lab.store.measured import read_measured  # noqa: PLC0415 - loads pymatgen

    table = read_measured(source)
    added = repeated = 0
    new_materials: list[str] = []
    for (formula, space_group), estimates in table.estimates.items():
        phase = f"{formula}|{space_group}"
        material_id, is_new = material_of_phase(session, scope, phase, formula)
        if is_new:
            new_materials.append(phase)
        before = session.scalar(_count(scope, material_id))
        insert_values(session, scope, material_id, None, estimates)
        grown = (session.scalar(_count(scope, material_id)) or 0) - (before or 0)
        added, repeated = added + grown, repeated + len(estimates) - grown
    report = ImportReport(added, repeated, tuple(table.rejected), tuple(new_materials))
    if added:
        name = source.name if isinstance(source, Path) else None
        record_event(session, scope, "values.imported", scope.project_id, added=added, source=name)
    return report


def _count(scope: Scope, material_id: str) -> Select[int]:
    row = PropertyValueRow
    query = select(func.count()).select_from(row)
    return query.where(row.project_id == scope.project_id, row.material_id == material_id)


def attach_measured(session: Session, scope: Scope, table: Path, structure: StructureRow) -> int:
    """Store what a table of measured values says of one structure's material; return how many are new.

    Args:
        session: A writing session.
        scope: The project.
        table: The table's file, which is read once while it does not change.
        structure: A structure with a space group.

    Raises:
        InvalidInputError: The table as a whole cannot be read.
    """
    from nanoos_lab.store.measured import read_measured_file  # noqa: PLC0415 - loads pymatgen

    phase = (structure.reduced_formula, structure.space_group or 0)
    estimates = read_measured_file(table).estimates.get(phase, [])
    if not estimates:
        return 0
    before = session.scalar(_count(scope, structure.material_id)) or 0
    insert_values(session, scope, structure.material_id, None, estimates)
    return (session.scalar(_count(scope, structure.material_id)) or 0) - before
