"""Structures and the materials they belong to.

A structure that is added is compared with what the project has: the same crystal, in whatever setting,
is the same record. A structure that a run derives is a record of its own, because where it came from is what
one wants to know of it; it stays with its parent's material while composition and phase stay.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, func, select

from nanoos_lab.errors import InvalidInputError, StoreError
from nanoos_lab.store.elements import element_masks
from nanoos_lab.store.events import record_event
from nanoos_lab.store.materials import get_material, material_of_phase
from nanoos_lab.store.rows import as_list, chunks, get_row, insert_new, resolve_id
from nanoos_lab.store.schema import MaterialRow, StructureRow, TagRow, new_id
from nanoos_lab.store.search import find_structures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.structures import Description

__all__ = [
    "children_of",
    "find_structures",
    "get_material",
    "get_structure",
    "insert_structure",
    "resolve_id",
    "set_tags",
    "structures_of",
    "tags_of",
    "update_structure",
]

LOOSE_SYMPREC = 0.1
"""Tolerance in Å at which a relaxed structure may still count as its parent's phase."""
SAME_ANGSTROM = 0.005
"""How far atoms of two settings may differ, in Å: rounded files agree within this, a strain of 0.2 % does not."""
_VOLUME_WINDOW = 0.01
_NEAREST = 25
"""How many stored structures of equal formula, space group and nearly equal volume are compared in full."""

# Looked up for every structure that comes in, so built once. Added records go before derived ones.
_T = StructureRow.__table__.c
_IN_PROJECT = _T.project_id == bindparam("project")
_ADDED_FIRST = (_T.parent_id.is_not(None), _T.created_at, _T.id)
_OLDEST = select(_T.id).where(_IN_PROJECT).order_by(*_ADDED_FIRST).limit(1)
_BY_RECORD_KEY = _OLDEST.where(_T.record_key == bindparam("record_key"))
_BY_DIGEST = _OLDEST.where(_T.digest == bindparam("digest"))
_CONTENTS = select(_T.id, _T.content).where(_IN_PROJECT).limit(_NEAREST)
_BY_HASH = _CONTENTS.where(_T.crystal_hash.in_(bindparam("hashes", expanding=True))).order_by(*_ADDED_FIRST)
_LIKE = _CONTENTS.where(_T.reduced_formula == bindparam("formula"))
_LIKE_MOLECULES = _LIKE.where(_T.periodic.is_(False), _T.n_sites == bindparam("n_sites")).order_by(
    *_ADDED_FIRST
)
_LIKE_PERIODIC = _LIKE.where(_T.volume_per_atom.between(bindparam("low"), bindparam("high"))).order_by(
    func.abs(_T.volume_per_atom - bindparam("volume")), *_ADDED_FIRST
)
_LIKE_CRYSTALS = _LIKE_PERIODIC.where(_T.space_group == bindparam("group"))
_LIKE_SLABS = _LIKE_PERIODIC.where(_T.space_group.is_(None))


@dataclass(frozen=True)
class _New:
    """A structure on its way in, with what identifies it."""

    structure: Any
    description: Description
    digest: str
    crystal_hashes: tuple[str, ...]
    parent_id: str | None
    run_id: str | None
    distinct: bool

    @property
    def derived(self) -> bool:
        return self.parent_id is not None or self.run_id is not None

    @property
    def record_key(self) -> str:
        if self.run_id is not None:
            return f"run:{self.run_id}:{self.digest}"
        if self.parent_id is not None:
            return f"parent:{self.parent_id}:{self.digest}"
        return f"cell:{self.digest}" if self.distinct else f"crystal:{self.crystal_hashes[0]}"


def insert_structure(
    session: Session,
    scope: Scope,
    structure: Any,  # noqa: ANN401 - pymatgen's Structure or Molecule, which is not imported here
    *,
    name: str,
    description: Description | None = None,
    original_text: str | None = None,
    original_format: str | None = None,
    original_name: str | None = None,
    parent_id: str | None = None,
    run_id: str | None = None,
    tags: Iterable[str] = (),
    notes: str = "",
    distinct: bool = False,
) -> tuple[StructureRow, bool]:
    """Store a structure, unless the project has this crystal already.

    Args:
        session: A writing session.
        scope: The project.
        structure: A pymatgen ``Structure`` or ``Molecule``.
        name: What the user calls it; kept as given.
        description: What ``structures.describe`` says of it, where that is known already.
        original_text: The text it was read from.
        original_format: The format of that text.
        original_name: The file it was read from.
        parent_id: The structure it was derived from. Derived structures are compared only with others of the
            same run (or parent) and only as exactly equal cells.
        run_id: The run that made it.
        tags: Words to find it by; merged into those of an existing record.
        notes: Free text.
        distinct: Whether another setting of a known crystal is kept as a structure of its own.

    Returns:
        The row, and whether it is new.

    Raises:
        InvalidInputError: A tag is empty or too long.
    """
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    described = description or science.describe(structure)
    cell, crystal = science.digest(structure), science.crystal_hashes(structure)
    new = _New(structure, described, cell, crystal, parent_id, run_id, distinct)
    words = _clean_tags(tags)
    row = _existing(session, scope, new)
    if row is None:
        said = {
            "name": name[:200],
            "notes": notes,
            "original_text": original_text,
            "original_format": original_format,
            "original_name": original_name and original_name[-300:],
        }
        row, inserted = _insert(session, scope, new, said)
    else:
        inserted = False
    _add_tags(session, scope, row.id, words)
    return row, inserted


def _insert(
    session: Session, scope: Scope, new: _New, said: Mapping[str, str | None]
) -> tuple[StructureRow, bool]:
    """Insert a structure that was not there a moment ago, and say in the journal that it came."""
    columns = _columns(scope, new) | dict(said) | {"material_id": _material_for(session, scope, new)}
    # The key may be taken by another process, where writers overlap: then that one's record is it. Or by
    # another crystal with the same rounded hash: then this one is known by its cell.
    for record_key in (new.record_key, f"cell:{new.digest}"):
        columns["record_key"] = record_key
        if insert_new(session, StructureRow, [columns]):
            kind = "structure.derived" if new.derived else "structure.added"
            data = {"name": said["name"], "source": said["original_name"], "run": new.run_id}
            record_event(session, scope, kind, columns["id"], **data)
            return StructureRow(**columns), True
        row = _existing(session, scope, new)
        if row is not None:
            return row, False
    raise StoreError(f"the structure {said['name']!r} could not be stored, its key being taken: add it again")


def _existing(session: Session, scope: Scope, new: _New) -> StructureRow | None:
    """Return the record that a structure already has."""
    found: str | None
    if new.derived:
        found = _first(session, scope, _BY_RECORD_KEY, {"record_key": new.record_key})
    else:
        found = _first(session, scope, _BY_DIGEST, {"digest": new.digest})
        if found is None and not new.distinct:
            # Hashes round: equal ones are confirmed, and unequal ones may yet be one crystal.
            by_hash = {"hashes": list(new.crystal_hashes)}
            found = _same(session, scope, new, _BY_HASH, by_hash) or _alike(session, scope, new)
    return None if found is None else session.get_one(StructureRow, (scope.project_id, found))


def _first(session: Session, scope: Scope, query: Any, facts: dict[str, Any]) -> str | None:  # noqa: ANN401
    found = session.connection().execute(query, {"project": scope.project_id} | facts).first()
    return None if found is None else str(found.id)


def _same(session: Session, scope: Scope, new: _New, query: Any, facts: dict[str, Any]) -> str | None:  # noqa: ANN401
    """Return the id of the record among those found that is the same crystal, compared numerically."""
    rows = session.connection().execute(query, {"project": scope.project_id} | facts).all()
    if not rows:
        return None
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    for row_id, content in rows:
        if science.same_crystal(new.structure, science.from_json(content), tolerance=SAME_ANGSTROM):
            return str(row_id)
    return None


def _alike(session: Session, scope: Scope, new: _New) -> str | None:
    """Look for the same crystal among records of this formula and phase and nearly this volume."""
    d = new.description
    if d.volume_per_atom is None:
        facts = {"formula": d.reduced_formula, "n_sites": d.n_sites}
        return _same(session, scope, new, _LIKE_MOLECULES, facts)
    facts = {"formula": d.reduced_formula, "group": d.space_group, "volume": d.volume_per_atom}
    facts |= {
        "low": d.volume_per_atom * (1 - _VOLUME_WINDOW),
        "high": d.volume_per_atom * (1 + _VOLUME_WINDOW),
    }
    return _same(session, scope, new, _LIKE_CRYSTALS if d.space_group else _LIKE_SLABS, facts)


def _columns(scope: Scope, new: _New) -> dict[str, Any]:
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    d = new.description
    low, high = element_masks(d.chemical_system.split("-"))
    return {
        "id": new_id(),
        "project_id": scope.project_id,
        "formula": d.formula,
        "reduced_formula": d.reduced_formula,
        "chemical_system": f"-{d.chemical_system}-",
        "elements_low": low,
        "elements_high": high,
        "n_elements": d.n_elements,
        "n_sites": d.n_sites,
        "periodic": d.periodic,
        "ordered": d.ordered,
        "space_group": d.space_group,
        "space_group_symbol": d.space_group_symbol,
        "crystal_system": d.crystal_system,
        "density": d.density,
        "volume_per_atom": d.volume_per_atom,
        "dimensionality": d.dimensionality,
        "digest": new.digest,
        "crystal_hash": new.crystal_hashes[0],
        "record_key": new.record_key,
        "parent_id": new.parent_id,
        "run_id": new.run_id,
        "author": scope.author,
        "created_at": time.time(),
        "description": d.model_dump(mode="json"),
        "content": science.to_json(new.structure),
    }


def _material_for(session: Session, scope: Scope, new: _New) -> str:
    """Return the material's id: the parent's while composition and phase stay, else that of the phase."""
    from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

    phase = science.phase_key(new.description)
    if new.parent_id is not None:
        s, m = StructureRow, MaterialRow
        same = and_(s.project_id == m.project_id, s.material_id == m.id)
        query = select(m.id, m.phase_key, m.reduced_formula).join(s, same)
        query = query.where(s.project_id == scope.project_id, s.id == new.parent_id)
        parent = session.execute(query).one_or_none()
        if parent is None:
            raise InvalidInputError(f"the parent structure {new.parent_id!r} is not in this project")
        if parent.reduced_formula == new.description.reduced_formula:
            loose = phase
            if phase != parent.phase_key:
                loose = science.phase_key(science.describe(new.structure, symprec=LOOSE_SYMPREC))
            if loose == parent.phase_key:
                return str(parent.id)
    return material_of_phase(session, scope, phase, new.description.reduced_formula)[0]


def get_structure(session: Session, scope: Scope, given: str) -> StructureRow:
    """Return a structure by id, beginning of an id, or exact name.

    Args:
        session: An open session.
        scope: The project.
        given: What the user wrote.

    Raises:
        AmbiguousIdError: Several fit.
        UnknownNameError: None does.
    """
    return get_row(session, scope, StructureRow, given)


def structures_of(session: Session, scope: Scope, material_id: str) -> list[StructureRow]:
    """Return the structures of a material, oldest first."""
    return _where(session, scope, StructureRow.material_id == material_id)


def children_of(session: Session, scope: Scope, structure_id: str) -> list[StructureRow]:
    """Return the structures that were derived from one, oldest first."""
    return _where(session, scope, StructureRow.parent_id == structure_id)


def _where(session: Session, scope: Scope, condition: Any) -> list[StructureRow]:  # noqa: ANN401
    query = select(StructureRow).where(StructureRow.project_id == scope.project_id, condition)
    return sorted(session.scalars(query), key=lambda row: (row.created_at, row.id))


def update_structure(
    session: Session, scope: Scope, structure_id: str, *, name: str | None = None, notes: str | None = None
) -> StructureRow:
    """Change what the user says of a structure, and return it.

    Args:
        session: A writing session.
        scope: The project.
        structure_id: Its full id.
        name: A new name.
        notes: New notes.
    """
    row = get_row(session, scope, StructureRow, structure_id)
    if name is not None:
        row.name = name[:200]
    if notes is not None:
        row.notes = notes
    session.flush()
    record_event(session, scope, "structure.changed", row.id, name=name, notes=notes)
    return row


def set_tags(session: Session, scope: Scope, structure_id: str, tags: Iterable[str]) -> list[str]:
    """Give a structure exactly these tags, and return them sorted.

    Args:
        session: A writing session.
        scope: The project.
        structure_id: Its full id.
        tags: The words; space around them is dropped.

    Raises:
        InvalidInputError: A tag is empty or too long.
    """
    words = _clean_tags(tags)
    t = TagRow
    session.execute(delete(t).where(t.project_id == scope.project_id, t.structure_id == structure_id))
    _add_tags(session, scope, structure_id, words)
    record_event(session, scope, "structure.tagged", structure_id, tags=words)
    return words


def tags_of(session: Session, scope: Scope, structure_ids: str | Iterable[str]) -> Mapping[str, list[str]]:
    """Return the sorted tags of each structure, by its id; structures without tags have an empty list."""
    ids = as_list(structure_ids)
    found: dict[str, list[str]] = {structure_id: [] for structure_id in ids}
    t = TagRow
    for part in chunks(list(found)):
        query = select(t.structure_id, t.tag).where(
            t.project_id == scope.project_id, t.structure_id.in_(part)
        )
        for structure_id, tag in session.execute(query.order_by(t.tag)):
            found[structure_id].append(tag)
    return found


def _add_tags(session: Session, scope: Scope, structure_id: str, tags: list[str]) -> None:
    common = {"project_id": scope.project_id, "structure_id": structure_id}
    insert_new(session, TagRow, [{**common, "tag": tag} for tag in tags])


def _clean_tags(tags: Iterable[str]) -> list[str]:
    words = sorted({str(tag).strip() for tag in as_list(tags)})
    for word in words:
        if not word or len(word) > 100:  # noqa: PLR2004
            raise InvalidInputError(f"a tag is 1 to 100 characters, not {word!r}")
    return words
