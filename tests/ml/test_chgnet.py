from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab.ml
from nanoos_lab.errors import InvalidInputError, OutOfDomainError, UnknownNameError
from nanoos_lab.ml import PREDICTORS, get_predictor
from nanoos_lab.ml.chgnet import ELEMENT, SEEN, calibrations
from nanoos_lab.potentials import chgnet
from nanoos_lab.properties import Origin
from nanoos_lab.testing import check_predictor, crystal, rattled

MP_FORMATION = {"NaCl": -2.110, "MgO": -3.053, "Al2O3": -3.427, "SrTiO3": -3.552}
"""Materials Project, mp-22862, mp-1265, mp-1143, mp-4651 (4 meV below the cubic cell), in eV/atom (CC-BY-4.0)."""


@pytest.fixture(scope="module")
def predictor():
    return get_predictor("chgnet")


def by_name(answers):
    return {e.property: e for e in answers}


def test_it_holds_together(predictor):
    check_predictor(predictor, [crystal(f) for f in ("MgO", "TiO2", "Cu", "GaAs")])


def test_formation_energies_are_those_of_the_materials_project(predictor):
    answers = predictor.predict([crystal(f) for f in MP_FORMATION], ["formation_energy"])
    for (formula, expected), (found,) in zip(MP_FORMATION.items(), answers, strict=True):
        assert found.value == pytest.approx(expected, abs=0.06), formula


def test_every_value_says_how_far_to_trust_it(predictor):
    found = by_name(predictor.predict([crystal("MgO")])[0])
    assert set(found) == {"formation_energy", "energy", "bulk_modulus", "magnetization"}
    for e in found.values():
        assert e.origin is Origin.PREDICTED
        assert e.in_domain is True
        assert not e.synthetic
    for name in ("formation_energy", "energy", "bulk_modulus"):
        assert found[name].uncertainty_kind == "conformal_90"
        assert SEEN in found[name].note
        assert "Materials Project" in found[name].source
    assert found["formation_energy"].uncertainty == pytest.approx(
        calibrations()["formation_energy"].bins[0].quantile
    )
    assert found["magnetization"].uncertainty_kind == "none"
    assert "no calibrated uncertainty" in found["magnetization"].note


def test_bulk_modulus_is_near_dft(predictor):
    for formula, dft in {"MgO": 151, "Cu": 139, "W": 304, "SrTiO3": 171}.items():
        (found,) = predictor.predict([crystal(formula)], ["bulk_modulus"])[0]
        assert found.value == pytest.approx(dft, rel=0.2)
        assert abs(found.value - dft) <= found.uncertainty


def test_an_element_has_no_calibrated_formation_energy(predictor):
    found = by_name(predictor.predict([crystal("Si")])[0])["formation_energy"]
    assert found.uncertainty is None
    assert ELEMENT in found.note


def test_a_geometry_far_from_equilibrium_says_so(predictor):
    squeezed = crystal("MgO")
    squeezed.scale_lattice(squeezed.volume * 0.86)
    found = by_name(predictor.predict([squeezed])[0])
    assert all(e.in_domain is False for e in found.values())
    assert "GPa: relax the structure first" in found["formation_energy"].note
    assert "off CHGNet's minimum: relax the structure first" in found["bulk_modulus"].note


def test_what_a_geometry_does_not_allow_is_left_out_or_refused(predictor):
    swollen = crystal("MgO")
    swollen.scale_lattice(swollen.volume * 3.0)
    assert "bulk_modulus" not in by_name(predictor.predict([swollen])[0])
    with pytest.raises(OutOfDomainError, match="no bulk modulus of MgO"):
        predictor.predict([swollen], ["bulk_modulus"])


def test_a_refused_structure_of_a_batch_is_named(predictor):
    bad = Structure(Lattice.cubic(4), [{"Na": 0.5, "K": 0.5}, "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    with pytest.raises(InvalidInputError, match="structure 1 of 3: site 0"):
        predictor.predict([crystal("MgO"), bad, crystal("Si")])
    with pytest.raises(UnknownNameError, match="did you mean 'bulk_modulus'"):
        predictor.predict([crystal("MgO")], ["bulk_moduls"])


def test_progress_is_told_and_nothing_is_asked_of_an_empty_list(predictor):
    told = []
    predictor.predict(
        [crystal("MgO")] * 70, ["energy"], lambda fraction, message: told.append((fraction, message))
    )
    assert [m for _, m in told] == ["64 of 70 predicted", "70 of 70 predicted"]
    assert told[-1][0] == 1.0
    assert predictor.predict([]) == []


def test_identity_holds_weights_and_calibration_without_importing_torch():
    code = (
        "import sys; from nanoos_lab.ml import get_predictor; i = get_predictor('chgnet').identity();"
        "assert not {'torch', 'chgnet', 'pymatgen'} & set(sys.modules);"
        "assert len(i['weights_sha256']) == len(i['calibration_sha256']) == 64"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert "chgnet" in PREDICTORS


def test_the_calibration_belongs_to_these_weights():
    import json

    from nanoos_lab.ml.chgnet import FILE

    recorded = json.loads(FILE.read_text())["identity"]["weights_sha256"]
    assert recorded == chgnet.identity()["weights_sha256"]


def test_the_card_states_the_shipped_figures():
    card = (Path(nanoos_lab.ml.__file__).parent / "cards" / "chgnet.md").read_text()
    shipped = calibrations()
    for name in ("formation_energy", "energy"):
        assert f"{shipped[name].mae:.4f}" in card
        assert f"{shipped[name].bins[0].quantile:.4f}" in card
    assert f"{shipped['bulk_modulus'].mae:.1f}" in card
    assert "very likely" in card


def test_shipped_calibrations_hold_their_coverage():
    for name, calibration in calibrations().items():
        assert 0.87 <= calibration.coverage <= 0.93, name
        assert calibration.n_test >= 500
    assert calibrations()["formation_energy"].mae < 0.025


def test_a_shaken_crystal_costs_energy(predictor):
    good, shaken = predictor.predict([crystal("MgO"), rattled(crystal("MgO"), displacement=0.2)], ["energy"])
    assert shaken[0].value > good[0].value + 0.02


def test_figures_are_reproduced_on_held_out_rows(predictor, shared_data, require):
    """A hundred of the test rows of the card, found again by its seed."""
    import importlib.util

    import numpy as np
    import pandas as pd

    require(importlib.util.find_spec("pyarrow"), "pandas reads parquet through pyarrow: pip install pyarrow")
    frame = pd.read_parquet(shared_data / "structures/mp20_subset.parquet").reset_index(drop=True)
    rows = frame.iloc[np.random.default_rng(20240501).permutation(len(frame))[:100]]
    structures = [
        Structure(
            Lattice.from_parameters(*map(float, r.lattice)),
            list(map(int, r.numbers)),
            r.frac_coords.reshape(-1, 3),
        )
        for r in rows.itertuples()
    ]
    found = [e[0] for e in predictor.predict(structures, ["formation_energy"])]
    errors = np.abs([e.value for e in found] - rows.formation_energy_per_atom.to_numpy())
    assert errors.mean() == pytest.approx(calibrations()["formation_energy"].mae, rel=0.4)
    assert (errors <= [e.uncertainty for e in found]).mean() >= 0.8


def test_silicon_misses_its_reference_by_what_the_card_says(predictor):
    from nanoos_lab.ml.references import elemental_references

    (found,) = predictor.predict([crystal("Si")], ["energy"])[0]
    assert found.value - elemental_references()["Si"].mp_energy == pytest.approx(0.11, abs=0.005)
