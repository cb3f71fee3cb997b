from __future__ import annotations

import json

import numpy as np
import pytest

from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.ml import get_predictor
from nanoos_lab.ml.matgl import calibrate_matgl
from nanoos_lab.testing import check_predictor, crystal

TENSORNET = "TensorNet-MatPES-PBE-v2025.1-PES"
FEW = 130
"""Small crystals that a potential is asked about: it needs 120, a third of them for the elements."""


def calibrated(folder, rows, **changes):
    asked = {"property": "formation_energy", "expected_mae": 0.028, "source": "MP of 2018"} | changes
    return calibrate_matgl(folder, *rows, **asked)


def test_a_folder_is_made_believable(made):
    """The order of its edges is found out by the known values, and kept."""
    folder, found = made
    assert (found.figures.mae, found.figures.coverage) == (
        pytest.approx(0.011, abs=0.005), pytest.approx(0.9, abs=0.12),
    )  # fmt: skip
    references = json.loads((folder / "references.json").read_text())
    assert references["gathered_at"] == "end"
    assert "met 160 known values (MP of 2018)" in references["about"]
    predictor = get_predictor(f"matgl:{folder}")
    check_predictor(predictor, [crystal("MgO"), crystal("NaCl")])
    (energy,) = predictor.predict([crystal("MgO")])[0]
    assert energy.uncertainty == pytest.approx(found.rule.half_widths([energy.value], [0], [0])[0])
    assert (energy.uncertainty_kind, energy.source, energy.note) == (
        "conformal_90", "MP of 2018", "seen in training",
    )  # fmt: skip
    assert not list(folder.glob(".*"))


def test_a_model_that_is_not_itself_leaves_nothing_behind(unknown, mp2018):
    structures, known = mp2018
    with pytest.raises(CalculatorError, match=r"off by 1\.\d+ eV/atom on average, where 0\.028 was expected"):
        calibrated(unknown, (structures[:48], known[:48] + 1.5))
    assert {p.name for p in unknown.iterdir()} == {"README.md", "model.json", "model.pt", "state.pt"}


def test_a_calibration_of_other_weights_is_refused(calibrated_folder):
    import torch

    state = torch.load(calibrated_folder / "state.pt", map_location="cpu", weights_only=True)
    state["model.output_proj.layers.4.bias"].add_(1e-5)
    torch.save(state, calibrated_folder / "state.pt")
    predictor = get_predictor(f"matgl:{calibrated_folder}")
    assert "calibrate again" in predictor.available()
    with pytest.raises(CalculatorError, match="was measured with other weights"):
        predictor.predict([crystal("MgO")])


def test_rare_elements_lie_outside_its_domain(made):
    strange = crystal("NaCl").copy()
    strange.replace_species({"Na": "Ac"})
    (energy,) = get_predictor(f"matgl:{made[0]}").predict([strange])[0]
    assert energy.in_domain is False
    assert "hardly any Ac crystal among the calibration rows" in energy.note


def test_polymorphs_of_one_compound_are_one_half_only(unknown, mp2018):
    structures, known = mp2018
    with pytest.raises(InvalidInputError, match="too few to measure half widths"):
        calibrated(unknown, ([structures[0]] * 50, [known[0]] * 50))
    assert not (unknown / "references.json").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s, k: (s[:30], k[:30]), "give at least 40"),
        (lambda s, k: (s, k[:-1]), "one value each"),
        (lambda s, k: (s, np.where(k == k[3], np.nan, k)), "structure 3 is not a finite number"),
    ],
)
def test_rows_that_cannot_calibrate_are_refused(unknown, mp2018, change, words):
    with pytest.raises(InvalidInputError, match=words):
        calibrated(unknown, change(*mp2018))


def test_a_potential_gains_formation_energies(published, tmp_path, mp2018):
    """The elements' energies are fitted; what remains of the error is the potential's and that of few rows."""
    import shutil

    folder = tmp_path / "PES"
    shutil.copytree(published / TENSORNET, folder)
    folder.chmod(0o755)
    structures, known = mp2018
    few = sorted(range(len(structures)), key=lambda i: len(structures[i]))[:FEW]
    found = calibrated(folder, ([structures[i] for i in few], known[few]), expected_mae=0.2)
    assert found.elements_ev["O"] < -3
    predictor = get_predictor(f"matgl:{folder}")
    assert predictor.properties == ("formation_energy", "energy")
    formation, energy = predictor.predict([structures[0]])[0]
    assert formation.uncertainty is not None
    assert energy.uncertainty is None
    assert (folder / "calibration.json").is_file()
