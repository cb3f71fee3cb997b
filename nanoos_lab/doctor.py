"""What is installed, what is missing, and the line that installs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab._version import __version__
from nanoos_lab.display import html, text

if TYPE_CHECKING:
    from rich.console import RenderableType

EXTRAS = {
    "ml": ("torch", "chgnet"),
    "notebook": ("jupyterlab", "ipykernel", "anywidget", "ipywidgets", "papermill", "nbconvert", "plotly"),
}
"""The packages that each extra brings, by import name."""

PROGRAMS = {
    "jupyter": ("opens notebooks", "pip install 'nanoos-lab[notebook]'"),
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
    """Look at Python, packages, plug-ins, the lab extension, programs and settings."""
    return Examination((*_python(), *_packages(), *_plugins(), _extension(), *_programs(), _threads()))


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


def _threads() -> Finding:
    threads, cores = os.environ.get("OMP_NUM_THREADS", ""), os.cpu_count() or 1
    if threads or cores == 1:
        return Finding("threads", "ok", f"OMP_NUM_THREADS={threads or 1} of {cores} cores")
    advice = "export OMP_NUM_THREADS=1 (models run many times slower when threads compete)"
    return Finding("threads", "broken", f"not set, {cores} cores", advice)
