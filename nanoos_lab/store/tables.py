"""Tables of measured values: stored as a whole, or what they say of one structure's material."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from nanoos_lab.store.events import record_event
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.schema import PropertyValueRow, StructureRow
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
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
