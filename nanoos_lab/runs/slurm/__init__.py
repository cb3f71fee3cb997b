"""The executor ``slurm``: attempt folders worked on by jobs of a SLURM cluster, submitted through submitit.

What a job leaves is JSON and files in its attempt folder; nothing it wrote is ever executed or unpickled.
:mod:`~nanoos_lab.runs.slurm.scheduler` asks the cluster, :mod:`~nanoos_lab.runs.slurm.states` says what its
answers mean, :mod:`~nanoos_lab.runs.slurm.job` is what runs on a node.
"""

from __future__ import annotations

from typing import Any

__all__ = ["SlurmExecutor"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562; a job on a node must not load submitit
    if name == "SlurmExecutor":
        from nanoos_lab.runs.slurm.executor import SlurmExecutor  # noqa: PLC0415

        return SlurmExecutor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
