"""The viewer in a real browser: exported pages, JupyterLab without a kernel, and the live widget.

Every request that would leave this machine fails the test.
"""

from __future__ import annotations

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.scenes.scene import MIME_TYPE, scene_of
from nanoos_lab.widgets import scene_bundle, scene_div, scene_script
from tests.system.browser import (
    HALO,
    PAINTED,
    assert_turns,
    open_notebook,
    pixels,
    ready,
    run_cell,
    set_theme,
    stop_kernels,
    wait_for_text,
    write_notebook,
)

pytestmark = [pytest.mark.browser, pytest.mark.system]
PEROVSKITE = Structure.from_spacegroup(
    221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
)


def write_page(folder, scenes, body_style=""):
    divs = "".join(f"<section>{scene_div(s)}</section>" for s in scenes)
    path = folder / "report.html"
    path.write_text(
        f"<!doctype html><meta charset='utf-8'><body style='{body_style}'>{divs}{scene_script()}",
        encoding="utf-8",
    )
    return path.as_uri()


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
    path.write_text(path.read_text(encoding="utf-8").replace('"version":2', '"version":99'), encoding="utf-8")
    page.reload()
    page.wait_for_selector(".nanoos-viewer-message:has-text('version 99')")
    assert page.is_visible("div.nanoos-scene > svg")


def test_jupyterlab_shows_a_saved_scene_with_its_kernel_dead(page, jupyterlab, tmp_path):
    data = scene_bundle(scene_of(PEROVSKITE), html=True)
    data[MIME_TYPE]["facts"] = [["Space group", "Pm-3m <b>221</b>"]]
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    write_notebook(tmp_path / "work" / "scene.ipynb", ("lab.show(sto)", [output]))
    open_notebook(page, jupyterlab(), "scene.ipynb", kernel=False)
    canvas = ready(page, ".jp-OutputArea")
    stop_kernels(page)
    assert_turns(page, canvas)
    assert not page.query_selector(".jp-OutputArea svg[role=img]")  # ours was preferred to SVG and HTML
    set_theme(page, dark=True)
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
    write_notebook(tmp_path / "work" / "live.ipynb", LIVE, "viewer.select(0)")
    open_notebook(page, jupyterlab(), "live.ipynb", kernel=False)
    run_cell(page, 0)
    canvas = ready(page, ".jp-OutputArea")
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 15)
    told = tmp_path / "work" / "selected.txt"
    page.wait_for_selector(".nanoos-viewer-label:has-text('Ti · site 1')")
    wait_for_text(page, told, "[1]")
    page.wait_for_function(f"c => ({HALO})(c) > 50", arg=canvas)
    one = canvas.evaluate(HALO)
    run_cell(page, 1)
    wait_for_text(page, told, "[0]")
    page.wait_for_function(f"([c, one]) => ({HALO})(c) > 2 * one", arg=[canvas, one])  # eight corners now
