"""What is seen here of an attempt folder that lies on a cluster.

The folder here looks as the one there did when it was last looked at, so that whoever reads it need not know. What is
decided by making a file is wished for here and made there; until that is seen the answer is no.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.runs.attempts.files import write_durably
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.submission import read_ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FENCE, _CALLED_OFF = b"fence", b"cancelled"
_FENCED = {"fence": True}
_RUN = re.compile(r"[0-9a-f]{12}")
_MAX_TEXT = 200_000


class _Progress(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fraction: Annotated[FiniteFloat, Field(ge=0, le=1)] | None
    message: Annotated[str, Field(max_length=1000)]
    at: FiniteFloat | None


class Observation(BaseModel):
    """What the agent says of an attempt folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    claims: Annotated[list[dict[str, Any]], Field(max_length=10_000)]
    started: dict[str, tuple[FiniteFloat, bool]]
    """When each item was begun, by the clock there, or that it was called off."""
    outcomes: dict[str, int]
    """Size of each."""
    progress: dict[str, _Progress]
    logs: dict[Literal["stdout.log", "stderr.log"], Annotated[str, Field(max_length=_MAX_TEXT)]]
    job_log: Annotated[str, Field(max_length=_MAX_TEXT)] = ""


@dataclass
class Mirror:
    """What this process knows of an attempt folder there."""

    name: str
    """``shard/id``, there as here."""
    wishes: set[tuple[str, str]] = field(default_factory=set)
    """Acts that are to be done there once, with the run or the worker they concern."""
    stops: set[str] = field(default_factory=set)
    """Runs that were asked to stop there."""
    open: bool = False
    """Whether it is not known yet if there is a job: then nobody is to be fenced out before that was asked."""
    mark: str = ""
    """Of what was last seen."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """What was last seen of outcomes there, by run, with their sizes."""
    synced_at: float = -1e9
    """When it was last looked at so that afterwards all was here, by the monotonic clock."""
    job_log: str = ""
    trouble: str = ""
    """Why it could not be made whole when it was last looked at."""
    attempts: dict[str, int] | None = None
    """The runs of its spec, with the number of the attempt, once that was read."""
    doubtful: dict[str, float] = field(default_factory=dict)
    """Runs whose artifacts are not yet as their outcome says, and since when."""


class RemoteFolder(AttemptFolder):
    """The attempt folder here of one that lies elsewhere.

    Args:
        path: Where it is here.
        mirror: What is known of the one there.
        hurry: Called where something that was wished for before is still not so.
    """

    def __init__(self, path: Path, mirror: Mirror, hurry: Callable[[], None]) -> None:
        super().__init__(path)
        self.mirror, self._hurry = mirror, hurry

    def fence(self) -> bool:
        """Make sure that nobody begins to work there; False while that is not so."""
        if read_ticket(self) is None:  # nobody was asked to work there
            return self._holds(0) == _FENCED or super().fence()
        if self.mirror.open:
            return False
        return self._wish(
            ("fence", ""), lambda: self._holds(0) == _FENCED, lambda: self._holds(0) is not None
        )

    def revoke(self) -> bool:
        """Make sure that nobody comes there in place of the worker that is gone; False while that is not so."""
        latest = self.generation()
        return self._wish(("revoke", str(latest)), lambda: self._holds(self.generation()) == _FENCED)

    def call_off_item(self, run: str) -> bool:
        """Make sure that an item is never begun there; False while that is not so."""
        if read_ticket(self) is None:
            return False  # it may be on its way there
        return self._wish(("call off", run), lambda: self.called_off(run), lambda: run in self.started())

    def _wish(
        self, wish: tuple[str, str], so: Callable[[], bool], never: Callable[[], bool] = lambda: False
    ) -> bool:
        if wish in self.mirror.wishes and not so():
            self._hurry()
        if so() or never():
            return so()
        self.mirror.wishes.add(wish)
        return False

    def _holds(self, generation: int) -> dict[str, Any] | None:
        return super().read_claim(generation)

    def read_claim(self, generation: int | None = None) -> dict[str, Any] | None:
        """Return who claimed, as seen last: a fence is nobody, as it was made for us.

        Args:
            generation: Of which worker to speak; by default of the latest.
        """
        latest = self.generation() if generation is None else generation
        claim = self._holds(latest)
        if claim == _FENCED and generation is None and latest:
            claim = self._holds(latest - 1)
        return None if claim == _FENCED else claim

    def worker_alive(self) -> bool:
        """Return False: who lives there is not seen by a lock here."""
        return False


def attempts_in(folder: AttemptFolder, mirror: Mirror) -> dict[str, int]:
    """Return the runs of an attempt folder with the number of the attempt; none where the folder is gone.

    Args:
        folder: The attempt folder here.
        mirror: What is known of the one there.
    """
    if mirror.attempts is None:
        try:
            mirror.attempts = {str(item["run"]): int(item["attempt"]) for item in folder.read_spec()["items"]}
        except FileNotFoundError:
            return {}
    return mirror.attempts


def missing_outcomes(folder: AttemptFolder, mirror: Mirror) -> list[str]:
    """Return the runs whose outcome is there and not here.

    Args:
        folder: The attempt folder here.
        mirror: What is known of the one there.
    """
    if not mirror.outcomes:
        return []
    mine = attempts_in(folder, mirror)
    return sorted(run for run in mirror.outcomes.keys() - folder.outcomes().keys() if run in mine)


def take_in(folder: AttemptFolder, mirror: Mirror, said: Any, *, ahead_s: float) -> None:  # noqa: ANN401 - a stranger's
    """Make the folder here look as the one there does, but for outcomes, which are brought with what they speak of.

    Args:
        folder: The attempt folder here.
        mirror: What is known of the one there.
        said: What the agent says of it.
        ahead_s: By how much our clock is ahead of the one there.

    Raises:
        InvalidInputError: It says what makes no sense.
        FileNotFoundError: The folder here is gone.
        OSError: It cannot be written.
    """
    try:
        seen = Observation.model_validate(said)
    except (ValidationError, RecursionError) as error:
        raise InvalidInputError(
            f"what was said of {mirror.name} makes no sense: {str(error)[:500]}"
        ) from None
    for generation, claim in enumerate(seen.claims):
        path = folder.path / (f"claim.{generation}" if generation else "claim")
        if not path.exists():
            _write(path, _FENCE if claim == _FENCED else json.dumps(claim).encode())
    known = folder.started()
    for run, (at, off) in seen.started.items():
        if _RUN.fullmatch(run) and run not in known:
            _mark(folder.path / "started" / run, _CALLED_OFF if off else b"", min(at + ahead_s, time.time()))
    for run, progress in seen.progress.items():
        if _RUN.fullmatch(run):
            _write(folder.progress(run), progress.model_dump_json().encode() + b"\n")
    for name, text in seen.logs.items():
        if text:
            _write(folder.path / name, text.encode("utf-8", "replace") + b"\n")
    mirror.outcomes = {run: size for run, size in seen.outcomes.items() if _RUN.fullmatch(run)}
    mirror.job_log = seen.job_log


def _write(path: Path, data: bytes) -> None:
    write_durably(path, data, lasting=False)


def _mark(path: Path, content: bytes, at: float) -> None:
    """Make a file with content and time at once."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        temporary.write_bytes(content)
        os.utime(temporary, (at, at))
        temporary.rename(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
