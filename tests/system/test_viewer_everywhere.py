"""Ten viewers in one notebook, wherever notebooks are read: none is blank, nothing is fetched, the file stays small."""

from __future__ import annotations

import json

import pytest

from tests.system import places, ten_viewers
from tests.system.browser import assert_turns, ready

pytestmark = [pytest.mark.browser, pytest.mark.system]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the notebook as papermill saved it, with the views' state."""
    folder = tmp_path_factory.mktemp("ten")
    return places.papermill(ten_viewers.write(folder / "ten.ipynb"), folder / "saved.ipynb")


@pytest.fixture
def server(saved, tmp_path, jupyterlab):
    """Return JupyterLab on the saved notebook, whose kernel does not exist here."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "saved.ipynb").write_bytes(saved.read_bytes())
    ten_viewers.rename_kernel(work / "saved.ipynb", ten_viewers.NO_SUCH_KERNEL)
    return jupyterlab(work)


def test_the_notebook_is_small_and_holds_the_script_once(saved, tally):
    content = json.loads(saved.read_text(encoding="utf-8"))
    errors = [o for c in content["cells"] for o in c.get("outputs", ()) if o["output_type"] == "error"]
    assert not errors
    states = content["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    viewers = [s for s in states.values() if "_group" in s["state"]]
    assert len(viewers) == places.VIEWERS
    assert sum("digest" in s["state"] for s in states.values()) == 1
    assert max(len(s["state"]["_esm"]) for s in viewers) < 3_000
    tally(f"a notebook with ten live viewers: {saved.stat().st_size / 1e6:.2f} MB")
    assert saved.stat().st_size < 2_000_000


@pytest.mark.parametrize("trusted", [False, True])
def test_in_jupyterlab_with_no_kernel(page, server, trusted, tmp_path):
    if trusted:
        places.trust(server.root / "saved.ipynb", tmp_path / "home")
    seen = places.visit_without_kernel(page, server, "saved.ipynb")
    assert seen == places.Visit(places.VIEWERS, 0, "")
    first = page.locator(".jp-OutputArea-output").first
    first.scroll_into_view_if_needed()
    assert_turns(page, ready(page, ".jp-OutputArea-output"))


def test_in_html_from_disk(page, saved):
    seen = places.visit_file(page, places.to_html(saved))
    assert seen == places.Visit(places.VIEWERS, 0, "")


def test_in_voila(page, tmp_path, voila):
    ten_viewers.write(tmp_path / "work" / "ten.ipynb")
    seen = places.visit_voila(page, voila(), "ten.ipynb")
    assert seen == places.Visit(places.VIEWERS, 0, "")
