"""What a check found and what was mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be."""

    what: str
    """In one sentence, with what to do where nothing here mends it."""
    mend: Callable[[], str] | None = None
    """Mends it and says what was done; None where that is for a person."""


@dataclass
class Checked:
    """What was looked at, found, and mended."""

    place: str
    looked_at: list[str] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    """Those that remain."""
    repairs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be looked at, and what is no problem but worth knowing."""

    @property
    def well(self) -> bool:
        """Whether nothing remains to be done."""
        return not self.problems
