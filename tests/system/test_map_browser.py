"""The live map in Chromium: points in their colours, and a click on one shows its structure.

Every request that would leave this machine fails the test.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.system import browser

pytestmark = [pytest.mark.browser, pytest.mark.system]

LIVE = """
import pathlib
import nanoos_lab as nl
from nanoos_lab.lab.sources import samples_folder

lab = nl.open("lab")
lab.add(samples_folder())
live = lab.chemical_map(model="nanoos-gnn", by="PCA").view()
live.table.observe(lambda change: pathlib.Path("selected.txt").write_text(live.selected[0].name), "selection")
live
"""


def test_a_click_on_a_point_shows_its_structure(jupyterlab, page, tmp_path):
    pytest.importorskip("onnxruntime")
    work = tmp_path / "work"
    work.mkdir()
    select = "live.table.select(lab.find(formula='NaCl'))"
    browser.write_notebook(work / "map.ipynb", LIVE, select)
    browser.open_notebook(page, jupyterlab(), "map.ipynb")
    browser.run_cell(page, 0)
    page.wait_for_selector(".nanoos-table .nt-plot canvas[data-points='76']", timeout=120_000)
    assert "oxides" in page.inner_text(".nanoos-table .nt-key")
    colors = page.evaluate(
        """() => { const canvas = document.querySelector('.nt-plot canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Map();
        for (let k = 0; k < data.length; k += 4) {
          if (data[k + 3] > 120) {
            const key = [data[k] >> 4, data[k + 1] >> 4, data[k + 2] >> 4].join();
            seen.set(key, (seen.get(key) ?? 0) + 1);
          }
        }
        return [...seen.values()].filter(count => count > 30).length; }"""
    )
    assert colors >= 5, "each class has its colour"

    # from Python, and then by a click in the middle of a brushed point
    browser.run_cell(page, 1)
    page.wait_for_selector("b:has-text('NaCl')")
    browser.wait_for_text(page, work / "selected.txt", "NaCl")
    page.wait_for_selector(".nanoos-scene canvas, canvas.nanoos-view, .nanoos-viewer canvas", timeout=60_000)
    at = page.evaluate(
        """() => { const canvas = document.querySelector('.nt-plot canvas');
        const ratio = window.devicePixelRatio || 1;
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        for (let y = 0; y < canvas.height; y++) {
          for (let x = 0; x < canvas.width; x++) {
            if (data[4 * (y * canvas.width + x) + 3] > 120) return [x / ratio + 2, y / ratio + 2];
          }
        }
        return null; }"""
    )
    canvas = page.locator(".nt-plot canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    for _ in range(300):
        if (work / "selected.txt").read_text() not in {"", "NaCl"}:
            break
        page.wait_for_timeout(100)
    name = (work / "selected.txt").read_text()
    assert name != "NaCl"
    page.wait_for_selector(f"b:has-text('{name}')")
    if folder := os.environ.get("NANOOS_PICTURES"):
        page.locator(".jp-OutputArea-output:has(.nanoos-table)").first.screenshot(
            path=str(Path(folder) / "map-live.png")
        )
