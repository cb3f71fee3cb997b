"""The executor ``ssh``: attempt folders worked on by a SLURM cluster that is reached by SSH alone.

Nothing is shared with it: attempt folders are sent there, and what its jobs leave is brought here. One ``ssh`` is kept
open while there are runs under way; at its other end :mod:`~nanoos_lab.runs.ssh.agent` speaks for the cluster.

=================== ==============================================================================================
agent               the program there: stages, submits, looks, hands out files, removes
wire                what is said between here and there
connection          the ``ssh`` that is kept open, and what its failures mean
cluster             one cluster, and since when it cannot be reached
mirror              what is seen here of an attempt folder there
fetch               results: brought whole, before an outcome that speaks of them is
executor            all of this as an executor
=================== ==============================================================================================

What decides a race is decided there. Here, a fence or a called-off item is a wish until the cluster says that it is so.
A connection that breaks decides nothing: runs stay as they are, and all goes on when it is back. The other side is
trusted no more than a job is: what it says is checked for form, and what it sends for names and sizes.
"""

from __future__ import annotations

from typing import Any

__all__ = ["SshExecutor"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562; the agent must not load the executor
    if name == "SshExecutor":
        from nanoos_lab.runs.ssh.executor import SshExecutor  # noqa: PLC0415

        return SshExecutor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
