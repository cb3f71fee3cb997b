"""How ssh is called, and what its failures mean; with a stand-in that runs here what it was to run there."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.ssh import cluster as clusters
from nanoos_lab.runs.ssh.cluster import Cluster
from nanoos_lab.runs.ssh.connection import OPTIONS, Connection, UnreachableError, explain, ssh_command
from nanoos_lab.settings import SshSettings

if TYPE_CHECKING:
    from collections.abc import Callable

_SSH = """\
#!/bin/sh
# As sshd does: the last word goes to the person's shell.
for last; do :; done
echo "$@" >> "$0.calls"
exec sh -c "$last"
"""
_PYTHON = """\
#!/bin/sh
exec env PYTHONPATH={path} {python} "$@"
"""


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Return a folder whose name is not made for shells."""
    path = tmp_path / "O'Hara's \"$HOME\" & `id` ; \\ *"
    path.mkdir()
    return path


@pytest.fixture
def settings(tmp_path: Path, odd: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SshSettings]:
    place = tmp_path / "bin"
    place.mkdir()
    (place / "ssh").write_text(_SSH)
    (place / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(place), prepend=os.pathsep)
    path = os.pathsep.join([str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")])
    (odd / "python").write_text(_PYTHON.format(path=shlex.quote(path), python=shlex.quote(sys.executable)))
    (odd / "python").chmod(0o755)

    def make(**changed: Any) -> SshSettings:
        known = {"host": "me@login", "folder": str(odd / "lab"), "python": shlex.quote(str(odd / "python"))}
        return SshSettings(**{**known, **changed})

    return make


def test_odd_paths_arrive_as_they_are(
    settings: Callable[..., SshSettings], odd: Path, tmp_path: Path
) -> None:
    connection = Connection(settings(options=("-p", "2222")))
    assert connection.alive
    assert connection.ask({"op": "fetch", "files": []}).header == {"files": []}
    assert (odd / "lab" / "runs" / "submissions").is_dir()
    connection.close()
    assert not connection.alive
    called = (tmp_path / "bin" / "ssh.calls").read_text()
    assert called.startswith("-p 2222 -T -oBatchMode=yes")
    assert " -- me@login exec bash -lc " in called


def test_own_options_come_first_as_ssh_takes_the_first() -> None:
    words = ssh_command(
        SshSettings(host="h", folder="/f", python="python3 -X dev", options=("-oConnectTimeout=3",))
    )
    assert words[:2] == ["ssh", "-oConnectTimeout=3"]
    assert words[2:-3] == list(OPTIONS)
    assert words[-3:-1] == ["--", "h"]
    assert shlex.split(shlex.split(words[-1])[-1]) == [
        "exec", "python3", "-X", "dev", "-P", "-m", "nanoos_lab.runs.ssh.agent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "-oProxyCommand=id"}, {"host": "two words"}, {"host": ""}, {"folder": "relative"},
        {"folder": "/with\nbreak"}, {"python": ""}, {"poll_s": 0},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        SshSettings(**{"host": "h", "folder": "/f", "python": "python", **changed})


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("/nowhere/python", "/nowhere/python cannot be started on me@login"),
        ("sh -c 'echo out of order >&2; exit 3'", "ended with 3: out of order"),
        ("sh -c 'echo nanoos-agent {\\\"wire\\\": 99}; sleep 9'", "do not understand each other"),
        ("sh -c 'exec yes'", "prints other things"),
    ],
)
def test_what_is_no_agent_is_said_to_be_none(
    settings: Callable[..., SshSettings], python: str, said: str
) -> None:
    with pytest.raises(UnreachableError) as caught:
        Connection(settings(python=python))
    assert said in str(caught.value)


def test_a_folder_that_cannot_be_made_is_said_to_be_one(
    settings: Callable[..., SshSettings], odd: Path
) -> None:
    with pytest.raises(UnreachableError, match="cannot be used on me@login: Not a directory") as caught:
        Connection(settings(folder=str(odd / "python" / "below")))
    assert caught.value.verdict is Verdict.FINAL


def test_without_ssh_it_says_what_to_install(settings: Callable[..., SshSettings], monkeypatch: Any) -> None:
    made = settings()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UnreachableError, match="install OpenSSH's client"):
        Connection(made)


@pytest.mark.parametrize(
    ("status", "words", "said", "verdict"),
    [
        (255, "@@@ REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nPassword authentication is disabled to avoid",
         "ssh-keygen -R", Verdict.FINAL),
        (255, "No ED25519 host key is known for h and you have requested strict checking.", "log in once",
         Verdict.FINAL),
        (255, "me@h: Permission denied (publickey).", "without a question", Verdict.FINAL),
        (255, "command-line: line 0: Bad configuration option: colour", "options: command-line", Verdict.FINAL),
        (255, "ssh: connect to host h port 22: Connection refused", "Connection refused", Verdict.FREE),
        (255, "ssh: Could not resolve hostname h: Name or service not known", "resolve", Verdict.FREE),
        (255, "", "it ended", Verdict.FREE),
        (-9, "", "it ended", Verdict.FREE),
        (1, "/p/python: No module named nanoos_lab", "install the same version there", Verdict.FINAL),
        (1, "ModuleNotFoundError: No module named 'nanoos_lab'", "install the same version there", Verdict.FINAL),
        (127, "bash: line 1: exec: python: not found", "which python there", Verdict.FINAL),
        (1, "Traceback...\nMemoryError", "ended with 1", Verdict.FINAL),
        (None, "", "broke", Verdict.FREE),
        (0, "", "broke", Verdict.FREE),
    ],
)  # fmt: skip
def test_failures_say_what_to_do_and_whether_they_pass(
    status: int | None, words: str, said: str, verdict: Verdict
) -> None:
    error = explain(SshSettings(host="h", folder="/f", python="/p/python"), status, words, "it ended")
    assert said in str(error)
    assert error.verdict is verdict
    assert "disabled" not in str(error)  # the word by which clusters say that they keep no accounts


# ---------------------------------------------------------------------- the cluster behind it


def test_a_cluster_that_was_reached_before_is_waited_for_whatever_it_says(
    settings: Callable[..., SshSettings], odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "FIRST_PAUSE_S", 0.0)
    cluster = Cluster(settings())
    cluster.reach()
    cluster.close()
    kept = (odd / "python").read_text()
    (odd / "python").unlink()
    for _ in range(2):
        with pytest.raises(UnreachableError, match=r"^not reached since .* cannot be started on") as caught:
            cluster.reach()
        assert caught.value.verdict is Verdict.FREE
    (odd / "python").write_text(kept)
    (odd / "python").chmod(0o755)
    cluster.reach()
    cluster.close()


def test_one_that_was_never_reached_is_not_tried_for_ever(
    settings: Callable[..., SshSettings], tmp_path: Path
) -> None:
    cluster = Cluster(settings(python="/nowhere/python"))
    for _ in range(3):
        with pytest.raises(UnreachableError) as caught:
            cluster.run(["squeue"])
        assert caught.value.verdict is Verdict.FINAL
    assert len((tmp_path / "bin" / "ssh.calls").read_text().splitlines()) == 1  # it is let alone for a moment


def test_a_connection_that_ended_is_made_anew(settings: Callable[..., SshSettings], tmp_path: Path) -> None:
    cluster = Cluster(settings())
    cluster.reach()
    cluster._connection._process.kill()
    cluster._connection._process.wait()
    assert cluster.ask({"op": "fetch", "files": []}).header == {"files": []}
    cluster.close()
    assert len((tmp_path / "bin" / "ssh.calls").read_text().splitlines()) == 2


def test_an_interrupted_question_does_not_leave_its_answer_for_the_next(
    settings: Callable[..., SshSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(settings())
    cluster.reach()

    def interrupt() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cluster._connection._wire, "receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            cluster.ask({"op": "fetch", "files": [["ab/cd", ["x"], 0, 1]]})
    assert cluster.ask({"op": "fetch", "files": []}).header == {"files": []}
    cluster.close()


def test_a_connection_that_nobody_needs_is_closed(
    settings: Callable[..., SshSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "IDLE_S", 0.0)
    cluster = Cluster(settings())
    cluster.reach()
    cluster._idling.join(10)
    assert cluster._connection is None


def test_what_the_scheduler_there_refuses_is_told_with_its_verdict(
    settings: Callable[..., SshSettings],
) -> None:
    cluster = Cluster(settings())
    with pytest.raises(Exception, match="on me@login: no-such-program is not on PATH") as caught:
        cluster.run(["no-such-program"])
    assert caught.value.verdict is Verdict.FINAL
    cluster.close()
