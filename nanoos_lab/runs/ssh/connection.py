"""The ``ssh`` that is kept open to a cluster, and what its failures mean.

It is OpenSSH's own program, with all that it knows of hosts, keys, agents and jump hosts. It is never asked to ask: a
password or a question about a host key is an error here.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from nanoos_lab.runs.attempts.folder import PROTOCOL
from nanoos_lab.runs.executors import Verdict
from nanoos_lab.runs.slurm.commands import SchedulerError
from nanoos_lab.runs.ssh.wire import VERSION, Message, Wire, WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.settings import SshSettings

PATIENCE_S = 120.0
"""How long nothing may move."""
OPTIONS = (
    "-T", "-oBatchMode=yes", "-oConnectTimeout=15", "-oServerAliveInterval=15", "-oServerAliveCountMax=3",
    "-oClearAllForwardings=yes", "-oForwardAgent=no", "-oForwardX11=no", "-oEscapeChar=none",
)  # fmt: skip
_NO_SUCH_PROGRAM = (126, 127)
_BY_SSH = 255


class UnreachableError(SchedulerError):
    """The cluster cannot be reached; the message says why and what to do."""


def ssh_command(settings: SshSettings) -> list[str]:
    """Return the words that start the agent on the cluster.

    The interpreter is started by a login shell of bash, so that SLURM's commands are found as when one logs in.

    Args:
        settings: Host, interpreter and further options, which win over ours.
    """
    agent = shlex.join([*shlex.split(settings.python), "-P", "-m", "nanoos_lab.runs.ssh.agent"])
    there = shlex.join(["exec", "bash", "-lc", f"exec {agent}"])
    return ["ssh", *settings.options, *OPTIONS, "--", settings.host, there]


class Connection:
    """One ``ssh`` with the agent at its other end.

    Args:
        settings: Where to.

    Raises:
        UnreachableError: It does not come about.
    """

    def __init__(self, settings: SshSettings) -> None:
        self._settings = settings
        if shutil.which("ssh") is None:
            raise UnreachableError(
                "ssh is not on PATH: install OpenSSH's client (Debian: openssh-client)", Verdict.FINAL
            )
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the connection
        self._process = subprocess.Popen(
            ssh_command(settings), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
            start_new_session=True,  # an interrupt at the terminal is not for it
            env={**os.environ, "LC_ALL": "C.UTF-8"}, bufsize=0,
        )  # fmt: skip
        if self._process.stdin is None or self._process.stdout is None:  # pragma: no cover - both are pipes
            raise AssertionError
        self._pid = os.getpid()  # a forked child has its parent's: it must not speak there
        self._wire = Wire(self._process.stdout.fileno(), self._process.stdin.fileno(), PATIENCE_S)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        try:
            said = self._wire.greeted()
        except (EOFError, OSError, WireError) as error:
            raise self._explain(error) from None
        mine = {"wire": VERSION, "protocol": PROTOCOL}
        if any(said.get(name) != number for name, number in mine.items()):
            from nanoos_lab._version import __version__  # noqa: PLC0415 - for the message alone

            raise UnreachableError(
                f"nanoos-lab on {self._settings.host} is {str(said.get('nanoos_lab'))[:40]}, here it is {__version__}, "
                "and they do not understand each other: install the same version there",
                Verdict.FINAL,
            )
        answer = self.ask({"op": "open", "folder": self._settings.folder}).header
        if "error" in answer:
            raise UnreachableError(
                f"the folder {self._settings.folder} cannot be used on {self._settings.host}: {answer['error']}; say "
                "another one in the profile's part ssh",
                Verdict.FINAL,
            )

    def ask(self, header: dict[str, Any], blobs: Sequence[bytes] = ()) -> Message:
        """Ask and return the answer.

        Args:
            header: What is asked.
            blobs: Bytes that go with it.

        Raises:
            UnreachableError: The connection broke; whether it was done is not known.
        """
        try:
            self._wire.send(header, blobs)
            return self._wire.receive()
        except (EOFError, OSError, WireError) as error:
            raise self._explain(error) from None

    @property
    def alive(self) -> bool:
        """Whether it is this process's and has not ended, as far as can be said without asking."""
        return self._pid == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End it."""
        mine = self._pid == os.getpid()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        if mine:
            self._process.kill()
            self._process.wait()

    def _explain(self, error: Exception) -> UnreachableError:
        """Say why the connection broke or did not come about."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)  # it has closed its end: its own words are about to be complete
        status = self._process.poll()
        self._said.seek(0)
        words = self._said.read(200_000).decode("utf-8", "replace").strip()
        return explain(self._settings, status, words, str(error))


_ADVICE = (
    (r"Host key verification failed|IDENTIFICATION HAS CHANGED|No \S+ host key is known",
     ("the key that {host} shows is not the one known here: compare its fingerprint with what its administrators say, "
      "then log in once by hand (`ssh {host}`), after `ssh-keygen -R` where an old key is in the way")),
    (r"Permission denied|Too many authentication failures|sign_and_send_pubkey",
     ("{host} accepts no key of yours: `ssh -o BatchMode=yes {host} true` must work without a question (ssh-add, or "
      "ssh-copy-id)")),
    (r"[Bb]ad configuration option|terminating, \d+ bad config|Bad owner or permissions|command-line line \d+",
     "ssh does not take its configuration or the profile's options: {words}"),
)  # fmt: skip


def explain(settings: SshSettings, status: int | None, words: str, error: str) -> UnreachableError:
    """Return what a connection that ended says, with what to do where that is known.

    Args:
        settings: Where to it was.
        status: With what ssh ended; None where it has not.
        words: What it printed on its standard error.
        error: What was found here.
    """
    host, python = settings.host, settings.python
    last = (
        "; ".join(line.strip() for line in words.splitlines()[-4:])[-1000:]
        or error
        or "it ended without a word"
    )
    if status == _BY_SSH or (status is not None and status < 0):
        for pattern, advice in _ADVICE:
            if re.search(pattern, words):
                return UnreachableError(advice.format(host=host, words=last), Verdict.FINAL)
        return UnreachableError(f"ssh {host}: {last}", Verdict.FREE)
    if re.search(r"No module named '?nanoos_lab", words):
        return UnreachableError(
            f"{python} on {host} has no nanoos-lab: install the same version there as here, or say another python in "
            "the profile's part ssh",
            Verdict.FINAL,
        )
    if status in _NO_SUCH_PROGRAM:
        return UnreachableError(
            f"{python} cannot be started on {host} ({last}): say in the profile's part ssh which python there has "
            "nanoos-lab",
            Verdict.FINAL,
        )
    if status:
        return UnreachableError(f"{python} on {host} ended with {status}: {last}", Verdict.FINAL)
    return UnreachableError(f"the connection to {host} broke: {last}", Verdict.FREE)
