"""Putting an archive's records into a project, kind after kind, each after those it names.

A material is recognised by its phase; a run by its key and the moment it was recorded; a structure as the store
recognises structures, a derived one by its run or parent and its cell; a sample by its name and the moment it was
recorded. What is there already is left as it is. Whoever imports is the author of what is new; the journal keeps who
was before.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.store.archive.checking import Identity, new_structure
from nanoos_lab.store.archive.mapping import PIECE, Merge
from nanoos_lab.store.known import KnownStructures
from nanoos_lab.store.schema import StructureRow
from nanoos_lab.store.tags import add_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nanoos_lab.store.incoming import NewStructure

_LONGEST_LABEL = 190
"""Characters of a sample's name that are kept where a number is put after it."""


def merge_materials(merge: Merge) -> None:
    """Bring materials in.

    Args:
        merge: The import.
    """
    for piece in merge.pieces("material"):
        found = merge.select("material", "id phase_key", "phase_key", (row["phase_key"] for row in piece))
        there = {row.phase_key: [row.id] for row in found}
        merge.sort_out("material", piece, lambda row, there=there: there.get(row["phase_key"], []))  # type: ignore[misc]


def merge_runs(merge: Merge) -> None:
    """Bring runs in.

    A run that has the key of another one that is there stands beside it, and the other goes on answering for the key.
    Nothing of an imported run names a place on this machine: neither the module of its task nor its folders.

    Args:
        merge: The import.
    """
    for piece in merge.pieces("run"):
        found = merge.select("run", "id key created_at active_key", "key", (row["key"] for row in piece))
        there: dict[tuple[str, float], list[str]] = defaultdict(list)
        for row in sorted(found, key=lambda row: str(row.id)):
            there[row.key, row.created_at].append(row.id)
        answered = {row.active_key for row in found}

        def candidates(row: dict[str, Any], there: Any = there) -> list[str]:  # noqa: ANN401
            return list(there.get((row["key"], row["created_at"]), []))

        def columns(row: dict[str, Any], answered: Any = answered) -> dict[str, Any]:  # noqa: ANN401
            active = None if row["active_key"] in answered else row["active_key"]
            own = {"author": merge.scope.author, "active_key": active, "task_reference": ""}
            return row | own | {"not_before": 0.0, "owner": None}

        merge.sort_out("run", piece, candidates, columns)


def merge_structures(merge: Merge, identities: Mapping[str, Identity]) -> None:
    """Bring structures in: first each is looked for in what was there before, then the new ones are stored.

    Args:
        merge: The import.
        identities: What identifies each, worked out from its content.
    """
    fallback = _recognise(merge, identities)
    used: set[str] = set()
    for piece in merge.pieces("structure"):
        rows = []
        for row in (row for row in piece if row["id"] in merge.new["structure"]):
            mapped = merge.mapped("structure", row)
            new = new_structure(mapped, identities[row["id"]], to_compare=False)
            key = new.cell_key if row["id"] in fallback or new.record_key in used else new.record_key
            used.add(key)
            own = {"id": merge.ids["structure"][row["id"]], "record_key": key, "author": merge.scope.author}
            kept = {name: mapped[name] for name in ("project_id", "material_id", "created_at")}
            rows.append(new.columns() | kept | own)
            merge.authors["structure"][row["id"]] = row["author"]
        merge.insert("structure", rows)


def _recognise(merge: Merge, identities: Mapping[str, Identity]) -> set[str]:
    """Map every structure to the record it has or will have; return those whose key another crystal has."""
    t = StructureRow.__table__.c
    nothing = (
        merge.session.scalar(select(t.id).where(t.project_id == merge.scope.project_id).limit(1)) is None
    )
    fallback: set[str] = set()
    waiting: dict[str, NewStructure] = {}
    fresh: dict[str, None] = {}
    for row in (row for piece in merge.pieces("structure") for row in piece):
        if nothing or _made_of_new(merge, row):
            merge.new["structure"].add(row["id"])
            fresh[row["id"]] = None
            continue
        if row["parent_id"] in waiting or len(waiting) == PIECE:
            fallback |= _look_up(merge, waiting)
            waiting = {}
        if row["parent_id"] in fresh:
            merge.give_ids("structure", list(fresh))
            fresh = {}
        waiting[row["id"]] = new_structure(merge.mapped("structure", row), identities[row["id"]])
    fallback |= _look_up(merge, waiting)
    merge.give_ids("structure", list(fresh))
    return fallback


def _made_of_new(merge: Merge, row: dict[str, Any]) -> bool:
    """Return whether a structure was derived from, or by, what is new: then it is new itself."""
    if row["run_id"] is not None:
        return row["run_id"] in merge.new["run"]
    return row["parent_id"] in merge.new["structure"]


def _look_up(merge: Merge, waiting: Mapping[str, NewStructure]) -> set[str]:
    known = KnownStructures(merge.session, merge.scope, list(waiting.values()))
    found = {old: known.record_of(new) for old, new in waiting.items()}
    for old, record in found.items():
        if record is not None:
            merge.match("structure", old, record)
    fresh = [old for old, record in found.items() if record is None]
    merge.give_ids("structure", fresh)
    return {old for old in fresh if known.has_key(waiting[old].record_key)}


def merge_tags(merge: Merge) -> None:
    """Give structures the tags they had, also those that are there already.

    Args:
        merge: The import.
    """
    for piece in merge.pieces("tag"):
        pairs = [(merge.ids["structure"][row["structure_id"]], row["tag"]) for row in piece]
        found = merge.select("tag", "structure_id tag", "structure_id", (one for one, _ in pairs))
        had = {(row.structure_id, row.tag) for row in found}
        wanted: dict[str, list[str]] = defaultdict(list)
        for structure_id, tag in dict.fromkeys(pairs):
            if (structure_id, tag) not in had:
                wanted[structure_id].append(tag)
        add_tags(merge.session, merge.scope, wanted)
        fresh = sum(map(len, wanted.values()))
        merge.added["tag"] += fresh
        merge.there["tag"] += len(piece) - fresh


def merge_parts(merge: Merge, kind: str, owner: str) -> None:
    """Bring in what belongs to another record alone, where that one is new.

    Args:
        merge: The import.
        kind: ``run_input``, ``attempt`` or ``batch_run``.
        owner: The kind of record that it belongs to.
    """
    for piece in merge.pieces(kind):
        fresh = [row for row in piece if row[f"{owner}_id"] in merge.new[owner]]
        rows = [merge.mapped(kind, row) for row in fresh]
        if kind == "attempt":
            rows = [row | {"folder": f"imported/{row['run_id']}"} for row in rows]
        merge.insert(kind, rows)
        merge.there[kind] += len(piece) - len(fresh)


def merge_batches(merge: Merge) -> None:
    """Bring batches in.

    Args:
        merge: The import.
    """
    for piece in merge.pieces("batch"):
        found = merge.select(
            "batch", "id task created_at", "created_at", (row["created_at"] for row in piece)
        )

        def candidates(row: dict[str, Any], found: Any = found) -> Iterator[str]:  # noqa: ANN401
            return (one.id for one in found if (one.task, one.created_at) == (row["task"], row["created_at"]))

        merge.sort_out("batch", piece, candidates, lambda row: row | {"author": merge.scope.author})


def merge_samples(merge: Merge) -> None:
    """Bring samples in; one whose name another sample has gets a number after it.

    Args:
        merge: The import.
    """
    everything = merge.select("sample", "id name created_at", "project_id", [merge.scope.project_id])
    names = {row.name for row in everything}

    def candidates(row: dict[str, Any]) -> Iterator[str]:
        same = (one for one in everything if one.created_at == row["created_at"])
        return (one.id for one in same if one.name == row["name"] or one.name.startswith(_label(row["name"])))

    def columns(row: dict[str, Any]) -> dict[str, Any]:
        name, number = row["name"], 2
        while name in names:
            name, number = f"{_label(row['name'])}{number})", number + 1
        names.add(name)
        if name != row["name"]:
            merge.notes.append(f"the sample {row['name']!r} is {name!r} here, as another sample has its name")
        return row | {"author": merge.scope.author, "name": name}

    for piece in merge.pieces("sample"):
        merge.sort_out("sample", piece, candidates, columns)


def _label(name: str) -> str:
    return f"{name[:_LONGEST_LABEL]} ("
