"""Putting structures into the store, many in a few statements.

A structure that is added is compared with what the project has: the same crystal, in whatever setting,
is the same record. A structure that a run derives is a record of its own, because where it came from is what
one wants to know of it; it stays with its parent's material while composition and phase stay.
"""

from __future__ import annotations

import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from nanoos_lab.errors import InvalidInputError, StoreError
from nanoos_lab.store.events import record_events
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.known import Known, KnownStructures
from nanoos_lab.store.materials import materials_of_phases
from nanoos_lab.store.rows import chunks, fetch_by, insert_new, look_after_growth, row_of
from nanoos_lab.store.schema import MaterialRow, StructureRow, new_id
from nanoos_lab.store.tags import add_tags
from nanoos_lab.store.wide import read_wide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from nanoos_lab.store.scope import Scope

LOOSE_SYMPREC = 0.1
"""Tolerance in Å at which a relaxed structure may still count as its parent's phase."""
PIECE = 500
"""How many structures are looked up and inserted at a time."""
_KNOWN = [field.name for field in fields(Known)]


def insert_structure(
    session: Session,
    scope: Scope,
    structure: Any,  # noqa: ANN401 - pymatgen's Structure or Molecule, which is not imported here
    *,
    name: str,
    **said: Any,
) -> tuple[StructureRow, bool]:
    """Store a structure, unless the project has this crystal already.

    Args:
        session: A writing session.
        scope: The project.
        structure: A pymatgen ``Structure`` or ``Molecule``.
        name: What the user calls it; kept as given.
        **said: What else is known of it, as :class:`~nanoos_lab.store.incoming.NewStructure` has it.

    Returns:
        The row, and whether it is new.

    Raises:
        InvalidInputError: A tag is empty or too long, or the parent is not in this project.
    """
    row, new = insert_structures(session, scope, [NewStructure(structure, name, **said)])[0]
    if not new:
        read_wide(session, scope, [row])
    return row, new


def insert_structures(
    session: Session, scope: Scope, items: Iterable[NewStructure]
) -> list[tuple[StructureRow, bool]]:
    """Store structures as one :func:`insert_structure` after the other would, in a few statements.

    Args:
        session: A writing session.
        scope: The project.
        items: The structures; the same crystal may be among them several times.

    Returns:
        The row of each, and whether it is new. Rows that were there before come without their wide columns.

    Raises:
        InvalidInputError: A tag is empty or too long, or a parent is not in this project.
        StoreError: A record of one of them was made at the same moment by a writer that did not wait its turn.
    """
    given = list(items)
    for item in given:
        _ = item.words  # a bad tag is refused before anything is stored
    stored = []
    for start in range(0, len(given), PIECE):
        if start:
            look_after_growth(session, scope)
        stored += _insert_piece(session, scope, given[start : start + PIECE])
    return stored


def _insert_piece(
    session: Session, scope: Scope, items: Sequence[NewStructure]
) -> list[tuple[StructureRow, bool]]:
    known = KnownStructures(session, scope, items)
    now = time.time()
    fresh: dict[str, tuple[NewStructure, dict[str, Any]]] = {}
    met: list[tuple[str, bool]] = []
    for item in items:
        found = known.record_of(item)
        new = found is None
        if found is None:
            # A microsecond apart, so that sorting by time keeps the order in which they were given.
            columns = _columns(scope, item, known, now + 1e-6 * len(fresh))
            found = columns["id"]
            fresh[found] = item, columns
            known.add(Known(**{key: columns[key] for key in _KNOWN}), item.structure)
        met.append((found, new))
    _insert(session, scope, fresh)
    rows = {one: row_of(StructureRow, columns) for one, (_, columns) in fresh.items()}
    rows |= _stored(session, scope, [one for one, _ in met if one not in fresh])
    _tag(session, scope, [(one, item.words) for item, (one, _) in zip(items, met, strict=True)])
    return [(rows[one], new) for one, new in met]


def _columns(scope: Scope, item: NewStructure, known: KnownStructures, now: float) -> dict[str, Any]:
    # The key is taken where another crystal has the same rounded hash: then this one is known by its cell.
    key = item.cell_key if known.has_key(item.record_key) else item.record_key
    where = {"id": new_id(), "project_id": scope.project_id, "record_key": key}
    return where | item.columns() | {"author": scope.author, "created_at": now}


def _insert(session: Session, scope: Scope, fresh: Mapping[str, tuple[NewStructure, dict[str, Any]]]) -> None:
    """Insert what was not there a moment ago, and say in the journal that it came."""
    if not fresh:
        return
    materials = _materials_for(session, scope, [item for item, _ in fresh.values()])
    for (_, columns), material_id in zip(fresh.values(), materials, strict=True):
        columns["material_id"] = material_id
    if insert_new(session, StructureRow, [columns for _, columns in fresh.values()]) != len(fresh):
        names = ", ".join(repr(item.name) for item, _ in list(fresh.values())[:3])
        raise StoreError(f"{names} could not be stored, a key being taken meanwhile: add them again")
    for kind, derived in (("structure.added", False), ("structure.derived", True)):
        lines = {
            one: {"name": columns["name"], "source": columns["original_name"], "run": item.run_id}
            for one, (item, columns) in fresh.items()
            if item.derived is derived
        }
        record_events(session, scope, kind, lines)


def _stored(session: Session, scope: Scope, ids: Sequence[str]) -> dict[str, StructureRow]:
    query = select(StructureRow).where(StructureRow.project_id == scope.project_id)
    return {row.id: row for row in fetch_by(session, query, StructureRow.id, ids)}


def _tag(session: Session, scope: Scope, tagged: Iterable[tuple[str, Sequence[str]]]) -> None:
    tags: dict[str, set[str]] = {}
    for structure_id, words in tagged:
        tags.setdefault(structure_id, set()).update(words)
    add_tags(session, scope, {one: sorted(words) for one, words in tags.items()})


def _materials_for(session: Session, scope: Scope, items: Sequence[NewStructure]) -> list[str]:
    """Return the materials' ids: the parent's while composition and phase stay, else that of the phase."""
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    parents = _parents(session, scope, {item.parent_id for item in items if item.parent_id is not None})
    chosen = [_of_parent(item, parents) for item in items]
    phases = [science.phase_key(item.described) for item in items]
    wanted = {
        phase: item.described.reduced_formula
        for item, phase, material in zip(items, phases, chosen, strict=True)
        if material is None
    }
    by_phase = materials_of_phases(session, scope, wanted)
    return [material or by_phase[phase] for phase, material in zip(phases, chosen, strict=True)]


def _parents(session: Session, scope: Scope, ids: set[str]) -> dict[str, Row[str, str, str, str]]:
    s, m = StructureRow, MaterialRow
    same = and_(s.project_id == m.project_id, s.material_id == m.id)
    query = select(s.id.label("structure_id"), m.id, m.phase_key, m.reduced_formula).join(m, same)
    query = query.where(s.project_id == scope.project_id)
    found = {
        row.structure_id: row
        for part in chunks(sorted(ids))
        for row in session.execute(query.where(s.id.in_(part)))
    }
    if missing := sorted(ids - found.keys()):
        raise InvalidInputError(f"the parent structure {missing[0]!r} is not in this project")
    return found


def _of_parent(item: NewStructure, parents: Mapping[str, Row[str, str, str, str]]) -> str | None:
    """Return the parent's material where this structure still is of it."""
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    if item.parent_id is None:
        return None
    parent = parents[item.parent_id]
    if parent.reduced_formula != item.described.reduced_formula:
        return None
    phase = science.phase_key(item.described)
    if phase != parent.phase_key:
        phase = science.phase_key(science.describe(item.structure, symprec=LOOSE_SYMPREC))
    return str(parent.id) if phase == parent.phase_key else None
