"""A JupyterLab server and a Chromium that may only speak to this machine, for tests and for pictures."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip
START_S = 60.0
RUN_ALL = """async (limit) => {
  const run = (async () => {
    const app = window.jupyterapp;
    await app.restored;
    let panel;
    for (let i = 0; i < 400; i++) {
      panel = app.shell.currentWidget;
      if (panel && panel.sessionContext) break;
      await new Promise(done => setTimeout(done, 50));
    }
    await panel.context.ready; await panel.revealed; await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
    return 'done';
  })();
  return Promise.race([run, new Promise(done => setTimeout(() => done('timeout'), limit))]);
}"""


@contextlib.contextmanager
def jupyter_lab(root: Path, home: Path) -> Iterator[str]:
    """Serve JupyterLab on loopback and give its URL with a token.

    Args:
        root: The folder it shows.
        home: A home directory of its own.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(8)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}", "--expose-app-in-browser",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    home.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "HOME": str(home), "OMP_NUM_THREADS": "1"}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    with (home / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env, cwd=root)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(f"{base}/api/status?token={token}", server, home / "jupyter.log")
            yield f"{base}/lab/tree/{{path}}?token={token}&reset"
        finally:
            server.terminate()
            server.wait(20)


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_S
    while time.monotonic() < limit and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@contextlib.contextmanager
def page(width: int = 1280, height: int = 900) -> Iterator[tuple[Page, list[str], list[str]]]:
    """Open a page, and give with it what it complains of and which foreign hosts it asked for.

    Args:
        width: In pixels.
        height: In pixels.
    """
    complaints: list[str] = []
    foreign: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        opened = browser.new_context(viewport={"width": width, "height": height}).new_page()
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        opened.on("request", lambda r: None if _local(r.url) else foreign.append(r.url))
        yield opened, complaints, foreign
        browser.close()


def _local(url: str) -> bool:
    return url.startswith(
        ("http://127.0.0.1", "ws://127.0.0.1", "http://localhost", "file:", "data:", "blob:", "about:")
    )


def open_notebook(opened: Page, url: str, path: str) -> None:
    """Open a notebook in JupyterLab and wait until its kernel is idle.

    Args:
        opened: The page.
        url: What :func:`jupyter_lab` gave.
        path: The notebook, relative to the served folder.
    """
    opened.goto(url.format(path=path))
    opened.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    opened.wait_for_selector('[data-status="idle"]', timeout=90_000)


def run_all(opened: Page, limit_s: float) -> None:
    """Run all cells of the open notebook.

    Args:
        opened: The page.
        limit_s: Seconds after which it is an error.
    """
    outcome = opened.evaluate(RUN_ALL, limit_s * 1000)
    assert outcome == "done", f"the notebook did not finish within {limit_s} s"
