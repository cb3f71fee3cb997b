"""Where a calculator that runs a program works: a folder, and somebody to tell."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _silent(_message: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Workplace:
    """Where a calculator may keep files, and whom it tells how it is getting on."""

    folder: Path | None = None
    """A folder that outlives an interruption: what a program left there may be gone on from. None: files are kept
    only as long as they are needed."""
    report: Callable[[str], None] = field(default=_silent)
    """Takes a line, such as the state of a self-consistent cycle; raises RunCancelledError where the work is called
    off, and then the program is to be ended."""

    def within(self, name: str) -> Workplace:
        """Return the place of a part of the work.

        Args:
            name: A folder name, the same each time this part is begun.
        """
        return self if self.folder is None else replace(self, folder=self.folder / name)

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """Give a folder that exists: this place's own, or one that is removed at the end."""
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            yield self.folder
            return
        with tempfile.TemporaryDirectory(prefix="nanoos-") as folder:
            yield Path(folder)
