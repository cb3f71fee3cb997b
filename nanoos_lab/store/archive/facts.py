"""Putting an archive's files, values, vectors and journal into a project.

A file is recognised by what it belongs to, its name and its hash; a value by its fingerprint, worked out anew with
the ids that its subject and run have in this lab.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store.archive.checking import read_vector
from nanoos_lab.store.artifacts import payloads_of, restore
from nanoos_lab.store.artifacts.payloads import Payload
from nanoos_lab.store.embeddings import insert_embeddings
from nanoos_lab.store.events import record_event, record_events
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.values import fact_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from nanoos_lab.store.archive.mapping import Merge

_NOT_BROUGHT = "its bytes were not in the archive it came from"
_NOUNS = {"property_value": "value"}
"""How the journal calls a kind, where not as its table."""
_SHOWN_ID = 12


def merge_artifacts(merge: Merge) -> None:
    """Bring files in; the bytes of those that have any are in place.

    Args:
        merge: The import.
    """
    brought = merge.archive.artifacts
    for part in chunks(sorted(brought)):
        restored = restore(merge.session, merge.scope, part)
        if restored:
            merge.notes.append(f"{len(restored)} files that had been purged here have their bytes again")
    for piece in merge.pieces("artifact"):
        files = _Files(merge, piece)
        merge.sort_out("artifact", piece, files.candidates, files.columns)
        files.say_lacking()


class _Files:
    """Some files of an archive, beside those that the lab has."""

    def __init__(self, merge: Merge, piece: Sequence[dict[str, Any]]) -> None:
        self._merge = merge
        hashes = [row["sha256"] for row in piece]
        self._equal = merge.select("artifact", "id run_id sample_id name sha256 purged_at", "sha256", hashes)
        self._present = {
            row.sha256 for row in self._equal if row.purged_at is None
        } | merge.archive.artifacts.keys()
        self._taken = _files_of_owners(merge, piece)
        self._lacking: dict[str, dict[str, Any]] = {}
        """Files that nobody has the bytes of, by their id in the lab."""

    def candidates(self, row: dict[str, Any]) -> list[str]:
        """Return the files of the lab that one of the archive may be."""
        owners = _owners(self._merge, row)
        if not owners:
            loose = (one for one in self._equal if one.run_id is None and one.sample_id is None)
            return [one.id for one in loose if one.name == row["name"]]
        there = (self._taken.get((*owner, name)) for owner in owners for name in (row["name"], _renamed(row)))
        return [one.id for one in there if one is not None and one.sha256 == row["sha256"]]

    def columns(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what is stored of a new file; its references are the lab's already."""
        made = dict(row)
        owners = [(kind, row[f"{kind}_id"]) for kind in ("run", "sample")]
        if any((*owner, row["name"]) in self._taken for owner in owners):
            made["name"] = _renamed(row)
            self._merge.notes.append(
                f"the file {row['name']!r} is {made['name']!r} here: another has its name"
            )
        if row["purged_at"] is None and row["sha256"] not in self._present:
            made["purged_at"] = time.time()
            self._lacking[self._merge.ids["artifact"][row["id"]]] = row
        return made

    def say_lacking(self) -> None:
        """Say in the journal that the lab never had some bytes."""
        lines = {
            one: {"name": row["name"], "sha256": row["sha256"], "size": row["size"], "reason": _NOT_BROUGHT}
            for one, row in self._lacking.items()
        }
        record_events(self._merge.session, self._merge.scope, "artifact.purged", lines)
        self._merge.lacking += len(lines)


def _owners(merge: Merge, row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a file of the archive belongs to, by the ids of the lab."""
    named = ((kind, row[f"{kind}_id"]) for kind in ("run", "sample"))
    return [(kind, merge.ids[kind][one]) for kind, one in named if one is not None]


def _files_of_owners(merge: Merge, piece: Sequence[dict[str, Any]]) -> dict[tuple[str, str, str], Row[Any]]:
    """Return the files that the owners of some files have, by owner and name."""
    owners = {owner for row in piece for owner in _owners(merge, row)}
    taken = {}
    for kind in ("run", "sample"):
        ids = [one for owner, one in owners if owner == kind]
        for row in merge.select("artifact", f"id {kind}_id name sha256", f"{kind}_id", ids):
            taken[kind, str(getattr(row, f"{kind}_id")), str(row.name)] = row
    return taken


def _renamed(row: dict[str, Any]) -> str:
    """Return a file's name where another file of its owner has it."""
    return f"{row['name'][:180]} ({row['sha256'][:_SHOWN_ID]})"


def merge_values(merge: Merge) -> None:
    """Bring values in.

    Args:
        merge: The import.
    """
    hashes = {row["id"]: row["sha256"] for row in merge.archive.rows("artifact")}
    met: set[str] = set()
    for piece in merge.pieces("property_value"):
        prints = {row["id"]: _fingerprint(merge, row, hashes) for row in piece}
        found = merge.select("property_value", "id fingerprint", "fingerprint", prints.values())
        there = {row.fingerprint: row.id for row in found}
        fresh = []
        for row in piece:
            fingerprint = prints[row["id"]]
            if fingerprint in there or fingerprint in met:
                merge.there["property_value"] += 1
            else:
                met.add(fingerprint)
                fresh.append(row)
        merge.sort_out(
            "property_value",
            fresh,
            lambda _row: (),
            lambda row, prints=prints: (
                row  # type: ignore[misc]
                | {"author": merge.scope.author, "fingerprint": prints[row["id"]]}
            ),
        )


def _fingerprint(merge: Merge, row: dict[str, Any], hashes: dict[str, str]) -> str:
    fact = merge.mapped("property_value", row) | {"artifact_id": None}
    for name in ("id", "project_id", "author", "created_at"):
        del fact[name]
    array = row["artifact_id"]
    return fact_hash(fact, None if array is None else Payload(hashes[array], 0))


def merge_embeddings(merge: Merge) -> None:
    """Bring vectors in, as of now: an index takes up what is newer than itself.

    Args:
        merge: The import.

    Raises:
        InvalidInputError: The lab's vectors of the same model have another dimension.
    """
    for piece in merge.pieces("embedding"):
        by_model: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
        for row in piece:
            structure_id = merge.ids["structure"][row["structure_id"]]
            by_model[row["model"], row["version"]][structure_id] = read_vector(row["vector"])
        added = 0
        for (model, version), vectors in by_model.items():
            try:
                added += insert_embeddings(merge.session, merge.scope, model, version, vectors)
            except InvalidInputError as error:
                raise InvalidInputError(f"{merge.archive.path} cannot be imported: {error}") from None
        merge.added["embedding"] += added
        merge.there["embedding"] += len(piece) - added


def tell_journal(merge: Merge, sha256: str) -> None:
    """Say in the journal what came from where, with the lines that the other lab's journal had.

    Author and time of a line are always those of the import; who recorded a thing, and what the other journal said of
    it, is in the line's data.

    Args:
        merge: The import.
        sha256: Hash of the archive file.
    """
    origin = merge.archive.manifest.origin
    told = {"archive": sha256, "lab": origin.lab, "lab_id": origin.lab_id, "project": origin.project}
    history = _history(merge)
    for kind in ("run", "structure", "sample", "batch", "model", "material", "artifact", "property_value"):
        lines: dict[str, dict[str, Any]] = {}
        for old in sorted(merge.new[kind]):
            said, author = history.get(old, []), merge.authors[kind].get(old)
            if kind in {"material", "artifact", "property_value"} and not said:
                continue  # the line of its run, sample or structure tells of it
            line: dict[str, Any] = {"id": old, "author": author, "history": said} | told
            if kind == "run":
                line["structures"] = _outputs(merge, said)
            lines[merge.ids[kind][old]] = {name: value for name, value in line.items() if value is not None}
        record_events(merge.session, merge.scope, f"{_NOUNS.get(kind, kind)}.imported", lines)
    if not merge.added.total():
        return
    record_event(
        merge.session,
        merge.scope,
        "archive.imported",
        merge.scope.project_id,
        **told,
        file=merge.archive.path.name,
        person=origin.person,
        exported_at=merge.archive.manifest.created,
        added={kind: number for kind, number in merge.added.items() if number},
    )


def _history(merge: Merge) -> dict[str, list[dict[str, Any]]]:
    """Return the archive's journal lines about what is new, by its id in the archive, oldest first."""
    new = set().union(*merge.new.values())
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in merge.archive.rows("event"):
        if row["subject_id"] in new:
            found[row["subject_id"]].append(
                {name: row[name] for name in ("at", "id", "author", "kind", "data")}
            )
    for lines in found.values():
        lines.sort(key=lambda line: (line["at"], line["id"]))
        merge.added["event"] += len(lines)
    return {
        old: [{k: v for k, v in line.items() if k != "id"} for line in lines] for old, lines in found.items()
    }


def _outputs(merge: Merge, said: list[dict[str, Any]]) -> dict[str, str]:
    """Return the structures that a run gave, by name, as its last line about them says."""
    for line in reversed(said):
        made = line["data"].get("structures")
        if line["kind"] in {"run.completed", "run.imported"} and isinstance(made, dict):
            known = merge.ids["structure"]
            return {name: known[one] for name, one in made.items() if isinstance(one, str) and one in known}
    return {}


def place_missing(merge: Merge) -> None:
    """Put bytes in place that were removed since the import began.

    Args:
        merge: The import.
    """
    payloads = payloads_of(merge.scope)
    for sha256, size in merge.archive.artifacts.items():
        if payloads.size(sha256) != size:
            with merge.archive.artifact(sha256) as stream:
                payloads.put(stream, expected=sha256, shown=f"{sha256} of {merge.archive.path}")
