"""Tables of measured values: stored as a whole, or what they say of one structure's material."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.display import text
from nanoos_lab.errors import NanoOSError
from nanoos_lab.store.events import record_event
from nanoos_lab.store.materials import material_of_phase
from nanoos_lab.store.samples import Subject, put_sample
from nanoos_lab.store.values import put_values

if TYPE_CHECKING:
    from rich.console import RenderableType
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope
    from nanoos_lab.store.measured import RejectedLine, SampleLine
    from nanoos_lab.store.schema import PropertyValueRow, StructureRow


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    added: int = 0
    already_there: int = 0
    rejected: tuple[RejectedLine, ...] = ()
    new_materials: tuple[str, ...] = ()
    """Phases of which the lab has no structure yet; their values wait for one."""
    new_samples: tuple[str, ...] = ()
    """Names of samples that were made."""

    def __str__(self) -> str:
        """Say it in a line, and each rejected line in one more."""
        n = len(self.rejected)
        head = f"{self.added} measured value{'' if self.added == 1 else 's'} added, {self.already_there} already there"
        head += f", {n} line{'' if n == 1 else 's'} rejected" if n else ""
        return "\n".join([head, *(f"line {r.line}: {r.reason}" for r in self.rejected)])

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        return text.stack(str(self))


def import_measured_csv(session: Session, scope: Scope, source: str | Path | bytes) -> ImportReport:
    """Store a table of measured values; importing it again adds nothing.

    A value belongs to a material, found by reduced formula and space group, or to a sample, found by its label.
    A material of which there is no structure yet is made, so that a structure added later finds its measured
    values waiting; so is a sample that is new.

    Args:
        session: A writing session.
        scope: The project.
        source: A path, or the table as text or bytes; see :mod:`nanoos_lab.store.measured` for its columns.

    Raises:
        InvalidInputError: The table as a whole cannot be read. Bad lines are in the report instead.
    """
    from nanoos_lab.store.measured import RejectedLine, read_measured  # noqa: PLC0415 - loads pymatgen

    table = read_measured(source)
    done = _Done()
    for (formula, space_group), estimates in table.estimates.items():
        material_id = done.material(session, scope, formula, space_group)
        done.count(put_values(session, scope, material_id, None, estimates), len(estimates))
    for line in table.of_samples:
        materials = list(done.new_materials)
        try:
            with session.begin_nested():
                _store_sample_line(session, scope, line, done)
        except NanoOSError as error:
            table.rejected.append(RejectedLine(line.line, str(error)))
            done.new_materials = materials
    rejected = tuple(sorted(table.rejected, key=lambda one: one.line))
    report = ImportReport(
        done.added, done.repeated, rejected, tuple(done.new_materials), tuple(done.new_samples)
    )
    if done.added:
        name = source.name if isinstance(source, Path) else None
        record_event(session, scope, "values.imported", scope.project_id, added=done.added, source=name)
    return report


@dataclass
class _Done:
    """What an import has done so far."""

    added: int = 0
    repeated: int = 0
    new_materials: list[str] = field(default_factory=list)
    new_samples: list[str] = field(default_factory=list)

    def material(self, session: Session, scope: Scope, formula: str, space_group: int) -> str:
        """Return the material of a phase, made when it is new."""
        phase = f"{formula}|{space_group}"
        material_id, is_new = material_of_phase(session, scope, phase, formula)
        self.new_materials += [phase] if is_new else []
        return material_id

    def count(self, put: tuple[list[PropertyValueRow], int], given: int) -> None:
        """Count values that were stored, and those that were there."""
        self.added += put[1]
        self.repeated += given - put[1]


def _store_sample_line(session: Session, scope: Scope, line: SampleLine, done: _Done) -> None:
    """Store a value of a sample; a sample that is new is made."""
    subject = None
    if line.phase is not None:
        material_id = done.material(session, scope, *line.phase)
        subject = Subject("material", material_id, line.phase[0], material_id)
    sample, is_new = put_sample(session, scope, line.sample, subject=subject)
    done.new_samples += [sample.name] if is_new else []
    put = put_values(session, scope, sample.material_id, None, [line.estimate], sample_id=sample.id)
    done.count(put, 1)


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
    return put_values(session, scope, structure.material_id, None, estimates)[1]
