"""Bytes without a record, records without their bytes, and what processes left that died.

Bytes are put in place before the record that names them, and removed after it is purged, so that a crash leaves
bytes too many and never too few: those are found here and removed. Bytes that are missing or have changed are
reported; nothing is ever marked as purged that nobody purged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.events import record_event
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import ArtifactRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nanoos_lab.store.artifacts.payloads import Stored
    from nanoos_lab.store.scope import Scope

GRACE_S = 3600.0
"""How old something without a record must be before it counts as left behind, in seconds."""


@dataclass(frozen=True)
class BadArtifact:
    """An artifact whose bytes are not what was stored."""

    id: str
    name: str
    sha256: str
    size: int
    run_id: str | None
    sample_id: str | None

    def __str__(self) -> str:
        """Name it and what it belongs to."""
        owner = (
            f" of run {self.run_id}"
            if self.run_id
            else f" of sample {self.sample_id}"
            if self.sample_id
            else ""
        )
        return f"{self.name}{owner} ({self.id}, sha256 {self.sha256[:12]}…)"


@dataclass(frozen=True)
class Orphans:
    """What does not belong together in a project's artifacts."""

    files: tuple[Stored, ...] = ()
    """Bytes that no unpurged artifact names."""
    temporaries: tuple[Stored, ...] = ()
    """What was being written when its process died."""
    young: int = 0
    """How many of either are too young to tell, or are being written now; they are left alone."""
    empty_folders: tuple[str, ...] = ()
    missing: tuple[BadArtifact, ...] = ()
    """Whose bytes are gone: only putting the same bytes back, from a backup or by running again, helps."""
    changed: tuple[BadArtifact, ...] = ()
    """Whose bytes are not those that were stored; the same helps."""
    checked: int = 0
    """How many different payloads that artifacts name were looked at."""

    @property
    def size(self) -> int:
        """Bytes that removing frees."""
        return sum(stray.size for stray in (*self.files, *self.temporaries))

    @property
    def removable(self) -> bool:
        """Whether there is anything that :func:`remove_orphans` removes."""
        return bool(self.files or self.temporaries or self.empty_folders)

    @property
    def sound(self) -> bool:
        """Whether every artifact has its bytes."""
        return not self.missing and not self.changed

    def problems(self) -> list[str]:
        """Return one sentence for each kind of thing that was found."""
        strays = len(self.files) + len(self.temporaries)
        said = [f"{strays} files ({self.size} bytes) belong to no artifact"] if strays else []
        if self.empty_folders:
            said.append(f"{len(self.empty_folders)} folders of artifacts are empty")
        said += [
            f"the bytes of {bad} are missing: restore them from a backup, or {_remedy(bad)}"
            for bad in self.missing
        ]
        said += [
            f"the bytes of {bad} have changed: restore them from a backup, or {_remedy(bad)}"
            for bad in self.changed
        ]
        return said


def find_orphans(session: Session, scope: Scope, *, verify: bool = True, grace_s: float = GRACE_S) -> Orphans:
    """Compare a project's artifacts with the bytes that are there.

    Args:
        session: An open session that sees all of the project's artifacts.
        scope: The project.
        verify: Whether every byte is read and hashed; else sizes alone are compared.
        grace_s: How old something without a record must be to be left behind, in seconds.
    """
    payloads = payloads_of(scope)
    stored = list(payloads.stored())
    named = _named(session, scope)
    there = {one.sha256: one.size for one in stored if one.sha256 is not None}
    strays = [one for one in stored if one.sha256 not in named]
    left = [one for one in strays if one.age_s >= grace_s and not one.in_use]
    missing: list[BadArtifact] = []
    changed: list[BadArtifact] = []
    for sha256, bad in named.items():
        size = there.get(sha256, payloads.size(sha256))  # it may have come while the others were listed
        if size is None:
            missing += bad
        elif size != bad[0].size or (verify and payloads.digest(sha256) != sha256):
            changed += bad
    return Orphans(
        tuple(one for one in left if one.sha256 is not None),
        tuple(one for one in left if one.sha256 is None),
        len(strays) - len(left),
        tuple(payloads.empty_folders()),
        tuple(missing),
        tuple(changed),
        len(named),
    )


def remove_orphans(session: Session, scope: Scope, found: Orphans) -> int:
    """Remove what nothing names any more, looked at once again; return how many files went.

    Args:
        session: A session that alone writes to the project, so that nobody stores these bytes meanwhile.
        scope: The project.
        found: What :func:`find_orphans` found.
    """
    payloads = payloads_of(scope)
    hashes = [one.sha256 for one in found.files if one.sha256 is not None]
    named = {
        sha256
        for part in chunks(hashes)
        for sha256 in session.scalars(
            select(ArtifactRow.sha256).where(
                ArtifactRow.project_id == scope.project_id,
                ArtifactRow.sha256.in_(part),
                ArtifactRow.purged_at.is_(None),
            )
        )
    }
    gone = [
        one for one in (*found.files, *found.temporaries) if one.sha256 is None or one.sha256 not in named
    ]
    for one in gone:
        payloads.discard(one)
    payloads.tidy()
    if gone:
        size = sum(one.size for one in gone)
        record_event(session, scope, "artifacts.cleaned", scope.project_id, files=len(gone), size=size)
    return len(gone)


def _named(session: Session, scope: Scope) -> dict[str, list[BadArtifact]]:
    """Return the artifacts that claim bytes, by the hash of these."""
    a = ArtifactRow
    query = select(a.id, a.name, a.sha256, a.size, a.run_id, a.sample_id).where(
        a.project_id == scope.project_id, a.purged_at.is_(None)
    )
    named: dict[str, list[BadArtifact]] = {}
    for row in session.execute(query.order_by(a.id)):
        named.setdefault(row.sha256, []).append(BadArtifact(*row))
    return named


def _remedy(bad: BadArtifact) -> str:
    return f"run {bad.run_id} again with force=True" if bad.run_id else "store the same file again"
