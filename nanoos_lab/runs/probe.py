"""The task ``probe``: what a place to run is like, seen from inside a run there.

``nanoos doctor --profile NAME`` sends it and compares what it found with this machine.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Any

from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES = (
    "nanoos-lab", "numpy", "scipy", "pymatgen", "ase", "spglib", "gemmi", "pydantic", "torch", "chgnet",
)  # fmt: skip
"""Distributions whose versions matter for results."""
_GB = 1e9


class ProbeParams(Params):
    """Parameters of the task ``probe``."""

    nonce: str = ""
    """Makes one probe differ from another, so that each is really run."""


@task("probe", version="1")
def probe(inputs: Mapping[str, Any], params: ProbeParams, context: Context) -> Outcome:  # noqa: ARG001
    """Say what this place is like: host, Python, packages, processors, GPUs, scratch folder.

    Args:
        inputs: None.
        params: A nonce.
        context: Not needed.
    """
    return Outcome(summary=describe_place())


def describe_place() -> dict[str, Any]:
    """Return what this process sees: host, Python, versions, processors, GPUs, scratch folder, threads."""
    return {
        "host": gethostname(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "executable": sys.executable,
        "packages": {name: _version(name) for name in PACKAGES},
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "threads": os.environ.get("OMP_NUM_THREADS", ""),
        "gpus": _gpus(),
        "gpus_granted": _granted(),
        "scratch": _scratch(),
        "job": os.environ.get("SLURM_JOB_ID", ""),
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _gpus() -> list[str]:
    """Return the GPUs that the driver shows, by name."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        said = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in said.stdout.splitlines() if line.startswith("GPU")]


def _granted() -> int:
    """Return how many GPUs the scheduler set aside for this process."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES", os.environ.get("SLURM_JOB_GPUS", ""))
    return len([one for one in given.split(",") if one.strip() and one != "NoDevFiles"])


def _scratch() -> dict[str, Any]:
    """Return the folder for temporary files, whether it can be written, and what is free in GB."""
    folder = os.environ.get("TMPDIR") or tempfile.gettempdir()
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as stream:
            stream.write(b"x")
            stream.flush()
        return {"folder": folder, "writable": True, "free_gb": shutil.disk_usage(Path(folder)).free / _GB}
    except OSError as error:
        return {"folder": folder, "writable": False, "problem": error.strerror or str(error)}
