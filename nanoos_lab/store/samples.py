"""Samples: pieces of matter, how each was made, of which material it is meant to be, and what was cut from what.

A sample is known by the name on its label. What it is of and what it was made from is said once; how it was
made may be completed and corrected, and the journal keeps what was said before. Its files are artifacts.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from nanoos_lab.errors import AmbiguousIdError, InvalidInputError, UnknownNameError
from nanoos_lab.store import artifacts
from nanoos_lab.store.events import record_event
from nanoos_lab.store.rows import as_list, fetch_by, get_row, insert_new, resolve_id
from nanoos_lab.store.schema import MaterialRow, SampleRow, StructureRow, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from nanoos_lab.store.schema import ArtifactRow
    from nanoos_lab.store.scope import Scope

_LONGEST = 200


@dataclass(frozen=True)
class Subject:
    """What a fact is stated of."""

    kind: str
    """``structure``, ``material`` or ``sample``."""
    id: str
    name: str
    material_id: str | None = None
    structure_id: str | None = None

    @property
    def columns(self) -> dict[str, str | None]:
        """The ids that a value of it names."""
        structure = self.structure_id if self.kind == "structure" else None
        sample = self.id if self.kind == "sample" else None
        return {"material_id": self.material_id, "structure_id": structure, "sample_id": sample}


def get_subject(session: Session, scope: Scope, given: str) -> Subject:
    """Return the structure, sample or material that an id, the beginning of one, or a name means.

    A name goes before a formula: ``SrTiO3`` is the structure or sample of that name, else the one material.

    Args:
        session: An open session.
        scope: The project.
        given: What the user wrote.

    Raises:
        UnknownNameError: Nothing fits; close names are suggested.
        AmbiguousIdError: Several records fit; the message lists them.
    """
    try:
        kind, full = resolve_id(session, scope, given, kinds=("structure", "sample"))
    except UnknownNameError as unknown:
        return _material(session, scope, str(given).strip(), unknown)
    if kind == "structure":
        structure = session.get_one(StructureRow, (scope.project_id, full))
        return Subject(kind, full, structure.name, structure.material_id, full)
    sample = session.get_one(SampleRow, (scope.project_id, full))
    return Subject(kind, full, sample.name, sample.material_id, sample.structure_id)


def _material(session: Session, scope: Scope, given: str, unknown: UnknownNameError) -> Subject:
    try:
        row = get_row(session, scope, MaterialRow, given)
    except UnknownNameError:
        query = select(MaterialRow).where(
            MaterialRow.project_id == scope.project_id,
            or_(MaterialRow.reduced_formula == given, MaterialRow.phase_key == given),
        )
        rows = list(session.scalars(query.limit(6)))
        if not rows:
            known = {*unknown.known, *session.scalars(_material_names(scope))}
            raise UnknownNameError("structure, sample or material", given, known) from None
        if len(rows) > 1:
            listed = ", ".join(f"{one.id} ({one.phase_key})" for one in rows)
            raise AmbiguousIdError(f"{given!r} may mean the materials {listed}: give the id") from None
        row = rows[0]
    return Subject("material", row.id, row.name or row.reduced_formula, row.id)


def _material_names(scope: Scope) -> Any:  # noqa: ANN401 - a query
    query = select(MaterialRow.name).where(MaterialRow.project_id == scope.project_id)
    return query.order_by(MaterialRow.created_at.desc()).limit(200)


def put_sample(
    session: Session,
    scope: Scope,
    name: str,
    *,
    subject: Subject | None = None,
    parent: str | None = None,
    synthesis: Mapping[str, Any] | None = None,
    notes: str = "",
) -> tuple[SampleRow, bool]:
    """Return the sample of a name, made when it is new and otherwise completed, and whether it was made.

    Args:
        session: A writing session.
        scope: The project.
        name: What its label says.
        subject: The structure or material it is of; a new sample with a parent has its parent's.
        parent: The sample it was made from, by id or name; said when the sample is new.
        synthesis: How it was made; new facts are added, and others replaced.
        notes: Free text; replaces what was there.

    Raises:
        InvalidInputError: The name cannot be used, or the sample is of something else or from another one.
        UnknownNameError: There is no such parent.
    """
    label = _label(name)
    query = select(SampleRow).where(SampleRow.project_id == scope.project_id, SampleRow.name == label)
    row = session.scalars(query).one_or_none()
    above = None if parent is None else get_row(session, scope, SampleRow, parent)
    if row is not None:
        _complete(session, scope, row, subject=subject, parent=above, synthesis=synthesis or {}, notes=notes)
        return row, False
    sample_id = new_id()
    columns = {
        "id": sample_id,
        "project_id": scope.project_id,
        "name": label,
        "material_id": subject.material_id if subject else above and above.material_id,
        "structure_id": subject.structure_id if subject else above and above.structure_id,
        "parent_id": above and above.id,
        "synthesis": _checked(synthesis or {}),
        "notes": notes,
        "author": scope.author,
        "created_at": time.time(),
    }
    if not insert_new(session, SampleRow, [columns]):
        raise InvalidInputError(f"a sample named {label!r} was made at the same moment: do this again")
    said = {"of": subject.name} if subject else {}
    origin = {"parent": above.name} if above else {}
    record_event(session, scope, "sample.added", sample_id, name=label, **said, **origin)
    return session.get_one(SampleRow, (scope.project_id, sample_id)), True


def _complete(
    session: Session,
    scope: Scope,
    row: SampleRow,
    *,
    subject: Subject | None,
    parent: SampleRow | None,
    synthesis: Mapping[str, Any],
    notes: str,
) -> None:
    """Add to what is known of a sample, and tell the journal what was and what is."""
    if parent is not None and parent.id != row.parent_id:
        raise InvalidInputError(
            f"what sample {row.name!r} was made from is said when it is new: give the piece of {parent.name!r} a name "
            "of its own"
        )
    merged = {**row.synthesis, **_checked(synthesis)}
    wanted: dict[str, Any] = {"synthesis": merged, "notes": notes or row.notes}
    if subject is not None:
        if row.material_id not in {None, subject.material_id} or (
            subject.structure_id and row.structure_id not in {None, subject.structure_id}
        ):
            raise InvalidInputError(
                f"sample {row.name!r} is of another {subject.kind} than {subject.name!r}: a sample of something else "
                "is another sample, with a name of its own"
            )
        wanted |= {"material_id": subject.material_id}
        wanted |= {"structure_id": subject.structure_id} if subject.structure_id else {}
    changes = {
        name: [getattr(row, name), value] for name, value in wanted.items() if getattr(row, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    session.flush()
    if changes:
        if "synthesis" in changes:
            changes["synthesis"] = _difference(*changes["synthesis"])
        record_event(session, scope, "sample.changed", row.id, **changes)


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Any]:
    changed = [key for key in new if old.get(key) != new[key]]
    return [{key: old[key] for key in changed if key in old}, {key: new[key] for key in changed}]


def add_file(
    session: Session, scope: Scope, sample: SampleRow, source: Path | bytes, *, name: str
) -> ArtifactRow:
    """Keep a file of a sample, such as a measurement's raw data; the same file again adds nothing.

    Args:
        session: A writing session.
        scope: The project.
        sample: The sample.
        source: The file or its bytes.
        name: What it is called among the sample's files.

    Raises:
        InvalidInputError: The name cannot be used, or the sample has another file of that name.
        ArtifactError: The file cannot be read.
    """
    before = {row.id for row in artifacts.artifacts_of_sample(session, scope, sample.id)}
    row = artifacts.put_file(session, scope, name, source, sample_id=sample.id)
    if row.id not in before:
        record_event(
            session, scope, "sample.file_added", sample.id, file=name, artifact=row.id, size=row.size
        )
    return row


def find_samples(
    session: Session,
    scope: Scope,
    *,
    ids: str | Iterable[str] | None = None,
    material_id: str | Iterable[str] | None = None,
    structure_id: str | Iterable[str] | None = None,
    parent_id: str | Iterable[str] | None = None,
    text: str | None = None,
    limit: int | None = None,
) -> list[SampleRow]:
    """Return samples that meet all given conditions, oldest first.

    Args:
        session: An open session.
        scope: The project.
        ids: Only these.
        material_id: Only of this material, or these.
        structure_id: Only of this structure, or these.
        parent_id: Only those made from this sample, or these.
        text: Only those with each of these words in name or notes.
        limit: At most so many.
    """
    row = SampleRow
    query = select(row).where(row.project_id == scope.project_id)
    for word in (text or "").split():
        said = (row.name.icontains(word, autoescape=True), row.notes.icontains(word, autoescape=True))
        query = query.where(or_(*said))
    subjects = ((row.id, ids), (row.material_id, material_id), (row.structure_id, structure_id), (row.parent_id, parent_id))  # fmt: skip # noqa: E501
    given = [(column, as_list(one)) for column, one in subjects if one is not None]
    given.sort(key=lambda pair: len(pair[1]))
    for column, wanted in given[:-1]:
        query = query.where(column.in_(wanted))
    found = fetch_by(session, query, *given[-1]) if given else list(session.scalars(query))
    return sorted(found, key=lambda one: (one.created_at, one.id))[:limit]


def _label(name: str) -> str:
    label = str(name).strip()
    if not label or len(label) > _LONGEST or not label.isprintable():
        raise InvalidInputError(f"a sample's name is 1 to {_LONGEST} printable characters, not {name!r}")
    return label


def _checked(synthesis: Mapping[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(dict(synthesis), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"the synthesis {dict(synthesis)!r} is not JSON: {error}") from error
    return dict(synthesis)
