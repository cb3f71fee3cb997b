"""What jobs took, by the word of the place where they ran: for executors of places that keep accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class JobUsage(NamedTuple):
    """What one job took; what the place does not say is None."""

    name: str
    """The job's name, by which one knows that it is the job that was meant."""
    elapsed_s: float
    """Of all the times it ran, where it was put back in between."""
    cpu_s: float | None = None
    """How long its processors were busy."""
    cpus: int | None = None
    gpus: int | None = None
    max_rss_bytes: int | None = None
    node: str = ""


@runtime_checkable
class KeepsAccounts(Protocol):
    """An executor that can say what its jobs took."""

    def usage(self, job_ids: Collection[str]) -> Mapping[str, JobUsage] | None:
        """Return what jobs took that have ended; asks one question, or none where it was asked a moment ago.

        Args:
            job_ids: Handles of workers, as they were recorded.

        Returns:
            By id. A job that has not ended, or that is not known yet, is absent; None where no accounts are kept.

        Raises:
            StartError: There was no answer now.
        """
