"""The executor, before a cluster that answers in this process; tests/system/ssh shows it before a real one."""

from __future__ import annotations

import json
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.errors import PluginError
from nanoos_lab.runs.attempts.presence import release
from nanoos_lab.runs.executors import StartError, Verdict, View
from nanoos_lab.runs.slurm import scheduler as schedulers
from nanoos_lab.runs.slurm.commands import SchedulerError
from nanoos_lab.runs.ssh import agent as agents
from nanoos_lab.runs.ssh import executor as executors
from nanoos_lab.runs.ssh.connection import UnreachableError
from nanoos_lab.runs.ssh.executor import SshExecutor
from nanoos_lab.settings import Profile, Resources, SlurmSettings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.runs.ssh.mirror import RemoteFolder
    from tests.runs.ssh.conftest import Direct

RUNS = [f"{i:012x}" for i in range(3)]
NAME = f"nanoos-{RUNS[0]}-1"


class Place:
    """An executor with its cluster, whose scheduler says what a test wants."""

    def __init__(self, root: Path, cluster: Direct, patch: pytest.MonkeyPatch) -> None:
        self.root, self.cluster = root, cluster
        self.jobs: dict[str, str] = {}
        self.refusal: Exception | None = None
        self.submitted: list[list[str]] = []
        patch.setattr(agents, "run_command", self._command)
        patch.setattr(schedulers, "QUERY_INTERVAL_S", 0.0)
        patch.setattr(executors, "HURRY_S", 0.0)
        self.executor = self.make()

    def make(self) -> SshExecutor:
        slurm = SlurmSettings(file_delay_s=0.0)
        settings = self.cluster.settings.model_copy(update={"poll_s": 1e-9})
        profile = Profile(name="far", executor="ssh", ssh=settings, slurm=slurm)
        return SshExecutor(profile, self.cluster)

    def _command(self, words: list[str]) -> str:
        if words[0] == "env":
            self.submitted.append(words)
            if self.refusal is not None:
                raise self.refusal
            self.jobs |= {f"7_{i}": "PENDING" for i in range(3)}
            return "7\n"
        if words[0] == "squeue":
            return "".join(f"{job}|{state}|n1|{NAME}|None\n" for job, state in self.jobs.items())
        return "MaxArraySize = 1001\n" if words[0] == "scontrol" else ""

    def folders(self) -> list[RemoteFolder]:
        made = [self.executor.folder(self.root / "here" / "runs" / "ab" / run) for run in RUNS]
        for folder, run in zip(made, RUNS, strict=True):
            folder.prepare()
            folder.write_spec({"protocol": 1, "items": [{"run": run, "attempt": 1}]})
        return made

    def there(self, folder: RemoteFolder) -> Any:
        return self.cluster.agent._folder(folder.mirror.name)

    def look(self, folder: RemoteFolder, job: str | None = None) -> Any:
        return self.executor.look(folder, job, owner_alive=False, begun_at=time.time())


@pytest.fixture
def place(tmp_path: Path, cluster: Direct, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, cluster, monkeypatch)


def test_a_profile_without_its_part_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"no part \[profiles.far.ssh\]: say host, folder and python there"):
        SshExecutor(Profile(name="far", executor="ssh"))
    path = tmp_path / "settings.toml"
    path.write_text(
        '[profiles.far]\nexecutor = "ssh"\n[profiles.far.ssh]\nhost = "h"\nfolder = "/f"\npython = "/p"\n'
        '[profiles.far.slurm]\npartition = "standard"\n'
    )
    profile = load_settings(path).profile("far")
    assert (SshExecutor(profile).cluster.address, profile.slurm.partition) == ("h:/f", "standard")


def test_what_is_submitted_lies_there_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "STAGED_BYTES", 1)
    folders = place.folders()
    assert place.executor.start(folders, Resources(cpus=2), NAME) == ["7_0", "7_1", "7_2"]
    assert [one["op"] for one in place.cluster.asked] == ["stage"] * 3 + ["submit"]
    assert [place.there(folder).read_spec() for folder in folders] == [
        folder.read_spec() for folder in folders
    ]
    script = (place.cluster.agent.base / "runs" / "submissions" / NAME / "job.sh").read_text()
    assert "python -P -m nanoos_lab.runs.slurm.job" in script
    assert f"{place.cluster.settings.folder}/runs/submissions/{NAME}/folders.json 20" in script
    assert "#SBATCH --array=0-2%2" in script


def test_it_looks_seldom_however_often_it_is_asked(place: Place) -> None:
    place.executor._settings = place.executor._settings.model_copy(update={"poll_s": 1000.0})
    folders = place.folders()
    jobs = place.executor.start(folders, Resources(), NAME)
    place.jobs = dict.fromkeys(place.jobs, "RUNNING")
    for _ in range(20):
        for folder, job in zip(folders, jobs, strict=True):
            place.look(folder, job)
    assert sum(one["op"] == "look" for one in place.cluster.asked) <= 1


def test_waiting_jobs_are_not_looked_at(place: Place) -> None:
    folders = place.folders()
    jobs = place.executor.start(folders, Resources(), NAME)
    for _ in range(3):
        assert [place.look(f, j).view for f, j in zip(folders, jobs, strict=True)] == [View.WAITING] * 3
    place.jobs["7_1"] = "RUNNING"
    place.executor.scheduler._next_at = 0.0  # it is time to ask again
    for folder, job in zip(folders, jobs, strict=True):
        place.look(folder, job)
    place.cluster.asked.clear()
    place.executor._next_at = 0.0
    place.look(folders[1], jobs[1])
    assert {name for one in place.cluster.asked if one["op"] == "look" for name in one["folders"]} == {
        folders[1].mirror.name
    }


def test_an_end_is_believed_when_all_that_was_left_is_here(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place.folders()[0]
    place.executor.start([folder], Resources(), NAME)
    place.jobs = {"7": "RUNNING"}
    there = place.there(folder)
    release(there.take_claim(b'{"pid": 7}'))
    there.start_item(RUNS[0])
    while place.look(folder, "7").view is not View.ALIVE:
        pass
    there.write_outcome(RUNS[0], json.dumps({"protocol": 1}).encode())
    place.jobs = {"7": "COMPLETED"}
    with monkeypatch.context() as patch:
        patch.setattr(place.executor._fetcher, "bring", lambda *_: True)  # time is out, again and again
        for _ in range(5):
            assert place.look(folder, "7").view in {View.ALIVE, View.UNKNOWN}
    while place.look(folder, "7").view is not View.GONE:
        assert not folder.outcomes()
    assert list(folder.outcomes()) == [RUNS[0]]


def test_a_connection_that_breaks_concludes_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place.folders()[0]
    place.executor.start([folder], Resources(), NAME)
    place.jobs = {"7": "RUNNING"}
    place.look(folder, "7")

    def away(*_: Any, **__: Any) -> None:
        raise UnreachableError("not reached since yesterday", Verdict.FREE)

    monkeypatch.setattr(place.cluster, "ask", away)
    monkeypatch.setattr(place.cluster, "reach", away)
    place.executor.scheduler._next_at = -1e9
    assert place.executor.at_once == 0
    for _ in range(3):
        sight = place.look(folder, "7")
        assert (sight.view, sight.reason) == (View.UNKNOWN, "not reached since yesterday")
    assert not place.executor.forget(folder)
    assert not place.executor.forget(folder)
    assert not folder.fence()


def test_what_sbatch_refused_is_taken_back_at_once(place: Place) -> None:
    place.refusal = SchedulerError("sbatch: invalid partition", Verdict.FINAL)
    folders = place.folders()
    with pytest.raises(SchedulerError, match="on there: sbatch: invalid partition"):
        place.executor.start(folders, Resources(), NAME)
    assert all(folder.fence() and place.executor.forget(folder) for folder in folders)
    assert [path.name for path in place.cluster.agent.base.rglob("*") if path.is_file()] == []


def test_an_answer_that_was_not_heard_leaves_it_open_whether_there_is_a_job(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ask = place.folders()[0], place.cluster.ask

    def deaf(header: dict[str, Any], blobs: Any = ()) -> Any:
        answer = ask(header, blobs)
        if header["op"] == "submit":
            raise UnreachableError("it broke", Verdict.FREE)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(place.cluster, "ask", deaf)
        with pytest.raises(UnreachableError):
            place.executor.start([folder], Resources(), NAME)
        assert not folder.fence()
    place.jobs = {"7": "PENDING"}
    place.executor.scheduler.ask_soon()
    sight = place.look(folder)
    assert (sight.view, sight.job_id) == (View.WAITING, "7")
    assert place.there(folder).read_claim() is None  # its worker may come
    assert not folder.fence()
    place.look(folder, "7")
    assert folder.fence()


def test_settled_folders_are_removed_all_at_once(place: Place) -> None:
    folders = place.folders()
    place.executor.start(folders, Resources(), NAME)
    assert [place.executor.forget(folder) for folder in folders] == [False] * 3
    assert [place.executor.forget(folder) for folder in folders] == [True] * 3
    assert sum(one["op"] == "remove" for one in place.cluster.asked) == 1
    assert [path for path in place.cluster.agent.base.rglob("*") if path.is_file()] == []


def test_what_cannot_be_removed_is_left(place: Place, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    folder = place.folders()[0]
    place.executor.start([folder], Resources(), NAME)
    place.executor.forget(folder)

    def refuse(*_: Any) -> None:
        raise StartError("on there: Permission denied")

    monkeypatch.setattr(place.cluster, "ask", refuse)
    assert place.executor.forget(folder)
    assert "1 settled folders are left where they are: on there: Permission denied" in caplog.text


def test_a_stranger_s_nonsense_is_said_and_concludes_nothing(place: Place, caplog: Any) -> None:
    folder = place.folders()[0]
    place.executor.start([folder], Resources(), NAME)
    place.jobs = {"7": "RUNNING"}
    place.look(folder, "7")

    def tamper(header: dict[str, Any], blobs: list[bytes]) -> Any:
        return ({"folders": "?", "now": "late"} if "folders" in header else header), blobs

    place.cluster.tamper = tamper
    place.jobs = {"7": "FAILED"}
    for _ in range(4):
        sight = place.look(folder, "7")
    assert (sight.view, sight.reason) == (View.UNKNOWN, "it does not say what time it is")
    assert caplog.text.count("what runs on there is left as it is: it does not say what time it is") == 1


def test_specs_are_compressed(place: Place) -> None:
    sent: list[bytes] = []
    stage = place.cluster.agent.stage
    place.cluster.agent.stage = lambda header, blobs: sent.extend(blobs) or stage(header, blobs)
    folder = place.folders()[0]
    folder.write_spec({"protocol": 1, "items": [], "padding": "x" * 100_000})
    place.executor.start([folder], Resources(), NAME)
    assert len(sent[0]) < 1000
    assert json.loads(zlib.decompress(sent[0])) == folder.read_spec()
