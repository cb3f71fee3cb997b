"""The pictures of the front end: the gallery in JupyterLab, the lab extension around it, and a dashboard in Voila."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

from PIL import Image

from nanoos_lab.dashboards import notebooks_folder
from tests.system import browser, places, servers

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

GALLERY = "04-gallery.ipynb"
WIDEST_PX, TALLEST_PX, LARGEST_BYTES = 1200, 760, 200_000
SHOWN = {
    "viewer": 'color_by=values) for values in ("magmom"',
    "isosurface": 'isosurface=read_volumetric("ions.cube")',
    "trajectory": "md.view(",
    "cards": "lab.predict([sto",
    "batch": "batch.monitor()",
    "table": "table = lab.table(",
}
"""The pictures of the gallery, each with a piece of the cell that makes it."""
DARK = ("viewer", "cards")
_WAIT_MS = 90_000
_HIDE = ".Toastify, .jp-toastContainer, .jp-Notebook-footer {display:none !important}"


def take(running: Browser, notebooks: Path, home: Path, target: Path) -> list[str]:
    """Take all of them, and return which requests would have left this machine.

    Args:
        running: Chromium.
        notebooks: The folder with the gallery.
        home: A folder to work in.
        target: Where the pictures go.
    """
    root = home / "work"
    root.mkdir(parents=True)
    shutil.copy(notebooks / GALLERY, root)
    foreign: list[str] = []
    with servers.jupyter_server(root, home / "home") as server:
        page = _page(running, foreign, 2600)  # all of an output is in sight
        _take_gallery(page, server, target)
        _take_extension(page, server, target)
        page.context.close()
    with servers.voila_server(notebooks_folder(), home / "voila") as voila:
        page = _page(running, foreign, 1160)
        page.goto(
            f"{voila.url('materials-explorer.ipynb')}&lab={quote(str(root / 'gallery'))}", timeout=_WAIT_MS
        )
        page.wait_for_selector(".nanoos-dash >> text=structures", timeout=_WAIT_MS)
        browser.ready(page, ".nanoos-dash")
        _keep(page.screenshot(), target / "dashboard.png")
        page.context.close()
    return [url for url in foreign if not url.startswith(places.VOILA_OWN)]


def _page(running: Browser, foreign: list[str], height: int) -> Page:
    page = running.new_context(viewport={"width": WIDEST_PX, "height": height}).new_page()
    watch = browser.Watch(foreign=foreign)
    watch.follow(page)
    return page


def _take_gallery(page: Page, server: servers.Server, target: Path) -> None:
    browser.open_notebook(page, server, GALLERY)
    browser.execute(page, "application:toggle-left-area")
    browser.run_all(page, 300)
    page.add_style_tag(content=_HIDE)
    for dark in (False, True):
        browser.set_theme(page, dark=dark)
        for name in DARK if dark else SHOWN:
            shown = _output(page, SHOWN[name])
            shown.scroll_into_view_if_needed()
            if name in {"viewer", "isosurface", "trajectory"}:
                shown.locator(".nanoos-viewer[data-ready]").first.wait_for(timeout=_WAIT_MS)
            page.wait_for_load_state("networkidle")
            _keep(_upper(shown.screenshot()), target / f"{name}{'-dark' if dark else ''}.png")
    browser.set_theme(page, dark=False)


def _output(page: Page, source: str) -> Locator:
    """Return the last output of the one cell that holds a piece of source."""
    where = """piece => window.jupyterapp.shell.currentWidget.content.widgets.findIndex(
        cell => cell.model.type === 'code' && cell.model.sharedModel.source.includes(piece))"""
    index = page.evaluate(where, source)
    if index < 0:
        raise RuntimeError(f"the gallery has no cell with {source!r}")
    page.evaluate("k => window.jupyterapp.shell.currentWidget.content.scrollToItem(k, 'start')", index)
    return page.locator(f".jp-Cell[data-windowed-list-index='{index}'] .jp-OutputArea-output").last


def _take_extension(page: Page, server: servers.Server, target: Path) -> None:
    page.set_viewport_size({"width": WIDEST_PX, "height": 1040})
    page.goto(f"{server.address}/lab?token={server.token}&reset")
    page.wait_for_selector(".jp-LauncherCard:has-text('quation of state')", timeout=_WAIT_MS)
    page.click("[data-id='nanoos-lab-sidebar']")
    page.wait_for_selector(".nl-entry[data-structure]", timeout=_WAIT_MS)
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.add_style_tag(content=_HIDE)
    _keep(page.screenshot(), target / "sidebar.png")


def _upper(picture: bytes) -> bytes:
    """Return the upper part of a picture that is too tall for a page."""
    image = Image.open(io.BytesIO(picture))
    out = io.BytesIO()
    image.crop((0, 0, image.width, min(image.height, TALLEST_PX))).save(out, "png")
    return out.getvalue()


def _keep(picture: bytes, path: Path) -> None:
    """Write a picture that is no wider and no larger than a README wants it: with fewer colours if need be."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if image.width > WIDEST_PX:
        image = image.resize(
            (WIDEST_PX, round(image.height * WIDEST_PX / image.width)), Image.Resampling.LANCZOS
        )
    image.save(path, optimize=True)
    for colors in (256, 128, 64):
        if path.stat().st_size <= LARGEST_BYTES:
            break
        image.quantize(colors, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path} ({path.stat().st_size // 1000} kB)")
