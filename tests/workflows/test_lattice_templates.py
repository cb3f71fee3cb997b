"""The templates of phonons and elastic constants for real: a lab, papermill, and what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import nanoos_lab as nl
from nanoos_lab.testing import crystal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory):
    opened = nl.open(tmp_path_factory.mktemp("labs") / "lab with spaces")
    for formula in ("Cu", "MgO"):
        opened.add(crystal(formula), name=f"{formula} <b>")
    yield opened
    opened.close()


def page_of(report) -> str:
    """Return the page without its programs, which know words that it does not say."""
    path: Path = next(p for n, p in report.run.artifacts.items() if n.endswith(".html"))
    return re.sub(
        r"<script(?![^>]*\btype=).*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )


def test_phonons_from_preflight_to_plain_words(lab) -> None:
    report = lab.report(
        "phonons",
        structures=lab.structures(),
        calculator="toy",
        min_length=6.5,
        mesh_length=20.0,
        t_step=50.0,
    )
    summary = report.run.summary
    assert summary["stable"] == {"Cu <b>": True, "MgO <b>": True}
    assert "dynamically stable" in summary["summary"]
    page = page_of(report)
    for word in (
        "displacements",
        "Heat capacity",
        "no Born charges",
        "SYNTHETIC",
        "thermal.pdf",
        "evaluation measured",
    ):
        assert word in page
    assert "Cu <b>" not in page.replace("Cu &lt;b&gt;", "")


def test_elastic_constants_from_preflight_to_plain_words(lab) -> None:
    report = lab.report("elastic", structures=lab.structures(), calculator="toy", points=2)
    summary = report.run.summary
    assert set(summary["tensors_GPa"]) == {"Cu <b>", "MgO <b>"}
    assert summary["summary"].count("mechanically stable") == 2
    page = page_of(report)
    for word in ("strains to ±1 %", "Shear modulus", "IEEE", "SYNTHETIC", "evaluation measured"):
        assert word in page


@pytest.mark.parametrize("template", ["phonons", "elastic"])
def test_copper_by_a_real_program(lab, template) -> None:
    eam = "lammps:Cu_mishin1.eam.alloy"
    copper = next(one for one in lab.structures() if one.formula == "Cu")
    report = lab.report(template, structures=[copper], calculator=eam)
    assert "SYNTHETIC" not in page_of(report)
    done = [
        run for run in lab.runs(limit=None) if (run.task, run.summary.get("calculator")) == (template, eam)
    ]
    assert [run.state for run in done] == ["COMPLETED"]
    if template == "elastic":  # Y. Mishin et al., Phys. Rev. B 63, 224106 (2001), table III
        tensor = done[0].summary["elastic_tensor"]
        assert [tensor[0][0], tensor[0][1], tensor[3][3]] == pytest.approx([169.9, 122.6, 76.2], rel=0.02)
