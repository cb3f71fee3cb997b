"""Taking in what others ran: calculations found in folders become runs with structures, values and files.

The act is a run of the task ``import`` that was never executed here. Its key is made of the files' bytes, so that the
same calculation is found again wherever its folder lies. Where a calculation failed, the run says so and nothing of it
counts as a result.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import ArtifactError, InvalidInputError, ProgramOutputError
from nanoos_lab.lab.imported import ImportedRun, ImportedRuns
from nanoos_lab.lab.runs import Run
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.programs import outputs
from nanoos_lab.programs.outputs.reading import nothing_there
from nanoos_lab.programs.outputs.recognise import HEAVY
from nanoos_lab.runs.keys import run_key
from nanoos_lab.store import run_changes
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store.artifacts import Payload, check_name, place, record_file
from nanoos_lab.store.events import record_event
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.insertion import insert_structures
from nanoos_lab.store.runs import InputEdge
from nanoos_lab.store.schema import RunRow, RunState, new_id
from nanoos_lab.store.tags import clean_tags
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from nanoos_lab.programs.outputs import Calculation, ProgramRun

TASK, VERSION = "import", "1"
LARGEST_FILE = 64 << 20
"""Bytes; a larger file is left out, and the import says so."""
LARGEST_WHOLE = 256 << 20
"""Bytes of all files of one calculation."""
MOST_FILES = 200


@dataclass(frozen=True)
class _Said:
    """What the user says of the structures."""

    name: str | None
    tags: list[str]
    notes: str


@dataclass(frozen=True)
class _Ready:
    """A calculation whose files are read and in place, to be stored in one transaction."""

    calculation: Calculation
    read: ProgramRun
    key: str
    hashes: Mapping[str, str]
    kept: Mapping[str, Payload]
    left_out: tuple[str, ...]
    said: _Said
    run_id: str


class Importing(Workspace):
    """The verb that takes in what others ran."""

    def import_run(
        self,
        path: str | Path,
        *,
        recursive: bool = False,
        name: str | None = None,
        tags: str | Iterable[str] = (),
        notes: str = "",
    ) -> ImportedRun | ImportedRuns:
        """Take in a calculation that ran elsewhere: its structures, values, level of theory and files.

        Known are Quantum ESPRESSO, VASP, GPAW, LAMMPS and phonopy. The same calculation again is found, not doubled. Of
        one that failed the run says what failed, and its numbers are marked as not converged.

        Args:
            path: Its folder, or one of its files.
            recursive: Whether folders inside are looked through too; one that cannot be read stops no other.
            name: The structure's name; by default the folder's.
            tags: Words to find the structures by.
            notes: Free text.

        Returns:
            What was taken in; a list of it where there are several calculations, whose ``problems`` names the others.

        Raises:
            InvalidInputError: Nothing is recognised there.
            ProgramOutputError: The one calculation cannot be understood; the message names file and line.

        Example:
            >>> lab.import_run("calculations/NaCl", tags=["halide"])  # doctest: +SKIP
        """
        whole, said = Path(path).expanduser(), _Said(name, clean_tags(tags), notes)
        found = outputs.find_calculations(whole, recursive=recursive)
        if not found:
            raise InvalidInputError(f"{whole}: {nothing_there()}")
        if len(found) == 1 and not recursive:
            return self._import_one(found[0], said, alone=whole.is_dir())
        taken, problems = [], []
        folders = [calculation.folder for calculation in found]
        for calculation in found:
            try:
                alone = folders.count(calculation.folder) == 1
                taken.append(self._import_one(calculation, said, alone=alone))
            except (ProgramOutputError, InvalidInputError, ArtifactError) as error:
                problems.append((str(calculation.paths[0]), str(error)))
        return ImportedRuns(taken, problems=problems)

    def _import_one(self, calculation: Calculation, said: _Said, *, alone: bool) -> ImportedRun:
        read = outputs.read_calculation(calculation)
        if read.final is None and read.initial is None:
            raise ProgramOutputError(
                "it holds no structure, so that its numbers are of nothing: put the structure's file beside it (of "
                "LAMMPS a data file with masses, or a dump)", str(read.source),
            )  # fmt: skip
        hashes = {_relative(calculation, one): _sha256(one) for one in calculation.paths}
        key = run_key(TASK, VERSION, {}, {}, {"files": sorted(hashes.values())})
        kept, left_out = self._kept_files(calculation, alone=alone)
        ready = _Ready(calculation, read, key, hashes, kept, left_out, said, new_id())
        row = self.store.ensure(lambda session: self._store_import(session, ready))
        return ImportedRun(Run(self, row, reused=row.id != ready.run_id), read, left_out)

    def _kept_files(
        self, calculation: Calculation, *, alone: bool
    ) -> tuple[dict[str, Payload], tuple[str, ...]]:
        """Put the bytes of a calculation's files in place; return them by name, and what was left out and why."""
        chosen = list(dict.fromkeys((*calculation.paths, *(_beside(calculation.folder) if alone else ()))))
        kept: dict[str, Payload] = {}
        left_out, total = [], 0
        for path in chosen:
            shown = _relative(calculation, path)
            try:
                size = path.stat().st_size
                if HEAVY.match(path.name) and path not in calculation.paths:
                    left_out.append(f"{shown}: large, or not free to be passed on")
                elif size > LARGEST_FILE or total + size > LARGEST_WHOLE or len(kept) >= MOST_FILES:
                    left_out.append(f"{shown}: {size / 1e6:.0f} MB would make the import too large")
                else:
                    check_name(shown)
                    kept[shown] = place(self.store.scope, path, inside=calculation.folder)
                    total += size
            except (OSError, ArtifactError, InvalidInputError) as error:
                left_out.append(f"{shown}: {error}")
        return kept, tuple(left_out)

    def _store_import(self, session: Session, ready: _Ready) -> RunRow:
        scope, read = self.store.scope, ready.read
        known = run_rows.find_active(session, scope, [ready.key])
        if ready.key in known:
            return known[ready.key]
        name = ready.said.name or _name(ready.calculation)
        first = NewStructure(
            read.initial if read.initial is not None else read.final, name, tags=ready.said.tags,
            notes=ready.said.notes, original_name=read.source.name,
        )  # fmt: skip
        ((start, _),) = insert_structures(session, scope, [first])
        row = _columns(ready, scope.project_id, scope.author)
        run_changes.insert_runs(session, scope, [row], [[InputEdge("structure", 0, start.id)]])
        subject, made = start, {}
        if _moved(read):
            final = NewStructure(
                read.final,
                f"{name} · {read.kind}"[:200],
                parent_id=start.id,
                run_id=ready.run_id,
                tags=ready.said.tags,
            )
            ((subject, _),) = insert_structures(session, scope, [final])
            made["final"] = subject.id
        estimates = outputs.estimates_of(read)
        insert_values(session, scope, subject.material_id, subject.id, estimates, run_id=ready.run_id)
        for shown, payload in ready.kept.items():
            record_file(session, scope, shown, payload, run_id=ready.run_id)
        record_event(
            session, scope, "run.completed", ready.run_id, attempt=0, structures=made, values=len(estimates)
        )
        session.flush()
        return run_rows.get_runs(session, scope, [ready.run_id])[0]


def _moved(read: ProgramRun) -> bool:
    """Return whether the last geometry is another one than the first."""
    from nanoos_lab.programs.outputs.shapes import same_geometry  # noqa: PLC0415 - used here alone

    if read.initial is None or read.final is None:
        return False
    return read.kind in {"relax", "vc-relax", "md"} or not same_geometry(read.initial, read.final)


def _columns(ready: _Ready, project_id: str, author: str) -> dict[str, Any]:
    """Return the columns of the run that records the act."""
    read, now = ready.read, time.time()
    return {
        "id": ready.run_id, "project_id": project_id, "parent_id": None, "task": TASK, "task_version": VERSION,
        "task_reference": "",
        "params": {"program": read.program, "kind": read.kind, "folder": ready.calculation.folder.name},
        "identity": {"files": dict(ready.hashes)}, "key": ready.key, "active_key": ready.key,
        "state": RunState.COMPLETED, "profile": "import", "executor": "import", "priority": 0, "resources": {},
        "retry": {}, "attempt": 0, "not_before": 0.0, "cancel_requested": False, "owner": None,
        "label": f"{read.program} {read.kind}", "author": author, "created_at": now, "started_at": now,
        "finished_at": now, "summary": summary_of(read),
        "messages": [*read.failures, *read.notes, *map("left out: {}".format, ready.left_out)],
        "converged": read.converged, "error": None,
    }  # fmt: skip


def summary_of(read: ProgramRun) -> dict[str, Any]:
    """Return what a run says of a calculation, as small JSON values.

    Args:
        read: The calculation.
    """
    method = outputs.method_of(read)
    final = read.final if read.final is not None else read.initial
    atoms = len(final) if final is not None else 1
    facts: dict[str, Any] = {
        "program": read.program,
        "version": read.version,
        "kind": read.kind,
        "method": method.label,
        "converged_electronically": read.electronic_converged,
        "converged_geometry": read.ionic_converged,
        "finished": read.finished,
        "atoms": atoms,
        "ionic_steps": len(read.energies),
        "energy": None if read.energy is None else read.energy / atoms,
        "wall_time_s": read.wall_time_s,
        "settings": {name: value for name, value in read.settings.items() if value is not None},
    }
    return {name: value for name, value in facts.items() if value is not None}


def _name(calculation: Calculation) -> str:
    return (calculation.folder.resolve().name or calculation.paths[0].name)[:200]


def _relative(calculation: Calculation, path: Path) -> str:
    return path.relative_to(calculation.folder).as_posix()


def _beside(folder: Path) -> list[Path]:
    """Return the other plain files of a calculation's folder, such as its inputs."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.is_symlink() and path.is_file() and not path.name.startswith(".")
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ProgramOutputError(f"it cannot be read: {error.strerror}", str(path)) from error
