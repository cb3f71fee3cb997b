"""A cluster whose agent answers in this process, and attempt folders here and there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.attempts.submission import write_tickets
from nanoos_lab.runs.ssh.agent import Agent
from nanoos_lab.runs.ssh.cluster import Cluster
from nanoos_lab.runs.ssh.mirror import Mirror, RemoteFolder
from nanoos_lab.runs.ssh.wire import Message
from nanoos_lab.settings import SshSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RUN, OTHER = "a" * 12, "b" * 12
NAME = "ab/abcdef012345"


class Direct(Cluster):
    """A cluster whose agent is this process; what is said still goes through JSON."""

    def __init__(self, there: Path) -> None:
        super().__init__(SshSettings(host="there", folder=str(there), python="python"))
        self.agent = Agent()
        self.agent.answer({"op": "open", "folder": str(there)}, [])
        self.asked: list[dict[str, Any]] = []
        self.tamper: Callable[[dict[str, Any], list[bytes]], tuple[dict[str, Any], list[bytes]]] | None = None

    def reach(self) -> None:
        """There is always a way."""

    def ask(self, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> Message:
        """Ask the agent, and let a test change the answer."""
        said = json.loads(json.dumps(header))
        self.asked.append(said)
        answer = self.agent.answer(said, list(blobs))
        found = json.loads(json.dumps(answer.header)), list(answer.blobs)
        message = Message(*(self.tamper(*found) if self.tamper else found))
        if "error" in message.header:
            raise self._refusal(message.header)
        return message


class Pair:
    """One attempt folder, here and there."""

    def __init__(self, root: Path, cluster: Direct, runs: Sequence[str] = (RUN, OTHER)) -> None:
        self.cluster, self.mirror = cluster, Mirror(NAME)
        self.hurried = 0
        self.here = RemoteFolder(root / "here" / "runs" / Path(NAME), self.mirror, self._hurry)
        self.here.prepare()
        spec = {"protocol": 1, "items": [{"run": run, "attempt": 1} for run in runs]}
        self.here.write_spec(spec)
        self.there = AttemptFolder(root / "there" / "runs" / Path(NAME))
        self.there.prepare()
        self.there.write_spec(spec)

    def _hurry(self) -> None:
        self.hurried += 1

    def ticket(self) -> None:
        write_tickets([self.here], f"nanoos-{RUN}-1")

    def work(self, *runs: str) -> None:
        """Let a worker there claim the folder and begin items."""
        release(self.there.take_claim(b'{"pid": 7}'))
        for run in runs:
            self.there.start_item(run)


@pytest.fixture
def cluster(tmp_path: Path) -> Direct:
    return Direct(tmp_path / "there")


@pytest.fixture
def pair(tmp_path: Path, cluster: Direct) -> Pair:
    return Pair(tmp_path, cluster)
