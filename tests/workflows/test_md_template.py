"""The template md-diffusion for real: a lab, LAMMPS, and papermill."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

import nanoos_lab as nl
from nanoos_lab.calculators import get_calculator
from nanoos_lab.errors import RunFailedError
from nanoos_lab.testing import crystal

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
COPPER = "lammps:Cu_mishin1.eam.alloy"
QUICK = {"melt_ps": 0.6, "equilibration_ps": 0.4, "time_ps": 10.0, "min_length": 7.0}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, require: Any) -> Any:
    problem = get_calculator(COPPER).available()
    require(problem is None, str(problem))
    opened = nl.open(tmp_path_factory.mktemp("labs") / "lab with spaces")
    opened.add(crystal("Cu", primitive=False), name="copper <b>")
    yield opened
    opened.close()


def test_molten_copper_gives_figures_coefficients_and_an_activation_energy(lab: Any) -> None:
    report = lab.report("md-diffusion", structures=lab.structures(), temperatures=[1800.0, 2500.0], **QUICK)
    told = report.run.summary
    assert told["title"] == "Molecular dynamics of copper <b>"
    assert "1800 K: Cu: (" in told["summary"]
    assert 0.0 < told["activation_energies_eV"]["Cu"]["value"] < 1.5
    assert {"course.pdf", "displacement.svg", "distribution.pdf", "arrhenius-Cu.pdf"} <= set(
        report.run.artifacts
    )
    page = report.path.read_text()
    for words in ("Preflight", "A step takes", "Radial distribution functions", "How to run this again"):
        assert words in page
    assert "copper <b>" not in page.split("<body", 1)[1].split("</nav", 1)[0] or "copper &lt;b&gt;" in page
    children = lab.runs(parent=report.run.id, limit=None)
    assert [run.task for run in children] == ["md", "md"]
    stated = lab.values(property="diffusion_coefficient")
    assert len(stated) == 2
    before = len(lab.runs(limit=None))
    lab.report("md-diffusion", structures=lab.structures(), temperatures=[1800.0, 2500.0], **QUICK)
    assert len(lab.runs(limit=None)) == before + 1  # the notebook alone: what it asked for was there


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"calculator": "lammps:Cu_mishin.eam.alloy"}, "did you mean"),
        ({"time_ps": 1e6, "sample_every": 1000, "max_hours": 0.01}, "more than max_hours"),
    ],
)
def test_what_is_missing_or_too_long_is_said_before_anything_runs(lab: Any, said: Any, words: str) -> None:
    before = {run.id for run in lab.runs(limit=None) if run.task == "md"}
    with pytest.raises(RunFailedError, match=words):
        lab.report("md-diffusion", structures=lab.structures(), **{**QUICK, **said})
    assert {run.id for run in lab.runs(limit=None) if run.task == "md"} == before


def test_the_toy_is_called_synthetic(lab: Any) -> None:
    report = lab.report(
        "md-diffusion", structures=lab.structures(), calculator="toy", ensemble="nvt", temperatures=[300.0],
        melt_at=0.0, **{**QUICK, "time_ps": 0.2, "equilibration_ps": 0.0, "min_length": 3.0},
    )  # fmt: skip
    assert report.run.summary["synthetic"]
    page = report.path.read_text()
    assert "mean nothing about real materials" in page
    notebook = nbformat.read(report.run.artifacts["notebook.ipynb"], as_version=4)
    assert any("image/svg+xml" in o.get("data", {}) for c in notebook.cells for o in c.get("outputs", ()))
