"""Notebooks made on the spot, a context that remembers what it was told, and a browser without a network."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nanoos_lab.errors import RunCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass
class Listener:
    """A task's context: keeps the progress, and cancels where a word comes up."""

    folder: Path
    cancel_at: str = "\0"
    told: list[tuple[float | None, str]] = field(default_factory=list)

    def progress(self, fraction: float | None, message: str = "") -> None:
        self.told.append((fraction, message))
        if self.cancel_at in message:
            raise RunCancelledError("cancelled on request")


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    folder = tmp_path / "attempt folder"
    folder.mkdir()
    return Listener(folder)


@pytest.fixture
def template(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a notebook of headings (``# ...``) and cells, parameters first."""

    def write(*cells: str, parameters: str = "n: int = 1  # a number") -> Path:
        made = [new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        made += [new_markdown_cell(c) if c.startswith("#") else new_code_cell(c) for c in cells]
        kernel = {"name": "no-such-kernel", "display_name": "x", "language": "python"}
        path = tmp_path / "template.ipynb"
        nbformat.write(new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
        return path

    return write


CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--host-resolver-rules=MAP * ~NOTFOUND",
]  # fmt: skip


@pytest.fixture
def browse(require: Any) -> Iterator[Callable[[Path], Any]]:
    """Return a function that opens a file in a browser that can resolve no host.

    The tab it returns notes console errors in ``errors``, all requests in ``asked`` and answers in ``answered``.
    """
    chromium = shutil.which("chromium")
    require(chromium, "Chromium is absent: apt-get install chromium")
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)

        def visit(path: Path) -> Any:
            tab = browser.new_page(viewport={"width": 1200, "height": 900})
            tab.errors, tab.asked, tab.answered = [], [], []
            tab.on("console", lambda m: tab.errors.append(m.text) if m.type == "error" else None)
            tab.on("pageerror", lambda e: tab.errors.append(str(e)))
            tab.on("request", lambda r: tab.asked.append(r.url))
            tab.on("response", lambda r: tab.answered.append(r.url))
            tab.goto(path.as_uri())
            return tab

        yield visit
        browser.close()
