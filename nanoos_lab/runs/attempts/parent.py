"""Inside which run we are, so that what a task asks for is recorded as asked for by it."""

from __future__ import annotations

import contextlib
import os
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PARENT_VARIABLE = "NANOOS_PARENT_RUN"
"""Environment variable that names the run to a process started inside one."""

_current: ContextVar[str | None] = ContextVar("nanoos_current_run", default=None)


def current_run_id() -> str | None:
    """Return the id of the run this code is part of, or None outside any.

    A task that starts a process of its own, such as a notebook's kernel, hands it on in
    :data:`PARENT_VARIABLE`.
    """
    return _current.get() or os.environ.get(PARENT_VARIABLE) or None


@contextlib.contextmanager
def inside_run(run_id: str) -> Iterator[None]:
    """Mark what happens in this block as part of a run.

    Args:
        run_id: The run.
    """
    token = _current.set(run_id)
    try:
        yield
    finally:
        _current.reset(token)
