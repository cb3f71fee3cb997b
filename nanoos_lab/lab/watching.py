"""Looking at runs and batches while they go on: live displays by an id, from whatever kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab import monitoring
from nanoos_lab.lab.batches import BatchWatch
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.store.rows import resolve_id

if TYPE_CHECKING:
    from nanoos_lab.widgets import BatchMonitor, RunMonitor


class Watching(Workspace):
    """The verb about what goes on."""

    def monitor(
        self,
        record_id: str | None = None,
        *,
        property: str = "",  # noqa: A002 - the field's word
        direction: str = "",
    ) -> RunMonitor | BatchMonitor:
        """Return a widget that keeps showing how a run, a batch or all runs stand.

        Everything it shows comes from the store: any kernel that has the lab open shows the same, also of what another
        one began, and of what ended long ago.

        Args:
            record_id: The id of a run or a batch, or a unique prefix; None for all runs.
            property: Of a batch: which property is shown; by default the task's main one.
            direction: Of a batch: which value is best, ``lowest`` or ``highest``.

        Raises:
            UnknownNameError: No run or batch has this id.
            InvalidInputError: It is the id of a structure, or the direction is neither.

        Example:
            >>> lab.monitor("3f2a", property="band_gap", direction="highest")  # doctest: +SKIP
        """
        if record_id is None:
            return monitoring.watch_runs(self, {})
        with self.store.read() as session:
            kind, full = resolve_id(session, self.store.scope, str(getattr(record_id, "id", record_id)))
        if kind == "batch":
            return watch_batch(self, full, property=property, direction=direction)
        if kind == "run":
            return monitoring.watch_runs(self, {"run": full})
        raise InvalidInputError(f"{full} is a {kind}: what goes on is a run or a batch")


def watch_batch(
    lab: Workspace,
    batch_id: str,
    *,
    property: str = "",  # noqa: A002 - the field's word
    direction: str = "",
) -> BatchMonitor:
    """Return a widget that keeps showing how a batch stands.

    Args:
        lab: The lab.
        batch_id: Its full id.
        property: Which property is shown.
        direction: Which value is best.
    """
    from nanoos_lab.widgets.batch import BatchMonitor  # noqa: PLC0415 - widgets are an extra

    return BatchMonitor(
        lambda prop, way: BatchWatch(lab, batch_id, property=prop, direction=way),
        property=property,
        direction=direction,
    )
