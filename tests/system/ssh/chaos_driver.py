"""Submit runs over SSH a few at a time and look after all there are, until killed; the same runs each time."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import ssh_tasks

from nanoos_lab.runs.slurm import executor as executors
from nanoos_lab.runs.ssh import cluster as clusters
from tests.system.slurm.conftest import ClusterLab
from tests.system.ssh.conftest import settings_with

sshd, port, there, root, count = sys.argv[1:]
executors.SUBMISSION_PATIENCE_S, clusters.FIRST_PAUSE_S, clusters.LAST_PAUSE_S = 3.0, 0.1, 0.5
server = SimpleNamespace(folder=Path(sshd), port=port)
lab = ClusterLab(Path(root) / "lab", settings_with(server, Path(there), runs_per_job=3))
lab.runs.recover()
print("driving", flush=True)
for index in range(int(count)):
    fresh = not lab.runs.submit(
        ssh_tasks.journal, {}, {"index": index, "journal": f"{root}/journal"}, on="cluster"
    ).reused
    for _ in range(10 if fresh and index % 2 else 0):
        lab.runs.step()
        time.sleep(0.05)
while True:
    lab.runs.step()
    time.sleep(0.02)
