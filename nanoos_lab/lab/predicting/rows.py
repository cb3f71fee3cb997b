"""One line of what was asked, before and after it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanoos_lab.lab.sources import Problem
    from nanoos_lab.structures import ParsedStructure


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of what was asked; exactly one of the last three is given."""

    number: int
    """From 1, in the order in which it was asked; the polymorphs of one composition share it."""
    source: str
    """What the person gave: a file, an id, a composition."""
    how: str = ""
    """How the structure was come by, where a composition was asked for."""
    known: str = ""
    """The full id of a stored structure."""
    name: str = ""
    """An id or a name of a stored structure, as the person wrote it."""
    given: ParsedStructure | Problem | None = None
    """A structure that is not stored yet, or why there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the answer; its values are in the store."""

    number: int
    source: str
    how: str = ""
    structure: str | None = None
    """Id of the structure; None where there is none."""
    name: str = ""
    formula: str = ""
    space_group: str = ""
    run: str | None = None
    """The run that answered."""
    problem: str = ""
    """Why there is no value; empty where there is one."""
