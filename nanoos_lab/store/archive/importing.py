"""Taking an archive into a project: checked first, then stored whole or not at all.

Bytes of artifacts are put in place before the one transaction in which all records appear; if that fails, those
that nothing names are removed again.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.errors import ArtifactError, InvalidInputError, NanoOSError, StoreError
from nanoos_lab.store.archive import facts, merging, models
from nanoos_lab.store.archive.checking import check_archive
from nanoos_lab.store.archive.mapping import Merge
from nanoos_lab.store.archive.reading import Archive
from nanoos_lab.store.artifacts.payloads import payloads_of
from nanoos_lab.store.artifacts.purging import drop_unnamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.store.archive.checking import Identity
    from nanoos_lab.store.archive.manifest import Manifest
    from nanoos_lab.store.database import Store

_HEADROOM = 64 << 20
"""Bytes that are left free on the disk."""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    manifest: Manifest
    """What the archive says of itself."""
    added: Mapping[str, int]
    """New records by kind."""
    already_there: Mapping[str, int]
    """Records that the lab had, by kind."""
    notes: tuple[str, ...]
    """What else the person should know."""


def import_archive(store: Store, path: str | Path) -> Imported:
    """Take an archive into the open project; what is there already is recognised and left as it is.

    Args:
        store: The open store.
        path: The archive.

    Raises:
        AccessDeniedError: The person may only look at this project.
        InvalidInputError: The archive is damaged, is of a newer format, or holds what cannot be; nothing is stored.
        StoreError: The lab did not take it, as on a full disk; nothing is stored.
    """
    with store.write():
        pass  # who may not write is told so before anything is read
    with Archive(Path(path).expanduser().absolute()) as archive:
        identities = check_archive(archive)
        placed: list[str] = []
        try:
            _place(store, archive, placed)
            return _merge(store, archive, identities)
        except BaseException:
            with contextlib.suppress(NanoOSError):  # what is left is found by the check of the lab
                drop_unnamed(store, placed)
            raise


def _place(store: Store, archive: Archive, placed: list[str]) -> None:
    """Put the bytes of artifacts in place, and note which were not there."""
    payloads = payloads_of(store.scope)
    needed = {one: size for one, size in archive.artifacts.items() if payloads.digest(one) != one}
    if not store.scope.payloads:
        free = shutil.disk_usage(store.scope.files).free
        if sum(needed.values()) > free - _HEADROOM:
            raise StoreError(
                f"{archive.path} brings {sum(needed.values())} bytes of files and {store.scope.files} has room for "
                f"{max(0, free - _HEADROOM)}: free some space first"
            )
    for sha256 in needed:
        with archive.artifact(sha256) as stream:
            placed.append(sha256)
            try:
                payloads.put(stream, expected=sha256, shown=f"artifacts/{sha256}")
            except ArtifactError as error:
                raise InvalidInputError(f"{archive.path} cannot be imported: {error}") from None


def _merge(store: Store, archive: Archive, identities: Mapping[str, Identity]) -> Imported:
    whole = archive.sha256()
    with store.write() as session:
        merge = Merge(session, store.scope, archive)
        facts.place_missing(merge)
        merging.merge_materials(merge)
        merging.merge_runs(merge)
        merging.merge_structures(merge, identities)
        merging.merge_tags(merge)
        merging.merge_parts(merge, "run_input", "run")
        merging.merge_parts(merge, "attempt", "run")
        merging.merge_batches(merge)
        merging.merge_parts(merge, "batch_run", "batch")
        merging.merge_samples(merge)
        facts.merge_artifacts(merge)
        models.merge_models(merge)
        facts.merge_values(merge)
        facts.merge_embeddings(merge)
        facts.tell_journal(merge, whole)
    notes = list(merge.notes)
    if merge.lacking:
        notes.append(f"{merge.lacking} files came without their bytes: the archive was made without them")
    notes += [
        f"{number} {what} were not in the archive" for what, number in archive.manifest.left_out.items()
    ]
    return Imported(archive.manifest, dict(merge.added), dict(merge.there), tuple(notes))
