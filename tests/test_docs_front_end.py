"""The page on the front end: its code runs, its links lead somewhere, and its keys are those of the viewer."""

from __future__ import annotations

import re

import pytest
from pymatgen.core import Lattice, Structure


@pytest.fixture
def page(repository):
    return (repository / "docs" / "front-end.md").read_text(encoding="utf-8")


def test_its_code_writes_the_pictures_that_it_says(page, tmp_path, monkeypatch):
    pytest.importorskip("anywidget", reason="the extra 'notebook' is not installed")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    cell = Structure.from_spacegroup(
        221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
    )
    exec(code, {"structure": cell})  # noqa: S102 - the page's own
    assert {path.name for path in tmp_path.iterdir()} == {"structure.png", "as-seen.png"}


def test_its_links_lead_somewhere(page, repository):
    for link in re.findall(r"\]\(([^)#]+)\)", page):
        assert (repository / "docs" / link).exists(), link


def test_its_keys_are_those_of_the_viewer(page, repository):
    source = (repository / "extensions/viewer-core/src/ui/hands.ts").read_text(encoding="utf-8")
    keys = set(re.findall(r"^ {6}'?(\w|[.,])'?: ", source, re.MULTILINE))
    table = page.partition("## Hands and keys")[2].partition("## In JupyterLab")[0]
    named = set(re.findall(r"`([a-z0-9.,])`", table))
    assert named == keys
