"""Writing an archive: the rows of a project, or of chosen structures, and the bytes of their artifacts.

All rows are read in one transaction, so that an archive shows one moment; it appears under its name when it is
whole.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from nanoos_lab._version import __version__
from nanoos_lab.errors import ArtifactError, InvalidInputError, StoreError
from nanoos_lab.store.archive import manifest as manifests
from nanoos_lab.store.archive.manifest import Manifest, Member, Origin
from nanoos_lab.store.archive.selection import Selection, whole_project, with_provenance
from nanoos_lab.store.archive.tables import FIRST, FORMAT, kinds_of
from nanoos_lab.store.artifacts import open_artifact
from nanoos_lab.store.artifacts.payloads import copy
from nanoos_lab.store.folder import sync_folder
from nanoos_lab.store.schema import ArtifactRow
from nanoos_lab.store.vectors import FLOAT32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.archive.tables import Kind
    from nanoos_lab.store.database import Store
    from nanoos_lab.store.scope import Scope

PIECE = 500
"""How many rows are in memory at a time."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Times of members say nothing: the manifest has the one that counts."""


@dataclass(frozen=True)
class Exported:
    """An archive that was written."""

    path: Path
    size: int
    """In bytes."""
    counts: Mapping[str, int]
    """Rows by kind."""
    artifacts: int
    """How many payloads are in it."""
    left_out: Mapping[str, int]
    """What was not taken along, such as unfinished runs."""


def export_archive(
    store: Store,
    path: str | Path,
    structure_ids: Iterable[str] | None = None,
    *,
    artifacts: bool = True,
    overwrite: bool = False,
) -> Exported:
    """Write a project, or structures with everything that explains them, as one file.

    Args:
        store: The open store.
        path: The file.
        structure_ids: Full ids of the chosen structures; None for the whole project.
        artifacts: Whether the bytes of artifacts are put in.
        overwrite: Whether a file that is there is replaced.

    Raises:
        InvalidInputError: There is such a file already.
        ArtifactError: The bytes of an artifact are missing or were changed.
        StoreError: The file cannot be written.
    """
    target = Path(path).expanduser().absolute()
    if target.exists() and not overwrite:
        raise InvalidInputError(f"{target} exists: name another file, or say that it may be overwritten")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            with zipfile.ZipFile(temporary, "x") as packed:
                writer = _Writer(store, packed)
                with store.read() as session:
                    chosen = (
                        whole_project(session, store.scope)
                        if structure_ids is None
                        else with_provenance(session, store.scope, structure_ids)
                    )
                    writer.write_tables(session, chosen)
                if artifacts:  # large files take their time, in which a server would give up the transaction
                    writer.write_artifacts()
                manifest = writer.write_manifest(artifacts=artifacts)
            with temporary.open("rb") as stream:
                os.fsync(stream.fileno())
            temporary.replace(target)
            sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        size = target.stat().st_size
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{target} cannot be written: {error.strerror or error}") from error
    payloads = len(manifest.members) - len(manifest.counts)
    return Exported(target, size, manifest.counts, payloads, manifest.left_out)


class _Writer:
    """An archive being written."""

    def __init__(self, store: Store, packed: zipfile.ZipFile) -> None:
        self._store, self._zip = store, packed
        self._scope: Scope = store.scope
        self._members: dict[str, Member] = {}
        self._counts: dict[str, int] = {}
        self._files: list[ArtifactRow] = []
        """One of those that have bytes, for each hash."""
        self._version = FIRST

    def write_tables(self, session: Session, chosen: Selection) -> None:
        """Write all rows, and remember which artifacts have bytes."""
        self._session, self._chosen = session, chosen
        self._version = FORMAT if chosen.ids["model"] else FIRST
        for kind in kinds_of(self._version).values():
            self._write_table(kind)
        query = select(ArtifactRow).where(
            ArtifactRow.project_id == self._scope.project_id, ArtifactRow.purged_at.is_(None)
        )
        pieces = _pieces(sorted(chosen.ids["artifact"]))
        rows = (row for part in pieces for row in session.scalars(query.where(ArtifactRow.id.in_(part))))
        self._files = list({row.sha256: row for row in rows}.values())

    def write_artifacts(self) -> None:
        """Write the bytes of the artifacts, each checked as it is read."""
        for row in sorted(self._files, key=lambda row: row.sha256):
            name = manifests.artifact_member(row.sha256)
            self._members[name] = self._write_artifact(name, row)

    def write_manifest(self, *, artifacts: bool) -> Manifest:
        """Write what the archive says of itself, and return it."""
        left_out = {"unfinished runs": len(self._chosen.unfinished)}
        manifest = Manifest(
            version=self._version,
            tool=f"nanoos-lab {__version__}",
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            origin=Origin(
                lab=self._store.info.name,
                lab_id=self._store.info.id,
                project=self._scope.project,
                project_id=self._scope.project_id,
                person=self._scope.author,
            ),
            whole=self._chosen.whole,
            artifacts=artifacts,
            counts=self._counts,
            left_out={what: number for what, number in left_out.items() if number},
            members=self._members,
        )
        info = _info(manifests.NAME, zipfile.ZIP_DEFLATED)
        self._zip.writestr(info, json.dumps(manifest.model_dump(), ensure_ascii=False, indent=1) + "\n")
        return manifest

    def _write_table(self, kind: Kind) -> None:
        name, digest, size, count = manifests.table_member(kind.name), hashlib.sha256(), 0, 0
        with self._zip.open(_info(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as stream:
            for row in self._rows(kind):
                text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
                line = text.encode() + b"\n"
                stream.write(line)
                digest.update(line)
                size, count = size + len(line), count + 1
        self._members[name] = Member(sha256=digest.hexdigest(), size=size)
        self._counts[kind.name] = count

    def _write_artifact(self, name: str, row: ArtifactRow) -> Member:
        try:
            with (
                open_artifact(self._scope, row) as source,
                self._zip.open(_info(name, zipfile.ZIP_STORED), "w", force_zip64=True) as stream,
            ):
                payload = copy(source, stream.write)
        except ArtifactError as error:
            raise ArtifactError(
                f"{error}; or export without artifacts, or purge this one first if its bytes are lost for good"
            ) from error
        if payload.sha256 != row.sha256:
            raise ArtifactError(f"the artifact {row.name!r} ({row.id}) was changed while it was exported")
        return Member(sha256=payload.sha256, size=payload.size)

    def _rows(self, kind: Kind) -> Iterator[dict[str, Any]]:
        ids = self._chosen.ids
        if kind.name in {"tag", "embedding"}:
            return self._rows_by(kind, "structure_id", sorted(ids["structure"]))
        if kind.name in {"run_input", "attempt", "batch_run"}:
            return self._rows_by(kind, "run_id", sorted(ids["run"]))
        if kind.name == "event":
            about = set().union(*ids.values()) | ({self._scope.project_id} if self._chosen.whole else set())
            return self._rows_by(kind, "subject_id", sorted(about))
        return self._rows_by(kind, "id", self._parents_first(kind))

    def _rows_by(self, kind: Kind, column: str, among: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the rows whose column is one of some values, in the order of these, then of the key."""
        t = kind.table.__table__
        query = select(*(t.c[name] for name in kind.columns)).where(t.c.project_id == self._scope.project_id)
        for part in _pieces(among):
            found: dict[str, list[dict[str, Any]]] = {one: [] for one in part}
            for row in self._session.execute(query.where(t.c[column].in_(part))).mappings():
                if kind.name != "batch_run" or self._chosen.whole:
                    found[row[column]].append(self._plain(kind, dict(row)))
            for rows in found.values():
                yield from sorted(rows, key=lambda row: [row[name] for name in kind.key])

    def _plain(self, kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row as JSON has it, naming only what comes along."""
        if kind.name == "embedding":
            vector = np.ascontiguousarray(row["vector"], dtype=FLOAT32)
            row["vector"] = base64.b64encode(vector.tobytes()).decode()
        named = {"run": "parent_id", "model": "run_id"}.get(kind.name)
        if named is not None and row[named] in self._chosen.unfinished:
            row[named] = None
        return row

    def _parents_first(self, kind: Kind) -> list[str]:
        """Return the chosen ids of a kind, each after the one it was derived from."""
        chosen, t = self._chosen.ids[kind.name], kind.table.__table__
        parent = t.c.get("parent_id", t.c.id)
        query = select(t.c.id, parent.label("parent")).where(t.c.project_id == self._scope.project_id)
        parents = {
            row.id: row.parent
            for part in _pieces(sorted(chosen))
            for row in self._session.execute(query.where(t.c.id.in_(part)))
        }
        ordered: dict[str, None] = {}
        for one in sorted(parents):
            line = [one]
            while (above := parents[line[-1]]) in parents and above not in ordered and above not in line:
                line.append(above)
            ordered.update(dict.fromkeys(reversed(line)))
        return list(ordered)


def _pieces(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), PIECE):
        yield values[start : start + PIECE]


def _info(name: str, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.compress_type, info.external_attr = method, 0o100644 << 16
    return info
