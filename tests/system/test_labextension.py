"""The lab extension in a real JupyterLab: files, labs and templates without a kernel.

Every request that would leave this machine fails the test.
"""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from pathlib import Path

import pytest

import nanoos_lab as nl
from nanoos_lab.lab import monitoring
from nanoos_lab.scenes import MIME_TYPE as SCENE
from nanoos_lab.widgets.live import MIME_TYPE as MONITOR
from nanoos_lab.widgets.live import payload
from tests.system import places
from tests.system.browser import (
    LIMIT_MS,
    assert_turns,
    pixels,
    ready,
    set_theme,
    write_notebook,
)

pytestmark = [pytest.mark.browser, pytest.mark.system]
WIDGET = "application/vnd.jupyter.widget-view+json"
NASTY = '<img src=x onerror="window.stolen = 1"></script>'
MOLECULE = "3\n{}\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n"


def picture(page, name):
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("NANOOS_PICTURES"):
        for dark in (True, False):
            set_theme(page, dark=dark)
            page.wait_for_selector("#jupyterlab-splash", state="detached")
            page.screenshot(path=str(Path(folder) / f"{name}-{'dark' if dark else 'light'}.png"))


def sessions(server):
    """Return the sessions that the server has, each of which is a kernel."""
    address = f"{server.address}/api/sessions?token={server.token}"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server, on loopback
        return json.load(answer)


@pytest.fixture
def work(tmp_path, repository):
    """Return the folder that is served, with a structure file in it."""
    (tmp_path / "work").mkdir()
    shutil.copy(repository / "notebooks" / "structures" / "SrTiO3.cif", tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def start(jupyterlab, page, work):
    """Return what opens JupyterLab on the folder and gives page and server."""

    def started():
        server = jupyterlab(work)
        page.goto(f"{server.address}/lab?token={server.token}&reset")
        page.wait_for_selector(".jp-DirListing-item", timeout=LIMIT_MS)
        return page, server

    return started


def double_click(page, name):
    page.dblclick(f".jp-DirListing-item[title^='Name: {name}']")


def test_a_double_click_shows_a_file_without_a_kernel(start, work):
    (work / "broken.cif").write_text("data_x\n_cell_length_a wide\n")
    (work / "molecule.xyz").write_text(MOLECULE.format(NASTY))
    page, server = start()
    double_click(page, "SrTiO3.cif")
    canvas = ready(page, ".nanoos-file-view")
    assert_turns(page, canvas)
    page.wait_for_selector(".nl-facts dd:has-text('(221)')")
    picture(page, "file")

    # its options ask the server again
    before = pixels(canvas)
    page.fill("input[aria-label='cells along a']", "2")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(before) => { const c = document.querySelector('.nanoos-file-view .nanoos-viewer[data-ready] canvas');"
        " return c && c.toDataURL() !== before; }",
        arg=before,
    )

    # it changes on disk
    text = (work / "SrTiO3.cif").read_text(encoding="utf-8")
    (work / "SrTiO3.cif").write_text(text.replace("Sr", "Ba"), encoding="utf-8")
    page.wait_for_selector(".nl-facts dd:text-is('BaTiO3')")

    double_click(page, "broken.cif")
    page.wait_for_selector(".nl-trouble .nl-message:has-text('broken.cif')")
    double_click(page, "molecule.xyz")
    page.wait_for_selector(".nl-facts dd:text-is('H2O')")
    assert page.evaluate("() => window.stolen") is None
    assert sessions(server) == []


def test_open_in_lab_adds_the_file(start, work):
    page, _ = start()
    double_click(page, "SrTiO3.cif")
    ready(page, ".nanoos-file-view")
    page.click("button:has-text('Open in lab')")
    page.wait_for_selector(".jp-Notebook .jp-OutputArea .nanoos-viewer[data-ready]", timeout=LIMIT_MS)
    with nl.open(work / "lab") as lab:
        assert [one.formula for one in lab.structures()] == ["SrTiO3"]


def test_the_sidebar_follows_a_lab(start, work):
    with nl.open(work / "lab") as lab:
        crystal = lab.add("MgO.cif", name=NASTY)
        lab.add("Si.cif", tags=["semiconductor"])
        page, server = start()
        page.click("[data-id='nanoos-lab-sidebar']")
        page.wait_for_selector(f".nl-entry[data-structure='{crystal.id}']")
        assert page.inner_text(f".nl-entry[data-structure='{crystal.id}'] .nl-name") == NASTY
        assert page.evaluate("() => window.stolen") is None

        run = lab.submit("static", crystal, calculator="toy", on="process")
        page.wait_for_selector(f".nl-entry[data-run='{run.id}']", timeout=LIMIT_MS)
        run.wait()
        page.wait_for_selector(f".nl-entry[data-run='{run.id}'][data-state=COMPLETED]", timeout=LIMIT_MS)
        picture(page, "sidebar")

        page.fill("input[type=search]", "semiconductor")
        page.wait_for_function("() => document.querySelectorAll('.nl-entry[data-structure]').length === 1")
        page.fill("input[type=search]", "bandgap>1")
        page.wait_for_selector(".nl-lab .nl-trouble:has-text('band_gap')")
        page.fill("input[type=search]", "")
        page.click(f".nl-entry[data-structure='{crystal.id}']")
        assert_turns(page, ready(page, ".nl-picture"))
        page.click(f".nl-entry[data-run='{run.id}']")
        page.wait_for_selector(f".nl-page [data-state=COMPLETED]:has-text('{run.id}')")
        picture(page, "run")
        assert sessions(server) == []


def test_a_template_goes_from_its_card_to_its_report(start, work):
    with nl.open(work / "lab") as lab:
        lab.add("MgO.cif")
    page, server = start()
    page.click(".jp-LauncherCard:has-text('quation of state')", timeout=LIMIT_MS)
    page.wait_for_selector(".nl-picker input:checked")
    page.fill("[data-parameter=calculator] input", "toyy")
    page.click("[data-act=run]")
    page.wait_for_selector(".nl-note.bad:has-text('toy')")
    page.fill("[data-parameter=calculator] input", "toy")
    page.uncheck("[data-parameter=relax_first] input")
    page.click("[data-act=run]")
    page.wait_for_selector("[data-act=report]", timeout=180_000)
    picture(page, "template")
    page.click("[data-act=report]")
    report = page.frame_locator("iframe[title=Report]")
    report.locator("text=MgO").first.wait_for(timeout=LIMIT_MS)
    picture(page, "report")
    assert sessions(server) == []


@pytest.mark.parametrize("trusted", [True, False])
def test_saved_outputs_draw_where_their_widget_is_gone(start, work, trusted):
    with nl.open(work / "lab") as lab:
        crystal = lab.add(work / "SrTiO3.cif", name=NASTY)
        lab.run("static", crystal, calculator="toy")
        scene = crystal._repr_mimebundle_()
        monitor = {MONITOR: payload(monitoring.take_snapshot(lab, {})), "text/plain": "runs"}
    gone = {WIDGET: {"model_id": "0" * 32, "version_major": 2, "version_minor": 0}}
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": {**bundle, **gone}}
        for bundle in (scene, monitor)
    ]
    path = write_notebook(work / "saved.ipynb", ("x", outputs))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"] = {}  # no kernel is asked for
    path.write_text(json.dumps(notebook), encoding="utf-8")
    page, server = start()
    if trusted:
        address = f"{server.address}/api/contents/saved.ipynb/trust?token={server.token}"
        urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=10).close()  # noqa: S310
    double_click(page, "saved.ipynb")
    page.click("button:has-text('No Kernel')", timeout=LIMIT_MS)
    assert SCENE in scene
    assert_turns(page, ready(page, ".jp-OutputArea"))
    page.wait_for_selector(".jp-OutputArea .nanoos-monitor tr.row")
    picture(page, f"saved-{'trusted' if trusted else 'untrusted'}")
    assert page.evaluate("() => window.stolen") is None
    assert "Error displaying widget" not in page.inner_text(".jp-Notebook")
    assert sessions(server) == []


TABLE = """
import nanoos_lab as nl
lab = nl.open("lab")
lab.add(["MgO.cif", "Si.cif"])
lab.table()
"""


def test_a_widget_restored_without_its_kernel_does_not_take_the_place_of_what_was_saved(
    start, work, tmp_path
):
    live = write_notebook(work / "live.ipynb", TABLE)
    places.papermill(live, work / "saved.ipynb")  # with the widget's state, which holds no rows
    places.trust(work / "saved.ipynb", tmp_path / "home")
    page, _ = start()
    double_click(page, "saved.ipynb")  # whose kernel is another one than the widget's
    page.wait_for_selector(".jp-OutputArea-output >> text=Fm-3m (225)", timeout=LIMIT_MS)
    page.wait_for_selector(
        ".jupyter-widgets-disconnected", state="attached", timeout=LIMIT_MS
    )  # it came, hidden
    assert page.locator(".jp-OutputArea-output >> text=Fm-3m (225)").is_visible()
    assert not page.locator(".jupyter-widgets-disconnected").first.is_visible()
