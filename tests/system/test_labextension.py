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

from tests.system.browser import LIMIT_MS, assert_turns, ready

pytestmark = [pytest.mark.browser, pytest.mark.system]


def picture(page, name):
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("NANOOS_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def sessions(server):
    """Return the sessions that the server has, each of which is a kernel."""
    address = f"{server.address}/api/sessions?token={server.token}"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server, on loopback
        return json.load(answer)


@pytest.fixture
def lab(jupyterlab, page, repository, tmp_path):
    """Open JupyterLab on a folder with structure files; return page and server."""
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(repository / "notebooks" / "structures" / "SrTiO3.cif", work)
    server = jupyterlab(work)
    page.goto(f"{server.address}/lab?token={server.token}&reset")
    page.wait_for_selector(".jp-DirListing-item", timeout=LIMIT_MS)
    return page, server


def double_click(page, name):
    page.dblclick(f".jp-DirListing-item[title^='Name: {name}']")


def test_a_double_click_shows_a_crystal_without_a_kernel(lab):
    page, server = lab
    double_click(page, "SrTiO3.cif")
    canvas = ready(page, ".nanoos-file-view")
    assert_turns(page, canvas)
    page.wait_for_selector(".nl-facts dd:has-text('(221)')")
    picture(page, "file")
    assert sessions(server) == []
