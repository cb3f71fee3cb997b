"""The run monitor in JupyterLab: it follows real runs, its buttons act on them, and it is the same in another kernel.

Every request that would leave this machine fails the test.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.system]

TASKS = '''
"""Tasks whose course a test decides through files."""

import time
from pathlib import Path

from nanoos_lab.tasks import TASKS, Outcome, Params, task

HERE = Path(__file__).parent


class Gate(Params):
    name: str


@task("gate", version="1")
def gate(inputs, params: Gate, context):
    print("hello from", params.name, flush=True)
    while True:
        said = HERE / params.name
        fraction = float(said.read_text() or 0) if said.exists() else 0.0
        context.progress(fraction, f"at {fraction:.0%}")
        if fraction >= 1:
            return Outcome(summary={"through": True})
        time.sleep(0.02)


class Once(Params):
    mended: str


@task("fail once", version="1")
def fail_once(inputs, params: Once, context):
    if not (HERE / params.mended).exists():
        raise ValueError("not <b>mended</b>")
    return Outcome()


for one in (gate, fail_once):
    TASKS.register(one.name, one, replace=True)
'''
ASK = """
import nanoos_lab as nl, slow
lab = nl.open("lab")
mgo = lab.add("MgO.cif")
followed = lab.submit("gate", mgo, on="process", name="followed")
stopped = lab.submit("gate", mgo, on="process", name="stopped")
mended = lab.submit("fail once", mgo, on="process", mended="mended")
lab.runs(live=True)
"""
OPEN_AGAIN = """
import nanoos_lab as nl
lab = nl.open("lab")
lab.runs(live=True)
"""
SETTINGS = """
[profiles.process]
max_workers = 4
retry = { max_attempts = 1 }
"""


def write_notebook(path, source):
    cell = {
        "cell_type": "code", "id": "c0", "source": source, "outputs": [], "metadata": {}, "execution_count": None,
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": [cell]}
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def jupyter(tmp_path, require, monkeypatch):
    """Start JupyterLab on two notebooks, a lab and its tasks, and open a page; give page, URL and folder."""
    require(shutil.which("chromium"), "Chromium is not installed: apt-get install chromium")
    pytest.importorskip("playwright.sync_api", reason="the extra 'dev' is not installed")
    pytest.importorskip("jupyterlab", reason="the extra 'notebook' is not installed")
    from tests.system import browser

    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "settings.toml").write_text(SETTINGS)
    (work / "slow.py").write_text(TASKS)
    write_notebook(work / "ask.ipynb", ASK)
    write_notebook(work / "again.ipynb", OPEN_AGAIN)
    monkeypatch.setenv("NANOOS_SETTINGS", str(tmp_path / "settings.toml"))
    with browser.jupyter_lab(work, tmp_path / "home") as url, browser.page() as (page, complaints, foreign):
        yield page, url, work
        assert foreign == []
        assert [c for c in complaints if "nanoos" in c or "widget" in c.lower()] == []


def run_notebook(page, url, path):
    from tests.system import browser

    browser.open_notebook(page, url, path)
    browser.run_all(page, 60)
    page.wait_for_selector(
        ".jp-OutputArea .nanoos-monitor tr.row, .jp-OutputArea [data-mime-type$=stderr]", timeout=30_000
    )
    assert page.query_selector(".nanoos-monitor tr.row"), page.inner_text(".jp-Notebook")


def rows(page):
    """Return the table as it is read, without the times that go on."""
    lines = page.eval_on_selector_all(
        ".jp-OutputArea .nanoos-monitor tr.row",
        "all => all.map(row => [...row.querySelectorAll('td:not(.elapsed)')].map(cell => cell.innerText.trim()))",
    )
    return sorted(map(tuple, lines))


def wait_for_row(page, run, text):
    page.wait_for_selector(f".nanoos-monitor tr.row[data-run='{run}']:has-text('{text}')", timeout=30_000)


def test_it_follows_runs_acts_on_them_and_is_the_same_elsewhere(jupyter):
    page, url, work = jupyter
    run_notebook(page, url, "ask.ipynb")
    page.wait_for_selector(".nanoos-monitor tr.row:has-text('FAILED')", timeout=30_000)
    mended = page.get_attribute(".nanoos-monitor tr.row:has-text('FAILED')", "data-run")
    gates = page.eval_on_selector_all(
        ".nanoos-monitor tr.row:has-text('gate')", "all => all.map(row => row.dataset.run)"
    )
    assert len(gates) == 2
    assert "not <b>mended</b>" in page.inner_text(f".nanoos-monitor tr.row[data-run='{mended}']")
    for run in gates:
        wait_for_row(page, run, "RUNNING")

    # a row tells its log when it is clicked, by which one knows which run it is
    followed, stopped = gates
    page.click(f"tr.row[data-run='{followed}'] td.state")
    page.wait_for_selector(".nanoos-monitor pre:has-text('hello from')")
    if "stopped" in page.inner_text(".nanoos-monitor pre"):
        followed, stopped = stopped, followed

    # progress moves
    for fraction in ("0.4", "0.8"):
        (work / "part").write_text(fraction)
        (work / "part").replace(work / "followed")
        percent = f"{float(fraction):.0%}"
        bar = f"tr.row[data-run='{followed}'] [role=progressbar][aria-valuenow='{percent[:-1]}']"
        page.wait_for_selector(bar, timeout=30_000)
        assert f"at {percent}" in page.inner_text(f"tr.row[data-run='{followed}']")

    # its buttons act on real runs
    page.click(f"button[aria-label='cancel run {stopped}']")
    page.click(f"button[aria-label='confirm: cancel run {stopped}']")
    wait_for_row(page, stopped, "CANCELLED")
    (work / "mended").touch()
    page.click(f"button[aria-label='retry run {mended}']")
    wait_for_row(page, mended, "COMPLETED")
    assert not page.query_selector(f"button[aria-label='retry run {mended}']")
    if picture := os.environ.get("NANOOS_PICTURES"):
        page.locator(".nanoos-monitor").screenshot(path=str(Path(picture) / "monitor.png"))

    # the page is loaded again: its kernel still has the widget
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    page.wait_for_selector(".jp-OutputArea .nanoos-monitor tr.row", timeout=60_000)
    page.wait_for_function("() => document.querySelectorAll('.nanoos-monitor tr.row').length === 3")
    wait_for_row(page, followed, "at 80%")
    before = rows(page)
    counts = page.eval_on_selector_all(
        ".jp-OutputArea .nanoos-monitor .head .word", "all => all.map(one => one.innerText)"
    )
    assert counts == ["1 RUNNING", "1 COMPLETED", "1 CANCELLED"]

    # another kernel shows the same, and goes on following
    run_notebook(page, url, "again.ipynb")
    assert rows(page) == before
    (work / "part").write_text("1.0")
    (work / "part").replace(work / "followed")
    wait_for_row(page, followed, "COMPLETED")
