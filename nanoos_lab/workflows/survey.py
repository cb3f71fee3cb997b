"""From a lab's records to the tidy tables that the screening thinks with.

A lab is asked through its public face only, so that this room needs not know it: ``structures``, ``get``,
``values``. A candidate is the structure that a person added; what was derived from it counts for it.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from nanoos_lab.charts.likeness import method_of
from nanoos_lab.properties import get_property
from nanoos_lab.runs.attempts.parent import PARENT_VARIABLE
from nanoos_lab.workflows.screening import VALUE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


_LARGE_CHANGE_PERCENT = 8.0
"""Good potentials agree with measured volumes to a few per cent; beyond this something else is at work."""


class Record(Protocol):
    """What is asked of a stored structure."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def formula(self) -> str:
        """Its reduced formula."""

    @property
    def space_group(self) -> str:
        """Symbol and number."""

    @property
    def row(self) -> Any:  # noqa: ANN401 - the store's row
        """Its row."""


class Ran(Protocol):
    """What is asked of a run."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def task(self) -> str:
        """Its task's name."""

    @property
    def row(self) -> Any:  # noqa: ANN401 - the store's row
        """Its row."""

    @property
    def inputs(self) -> Sequence[Record]:
        """What it was given."""

    @property
    def structures(self) -> Sequence[Record]:
        """What it made."""

    @property
    def values(self) -> Sequence[Any]:
        """The values it gave."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """What its task said of how it went."""


@dataclass
class Survey:
    """What is known of each candidate so far; batches are added as they end."""

    records: Sequence[Record]
    """The candidates."""
    runs: list[Ran] = field(default_factory=list)
    """All runs, in the order they were added."""
    _origin: dict[str, str] = field(default_factory=dict)
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _latest: dict[tuple[str, str], Ran] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._origin = {record.id: record.id for record in self.records}

    @property
    def candidates(self) -> pd.DataFrame:
        """One row for each candidate: ``candidate``, ``label``, ``formula``, ``space_group``, ``material``."""
        names = Counter(record.name for record in self.records)
        rows = [
            (r.id, _label(r, unique=names[r.name] == 1), r.formula, r.space_group, r.row.material_id)
            for r in self.records
        ]
        return pd.DataFrame(rows, columns=["candidate", "label", "formula", "space_group", "material"])

    @property
    def values(self) -> pd.DataFrame:
        """All values, one row each; see :data:`VALUE_COLUMNS`."""
        return pd.DataFrame(self._rows, columns=list(VALUE_COLUMNS))

    def add(self, batch: Iterable[Ran]) -> None:
        """Take in the runs of a batch that has ended.

        Args:
            batch: Its runs; each works on a candidate or on what an added run derived from one.
        """
        for run in batch:
            candidate = self._origin.get(run.inputs[0].id) if run.inputs else None
            if candidate is None:
                continue
            self.runs.append(run)
            self._latest[candidate, run.task] = run
            for made in run.structures:
                self._origin.setdefault(made.id, candidate)
            self._rows += [_value_row(candidate, run, value) for value in run.values]

    def run_of(self, candidate: str, task: str) -> Ran | None:
        """Return the last run of a task for a candidate, or None.

        Args:
            candidate: Its id.
            task: The task's name.
        """
        return self._latest.get((candidate, task))

    def relaxed(self, candidate: str) -> Record | None:
        """Return the relaxed structure of a candidate, or None where its relaxation gave none.

        Args:
            candidate: Its id.
        """
        run = self.run_of(candidate, "relax")
        made = run.structures if run is not None else ()
        return made[0] if made else None

    def all_relaxed(self) -> list[Record]:
        """Return the relaxed structures there are, in the order of the candidates."""
        found = (self.relaxed(record.id) for record in self.records)
        return [record for record in found if record is not None]

    def problems(self, tasks: Iterable[str] = ("relax", "predict", "eos")) -> dict[str, list[str]]:
        """Return reasons against candidates from how their runs went: failed, or not converged.

        Args:
            tasks: Whose runs count.
        """
        found: dict[str, list[str]] = {}
        counted = set(tasks)
        for (candidate, task), run in self._latest.items():
            if task in counted and (reason := _trouble(task, run)):
                found.setdefault(candidate, []).append(reason)
        return found

    def remarks(self) -> dict[str, list[str]]:
        """Return what a reader must know of candidates that nevertheless may be ranked."""
        found: dict[str, list[str]] = {}
        for (candidate, task), run in self._latest.items():
            before, after = run.summary.get("before"), run.summary.get("after")
            if task != "relax" or not isinstance(before, dict) or not isinstance(after, dict):
                continue
            if said := _changes(before, after):
                found[candidate] = said
        return found


def chosen_structures(lab: Any, ids: Sequence[str]) -> list[Record]:  # noqa: ANN401 - a lab, which is above us
    """Return the structures to screen.

    Args:
        lab: The open lab.
        ids: Their ids; empty for those that the run of this notebook was given, or else all that were added.
    """
    if ids:
        return list(lab.structures(list(ids)))
    if (run := os.environ.get(PARENT_VARIABLE)) and len(given := lab.get(run).inputs):
        return list(given)
    return list(lab.structures())


def measured_values(lab: Any, candidates: pd.DataFrame, properties: Iterable[str]) -> pd.DataFrame:  # noqa: ANN401
    """Return the measured values of the candidates' materials.

    Args:
        lab: The open lab.
        candidates: With the column ``material``.
        properties: Which properties.
    """
    frames = [lab.values(property=get_property(name).name, origin="measured") for name in properties]
    columns = ["material", "property", "value", "uncertainty", "source"]
    found = [f[f["material"].isin(candidates["material"])] for f in frames if len(f)]
    if not found:
        return pd.DataFrame(columns=[*columns, "conditions", "note"])
    together: pd.DataFrame = pd.concat(found, ignore_index=True)
    return together.assign(uncertainty=pd.to_numeric(together["uncertainty"], errors="coerce"))


def _label(record: Record, *, unique: bool) -> str:
    return record.name if unique else f"{record.name} ({record.space_group.partition(' ')[0]})"


def _value_row(candidate: str, run: Ran, value: Any) -> dict[str, Any]:  # noqa: ANN401 - the store's row
    return {
        "candidate": candidate,
        "property": value.property,
        "value": value.value,
        "unit": value.unit,
        "uncertainty": value.uncertainty,
        "uncertainty_kind": value.uncertainty_kind,
        "origin": str(value.origin),
        "method": method_of(value),
        "converged": value.converged,
        "in_domain": value.in_domain,
        "synthetic": value.synthetic,
        "task": run.task,
        "run": run.id,
        "source": value.source,
        "note": value.note,
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what a relaxation changed that casts doubt on the method or on the phase."""
    said = []
    old, new = before.get("space_group_symbol"), after.get("space_group_symbol")
    if old and new and old != new:
        said.append(f"symmetry changed on relaxing: {old} to {new}")
    change = 100 * (float(after["volume_per_atom"]) / float(before["volume_per_atom"]) - 1)
    if abs(change) > _LARGE_CHANGE_PERCENT:
        sign = "+" if change > 0 else "−"
        said.append(
            f"volume changed by {sign}{abs(change):.0f} % on relaxing: the method may not know this crystal"
        )
    return said


def _trouble(task: str, run: Ran) -> str:
    """Return why a run speaks against its candidate, or nothing."""
    row = run.row
    if row.state != "COMPLETED":
        error = row.error or {}
        first = str(error.get("message", "")).partition("\n")[0]
        return f"{task} {str(row.state).lower()}: {first}" if first else f"{task} {str(row.state).lower()}"
    if row.converged is False:
        said = "; ".join(row.messages or [])
        return (
            f"{task} {said}"
            if said.startswith("not converged")
            else f"{task} not converged; {said}".rstrip("; ")
        )
    return ""
