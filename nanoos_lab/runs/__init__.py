"""Runs: work that is recorded before it starts and is never lost, doubled or misreported.

A run goes ``PENDING → SUBMITTING → QUEUED → RUNNING → COMPLETED | FAILED | CANCELLED | LOST``. Each change is a
compare-and-set on state and attempt, with its line of the journal in the same transaction; only the current
attempt may commit. :class:`Runs` is the way in; :mod:`nanoos_lab.runs.attempts` holds the folder protocol that
workers know, :mod:`nanoos_lab.runs.executors` the places to run, :mod:`nanoos_lab.runs.driving` what moves runs
along.

What is so, and what follows
============================

Whoever reconciles hears the row, the attempt folder and the locks that say which processes live. An outcome
of the current attempt is collected before anything else is considered; ``again`` means PENDING with a new
attempt under the retry policy, or LOST when its tries are spent.

Executors with workers (``process``):

============ =================================== ========================= ==============================
row          folder                              processes                 then
============ =================================== ========================= ==============================
PENDING      none                                                          started when there is room
SUBMITTING   no claim                            submitter lives           left alone
SUBMITTING   no claim                            submitter dead            fenced; again, not charged
SUBMITTING   claim                               worker lives              QUEUED, or RUNNING if begun
QUEUED       no claim                            worker may still come     left alone
QUEUED       no claim                            submitter dead            fenced; again, not charged
QUEUED       no claim                            worker ended or is late   fenced; again, charged
QUEUED       claim, item begun                   worker lives              RUNNING
any of these claim, item begun, no outcome       worker dead               again, charged
any of these claim, another item was begun       worker dead               again, not charged
any of these outcome                             any                       COMPLETED, FAILED or CANCELLED
any of these outcome that is malformed           any                       FAILED, with what was wrong
any of these cancel asked, item not begun        any                       called off; CANCELLED
any of these cancel asked, item begun            worker lives              marker; later SIGTERM, SIGKILL
any of these cancel asked, no outcome            worker dead               CANCELLED
============ =================================== ========================= ==============================

``here``, where the owner is the process that recorded or executes it:

============ =================================== ========================= ==============================
PENDING      none                                owner lives               its thread executes it
PENDING      none                                owner dead                stays, until someone waits for
                                                                           it or submits the same again
RUNNING      no outcome                          owner lives               left alone
RUNNING      no outcome                          owner dead                again, charged: PENDING as above
RUNNING      outcome                             owner dead                COMPLETED, FAILED or CANCELLED
============ =================================== ========================= ==============================

So a run of ``here`` whose kernel died is not begun anew behind anyone's back: running the cell again, or
waiting for the run, goes on with it.

What a lost attempt of a task left that can be continued (``Task.resumable``) becomes the folder of its next
attempt, so that a killed molecular dynamics or training goes on from its last checkpoint
(:mod:`nanoos_lab.runs.driving.carrying`).

What survives what
==================

``here`` survives an interrupt, not the end of its process. ``process`` survives the end of the process that
asked for it, not the machine's; what was under way then is tried again. Locks are ``flock``'s, so every process of
a lab runs on one host.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.runs.attempts.parent import PARENT_VARIABLE, current_run_id
    from nanoos_lab.runs.attempts.progress import Progress
    from nanoos_lab.runs.engine import Runs, Submission
    from nanoos_lab.runs.executors import EXECUTORS

__all__ = ["EXECUTORS", "PARENT_VARIABLE", "Progress", "Runs", "Submission", "current_run_id"]

_HOMES = {
    "EXECUTORS": "executors",
    "PARENT_VARIABLE": "attempts.parent",
    "Progress": "attempts.progress",
    "Runs": "engine",
    "Submission": "engine",
    "current_run_id": "attempts.parent",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562; a worker must not load the engine
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
