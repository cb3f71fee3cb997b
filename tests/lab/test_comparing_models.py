"""Models against what is known of many materials, with real models on real crystals."""

from __future__ import annotations

import pandas as pd
import pytest

import nanoos_lab as nl
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.sources import samples_folder
from nanoos_lab.widgets.plain import spreadsheet_cell

NAMES = ("MgO", "NaCl", "Si", "GaAs", "ZnO", "TiC", "CsCl", "LiF", "Cu", "SrTiO3", "CaF2", "InP")


@pytest.fixture(scope="module")
def measured(tmp_path_factory, require):
    with nl.open(tmp_path_factory.mktemp("labs") / "lab") as lab:
        for name in NAMES:
            lab.add(samples_folder() / f"{name}.cif")
        yield lab


@pytest.fixture(scope="module")
def compared(measured):
    pytest.importorskip("onnxruntime")
    return measured.compare_models("bulk_modulus", predictors=["nanoos-gnn"])


def test_a_model_predicts_what_has_a_reference_and_is_held_against_it(measured, compared):
    frame = compared.frame()
    known = measured.values(property="bulk_modulus", origin="measured")
    assert 8 <= len(frame) == known["material"].nunique()
    assert len(set(frame["method"])) == 1
    assert set(frame["reference"]) <= set(known["value"])
    (errors,) = compared.errors().to_dict("records")
    assert errors["mae"] == pytest.approx((frame["estimate"] - frame["reference"]).abs().mean())
    assert 0 < errors["mae"] < 60  # the model's own card says about a tenth of the value
    assert errors["intervals"] == len(frame)
    assert set(frame["crystal_system"]) <= {"cubic", "hexagonal"}
    again = measured.compare_models("bulk_modulus", predictors=["nanoos-gnn"])
    assert len(measured.runs(task="predict", limit=None)) <= len(NAMES)
    pd.testing.assert_frame_equal(again.frame(), frame)


def test_it_shows_itself_and_can_be_saved(compared, tmp_path):
    shown = compared._repr_mimebundle_()
    assert "Worst cases" in shown["text/html"]
    assert shown["text/html"].count("data:image/svg+xml") == min(8, len(compared))
    assert "<svg" in shown["text/html"]
    assert "held against measured values" in shown["text/plain"]
    table = pd.read_csv(compared.save(tmp_path / "gaps.csv"))
    assert list(table["reference"]) == pytest.approx(list(compared.frame()["reference"]))
    pytest.importorskip("pyarrow")
    kept = pd.read_parquet(compared.save(tmp_path / "gaps.parquet"))
    assert list(kept["estimate"]) == list(compared.frame()["estimate"])
    page = compared.save(tmp_path / "gaps.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert {p.suffix for p in tmp_path.iterdir()} == {".csv", ".parquet", ".html"}
    with pytest.raises(InvalidInputError, match=r"\.parquet"):
        compared.save(tmp_path / "gaps.xlsx")


def test_what_is_synthetic_is_never_compared(measured, compared):
    one = measured.find(formula="MgO")[0]
    measured.run("eos", one, calculator="toy")
    found = measured.compare_models("bulk_modulus")
    assert found.pairs.synthetic >= 1
    assert found.methods == compared.methods
    assert "synthetic" in " ".join(found.left_out())


def test_names_are_escaped_and_never_formulas(measured, compared, tmp_path):
    evil = "=cmd()<script>alert(1)</script>"
    one = measured.find(formula="MgO")[0]
    one.rename(evil)
    found = measured.compare_models("bulk_modulus", [one])
    assert len(found) == 1
    assert "<script" not in found._repr_mimebundle_()["text/html"]
    table = pd.read_csv(found.save(tmp_path / "x.csv"))
    assert table["label"][0] == spreadsheet_cell(evil) != evil
    one.rename("MgO")


def test_a_wrong_question_says_what_would_be_right(measured, compared):
    with pytest.raises(UnknownNameError, match="bulk_modulus"):
        measured.compare_models("bulk_modolus")
    with pytest.raises(InvalidInputError, match=r"lab\.compare"):
        measured.compare_models("density_of_states")
    with pytest.raises(InvalidInputError, match="measured"):
        measured.compare_models("bulk_modulus", truth="PBEsol")
    with pytest.raises(UnknownNameError, match="nanoos-gnn"):
        measured.compare_models("bulk_modulus", predictors=["nanoos-gn"])
    with pytest.raises(InvalidInputError, match="two methods are compared, and here there are 1"):
        compared.difference()
    with pytest.raises(UnknownNameError, match="crystal_system"):
        compared.errors("crystals")


def test_nothing_to_compare_is_said(tmp_path):
    with nl.open(tmp_path / "lab") as lab:
        lab.add("SrTiO3.cif")
        found = lab.compare_models("debye_temperature")
        assert "nothing to compare" in repr(found)
        assert "nothing to compare" in found._repr_mimebundle_()["text/html"]
        with pytest.raises(InvalidInputError, match="nothing to compare"):
            found.figure()


def test_two_models_are_compared_on_the_rows_that_both_know(measured, compared):
    pytest.importorskip("chgnet")
    both = measured.compare_models("bulk_modulus", predictors=["nanoos-gnn", "chgnet"])
    found = both.difference("CHGNet", "nanoos-gnn")
    sizes = both.frame().assign(size=lambda f: f["error"].abs()).pivot_table(
        index="material", columns="method", values="size"
    )  # fmt: skip
    off = sizes[found.first] - sizes[found.second]
    assert found.n == len(off.dropna())
    assert found.mean == pytest.approx(off.mean())
    assert found.standard_error == pytest.approx(off.sem())
    assert "can" in both.sentences()[-1] or "closer than" in " ".join(both.sentences())
    assert both.figure().layout.xaxis.title.text == "Measured bulk modulus (GPa)"
