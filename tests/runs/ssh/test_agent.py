"""What the program on the login node does, and what it does not do."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.errors import RunError
from nanoos_lab.runs.attempts.folder import AttemptFolder
from nanoos_lab.runs.executors import StartError, Verdict
from nanoos_lab.runs.slurm.commands import SchedulerError
from nanoos_lab.runs.ssh import agent as agents
from tests.runs.ssh.conftest import NAME, RUN

if TYPE_CHECKING:
    from tests.runs.ssh.conftest import Direct, Pair

SPEC = {"protocol": 1, "items": [{"run": RUN, "attempt": 1}]}
SUBMISSION = f"nanoos-{RUN}-1"


def stage(cluster: Direct, name: str = NAME, spec: Any = SPEC) -> AttemptFolder:
    cluster.ask({"op": "stage", "folders": [name]}, [zlib.compress(json.dumps(spec).encode())])
    return AttemptFolder(Path(cluster.settings.folder) / "runs" / name)


def submit(
    cluster: Direct, monkeypatch: pytest.MonkeyPatch, answer: str | Exception = "77"
) -> list[list[str]]:
    asked: list[list[str]] = []

    def run(words: list[str]) -> str:
        asked.append(words)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(agents, "run_command", run)
    cluster.ask({"op": "submit", "name": SUBMISSION, "folders": [NAME], "cpus": 3}, [b"#!/bin/sh\n"])
    return asked


def test_a_folder_is_staged_once(cluster: Direct) -> None:
    folder = stage(cluster)
    assert folder.read_spec() == SPEC
    folder.start_item(RUN)
    stage(cluster, spec={"protocol": 1, "items": []})
    assert (folder.read_spec(), list(folder.started())) == (SPEC, [RUN])
    assert [path.name for path in folder.path.parent.iterdir()] == [folder.path.name]


def test_a_folder_is_staged_whole_or_not_at_all(cluster: Direct, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: AttemptFolder, spec: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder.spec))

    with monkeypatch.context() as patch:
        patch.setattr(AttemptFolder, "write_spec", full)
        with pytest.raises(
            StartError, match=r"on there: No space left on device: .*free some space below"
        ) as caught:
            stage(cluster)
    assert caught.value.verdict is Verdict.CHARGED
    assert list((Path(cluster.settings.folder) / "runs" / "ab").iterdir()) == []


def test_two_who_stage_the_same_do_not_disturb_each_other(
    cluster: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = AttemptFolder.write_spec

    def be_late(folder: AttemptFolder, spec: Any) -> None:
        write(folder, spec)
        monkeypatch.setattr(AttemptFolder, "write_spec", write)
        stage(cluster)

    monkeypatch.setattr(AttemptFolder, "write_spec", be_late)
    folder = stage(cluster)
    assert folder.read_spec() == SPEC
    assert [path.name for path in folder.path.parent.iterdir()] == [folder.path.name]


def test_a_script_is_submitted_with_a_listing_of_the_folders_there(
    cluster: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stage(cluster)
    (words,) = submit(cluster, monkeypatch)
    place = Path(cluster.settings.folder) / "runs" / "submissions" / SUBMISSION
    assert words[-3:] == ["--parsable", "--export=ALL", str(place / "job.sh")]
    assert "OMP_NUM_THREADS=3" in words
    assert json.loads((place / "folders.json").read_text()) == [str(folder.path.resolve())]


def test_what_sbatch_refuses_is_fenced(cluster: Direct, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stage(cluster)
    with pytest.raises(SchedulerError, match="on there: no way") as caught:
        submit(cluster, monkeypatch, SchedulerError("no way", Verdict.FINAL))
    assert caught.value.verdict is Verdict.FINAL
    assert folder.take_claim(b"{}") is None


@pytest.mark.parametrize("how", ["removed", "fenced", "never staged"])
def test_what_was_given_up_in_the_meantime_is_not_submitted(
    cluster: Direct, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how != "never staged":
        folder = stage(cluster)
        if how == "fenced":
            folder.fence()
        else:
            cluster.ask({"op": "remove", "folders": [NAME], "submissions": []})
    with pytest.raises(SchedulerError, match="removed or fenced in the meantime") as caught:
        assert submit(cluster, monkeypatch) == []
    assert caught.value.verdict is Verdict.FREE


@pytest.mark.parametrize(
    "name", ["../x", "ab", "ab/../..", "ab/", "/etc/passwd", "ab/c/d", "ab/c\n", "a b/c"]
)
def test_names_that_are_no_folders_are_refused(cluster: Direct, name: str) -> None:
    with pytest.raises(RunError, match="is no attempt folder"):
        stage(cluster, name)
    found = cluster.ask({"op": "look", "folders": {name: {"wishes": [], "mark": "", "job": None}}}).header
    assert "is no attempt folder" in found["folders"][name]["error"]


def test_one_folder_that_cannot_be_read_does_not_hide_the_others(pair: Pair, cluster: Direct) -> None:
    wanted = {"wishes": [], "mark": "", "job": None}
    bad = {**wanted, "job": ["../../evil", "1"]}
    found = cluster.ask({"op": "look", "folders": {"zz/zz": wanted, NAME: wanted, "x": bad}}).header[
        "folders"
    ]
    assert found[NAME]["seen"]["claims"] == []
    assert found["zz/zz"]["seen"]["claims"] == [{"fence": True}]
    assert "error" in found["x"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["spec.json"], {"size"}), (["..", "spec.json"], {"error"}), (["/etc/passwd"], {"error"}), ([""], {"error"}),
        (["link"], {"error"}), (["items", "fifo"], {"error"}), (["nothing"], {"error"}), (["items"], {"error"}),
        (["a\0b"], {"error"}),
    ],
)  # fmt: skip
def test_only_plain_files_are_handed_out(
    pair: Pair, cluster: Direct, parts: list[str], said: set[str]
) -> None:
    (pair.there.path / "link").symlink_to("/etc/passwd")
    (pair.there.path / "items").mkdir()
    os.mkfifo(pair.there.path / "items" / "fifo")
    answer = cluster.ask({"op": "fetch", "files": [[NAME, parts, 0, 10_000]]})
    assert set(answer.header["files"][0]) == said


def test_an_answer_holds_no_more_than_it_should(
    pair: Pair, cluster: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "MAX_ANSWER_BYTES", 100)
    size = pair.there.spec.stat().st_size
    answer = cluster.ask({"op": "fetch", "files": [[NAME, ["spec.json"], i, 40] for i in range(9)]})
    assert [len(blob) for blob in answer.blobs] == [40, 40, 18]
    assert [said["size"] for said in answer.header["files"]] == [size] * 3


def test_a_submission_goes_with_the_last_of_its_folders(
    cluster: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = stage(cluster), stage(cluster, "cd/other")
    monkeypatch.setattr(agents, "run_command", lambda _: "5")
    cluster.ask({"op": "submit", "name": SUBMISSION, "folders": [NAME, "cd/other"], "cpus": 1}, [b""])
    place = Path(cluster.settings.folder) / "runs" / "submissions" / SUBMISSION
    for folder, left in ((NAME, True), ("cd/other", False)):
        cluster.ask({"op": "remove", "folders": [folder], "submissions": [SUBMISSION]})
        assert place.exists() is left
    assert not first.path.exists()
    assert not second.path.exists()


def test_what_nobody_asks_for_any_more_is_swept(cluster: Direct) -> None:
    runs = Path(cluster.settings.folder) / "runs"
    kept, old, young = stage(cluster), runs / "ab" / ".staging", runs / "ab" / "bare"
    for path in (old, young):
        path.mkdir()
    for path in (old, kept.path):
        os.utime(path, (0, 0))
    cluster.ask({"op": "remove", "folders": [], "submissions": []})
    assert (kept.path.exists(), old.exists(), young.exists()) == (True, False, True)


def test_it_ends_with_its_connection_and_keeps_its_answers_clean(tmp_path: Path) -> None:
    program = subprocess.run(
        [sys.executable, "-m", "nanoos_lab.runs.ssh.agent"],
        input=b"",
        capture_output=True,
        timeout=60,
        check=True,
    )
    greeting, _, said = program.stdout.strip().partition(b" ")
    assert (greeting, json.loads(said)["protocol"]) == (b"nanoos-agent", 1)


def test_it_needs_neither_the_database_nor_submitit() -> None:
    heavy = ("sqlalchemy", "submitit", "pymatgen")
    code = f"import sys, nanoos_lab.runs.ssh.agent; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
