"""The course of a large prediction: a piece is read while another is described and a third is predicted.

Each piece is one recorded run of the task ``predict``. What a finished run has answered for is not asked again, so
the same call after a kill at any moment goes on where it stopped: pieces are cut at the same lines, their structures
are found by their cells, their values are in the store. The file is written anew from the store's values, line by
line, and so holds each line once.
"""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import NanoOSError
from nanoos_lab.lab import adding, sources
from nanoos_lab.lab.predicting.rows import Asked, Row
from nanoos_lab.store import structures as structure_rows
from nanoos_lab.store.answered import Answered, answered
from nanoos_lab.store.preparing import Preparing
from nanoos_lab.store.schema import RunState
from nanoos_lab.store.wide import read_later

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nanoos_lab.display.progress import ProgressBar
    from nanoos_lab.lab.predicting.given import Given
    from nanoos_lab.lab.predicting.output import Output
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.runs.submission import Order
    from nanoos_lab.store.schema import PropertyValueRow, RunRow, StructureRow

FEW = 24
"""Up to so many, each structure gets a run of its own, whose record and cards can be looked at."""
PIECE = 500
"""Structures of one run: what a kill at any moment may cost."""
AHEAD_HERE, AHEAD_ELSEWHERE = 1, 64
"""Pieces that wait to be predicted while the next is read: here memory counts, elsewhere workers do."""
_RANKED_BY = ("energy_above_hull", "formation_energy", "energy")


@dataclass
class _Piece:
    lines: list[Asked]
    ids: list[str | None]
    """The structure of each line."""
    problems: dict[int, str]
    """Why a line has none, by its place."""
    stored: dict[str, tuple[str, str, str]]
    """Name, formula and space group of each structure."""
    runs: list[RunRow] = field(default_factory=list)
    """Those asked for now."""


@dataclass
class Served:
    """What came of it."""

    rows: list[Row] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """Ids of runs that ended without a result."""
    reused: int = 0
    """Structures whose values were there before."""
    asked: int = 0
    """Structures that were predicted now."""
    few: bool = False
    """Whether they were so few that each has a run of its own."""


class Serving:
    """One call of ``lab.predict`` on its way.

    Args:
        lab: The lab.
        order: The task with its parameters, as it is asked for on each piece.
        options: How its runs are asked for: ``on``, ``priority``, ``resources``, ``retry``, ``label``.
        force: Whether what was answered before is asked again.
        inline: Whether the runs are executed in this process.
    """

    def __init__(
        self, lab: Workspace, order: Order, options: dict[str, Any], *, force: bool, inline: bool
    ) -> None:
        self._lab, self._order, self._options, self._force = lab, order, options, force
        self._ahead = AHEAD_HERE if inline else AHEAD_ELSEWHERE
        self._answered: dict[str, Answered] = {}
        self._reasons: dict[str, dict[str, Any]] = {}
        self._failed: dict[str, str] = {}
        self._seen = 0
        self.served = Served()

    def serve(self, given: Given, output: Output | None, bar: ProgressBar | None) -> Served:
        """Predict all that was asked, and return the lines of the answer.

        Args:
            given: What was asked.
            output: Where the lines are written as they come.
            bar: Shows how far it is; None for nothing.
        """
        self._bar, self._total, self._began = bar, given.total, time.monotonic()
        waiting: deque[_Piece] = deque()
        with Preparing() as preparing:
            read = (self._read(lines, preparing) for lines in _pieces(given.lines))
            for lines, structures in adding.one_ahead(read):
                self.served.few = len(lines) <= FEW and not self._seen
                self._seen += len(lines)
                waiting.append(self._begin(lines, structures))
                while len(waiting) > self._ahead:
                    self._finish(waiting.popleft(), output)
        while waiting:
            self._finish(waiting.popleft(), output)
        return self.served

    # A piece ----------------------------------------------------------------------------------------

    def _read(self, lines: list[Asked], preparing: Preparing) -> tuple[list[Asked], adding.Piece]:
        """Return lines with the structures that were given with them, which are being described."""
        given = [line.given for line in lines if line.given is not None]
        return lines, adding.begin_piece(self._lab, given, preparing, quick=True)

    def _begin(self, lines: list[Asked], structures: adding.Piece) -> _Piece:
        """Store what is not stored, and ask for what is not answered."""
        piece, rows = self._settled(lines, structures)
        fresh = [one for one in dict.fromkeys(filter(None, piece.ids)) if one not in self._answered]
        if not self._force:
            known = self._known(fresh)
            self._answered |= known
            self.served.reused += len(known)
            fresh = [one for one in fresh if one not in known]
        self.served.asked += len(fresh)
        groups = [[one] for one in fresh] if self.served.few else [fresh] if fresh else []
        for ids in groups:
            self._ask(piece, ids, rows)
        return piece

    def _ask(self, piece: _Piece, ids: list[str], rows: dict[str, StructureRow]) -> None:
        alone = self.served.few
        inputs: dict[str, Any] = (
            {"structure": rows[ids[0]]} if alone else {"structures": [rows[i] for i in ids]}
        )
        run = self._lab.engine.submit(
            self._order.task, inputs, self._order.params_json, force=self._force, **self._options
        ).run
        piece.runs.append(run)
        self._answered |= {one: Answered(run.id, -1 if alone else place) for place, one in enumerate(ids)}

    def _known(self, ids: Sequence[str]) -> dict[str, Answered]:
        order = self._order
        with self._lab.store.read() as session:
            return answered(
                session, self._lab.store.scope, ids, task=order.task.name, version=order.task.version,
                params=order.params_json, identity=order.identity,
            )  # fmt: skip

    def _settled(
        self, lines: list[Asked], structures: adding.Piece
    ) -> tuple[_Piece, dict[str, StructureRow]]:
        """Return the lines with the structures that they stand for, all of them stored."""
        ids: dict[int, str] = {k: line.known for k, line in enumerate(lines) if line.known}
        problems: dict[int, str] = {}
        rows: dict[str, StructureRow] = {}
        new = [k for k, line in enumerate(lines) if line.given is not None]
        for place, one in zip(new, structures.store(), strict=True):
            if isinstance(one, sources.Problem):
                problems[place] = one.reason
            else:
                ids[place], rows[one.id] = one.id, one.row
        self._name({k: line.name for k, line in enumerate(lines) if line.name}, ids, problems)
        with self._lab.store.read() as session:
            lacking = sorted(set(ids.values()) - rows.keys())
            read = structure_rows.structures_by_id(session, self._lab.store.scope, lacking)
        read_later(self._lab.store, read)
        rows |= {row.id: row for row in read}
        facts = {one: _facts(row) for one, row in rows.items()}
        return _Piece(lines, [ids.get(k) for k in range(len(lines))], problems, facts), rows

    def _name(self, words: dict[int, str], ids: dict[int, str], problems: dict[int, str]) -> None:
        """Find stored structures by what people call them, those of whole ids in one query."""
        if not words:
            return
        with self._lab.store.read() as session:
            rows = structure_rows.structures_by_id(session, self._lab.store.scope, set(words.values()))
        whole = {row.id for row in rows}
        for place, word in words.items():
            if word in whole:
                ids[place] = word
                continue
            try:
                ids[place] = self._lab.structure(word).id
            except NanoOSError as error:
                problems[place] = str(error)

    # Its end ----------------------------------------------------------------------------------------

    def _finish(self, piece: _Piece, output: Output | None) -> None:
        if piece.runs:
            done = self._lab.engine.wait([run.id for run in piece.runs], on_progress=self._progress)
            for run in done:
                if run.state != RunState.COMPLETED:
                    self._failed[run.id] = (run.error or {}).get("message", f"the run ended as {run.state}")
                    self.served.failed.append(run.id)
        values = self._values(piece)
        rows = [self._row(piece, place, values) for place in range(len(piece.lines))]
        rows = _ranked(rows, values)
        if output is not None:
            output.write(rows, values)
        self.served.rows += rows
        self._progress(None, "")

    def _values(self, piece: _Piece) -> dict[str, list[PropertyValueRow]]:
        """Return what was predicted of the piece's structures, by structure."""
        ids = list(dict.fromkeys(one for one in piece.ids if one))
        runs = {self._answered[one].run for one in ids}
        found: dict[str, list[PropertyValueRow]] = {}
        if not runs:
            return found
        for value in self._lab.value_rows(run_id=list(runs), structure_id=ids, include_synthetic=True):
            if value.structure_id and value.run_id == self._answered[value.structure_id].run:
                found.setdefault(value.structure_id, []).append(value)
        return found

    def _row(self, piece: _Piece, place: int, values: dict[str, list[PropertyValueRow]]) -> Row:
        line, structure = piece.lines[place], piece.ids[place]
        if structure is None:
            return Row(line.number, line.source, line.how, problem=piece.problems[place])
        name, formula, group = piece.stored[structure]
        who = self._answered[structure]
        problem = "" if structure in values else self._reason(who)
        return Row(line.number, line.source, line.how, structure, name, formula, group, who.run, problem)

    def _reason(self, who: Answered) -> str:
        """Return why a run has no value of a structure."""
        if who.run in self._failed:
            return self._failed[who.run]
        if who.run not in self._reasons:
            row = self._lab.run_rows([who.run])[0]
            self._reasons[who.run] = {**(row.summary or {}).get("refused", {}), "": (row.messages or [""])[0]}
        reasons = self._reasons[who.run]
        own = reasons.get("" if who.position < 0 else str(who.position))
        return str(own or "the predictor states none of these properties at this geometry")

    def _progress(self, _fraction: float | None, _line: str) -> None:
        if self._bar is None:
            return
        done = len(self.served.rows)
        past = time.monotonic() - self._began
        total = max(self._total or 0, done)
        words = f"{done:,} of {total:,}" if self._total else f"{done:,}"
        if done and past > 1.0:
            words += (
                f" · {done / past:,.0f} structures/s"
                if done > past
                else f" · {past / done:,.1f} s a structure"
            )
        self._bar.update(done / total if total else None, words)


def _facts(row: StructureRow) -> tuple[str, str, str]:
    group = f"{row.space_group_symbol} ({row.space_group})" if row.space_group else ""
    return row.name, row.reduced_formula, group


def _pieces(lines: Iterable[Asked]) -> Iterator[list[Asked]]:
    """Cut lines into pieces, always at the same places; those that share a number stay together."""
    stream = iter(lines)
    piece = list(islice(stream, FEW + 1))
    for line in stream:
        if len(piece) >= PIECE and line.number != piece[-1].number:
            yield piece
            piece = []
        piece.append(line)
    if piece:
        yield piece


def _ranked(rows: list[Row], values: dict[str, list[PropertyValueRow]]) -> list[Row]:
    """Put the structures of one composition in the order of their energy, as one model states it."""
    energies: dict[str, dict[str, float]] = {
        one: {v.property: v.value for v in stated if v.value is not None} for one, stated in values.items()
    }

    def key(row: Row) -> tuple[int, float]:
        if row.problem:
            return row.number, math.inf
        own = energies.get(row.structure or "", {})
        name = next((name for name in _RANKED_BY if name in own), "")
        return row.number, own[name] if name and row.how else 0.0

    return sorted(rows, key=key)
