"""Where notebooks are read, and whether a display is to be seen there: the same question to every viewer."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from tests.system import browser, servers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.system.servers import Server

PLACES = ("JupyterLab, no kernel", "JupyterLab, not trusted", "HTML from disk", "Voila", "JupyterLab, live")
VIEWERS = 10
_SEEN_COLORS, _SEEN_SHARE, _SEEN_HEIGHT = 24, 0.01, 150
_NO_TEXT = """
* {-webkit-text-fill-color: transparent !important; text-shadow: none !important}
.Toastify, .jp-toastContainer {display: none !important}
"""
"""A message is no drawing, and its letters and shadows have many colours."""
_OUTPUTS = {
    "lab": ".jp-Notebook .jp-CodeCell:has(.jp-OutputArea-output) .jp-Cell-outputArea",
    "html": ".jp-OutputArea-output, .output_subarea, [data-output], .nanoos-scene, .cell-output",
    "voila": ".jp-OutputArea-output",
}
_PATIENCE_MS = 45_000
VOILA_OWN = ("https://cdn.jsdelivr.net/npm/@fortawesome/", "https://cdnjs.cloudflare.com/ajax/libs/mathjax/")
"""Icons and formulas, which Voila's own page asks for, whatever the notebook shows; the browser finds neither."""


@dataclass(frozen=True)
class Visit:
    """What was seen in one place."""

    seen: int
    """How many displays were not blank."""
    foreign: int
    """How many requests would have left the machine."""
    said: str
    """What stood in the first blank one."""


def is_seen(picture: bytes) -> bool:
    """Return whether a screenshot without texts shows a drawing: many colours, on a good part of it.

    Args:
        picture: As PNG.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    colors = image.getcolors(image.width * image.height) or []
    common = max((count for count, _ in colors), default=0)
    if image.height < _SEEN_HEIGHT:
        return False  # an icon of something broken
    return len(colors) >= _SEEN_COLORS and 1 - common / (image.width * image.height) >= _SEEN_SHARE


def visit(page: Page, outputs: str, expected: int = VIEWERS) -> Visit:
    """Look at every display of a page, scrolling to each, and count those that are not blank.

    Args:
        page: The page, open.
        outputs: A selector of displays.
        expected: How many there should be.
    """
    page.wait_for_selector(outputs, timeout=_PATIENCE_MS, state="attached")
    page.add_style_tag(content=_NO_TEXT)
    seen, said = 0, ""
    for k in range(expected):
        output = page.locator(outputs).nth(k)
        if not output.count():
            said = said or "nothing there"
            continue
        if _wait_until_seen(page, output):
            seen += 1
        else:
            said = said or output.inner_text()[:120].replace("\n", " ") or "empty"
    foreign: list[str] = page.watch.foreign  # type: ignore[attr-defined]
    return Visit(seen, len(foreign), said)


def _wait_until_seen(page: Page, output: Locator, tries: int = 12) -> bool:
    for _ in range(tries):
        if output.is_visible():  # what has no size cannot be photographed
            output.scroll_into_view_if_needed(timeout=10_000)
            if is_seen(output.screenshot(timeout=10_000)):
                return True
        page.wait_for_timeout(250)
    return False


def papermill(notebook: Path, target: Path) -> Path:
    """Run a notebook by papermill, and return what it saved.

    Args:
        notebook: The notebook.
        target: Where to write.
    """
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--no-progress-bar",
        str(notebook),
        str(target),
        "-k",
        "python3",
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=notebook.parent)
    return target


def trust(notebook: Path, home: Path) -> None:
    """Sign a notebook for the server of a home.

    Args:
        notebook: The notebook.
        home: As of :func:`tests.system.servers.jupyter_server`.
    """
    command = [sys.executable, "-m", "jupyter", "trust", str(notebook)]
    subprocess.run(command, check=True, capture_output=True, env=servers.environment(home))


def to_html(notebook: Path, exporter: str = "nanoos") -> Path:
    """Convert a notebook to one HTML file, and return it.

    Args:
        notebook: With its outputs.
        exporter: ``nanoos`` or nbconvert's own ``html``.
    """
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        exporter,
        "--output",
        f"{notebook.stem}-{exporter}",
        str(notebook),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=notebook.parent)
    return notebook.parent / f"{notebook.stem}-{exporter}.html"


def visit_without_kernel(page: Page, server: Server, path: str) -> Visit:
    """Look at a saved notebook in JupyterLab with no kernel behind it.

    Args:
        page: A new page.
        server: JupyterLab.
        path: Of the notebook.
    """
    browser.open_notebook(page, server, path, kernel=False)
    browser.choose_no_kernel(page)
    return visit(page, _OUTPUTS["lab"])


def visit_file(page: Page, path: Path) -> Visit:
    """Look at an exported page from disk.

    Args:
        page: A new page.
        path: The file.
    """
    page.goto(path.as_uri())
    return visit(page, _OUTPUTS["html"])


def visit_voila(page: Page, server: Server, path: str) -> Visit:
    """Look at a notebook in Voila, which runs it.

    Args:
        page: A new page.
        server: Voila.
        path: Of the notebook.
    """
    page.watch.allowed += VOILA_OWN  # type: ignore[attr-defined]
    page.goto(server.url(path), timeout=120_000)
    return visit(page, _OUTPUTS["voila"])


def visit_live(page: Page, server: Server, path: str) -> Visit:
    """Run a notebook in JupyterLab, and look at it.

    Args:
        page: A new page.
        server: JupyterLab.
        path: Of the notebook.
    """
    browser.open_notebook(page, server, path)
    browser.run_all(page, 120)
    return visit(page, _OUTPUTS["lab"])
