"""Checks of a lab's files: artifacts against their records, who may look, what stopped moves left."""

from __future__ import annotations

import contextlib
import stat
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from nanoos_lab.store.checking.findings import Finding
from nanoos_lab.store.orphans import find_orphans, remove_orphans
from nanoos_lab.store.transfer.sinks import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nanoos_lab.store.scope import Scope
    from nanoos_lab.store.transfer.sources import LabSource


def quickly(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield what is wrong with the files, looking at sizes alone.

    Args:
        session: Of the source.
        source: The lab.
    """
    return _look(session, source, verify=False)


def thoroughly(session: Session, source: LabSource) -> Iterator[Finding]:
    """Yield what is wrong with the files, reading every byte.

    Args:
        session: Of the source.
        source: The lab.
    """
    return _look(session, source, verify=True)


def _look(session: Session, source: LabSource, *, verify: bool) -> Iterator[Finding]:
    if not source.root.is_dir():
        yield Finding(
            f"the lab's files are not in {source.root}: say where they are seen from here with --files"
        )
        return
    for project in source.projects:
        scope = source.scope(project)
        if not scope.files.is_dir():
            yield Finding(f"note: project {project.name} has no folder of files yet ({scope.files})")
            continue
        if source.kind == "server":
            yield from _access(scope)
        yield from _artifacts(session, source, scope, verify=verify)


def _access(scope: Scope) -> Iterator[Finding]:
    mode = stat.S_IMODE(scope.files.stat().st_mode)
    if mode & 0o007:
        yield Finding(
            f"everyone on this machine may look into {scope.files} (mode {mode:o})",
            partial(_close, scope.files),
        )
    if (scope.files / MARKER).exists():
        yield Finding(
            f"a move was stopped at its end in {scope.files}", partial(_unmark, scope.files / MARKER)
        )


def _close(files: Path) -> str:
    files.chmod(0o2770)
    return f"closed {files} to all but its group (mode 2770)"


def _unmark(marker: Path) -> str:
    marker.unlink()
    return f"removed the mark {marker}"


def _artifacts(session: Session, source: LabSource, scope: Scope, *, verify: bool) -> Iterator[Finding]:
    found = find_orphans(session, scope, verify=verify)
    mendable = found.files or found.temporaries or found.empty_folders
    for number, words in enumerate(found.problems()):
        of_project = f"project {scope.project}: {words}"
        strays = "missing" not in words and "changed" not in words
        if not strays:
            yield Finding(of_project)
        elif number == 0 and mendable:  # one act removes all of it
            yield Finding(of_project, partial(_clean, source, scope))
    if found.young:
        yield Finding(
            f"note: project {scope.project}: {found.young} files are too young to tell whose they are"
        )


def _clean(source: LabSource, scope: Scope) -> str:
    with _writing(source, scope) as session:
        found = find_orphans(session, scope, verify=False)
        n = remove_orphans(session, scope, found)
    folders = f" and {len(found.empty_folders)} empty folders" if found.empty_folders else ""
    return f"removed {n} files ({found.size} bytes){folders} of project {scope.project} that belonged to no artifact"


@contextlib.contextmanager
def _writing(source: LabSource, scope: Scope) -> Iterator[Session]:
    """Give a session that alone writes to the project, in a transaction."""
    with (
        source.reopen() as connection,
        Session(connection, join_transaction_mode="create_savepoint") as session,
    ):
        if source.kind == "server":
            session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended('nanoos ' || :project, 0))"),
                {"project": scope.project_id},
            )
        yield session
        session.commit()
