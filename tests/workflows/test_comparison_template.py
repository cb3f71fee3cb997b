"""The template about models for real: a lab, our own network, papermill, and the page."""

from __future__ import annotations

import pandas as pd
import pytest

import nanoos_lab as nl
from nanoos_lab.lab.sources import samples_folder

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
EVIL = "<script>document.title='owned'</script>"


def test_a_report_says_how_far_a_model_is_off_and_keeps_its_rows(tmp_path):
    pytest.importorskip("onnxruntime")
    with nl.open(tmp_path / "lab with spaces") as lab:
        for name in ("MgO", "NaCl", "Si", "GaAs", "ZnO", "TiC"):
            lab.add(samples_folder() / f"{name}.cif")
        lab.find(formula="MgO")[0].rename(EVIL)
        report = lab.report("model-comparison", property="bulk_modulus", predictors=["nanoos-gnn"], worst=2)
        said = report.run.summary["summary"]
        assert "by 1 method, held against measured values" in said
        assert report.title == "Bulk modulus: models against measured values"
        rows = pd.read_csv(report.run.artifacts["comparison.csv"])
        assert set(rows["unit"]) == {"GPa"}
        assert f"Bulk modulus of {len(rows)} materials" in said
        page = report.path.read_text(encoding="utf-8")
        assert "Worst cases" in page
        assert "How to run this again" in page
        assert EVIL not in page
        assert page.count('src="data:image/svg+xml') >= 2
        (child,) = {run.task for run in lab.runs(parent=report.run.id, limit=None)}
        assert child == "predict"
