"""What runs took and what further ones will: the lab's verbs about time and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.store import accounting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.preflight import Preflight
    from nanoos_lab.settings import Resources, Settings
    from nanoos_lab.store.accounting import CostEstimate, Usage

_BY = ("person", "task", "profile")


class Accounting(Workspace):
    """The verbs about what runs take."""

    settings: Settings

    def usage(self, by: str = "person", *, since: float | None = None) -> UsageTable:
        """Return what the project's runs took: time, CPU-hours, GPU-hours, memory.

        Args:
            by: Summed for each ``person``, ``task`` or ``profile``.
            since: Only work that began after this moment, in seconds since 1970.

        Raises:
            InvalidInputError: It cannot be summed by this.
        """
        if by not in _BY:
            raise InvalidInputError(f"usage is summed by {', '.join(_BY)}, not by {by!r}")
        with self.store.read() as session:
            found = accounting.usage_of_project(session, self.store.scope, by=by, since=since)
        return UsageTable(found, by=by, project=self.project)

    def estimate(
        self,
        task: str,
        structures: StructureLike | Iterable[StructureLike],
        *,
        on: str | None = None,
        resources: Resources | None = None,
        calculator: str | None = None,
    ) -> Estimate:
        """Estimate what a task will take on some structures, from earlier runs here, before anything is submitted.

        Args:
            task: The task's name.
            structures: One structure or several.
            on: The profile; by default the settings' default.
            resources: Instead of the profile's.
            calculator: Only runs with this calculator are looked at.
        """
        several = isinstance(structures, (list, tuple)) or hasattr(structures, "frame")
        records = [self.structure(one) for one in (structures if several else [structures])]
        asked = resources or self.settings.profile(on).resources
        with self.store.read() as session:
            found = accounting.estimate_cost(
                session, self.store.scope, task, [record.row.n_sites for record in records],
                resources=asked.model_dump(), calculator=calculator,
            )  # fmt: skip
        return Estimate(task, found, n=len(records))

    def preflight(
        self,
        task: str,
        structures: StructureLike | Iterable[StructureLike] | None = None,
        *,
        on: str | None = None,
        resources: Resources | None = None,
        measure: bool = False,
        **params: Any,
    ) -> Preflight:
        """Say what a run will cost and what is missing, before anything runs; nothing is recorded.

        Args:
            task: The task's name.
            structures: What it works on: one structure or several.
            on: The profile; by default the settings' default.
            resources: Instead of the profile's.
            measure: Whether to evaluate the calculator once, here, to see how long it takes.
            params: The task's parameters, as for :meth:`~nanoos_lab.lab.Lab.submit`.

        Raises:
            UnknownNameError: No such task or structure.
            InvalidInputError: The parameters are refused.

        Example:
            >>> lab.preflight("eos", sto, calculator="qe", on="cluster").require()  # doctest: +SKIP
        """
        from nanoos_lab.lab.preflight import Inspection  # noqa: PLC0415 - simulations load when they are asked for

        several = isinstance(structures, (list, tuple)) or hasattr(structures, "frame")
        given = [] if structures is None else structures if several else [structures]
        inspection = Inspection(self, [self.structure(one) for one in given], on, params)
        return inspection.look(task, resources=resources, measure=measure)


class UsageTable:
    """What runs took, by person, task or profile.

    Args:
        entries: The sums, the greatest first.
        by: What they are summed by.
        project: The project's name.
    """

    def __init__(self, entries: Sequence[Usage], *, by: str, project: str) -> None:
        self.entries, self._by, self._project = list(entries), by, project

    def frame(self) -> pd.DataFrame:
        """Return one row for each entry."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.DataFrame([vars(entry) for entry in self.entries])

    def _headers(self) -> tuple[str, ...]:
        return (self._by, "runs", "elapsed", "CPU-hours", "GPU-hours", "peak memory")

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                entry.who,
                str(entry.runs),
                numbers.duration(entry.elapsed_hours * 3600),
                f"{entry.cpu_hours:.3g}",
                f"{entry.gpu_hours:.3g}",
                "–" if entry.max_rss_bytes is None else numbers.size(entry.max_rss_bytes),
            )
            for entry in self.entries
        ]

    def _title(self) -> str:
        return f"What runs of {self._project} took"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        if not self.entries:
            return text.stack("no run has begun yet")
        headers = self._headers()
        return text.table(headers, self._cells(), numeric=headers[1:], title=self._title())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        headers = self._headers()
        drawn = html.table(headers, self._cells(), numeric=headers[1:])
        return {"text/html": html.block(drawn, title=self._title()), "text/plain": repr(self)}


class Estimate:
    """What runs are likely to take.

    Args:
        task: The task's name.
        cost: The estimate, or None where nothing is known.
        n: How many runs were asked about.
    """

    def __init__(self, task: str, cost: CostEstimate | None, *, n: int) -> None:
        self.task, self.cost, self._n = task, cost, n

    def sentence(self) -> str:
        """Say it for people."""
        if self.cost is None:
            return f"no run of {self.task} has finished here yet: nothing to estimate {self._n} more from"
        cost = self.cost
        span = f"{numbers.duration(cost.low_seconds)} to {numbers.duration(cost.high_seconds)}"
        hours = f"{cost.cpu_hours:.2g} CPU-hours" + (
            f", {cost.gpu_hours:.2g} GPU-hours" if cost.gpu_hours else ""
        )
        return (
            f"{cost.runs} runs of {self.task}: about {numbers.duration(cost.seconds)} one after another ({span}), "
            f"{hours}; from {cost.basis}"
        )

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        tone = "idle" if self.cost is None else "good"
        return {"text/html": html.block(html.note(self.sentence(), tone=tone)), "text/plain": repr(self)}
