"""A held lock is proof of life, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.runs.attempts.presence import Presence, is_held, publish_locked, release, start_ticks

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from nanoos_lab.runs.attempts.presence import Presence
print(Presence(Path(sys.argv[1])).token, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_process_is_present_until_it_is_killed(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    presence = Presence(tmp_path)
    token = other.stdout.readline().strip()
    assert presence.alive(token)
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert not presence.alive(token)
    assert presence.sweep() == 1
    assert list(tmp_path.iterdir()) == []


def test_own_presence(tmp_path: Path) -> None:
    one, two = Presence(tmp_path), Presence(tmp_path)
    assert one.alive(one.token)
    assert one.is_me(one.token)
    assert not two.is_me(one.token)
    assert two.alive(one.token)
    assert two.sweep() == 0
    token = one.token
    one.release()
    assert not two.alive(token)
    assert one.token != token
    one.release(), two.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("token", [None, "", "never-there", "../lab.toml", "/etc/passwd"])
def test_nobody_is_not_alive(tmp_path: Path, token: str | None) -> None:
    assert not Presence(tmp_path).alive(token)


def test_a_forked_child_does_not_prolong_its_parents_life(tmp_path: Path) -> None:
    """The child of a dead process must not look like that process."""
    ready, go = os.pipe(), os.pipe()
    parent = os.fork()
    if parent == 0:
        presence = Presence(tmp_path)
        token = presence.token
        if os.fork() == 0:
            os.write(ready[1], (presence.token != token).to_bytes() + token.encode())
            os.read(go[0], 1)
            os._exit(0)
        signal.pause()
    answer = os.read(ready[0], 200)
    token = answer[1:].decode()
    presence = Presence(tmp_path)
    assert answer[0] == 1, "the child took its parent's name"
    assert presence.alive(token)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    alive = presence.alive(token)
    os.write(go[1], b"x")
    assert not alive


def test_a_started_process_does_not_prolong_its_parents_life(tmp_path: Path) -> None:
    presence = Presence(tmp_path)
    token = presence.token
    with subprocess.Popen(["sleep", "600"], close_fds=False) as child:
        presence.release()
        alive = Presence(tmp_path).alive(token)
        child.kill()
    assert not alive


def test_a_file_is_published_once_and_never_unlocked(tmp_path: Path) -> None:
    path, won, free = tmp_path / "claim", [], []
    barrier = threading.Barrier(9)

    def claim(name: int) -> None:
        barrier.wait()
        if (descriptor := publish_locked(path, str(name).encode())) is not None:
            won.append((name, descriptor))

    def watch() -> None:
        barrier.wait()
        free.extend(path for _ in range(2000) if path.exists() and not is_held(path))

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(8)] + [threading.Thread(target=watch)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((name, descriptor),) = won
    assert path.read_text() == str(name)
    assert free == []
    assert [p.name for p in tmp_path.iterdir()] == ["claim"]
    release(descriptor)
    assert not is_held(path)


def test_start_ticks_tell_processes_apart() -> None:
    ticks = start_ticks(os.getpid())
    with subprocess.Popen(["sleep", "600"]) as child:
        later = start_ticks(child.pid)
        child.kill()
    assert ticks is None or later >= ticks
    assert start_ticks(2**22 + 1) is None


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be on a file system that knows no locks, as those of some clusters."""
    import errno
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_scheduler_must_tell_who_lives(tmp_path: Path) -> None:
    from nanoos_lab.runs.attempts.folder import AttemptFolder

    folder = AttemptFolder(tmp_path / "runs" / "ab" / "c")
    folder.prepare()
    with pytest.raises(OSError, match="not implemented"):
        folder.take_claim(b"{}")
    assert folder.take_claim(b'{"job": "5", "restarts": 0}', must_lock=False) is not None
    assert not folder.worker_alive()
    assert not folder.fence()
    assert folder.take_over(b'{"job": "5", "restarts": 1}', job="5", restarts=1) is not None
    assert folder.revoke()
