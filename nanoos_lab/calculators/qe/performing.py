"""Put a question to pw.x in a folder until there is an answer, and keep what it takes to go on after a kill.

In the folder: the input and output of each kind of run, pw.x's own files in ``out``, the pseudopotentials in
``pseudo``, and ``attempts.json`` with what was tried. ``state.json`` says what the files in ``out`` belong to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nanoos_lab.calculators.qe.remedies import Remedy, Start, next_remedy
from nanoos_lab.errors import CalculatorError, TransientError
from nanoos_lab.programs.qe import Progress, find_failure, read_result, read_text
from nanoos_lab.programs.qe.failures import Failure, Trouble
from nanoos_lab.programs.qe.input import OUT_FOLDER, PREFIX, PSEUDO_FOLDER
from nanoos_lab.programs.running import remaining_seconds, run_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.programs.pseudopotentials import Family
    from nanoos_lab.programs.qe import PwInput, PwResult, PwText
    from nanoos_lab.programs.running import Program

QUIET_S = 5.0
"""While pw.x prints nothing new, the last line is told again so often: also the place where work is called off."""
_SPARE_S, _SPARE_PART = 60.0, 0.1
"""Before its time is out pw.x is to stop by itself, so much before: it finishes what it is at, and writes."""
_SHORTEST_S = 20.0
_MOST_ATTEMPTS = 12
_OUT_OF_TIME_POLL_S = 1.0


@dataclass(frozen=True)
class Answer:
    """What pw.x said in the end."""

    question: PwInput
    """As it was answered: a relaxation that was begun again has another start."""
    result: PwResult
    text: PwText
    messages: tuple[str, ...] = ()
    """What had to be done to get it."""


@dataclass
class Performer:
    """Runs pw.x in one folder, one question after another."""

    folder: Path
    program: Program
    version: str
    family: Family
    report: Callable[[str], None]
    remedies: bool = True
    _told: list[str] = field(default_factory=list)
    _trying: list[str] = field(default_factory=list)

    def perform(
        self,
        question: PwInput,
        *,
        name: str = "scf",
        advance: Callable[[PwInput, PwText], PwInput] | None = None,
    ) -> Answer:
        """Return pw.x's answer to a question.

        Args:
            question: The input.
            name: Of the input and output files.
            advance: Returns the question to go on with after a run that did not come to its end, of a relaxation.

        Raises:
            CalculatorError: There is none; the message says what was tried.
            TransientError: Time ran out, or something outside ended pw.x again and again.
        """
        self._told = []
        used: list[Remedy] = []
        start = self.start_for(question)
        failure: Failure | None = None
        for _ in range(_MOST_ATTEMPTS):
            failure, text = self._attempt(question, name, start, used)
            if failure is None:
                result = read_result(self.folder / OUT_FOLDER / f"{PREFIX}.save" / "data-file-schema.xml")
                if not result.converged:  # it says so in both places; neither is believed alone
                    failure = Failure(Trouble.SCF, "the self-consistent cycle did not converge")
                else:
                    return Answer(question, result, text, tuple(self._told))
            if failure.trouble is Trouble.TIME:
                self._await_end()
            remedy = self._remedy(failure, used, start, question)
            used.append(remedy)
            question = question if advance is None else advance(question, text)
            start = "scratch" if remedy.start == "scratch" else self.start_for(question)
        raise self._given_up(failure or Failure(Trouble.OTHER, "nothing was tried"), used)

    def start_for(self, question: PwInput) -> Start:
        """Return what a calculation can begin with here.

        Args:
            question: The input.
        """
        state = self._state()
        if state.get("likeness") != likeness_of(question):
            return "scratch"
        out = self.folder / OUT_FOLDER
        if state.get("stopped") == self.digest(question) and (out / f"{PREFIX}.restart_scf").exists():
            return "checkpoint"
        return "density" if (out / f"{PREFIX}.save" / "charge-density.dat").exists() else "scratch"

    def digest(self, question: PwInput) -> str:
        """Return what identifies a question: the input, and the pseudopotentials by hash.

        Args:
            question: The input.
        """
        files = [self.family[kind.symbol].sha256 for kind in question.kinds]
        text = "\n".join([question.text(self.version), *files, self.version])
        return hashlib.sha256(text.encode()).hexdigest()

    def holds_density_of(self, question: PwInput) -> bool:
        """Return whether the density on disk is the answer to a question.

        Args:
            question: The input.
        """
        return bool(self._state().get("answered") == self.digest(question))

    # ------------------------------------------------------------------ one run

    def _attempt(
        self, question: PwInput, name: str, start: Start, used: list[Remedy]
    ) -> tuple[Failure | None, PwText]:
        self._trying = [remedy.name for remedy in used]
        for remedy in used:
            question = question.changed(remedy.changes)
        wider = next((r.wider for r in reversed(used) if r.wider != 1.0), None)
        if wider is not None:
            width = question.variable("system", "degauss")
            failure, text = self._run(
                question.changed({"system": {"degauss": width * wider}}), name, "scratch"
            )
            if failure is not None:
                return failure, text
            start = "density"
        return self._run(question, name, start)

    def _run(self, question: PwInput, name: str, start: Start) -> tuple[Failure | None, PwText]:
        """Run pw.x once."""
        self._prepare(question, name, start)
        progress = _Told(self.report)
        ended = run_program(
            self.program, ["-in", f"{name}.in"], folder=self.folder, output=f"{name}.out", watch=progress
        )
        text, errors = (
            (self.folder / f"{name}.out{end}").read_text(encoding="utf-8", errors="replace")
            for end in ("", ".err")
        )
        failure = find_failure(text, errors, ended)
        state = {"likeness": likeness_of(question)}
        if failure is None:
            self._write_state({**state, "answered": self.digest(question)})
            self._drop_wave_functions()
        elif failure.trouble is Trouble.TIME:
            self._write_state({**state, "stopped": self.digest(question)})
        row = {"run": name, "start": start, "remedies": self._trying, "seconds": round(ended.seconds, 2)}
        self._record(
            row if failure is None else {**row, "trouble": failure.trouble.value, "said": failure.said}
        )
        return failure, read_text(text)

    def _prepare(self, question: PwInput, name: str, start: Start) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lay_out_pseudopotentials(question)
        state = self._state()
        state.pop("answered", None)
        self._write_state(state)
        if start == "scratch":
            shutil.rmtree(self.folder / OUT_FOLDER, ignore_errors=True)
            self._write_state({"likeness": likeness_of(question)})
        (self.folder / f"{PREFIX}.EXIT").unlink(missing_ok=True)
        asked = question.changed(_beginning(start)).changed(_ending())
        (self.folder / f"{name}.in").write_text(asked.text(self.version), encoding="utf-8")

    def _lay_out_pseudopotentials(self, question: PwInput) -> None:
        """Put copies beside the input: paths in an input have a length limit, and a library may change."""
        place = self.folder / PSEUDO_FOLDER
        place.mkdir(exist_ok=True)
        for kind in question.kinds:
            source, copy = self.family[kind.symbol], place / kind.pseudopotential
            if not copy.exists() or _sha256(copy) != source.sha256:
                source.verify()
                shutil.copyfile(source.path, copy)

    def _drop_wave_functions(self) -> None:
        """Remove the largest files; only the density is ever begun with again."""
        for path in (self.folder / OUT_FOLDER / f"{PREFIX}.save").glob("wfc*.dat"):
            path.unlink(missing_ok=True)

    # ------------------------------------------------------------------ what next

    def _remedy(self, failure: Failure, used: list[Remedy], start: Start, question: PwInput) -> Remedy:
        names = [remedy.name for remedy in used]
        found = None
        if self.remedies:
            found = next_remedy(failure.trouble, names, began=start, question=question)
        if found is None:
            raise self._given_up(failure, used)
        self._told.append(f"pw.x: {failure.trouble.value} ({failure.said}); tried again: {found.name}")
        self.report(self._told[-1])
        return found

    def _given_up(self, failure: Failure, used: list[Remedy]) -> CalculatorError | TransientError:
        tried = "; ".join(remedy.name for remedy in used)
        message = (
            f"pw.x gave no result: {failure.trouble.value}: {failure.said}"
            f"{f' (tried: {tried})' if tried else ''}; its files are in {self.folder}"
        )
        if failure.trouble is Trouble.KILLED:
            return TransientError(message)
        return CalculatorError(message)

    def _await_end(self) -> None:
        """Wait, after pw.x has stopped in order, until the scheduler ends this job and lets it come again."""
        waiting = threading.Event()
        while (left := remaining_seconds()) is not None and left > 0.0:
            self.report(f"pw.x has stopped in order; time is out in {left:.0f} s")
            waiting.wait(_OUT_OF_TIME_POLL_S)
        raise TransientError("time was out before pw.x was done; begun again in the same folder, it goes on")

    # ------------------------------------------------------------------ small files

    def _state(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.folder / "state.json").read_text(encoding="utf-8")))
        return {}

    def _write_state(self, state: dict[str, Any]) -> None:
        write_json(self.folder / "state.json", state)

    def _record(self, row: dict[str, Any]) -> None:
        path = self.folder / "attempts.json"
        rows: list[dict[str, Any]] = []
        with contextlib.suppress(OSError, ValueError):
            rows = json.loads(path.read_text(encoding="utf-8"))
        write_json(path, [*rows, {"at": round(time.time(), 1), **row}])


class _Told:
    """Tells what pw.x is at, and again where it is silent for long."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._progress, self._report = Progress(), report
        self._line, self._last = "pw.x is starting", time.monotonic()

    def __call__(self, text: str) -> None:
        news, now = self._progress.feed(text), time.monotonic()
        if news is None and now - self._last < QUIET_S:
            return
        self._line, self._last = f"pw.x: {news}" if news else self._line, now
        self._report(self._line)


def likeness_of(question: PwInput) -> str:
    """Return what two calculations must share so that one can begin with the density of the other.

    Args:
        question: The input.
    """
    system = question.namelists["system"]
    said = [
        [(kind.label, kind.pseudopotential, kind.hubbard_u) for kind in question.kinds], question.atoms,
        [(kind.starting_magnetization or 0.0) for kind in question.kinds],
        [system.get(name) for name in ("ecutrho", "nspin")],
    ]  # fmt: skip
    return json.dumps(said)


def _beginning(start: Start) -> dict[str, dict[str, Any]]:
    return {
        "scratch": {},
        "density": {"electrons": {"startingpot": "file"}},
        "checkpoint": {"control": {"restart_mode": "restart"}},
    }[start]


def _ending() -> dict[str, dict[str, Any]]:
    """Return when pw.x is to stop by itself."""
    left = remaining_seconds()
    if left is None:
        return {}
    seconds = left - min(_SPARE_S, _SPARE_PART * left)
    return {"control": {"max_seconds": round(seconds, 1)}} if seconds > _SHORTEST_S else {}


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write a file that is either as before or whole.

    Args:
        path: Where.
        content: What.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(path)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
