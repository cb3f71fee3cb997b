"""What processes left that died between settling a run and removing its files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.driving.carrying import forget_kept
from nanoos_lab.runs.driving.inline import FOLDER
from nanoos_lab.store import runs as rows

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.runs.attempts.presence import Presence
    from nanoos_lab.runs.driving.reconcile import Reconciler
    from nanoos_lab.store.database import Scope, Store


def tidy_old_folders(store: Store, presence: Presence, reconciler: Reconciler) -> None:
    """Tidy the attempt folders at which no unfinished run stands.

    Args:
        store: The open store.
        presence: Knows which processes live.
        reconciler: Tidies folders of workers once these are gone.
    """
    files, scope = store.scope.files, store.scope
    forget_kept(store)
    inline = [p for p in (files / FOLDER).glob("*") if not presence.alive(p.name) and _is_ours(p, scope)]
    detached = [p.parent for p in (files / "runs").glob("[0-9a-f][0-9a-f]/*/spec.json")]
    detached = [p for p in detached if _is_ours(p, scope)]
    if not inline and not detached:
        return
    with store.read() as session:  # after the folders were listed: their rows are older than they
        in_use = {flight.folder for flight in rows.in_flight(session, scope, everybodys=True)}
    for path in inline:
        if path.relative_to(files).as_posix() not in in_use:
            AttemptFolder(path).tidy()
    left = [path for path in detached if path.relative_to(files).as_posix() not in in_use]
    reconciler.tidy(map(AttemptFolder, left))


def _is_ours(path: Path, scope: Scope) -> bool:
    """Return whether what lies here was made by those whose runs are carried on here."""
    return scope.looks_after is None or path.lstat().st_uid == os.geteuid()
