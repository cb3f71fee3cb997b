"""Take the README's picture: run the first notebook in JupyterLab and photograph it.

    python scripts/take_pictures.py            # writes docs/pictures/notebook.png

Needs Debian's chromium. The notebook works in a temporary folder.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.system import browser

REPOSITORY = Path(__file__).resolve().parent.parent
TARGET = REPOSITORY / "docs" / "pictures" / "notebook.png"
NOTEBOOK = "01-first-steps.ipynb"
HIDE = ".jp-Notebook-footer, #jp-bottom-panel, .jp-StatusBar-Widget {display:none !important}"


def main() -> None:
    """Take the picture."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "notebooks"
        root.mkdir()
        shutil.copy(REPOSITORY / "notebooks" / NOTEBOOK, root)
        with browser.jupyter_lab(root, Path(scratch) / "home") as url, browser.page(1500, 4200) as (page, _, foreign):
            browser.open_notebook(page, url, NOTEBOOK)
            browser.run_all(page, 900)
            page.add_style_tag(content=HIDE)
            page.wait_for_timeout(3000)
            TARGET.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=TARGET)
            print(f"{TARGET} ({TARGET.stat().st_size // 1000} kB); foreign requests: {foreign or 'none'}")


if __name__ == "__main__":
    main()
