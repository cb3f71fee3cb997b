"""Look at ten views of each viewer wherever notebooks are read, and print which are to be seen.

    python scripts/viewer_matrix.py                    # ours, nglview, py3Dmol; pymatviz where it is installed
    python scripts/viewer_matrix.py nanoos py3Dmol     # some of them

No place may ask for anything outside this machine, as in a cluster's network. Each viewer is used as its own
documentation does; nothing of ours helps it. Needs Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.system import browser, places, servers, ten_viewers  # noqa: E402 - not installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page


def main() -> None:
    """Print the table."""
    asked = sys.argv[1:] or list(ten_viewers.BEGINS)
    missing = [name for name in asked if name != "nanoos" and find_spec(name) is None]
    for name in missing:
        print(f"{name} is not installed here: left out")
    print(f"| viewer | notebook, MB | {' | '.join(places.PLACES)} |")
    print(f"|---|---|{'---|' * len(places.PLACES)}")
    with browser.launch() as running:
        for name in asked:
            if name not in missing:
                print(row(running, name), flush=True)


def row(running: Browser, viewer: str) -> str:
    """Return a viewer's line of the table: how many of ten views are to be seen in each place.

    Args:
        running: The browser.
        viewer: One of :data:`tests.system.ten_viewers.BEGINS`.
    """
    with tempfile.TemporaryDirectory(prefix="nanoos-matrix-") as scratch:
        folder, home = Path(scratch) / "work", Path(scratch) / "home"
        live = ten_viewers.write(folder / "live.ipynb", viewer)
        saved = places.papermill(live, folder / "saved.ipynb")
        page = places.to_html(saved, "nanoos" if viewer == "nanoos" else "html")
        ten_viewers.rename_kernel(saved, ten_viewers.NO_SUCH_KERNEL)
        trusted = folder / "trusted.ipynb"
        trusted.write_bytes(saved.read_bytes())
        places.trust(trusted, home)
        with servers.jupyter_server(folder, home) as lab, servers.voila_server(folder, home) as voila:
            visits: list[Callable[[Any], places.Visit]] = [
                lambda p: places.visit_without_kernel(p, lab, "trusted.ipynb"),
                lambda p: places.visit_without_kernel(p, lab, "saved.ipynb"),
                lambda p: places.visit_file(p, page),
                lambda p: places.visit_voila(p, voila, "live.ipynb"),
                lambda p: places.visit_live(p, lab, "live.ipynb"),
            ]
            cells = [told(running, visit) for visit in visits]
        size = saved.stat().st_size / 1e6
    return f"| {viewer} | {size:.2f} | {' | '.join(cells)} |"


def told(running: Browser, visit: Callable[[Page], places.Visit]) -> str:
    """Return what was seen in one place.

    Args:
        running: The browser.
        visit: Goes there with a new page.
    """
    context = running.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    opened.watch = browser.Watch()  # type: ignore[attr-defined]
    opened.watch.follow(opened)  # type: ignore[attr-defined]
    try:
        found = visit(opened)
    except Exception as error:  # noqa: BLE001 - a place that cannot be looked at is a result too
        return f"none ({str(error).splitlines()[0][:80]})"
    finally:
        context.close()
    abroad = f", {found.foreign} requests abroad" if found.foreign else ""
    said = f" ({found.said})" if found.said else ""
    return f"{found.seen} of {places.VIEWERS}{said}{abroad}"


if __name__ == "__main__":
    main()
