"""Datasets and trainings: the lab's values become models of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, NanoOSError, UnknownNameError
from nanoos_lab.lab.modelling.datasets import Dataset, Duplicates, make_dataset
from nanoos_lab.lab.modelling.names import named_predictor
from nanoos_lab.lab.modelling.runs import TrainingRun
from nanoos_lab.lab.workspace import Workspace
from nanoos_lab.properties import Method, get_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import StructureLike
    from nanoos_lab.store.schema import PropertyValueRow

_TOLD = 5
_SUBMITTED = ("on", "force", "priority", "resources", "retry", "label")


class Training(Workspace):
    """The verbs about models of one's own."""

    def dataset(
        self,
        property: str,  # noqa: A002 - the field's word
        structures: Iterable[StructureLike] | str | Path | None = None,
        *,
        origin: str,
        method: str | None = None,
        conditions: Mapping[str, Any] | None = None,
        duplicates: Duplicates = "mean",
        unit: str = "",
        source: str = "",
    ) -> Dataset:
        """Return structures with one value each, all of one origin and of like method; synthetic values never.

        Values that did not converge, or are outside their model's domain, are left out and counted.

        Args:
            property: A name of the vocabulary.
            structures: Only of these; None for all; or a CSV file of structure files and values, which are stored.
            origin: ``computed``, ``measured``, ``imported`` or ``predicted``: always said, never guessed.
            method: The method that is meant where there are several: its name, or a part of its line.
            conditions: Under which the values must hold, such as ``{"temperature": "300 K"}``.
            duplicates: What becomes of several values of one structure: their ``mean``, or an error.
            unit: Of a CSV file's values, where it has no column ``unit``; by default the property's own.
            source: Citation of a CSV file's values.

        Raises:
            InvalidInputError: Methods or conditions are mixed, and the message lists what to choose from; or there
                is nothing to learn from.
            UnknownNameError: There is no such property or origin.

        Example:
            >>> lab.dataset("bulk_modulus", origin="computed", method="PBE")  # doctest: +SKIP
            >>> lab.dataset("band_gap", "gaps.csv", origin="imported", method="HSE06")  # doctest: +SKIP
        """
        if get_property(property).kind != "scalar":
            raise InvalidInputError(f"{property} is an array, and a model learns single numbers")
        if isinstance(structures, (str, Path)) and str(structures).lower().endswith(".csv"):
            path = Path(structures).expanduser()
            structures = self._from_table(
                path, property, origin, method, conditions, unit=unit, source=source
            )
        elif isinstance(structures, (str, Path)):
            structures = [structures]
        records = None if structures is None else [self.structure(one) for one in structures]
        if records is not None and not records:
            raise InvalidInputError("no structures were given: leave them out to take all that have a value")
        values, left_out = self._values_of(property, origin, records)
        return make_dataset(
            property, values, origin=origin, method=method, conditions=conditions, duplicates=duplicates,
            left_out=left_out,
        )  # fmt: skip

    def train(
        self,
        dataset: Dataset,
        *,
        name: str = "",
        wait: bool = True,
        register: bool = True,
        split: str | Mapping[str, Any] | None = None,
        **options: Any,
    ) -> TrainingRun:
        """Train a model on a dataset, by default by fine-tuning the shipped network, and register it.

        Without waiting, the run shows its curves while it goes on, wherever it does; ``run.register()`` then makes the
        finished model known.

        Args:
            dataset: What to learn from, as :meth:`dataset` gives it.
            name: The model's name, under which ``lab.predict(..., predictor=name)`` finds it.
            wait: Whether to wait for its end.
            register: Whether to register the model at its end.
            split: What is kept together: ``random``, ``chemical-system`` or ``composition-cluster``; or all that
                :class:`nanoos_lab.ml.training.partition.Split` takes, by name. Of fewer than 100 rows, 40 % are
                learned from and 40 % measure the intervals, unless parts are given, so that 50 rows are enough.
            options: Parameters of the task ``train``, such as ``start`` (the name of a shipped or registered model, a
                model's file, ``matgl:NAME`` or a folder of matgl, or ``""``; it also says the architecture),
                ``architecture``, ``epochs``, ``members``, ``device``, ``version``; and ``on``, ``force``,
                ``priority``, ``resources``, ``retry``, ``label``.

        Returns:
            The run; ``run.model`` is the registered model.

        Raises:
            InvalidInputError: There are too few rows, or an option is refused.
            RunFailedError: It ended without a model.

        Example:
            >>> gaps = lab.dataset("band_gap", origin="imported", method="HSE06")  # doctest: +SKIP
            >>> run = lab.train(gaps, name="my-gap", members=3)  # doctest: +SKIP
            >>> lab.predict(sto, predictor="my-gap")  # doctest: +SKIP
        """
        from nanoos_lab.ml.training.architectures import PARTS  # noqa: PLC0415 - only for those who train
        from nanoos_lab.ml.training.partition import Split, divide  # noqa: PLC0415

        if not isinstance(dataset, Dataset):
            raise InvalidInputError(f"train what lab.dataset(...) gives, not {type(dataset).__name__}")
        given = {"kind": split} if isinstance(split, str) else dict(split or {})
        structures = dataset.structures()
        if not given.keys() & set(PARTS):
            given |= Split.suited_to(len(structures)).shares
        submitted = {key: options.pop(key) for key in _SUBMITTED if key in options}
        if "start" in options:
            options["start"] = self._start(str(options["start"]))
            options.setdefault("architecture", _learner(options["start"]))
        params = {
            "property": dataset.property, "values": dataset.values(), "name": name, "split": given,
            "source": dataset.source(), "data": dataset.about(), **options,
        }  # fmt: skip
        _check(params, lambda chosen: divide([s.structure for s in structures], Split(**chosen)))
        submission = self.engine.submit(
            "train", {"structures": [s.row for s in structures]}, params, **submitted
        )
        run = TrainingRun(self, submission.run, reused=submission.reused)
        if not wait:
            return run
        run.wait()
        if register:
            run.register()
        return run

    def training(self, run_id: str) -> TrainingRun:
        """Return a run of the task ``train``, from whatever kernel, with its curves.

        Args:
            run_id: Its id or a unique prefix.

        Raises:
            InvalidInputError: It is a run of another task.
        """
        row = self.run_rows([self._run_id(run_id)])[0]
        if row.task != "train":
            raise InvalidInputError(f"run {row.id} is of the task {row.task}, not of train")
        return TrainingRun(self, row)

    def _start(self, start: str) -> str:
        """Return where a worker finds what a training begins from: a registered model lies in the lab's files."""
        if not start or start.startswith("matgl:"):
            return start
        try:
            return named_predictor(self.store, start).removeprefix("model:")
        except UnknownNameError:
            path = Path(start).expanduser()
            if path.exists():
                return str(path.resolve())  # whoever works on it may be in another folder
            if "/" in start:
                raise InvalidInputError(
                    f"training cannot begin from {start!r}: there is no such file (seen from {Path.cwd()})"
                ) from None
            raise

    def _values_of(
        self, name: str, origin: str, records: list[StructureRecord] | None
    ) -> tuple[list[tuple[StructureRecord, PropertyValueRow]], dict[str, int]]:
        """Return values with their structures, and what cannot be placed, counted by the reason."""
        rows = self.value_rows(property=name, origin=origin)
        synthetic = self.value_rows(property=name, origin=origin, include_synthetic=True)
        left_out = {"synthetic": len(synthetic) - len(rows)}
        if records is None:
            ids = {row.structure_id for row in rows if row.structure_id}
            general = {row.material_id for row in rows if row.structure_id is None and row.material_id}
            records = list(self.structures(sorted(ids)))
            if general:
                records += [r for r in self.structures() if r.row.material_id in general and r.id not in ids]
        own = {record.id: record for record in records}
        of_material: dict[str, StructureRecord] = {}
        for record in sorted(records, key=lambda r: (r.row.created_at, r.id)):
            of_material.setdefault(record.row.material_id, record)
        placed, lost = [], 0
        for row in rows:
            place = own.get(row.structure_id) if row.structure_id else of_material.get(row.material_id or "")
            if place is None:
                lost += 1
            else:
                placed.append((place, row))
        return placed, {**left_out, "of no structure that was asked for": lost}

    def _from_table(
        self,
        path: Path,
        name: str,
        origin: str,
        method: str | None,
        conditions: Mapping[str, Any] | None,
        *,
        unit: str,
        source: str,
    ) -> list[StructureRecord]:
        """Store the structures and values of a CSV file and return the structures; the same again adds nothing."""
        from nanoos_lab import stating  # noqa: PLC0415 - only for files
        from nanoos_lab.ml.training.datasets import read_table  # noqa: PLC0415
        from nanoos_lab.store.values import insert_values  # noqa: PLC0415

        if not path.is_file():
            raise InvalidInputError(f"there is no file {str(path)!r} (seen from {Path.cwd()})")
        lines, problems = read_table(path, name, unit=unit), []
        found = []
        for line in lines:
            try:
                found.append((self._of_line(line.structure, path.parent), line.value))
            except NanoOSError as error:
                problems.append(f"line {line.number}: {error}")
        if problems:
            more = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
            raise InvalidInputError(f"{path.name}: {'; '.join(problems[:_TOLD])}{more}")
        by = Method(name=method) if method else path.name
        with self.store.write() as session:
            for record, value in found:
                stated = stating.state(
                    name, value, unit=None, method=by, source=source or path.name, origin=origin,
                    conditions=dict(conditions or {}),
                )  # fmt: skip
                insert_values(session, self.store.scope, record.row.material_id, record.id, [stated])
        return list({record.id: record for record, _ in found}.values())

    def _of_line(self, given: str, folder: Path) -> StructureRecord:
        path = folder / given
        if path.is_file():
            added = self.add(path)  # type: ignore[attr-defined]  # the lab's own verb, above this part of it
            if not hasattr(added, "row"):
                raise InvalidInputError(f"{given} holds several structures: give a file for each value")
            return added  # type: ignore[no-any-return]
        return self.structure(given)


def _check(params: Mapping[str, Any], divide: Any) -> None:  # noqa: ANN401 - a function of a split
    """Refuse what cannot be trained before anything is recorded."""
    from nanoos_lab.tasks import TASKS  # noqa: PLC0415

    parsed = TASKS.get("train").parse_params(params)
    divide(parsed.split.model_dump())


def _learner(start: str) -> str:
    """Return the architecture that goes on from a start; the one of the house where that is not known."""
    from nanoos_lab.ml.training.starting import SHIPPED, architecture_of  # noqa: PLC0415 - only for those who train

    return architecture_of(start) or SHIPPED


__all__ = ["Training", "TrainingRun"]
