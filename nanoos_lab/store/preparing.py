"""Structures on their way in, described by other processes while this one reads on.

Describing and hashing is most of the work of storing a structure, and Python does one thing at a time. What the
helpers answer is what this process would have worked out; what they do not answer it works out itself, so that a
helper may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from nanoos_lab.store.incoming import NewStructure

FEW = 500
"""So many structures are described here before anybody is asked to help: helpers take half a second to come."""
MOST_HELPERS = 3
"""More would wait for the one that reads."""
_log = logging.getLogger(__name__)
_CHUNK = 20
"""Structures of one question."""
_IDLE_S = 20.0
"""After so long without a question a helper ends."""


class Preparing:
    """Describes structures, beside this process where there are many; to be closed after use."""

    def __init__(self) -> None:
        self._executor: Executor | None = None
        self._seen = 0
        self._alone = False

    def begin(self, items: Sequence[NewStructure]) -> Callable[[], None]:
        """Have structures described, and return what waits until they are; it raises nothing.

        Args:
            items: The structures. Some may be left for :meth:`~nanoos_lab.store.incoming.NewStructure.prepare`.
        """
        self._seen += len(items)
        if self._seen <= FEW or self._alone:
            return lambda: None
        asked: list[tuple[list[NewStructure], Future[Any]]] = []
        with self._or_alone():
            asked = [(chunk, self._ask([item.content for item in chunk])) for chunk in _chunks(items)]
        return lambda: self._hear(asked)

    def close(self) -> None:
        """End the helpers."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, contents: list[dict[str, Any]]) -> Future[Any]:
        from nanoos_lab.structures.serialized import describe_serialized  # noqa: PLC0415 - loads pymatgen

        if self._executor is None:
            self._executor = _executor()
        return self._executor.submit(describe_serialized, contents)

    def _hear(self, asked: list[tuple[list[NewStructure], Future[Any]]]) -> None:
        with self._or_alone():
            for chunk, answer in asked:
                for item, told in zip(chunk, answer.result(), strict=True):
                    if told is not None:
                        item.take(*told)

    @contextlib.contextmanager
    def _or_alone(self) -> Iterator[None]:
        """Go on without helpers where they died, or cannot be had, whatever ails them: all they do is done here too."""
        try:
            yield
        except Exception:  # noqa: BLE001 - told to the log
            _log.info("structures are described without helpers", exc_info=True)
            self._alone = True
            self.close()


def _chunks(items: Sequence[NewStructure]) -> Iterator[list[NewStructure]]:
    fit = []
    for item in items:
        with contextlib.suppress(InvalidInputError):  # told when it is prepared
            _ = item.content
            fit.append(item)
    for start in range(0, len(fit), _CHUNK):
        yield fit[start : start + _CHUNK]


def _executor() -> Executor:
    """Return processes that begin anew: a fork would take along the threads and connections of this one."""
    loky: Any = import_module("loky")  # needed for many structures only, and without types
    helpers = min(loky.cpu_count() - 1, MOST_HELPERS)
    if helpers < 1:
        raise OSError("there is no processor core for a helper")
    executor: Executor = loky.ProcessPoolExecutor(
        helpers,
        timeout=_IDLE_S,
        initializer=_be_a_helper,
        initargs=(os.getpid(),),
        env={"OMP_NUM_THREADS": "1"},
    )
    return executor


def _be_a_helper(asked_by: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the process that asks
    threading.Thread(target=_follow, args=(asked_by,), daemon=True).start()


def _follow(asked_by: int) -> None:
    """End soon after a process that died without a word."""
    while os.getppid() == asked_by:
        time.sleep(1.0)
    os._exit(1)
