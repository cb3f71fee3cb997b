"""Putting structures into the store, with the measured values that ship for their materials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.lab import sources
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.store import structures
from nanoos_lab.store.tables import attach_measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.lab.core import Lab
    from nanoos_lab.structures import ParsedStructure


def store_parsed(
    lab: Lab, parsed: ParsedStructure, *, tags: Sequence[str], notes: str, distinct: bool
) -> StructureRecord:
    """Store one structure in a transaction of its own, and return its record.

    Args:
        lab: The lab.
        parsed: The structure with its original text.
        tags: Its tags; joined to those it has where the crystal is known.
        notes: Free text.
        distinct: Whether another setting of a known crystal is kept.
    """
    scope = lab.store.scope
    with lab.store.write() as session:
        row, _created = structures.insert_structure(
            session, scope, parsed.structure, name=_title(parsed), original_text=parsed.text or None,
            original_format=parsed.format or None, original_name=parsed.name if parsed.text else None, tags=tags,
            notes=notes,
            distinct=distinct,
        )  # fmt: skip
        if row.space_group is not None:
            attach_measured(session, scope, sources.measured_table(), row)
        known = structures.tags_of(session, scope, [row.id])
    return StructureRecord(lab, row, known.get(row.id, ()))


def _title(parsed: ParsedStructure) -> str:
    """Return a name for people: the file's without its ending, numbered where the file holds several."""
    name = parsed.name.removesuffix(".gz")
    ending = next((e for e in sources.STRUCTURE_ENDINGS if name.lower().endswith(e)), "")
    stem = name[: len(name) - len(ending)] or name
    return f"{stem} {parsed.index + 1}" if parsed.index else stem


def is_collection(source: Any) -> bool:  # noqa: ANN401 - whatever lab.add was given
    """Return whether a source may hold several structures, so that a set is expected back.

    Args:
        source: What ``lab.add`` was given.
    """
    if isinstance(source, (list, tuple, set)):
        return True
    return isinstance(source, (str, Path)) and "\n" not in str(source) and Path(source).expanduser().is_dir()
