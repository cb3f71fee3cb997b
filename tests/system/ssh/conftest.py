"""A real sshd on loopback in front of the real SLURM of the tests, and labs that know nothing else of it."""

from __future__ import annotations

import contextlib
import importlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from nanoos_lab.runs.ssh import cluster as clusters
from nanoos_lab.settings import Profile, Resources, RetryPolicy, Settings, SlurmSettings, SshSettings
from tests.system.slurm.conftest import ClusterLab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
MODULES = (HERE / "modules", HERE.parent / "slurm" / "modules", HERE.parents[1] / "runs" / "modules")
NAMES = {
    "ssh_tasks": ("leave", "journal"),
    "slurm_tasks": ("end", "hold"),
    "sample_tasks": ("double", "fail", "gate", "strain"),
}
SSHD = "/usr/sbin/sshd"
_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
MaxStartups 100:100:100
SetEnv {environment}
"""
_CLIENT = """\
Host cluster
  HostName 127.0.0.1
  Port {port}
  HostKeyAlias cluster
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
"""


class Sshd:
    """An SSH server of the tests' own.

    Args:
        folder: Where its keys and its configuration lie.
        environment: What those who log in find in theirs.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self._environment = folder, environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        for name in ("host_key", "key"):
            self.make_key(name)
        shutil.copy(folder / "key.pub", folder / "authorized_keys")
        self.trust()
        self._write()
        self._process: subprocess.Popen[bytes] | None = None

    def make_key(self, name: str) -> None:
        """Make a key, or another one."""
        for path in (self.folder / name, self.folder / f"{name}.pub"):
            path.unlink(missing_ok=True)
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
        subprocess.run(words, check=True)

    def trust(self) -> None:
        """Let clients know the host's key."""
        (self.folder / "known_hosts").write_text("cluster " + (self.folder / "host_key.pub").read_text())

    def _write(self) -> None:
        said = " ".join(f"{name}={value}" for name, value in self._environment.items())
        words = {"port": self.port, "folder": self.folder, "environment": said}
        (self.folder / "sshd_config").write_text(_CONFIG.format(**words))
        (self.folder / "ssh_config").write_text(_CLIENT.format(**words))

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "sshd.log").open("ab") as log:
            self._process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(self.folder / "sshd_config")], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.02)

    def log(self) -> str:
        """Return the end of what it says."""
        return (self.folder / "sshd.log").read_text(errors="replace")[-3000:]

    def connections(self) -> list[psutil.Process]:
        """Return the processes of those who are logged in, what they started excepted."""
        if self._process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(self._process.pid).children(recursive=True)
            return [child for child in children if _name(child).startswith("sshd")]
        return []

    def kill_connections(self) -> int:
        """Break every connection and return how many there were."""
        victims = self.connections()
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()
        return len(victims)

    def kill(self) -> None:
        """End it and every connection, as when the host goes down."""
        if self._process is not None:
            self.kill_connections()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture(scope="session")
def ssh_server(require: Callable[..., None], slurm_cluster: Any) -> Iterator[Sshd]:
    """Start an SSH server in front of the tests' cluster."""
    missing = [name for name in ("ssh", "ssh-keygen", SSHD) if shutil.which(name) is None]
    require(not missing, f"{missing} are missing: apt-get install openssh-client openssh-server")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it
    folder = Path(tempfile.mkdtemp(prefix="nanoos-sshd-"))
    server = Sshd(folder, slurm_cluster.environment)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sshd(ssh_server: Sshd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sshd]:
    """Return the SSH server, as it should be, while nothing of the cluster can be reached without it."""
    monkeypatch.delenv("SLURM_CONF", raising=False)
    monkeypatch.setattr(clusters, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(clusters, "LAST_PAUSE_S", 0.5)
    if ssh_server._process is None:
        ssh_server.start()
    yield ssh_server
    clusters.cluster_of.cache_clear()


def settings_with(sshd: Sshd, folder: Path, **changed: Any) -> Settings:
    """Return settings of a profile ``cluster``; values of the part ``ssh`` begin with ``ssh_``."""
    path = os.pathsep.join(
        filter(None, [*map(str, MODULES), str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    )
    own = {name.removeprefix("ssh_"): changed.pop(name) for name in list(changed) if name.startswith("ssh_")}
    ssh = {
        "host": "cluster", "folder": str(folder), "options": ("-F", str(sshd.folder / "ssh_config")), "poll_s": 0.2,
        "python": shlex.join(["env", f"PYTHONPATH={path}", sys.executable]), **own,
    }  # fmt: skip
    profile = Profile(
        name="cluster", executor="ssh", max_workers=16, retry=changed.pop("retry", RetryPolicy(max_attempts=1)),
        resources=Resources(memory_gb=0.4, walltime_hours=0.5), ssh=SshSettings(**ssh),
        slurm=SlurmSettings(**{"file_delay_s": 0.2, "runs_per_job": 1, **changed}),
    )  # fmt: skip
    return Settings(profiles={"cluster": profile, "here": Profile(name="here", executor="here")})


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the tasks of the tests, from modules that nodes find too."""
    for folder in MODULES:
        monkeypatch.syspath_prepend(str(folder))
    modules = {module: importlib.import_module(module) for module in NAMES}
    return SimpleNamespace(
        **{task: getattr(modules[module], task) for module, names in NAMES.items() for task in names}
    )


@pytest.fixture
def there(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cluster's folder, whose name is not made for shells."""
    return tmp_path_factory.mktemp("there") / "a folder of O'Hara's $HOME"


@pytest.fixture
def make_lab(sshd: Sshd, tmp_path: Path, there: Path) -> Iterator[Callable[..., ClusterLab]]:
    opened: list[ClusterLab] = []

    def make(name: str = "lab", **changed: Any) -> ClusterLab:
        opened.append(ClusterLab(tmp_path / name, settings_with(sshd, there, **changed)))
        return opened[-1]

    yield make
    for lab in opened:
        lab.close()


@pytest.fixture
def lab(make_lab: Callable[..., ClusterLab]) -> ClusterLab:
    """Return a lab whose one way to the cluster is SSH."""
    return make_lab()
