"""Submit a run over SSH, look after it, and end without a word at a chosen moment."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import ssh_tasks

from tests.system.slurm.conftest import ClusterLab
from tests.system.ssh.conftest import settings_with

sshd, port, there, root, journal, module, name, moment = sys.argv[1:]
owner = importlib.import_module(module)
*path, last = name.split(".")
for part in path:
    owner = getattr(owner, part)
original = getattr(owner, last)


def crash(*args, **options):
    if moment == "after":
        original(*args, **options)
    os._exit(42)


setattr(owner, last, crash)
lab = ClusterLab(Path(root), settings_with(SimpleNamespace(folder=Path(sshd), port=port), Path(there)))
lab.submit(ssh_tasks.journal, index=4, journal=journal)
while True:
    lab.runs.step()
    time.sleep(0.05)
