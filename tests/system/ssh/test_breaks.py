"""Connections that break, hosts that go down and submitters that die: nothing is lost, nothing is done twice."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.slurm import executor as executors
from nanoos_lab.runs.ssh import fetch
from nanoos_lab.runs.ssh.cluster import Cluster
from nanoos_lab.store.artifacts import artifacts_of, open_artifact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
HERE = Path(__file__).parent


@pytest.fixture
def closed(slurm_cluster: Any) -> Iterator[Callable[[], None]]:
    """Keep jobs from starting until this is called."""

    def update(state: str) -> None:
        words = ["scontrol", "update", "PartitionName=main", f"State={state}"]
        subprocess.run(words, env=dict(slurm_cluster._environment()), check=True)

    update("down")
    yield lambda: update("up")
    update("up")


def reason(lab: Any, run: str) -> str:
    return lab.attempts(run)[-1].reason or ""


def test_a_host_that_goes_down_leaves_states_as_they_are_and_all_goes_on(
    tasks: Any, lab: Any, sshd: Any, tmp_path: Path
) -> None:
    first = lab.submit(tasks.hold, opened=str(tmp_path / "open"), reached=str(tmp_path / "in"))
    lab.reached(tmp_path / "in")
    lab.until(lambda: lab.read(first).state == "RUNNING", "running")
    sshd.kill()
    second = lab.submit(tasks.double, x=1.0)
    lab.until(
        lambda: "not reached since 20" in reason(lab, first), "it is said since when there is no way there"
    )
    assert re.search(r"not reached since [-\d]+ [\d:]+: .*(cluster|127\.0\.0\.1)", reason(lab, first))
    assert (lab.read(first).state, lab.read(second).state) == ("RUNNING", "PENDING")
    (tmp_path / "open").touch()
    lab.runs.step()
    assert lab.read(first).state == "RUNNING"
    sshd.start()
    assert [run.state for run in lab.wait(first, second)] == ["COMPLETED"] * 2
    assert (lab.read(first).attempt, lab.read(second).attempt) == (1, 1)
    assert len((tmp_path / "in").read_text().splitlines()) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_that_breaks_around_sbatch_neither_loses_nor_doubles(
    request: pytest.FixtureRequest, lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, moment: str
) -> None:
    monkeypatch.setattr(executors, "SUBMISSION_PATIENCE_S", 2.0)
    tasks, sshd = (request.getfixturevalue(name) for name in ("tasks", "sshd"))
    broken = _break(monkeypatch, sshd, "submit", moment)
    let_start = request.getfixturevalue("closed")  # no worker comes before it is known whether one will
    run = lab.submit(tasks.double, x=3.0, journal=str(tmp_path / "journal"))
    lab.until(lambda: lab.attempts(run) and lab.attempts(run)[-1].reason == "PartitionDown", "being queued")
    let_start()
    (ended,) = lab.wait(run)
    assert broken == [moment]
    assert (ended.state, ended.summary["y"]) == ("COMPLETED", 6.0)
    assert (tmp_path / "journal").read_text().split() == ["3"]
    assert ended.attempt == (2 if moment == "before" else 1)
    assert [attempt.started_at for attempt in lab.attempts(run)[:-1]] == [None] * (ended.attempt - 1)


def _break(patch: pytest.MonkeyPatch, sshd: Any, op: str, moment: str, *, times: int = 1) -> list[str]:
    """Break the connection before a question is sent, or before its answer is heard, and note it."""
    ask, broken = Cluster.ask, []

    def ask_and_break(cluster: Cluster, header: dict[str, Any], blobs: Any = ()) -> Any:
        if header["op"] == op and len(broken) < times:
            broken.append(moment)
            if moment == "after":
                ask(cluster, header, blobs)
            sshd.kill_connections()
            cluster._lock.acquire()
            try:
                # what a reader would find: the end of the stream
                cluster._connection.ask({"op": "nothing"})
            except Exception as error:
                cluster._drop()
                raise cluster._away(error) from error
            finally:
                cluster._lock.release()
        return ask(cluster, header, blobs)

    patch.setattr(Cluster, "ask", ask_and_break)
    return broken


def test_a_large_result_is_gone_on_with_where_the_connection_broke(
    tasks: Any, lab: Any, sshd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, block = 3_000_017, 2**18
    monkeypatch.setattr(fetch, "BLOCK_BYTES", block)
    asked: list[int] = []
    ask = Cluster.ask

    def count(cluster: Cluster, header: dict[str, Any], blobs: Any = ()) -> Any:
        if header["op"] == "fetch" and header["files"][0][1][0] == "items":
            asked.append(header["files"][0][2])
            if len(asked) in {3, 7}:
                sshd.kill_connections()
        return ask(cluster, header, blobs)

    monkeypatch.setattr(Cluster, "ask", count)
    run = lab.submit(tasks.leave, size=size)
    (ended,) = lab.wait(run)
    assert (ended.state, ended.attempt) == ("COMPLETED", 1), ended.error
    assert len(set(asked)) == size // block + 1
    assert len(asked) <= len(set(asked)) + 2  # each break costs one block
    store = lab.store
    with store.read() as session:
        (artifact,) = [one for one in artifacts_of(session, store.scope, run) if one.name == "large"]
        with open_artifact(store.scope, artifact) as stream:
            found = stream.read()
    blocks = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(size // 32 + 1))
    assert found == blocks[:size]


_CRASHES = {
    "before it is sent": ("nanoos_lab.runs.ssh.executor", "SshExecutor._stage", "before"),
    "before its ticket": ("nanoos_lab.runs.ssh.executor", "write_tickets", "before"),
    "before sbatch": ("nanoos_lab.runs.ssh.executor", "write_tickets", "after"),
    "after sbatch": ("nanoos_lab.runs.slurm.scheduler", "Scheduler.submit", "after"),
    "after it is recorded": ("nanoos_lab.runs.driving.launch", "Launcher._record_queued", "after"),
    "before the results are taken": ("nanoos_lab.runs.driving.reconcile", "collect", "before"),
    "before it is removed there": ("nanoos_lab.runs.ssh.executor", "SshExecutor._remove", "before"),
    "after it is removed there": ("nanoos_lab.runs.ssh.executor", "SshExecutor._remove", "after"),
}


@pytest.mark.parametrize("moment", _CRASHES)
def test_whoever_comes_next_goes_on_where_a_submitter_died(
    make_lab: Callable[..., Any], sshd: Any, there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    *, moment: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(executors, "SUBMISSION_PATIENCE_S", 2.0)
    journal = tmp_path / "journal"
    words = [
        sys.executable, str(HERE / "crashing.py"), str(sshd.folder), str(sshd.port), str(there), str(tmp_path / "lab"),
        str(journal), *_CRASHES[moment],
    ]  # fmt: skip
    path = os.pathsep.join(["tests/system/ssh/modules", ".", os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": path}, cwd=HERE.parents[2], capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 42, done.stderr[-3000:]
    lab = make_lab()
    lab.runs.recover()
    with lab.store.read() as session:
        from nanoos_lab.store import runs as rows

        (run,) = rows.find_runs(session, lab.store.scope)
    (ended,) = lab.wait(run.id)
    assert ended.state == "COMPLETED", ended.error
    assert len(journal.read_text().splitlines()) == 1
    lab.until(lambda: not [p for p in there.rglob("*") if p.is_file()], "nothing being left there")
