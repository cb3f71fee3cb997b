"""Driving Chromium: pages that may only speak to this machine, notebooks in JupyterLab, and viewers in them.

Servers are in :mod:`tests.system.servers`, fixtures in ``conftest.py``. Nothing waits for a time to pass, only for
something to be so.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.system.servers import Server, jupyter_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ElementHandle, Page, WebSocket

CHROMIUM = Path(
    shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
    or "/usr/bin/chromium"
)
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip
LOCAL = (
    "http://127.0.0.1", "ws://127.0.0.1", "http://localhost", "ws://localhost", "file:", "data:", "blob:", "about:",
)  # fmt: skip
LIMIT_MS = 90_000

PANEL = """
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
"""
"""Finds the notebook in front, and waits until it has a kernel that answers."""
RUN_ALL = f"""async (limit) => {{
  const run = (async () => {{ {PANEL} await app.commands.execute('notebook:run-all-cells'); return 'done'; }})();
  return Promise.race([run, new Promise(done => setTimeout(() => done('timeout'), limit))]);
}}"""
RUN_CELL = f"""async (index) => {{
  {PANEL}
  panel.content.activeCellIndex = index;
  await app.commands.execute('notebook:run-cell');
}}"""

PAINTED = """(canvas) => {
  if (!canvas.width) return 0;
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
  return painted / (canvas.width * canvas.height);
}"""
"""Of a viewer's canvas: which part of it is not empty."""
SETTLED = """async (canvas) => {
  for (let before = '', same = 0; same < 12; ) {
    await new Promise(done => requestAnimationFrame(done));
    const now = canvas.toDataURL();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}"""
"""Of a viewer's canvas: waits until it is painted no more; what moves is painted roughly, and then once well."""
HALO = """(canvas) => {
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    count += data[i] > 240 && data[i + 1] > 140 && data[i + 1] < 190 && data[i + 2] < 30;
  }
  return count;
}"""
"""Of a viewer's canvas: how many pixels have the colour that marks selected atoms."""


@dataclass
class Watch:
    """What a page did that a test may object to."""

    foreign: list[str] = field(default_factory=list)
    """Requests that would have left this machine."""
    errors: list[str] = field(default_factory=list)
    """Errors that no script caught."""
    console: list[str] = field(default_factory=list)
    """Errors that were written to the console."""
    sent: list[str | bytes] = field(default_factory=list)
    """What went out through WebSockets."""
    allowed: tuple[str, ...] = LOCAL
    """How addresses begin that a page may ask for."""
    received: list[str | bytes] = field(default_factory=list)
    """What came in through them."""

    def follow(self, page: Page) -> None:
        """Note what happens in a page from now on.

        Args:
            page: The page.
        """
        page.on("request", lambda r: None if r.url.startswith(self.allowed) else self.foreign.append(r.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: self.console.append(m.text) if m.type == "error" else None)
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(frame))  # noqa: PLW0108 - Playwright wraps no built-in
        socket.on("framereceived", lambda frame: self.received.append(frame))  # noqa: PLW0108


@contextlib.contextmanager
def launch() -> Iterator[Browser]:
    """Start Chromium, with WebGL in software and without a network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def page(width: int = 1280, height: int = 900) -> Iterator[tuple[Page, list[str], list[str]]]:
    """Open a page, and give with it what it complains of and which foreign hosts it asked for.

    Args:
        width: In pixels.
        height: In pixels.
    """
    watch = Watch()
    watch.errors = watch.console
    with launch() as browser:
        opened = browser.new_context(viewport={"width": width, "height": height}).new_page()
        watch.follow(opened)
        yield opened, watch.console, watch.foreign


@contextlib.contextmanager
def jupyter_lab(root: Path, home: Path) -> Iterator[str]:
    """Serve JupyterLab on loopback and give its URL with a token and a place for the path.

    Args:
        root: The folder it shows.
        home: A home directory of its own.
    """
    with jupyter_server(root, home) as server:
        yield server.url("{path}")


def write_notebook(path: Path, *cells: str | tuple[str, list[dict[str, Any]]]) -> Path:
    """Write a notebook of code cells, and return its path.

    Args:
        path: Where.
        *cells: Of each the source, or the source and its saved outputs.
    """
    pairs = [(cell, []) if isinstance(cell, str) else cell for cell in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [
            {
                "cell_type": "code", "id": f"c{k}", "source": source, "outputs": outputs, "metadata": {},
                "execution_count": None,
            }
            for k, (source, outputs) in enumerate(pairs)
        ],
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def open_notebook(opened: Page, server: Server | str, path: str, *, kernel: bool = True) -> None:
    """Open a notebook in JupyterLab.

    Args:
        opened: The page.
        server: The server, or what :func:`jupyter_lab` gave.
        path: The notebook, relative to the served folder.
        kernel: Whether to wait until its kernel is idle.
    """
    opened.goto(server.format(path=path) if isinstance(server, str) else server.url(path))
    opened.wait_for_selector(".jp-Notebook .jp-Cell", timeout=LIMIT_MS)
    if kernel:
        opened.wait_for_selector('[data-status="idle"]', timeout=LIMIT_MS)


def run_all(opened: Page, limit_s: float) -> None:
    """Run all cells of the open notebook.

    Args:
        opened: The page.
        limit_s: Seconds after which it is an error.
    """
    outcome = opened.evaluate(RUN_ALL, limit_s * 1000)
    assert outcome == "done", f"the notebook did not finish within {limit_s} s"


def run_cell(opened: Page, index: int) -> None:
    """Run one cell of the open notebook.

    Args:
        opened: The page.
        index: Of the cell.
    """
    opened.evaluate(RUN_CELL, index)


def execute(opened: Page, command: str, **arguments: Any) -> Any:
    """Execute a command of JupyterLab.

    Args:
        opened: The page.
        command: Such as ``docmanager:save``.
        **arguments: Its arguments.
    """
    return opened.evaluate("([c, a]) => window.jupyterapp.commands.execute(c, a)", [command, arguments])


def set_theme(opened: Page, *, dark: bool) -> None:
    """Change JupyterLab's theme, and wait until it shows.

    Args:
        opened: The page.
        dark: Whether to the dark one.
    """
    execute(opened, "apputils:change-theme", theme=f"JupyterLab {'Dark' if dark else 'Light'}")
    light = "false" if dark else "true"
    opened.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'")


def stop_kernels(opened: Page) -> None:
    """End every kernel of the server.

    Args:
        opened: A page with JupyterLab.
    """
    opened.evaluate("async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }")


def ready(opened: Page, within: str = "body") -> ElementHandle:
    """Wait until a viewer has painted, and return its canvas.

    Args:
        opened: The page.
        within: A selector of what holds the viewer.
    """
    opened.wait_for_selector(f"{within} .nanoos-viewer[data-ready]", timeout=60_000)
    canvas = opened.query_selector(f"{within} .nanoos-viewer[data-ready] canvas")
    assert canvas is not None
    return canvas


def pixels(canvas: ElementHandle) -> str:
    """Return a canvas's picture as text, to be compared.

    Args:
        canvas: The canvas.
    """
    return str(canvas.evaluate("c => c.toDataURL()"))


def drag(opened: Page, canvas: ElementHandle, dx: float, dy: float) -> None:
    """Drag from the middle of a canvas, and leave it.

    Args:
        opened: The page.
        canvas: The canvas.
        dx: To the right, in pixels.
        dy: Down, in pixels.
    """
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x + dx / 2, y + dy / 2)
    opened.mouse.move(x + dx, y + dy)
    opened.mouse.up()
    opened.mouse.move(box["x"] - 5 if box["x"] > 5 else 0, 1)


def assert_turns(opened: Page, canvas: ElementHandle) -> None:
    """Assert that a viewer's picture is there, that a drag changes it, and that reset brings it back.

    Args:
        opened: The page.
        canvas: Of the viewer.
    """
    canvas.evaluate(SETTLED)
    assert 0.05 < canvas.evaluate(PAINTED) < 0.95
    before = pixels(canvas)
    drag(opened, canvas, 90, 40)
    opened.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])
    assert 0.05 < canvas.evaluate(PAINTED) < 0.95
    canvas.evaluate("c => c.closest('.nanoos-viewer').querySelector('[data-action=reset]').click()")
    opened.wait_for_function("([c, before]) => c.toDataURL() === before", arg=[canvas, before])


def wait_for_text(opened: Page, path: Path, text: str) -> None:
    """Wait until a file that a kernel writes holds a text.

    Args:
        opened: The page, which goes on meanwhile.
        path: The file.
        text: All that it is to hold.
    """
    for _ in range(300):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        opened.wait_for_timeout(100)
    held = repr(path.read_text(encoding="utf-8")) if path.exists() else "nothing"
    raise AssertionError(f"{path.name} holds {held} instead of {text!r}")


def choose_no_kernel(opened: Page) -> None:
    """Answer JupyterLab's question for a kernel with none.

    Args:
        opened: A page where a notebook is being opened whose kernel is not here.
    """
    question = opened.locator(
        "dialog:has(button:has-text('No Kernel')), .jp-Dialog:has(button:has-text('No Kernel'))"
    )
    question.first.wait_for(timeout=LIMIT_MS)
    question.first.locator("button:has-text('No Kernel')").click()
    question.first.wait_for(state="detached", timeout=LIMIT_MS)
