"""Runs of the task ``train`` as a notebook holds them: curves while they go on, and the model at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display import text
from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.foreign_json import loads
from nanoos_lab.lab import beside, details
from nanoos_lab.lab.runs import Run
from nanoos_lab.properties import get_property
from nanoos_lab.runs.attempts.files import read_stranger
from nanoos_lab.runs.attempts.folder import attempt_folder
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store.schema import RunState
from nanoos_lab.workflows import training_page as page

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from rich.console import RenderableType
    from rich.table import Table

    from nanoos_lab.charts import Chart
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.widgets.live import Source

CURVE = "curve.jsonl"
_MOST_BYTES = 16 * 2**20
WIDTH_PX, HEIGHT_PX = 640, 400
_GAIN = ("mean", "low", "high", "closer")


class TrainingRun(Run):
    """A run of the task ``train``: shows its curves, which move while it goes on, and its figures at the end.

    Example:
        >>> run = lab.train(gaps, name="my-gap", on="process", wait=False)  # doctest: +SKIP
        >>> run  # doctest: +SKIP
    """

    def curve(self) -> list[dict[str, Any]]:
        """Return the passes so far, as lines of ``curve.jsonl``."""
        return curve_of(self.lab, self.id)

    def curves(self) -> Chart:
        """Return the figure of its course so far."""
        from nanoos_lab.ml.training.task import TrainParams, learns_logarithm  # noqa: PLC0415 - only where drawn

        params = TrainParams(**self.last_row.params)
        unit = get_property(params.property).unit
        from nanoos_lab.charts.training import curves_figure  # noqa: PLC0415 - plotly when something is drawn

        return curves_figure(self.curve(), unit=unit, logarithm=learns_logarithm(params))

    def comparison(self) -> pd.DataFrame:
        """Return how far off the model, what it began from and a training from nothing are on the same test rows.

        ``tuned_mean`` is the model's absolute error less the other's, row by row, averaged (below zero the model is
        closer), ``tuned_low`` to ``tuned_high`` its 95 % interval, ``tuned_closer`` on how many rows the model is.

        Raises:
            InvalidInputError: It has not finished.
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        self._finished()
        summary = self.summary
        gains = summary.get("gains", {})
        rows = []
        for who, one in summary["comparison"].items():
            gain = {f"tuned_{key}": gains[who][key] for key in _GAIN} if who in gains else {}
            rows.append({"model": page.WHO.get(who, who), **one, **gain})
        frame = pd.DataFrame(rows).drop(columns="coverage")
        lengths = ("mae", "rmse", "bias", "median", "tuned_mean", "tuned_low", "tuned_high")
        frame.attrs["units"] = dict.fromkeys(lengths, summary["unit"])
        return frame

    def metrics(self) -> pd.DataFrame:
        """Return how far off the model is on the rows of each part, and how many its 90 % intervals hold.

        Raises:
            InvalidInputError: It has not finished.
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        self._finished()
        frame = pd.DataFrame([{"part": part, **one} for part, one in self.summary["metrics"].items()])
        frame.attrs["units"] = dict.fromkeys(("mae", "rmse", "bias", "median"), self.summary["unit"])
        return frame

    def rows(self) -> pd.DataFrame:
        """Return truth, prediction and interval of every row with its structure and part, the worst first.

        Raises:
            InvalidInputError: It has not finished.
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        self._finished()
        document = loads(self.artifacts["parity.json"].read_text(encoding="utf-8"), "parity.json")
        inputs = self.inputs
        frame = pd.DataFrame(document["rows"])
        frame["structure"] = [inputs[row].id for row in frame["row"]]
        frame["name"] = [inputs[row].name for row in frame["row"]]
        frame["error"] = frame["value"] - frame["truth"]
        frame.attrs["units"] = dict.fromkeys(("truth", "value", "half_width", "error"), document["unit"])
        order = frame["error"].abs().sort_values(ascending=False, kind="stable").index
        return frame.drop(columns="row").loc[order].reset_index(drop=True)

    def register(self, **options: Any) -> Any:  # noqa: ANN401 - a ModelRecord
        """Register the model that it left, and return it; again it is the same one.

        Args:
            options: As of ``lab.models.register``: ``name``, ``version``, ``activate``.

        Raises:
            InvalidInputError: It has not finished, or the name and version are another model's.
        """
        self._finished()
        return self.lab.models.register(self, **options)  # type: ignore[attr-defined]  # of the whole lab

    @property
    def model(self) -> Any:  # noqa: ANN401 - a ModelRecord
        """The registered model of its name and version.

        Raises:
            UnknownNameError: It is not registered: ``run.register()``.
        """
        self._finished()
        told = self.summary["model"]
        return self.lab.models[f"{told['name']}@{told['version']}"]  # type: ignore[attr-defined]

    def monitor(self) -> Any:  # noqa: ANN401 - a widget
        """Return a widget that keeps showing its curves and its progress."""
        from nanoos_lab.widgets.training import TrainingMonitor  # noqa: PLC0415 - widgets are an extra

        return TrainingMonitor(self.source(), self._runs_source())

    def source(self) -> Source:
        """Return its course as something to look at again and again."""
        from nanoos_lab.widgets.live import Source  # noqa: PLC0415

        return Source(key=("training", id(self.lab), self.id), read=self.snapshot)

    def _runs_source(self) -> Source:
        from nanoos_lab.lab.monitoring import runs_source  # noqa: PLC0415 - it is beside this module

        return runs_source(self.lab, {"run": self.id})

    def snapshot(self) -> dict[str, Any]:
        """Return what is shown of it now: the payload of its display, and the curves as a picture."""
        row = self.row
        state = RunState(row.state)
        chart = self.curves() if (lines := self.curve()) else None
        picture = None if chart is None else _still(chart)
        payload = beside.run_payload(row, [], self._heading(), [], picture)
        payload["comparison"] = page.comparison_html(self.summary) if state is RunState.COMPLETED else ""
        if lines and not state.final:
            payload["facts"] = [*payload["facts"], ["Epochs so far", str(len(lines))]]
        return {"kind": "training", "at": 0, "unfinished": int(not state.final), "payload": payload}

    def _finished(self) -> None:
        state = self.state
        if state is not RunState.COMPLETED:
            raise InvalidInputError(f"run {self.id} (train) is {state}: it has no model yet")

    def _heading(self) -> str:
        params = self.last_row.params
        rows = len(params.get("values", ()))
        return f"train · {params.get('property', '')} · {params.get('architecture', '')}, {rows} rows"

    def _repr_mimebundle_(self, **options: object) -> dict[str, Any]:
        row = self.row
        if RunState(row.state).final:
            return self._bundle_at_end()
        shown = self.snapshot()["payload"]
        drawn = details.run_html(row, [], self._heading(), [], shown["picture"] or None)
        still = {beside.MIME_TYPE: shown, "text/html": drawn, "text/plain": repr(self)}
        try:
            live: dict[str, Any] = self.monitor()._repr_mimebundle_(**options) or {}
        except NanoOSError:  # widgets are not installed: the picture stays
            live = {}
        return {**live, **still}

    def _bundle_at_end(self) -> dict[str, Any]:
        row = self.row
        picture, tables = None, ""
        if row.state == RunState.COMPLETED:
            picture = "".join(_still(self.figure(kind), width=420) for kind in ("course", "parity"))
            tables = page.comparison_html(self.summary)
        elif self.curve():
            picture = _still(self.curves())
        shown = details.run_html(row, [], self._heading(), [], picture)
        return {"text/html": shown + tables, "text/plain": repr(self)}

    def __rich__(self) -> RenderableType:
        """Return its terminal display: at its end how far off the model is, whether it paid, and how to use it."""
        row = self.row
        shown = details.run_text(row, [], self._heading())
        if row.state != RunState.COMPLETED:
            return shown
        summary = self.summary
        unit = f" ({summary['unit']})" if summary["unit"] else ""
        headers, rows = page.metrics_cells(summary)
        parts = (
            (
                f"How far off{unit}, by what rows served for",
                [headers[0], *headers[2:]],
                [[r[0], *r[2:]] for r in rows],
            ),
            (f"On the same test rows{unit}", *page.comparison_cells(summary)),
            (f"Absolute error less that of the others, row by row{unit}", *page.gain_cells(summary)),
        )
        tables = [_narrow(title, head, cells) for title, head, cells in parts if cells]
        return text.stack(shown, *tables, self._use())

    def _use(self) -> str:
        """Return how the model is used from now on, or first made known."""
        told = self.summary["model"]
        label = f"{told['name']}@{told['version']}"
        try:
            registered = self.model.run
        except NanoOSError:
            registered = None
        if registered is None or registered.id != self.id:
            return f"Not registered yet: nanoos models register {self.id}, or run.register() in Python."
        return f"Registered as {label}. Use it: nanoos predict all --predictor {label}"


def _narrow(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table for 80 characters: the title has the unit."""
    short = [header.partition(" / ")[0] for header in headers]
    return text.table(short, rows, numeric=short[1:], title=title)


def curve_of(lab: Workspace, run_id: str) -> list[dict[str, Any]]:
    """Return the passes of a training so far: of what goes on from its folder, of what has ended from its file.

    Args:
        lab: The lab.
        run_id: The run's full id.
    """
    from nanoos_lab.charts.training import lines_of  # noqa: PLC0415 - plotly when something is drawn

    row = lab.run_rows([run_id])[0]
    if row.state == RunState.COMPLETED:
        return lines_of(lab.artifacts_of(run_id)[CURVE].read_bytes())
    with lab.store.read() as session:
        attempts = run_rows.attempts_of(session, lab.store.scope, run_id)
    for attempt in reversed(attempts):
        try:
            folder = attempt_folder(lab.store.scope.files, attempt.folder)
            return lines_of(read_stranger(folder.path, "items", run_id, CURVE, limit=_MOST_BYTES))
        except (OSError, NanoOSError):
            continue  # nothing there yet, or not any more
    return []


def _still(chart: Chart, *, width: int = WIDTH_PX) -> str:
    from nanoos_lab.charts.still import still_svg  # noqa: PLC0415 - drawn when shown

    chart.update_layout(width=width, height=HEIGHT_PX)
    return still_svg(chart)
