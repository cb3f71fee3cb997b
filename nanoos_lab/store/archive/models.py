"""Putting an archive's trained models into a project, after their files.

A model is recognised by its name, its version and its file. Of a name that has an active version here that one stays
active; another file under a version that is taken here gets a version of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.store.events import record_events
from nanoos_lab.store.models import ACTIVATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nanoos_lab.store.archive.mapping import Merge

_SHOWN_HASH = 12
_LONGEST_VERSION = 40


def merge_models(merge: Merge) -> None:
    """Bring models in.

    Args:
        merge: The import.
    """
    hashes = {row["id"]: row["sha256"] for row in merge.archive.rows("artifact")}
    for piece in merge.pieces("model"):
        models = _Models(merge, piece, hashes)
        merge.sort_out("model", piece, models.candidates, models.columns)
        record_events(merge.session, merge.scope, ACTIVATED, models.activated)


class _Models:
    """Some models of an archive, beside those that the lab has.

    Args:
        merge: The import.
        piece: Their rows.
        hashes: SHA-256 of the archive's files, by id there.
    """

    def __init__(self, merge: Merge, piece: Sequence[dict[str, Any]], hashes: dict[str, str]) -> None:
        self._merge = merge
        known = merge.select(
            "model", "id name version active artifact_id", "name", (row["name"] for row in piece)
        )
        files = _hashes_here(merge, (row.artifact_id for row in known))
        self._known = [(row.id, row.name, row.version, files[row.artifact_id]) for row in known]
        self._versions = {(row.name, row.version) for row in known}
        self._active = {row.name for row in known if row.active}
        self._files = {row["id"]: hashes[row["artifact_id"]] for row in piece}
        self.activated: dict[str, dict[str, Any]] = {}
        """What the journal is told of those that are active from now on, by id here."""

    def candidates(self, row: dict[str, Any]) -> list[str]:
        """Return the models of the lab that one of the archive may be."""
        mine = self._files[row["id"]]
        versions = {row["version"], _another(row["version"], mine)}
        return [
            one
            for one, name, version, sha256 in self._known
            if (name, sha256) == (row["name"], mine) and version in versions
        ]

    def columns(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what is stored of a new model; its references are the lab's already."""
        name, version = row["name"], row["version"]
        if (name, version) in self._versions:
            version = _another(version, self._files[row["id"]])
            self._merge.notes.append(
                f"the model {name}@{row['version']} is {name}@{version} here, as another model has its version"
            )
        active = row["active"] and name not in self._active
        if row["active"] and not active:
            self._merge.notes.append(
                f"{name}@{version} is not active here: the name {name!r} goes on meaning the version that it meant"
            )
        self._versions.add((name, version))
        if active:
            self._active.add(name)
            self.activated[self._merge.ids["model"][row["id"]]] = {"name": name, "version": version}
        return row | {"version": version, "active": active, "author": self._merge.scope.author}


def _hashes_here(merge: Merge, ids: Iterable[str]) -> dict[str, str]:
    return {row.id: row.sha256 for row in merge.select("artifact", "id sha256", "id", ids)}


def _another(version: str, sha256: str) -> str:
    """Return a version for a model whose own is taken: the same whenever the same file comes."""
    end = f"+{sha256[:_SHOWN_HASH]}"
    return version[: _LONGEST_VERSION - len(end)] + end
