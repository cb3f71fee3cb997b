"""The page on predictors: its code runs, its tables and words hold."""

from __future__ import annotations

import re

import pytest

from nanoos_lab.ml import PREDICTORS
from nanoos_lab.testing import ConformanceError, check_predictor, crystal


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "predictors.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def namespace(page):
    """Run every block that is not marked as waiting for files of the reader's own."""
    found = {}
    try:
        for block in re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
            exec(compile(block, "docs/predictors.md", "exec"), found)  # noqa: S102 - our own page
        yield found
    finally:
        PREDICTORS._loaded.pop("additive", None)


def test_its_predictor_holds_together_and_has_few_lines(page, namespace):
    from nanoos_lab.ml import get_predictor

    assert get_predictor("additive").predict([crystal("MgO")])[0][0].value == pytest.approx(-3.05)
    body = page.partition("class Additive")[2].partition("```")[0]
    assert len([line for line in body.splitlines() if line.strip()]) <= 36


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"prove": lambda _self: None}, "answers as if nothing had happened"),
        ({"contributions": lambda _self, s: [[1.0] * len(x) for x in s]}, "not to formation_energy"),
        ({"version": ""}, "no name or no version"),
    ],
)
def test_what_the_page_promises_is_checked(namespace, change, words):
    made = type("Worse", (namespace["Additive"],), change)
    if words == "not to formation_energy":
        made.predict = lambda self, s, *_args, **_more: [(self.state(-1.0),) for _ in s]
    with pytest.raises(ConformanceError, match=words):
        check_predictor(
            made(), [crystal("MgO"), crystal("NaCl")], changed=lambda: made(namespace["FITTED"] | {"O": -3.0})
        )


def test_its_table_names_every_family(page):
    named = set(re.findall(r"^\| `([\w-]+)[:`]", page, re.MULTILINE))
    assert set(PREDICTORS.names()) - {"additive"} <= named


def test_its_links_lead_somewhere(repository, page):
    for link in re.findall(r"\]\(([^)#]+)\)", page):
        assert (repository / "docs" / link).exists(), link
