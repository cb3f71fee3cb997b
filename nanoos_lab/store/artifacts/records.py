"""Artifacts: named files of runs, samples and values, whose bytes are kept once by their hash.

Bytes are in place before the row that names them is written, so a row never names bytes that are not there; they
are checked again whenever they are read. Putting bytes back that were purged makes every artifact of these bytes
readable again.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.errors import ArtifactError, InvalidInputError
from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.events import events_of, record_events
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import ArtifactRow, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from io import BufferedReader

    from sqlalchemy.orm import Session

    from nanoos_lab.store.artifacts.payloads import Payload
    from nanoos_lab.store.scope import Scope

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def put_artifact(
    session: Session,
    scope: Scope,
    run_id: str,
    name: str,
    path: Path,
    *,
    sha256: str | None = None,
    inside: Path | None = None,
) -> ArtifactRow:
    """Store a file of a run; the same file again is the same artifact.

    Args:
        session: A writing session.
        scope: The project.
        run_id: The run that left it.
        name: What the run calls it: a relative name of at most 200 characters, ``/`` allowed.
        path: The file. A symbolic link is refused.
        sha256: What its bytes must hash to, where that was stated.
        inside: A folder that the file must lie in, links on the way resolved.

    Raises:
        InvalidInputError: The name cannot be used, or the run has another artifact of that name.
        ArtifactError: The file is missing, is not a plain file inside the folder, or has other bytes.
        StoreError: It cannot be written, as on a full disk.
    """
    return put_file(session, scope, name, path, run_id=run_id, sha256=sha256, inside=inside)


def put_file(
    session: Session,
    scope: Scope,
    name: str,
    source: str | Path | bytes,
    *,
    run_id: str | None = None,
    sample_id: str | None = None,
    sha256: str | None = None,
    inside: Path | None = None,
) -> ArtifactRow:
    """Store a file of a run, of a sample, or of neither, such as the array of a value.

    A run, and a sample, has one file of a name; the same file again is the same artifact. Files of neither are
    told apart by their ids alone.

    Args:
        session: A writing session.
        scope: The project.
        name: What it is called: a relative name of at most 200 characters, ``/`` allowed.
        source: The file, or its bytes. A symbolic link is refused.
        run_id: The run that left it.
        sample_id: The sample it was taken of.
        sha256: What its bytes must hash to, where that was stated.
        inside: A folder that the file must lie in, links on the way resolved.

    Raises:
        InvalidInputError: The name cannot be used, or is taken by another file of the run or sample.
        ArtifactError: The file is missing, is not a plain file inside the folder, or has other bytes.
        StoreError: It cannot be written, as on a full disk.
    """
    check_name(name)
    payload = place(scope, source, sha256=sha256, inside=inside)
    return record_file(session, scope, name, payload, run_id=run_id, sample_id=sample_id)


def place(
    scope: Scope,
    source: str | Path | bytes | IO[bytes],
    *,
    sha256: str | None = None,
    inside: Path | None = None,
) -> Payload:
    """Put bytes in place, for :func:`record_file` in a transaction that begins soon.

    Args:
        scope: The project.
        source: A file, bytes, or an open stream.
        sha256: What they must hash to, where that was stated.
        inside: A folder that the file must lie in, links on the way resolved.

    Raises:
        ArtifactError: The file is missing, is not a plain file inside the folder, or has other bytes.
        StoreError: It cannot be written, as on a full disk.
    """
    shown = f"a file of {len(source)} bytes" if isinstance(source, bytes) else str(source)
    if isinstance(source, str | Path):
        with open_plain(Path(source), inside) as stream:
            return payloads_of(scope).put(stream, expected=sha256, shown=shown)
    stream = io.BytesIO(source) if isinstance(source, bytes) else source  # type: ignore[assignment]
    return payloads_of(scope).put(stream, expected=sha256, shown=shown)


def record_file(
    session: Session,
    scope: Scope,
    name: str,
    payload: Payload,
    *,
    run_id: str | None = None,
    sample_id: str | None = None,
) -> ArtifactRow:
    """Record a file whose bytes are in place.

    Args:
        session: A writing session.
        scope: The project.
        name: What it is called.
        payload: Its bytes.
        run_id: The run that left it.
        sample_id: The sample it was taken of.

    Raises:
        InvalidInputError: The name cannot be used, or is taken by another file of the run or sample.
        ArtifactError: The bytes have been removed since they were put in place; put them again.
    """
    check_name(name)
    if payloads_of(scope).size(payload.sha256) != payload.size:
        raise ArtifactError(
            f"the bytes of {name!r} ({payload.sha256}) are no longer in place: store it again"
        )
    row = {
        "id": new_id(),
        "project_id": scope.project_id,
        "run_id": run_id,
        "sample_id": sample_id,
        "name": name,
        "sha256": payload.sha256,
        "size": payload.size,
        "created_at": time.time(),
    }
    restore(session, scope, [payload.sha256])
    if insert_new(session, ArtifactRow, [row]):
        return ArtifactRow(**row)
    owners = ((ArtifactRow.run_id, run_id, "run"), (ArtifactRow.sample_id, sample_id, "sample"))
    for column, owner, kind in owners:
        taken = select(ArtifactRow).where(
            ArtifactRow.project_id == scope.project_id, column == owner, ArtifactRow.name == name
        )
        existing = None if owner is None else session.scalars(taken).one_or_none()
        if existing is not None and existing.sha256 == payload.sha256:
            return existing
        if existing is not None:
            raise InvalidInputError(
                f"{kind} {owner} has another artifact named {name!r} already: choose another name"
            )
    raise InvalidInputError(f"the artifact {name!r} could not be recorded: store it again")


def restore(session: Session, scope: Scope, hashes: Iterable[str]) -> list[str]:
    """Make purged artifacts readable again whose bytes are back in place; return their ids.

    Args:
        session: A writing session.
        scope: The project.
        hashes: Hashes of bytes that are in place.
    """
    purged = select(ArtifactRow).where(
        ArtifactRow.project_id == scope.project_id,
        ArtifactRow.sha256.in_(list(hashes)),
        ArtifactRow.purged_at.is_not(None),
    )
    rows = list(session.scalars(purged))
    for row in rows:
        row.purged_at = None
    session.flush()
    record_events(session, scope, "artifact.restored", {row.id: {"name": row.name} for row in rows})
    return [row.id for row in rows]


def artifacts_of(session: Session, scope: Scope, run_id: str) -> list[ArtifactRow]:
    """Return the artifacts of a run by name."""
    query = select(ArtifactRow).where(
        ArtifactRow.project_id == scope.project_id, ArtifactRow.run_id == run_id
    )
    return list(session.scalars(query.order_by(ArtifactRow.name)))


def artifacts_of_sample(session: Session, scope: Scope, sample_id: str) -> list[ArtifactRow]:
    """Return the artifacts of a sample by name."""
    query = select(ArtifactRow).where(
        ArtifactRow.project_id == scope.project_id, ArtifactRow.sample_id == sample_id
    )
    return list(session.scalars(query.order_by(ArtifactRow.name)))


def artifact_path(scope: Scope, sha256: str) -> Path:
    """Return where a file of that hash lies on this machine, whether or not it is there.

    Args:
        scope: The project.
        sha256: 64 hexadecimal characters.

    Raises:
        ArtifactError: That is not a SHA-256.
    """
    return payloads_of(scope).path(sha256)


def open_artifact(scope: Scope, artifact: ArtifactRow, *, session: Session | None = None) -> BufferedReader:
    """Open a stored file for reading after checking every byte of it.

    Args:
        scope: The project.
        artifact: Its row.
        session: An open session, where the error should say who purged it.

    Raises:
        ArtifactError: The file was purged, is gone, or its bytes are not those that were stored.
    """
    if artifact.purged_at is not None:
        raise ArtifactError(_why_purged(scope, artifact, session))
    payloads = payloads_of(scope)
    for again in (True, False):
        path = payloads.fetch(artifact.sha256)
        stream = _open_stored(path, artifact)
        try:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
        except BaseException:
            stream.close()
            raise
        if digest == artifact.sha256:
            return stream
        stream.close()
        if not (again and payloads.forget(artifact.sha256)):  # a copy is fetched once more
            break
    raise ArtifactError(
        f"the stored file of {artifact.name!r} ({path}) has changed since it was stored: restore it from a backup, "
        f"or {_get_it_back(artifact)}"
    )


def checked_path(scope: Scope, artifact: ArtifactRow, *, session: Session | None = None) -> Path:
    """Return where a stored file lies on this machine, after checking its bytes; as :func:`open_artifact`."""
    open_artifact(scope, artifact, session=session).close()
    return artifact_path(scope, artifact.sha256)


def read_artifact(scope: Scope, artifact: ArtifactRow, *, session: Session | None = None) -> bytes:
    """Return the checked bytes of a stored file; errors as for :func:`open_artifact`."""
    with open_artifact(scope, artifact, session=session) as stream:
        return stream.read()


def check_name(name: str) -> None:
    """Refuse a name that is not a plain relative path.

    Args:
        name: Of an artifact.

    Raises:
        InvalidInputError: It cannot be used.
    """
    parts = PurePosixPath(name).parts
    bad = not parts or len(name) > 200 or not name.isprintable() or "\\" in name  # noqa: PLR2004
    if bad or ".." in parts or PurePosixPath(name).is_absolute():
        raise InvalidInputError(
            "an artifact is named by a relative path of at most 200 printable characters without '..', "
            f"not {name!r}"
        )


def open_plain(path: Path, inside: Path | None) -> BufferedReader:
    """Open a regular file, refusing links and whatever lies outside a folder."""
    if inside is not None and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(inside)):
        raise ArtifactError(f"{path} lies outside {inside}: an artifact is a file of its run's own folder")
    try:
        handle = os.open(
            path, os.O_RDONLY | _NO_LINK | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except OSError as error:
        kind = "is a symbolic link" if Path(path).is_symlink() else f"cannot be read ({error.strerror})"
        raise ArtifactError(f"the artifact {path} {kind}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ArtifactError(f"the artifact {path} is not a plain file")
    return os.fdopen(handle, "rb")


def _open_stored(path: Path, artifact: ArtifactRow) -> BufferedReader:
    try:
        return open_plain(path, None)
    except ArtifactError as error:
        raise ArtifactError(
            f"the bytes of the artifact {artifact.name!r} cannot be read ({error}): restore them from a backup, or "
            f"{_get_it_back(artifact)}"
        ) from error


def _get_it_back(artifact: ArtifactRow) -> str:
    if artifact.run_id is not None:
        return f"run {artifact.run_id} again with force=True"
    return "store the same file again"


def _why_purged(scope: Scope, artifact: ArtifactRow, session: Session | None) -> str:
    when = datetime.fromtimestamp(artifact.purged_at or 0.0, UTC).strftime("%Y-%m-%d %H:%M UTC")
    lines = [] if session is None else events_of(session, scope, artifact.id, kind="artifact.purged", limit=1)
    who = f" by {lines[0].author}" if lines else ""
    reason = f" ({lines[0].data['reason']})" if lines and lines[0].data.get("reason") else ""
    back = "" if artifact.run_id is None else f"{_get_it_back(artifact)}, or "
    return (
        f"the bytes of the artifact {artifact.name!r} ({artifact.id}, {artifact.size} bytes) were purged on {when}"
        f"{who}{reason}: {back}store the same file again (sha256 {artifact.sha256})"
    )
