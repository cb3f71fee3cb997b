"""Materials: compounds by composition and phase, to which structures and values belong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.errors import StoreError
from nanoos_lab.store.rows import chunks, get_row, insert_new
from nanoos_lab.store.schema import MaterialRow, new_id
from nanoos_lab.store.sql import for_each, in_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

_T = MaterialRow.__table__.c


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
    found = _known(session, scope, [phase_key]).get(phase_key)
    if found is not None:
        return found, False
    return materials_of_phases(session, scope, {phase_key: reduced_formula})[phase_key], True


def materials_of_phases(session: Session, scope: Scope, formulas: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of materials by phase, made where they are new.

    Args:
        session: A writing session.
        scope: The project.
        formulas: The reduced formula of each phase, also the name of a new material.

    Raises:
        StoreError: A material was made at the same moment by a writer that did not wait its turn.
    """
    found = _known(session, scope, list(formulas))
    missing = [phase for phase in formulas if phase not in found]
    rows = [
        {
            "id": new_id(),
            "project_id": scope.project_id,
            "phase_key": phase,
            "reduced_formula": formulas[phase],
            "name": formulas[phase][:200],
            "notes": "",
            "created_at": time.time(),
        }
        for phase in missing
    ]
    if insert_new(session, MaterialRow, rows) == len(rows):
        return found | {str(row["phase_key"]): str(row["id"]) for row in rows}
    found = _known(session, scope, list(formulas))
    if len(found) < len(formulas):
        raise StoreError("a material could not be stored, its phase being taken meanwhile: do this again")
    return found


def _known(session: Session, scope: Scope, phases: list[str]) -> dict[str, str]:
    query = select(_T.phase_key, _T.id).where(in_project(session, _T.project_id, scope.project_id))
    return {
        str(phase): str(material_id)
        for part in chunks(phases)
        for phase, material_id in session.connection().execute(for_each(session, query, _T.phase_key, part))
    }


def get_material(session: Session, scope: Scope, given: str) -> MaterialRow:
    """Return a material by id, beginning of an id, or exact name; errors as for :func:`get_structure`."""
    return get_row(session, scope, MaterialRow, given)
