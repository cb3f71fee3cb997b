"""Take the README's pictures: run the first notebook in JupyterLab and photograph it and its report.

    python scripts/take_pictures.py            # writes docs/pictures/*.png

Needs Debian's chromium. The notebook works in a temporary folder.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.system import browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "pictures"
NOTEBOOK = "01-first-steps.ipynb"
HIDE = ".Toastify, .jp-toastContainer, .jp-Notebook-footer {display:none !important}"
PARTS = {"notebook": ("Add a crystal", "The same for many"), "comparison": ("Compare", "Report")}
"""The pictures of the notebook: the headings from which and up to which each shows it."""
REPORT_HEIGHT = 1100


def main() -> None:
    """Take the pictures."""
    TARGET.mkdir(parents=True, exist_ok=True)
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
