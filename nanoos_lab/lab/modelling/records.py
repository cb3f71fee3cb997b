"""A registered model as a notebook holds it: what it states, how far off it is, where it came from."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.modelling.names import path_of
from nanoos_lab.properties import get_property
from nanoos_lab.store import models as rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.runs import Run
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.ml.models import Manifest, ModelPredictor
    from nanoos_lab.store.schema import ModelRow

METRIC_COLUMNS = ("part", "property", "unit", "n", "mae", "rmse", "r2", "bias", "coverage")
_SHOWN_ELEMENTS = 24


class ModelRecord:
    """A version of a trained model.

    Args:
        lab: The lab that holds it.
        row: Its row.

    Example:
        >>> gap = lab.models["my-gap"]  # doctest: +SKIP
        >>> gap.metrics()  # doctest: +SKIP
        >>> gap.activate("1.1")  # doctest: +SKIP
    """

    def __init__(self, lab: Workspace, row: ModelRow) -> None:
        self._lab, self.row = lab, row

    @property
    def id(self) -> str:
        """Its id; any unique prefix names it."""
        return self.row.id

    @property
    def name(self) -> str:
        """Its name, which its versions share."""
        return self.row.name

    @property
    def version(self) -> str:
        """Which version of the name it is."""
        return self.row.version

    @property
    def label(self) -> str:
        """Name and version in one word, such as ``my-gap@1.2``."""
        return rows.label_of(self.row)

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the properties that it states."""
        return tuple(self.row.targets)

    @property
    def active(self) -> bool:
        """Whether its name alone means this version."""
        return self.row.active

    @property
    def state(self) -> str:
        """``active``, ``retired``, or ``kept`` for neither."""
        return "retired" if self.row.retired_at is not None else "active" if self.row.active else "kept"

    @property
    def run(self) -> Run | None:
        """The run that trained it, where it was trained in this lab."""
        found = self._lab.get(self.row.run_id) if self.row.run_id else None
        return cast("Run | None", found)

    @property
    def path(self) -> Path:
        """Its file in the lab, after checking its bytes; ``.export()`` gives a copy to hand on.

        Raises:
            ArtifactError: It is missing, was purged or was changed.
        """
        return path_of(self._lab.store, self.row)

    def manifest(self) -> Manifest:
        """Return all that is said of the model: training, metrics, intervals, domain, references."""
        from nanoos_lab.ml.models import read_manifest  # noqa: PLC0415 - brings numpy

        return read_manifest(self.path)

    def predictor(self) -> ModelPredictor:
        """Return the model itself, proved, to ask it past the lab.

        Raises:
            CalculatorError: A reference prediction is missed; the message holds both numbers.
        """
        from nanoos_lab.ml.models import open_model  # noqa: PLC0415 - brings numpy

        return open_model(self.path)

    def metrics(self) -> pd.DataFrame:
        """Return how far off it is: one row for each part of the data and property, in the property's unit."""
        import pandas as pd  # noqa: PLC0415 - heavy

        found = [
            (part, name, get_property(name).unit, *(figures.get(column) for column in METRIC_COLUMNS[3:]))
            for part, properties in self.row.metrics.items()
            for name, figures in properties.items()
        ]
        return pd.DataFrame(found, columns=list(METRIC_COLUMNS))

    # Changes ----------------------------------------------------------------------------------------

    def activate(self, version: str | None = None) -> ModelRecord:
        """Let the name mean this version from now on, or another one.

        Args:
            version: Another version of the same name.

        Returns:
            The version that is active now.

        Raises:
            UnknownNameError: There is no such version; close ones are suggested.
            InvalidInputError: It is retired.
        """
        return self._changed(rows.activate_model) if version is None else self._sibling(version).activate()

    def deactivate(self) -> ModelRecord:
        """Let the name mean no version for now; ``name@version`` goes on to work."""
        return self._changed(rows.deactivate_model)

    def roll_back(self) -> ModelRecord:
        """Let the name mean the version again that was active before.

        Returns:
            The version that is active now.

        Raises:
            InvalidInputError: There was none before.
        """
        with self._lab.store.write() as session:
            scope = self._lab.store.scope
            row = rows.previous_model(session, scope, self.name)
            rows.activate_model(session, scope, row, kind=rows.ROLLED_BACK)
        return ModelRecord(self._lab, row)

    def retire(self, reason: str = "") -> ModelRecord:
        """Put this version away, not to be used any more; it can be looked at, exported and restored.

        Args:
            reason: Why, for the journal.
        """
        return self._changed(rows.retire_model, reason=reason)

    def restore(self) -> ModelRecord:
        """Take this version back after it was retired; it is active only when it is activated."""
        return self._changed(rows.restore_model)

    def _changed(self, change: Callable[..., None], **said: Any) -> ModelRecord:
        with self._lab.store.write() as session:
            row = rows.get_model(session, self._lab.store.scope, self.label)
            change(session, self._lab.store.scope, row, **said)
        self.row = row
        return self

    def _sibling(self, version: str) -> ModelRecord:
        with self._lab.store.read() as session:
            return ModelRecord(
                self._lab, rows.get_model(session, self._lab.store.scope, f"{self.name}@{version}")
            )

    def export(self, path: str | Path | None = None) -> Path:
        """Write the model as one file that another lab adds with ``lab.models.add``.

        Args:
            path: The file, or a folder; None for ``NAME-VERSION.nanoos-model`` in the current folder.

        Returns:
            The file.

        Raises:
            InvalidInputError: The file is there already.
        """
        from nanoos_lab.ml.models import SUFFIX  # noqa: PLC0415 - brings numpy

        target = Path("." if path is None else path).expanduser()
        if target.is_dir():
            target /= f"{self.name}-{self.version}{SUFFIX}"
        elif target.suffix != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        if target.exists():
            raise InvalidInputError(
                f"{target} is there already: give another name, or remove that file first"
            )
        if not target.parent.is_dir():
            raise InvalidInputError(f"there is no folder {target.parent}: make it first")
        fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            shutil.copyfile(self.path, fresh)
            fresh.rename(target)
        finally:
            fresh.unlink(missing_ok=True)
        return target

    # Display ----------------------------------------------------------------------------------------

    def facts(self) -> list[tuple[str, str]]:
        """Return what a reader wants to know first, as names and values in order."""
        row, manifest = self.row, self.manifest()
        trained = f"run {row.run_id}" if row.run_id else ""
        some = " ".join(manifest.elements[:_SHOWN_ELEMENTS])
        more = len(manifest.elements) - _SHOWN_ELEMENTS
        pairs = [
            ("States", ", ".join(f"{get_property(t).label} ({get_property(t).unit})" for t in row.targets)),
            ("State", self.state),
            ("Architecture", row.architecture),
            ("Tuned from", row.base or ""),
            ("Trained by", trained),
            ("Elements", f"{some} and {more} more" if more > 0 else some),
            ("Data", manifest.source),
            ("Synthetic", "yes: its numbers mean nothing about real materials" if row.synthetic else ""),
            ("Added by", f"{row.author}, {numbers.age(row.created_at)}"),
            ("Id", self.id),
        ]
        return [(name, said) for name, said in pairs if said]

    def _metric_cells(self) -> list[tuple[str, ...]]:
        return [
            (part, name, unit, str(n), *(_figure(one) for one in figures), _percent(coverage))
            for part, name, unit, n, *figures, coverage in self.metrics().itertuples(index=False, name=None)
        ]

    def __repr__(self) -> str:
        return f"<model {self.label}, {self.state}: {', '.join(self.targets)}>"

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        cells = self._metric_cells()
        return text.stack(
            text.table([self.label, ""], self.facts()),
            text.table(_HEADERS, cells, numeric=_HEADERS[3:], title="errors and coverage") if cells else None,
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        cells = self._metric_cells()
        parts = [html.facts(self.facts())]
        parts += [html.table(_HEADERS, cells, numeric=_HEADERS[3:])] if cells else []
        page = html.block(*parts, title=f"Model {self.label}")
        return {"text/html": page, "text/plain": text.to_text(self.__rich__())}


_HEADERS = ("rows", "property", "unit", "n", "MAE", "RMSE", "R²", "bias", "in 90 % interval")


def _figure(value: float | None) -> str:
    return "" if value is None or value != value else numbers.number(value, digits=3)  # noqa: PLR0124 - NaN


def _percent(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.1%}"  # noqa: PLR0124 - NaN
