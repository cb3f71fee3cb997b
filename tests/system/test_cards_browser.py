"""Prediction cards in Chromium: drawn alike by the browser's code and by Python, copied, downloaded, with their runs.

The widget's own bundle runs in a page opened from disk, with a model that keeps what it is told. Every request that
would leave this machine fails the test.
"""

from __future__ import annotations

import base64
import csv
import json
import os
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest

from nanoos_lab.widgets import PredictionCards

pytestmark = [pytest.mark.browser, pytest.mark.system]

NASTY = '<img src=x onerror="window.hurt = 1"></script>'
PAGE = """<!doctype html><html data-nanoos-theme="{theme}"><body style="background:{background}">
<div id="twin">{twin}</div><div id="live"></div><textarea id="paste"></textarea>
<script type="module">
const module = await import("data:text/javascript;base64,{module}");
const payload = {payload};
const heard = {{}};
window.sent = [];
window.model = {{
  get: name => (name === 'payload' ? payload : true), set() {{}}, save_changes() {{}},
  on: (name, call) => {{ heard[name] = call; }}, off() {{}}, send: message => window.sent.push(message)
}};
window.tell = message => heard['msg:custom'](message);
module.default.render({{ model: window.model, el: document.getElementById('live') }});
</script></body></html>"""


def value(**changes):
    given = {
        "property": "bulk_modulus", "value": 171.3, "unit": "GPa", "uncertainty": 8.2,
        "uncertainty_kind": "conformal_90", "origin": "predicted", "method_name": "model",
        "method_version": "1", "method_recipe": "",
        "converged": True, "in_domain": True, "synthetic": False, "conditions": {}, "source": "",
        "note": "", "run_id": "3f2a81bc9911",
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


@pytest.fixture
def cards():
    measured = {
        "value": 174.2,
        "uncertainty": 1.1,
        "uncertainty_kind": "standard",
        "origin": "measured",
        "run_id": None,
    }
    return PredictionCards(
        [
            (NASTY, value(note=NASTY)),
            (NASTY, value(**measured, method_name="literature", conditions={"temperature_K": 298.0})),
            (NASTY, value(property="shear_modulus", synthetic=True, converged=False, uncertainty=None)),
            ("=cmd()", value(value=None, shape=[3, 2], property="band_gap", unit="eV", uncertainty=None)),
        ],
        heading="Predictions",
        notes=[f"Not predicted: {NASTY}"],
    )


@pytest.fixture
def shown(cards, new_page, tmp_path):
    """Return what opens the cards in a theme."""

    def show(theme="light", width=1000):
        bundle = resources.files("nanoos_lab.widgets").joinpath("static/prediction-cards.js").read_bytes()
        page = new_page(width=width, accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
        path = tmp_path / f"{theme}.html"
        content = PAGE.format(
            theme=theme, background="#15181b" if theme == "dark" else "#fff", twin=cards.html(),
            module=base64.b64encode(bundle).decode(), payload=json.dumps(cards.to_json()).replace("<", "\\u003c"),
        )  # fmt: skip
        path.write_text(content, encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_selector("#live .nc-card")
        return page

    return show


def test_the_browser_draws_what_python_draws(shown):
    texts = "root => [...document.querySelectorAll(root + ' .nc-grid > *')].map(one => one.innerText.trim())"
    for theme, width in (("light", 1000), ("dark", 420)):
        page = shown(theme, width)
        assert page.evaluate(texts, "#live") == page.evaluate(texts, "#twin")
        boxes = "root => [...document.querySelectorAll(root + ' .nc-card')].map(one => one.offsetHeight)"
        for live, twin in zip(page.evaluate(boxes, "#live"), page.evaluate(boxes, "#twin"), strict=True):
            assert abs(live - twin) <= 4
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (
            "cards scroll in their own box"
        )
        assert page.evaluate("() => window.hurt") is None
        if folder := os.environ.get("NANOOS_PICTURES"):
            page.screenshot(path=str(Path(folder) / f"cards-{theme}.png"), full_page=True)


def test_cards_are_copied_downloaded_and_show_their_runs(shown, cards):
    page = shown()
    page.click("#live button:has-text('Copy')")
    page.wait_for_selector("#live button:has-text('Copied')")
    page.focus("#paste")
    page.keyboard.press("Control+V")
    page.wait_for_function("() => document.getElementById('paste').value.includes('bulk_modulus')")
    lines = [line.split("\t") for line in page.input_value("#paste").splitlines()]
    assert lines[0] == list(cards.frame().columns)
    assert [line[2] for line in lines[1:]] == ["171.3", "174.2", "171.3", ""]
    assert lines[-1][0] == "'=cmd()"

    with page.expect_download() as download:
        page.click("#live button:has-text('CSV')")
    saved = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert [line[:3] for line in saved] == [line[:3] for line in csv.reader(cards.csv().splitlines())]

    page.click("#live button.nc-run >> nth=0")
    assert page.evaluate("() => window.sent") == [{"type": "run", "run": "3f2a81bc9911"}]
    record = {"title": "predict 1", "state": "COMPLETED", "facts": [["Of", NASTY]]}
    page.evaluate("record => window.tell({type: 'record', run: '3f2a81bc9911', record})", record)
    assert NASTY in page.inner_text("#live .nc-record")
    page.click("#live .nc-record button")
    assert page.locator("#live .nc-record").count() == 0
    assert page.evaluate("() => window.hurt") is None
