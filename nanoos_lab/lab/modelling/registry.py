"""The lab's registry of trained models: versions of names, which of them is active, and how two compare."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.modelling.cards import ModelCard, model_card
from nanoos_lab.lab.modelling.files import check_name, columns_of, known_file, packed
from nanoos_lab.lab.modelling.names import named_predictor
from nanoos_lab.lab.modelling.records import METRIC_COLUMNS, ModelRecord
from nanoos_lab.lab.modelling.trials import Trial, try_models
from nanoos_lab.lab.runs import Run
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.properties import get_property
from nanoos_lab.store import models as rows
from nanoos_lab.store.artifacts import place, record_file
from nanoos_lab.store.artifacts.records import artifacts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.workspace import StructureLike
    from nanoos_lab.store.schema import ArtifactRow

_PARAMS = {"predict": "predictor", "explain": "predictor", "embed": "model"}
"""By task: the parameter that names a predictor."""
_JUDGED_BY = ("test", "unseen", "validation", "calibration", "train")
"""Parts of the data whose error a list shows, the most telling first."""


class Modelling(Workspace):
    """The word about trained models."""

    @property
    def models(self) -> Models:
        """The trained models that are registered in this project."""
        return Models(self)

    def _with_named_models(self, task: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task's parameters in which registered models are named as every worker finds them."""
        param = _PARAMS.get(str(getattr(task, "name", task)), "")
        name = params.get(param)
        return dict(params) if not isinstance(name, str) else {**params, param: self.models.resolve(name)}


class Models(Sequence[ModelRecord]):
    """The registered models of a project, by name and then in the order in which they came.

    Args:
        lab: The lab.

    Example:
        >>> lab.models.register(lab.runs(task="train")[0])  # doctest: +SKIP
        >>> lab.predict(sto, predictor="my-gap")  # doctest: +SKIP
        >>> lab.models.compare("my-gap@1", "my-gap@2", lab.structures())  # doctest: +SKIP
        >>> lab.models.roll_back("my-gap")  # doctest: +SKIP
    """

    _HEADERS = ("model", "state", "states", "architecture", "error", "tuned from", "trained by", "added")

    def __init__(self, lab: Workspace) -> None:
        self._lab = lab
        with lab.store.read() as session:
            self._records = [ModelRecord(lab, row) for row in rows.list_models(session, lab.store.scope)]

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - a name or a position gives a model, a slice a list
        """Return the model of a name, ``NAME@VERSION``, id or position.

        Args:
            index: Which.

        Raises:
            UnknownNameError: There is none; close names are suggested.
        """
        if not isinstance(index, str):
            return self._records[index]
        with self._lab.store.read() as session:
            return ModelRecord(self._lab, rows.get_model(session, self._lab.store.scope, index))

    def __contains__(self, model: object) -> bool:
        if not isinstance(model, str):
            return any(one.id == getattr(model, "id", None) for one in self._records)
        return self._has(model)

    def _has(self, model: str) -> bool:
        return any(model in {one.name, one.label, one.id} for one in self._records)

    # What comes in and goes out ---------------------------------------------------------------------

    def register(
        self,
        source: Run | str | Path,
        *,
        name: str | None = None,
        version: str | None = None,
        activate: bool | None = None,
    ) -> ModelRecord:
        """Register the model that a training run left, or a model's file or folder, after it was proved.

        Args:
            source: The run, its id, or the path of a model's file or folder.
            name: Another name than the model has.
            version: Another version than it has.
            activate: Whether its name shall mean this version from now on; by default only where no version is active.

        Returns:
            The model; the same file again is the same one.

        Raises:
            InvalidInputError: The run left no model or several, or name or version are taken or cannot be used.
            ModelFileError: The file is not what it says.
            CalculatorError: A reference prediction is missed; the message holds both numbers.
        """
        path = _existing(source)
        if path is not None:
            return self._keep(path, None, None, name, version, activate, source=path.name)
        run = self._run(source)
        artifact = self._file_of(run)
        with self._lab.store.read() as session:
            from nanoos_lab.store.artifacts import checked_path  # noqa: PLC0415

            path = checked_path(self._lab.store.scope, artifact, session=session)
        return self._keep(path, artifact, run.id, name, version, activate, source=f"run {run.id}")

    def add(self, path: str | Path, *, activate: bool | None = None) -> ModelRecord:
        """Add a model from another lab, as ``export`` wrote it.

        Args:
            path: Its file.
            activate: As for :meth:`register`.

        Raises:
            InvalidInputError: There is no such file.
        """
        if _existing(path) is None:
            raise InvalidInputError(
                f"there is no file {path}: give what lab.models.export(NAME) of the other lab wrote"
            )
        return self.register(path, activate=activate)

    def export(self, model: str, path: str | Path | None = None) -> Path:
        """Write a model as one file that another lab adds.

        Args:
            model: Its name, ``NAME@VERSION`` or id.
            path: The file or a folder; None for ``NAME-VERSION.nanoos-model`` in the current folder.
        """
        return self._of(model).export(path)

    # Which version a name means ---------------------------------------------------------------------

    def activate(self, model: str, version: str | None = None) -> ModelRecord:
        """Let a name mean a version from now on.

        Args:
            model: ``NAME@VERSION``, an id, or a name.
            version: The version, beside a name.
        """
        return self._of(model).activate(version)

    def deactivate(self, model: str) -> ModelRecord:
        """Let a name mean no version for now.

        Args:
            model: The name, or the version that is active.
        """
        return self._of(model).deactivate()

    def roll_back(self, model: str) -> ModelRecord:
        """Let a name mean the version again that was active before; return it.

        Args:
            model: The name.
        """
        return self._of(model).roll_back()

    def retire(self, model: str, reason: str = "") -> ModelRecord:
        """Put a version away, not to be used any more; nothing of it is lost.

        Args:
            model: ``NAME@VERSION`` or an id; a name means its active version.
            reason: Why, for the journal.
        """
        return self._of(model).retire(reason)

    def restore(self, model: str) -> ModelRecord:
        """Take back a version that was retired.

        Args:
            model: ``NAME@VERSION`` or an id.
        """
        return self._of(model).restore()

    def card(self, predictor: str) -> ModelCard | ModelRecord:
        """Return the model card of a predictor that comes with a package; a registered model's record is its card.

        Args:
            predictor: Its name.

        Raises:
            UnknownNameError: There is no such predictor.
            InvalidInputError: It has none; the message says which have one.
        """
        return self[predictor] if self._has(predictor) else model_card(predictor)

    def resolve(self, predictor: str) -> str:
        """Return what ``get_predictor`` takes in every process for a predictor's or registered model's name.

        Args:
            predictor: The name.
        """
        return named_predictor(self._lab.store, predictor)

    # Comparing --------------------------------------------------------------------------------------

    def compare(
        self, a: str, b: str, structures: Iterable[StructureLike] | StructureLike, *, against: str = ""
    ) -> Trial:
        """Ask two models about the same structures, and hold both against what the lab knows of them.

        Nothing is stored: ``lab.predict`` does that.

        Args:
            a: A registered model, or any predictor.
            b: Another.
            structures: The structures.
            against: The method whose values are taken to be right; by default, of those that are no predictions, the
                one that knows most of the structures.

        Raises:
            InvalidInputError: They state no property in common, or there are no structures.
            UnknownNameError: There is no such model, or no value by such a method.
        """
        single = isinstance(structures, str) or hasattr(structures, "formula")
        records = [self._lab.structure(one) for one in ([structures] if single else structures)]
        return try_models(self._lab, (a, b), records, against=against)

    # Displays ---------------------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """Return one row for each version with its error on the part of the data that judges it."""
        import pandas as pd  # noqa: PLC0415 - heavy

        columns = (
            "model", "name", "version", "state", "property", "unit", "architecture", "rows", *METRIC_COLUMNS[3:],
            "base", "run", "synthetic", "author", "created_at", "id",
        )  # fmt: skip
        found = []
        for one in self._records:
            for target in one.targets:
                part, known = _judged(one.row.metrics, target)
                known |= {"unit": get_property(target).unit}
                said = {
                    "model": one.label, "name": one.name, "version": one.version, "state": one.state,
                    "property": target, "architecture": one.row.architecture, "rows": part, "base": one.row.base,
                    "run": one.row.run_id, "synthetic": one.row.synthetic, "author": one.row.author,
                    "created_at": one.row.created_at, "id": one.id,
                }  # fmt: skip
                found.append(known | said)
        frame = pd.DataFrame(found, columns=list(columns))
        frame["created_at"] = pd.to_datetime(frame["created_at"], unit="s", utc=True)
        return frame

    def _cells(self) -> list[tuple[str, ...]]:
        frame = self.frame()
        cells: list[tuple[str, ...]] = []
        for one in self._records:
            mine = frame[frame["id"] == one.id]
            errors = [
                f"{numbers.number(mae, digits=3)} {unit}"
                for mae, unit in zip(mine["mae"], mine["unit"], strict=True)
                if mae == mae  # noqa: PLR0124 - not NaN
            ]
            cells.append(
                (one.label, one.state, ", ".join(get_property(t).label for t in one.targets),
                 one.row.architecture, ", ".join(errors), one.row.base or "",
                 f"run {one.row.run_id}" if one.row.run_id else "", numbers.age(one.row.created_at))
            )  # fmt: skip
        return cells

    def _heading(self) -> str:
        if not self._records:
            return "no models yet: lab.models.register(run) adds the one that a run of 'train' left"
        names = len({one.name for one in self._records})
        versions = f"{len(self)} version{'' if len(self) == 1 else 's'}"
        return f"{names} model{'' if names == 1 else 's'} in {versions}; error: MAE on rows not trained on"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        if not self._records:
            return text.stack(self._heading())
        return text.table(self._HEADERS, self._cells(), title=self._heading())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        if not self._records:
            return {
                "text/html": html.block(html.note(self._heading(), tone="idle")),
                "text/plain": repr(self),
            }
        cells = [(c[0], html.badge(c[1]), *c[2:]) for c in self._cells()]
        page = html.block(html.table(self._HEADERS, cells), title="Models", subtitle=self._heading())
        return {"text/html": page, "text/plain": repr(self)}

    # Parts ------------------------------------------------------------------------------------------

    def _of(self, model: str) -> ModelRecord:
        found: ModelRecord = self[str(getattr(model, "label", model))]
        return found

    def _run(self, source: Run | str | Path) -> Run:
        if isinstance(source, Run):
            return source
        try:
            found = self._lab.get(str(source))
        except UnknownNameError as error:
            raise UnknownNameError(
                "run, model file or folder", str(source), hint="Give a run of 'train' or a path that exists."
            ) from error
        if not isinstance(found, Run):
            raise InvalidInputError(f"{source!r} is no run: give the run that trained the model, or its file")
        return found

    def _file_of(self, run: Run) -> ArtifactRow:
        from nanoos_lab.ml.models import SUFFIX  # noqa: PLC0415 - brings numpy

        with self._lab.store.read() as session:
            left = artifacts_of(session, self._lab.store.scope, run.id)
        found = [one for one in left if one.name.endswith(SUFFIX)]
        if len(found) != 1:
            several = ", ".join(one.name for one in found) or "no model"
            raise InvalidInputError(
                f"run {run.id} ({run.task}, {run.state}) left {several}: "
                f"give a finished run of 'train', or the path of a file that ends in {SUFFIX}"
            )
        return found[0]

    def _keep(  # noqa: PLR0917 - the steps of one verb
        self,
        path: Path,
        artifact: ArtifactRow | None,
        run_id: str | None,
        name: str | None,
        version: str | None,
        activate: bool | None,  # noqa: FBT001
        *,
        source: str,
    ) -> ModelRecord:
        from nanoos_lab.ml.models import open_model  # noqa: PLC0415 - brings numpy

        with tempfile.TemporaryDirectory() as folder:
            path, same = packed(path, name, version, Path(folder))
            manifest = open_model(path).manifest
            check_name(manifest.name)
            scope = self._lab.store.scope
            payload = None if artifact is not None and same else place(scope, path)
            with self._lab.store.write() as session:
                kept = artifact
                if payload is not None:
                    kept = known_file(session, scope, manifest, payload.sha256) or record_file(
                        session, scope, f"{manifest.name}-{manifest.version}{path.suffix}", payload
                    )
                assert kept is not None  # noqa: S101 - one of both is there
                row, _ = rows.add_model(
                    session, scope, columns_of(manifest, run_id), kept, activate=activate, source=source
                )
        return ModelRecord(self._lab, row)


def _judged(metrics: Mapping[str, Any], target: str) -> tuple[str | None, dict[str, Any]]:
    """Return the part of the data that tells most of a model's error, and its figures there."""
    for part in (*_JUDGED_BY, *metrics):
        if figures := metrics.get(part, {}).get(target):
            return part, {name: value for name, value in figures.items() if name in METRIC_COLUMNS}
    return None, {}


def _existing(source: object) -> Path | None:
    """Return a path that exists, None for what is a run or its id."""
    if not isinstance(source, str | Path):
        return None
    path = Path(source).expanduser()
    return path if path.exists() else None
