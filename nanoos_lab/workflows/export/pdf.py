"""Printing a page: an installed Chromium writes the PDF, without a window and without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from nanoos_lab.errors import MissingBrowserError, PrintError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
"""Names on the PATH, in the order in which they are tried; ``NANOOS_BROWSER`` names another."""
_TIME_LIMIT_S = 180
_DRAWING_MS = 20_000
"""Of the page's own clock, for figures that a script must draw first; a page without scripts does not wait."""


def find_browser() -> str:
    """Return the path of a browser that can print.

    Raises:
        MissingBrowserError: None is installed; the message says how to get one.
    """
    named = os.environ.get("NANOOS_BROWSER", "")
    found = next((path for name in ([named] if named else BROWSERS) if (path := shutil.which(name))), None)
    if found is None:
        looked = f"NANOOS_BROWSER={named}" if named else ", ".join(BROWSERS)
        raise MissingBrowserError(
            f"a PDF is printed by Chromium, and none is on the PATH (looked for {looked}): install it, on Debian and "
            "Ubuntu with `sudo apt-get install chromium`, or name its executable in NANOOS_BROWSER; the HTML form "
            "needs no browser to be made"
        )
    return found


def print_page(page: str) -> bytes:
    """Return a page as a PDF.

    Args:
        page: A self-contained HTML page.

    Raises:
        MissingBrowserError: No browser is installed.
        PrintError: The browser wrote no PDF; the message says what it said.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="nanoos-print-") as name:
        folder = Path(name)
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [browser, *_flags(folder), f"--print-to-pdf={target}", source.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_TIME_LIMIT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise PrintError(f"{browser} did not finish printing within {_TIME_LIMIT_S} s") from error
        if not target.is_file() or not (content := target.read_bytes()).startswith(b"%PDF-"):
            said = done.stderr.decode(errors="replace").strip()[-600:]
            raise PrintError(f"{browser} wrote no PDF (exit code {done.returncode}): {said}")
    return content


def _flags(folder: Path) -> list[str]:
    flags = [
        "--headless=new", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}",
        "--no-pdf-header-footer", "--run-all-compositor-stages-before-draw",
        f"--virtual-time-budget={_DRAWING_MS}",
    ]  # fmt: skip
    # Chromium refuses its sandbox to root; the page runs no script but ours, and reaches no host.
    return [*flags, "--no-sandbox"] if os.geteuid() == 0 else flags
