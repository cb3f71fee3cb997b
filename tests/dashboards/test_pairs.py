"""What dashboards show, and which lab they open, without a browser."""

from __future__ import annotations

import pytest

from nanoos_lab.dashboards import NAMES, dashboard, notebook_of
from nanoos_lab.dashboards.frame import find_place
from nanoos_lab.errors import UnknownNameError
from nanoos_lab.lab import Lab


def test_the_address_says_which_lab(monkeypatch, tmp_path):
    monkeypatch.setenv("NANOOS_LAB", "/from/the/variable")
    monkeypatch.setenv("QUERY_STRING", "lab=/from/the/page&project=mine")
    assert find_place() == ("/from/the/page", "mine")
    monkeypatch.setenv("QUERY_STRING", "")
    assert find_place() == ("/from/the/variable", "default")
    monkeypatch.delenv("NANOOS_LAB")
    (tmp_path / "lab.toml").touch()
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    assert find_place() == (str(tmp_path), "default")


@pytest.mark.parametrize("name", NAMES)
def test_no_lab_is_said_and_no_folder_becomes_one(name, tmp_path):
    page = dashboard(name, place=str(tmp_path / "<img src=x onerror=alert(1)>"))
    assert "holds no lab" in page.status.value
    assert "<img" not in page.status.value
    assert page.body.children == ()
    assert list(tmp_path.iterdir()) == []
    page.place.value = ""
    page.go.click()
    assert "Which lab?" in page.status.value


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("materials-explorer", "holds no structures yet"),
        ("runs-and-cluster", "No run has begun yet"),
        ("model-comparison", "holds no values yet"),
    ],
)
def test_an_empty_lab_says_what_is_missing(name, words, tmp_path):
    Lab(tmp_path / "lab").close()
    page = dashboard(name, place=str(tmp_path / "lab"))
    assert words in "".join(_texts(page.body))
    page.lab.close()


def test_a_wrong_word_is_answered_and_a_right_one_found(tmp_path):
    with Lab(tmp_path / "lab") as lab:
        for one in ("MgO.cif", "NaCl.cif"):
            lab.add(one)
    page = dashboard("materials-explorer", place=str(tmp_path / "lab"))
    fields = {w.description: w for w in _walk(page) if hasattr(w, "description")}
    fields["Elements"].value = "Xx"
    fields["Search"].click()
    assert "Xx" in "".join(_texts(page.body))
    fields["Elements"].value = "O"
    fields["Search"].click()
    assert "1 structures" in "".join(_texts(page.body))
    page.lab.close()


def test_every_dashboard_has_its_notebook():
    for name in NAMES:
        assert f'dashboard(\\"{name}\\")' in notebook_of(name).read_text(encoding="utf-8")
    with pytest.raises(UnknownNameError, match="materials-explorer"):
        notebook_of("material-explorer")


def _walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _walk(child)


def _texts(widget):
    return [one.value for one in _walk(widget) if isinstance(getattr(one, "value", None), str)]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_finds_its_widget(name, tmp_path):
    page = dashboard(name, place=str(tmp_path))
    assert page.model_id
    assert page._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]["model_id"] == page.model_id
