"""Describe structures given as plain JSON: what a process that holds nothing else can be asked to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.structures.description import describe
from nanoos_lab.structures.hashing import crystal_hashes
from nanoos_lab.structures.serialize import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.structures.description import Description


def describe_serialized(
    contents: Sequence[Mapping[str, Any]],
) -> list[tuple[Description, tuple[str, ...]] | None]:
    """Return the description and the hashes of each structure; None where that fails, whatever the reason.

    Args:
        contents: Structures as :func:`~nanoos_lab.structures.serialize.to_json` writes them.
    """
    return [_told(content) for content in contents]


def _told(content: Mapping[str, Any]) -> tuple[Description, tuple[str, ...]] | None:
    try:
        structure = from_json(content)
        return describe(structure), crystal_hashes(structure)
    except Exception:  # noqa: BLE001 - who asked does it again, and there it is told
        return None
