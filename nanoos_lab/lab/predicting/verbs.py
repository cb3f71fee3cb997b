"""The verb ``predict`` of the lab."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.display.progress import ProgressBar
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.answers import Predictions
from nanoos_lab.lab.modelling.names import named_predictor
from nanoos_lab.lab.predicting.given import lines_of
from nanoos_lab.lab.predicting.output import Output
from nanoos_lab.lab.predicting.result import PredictionTable, Told
from nanoos_lab.lab.predicting.serving import Serving
from nanoos_lab.lab.runs import Run
from nanoos_lab.lab.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from nanoos_lab.lab.predicting.given import Given
    from nanoos_lab.lab.predicting.serving import Served
    from nanoos_lab.ml import Predictor
    from nanoos_lab.settings import Resources, RetryPolicy


class Predicting(Workspace):
    """The verb about predictions."""

    def predict(
        self,
        structures: Any = None,  # noqa: ANN401 - whatever names structures
        properties: str | Sequence[str] | None = None,
        *,
        predictor: str = "chgnet",
        compositions: str | Iterable[str] | None = None,
        column: str | None = None,
        to: str | Path | None = None,
        on: str | None = None,
        force: bool = False,
        progress: bool = True,
        priority: int = 0,
        resources: Resources | None = None,
        retry: RetryPolicy | None = None,
        label: str = "",
    ) -> Predictions:
        """Predict properties: of a few structures, shown as cards, or of thousands, shown as a table.

        Structures that are not in the lab are added. What is wrong with one of many is said beside it and stops no
        other. Interrupted or killed, the same call goes on where it stopped.

        Args:
            structures: One or many: records, runs that made one, ids, names, structure files, a folder, a table
                (``.csv`` with a column of ids, paths, formulas or texts), a query's result, texts, pymatgen or ASE
                objects.
            properties: Names of the vocabulary; None for all that the predictor gives.
            predictor: A predictor's name, or that of a model registered in this lab.
            compositions: Formulas instead of structures: answered from structures of them that the lab has, else from
                compounds of the same type with similar elements, and said which.
            column: The table's column that names the structures; by default the first of a known name.
            to: A file with the ending ``.csv`` or ``.parquet`` that the lines go to as they come.
            on: The profile to run on; by default the settings' own.
            force: Predict again what was predicted before.
            progress: Whether to show how far it is.
            priority: Higher goes first among what waits.
            resources: What a run needs, instead of the profile's.
            retry: Retry policy, instead of the profile's.
            label: A word of your own, on the runs.

        Raises:
            InvalidInputError: Nothing was asked, or the table, the folder or the output file cannot be.
            UnknownNameError: No such predictor, property, structure or column.

        Example:
            >>> lab.predict("candidates/", ["band_gap"], predictor="nanoos-gnn", to="gaps.csv")  # doctest: +SKIP
            >>> lab.predict(compositions=["LiFePO4", "NaFePO4"])  # doctest: +SKIP
        """
        began = time.monotonic()
        predictor = named_predictor(self.store, predictor)
        model, wanted = _asked_of(predictor, properties)
        options: dict[str, Any] = {"on": on, "priority": priority, "resources": resources, "retry": retry}
        options["label"] = label
        params = {"predictor": predictor, "properties": wanted}
        order, inline = self.engine.order("predict", params, **options)
        serving = Serving(self, order, options, force=force, inline=inline)
        given = lines_of(self, structures, compositions, column)
        stated = tuple(wanted or model.properties)
        output = None if to is None else Output(to, stated)
        served = _serve(serving, given, output, model.name, quiet=not progress)
        told = Told(
            f"{model.name} {model.version}".strip(), stated, served.asked, served.reused,
            output.path if output else None, time.monotonic() - began,
        )  # fmt: skip
        failed = [Run(self, row) for row in self.run_rows(served.failed)]
        answer = PredictionTable(self, served.rows, told, failed=failed)
        if not served.few or to is not None or any(row.how for row in served.rows):
            return answer
        problems = [(row.name or row.source, row.problem) for row in served.rows if row.problem]
        return Predictions(answer.groups, failed=failed, lab=self, problems=problems)


def _asked_of(predictor: str, properties: str | Sequence[str] | None) -> tuple[Predictor, list[str] | None]:
    """Return the predictor and the properties, refusing those that it does not state before anything is read."""
    from nanoos_lab.ml import get_predictor  # noqa: PLC0415 - a registry of plug-ins

    model = get_predictor(predictor)
    if properties is None:
        return model, None
    wanted = list(dict.fromkeys([properties] if isinstance(properties, str) else properties))
    for name in wanted:
        if name not in model.properties:
            raise UnknownNameError(f"property of the predictor {predictor!r}", name, model.properties)
    if not wanted:
        raise InvalidInputError(
            f"properties=[] asks for nothing: leave it out for all, or say some of {', '.join(model.properties)}"
        )
    return model, wanted


def _serve(serving: Serving, given: Given, output: Output | None, predictor: str, *, quiet: bool) -> Served:
    with output if output is not None else contextlib.nullcontext():
        if quiet:
            return serving.serve(given, output, None)
        with ProgressBar(f"predict · {predictor}") as bar:
            return serving.serve(given, output, bar)
