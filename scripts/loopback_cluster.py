#!/usr/bin/env python3
"""Start a real SLURM cluster on this machine alone, for tests and for trying things out.

    python scripts/loopback_cluster.py start FOLDER [--no-accounting]
    source FOLDER/env.sh          # now sbatch, squeue, sacct speak to it
    python scripts/loopback_cluster.py stop FOLDER

munge, slurmctld, two slurmd of eight virtual CPUs and one make-believe GPU each and, unless told otherwise,
slurmdbd on a MariaDB of its own. Everything listens on loopback, lies in FOLDER, and needs root but no systemd.

Debian packages: slurmctld slurmd slurm-client slurmdbd munge mariadb-server mariadb-client.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PACKAGES = "slurmctld slurmd slurm-client slurmdbd munge mariadb-server mariadb-client"
PROGRAMS = (
    "slurmctld",
    "slurmd",
    "slurmdbd",
    "sbatch",
    "sacctmgr",
    "munged",
    "mariadbd",
    "mariadb-install-db",
)
NODES = ("n1", "n2")
PATIENCE_S = 60.0

_SLURM = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A short life of credentials, or a requeued job waits for two minutes.
AuthInfo=socket={folder}/run/munge.sock,cred_expire=5
CryptoType=crypto/munge
SlurmctldPort={controller}
# Without these the daemons bind every address.
CommunicationParameters=NoAddrCache,NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.%n.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=60
JobRequeue=1
InactiveLimit=0
MessageTimeout={patience}
KillWait=5
MinJobAge={job_age}
MaxArraySize=2001
MaxJobCount=20000
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
PreemptType=preempt/none
{accounting}
GresTypes=gpu
NodeName=DEFAULT CPUs=8 RealMemory=8000 Gres=gpu:1 State=UNKNOWN
NodeName=n[1-2] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{node}-{last_node}]
PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP DefMemPerCPU=200
PartitionName=short Nodes=n[1-2] Default=NO MaxTime=10 State=UP DefMemPerCPU=200
"""
_ACCOUNTING = """\
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={database}
AccountingStoragePass={folder}/run/munge.sock
AccountingStorageTRES=gres/gpu
AccountingStoreFlags=job_comment"""
_SLURMDBD = """\
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge.sock
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={database}
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={sql}
StorageUser=slurm
StoragePass=loopback
StorageLoc=slurm_acct_db
LogFile={folder}/log/slurmdbd.log
PidFile={folder}/run/slurmdbd.pid
CommunicationParameters=NoInAddrAny
"""
_GRANTS = (
    "CREATE DATABASE IF NOT EXISTS slurm_acct_db;"
    "CREATE USER IF NOT EXISTS slurm@127.0.0.1 IDENTIFIED BY 'loopback';"
    "GRANT ALL ON slurm_acct_db.* TO slurm@127.0.0.1; FLUSH PRIVILEGES;"
)


class ClusterError(RuntimeError):
    """The cluster cannot be started; the message says which part and what its log says."""


@dataclass(frozen=True)
class Cluster:
    """A cluster of one's own.

    Args:
        folder: Where everything of it lies; its path has no space.
        accounting: Whether slurmdbd keeps what became of jobs.
    """

    folder: Path
    accounting: bool = True
    job_age_s: int = 600
    """How long the controller remembers a finished job."""
    patience_s: int = 10
    """How long SLURM's own commands try to reach a daemon."""

    @property
    def environment(self) -> dict[str, str]:
        """What makes SLURM's commands speak to this cluster."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def start(self) -> None:
        """Start every part and wait until jobs can run.

        Raises:
            ClusterError: A program is missing, or a part does not come up.
        """
        missing = [name for name in PROGRAMS[: None if self.accounting else 6] if shutil.which(name) is None]
        if missing or os.geteuid() != 0:
            problem = f"{', '.join(missing)} missing: apt-get install {PACKAGES}" if missing else "needs root"
            raise ClusterError(f"a cluster on loopback: {problem}")
        if " " in str(self.folder):
            raise ClusterError(f"SLURM takes no path with a space: {self.folder}")
        self._write()
        self.start_munge()
        if self.accounting:
            self._start_accounting()
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        self._until("its nodes", self._nodes_are_up)

    def _nodes_are_up(self) -> bool:
        """Return whether every node may be given jobs."""
        states = set(
            dict(line.split() for line in self._ask("sinfo", "-h", "-N", "-o", "%N %t").splitlines()).values()
        )
        return bool(states) and states <= {"idle", "mix", "alloc"}

    def stop(self) -> None:
        """Stop every part that this cluster started, its jobs first; its files stay."""
        self._end_jobs()
        names = [f"slurmd.{node}" for node in NODES] + ["slurmctld", "slurmdbd"]
        for name in names:
            self.end(name, signal.SIGTERM)
        for name in names:
            self._until_gone(name)
        for name in ("munged", "mariadb"):
            self.end(name, signal.SIGTERM)
            self._until_gone(name)

    def _end_jobs(self) -> None:
        """Kill all jobs, which would outlive the daemons, and wait until they are gone."""
        if self.pid("slurmctld") is None or self.pid("munged") is None:
            return
        with contextlib.suppress(ClusterError, subprocess.TimeoutExpired):
            self._ask("scancel", "--state=PENDING", "--me")
            self._ask("scancel", "--signal=KILL", "--full", "--me")
            self._ask("scancel", "--me")
            end = time.monotonic() + 10
            while self._ask("squeue", "--noheader", "--me").strip() and time.monotonic() < end:
                time.sleep(0.1)

    def start_munge(self) -> None:
        """Start the authentication service."""
        key = self.folder / "munge.key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_bytes(os.urandom(128))
        run = self.folder / "run"
        self._run(
            "munged", "--force", f"--socket={run}/munge.sock", f"--key-file={key}", f"--pid-file={run}/munged.pid",
            f"--log-file={self.folder}/log/munged.log", f"--seed-file={run}/munged.seed",
        )  # fmt: skip

    def start_controller(self) -> None:
        """Start slurmctld and wait until it answers."""
        self._run("slurmctld")
        self._until("slurmctld", lambda: "UP" in self._ask("scontrol", "ping"))

    def lose_everything(self) -> None:
        """Let the controller end and come again without knowing any job."""
        self.end("slurmctld")
        self._until_gone("slurmctld")
        self._run("slurmctld", "-c")
        self._until("slurmctld", lambda: "UP" in self._ask("scontrol", "ping"))
        self._until("its nodes", self._nodes_are_up)

    def start_node(self, node: str) -> None:
        """Start the slurmd of a node."""
        self._run("slurmd", "-N", node)

    def pid(self, name: str) -> int | None:
        """Return the process id of a part, such as ``slurmctld`` or ``slurmd.n1``, or None."""
        try:
            pid = int((self.folder / "run" / f"{name}.pid").read_text().strip())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid

    def end(self, name: str, how: int = signal.SIGKILL) -> None:
        """Send a signal to a part, if it runs."""
        pid = self.pid(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def kill(self, name: str, how: int = signal.SIGKILL) -> None:
        """Kill a part, outright unless told otherwise, and wait until it is gone."""
        self.end(name, how)
        self._until_gone(name)

    def revive(self, name: str) -> None:
        """Start a part again that was killed: ``munged``, ``slurmctld``, ``slurmd.n1`` or ``slurmd.n2``."""
        if name == "munged":
            self.start_munge()
        elif name == "slurmctld":
            self.start_controller()
        else:
            self.start_node(name.removeprefix("slurmd."))

    def _write(self) -> None:
        for name in ("state", "spool", "log", "run"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for path in (self.folder, self.folder / "run"):
            path.chmod(0o755)
        ports = _free_ports(5)
        words: dict[str, object] = {
            "host": socket.gethostname().split(".")[0], "folder": self.folder, "job_age": self.job_age_s,
            "patience": self.patience_s,
            "controller": ports[0], "node": ports[1], "last_node": ports[1] + 1, "database": ports[3], "sql": ports[4],
        }  # fmt: skip
        accounting = _ACCOUNTING if self.accounting else "AccountingStorageType=accounting_storage/none"
        words["accounting"] = accounting.format(**words)
        (self.folder / "slurm.conf").write_text(_SLURM.format(**words))
        devices = [f"NodeName={node} Name=gpu File=/dev/loop{6 + i}\n" for i, node in enumerate(NODES)]
        (self.folder / "gres.conf").write_text("".join(devices))
        (self.folder / "env.sh").write_text(f"export SLURM_CONF={self.folder}/slurm.conf\n")
        dbd = self.folder / "slurmdbd.conf"
        dbd.touch(mode=0o600)
        dbd.write_text(_SLURMDBD.format(**words))
        dbd.chmod(0o600)
        (self.folder / "sql.port").write_text(str(ports[4]))

    def _start_accounting(self) -> None:
        self.start_database()
        self._run("slurmdbd")
        self._until(
            "slurmdbd",
            lambda: "Cluster" in self._ask("sacctmgr", "-n", "show", "cluster", check=True) or True,
        )
        if "loopback" not in self._ask("sacctmgr", "-nP", "show", "cluster", "format=cluster"):
            self._run("sacctmgr", "-i", "add", "cluster", "loopback")

    def start_database(self) -> None:
        """Start MariaDB, listening on loopback."""
        data, run = self.folder / "mariadb", self.folder / "run"
        if not (data / "mysql").is_dir():
            self._run(
                "mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}",
                "--auth-root-authentication-method=socket",
            )  # fmt: skip
        port = (self.folder / "sql.port").read_text()
        with (self.folder / "log" / "mariadb.log").open("ab") as log:
            subprocess.Popen(
                [
                    "mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={run}/mariadb.sock",
                    f"--pid-file={run}/mariadb.pid", "--bind-address=127.0.0.1", f"--port={port}",
                    "--innodb-buffer-pool-size=64M", "--innodb-lock-wait-timeout=900",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        client = ("mariadb", "--no-defaults", f"--socket={run}/mariadb.sock", "-e")
        self._until("MariaDB", lambda: bool(self._ask(*client, "SELECT 1", check=True)))
        self._run(*client, _GRANTS)

    def _environment(self) -> Mapping[str, str]:
        return {**os.environ, **self.environment}

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()[-800:]
            raise ClusterError(f"{' '.join(command[:3])} ended with {done.returncode}: {said}")

    def _ask(self, *command: str, check: bool = False) -> str:
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        if check and done.returncode:
            raise ClusterError(done.stderr)
        return done.stdout

    def _until(self, what: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(ClusterError, subprocess.TimeoutExpired):
                if ready():
                    return
            time.sleep(0.05)
        logs = "".join(
            p.read_text(errors="replace")[-600:] for p in sorted((self.folder / "log").glob("*.log"))
        )
        raise ClusterError(f"{what} did not come up within {PATIENCE_S:.0f} s:\n{logs}")

    def _until_gone(self, name: str) -> None:
        deadline = time.monotonic() + 10
        while self.pid(name) is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        self.end(name)


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on; the third follows the second."""
    begin = os.getpid() % 1500  # apart from where another cluster that starts just now looks
    for step in range(1500):
        start = 16817 + 10 * ((begin + step) % 1500)
        found = list(range(start, start + count))
        with contextlib.ExitStack() as stack:
            try:
                for port in found:
                    probe = stack.enter_context(socket.socket())
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return found
    raise ClusterError("no free ports on loopback")


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=["start", "stop"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-accounting", action="store_true")
    words = parser.parse_args()
    cluster = Cluster(words.folder.resolve(), accounting=not words.no_accounting)
    try:
        if words.verb == "stop":
            cluster.stop()
        else:
            cluster.start()
            print(f"source {cluster.folder}/env.sh")
    except ClusterError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
