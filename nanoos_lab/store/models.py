"""Registered models: versions of a name, of which at most one is the one that the name alone means.

The model itself is an artifact; a row here is never removed, and neither its name, version nor file ever changes.
Which version is active, and which are put away, the journal tells from the beginning.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.store.events import events_of, record_event
from nanoos_lab.store.rows import insert_new, resolve_id
from nanoos_lab.store.schema import ModelRow, new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.schema import ArtifactRow
    from nanoos_lab.store.scope import Scope

ACTIVATED, ROLLED_BACK, DEACTIVATED = "model.activated", "model.rolled_back", "model.deactivated"


def label_of(row: ModelRow) -> str:
    """Return name and version in one word."""
    return f"{row.name}@{row.version}"


def list_models(session: Session, scope: Scope, name: str | None = None) -> list[ModelRow]:
    """Return registered versions, by name and then in the order in which they came.

    Args:
        session: An open session.
        scope: The project.
        name: Only of this name.
    """
    query = select(ModelRow).where(ModelRow.project_id == scope.project_id)
    if name is not None:
        query = query.where(ModelRow.name == name)
    return sorted(session.scalars(query), key=lambda row: (row.name, row.created_at, row.id))


def get_model(session: Session, scope: Scope, given: str) -> ModelRow:
    """Return the version that a name, ``NAME@VERSION``, an id, or the beginning of one means.

    A name alone means its active version, or its newest where none is active.

    Args:
        session: An open session.
        scope: The project.
        given: What the user wrote.

    Raises:
        UnknownNameError: There is none; close names are suggested.
        AmbiguousIdError: Several ids begin so.
    """
    name, at, version = given.strip().partition("@")
    versions = list_models(session, scope, name)
    if versions and not at:
        usable = [row for row in versions if row.retired_at is None] or versions
        return next((row for row in versions if row.active), usable[-1])
    if versions:
        found = next((row for row in versions if row.version == version), None)
        if found is None:
            raise UnknownNameError(f"version of the model {name!r}", version, (r.version for r in versions))
        return found
    try:
        _, full = resolve_id(session, scope, given, kinds=("model",))
    except UnknownNameError:
        everything = list_models(session, scope)
        known = {row.name for row in everything} | ({label_of(row) for row in everything} if at else set())
        hint = "" if known else "None is registered yet: lab.models.register(run) adds the first."
        raise UnknownNameError("model", given, known, hint) from None
    return session.get_one(ModelRow, (scope.project_id, full))


def add_model(
    session: Session,
    scope: Scope,
    columns: dict[str, Any],
    artifact: ArtifactRow,
    *,
    activate: bool | None,
    source: str,
) -> tuple[ModelRow, bool]:
    """Register a version, and say whether it is new; the same file again is the same version.

    Args:
        session: A writing session.
        scope: The project.
        columns: ``name``, ``version``, ``architecture``, ``targets``, ``base``, ``run_id``, ``synthetic``, ``metrics``.
        artifact: Its file.
        activate: Whether its name shall mean it from now on; None for only if no version of the name is active.
        source: Where it came from, for the journal.

    Raises:
        InvalidInputError: Another file is registered as this version.
    """
    name, version = columns["name"], columns["version"]
    model_id = new_id()
    row = {
        "id": model_id, "project_id": scope.project_id, "artifact_id": artifact.id, "active": False,
        "retired_at": None, "author": scope.author, "created_at": time.time(), **columns,
    }  # fmt: skip
    fresh = bool(insert_new(session, ModelRow, [row]))
    versions = list_models(session, scope, name)
    found = next(one for one in versions if one.version == version)
    if not fresh:
        _same_file(session, scope, found, artifact)
    else:
        record_event(
            session, scope, "model.registered", model_id, name=name, version=version,
            sha256=artifact.sha256, run=columns["run_id"], source=source,
        )  # fmt: skip
    none_active = not any(one.active for one in versions)
    if found.retired_at is None and (activate or (activate is None and fresh and none_active)):
        activate_model(session, scope, found)
    return found, fresh


def _same_file(session: Session, scope: Scope, row: ModelRow, artifact: ArtifactRow) -> None:
    from nanoos_lab.store.schema import ArtifactRow as Artifact  # noqa: PLC0415 - only to compare

    known = session.get_one(Artifact, (scope.project_id, row.artifact_id))
    if known.sha256 != artifact.sha256:
        raise InvalidInputError(
            f"another model is registered as {label_of(row)} already (by {row.author}): register this one as another "
            f'version, such as version="{_next(row.version)}"'
        )


def _next(version: str) -> str:
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdigit() else f"{version}.1"


def activate_model(session: Session, scope: Scope, row: ModelRow, *, kind: str = ACTIVATED) -> None:
    """Let a name mean this version from now on.

    Args:
        session: A writing session.
        scope: The project.
        row: The version.
        kind: What the journal calls it.

    Raises:
        InvalidInputError: It is retired.
    """
    if row.retired_at is not None:
        raise InvalidInputError(
            f"{label_of(row)} is retired: lab.models[{label_of(row)!r}].restore() takes it back first"
        )
    if row.active:
        return
    was = next((one for one in list_models(session, scope, row.name) if one.active), None)
    if was is not None:
        _set(session, was, active=False)
    _set(session, row, active=True)
    said = {"was": was.version} if was else {}
    record_event(session, scope, kind, row.id, name=row.name, version=row.version, **said)


def deactivate_model(session: Session, scope: Scope, row: ModelRow) -> None:
    """Let a name mean no version for now.

    Args:
        session: A writing session.
        scope: The project.
        row: The version that is active; another one is left as it is.
    """
    if row.active:
        _set(session, row, active=False)
        record_event(session, scope, DEACTIVATED, row.id, name=row.name, version=row.version)


def retire_model(session: Session, scope: Scope, row: ModelRow, *, reason: str = "") -> None:
    """Put a version away, not to be used any more; its row and file stay.

    Args:
        session: A writing session.
        scope: The project.
        row: The version.
        reason: Why, for the journal.
    """
    if row.retired_at is not None:
        return
    deactivate_model(session, scope, row)
    _set(session, row, retired_at=time.time())
    said = {"reason": reason} if reason else {}
    record_event(session, scope, "model.retired", row.id, name=row.name, version=row.version, **said)


def restore_model(session: Session, scope: Scope, row: ModelRow) -> None:
    """Take back a version that was put away.

    Args:
        session: A writing session.
        scope: The project.
        row: The version.
    """
    if row.retired_at is not None:
        _set(session, row, retired_at=None)
        record_event(session, scope, "model.restored", row.id, name=row.name, version=row.version)


def previous_model(session: Session, scope: Scope, name: str) -> ModelRow:
    """Return the version that was active before the one that is, as the journal tells; retired ones are passed over.

    Args:
        session: An open session.
        scope: The project.
        name: The models' name.

    Raises:
        InvalidInputError: There was none before.
    """
    versions = {row.id: row for row in list_models(session, scope, name)}
    lines = events_of(session, scope, list(versions), kind=(ACTIVATED, ROLLED_BACK, DEACTIVATED))
    order: list[str] = []
    for line in lines:
        if line.kind == ROLLED_BACK:
            while order and order[-1] != line.subject_id:
                order.pop()
        if line.kind != DEACTIVATED and order[-1:] != [line.subject_id]:
            order.append(line.subject_id)
    active = next((row.id for row in versions.values() if row.active), None)
    before = [one for one in order if versions[one].retired_at is None]
    while before and before[-1] == active:
        before.pop()
    if not before:
        known = ", ".join(row.version for row in versions.values())
        raise InvalidInputError(
            f"no version of {name!r} was active before: activate one of {known} by its number instead"
        )
    return versions[before[-1]]


def models_of_run(session: Session, scope: Scope, run_ids: Sequence[str]) -> list[ModelRow]:
    """Return the versions that came from some training runs.

    Args:
        session: An open session.
        scope: The project.
        run_ids: Full ids.
    """
    query = select(ModelRow).where(ModelRow.project_id == scope.project_id, ModelRow.run_id.in_(run_ids))
    return list(session.scalars(query))


def _set(session: Session, row: ModelRow, **columns: Any) -> None:
    """Change columns at once, so that of two versions the one that was active goes first."""
    session.execute(
        update(ModelRow)
        .where(ModelRow.project_id == row.project_id, ModelRow.id == row.id)
        .values(**columns)
        .execution_options(synchronize_session="fetch")
    )
    session.refresh(row)
