"""Putting structures into the store, with the measured values that ship for their materials."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.lab import sources
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.store import structures
from nanoos_lab.store.measured import read_measured
from nanoos_lab.store.values import insert_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.lab.core import Lab
    from nanoos_lab.properties import PropertyEstimate
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
            session, scope, parsed.structure, name=parsed.name, original_text=parsed.text,
            original_format=parsed.format, original_name=parsed.name if parsed.text else None, tags=tags, notes=notes,
            distinct=distinct,
        )  # fmt: skip
        if row.space_group is not None:
            phase = (row.reduced_formula, row.space_group)
            insert_values(session, scope, row.material_id, None, _shipped_values().get(phase, []))
        known = structures.tags_of(session, scope, [row.id])
    return StructureRecord(lab, row, known.get(row.id, ()))


@cache
def _shipped_values() -> dict[tuple[str, int], list[PropertyEstimate]]:
    """Return the measured values that ship with the package, by reduced formula and space group."""
    return read_measured(sources.measured_table()).estimates


def is_collection(source: Any) -> bool:  # noqa: ANN401 - whatever lab.add was given
    """Return whether a source may hold several structures, so that a set is expected back.

    Args:
        source: What ``lab.add`` was given.
    """
    if isinstance(source, (list, tuple, set)):
        return True
    return isinstance(source, (str, Path)) and "\n" not in str(source) and Path(source).expanduser().is_dir()
