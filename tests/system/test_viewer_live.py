"""The live widget in JupyterLab: state both ways, few messages, linked viewers, and what remains without a kernel."""

from __future__ import annotations

import json

import pytest

from tests.system.browser import (
    assert_turns,
    drag,
    execute,
    open_notebook,
    pixels,
    ready,
    run_cell,
    stop_kernels,
    wait_for_text,
    write_notebook,
)

pytestmark = [pytest.mark.browser, pytest.mark.system]

LIVE = ".nanoos-output > .lm-Panel"
"""Where the lab extension puts a live widget; what needs no kernel lies elsewhere."""
BEGIN = """
import json, pathlib
import numpy as np
from pymatgen.core import Lattice, Structure
from nanoos_lab.widgets import StructureViewer, side_by_side
sto = Structure.from_spacegroup(221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]])
"""
MEASURED = (
    BEGIN
    + """
viewer = StructureViewer(sto, measuring=True)
def check(change):
    viewer.unobserve(check, "measured")
    told = change.new[-1]
    ours = viewer.measure(*told["sites"], images=told["images"]).value
    pathlib.Path("measured.txt").write_text(f"{told['kind']} {abs(ours - told['value']) < 1e-4} {ours > 1}")
viewer.observe(check, "measured")
viewer
"""
)
LONG = (
    BEGIN
    + """
from types import SimpleNamespace
steps, box = 1000, sto * (5, 5, 8)
home = box.cart_coords
way = np.random.default_rng(1).normal(scale=0.15, size=home.shape)
turns = np.sin(np.linspace(0, 20, steps))
positions, cells = home + turns[:, None, None] * way, np.repeat(box.lattice.matrix[None], steps, 0)
run = SimpleNamespace(numbers=[s.specie.Z for s in box], positions=positions, cells=cells)
viewer = StructureViewer(run, energies=turns, cell=False, complete=False, boundary=False, bonds="keep")
viewer.observe(lambda change: pathlib.Path("frame.txt").write_text(str(change.new)), "frame")
viewer
"""
)
PAIR = (
    BEGIN
    + """
box = side_by_side([sto, sto * (2, 1, 1)], titles=["one", "two"])
left, right = box.viewers
def tell(_):
    same = np.allclose(left.camera.get("turn", 9), right.camera.get("turn", 8))
    pathlib.Path("cameras.txt").write_text(str(same))
left.observe(tell, "camera"); right.observe(tell, "camera")
box
"""
)
PICTURE = """
picture = await viewer.png(scale=1)
pathlib.Path("png.txt").write_text(f"{picture[:4]!r} {len(picture) > 5000}")
"""


@pytest.fixture
def run(page, jupyterlab, tmp_path):
    """Return what writes a notebook of cells, opens it, runs its first cell and returns the viewer's canvas."""

    def start(*cells):
        write_notebook(tmp_path / "work" / "live.ipynb", *cells)
        open_notebook(page, jupyterlab(), "live.ipynb")
        run_cell(page, 0)
        return ready(page, ".jp-OutputArea")

    return start


def told(tmp_path, name):
    return tmp_path / "work" / name


def test_a_measurement_by_clicks_is_python_s(page, run, tmp_path):
    canvas = run(MEASURED)
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 15)
    page.focus(".nanoos-viewer")
    for key in ("n", "Enter"):
        page.keyboard.press(key)
    wait_for_text(page, told(tmp_path, "measured.txt"), "distance True True")


def test_a_long_trajectory_is_sent_once_and_scrubbed_by_numbers(page, run, tmp_path):
    run(LONG)
    sent = page.watch.sent
    slider = page.locator(".nanoos-viewer input[type=range]")
    slider.wait_for()
    assert slider.get_attribute("max") == "999"
    before, received = len(sent), page.watch.received
    start = sum(map(len, received))
    slider.evaluate(
        """async slider => {
          for (let frame = 5; frame <= 995; frame += 5) {
            slider.value = frame;
            slider.dispatchEvent(new Event('input', {bubbles: true}));
            await new Promise(done => requestAnimationFrame(done));
          }
        }"""
    )
    wait_for_text(page, told(tmp_path, "frame.txt"), "995")
    assert len(sent) - before < 198
    assert max(len(frame) for frame in sent[before:]) < 3_000
    assert sum(map(len, received)) - start < 600_000  # the trajectory itself is 12 MB


def test_linked_viewers_turn_together_without_the_kernel(page, run, tmp_path):
    run(PAIR)
    page.wait_for_function(
        "() => document.querySelectorAll('.nanoos-viewer[data-ready] canvas').length === 2"
    )
    first, second = page.query_selector_all(".nanoos-viewer[data-ready] canvas")
    other = pixels(second)
    drag(page, first, 80, 30)
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[second, other])
    wait_for_text(page, told(tmp_path, "cameras.txt"), "True")
    stop_kernels(page)
    other = pixels(first)
    drag(page, second, -60, 20)
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[first, other])


def test_python_moves_the_picture_and_gets_it(page, run, tmp_path):
    moves = "viewer.look_along((1, 1, 0)); viewer.labels = 'site'; viewer.hidden = ['cell']; viewer.theme = 'dark'"
    canvas = run(BEGIN + "viewer = StructureViewer(sto)\nviewer", moves, PICTURE)
    before = pixels(canvas)
    run_cell(page, 1)
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])
    run_cell(page, 2)
    wait_for_text(page, told(tmp_path, "png.txt"), "b'\\x89PNG' True")


def test_the_page_is_loaded_again_with_and_without_the_kernel(page, run, tmp_path):
    tell = (
        "viewer.observe(lambda change: pathlib.Path('selected.txt').write_text(str(change.new)), 'selected')"
    )
    run(f"{BEGIN}viewer = StructureViewer(sto)\n{tell}\nviewer")
    execute(page, "docmanager:save")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = json.loads((tmp_path / "work" / "live.ipynb").read_text(encoding="utf-8"))
    assert "widgets" not in saved["metadata"]  # JupyterLab saves no widget's state unless it is told to
    page.reload()
    canvas = ready(page, LIVE)
    assert_turns(page, canvas)
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 15)
    wait_for_text(page, told(tmp_path, "selected.txt"), "[1]")
    stop_kernels(page)
    before = pixels(canvas)
    drag(page, canvas, 70, 30)
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])
    page.reload()
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    assert_turns(page, ready(page, ".jp-OutputArea"))
