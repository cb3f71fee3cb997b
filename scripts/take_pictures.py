"""Take the README's pictures: run the notebooks in JupyterLab and photograph them, their report and what is around.

    python scripts/take_pictures.py               # writes docs/pictures/*.png
    python scripts/take_pictures.py front-end     # only those of the viewer, cards, table, monitors, sidebar, dashboard
    python scripts/take_pictures.py first-steps   # only those of the first notebook and its report

Needs Debian's chromium. The notebooks work in a temporary folder.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import front_end_pictures  # noqa: E402 - beside this file

from tests.system import browser  # noqa: E402 - not installed

if TYPE_CHECKING:
    from playwright.sync_api import Page

TARGET = REPOSITORY / "docs" / "pictures"
NOTEBOOK = "01-first-steps.ipynb"
HIDE = ".Toastify, .jp-toastContainer, .jp-Notebook-footer {display:none !important}"
PARTS = {"notebook": ("Add a crystal", "The same for many"), "comparison": ("Compare", "Report")}
"""The pictures of the notebook: the headings from which and up to which each shows it."""
REPORT_HEIGHT = 1100


def main() -> None:
    """Take the pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
    takes = {"first-steps": take_first_steps, "front-end": take_front_end}
    for name in sys.argv[1:] or takes:
        if name not in takes:
            raise SystemExit(f"no pictures {name!r}: use {' or '.join(takes)}")
        takes[name]()


def take_front_end() -> None:
    """Take those of the gallery, the lab extension and a dashboard."""
    with tempfile.TemporaryDirectory() as scratch, browser.launch() as running:
        foreign = front_end_pictures.take(running, REPOSITORY / "notebooks", Path(scratch), TARGET)
    print(f"foreign requests: {foreign or 'none'}")


def take_first_steps() -> None:
    """Take those of the first notebook and of its report."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "notebooks"
        root.mkdir()
        shutil.copy(REPOSITORY / "notebooks" / NOTEBOOK, root)
        with (
            browser.jupyter_lab(root, Path(scratch) / "home") as url,
            browser.page(1240, 5200) as (page, _, foreign),
        ):
            browser.open_notebook(page, url, NOTEBOOK)
            page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
            browser.run_all(page, 900)
            page.add_style_tag(content=HIDE)
            page.wait_for_timeout(3000)
            for name, (first, last) in PARTS.items():
                _photograph(page, name, _top(page, first), _top(page, last))
            (report,) = root.glob("titanates/reports/*.html")
            page.set_viewport_size({"width": 1240, "height": REPORT_HEIGHT})
            page.goto(report.as_uri())
            page.wait_for_timeout(2000)
            _photograph(page, "report", 0, REPORT_HEIGHT)
            print(f"foreign requests: {foreign or 'none'}")


def _top(page: Page, heading: str) -> float:
    box = page.locator("h2", has_text=heading).first.bounding_box()
    if box is None:
        raise RuntimeError(f"the notebook shows no heading {heading!r}")
    return box["y"] - 12


def _photograph(page: Page, name: str, top: float, bottom: float) -> None:
    path = TARGET / f"{name}.png"
    page.screenshot(path=path, clip={"x": 0, "y": top, "width": 1240, "height": bottom - top})
    print(f"{path} ({path.stat().st_size // 1000} kB)")


if __name__ == "__main__":
    main()
