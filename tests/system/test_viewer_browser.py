"""The viewer in a real browser: exported pages, JupyterLab without a kernel, and the live widget.

Every request that would leave this machine fails the test.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.scenes.scene import MIME_TYPE, scene_of
from nanoos_lab.widgets import scene_bundle, scene_div, scene_script

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.system]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
TOKEN = "viewer-test"  # noqa: S105 - of a server on loopback that lives for one test
PEROVSKITE = Structure.from_spacegroup(
    221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
)
PAINTED = """(canvas) => {
  if (!canvas.width) return 0;
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
  return painted / (canvas.width * canvas.height);
}"""

HALO = """(canvas) => {
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    count += data[i] > 240 && data[i + 1] > 140 && data[i + 1] < 190 && data[i + 2] < 30;
  }
  return count;
}"""
NO_NEWS = "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"


@pytest.fixture(scope="module")
def chromium(require):
    """Return a running browser."""
    require(CHROMIUM, "Chromium is not installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="the extra 'dev' is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """Return a page that remembers what it asked for and what went wrong."""
    page = chromium.new_context(viewport={"width": 1200, "height": 900}).new_page()
    outside, errors = [], []
    page.on("request", lambda r: outside.append(r.url) if not _local(r.url) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.context.close()
    assert not outside, f"requests left this machine: {outside}"
    assert not errors, errors


def _local(url):
    return url.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1", "ws://127.0.0.1"))


def write_page(folder, scenes, body_style=""):
    divs = "".join(f"<section>{scene_div(s)}</section>" for s in scenes)
    path = folder / "report.html"
    path.write_text(
        f"<!doctype html><meta charset='utf-8'><body style='{body_style}'>{divs}{scene_script()}",
        encoding="utf-8",
    )
    return path.as_uri()


def ready(page, within="body"):
    """Wait until a viewer has painted, and return its canvas."""
    page.wait_for_selector(f"{within} .nanoos-viewer[data-ready]", timeout=60_000)
    return page.query_selector(f"{within} .nanoos-viewer[data-ready] canvas")


def pixels(canvas):
    return canvas.evaluate("c => c.toDataURL()")


def drag(page, canvas, dx, dy):
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()
    page.mouse.move(box["x"] - 5 if box["x"] > 5 else 0, 1)


def assert_turns(page, canvas):
    """Assert that the picture is there, that a drag changes it, and that reset brings it back."""
    assert 0.05 < canvas.evaluate(PAINTED) < 0.95
    before = pixels(canvas)
    drag(page, canvas, 90, 40)
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])
    assert 0.05 < canvas.evaluate(PAINTED) < 0.95
    canvas.evaluate("c => c.closest('.nanoos-viewer').querySelector('[data-action=reset]').click()")
    page.wait_for_function("([c, before]) => c.toDataURL() === before", arg=[canvas, before])


def test_an_exported_page_turns_from_disk(page, tmp_path):
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE)]))
    canvas = ready(page)
    assert_turns(page, canvas)
    assert not page.is_visible("div.nanoos-scene > svg")


def test_styles_projection_and_keys(page, tmp_path):
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE)], "background:#111;color:#eee"))
    canvas = ready(page)
    balls = canvas.evaluate(PAINTED)
    page.click("[data-action=style]")
    page.wait_for_function(f"([c, balls]) => ({PAINTED})(c) > balls * 1.2", arg=[canvas, balls])
    for act in (lambda: page.click("[data-action=projection]"), lambda: page.keyboard.press("ArrowLeft")):
        before = pixels(canvas)
        page.focus(".nanoos-viewer")
        act()
        page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])


def test_hovering_names_the_atom(page, tmp_path):
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE)]))
    box = ready(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 15)
    page.wait_for_selector(".nanoos-viewer-label:has-text('Ti · site 1')")


def test_the_wheel_scrolls_the_page_until_the_viewer_is_clicked(page, tmp_path):
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE)] * 4))
    canvas = ready(page)
    before = pixels(canvas)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 150)
    page.mouse.wheel(0, 120)
    page.wait_for_function("() => window.scrollY > 0")
    assert pixels(canvas) == before
    page.evaluate("() => window.scrollTo(0, 0)")
    page.wait_for_function("() => window.scrollY === 0")
    page.mouse.click(box["x"] + 20, box["y"] + 150)
    page.mouse.wheel(0, -240)
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])
    assert page.evaluate("() => window.scrollY") == 0


def test_many_viewers_share_one_context(page, tmp_path):
    page.add_init_script(
        """window.contexts = new Set();
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          const context = original.call(this, kind, ...rest);
          if (String(kind).startsWith('webgl') && context) window.contexts.add(context);
          return context;
        };"""
    )
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE, title=f"number {k}") for k in range(24)]))
    ready(page)
    for section in page.query_selector_all("section"):
        section.scroll_into_view_if_needed()
        section.wait_for_selector(".nanoos-viewer[data-ready]")
    painted = page.eval_on_selector_all(".nanoos-viewer canvas", f"all => all.map({PAINTED})")
    assert len(painted) == 24
    assert min(painted) > 0.05
    alive = page.evaluate("() => [...window.contexts].filter(c => !c.isContextLost()).length")
    assert alive == 1


def test_without_webgl_the_still_remains_and_the_reason_is_said(page, tmp_path):
    page.add_init_script(
        """const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return String(kind).startsWith('webgl') ? null : original.call(this, kind, ...rest);
        };"""
    )
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE)]))
    page.wait_for_selector(".nanoos-viewer-message:has-text('no WebGL')")
    assert page.is_visible("div.nanoos-scene > svg")
    assert not page.query_selector("canvas")


def test_a_damaged_scene_says_so_and_keeps_the_still(page, tmp_path):
    page.goto(write_page(tmp_path, [scene_of(PEROVSKITE)]))
    path = tmp_path / "report.html"
    path.write_text(path.read_text(encoding="utf-8").replace('"version":1', '"version":99'), encoding="utf-8")
    page.reload()
    page.wait_for_selector(".nanoos-viewer-message:has-text('version 99')")
    assert page.is_visible("div.nanoos-scene > svg")


@pytest.fixture
def jupyterlab(repository, tmp_path, require):
    """Start JupyterLab on ``tmp_path`` with the extension as it is shipped, and return its address."""
    pytest.importorskip("jupyterlab", reason="the extra 'notebook' is not installed")
    share = tmp_path / "share" / "jupyter"
    shutil.copytree(repository / "nanoos_lab" / "labextension", share / "labextensions" / "nanoos-lab")
    home = tmp_path / "home"
    (tmp_path / "work").mkdir()
    home.mkdir()
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_PATH": str(share),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "OMP_NUM_THREADS": "1",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={port}",
            "--allow-root",
        ),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={tmp_path / 'work'}"),
        *("--expose-app-in-browser", "--LabApp.news_url=", NO_NEWS),
    ]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_server(server, address, tmp_path / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for_server(server, address, log):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5).close()  # noqa: S310 - loopback
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def notebook(folder, *cells):
    """Write a notebook of code cells, each a source and its saved outputs."""
    content = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{k}",
                "source": source,
                "outputs": outputs,
                "metadata": {},
                "execution_count": None,
            }
            for k, (source, outputs) in enumerate(cells)
        ],
    }
    (folder / "work" / "scene.ipynb").write_text(json.dumps(content), encoding="utf-8")


def open_notebook(page, address):
    page.goto(f"{address}/lab/tree/scene.ipynb?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)


def run_cell(page, index):
    page.evaluate(
        """async index => {
          const app = window.jupyterapp;
          await app.restored;
          const panel = app.shell.currentWidget;
          await panel.context.ready;
          await panel.sessionContext.ready;
          await panel.sessionContext.session.kernel.info;
          panel.content.activeCellIndex = index;
          await app.commands.execute('notebook:run-cell');
        }""",
        index,
    )


def test_jupyterlab_shows_a_saved_scene_with_its_kernel_dead(page, jupyterlab, tmp_path):
    data = scene_bundle(scene_of(PEROVSKITE), html=True)
    data[MIME_TYPE]["facts"] = [["Space group", "Pm-3m <b>221</b>"]]
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    notebook(tmp_path, ("lab.show(sto)", [output]))
    open_notebook(page, jupyterlab)
    canvas = ready(page, ".jp-OutputArea")
    page.evaluate("async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }")
    assert_turns(page, canvas)
    assert not page.query_selector(".jp-OutputArea svg[role=img]")  # ours was preferred to SVG and HTML
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    assert canvas.evaluate(PAINTED) > 0.05


LIVE = """
import pathlib
from pymatgen.core import Lattice, Structure
from nanoos_lab.widgets import StructureViewer
sto = Structure.from_spacegroup(221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]])
viewer = StructureViewer(sto)
viewer.observe(lambda change: pathlib.Path("selected.txt").write_text(str(change.new)), "selected")
viewer
"""


def test_a_click_on_an_atom_reaches_python_and_python_marks_atoms(page, jupyterlab, tmp_path):
    notebook(tmp_path, (LIVE, []), ("viewer.select(0)", []))
    open_notebook(page, jupyterlab)
    run_cell(page, 0)
    canvas = ready(page, ".jp-OutputArea")
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 15)
    told = tmp_path / "work" / "selected.txt"
    page.wait_for_selector(".nanoos-viewer-label:has-text('Ti · site 1')")
    _wait_for_text(page, told, "[1]")
    page.wait_for_function(f"c => ({HALO})(c) > 50", arg=canvas)
    one = canvas.evaluate(HALO)
    run_cell(page, 1)
    _wait_for_text(page, told, "[0]")
    page.wait_for_function(f"([c, one]) => ({HALO})(c) > 2 * one", arg=[canvas, one])  # eight corners now


def _wait_for_text(page, path: Path, text: str):
    for _ in range(300):
        if path.exists() and path.read_text() == text:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{path.name} holds {path.read_text() if path.exists() else 'nothing'!r} instead of {text!r}")
