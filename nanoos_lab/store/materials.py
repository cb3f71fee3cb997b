"""Materials: compounds by composition and phase, to which structures and values belong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from nanoos_lab.store.rows import get_row, insert_new
from nanoos_lab.store.schema import MaterialRow, new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

_T = MaterialRow.__table__.c
_BY_PHASE = select(_T.id).where(_T.project_id == bindparam("project"), _T.phase_key == bindparam("phase"))


def material_of_phase(
    session: Session, scope: Scope, phase_key: str, reduced_formula: str
) -> tuple[str, bool]:
    """Return the id of a material, made when it is new, and whether it was.

    Args:
        session: A writing session.
        scope: The project.
        phase_key: Composition and phase, as ``structures.phase_key`` gives it.
        reduced_formula: Its reduced formula, also the name of a new material.
    """
    connection, asked = session.connection(), {"project": scope.project_id, "phase": phase_key}
    found = connection.scalar(_BY_PHASE, asked)
    if found is not None:
        return str(found), False
    row = {
        "id": new_id(),
        "project_id": scope.project_id,
        "phase_key": phase_key,
        "reduced_formula": reduced_formula,
        "name": reduced_formula[:200],
        "notes": "",
        "created_at": time.time(),
    }
    if insert_new(session, MaterialRow, [row]):
        return str(row["id"]), True
    return str(connection.scalars(_BY_PHASE, asked).one()), False


def get_material(session: Session, scope: Scope, given: str) -> MaterialRow:
    """Return a material by id, beginning of an id, or exact name; errors as for :func:`get_structure`."""
    return get_row(session, scope, MaterialRow, given)
