"""Files that runs leave, kept once by their SHA-256 under ``artifacts/ab/<sha256>`` of the project.

A file is streamed into a temporary one, made durable, and renamed into place before its row is written, so
a row never names bytes that are not there. Bytes are checked again whenever they are read.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sqlalchemy import select

from nanoos_lab.errors import ArtifactError, InvalidInputError, StoreError
from nanoos_lab.store.folder import sync_folder
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import ArtifactRow, new_id

if TYPE_CHECKING:
    from io import BufferedReader

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

_BLOCK = 1 << 20
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
    _check_name(name)
    with _open_plain(path, inside) as source:
        digest, size = _store_bytes(scope, source, expected=sha256, shown=str(path))
    row = {
        "id": new_id(),
        "project_id": scope.project_id,
        "run_id": run_id,
        "name": name,
        "sha256": digest,
        "size": size,
        "created_at": time.time(),
    }
    if insert_new(session, ArtifactRow, [row]):
        return ArtifactRow(**row)
    existing = session.scalars(
        select(ArtifactRow).where(
            ArtifactRow.project_id == scope.project_id, ArtifactRow.run_id == run_id, ArtifactRow.name == name
        )
    ).one()
    if existing.sha256 != digest:
        raise InvalidInputError(
            f"run {run_id} has another artifact named {name!r} already: choose another name"
        )
    return existing


def artifacts_of(session: Session, scope: Scope, run_id: str) -> list[ArtifactRow]:
    """Return the artifacts of a run by name."""
    query = select(ArtifactRow).where(
        ArtifactRow.project_id == scope.project_id, ArtifactRow.run_id == run_id
    )
    return list(session.scalars(query.order_by(ArtifactRow.name)))


def artifact_path(scope: Scope, sha256: str) -> Path:
    """Return where a file of that hash lies, whether or not it is there.

    Args:
        scope: The project.
        sha256: 64 hexadecimal characters.

    Raises:
        ArtifactError: That is not a SHA-256.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ArtifactError(f"{sha256!r} is not a SHA-256")
    return scope.files / "artifacts" / sha256[:2] / sha256


def open_artifact(scope: Scope, artifact: ArtifactRow) -> BufferedReader:
    """Open a stored file for reading after checking every byte of it.

    Args:
        scope: The project.
        artifact: Its row.

    Raises:
        ArtifactError: The file is gone or its bytes are not those that were stored.
    """
    path = artifact_path(scope, artifact.sha256)
    stream = _open_plain(path, None)
    try:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    if digest != artifact.sha256:
        stream.close()
        raise ArtifactError(
            f"the stored file of {artifact.name!r} ({path}) has changed since it was stored: restore it "
            f"from a backup, or run {artifact.run_id} again with force=True"
        )
    return stream


def checked_path(scope: Scope, artifact: ArtifactRow) -> Path:
    """Return where a stored file lies, after checking its bytes; errors as for :func:`open_artifact`."""
    open_artifact(scope, artifact).close()
    return artifact_path(scope, artifact.sha256)


def read_artifact(scope: Scope, artifact: ArtifactRow) -> bytes:
    """Return the checked bytes of a stored file; errors as for :func:`open_artifact`."""
    with open_artifact(scope, artifact) as stream:
        return stream.read()


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    bad = not parts or len(name) > 200 or not name.isprintable() or "\\" in name  # noqa: PLR2004
    if bad or ".." in parts or PurePosixPath(name).is_absolute():
        raise InvalidInputError(
            "an artifact is named by a relative path of at most 200 printable characters without '..', "
            f"not {name!r}"
        )


def _open_plain(path: Path, inside: Path | None) -> BufferedReader:
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


def _store_bytes(
    scope: Scope, source: BufferedReader, *, expected: str | None, shown: str
) -> tuple[str, int]:
    """Copy a stream to the place of its hash and return hash and size in bytes."""
    temporary = scope.files / "artifacts" / f".{secrets.token_hex(8)}"
    try:
        temporary.parent.mkdir(exist_ok=True)
        try:
            digest, size = _copy_durably(source, temporary)
            if expected is not None and digest != expected.lower():
                raise ArtifactError(
                    f"{shown} hashes to {digest}, not to {expected} as stated: it was changed"
                )
            _place(temporary, artifact_path(scope, digest), digest)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{shown} cannot be stored in {scope.files}: {error.strerror or error}") from error
    return digest, size


def _copy_durably(source: BufferedReader, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as stream:
        while block := source.read(_BLOCK):
            digest.update(block)
            size += len(block)
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest(), size


def _place(temporary: Path, place: Path, digest: str) -> None:
    """Rename into place, unless the right bytes are there already."""
    if place.is_file() and not place.is_symlink():
        with place.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() == digest:
                return
    if not place.parent.is_dir():
        place.parent.mkdir(exist_ok=True)
        sync_folder(place.parent.parent)
    temporary.replace(place)
    sync_folder(place.parent)
