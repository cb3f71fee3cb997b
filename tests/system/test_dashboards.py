"""The dashboards in Voila: a lab with something in it, an empty one, one that is not there; one server for all."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest

from nanoos_lab.dashboards import NAMES, notebooks_folder
from nanoos_lab.lab import Lab

pytestmark = [pytest.mark.system, pytest.mark.browser]
PATIENCE_MS = 90_000
BAD_NAME = "<img src=x onerror=alert(1)></script>"


def _fill(folder):
    with Lab(folder) as lab:
        records = [lab.add(name) for name in ("MgO.cif", "NaCl.cif", "SrTiO3.cif", "Si.cif")]
        records[0].rename(BAD_NAME)
        lab.map("static", records, calculator="toy")
        lab.run("probe", nonce="here")
        for record, measured, estimate in zip(records, (160, 25, 174, 98), (165, 21, 170, 95), strict=True):
            lab.record(record, "hardness", float(measured), 2.0, method="ultrasound", source="a test")
            lab.record(record, "hardness", float(estimate), 6.0, method="a model", origin="predicted")


def _open(page, server, name, lab, theme="light"):
    page.goto(f"{server.url(f'{name}.ipynb')}&theme={theme}&lab={quote(str(lab))}", timeout=PATIENCE_MS)
    page.wait_for_selector(".nanoos-dash-status .nanoos-say", timeout=PATIENCE_MS)


def _picture(page, name):
    if folder := os.environ.get("NANOOS_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"dashboard-{name}.png"), full_page=True)


def test_each_shows_a_lab_and_says_what_is_missing(new_page, tmp_path, voila):
    _fill(tmp_path / "lab")
    Lab(tmp_path / "empty").close()
    server = voila(notebooks_folder())

    page = new_page(1280, 1000)
    _open(page, server, "materials-explorer", tmp_path / "lab")
    page.wait_for_selector(".nanoos-dash >> text=4 structures", timeout=PATIENCE_MS)
    assert BAD_NAME in page.inner_text(".nanoos-dash")
    _picture(page, "materials-explorer")
    page.fill("input[placeholder='Li, O']", "O")
    page.click("button:has-text('Search')")
    page.wait_for_selector(".nanoos-dash >> text=2 structures")
    page.fill("input[placeholder='Li, O']", "Xq")
    page.click("button:has-text('Search')")
    page.wait_for_selector(".nanoos-say.bad:has-text('Xq')")

    page = new_page(1280, 1000)
    _open(page, server, "runs-and-cluster", tmp_path / "lab", "dark")
    page.wait_for_selector(".nanoos-monitor tr.row", timeout=PATIENCE_MS)
    assert page.inner_text(".tile:has-text('completed') b") == "5"
    assert "Python" in page.inner_text(".nanoos-dash table:has-text('last probe') tbody tr:has-text('here')")
    assert page.get_attribute("body", "data-jp-theme-light") == "false"
    _picture(page, "runs-and-cluster")

    page = new_page(420, 900)
    _open(page, server, "model-comparison", tmp_path / "lab")
    page.wait_for_selector(".nanoos-dash >> text=4 materials by", timeout=PATIENCE_MS)
    row = page.inner_text(".nanoos-dash tr:has-text('a model'):has-text('all')")
    assert row.split()[:8] == ["a", "model", "all", "4", "4.0", "±", "0.4", "4.06"]
    assert row.split()[8:] == ["0.995", "−1.50", "100", "%", "of", "68", "%"]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 420
    _picture(page, "model-comparison")

    empty = {
        NAMES[0]: "holds no structures yet",
        NAMES[1]: "No run has begun yet",
        NAMES[2]: "holds no values yet",
    }
    page = new_page()
    for name, words in empty.items():
        _open(page, server, name, tmp_path / "empty")
        page.wait_for_selector(f".nanoos-dash >> text={words}", timeout=PATIENCE_MS)
    _open(page, server, NAMES[0], tmp_path / "nowhere")
    assert "holds no lab" in page.inner_text(".nanoos-say.bad")
    page.fill(".nanoos-dash-lab input", str(tmp_path / "lab"))
    page.click("button:has-text('Open')")
    page.wait_for_selector(".nanoos-dash >> text=4 structures", timeout=PATIENCE_MS)
