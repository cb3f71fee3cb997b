"""A person's folder: made before their server starts, with a lab, the dashboards and a first notebook in it.

It runs in the hub's process, so it does little and never reads what people wrote.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from hub.settings import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from hub.settings import HubSettings

LAB, DASHBOARDS = "lab", "dashboards"
_OPEN = "import sys, nanoos_lab; nanoos_lab.open(sys.argv[1]).close()"
_FIRST = "01-first-steps.ipynb"


def home_maker(settings: HubSettings) -> Callable[[Any], Awaitable[None]]:
    """Return JupyterHub's ``pre_spawn_hook``.

    Args:
        settings: Of the hub.
    """

    async def make(spawner: Any) -> None:
        home = settings.homes / spawner.user.name
        await asyncio.get_running_loop().run_in_executor(None, furnish, home, settings.dashboards_folder)
        spawner.environment |= {
            "NANOOS_LAB": str(home / LAB),
            "OMP_NUM_THREADS": "1",
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        if not (home / LAB / "lab.toml").exists():
            await _make_lab(home)

    return make


def furnish(home: Path, dashboards: Path) -> None:
    """Make a home, with fresh copies of the dashboards and, once, the first notebook.

    Args:
        home: The folder.
        dashboards: What is copied; nothing where there is no such folder.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shown = home / DASHBOARDS
    shown.mkdir(exist_ok=True)
    for page in sorted(dashboards.glob("*.ipynb")) if dashboards.is_dir() else ():
        copy = shown / page.name
        copy.unlink(missing_ok=True)  # never through a link that somebody left there
        shutil.copyfile(page, copy)
    first = home / _FIRST
    if not os.path.lexists(first):
        shutil.copyfile(REPOSITORY / "notebooks" / _FIRST, first)


async def _make_lab(home: Path) -> None:
    maker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OPEN, str(home / LAB), cwd=home,
        env={"HOME": str(home), "PATH": os.environ.get("PATH", os.defpath)},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await maker.communicate()
    if maker.returncode:
        raise RuntimeError(
            f"the lab {home / LAB} could not be made:\n{said.decode(errors='replace')[-2000:]}"
        )
