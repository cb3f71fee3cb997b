"""The table of materials in Chromium: live in JupyterLab with rows from the kernel, and drawn by itself without one.

Every request that would leave this machine fails the test.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nanoos_lab.widgets.table.still import MIME_TYPE, still_payload
from tests.system import browser

pytestmark = [pytest.mark.browser, pytest.mark.system]

NASTY = '<img src=x onerror="window.hurt = 1"></script>'
LIVE = """
import pathlib
import nanoos_lab as nl
from pymatgen.core import Lattice, Structure
from nanoos_lab.properties import Method, Origin, PropertyEstimate
from nanoos_lab.store.values import insert_values

lab = nl.open("lab")
made = lab.add([Structure(Lattice.cubic(3 + k / 40), ["Po"], [[0, 0, 0]]) for k in range(300)])
with lab.store.write() as session:
    for k, record in enumerate(made):
        stated = [
            PropertyEstimate(property=name, value=value, uncertainty=0.1, uncertainty_kind="conformal_90",
                             origin=Origin.PREDICTED, method=Method(name="model", version="1"))
            for name, value in (("band_gap", k / 100), ("bulk_modulus", 600.0 - k))
        ]
        insert_values(session, lab.store.scope, record.row.material_id, record.id, stated)
made[7].rename(NASTY)
table = lab.table(columns=["name", "formula", "band_gap", "bulk_modulus"])
def told(change):
    known = table._source.numbers("band_gap", change.new, {})
    pathlib.Path("selected.txt").write_text(str([round(known[one] * 100) for one in change.new]))
table.observe(told, "selection")
table
"""
ROWS = """() => [...document.querySelectorAll('.nanoos-table .nt-row')]
  .sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))
  .filter(row => row.dataset.id).map(row => [...row.children].slice(1).map(cell => cell.innerText.trim()))"""

ALIGNED = """() => {
  const left = one => Math.round(one.getBoundingClientRect().left);
  const lefts = line => [...document.querySelector(line).children].map(left);
  return String(lefts('.nanoos-table .nt-head')) === String(lefts('.nanoos-table .nt-row'));
}"""


def first_gap(page, expected):
    page.wait_for_function(f"expected => (({ROWS})()[0] ?? [])[2]?.startsWith(expected)", arg=expected)


def picture(page, name):
    if folder := os.environ.get("NANOOS_PICTURES"):
        page.locator(".nanoos-table").first.screenshot(path=str(Path(folder) / f"{name}.png"))


def selected(page, work, expected):
    browser.wait_for_text(page, work / "selected.txt", expected)


def test_a_live_table_pages_sorts_filters_and_selects(jupyterlab, page, tmp_path):  # noqa: PLR0915 - one story
    work = tmp_path / "work"
    work.mkdir()
    source = LIVE.replace("NASTY", repr(NASTY))
    browser.write_notebook(work / "table.ipynb", source, "table.select(lab.find(limit=2))")
    browser.open_notebook(page, jupyterlab(), "table.ipynb")
    browser.run_cell(page, 0)
    page.wait_for_selector(".nanoos-table .nt-row .nt-still img", timeout=60_000)
    assert "300 rows" in page.inner_text(".nanoos-table .nt-count")
    assert page.get_attribute(".nanoos-table [role=grid]", "aria-rowcount") == "301"
    assert page.locator(".nanoos-table .nt-row").count() < 60, "only the rows in view are in the page"
    assert page.locator(f".nanoos-table .nt-row >> text={NASTY}").count() == 1
    assert page.evaluate("() => window.hurt") is None

    # sorting by a click, and again the other way round; the header says so
    header = page.locator(".nanoos-table [role=columnheader][data-column=band_gap]")
    header.locator("button").click()
    page.wait_for_selector("[data-column=band_gap][aria-sort=ascending]")
    header.locator("button").click()
    page.wait_for_selector("[data-column=band_gap][aria-sort=descending]")
    first_gap(page, "2.99")

    # scrolling asks the kernel for the rows there
    page.evaluate(
        "() => { const grid = document.querySelector('.nanoos-table .nt-grid'); grid.scrollTop = 150 * 46; }"
    )
    page.wait_for_function(f"() => ({ROWS})().some(row => row[2].startsWith('1.48'))")
    page.evaluate("() => { document.querySelector('.nanoos-table .nt-grid').scrollTop = 0; }")
    first_gap(page, "2.99")

    # filters of a column, and what it says of one that cannot be
    page.fill("[aria-label='filter Band gap']", "1..1.5")
    first_gap(page, "1.50")
    page.wait_for_selector(".nt-count:has-text('51 of 300 rows')")
    page.fill("[aria-label='filter Band gap']", "often")
    page.wait_for_selector(".nt-problem:has-text('often')")
    page.fill("[aria-label='filter Band gap']", "")
    page.fill("[aria-label='filter rows by words']", "band_gap<0.05")
    page.wait_for_selector(".nt-count:has-text('of 300 rows')")
    first_gap(page, "0.04")
    page.fill("[aria-label='filter rows by words']", "")
    page.wait_for_function("() => document.querySelector('.nt-count').innerText.startsWith('300 rows')")

    # selection: by a click and by the keyboard to Python, and from Python
    first_gap(page, "2.99")
    page.click(".nanoos-table .nt-row[aria-rowindex='2']")
    selected(page, work, "[299]")
    page.focus(".nanoos-table [role=grid]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    selected(page, work, "[299, 298]")
    page.wait_for_selector(".nanoos-table .nt-row[aria-rowindex='3'][aria-selected=true]")
    browser.run_cell(page, 1)
    selected(page, work, "[0, 1]")

    page.wait_for_function(ALIGNED)

    # the plot: a brush over its left part selects the rows of small gaps
    page.click(".nanoos-table button:has-text('Plot')")
    page.wait_for_selector(".nt-plot canvas[data-points='300']")
    canvas = page.locator(".nt-plot canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 57, box["y"] + 11)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 120, steps=3)
    page.mouse.up()
    page.wait_for_function(
        """() => { const said = /([0-9]+) selected/.exec(document.querySelector('.nt-count').innerText);
        return said !== null && Number(said[1]) > 3; }"""
    )
    for _ in range(300):
        gaps = json.loads((work / "selected.txt").read_text() or "[]")
        if len(gaps) > 3:
            break
        page.wait_for_timeout(100)
    assert 3 < len(gaps) < 200
    assert max(gaps) < 100
    page.click(".nanoos-table button:has-text('Only selected')")
    page.wait_for_function(
        "n => document.querySelector('.nt-count').innerText.startsWith(n + ' of 300 rows')",
        arg=str(len(gaps)),
    )
    picture(page, "table-live")


def test_with_no_kernel_the_first_rows_sort_filter_and_plot_themselves(jupyterlab, page, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    columns = [
        {"key": "name", "label": "Name", "unit": "", "kind": "text", "sortable": True, "filterable": True},
        {"key": "band_gap", "label": "Band gap", "unit": "eV", "kind": "value", "sortable": True, "filterable": True,
         "methods": [{"label": "predicted · model 1", "origin": "predicted", "synthetic": False, "count": 40}]},
    ]  # fmt: skip
    rows = [
        {"id": f"{k:012x}", "cells": [f"{NASTY} {k}", {"t": f"{k / 10:.1f}", "v": k / 10}]} for k in range(40)
    ]
    rows[3]["cells"][1] = None
    state = {
        "title": "Materials",
        "columns": columns,
        "total": 9000,
        "matching": 9000,
        "methods": {},
        "height": 300,
    }
    payload = still_payload(state, rows, {})
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {MIME_TYPE: payload, "text/plain": "a table"},
    }
    browser.write_notebook(work / "still.ipynb", ("table", [output]))
    browser.open_notebook(page, jupyterlab(), "still.ipynb", kernel=False)
    page.wait_for_selector(".nanoos-table .nt-row[data-id]", timeout=60_000)
    assert page.evaluate("() => window.hurt") is None
    assert "The first 40 of 9,000 rows" in page.inner_text(".nanoos-table")
    for order, gap in (("ascending", "0.0"), ("descending", "3.9")):
        page.click("[data-column=band_gap] button")
        page.wait_for_selector(f"[data-column=band_gap][aria-sort={order}]")
        page.wait_for_function(f"gap => ({ROWS})()[0][1] === gap", arg=gap)
    page.fill("[aria-label='filter Band gap']", "<0.5")
    page.wait_for_selector(
        ".nt-count:has-text('4 of 9,000 rows')"
    )  # 0, 0.1, 0.2 and 0.4: nothing is known of one
    page.click(".nanoos-table button:has-text('Plot')")
    page.wait_for_selector(".nt-plot canvas[data-points='4']")
    picture(page, "table-still")
