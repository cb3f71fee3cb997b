"""What runs on a node: which folder it works, whether it may, and what it does when its time runs out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.slurm.job import folder_of, incarnation
from nanoos_lab.runs.worker import Incarnation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUNS = ("00000000000a", "00000000000b")
TASKS = """
import json, os, time
from pathlib import Path
from nanoos_lab.tasks import Outcome, Params, task

class P(Params):
    reached: str = ""
    opened: str = ""

def _work(inputs, params, context):
    marks = sorted(p.name for p in context.folder.iterdir())
    (context.folder / "mark").touch()
    if params.reached:
        Path(params.reached).touch()
        while not Path(params.opened).exists():
            time.sleep(0.005)
    return Outcome(summary={"found": marks})

@task("once", version="1")
def once(inputs, params: P, context) -> Outcome:
    "Begin from nothing."
    return _work(inputs, params, context)

@task("going_on", version="1", resumable=True)
def going_on(inputs, params: P, context) -> Outcome:
    "Go on from where it was."
    return _work(inputs, params, context)
"""


class Node:
    """A place where jobs are run by hand."""

    def __init__(self, root: Path, fake: Any) -> None:
        self.root, self.fake = root, fake
        (root / "node_tasks.py").write_text(TASKS)
        self.folder = AttemptFolder(root / "runs" / "ab" / "a folder")
        self.folder.prepare()
        self.listing = root / "folders.json"
        self.listing.write_text(json.dumps(["/nowhere", str(self.folder.path)]))

    def spec(self, task: str, **params: str) -> None:
        item = {"attempt": 1, "task": task, "version": "1", "inputs": {}, "params": params}
        reference = f"node_tasks:{task} @ {self.root}"
        self.folder.write_spec(
            {"protocol": 1, "items": [{**item, "run": run, "reference": reference} for run in RUNS]}
        )

    def start(self, restarts: int = 0, element: str = "1", requeues: int = 3) -> subprocess.Popen[bytes]:
        job = {"SLURM_JOB_ID": "78", "SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": element}
        return subprocess.Popen(
            [sys.executable, "-m", "nanoos_lab.runs.slurm.job", str(self.listing), str(requeues)],
            env={**os.environ, **job, "SLURM_RESTART_COUNT": str(restarts)}, start_new_session=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, **options: Any) -> int:
        return self.start(**options).wait(60)

    def summaries(self) -> dict[str, Any]:
        return {
            run: json.loads(self.folder.read_outcome(run))["summary"]
            for run in sorted(self.folder.outcomes())
        }


@pytest.fixture
def node(tmp_path: Path, fake: Any) -> Node:
    return Node(tmp_path, fake)


def test_an_element_works_its_own_folder(tmp_path: Path) -> None:
    listing = tmp_path / "folders.json"
    listing.write_text('["/a", "/b ü"]')
    assert str(folder_of(listing, "1")) == "/b ü"
    assert str(folder_of(listing, None)) == "/a"


def test_which_job_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLURM_JOB_ID", "5")
    assert incarnation() == Incarnation("5", 0)
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "4")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "9")
    monkeypatch.setenv("SLURM_RESTART_COUNT", "2")
    assert incarnation() == Incarnation("4_9", 2)


def test_a_job_does_the_work(node: Node) -> None:
    node.spec("once")
    assert node.run() == 0
    assert node.summaries() == {run: {"found": []} for run in RUNS}
    claim = node.folder.read_claim()
    assert (claim["job"], claim["restarts"]) == ("77_1", 0)


@pytest.mark.parametrize("gone", ["folder", "listing"])
def test_where_nothing_is_left_to_be_done_it_ends_well(node: Node, gone: str) -> None:
    if gone == "listing":
        node.listing.unlink()
    assert node.run(element="0") == 0


def test_a_fenced_folder_is_left_alone(node: Node) -> None:
    node.spec("once")
    node.folder.fence()
    assert node.run(restarts=1) == 0
    assert node.summaries() == {}


@pytest.mark.parametrize(("task", "found"), [("once", []), ("going_on", ["mark"])])
def test_a_later_incarnation_does_what_is_left(node: Node, task: str, found: list[str]) -> None:
    node.spec(task)
    first, second = RUNS
    release(node.folder.take_claim(json.dumps({"job": "77_1", "restarts": 0}).encode()))
    node.folder.start_item(first)
    node.folder.item(first).mkdir(parents=True)
    (node.folder.item(first) / "mark").touch()
    assert node.run(restarts=1) == 0
    assert node.summaries() == {first: {"found": found}, second: {"found": []}}


def test_a_later_incarnation_leaves_what_is_done_or_called_off(node: Node) -> None:
    node.spec("once")
    first, second = RUNS
    release(node.folder.take_claim(json.dumps({"job": "77_1", "restarts": 0}).encode()))
    node.folder.start_item(first)
    node.folder.write_outcome(first, b'{"summary": "mine"}')
    node.folder.call_off_item(second)
    assert node.run(restarts=1) == 0
    assert node.summaries() == {first: "mine"}


def test_an_incarnation_once_too_often_does_nothing(node: Node) -> None:
    node.spec("once")
    assert node.run(restarts=4) == 1
    assert node.summaries() == {}
    assert "once too often" in node.folder.log_tail()


def test_who_was_replaced_writes_no_outcome(node: Node, tmp_path: Path, until: Callable[..., Any]) -> None:
    node.spec("once", reached=str(tmp_path / "in"), opened=str(tmp_path / "open"))
    old = node.start()
    until((tmp_path / "in").exists)
    assert node.folder.revoke()
    (tmp_path / "open").touch()
    assert old.wait(60) == 0
    assert node.summaries() == {}


@pytest.mark.parametrize(
    ("task", "restarts", "put_back"), [("once", 0, 0), ("going_on", 0, 1), ("going_on", 3, 0)]
)
def test_the_notice_puts_back_what_can_be_continued(
    node: Node, tmp_path: Path, until: Callable[..., Any], *, task: str, restarts: int, put_back: int
) -> None:
    """With three requeues at most, the fourth incarnation asks no more."""
    node.fake.change(lambda state: state["jobs"].update({"78": {"state": "RUNNING"}}))
    node.spec(task, reached=str(tmp_path / "in"), opened=str(tmp_path / "open"))
    job = node.start(restarts=restarts)
    until((tmp_path / "in").exists)
    os.kill(job.pid, signal.SIGUSR2)
    if put_back:
        until(lambda: node.fake.calls("scontrol"), "asking to be put back")
    (tmp_path / "open").touch()
    assert job.wait(60) == 0
    assert node.fake.calls("scontrol") == [["scontrol", "requeue", "78"]] * put_back
    assert list(node.summaries()) == [RUNS[0]]  # the second item was not begun any more


def test_asking_to_be_put_back_is_tried_until_it_is_heard(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nanoos_lab.runs.slurm import job

    monkeypatch.setenv("SLURM_JOB_ID", "78")
    fake.change(lambda state: state["jobs"].update({"78": {"state": "RUNNING"}}))
    fake.fail("scontrol", "Unable to contact slurm controller")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            fake.fail("scontrol", None)

    monkeypatch.setattr(job, "time", SimpleNamespace(sleep=pause))
    job.put_back()
    assert fake.jobs["78"]["state"] == "PENDING"
    assert len(fake.calls("scontrol")) == 4
