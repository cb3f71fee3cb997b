"""The open labs: one handle each, shared by all questions, closed when nobody has asked for a while."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.jupyter.refusing import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nanoos_lab.lab import Lab

IDLE_S = 300.0
MOST_LABS = 8


@dataclass
class _Held:
    lab: Lab
    used_at: float
    users: int = 0
    drives: bool = False


class Shelf:
    """Open labs by place and project.

    A lab is never made here, and no project in it. The handle that reads drives nothing by itself; one that has
    submitted a run looks after it until it has ended, as an open notebook would.

    Args:
        clock: Gives seconds; replaced in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], _Held] = {}
        self._replaced: list[_Held] = []
        """Handles that gave way to one that drives, and may still be in use."""
        self._closed = False

    def __len__(self) -> int:
        return len(self._held)

    @contextlib.contextmanager
    def lab(self, place: str | Path, project: str = "", *, drive: bool = False) -> Iterator[Lab]:
        """Give an open lab.

        Args:
            place: Its folder or address.
            project: Its project; the first there is if empty.
            drive: Whether runs are submitted by it.

        Raises:
            RefusedError: There is no lab, or no such project in it.
        """
        held = self._take(str(place), project, drive=drive)
        try:
            yield held.lab
        finally:
            with self._lock:
                held.users -= 1
                held.used_at = self._clock()

    def _take(self, place: str, project: str, *, drive: bool) -> _Held:
        self.tidy()
        with self._lock:
            if self._closed:
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the server is stopping")
            held = self._held.get((place, project))
            if held is not None and (held.drives or not drive):
                held.users += 1
                return held
        made = _Held(_open(place, project, drive=drive), self._clock(), users=1, drives=drive)
        with self._lock:
            there = self._held.get((place, project))
            if there is not None and (there.drives or not drive):  # somebody else was faster
                there.users += 1
                made.users = 0
                self._replaced.append(made)
                return there
            if there is not None:
                self._replaced.append(there)
            self._held[place, project] = made
        return made

    def tidy(self) -> None:
        """Close labs that nobody has asked for lately and that look after no run, and the oldest of too many."""
        with self._lock:
            now = self._clock()
            idle = sorted(
                (held.used_at, key) for key, held in self._held.items()
                if held.users == 0 and not (held.drives and held.lab.engine.unfinished_elsewhere())
            )  # fmt: skip
            surplus = len(self._held) - MOST_LABS
            old = [key for n, (used_at, key) in enumerate(idle) if now - used_at > IDLE_S or n < surplus]
            closing = [self._held.pop(key) for key in old]
            closing += [held for held in self._replaced if held.users == 0]
            self._replaced = [held for held in self._replaced if held.users]
        for held in closing:
            held.lab.close()

    def close(self) -> None:
        """Close all."""
        with self._lock:
            self._closed = True
            closing = [*self._held.values(), *self._replaced]
            self._held, self._replaced = {}, []
        for held in closing:
            held.lab.close()


def projects_of(place: str) -> list[str]:
    """Return the projects of a lab, none of which is made by asking.

    Args:
        place: A folder or an address.
    """
    from nanoos_lab.store.database import Store  # noqa: PLC0415 - SQLAlchemy is heavy
    from nanoos_lab.store.embedded import EmbeddedBackend  # noqa: PLC0415
    from nanoos_lab.store.people import list_projects  # noqa: PLC0415
    from nanoos_lab.store.postgresql.address import is_address  # noqa: PLC0415

    if is_address(place):
        from nanoos_lab.store.postgresql.backend import ServerBackend  # noqa: PLC0415 - brings the driver

        store = Store(ServerBackend(place))
    else:
        store = Store(EmbeddedBackend(Path(place)))
    try:
        mine = getattr(store.backend, "person", "")
        entries = list_projects(store)
    finally:
        store.close()
    return [one.name if one.owner in {"", mine} else f"{one.owner}/{one.name}" for one in entries]


def _open(place: str, project: str, *, drive: bool) -> Lab:
    from nanoos_lab.errors import suggest  # noqa: PLC0415 - a lab is opened rarely
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - the store is heavy

    if "://" not in place and not (Path(place) / "lab.toml").is_file():
        raise RefusedError(
            HTTPStatus.NOT_FOUND, f"{Path(place).name!r} is no lab: it holds no lab.toml",
            "Make one in a notebook, nl.open('lab'), or choose another.",
        )  # fmt: skip
    known = projects_of(place)
    if not known:
        raise RefusedError(HTTPStatus.NOT_FOUND, "this lab has no project yet", "Open it once in a notebook.")
    if project and project not in known:
        raise RefusedError(
            HTTPStatus.NOT_FOUND,
            f"there is no project {project!r} in this lab{suggest(project, known)}",
            "Choose another.",
        )
    return Lab(place, project=project or ("default" if "default" in known else known[0]), drive=drive)
