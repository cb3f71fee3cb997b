"""JupyterLab and Voila on loopback, with our extensions laid out as the wheel lays them out."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parent.parent.parent
START_S = 180.0


@dataclass(frozen=True)
class Server:
    """A server that answers on loopback for as long as its context lasts."""

    address: str
    """Without a slash at its end."""
    token: str
    root: Path
    """The folder it serves."""
    log: Path
    prefix: str = "lab/tree"
    """What stands before a notebook's path: ``lab/tree`` or ``voila/render``."""

    def url(self, path: str) -> str:
        """Return where a browser finds a file of the served folder.

        Args:
            path: Relative to the folder.
        """
        fresh = "&reset" if self.prefix.startswith("lab") else ""
        return f"{self.address}/{self.prefix}/{path}?token={self.token}{fresh}"


def lay_out(prefix: Path, repository: Path = REPOSITORY) -> dict[str, str]:
    """Copy the data files that the wheel ships below a prefix, as an installation does.

    Args:
        prefix: An empty folder.
        repository: The checkout, whose ``pyproject.toml`` names the files.

    Returns:
        The variables that make Jupyter look there.
    """
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    for source, target in shared.items():
        origin, place = repository / source, prefix / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, place, dirs_exist_ok=True)
        else:
            shutil.copy(origin, place)
    return {
        "JUPYTER_PATH": str(prefix / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(prefix / "etc" / "jupyter"),
    }


def environment(home: Path) -> dict[str, str]:
    """Return the variables of a server that shares nothing with this user's Jupyter.

    Args:
        home: A home directory of its own; the shipped files go below it.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: str(home / name.rsplit("_", 2)[-2].lower()) for name in _OWN_FOLDERS}
    return {**os.environ, "HOME": str(home), "PATH": path, "OMP_NUM_THREADS": "1", **own} | lay_out(
        home / "prefix"
    )


_OWN_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")


@contextlib.contextmanager
def jupyter_server(
    root: Path, home: Path, *, arguments: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve JupyterLab.

    Args:
        root: The folder it shows.
        home: A home directory of its own.
        arguments: Further ones for ``jupyter lab``.
        variables: Further ones of the environment.
    """
    own = [
        f"--ServerApp.root_dir={root}", "--expose-app-in-browser", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with _serve("jupyterlab", root, home, [*own, *arguments], variables or {}) as server:
        yield server


@contextlib.contextmanager
def voila_server(
    root: Path, home: Path, *, arguments: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Serve a folder's notebooks by Voila, as an extension of Jupyter's server.

    Args:
        root: The folder of notebooks.
        home: A home directory of its own.
        arguments: Further ones, such as ``--VoilaConfiguration.show_tracebacks=True``.
        variables: Further ones of the environment.
    """
    own = [f"--ServerApp.root_dir={root}", "--ServerApp.jpserver_extensions={'voila.server_extension': True}"]
    with _serve("jupyter_server", root, home, [*own, *arguments], variables or {}) as server:
        yield Server(server.address, server.token, root, server.log, "voila/render")


@contextlib.contextmanager
def _serve(
    module: str, root: Path, home: Path, arguments: Sequence[str], variables: Mapping[str, str]
) -> Iterator[Server]:
    port, token = free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-m", module, "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root",
        f"--IdentityProvider.token={token}", *arguments,
    ]  # fmt: skip
    env = environment(home) | dict(variables)
    path = home / f"{module}.log"
    with path.open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env, cwd=root)
    server = Server(f"http://127.0.0.1:{port}", token, root, path)
    try:
        _wait_for(f"{server.address}/api/status?token={token}", process, path)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_S
    while time.monotonic() < limit and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")
