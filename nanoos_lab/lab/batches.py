"""How a batch stands, as one value that any display draws: progress, rate, the best so far, every run's number.

Thousands of runs are told as columns, not as rows. Only values of like method are ranked together: those of the method
that most runs of the batch have. Which property is shown, and whether low or high is good, is the reader's choice; by
default it is the first of :data:`MAIN` that the runs gave.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import numbers
from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.lab import monitoring
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store import batches
from nanoos_lab.store import runs as run_rows
from nanoos_lab.store.schema import FINAL_STATES, RunState
from nanoos_lab.widgets.batch_still import best_first
from nanoos_lab.widgets.live import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.store.batches import BatchValue, Member, Stand

MAIN = (
    "energy_above_hull", "formation_energy", "band_gap", "bulk_modulus", "shear_modulus", "thermal_conductivity",
    "migration_barrier", "energy",
)  # fmt: skip
"""Of several properties, the first of these is what people look at first."""
LETTERS = {
    "COMPLETED": "C", "RUNNING": "R", "QUEUED": "Q", "SUBMITTING": "S", "PENDING": "P", "FAILED": "F", "LOST": "L",
    "CANCELLED": "X",
}  # fmt: skip
"""A state in a snapshot's ``states``, one letter a run."""
RECENT = 50
"""The rate is that of so many last ends."""
PICTURE_PX = 88
KEPT_PICTURES = 6
"""So many pictures go into a notebook."""
_PICTURES_AT_ONCE, _LARGEST_DRAWN = 40, 400
_LOW_IS_GOOD = ("energy", "barrier", "hull", "error")


class BatchWatch:
    """Reads a batch again and again; what never changes is read once.

    Args:
        lab: The lab.
        batch_id: Its full id.
        property: Which property is shown; by default the task's main one.
        direction: ``lowest`` or ``highest``: which value is best; by default as the property suggests.

    Raises:
        InvalidInputError: The direction is neither.
        UnknownNameError: There is no such property.
    """

    def __init__(
        self, lab: Workspace, batch_id: str, *, property: str = "", direction: str = ""  # noqa: A002 - the field's word
    ) -> None:  # fmt: skip
        if direction not in {"", "lowest", "highest"}:
            raise InvalidInputError(f"the best value is the 'lowest' or the 'highest', not {direction!r}")
        if property and property not in VOCABULARY:
            from nanoos_lab.properties import get_property  # noqa: PLC0415 - its error suggests what is meant

            get_property(property)
        self.lab, self.batch_id, self._property, self._direction = lab, batch_id, property, direction
        with lab.store.read() as session:
            self._row = batches.batch_row(session, lab.store.scope, batch_id)
            self._members = batches.members(session, lab.store.scope, batch_id)
        self._failed: tuple[int, list[dict[str, Any]]] = (0, [])
        self._structures = {member.run: member.structure for member in self._members}

    def source(self) -> Source:
        """Return it as something to look at again and again."""
        return Source(
            key=("batch", id(self.lab), self.batch_id, self._property, self._direction),
            read=self.read,
            act=lambda verb, what: monitoring.act(self.lab, verb, what["runs"]),
        )

    def read(self) -> dict[str, Any]:
        """Return how the batch stands, as JSON values."""
        with self.lab.store.read() as session:
            scope = self.lab.store.scope
            stands = batches.stands(session, scope, self.batch_id)
            known = batches.properties_of_batch(session, scope, self.batch_id)
            shown = self._property or main_property(known)
            values = batches.values_of_batch(session, scope, self.batch_id, [shown]) if shown else []
        counts = Counter(stand.state for stand in stands.values())
        unfinished = sum(count for state, count in counts.items() if RunState(state) not in FINAL_STATES)
        return {
            "kind": "batch", "at": time.time(), "id": self.batch_id, "label": self._row.label, "task": self._row.task,
            "created_at": self._row.created_at, "total": len(self._members),
            "counts": {state.value: counts[state.value] for state in RunState if counts[state.value]},
            "unfinished": unfinished, "reused": sum(member.reused for member in self._members),
            **pace([s.finished_at for s in stands.values()], self._row.created_at, unfinished),
            "properties": [_words(name) for name in sorted({*known, *filter(None, [shown])})],
            **self._columns(stands), **rank(self._members, values, shown, self._direction),
            "failures": self._failures(counts),
        }  # fmt: skip

    def _columns(self, stands: Mapping[str, Stand]) -> dict[str, Any]:
        begun = self._row.created_at
        lasting = [stands[member.run] for member in self._members]
        return {
            "runs": [member.run for member in self._members],
            "names": [member.name for member in self._members],
            "formulas": [member.formula for member in self._members],
            "states": "".join(LETTERS[stand.state] for stand in lasting),
            "ended": [None if s.finished_at is None else round(s.finished_at - begun, 1) for s in lasting],
        }

    def _failures(self, counts: Mapping[str, int]) -> list[dict[str, Any]]:
        failed = counts.get("FAILED", 0) + counts.get("LOST", 0)
        if self._failed[0] != failed:
            with self.lab.store.read() as session:
                rows = run_rows.find_runs(
                    session, self.lab.store.scope, batch=self.batch_id, state=["FAILED", "LOST"], limit=500
                )
            self._failed = (failed, monitoring.group_failures(rows))
        return self._failed[1]

    def scene(self, run: str) -> tuple[str, Scene] | None:
        """Return the name and the drawing of what a run made, or else of what it works on.

        Args:
            run: Its full id; None is returned where it is not of this batch or has no structure.
        """
        if not (structure := self._structures.get(run)):
            return None
        made = self.lab.made_by(run)
        record = made[0] if made else self.lab.structure(structure)
        return record.name, record.scene()

    def pictures(self, runs: Sequence[str]) -> dict[str, str]:
        """Return small still drawings as SVG, by run.

        Args:
            runs: Full ids; those that are not of this batch are left out, and at most a screenful is drawn.
        """
        from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - drawn when shown

        drawn: dict[str, str] = {}
        ids = {run: self._structures[run] for run in runs[:_PICTURES_AT_ONCE] if self._structures.get(run)}
        records = {
            record.id: record for record in self.lab.structures(sorted(set(filter(None, ids.values()))))
        }
        for run, structure in ids.items():
            record = records[structure or ""]
            if record.row.n_sites <= _LARGEST_DRAWN:
                with contextlib.suppress(
                    NanoOSError
                ):  # what cannot be drawn has no picture; opening it says why
                    drawn[run] = svg_of(record.scene(), width=PICTURE_PX, height=PICTURE_PX)
        return drawn

    def saved(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a snapshot with the pictures of its best, for where no kernel draws any.

        Args:
            data: As :meth:`read` gave it.
        """
        best = [data["runs"][k] for k in best_first(data)[:KEPT_PICTURES]]
        return {**data, "pictures": self.pictures(best)}


def main_property(known: Mapping[str, int]) -> str:
    """Return the property that people look at first; empty where there are no numbers.

    Args:
        known: How many values there are of each.
    """
    most = max(known.values(), default=0)
    usual = [name for name, count in known.items() if 2 * count >= most]
    return next((name for name in MAIN if name in usual), max(usual, key=lambda n: known[n], default=""))


def pace(ends: Sequence[float | None], begun: float, unfinished: int) -> dict[str, float | None]:
    """Return how many runs end in a second, and how many seconds are left at that pace.

    Args:
        ends: When the runs ended, in seconds since 1970; those from before the batch do not count.
        begun: When the batch was asked for.
        unfinished: How many have not ended.
    """
    own = sorted(end for end in ends if end is not None and end >= begun)[-RECENT:]
    if len(own) < 2:  # noqa: PLR2004 - a pace lies between two ends
        return {"rate_per_s": None, "left_s": None}
    span = own[-1] - own[0]
    rate = (len(own) - 1) / span if span > 0 else None
    left = unfinished / rate if rate and unfinished else None
    return {
        "rate_per_s": None if rate is None else float(f"{rate:.4g}"),
        "left_s": None if left is None else float(f"{left:.3g}"),
    }


def rank(
    members: Sequence[Member], values: Sequence[BatchValue], shown: str, direction: str
) -> dict[str, Any]:
    """Return each run's number in order, and the best of them.

    Args:
        members: The runs.
        values: Their numbers of one property.
        shown: The property; empty where the runs gave no numbers.
        direction: ``lowest``, ``highest`` or empty.
    """
    which = direction or ("lowest" if any(word in shown for word in _LOW_IS_GOOD) else "highest")
    found: dict[str, Any] = {
        "property": _words(shown) if shown else None, "direction": which, "method": "", "unlike": 0,
        "synthetic": False, "values": [None] * len(members), "uncertainties": [None] * len(members), "best": None,
    }  # fmt: skip
    methods = Counter((value.method, value.synthetic) for value in values)
    if not methods:
        return found
    ((method, synthetic), like), *_ = methods.most_common(1)
    own = {v.run: v for v in values if (v.method, v.synthetic) == (method, synthetic)}
    found |= {
        "method": method, "synthetic": synthetic, "unlike": len(values) - like,
        "values": [float(f"{own[m.run].value:.7g}") if m.run in own else None for m in members],
        "uncertainties": [own[m.run].uncertainty if m.run in own else None for m in members],
    }  # fmt: skip
    sound = [(own[m.run].value, m) for m in members if m.run in own and own[m.run].converged]
    if sound:
        pick = min if which == "lowest" else max
        value, member = pick(sound, key=lambda pair: pair[0])
        words = numbers.value_text(
            value, own[member.run].uncertainty, VOCABULARY[shown].unit if shown in VOCABULARY else ""
        )
        found["best"] = {
            "run": member.run,
            "name": member.name,
            "formula": member.formula,
            "value": value,
            "text": words,
        }
    return found


def _words(name: str) -> dict[str, str]:
    known = VOCABULARY.get(name)
    return {"name": name, "label": known.label if known else name, "unit": known.unit if known else ""}
