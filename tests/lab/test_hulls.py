"""Energies above hull of stored structures: which values compete, what is stored, what is refused, what is shown."""

from __future__ import annotations

import hashlib
import json

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.hulls import HullSet
from nanoos_lab.ml.gnn.bundle import load_bundle
from nanoos_lab.scenes.scene import MIME_TYPE


def _salt(a, one, other):
    return Structure.from_spacegroup("Fm-3m", Lattice.cubic(a), [one, other], [[0, 0, 0], [0.5, 0.5, 0.5]])


@pytest.fixture
def system(lab):
    return _system(lab)


def _system(lab):
    """Add magnesium, oxygen and three oxides, each with an energy by PBE."""
    made = {
        "Mg": (Structure(Lattice.cubic(3.0), ["Mg"], [[0, 0, 0]]), 0.0),
        "O2": (Structure(Lattice.cubic(4.0), ["O", "O"], [[0, 0, 0], [0, 0, 0.3]]), 0.0),
        "MgO": (_salt(4.2, "Mg", "O"), -3.0),
        "MgO high": (Structure(Lattice.cubic(2.7), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]]), -2.8),
        "MgO2": (
            Structure(Lattice.cubic(4.0), ["Mg", "O", "O"], [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5]]),
            -1.8,
        ),
    }
    records = {name: lab.add(structure, name=name) for name, (structure, _) in made.items()}
    for name, (_, energy) in made.items():
        lab.record(records[name], "formation_energy", energy, 0.02, origin="computed", method="PBE")
    return records


def test_the_labs_own_values_of_like_method_compete(lab, system):
    lab.record(system["MgO"], "formation_energy", -9.0, origin="computed", method="SCAN")
    found = lab.hull(system["MgO2"], method="PBE")
    assert found.decomposition == "MgO + 0.5 O2"
    assert found.value == pytest.approx(-1.8 + 2 / 3 * 3.0)
    assert found.uncertainty == pytest.approx((0.02**2 + (2 / 3 * 0.02) ** 2 + (1 / 3 * 0.02) ** 2) ** 0.5)
    assert found.placement.considered == 4, "itself does not compete with it"
    assert list(found.frame()["formula"]) == ["MgO", "O2"]


def test_the_answer_is_stored_once_and_names_its_competing_set(lab_place):
    with nl.open(lab_place) as lab:
        system = _system(lab)
        found, again = lab.hull(system["MgO2"]), lab.hull(system["MgO2"])
        (row,) = lab.value_rows(property="energy_above_hull")
        assert row.id == found.row.id == again.row.id
        assert (row.origin, row.method_name, row.uncertainty_kind) == ("computed", "PBE", "standard")
        assert row.conditions["competing_set"] == found.competing.title
        assert "decomposes into MgO + 0.5 O2" in row.note
        sha = found.competing.sha256
        kept = lab.competing_phases(sha[:12])
        assert hashlib.sha256(kept.encode()).hexdigest() == sha
        assert [json.loads(line)["formula"] for line in kept.splitlines()[1:]].count("MgO") == 2
        with pytest.raises(InvalidInputError, match="no competing sets"):
            lab.competing_phases("000000")
        with pytest.raises(InvalidInputError, match="is no hash"):
            lab.competing_phases("../x")
        assert lab.hull(system["MgO"], store=False).row is None
        assert len(lab.value_rows(property="energy_above_hull")) == 1


def test_the_value_comes_from_a_run_that_records_all_it_rests_on(lab, system):
    found, again = lab.hull(system["MgO2"]), lab.hull(system["MgO2"])
    (run,) = lab.runs(task="hull")
    assert found.row.run_id == again.row.run_id == run.id
    assert [one.name for one in run.inputs] == ["MgO2"]
    params = run.row.params
    assert params["candidates"][0]["method"]["name"] == "PBE"
    assert found.competing.sha256[:12] in params["competing"]
    assert len(params["phases"]) == 5
    assert "pymatgen" in run.row.identity
    assert again.decomposition == found.decomposition == "MgO + 0.5 O2"
    assert again.figure().layout.title == found.figure().layout.title
    lab.record(system["MgO"], "formation_energy", -3.2, 0.02, origin="computed", method="PBE")
    assert lab.hull(system["MgO2"]).row.run_id != run.id, "a competing phase has another energy"


def test_what_a_run_left_says_the_same_as_placing_here(lab, system):
    names = ("MgO high", "MgO", "MgO2")
    stored = lab.hull([system[name] for name in names])
    here = lab.hull([system[name] for name in names], store=False)
    assert [one.placement for one in stored] == [one.placement for one in here]
    assert [one.estimate for one in stored] == [one.estimate for one in here]
    assert len(lab.runs(task="hull")) == 1


def test_a_stable_structure_and_a_polymorph_above_it_are_told_apart(lab, system):
    answers = lab.hull([system[name] for name in ("MgO high", "MgO", "MgO2")])
    assert isinstance(answers, HullSet)
    assert [r.structure.name for r in answers] == ["MgO", "MgO high", "MgO2"] or answers[
        0
    ].structure.name == "MgO"
    low, high = answers[0], next(r for r in answers if r.structure.name == "MgO high")
    assert (low.stable, low.value, low.distance) == (True, 0.0, pytest.approx(-0.2))
    assert high.decomposition == "another MgO: MgO"
    assert high.value == pytest.approx(0.2)
    frame = answers.frame()
    assert list(frame["stable"]) == [True, False, False]
    assert frame["competing_set"].nunique() == 1
    assert "1 of 3 structures on the hull" in repr(answers)
    assert "Against 5 phases" in repr(answers)


def test_a_structure_does_not_compete_with_what_it_was_relaxed_from(lab, system):
    from nanoos_lab.store.schema import StructureRow

    child = lab.add(_salt(4.25, "Mg", "O"), name="relaxed", distinct=True)
    with lab.store.write() as session:
        row = session.get_one(StructureRow, (lab.store.scope.project_id, child.id))
        row.parent_id = system["MgO"].id
    lab.record(child, "formation_energy", -3.01, 0.02, origin="computed", method="PBE")
    assert lab.hull(system["MgO"]).distance == pytest.approx(-0.2)


@pytest.mark.parametrize("method", ["", "CHGNet"])
def test_what_is_not_known_or_not_one_method_is_refused(lab, system, method):
    lab.record(system["MgO"], "formation_energy", -2.9, origin="computed", method="SCAN")
    said = (
        "by several methods.*PBE.*SCAN"
        if not method
        else "no formation energy by CHGNet.*there are values by PBE"
    )
    with pytest.raises(InvalidInputError, match=said):
        lab.hull(system["MgO"], method=method)


def test_missing_ends_are_named_and_references_stand_in_only_when_asked(lab, system):
    with pytest.raises(InvalidInputError, match="no competing phase of elemental Mg"):
        lab.hull(system["MgO2"], [system["MgO"], system["O2"]])
    found = lab.hull(system["MgO2"], [system["MgO"]], ends="reference")
    assert found.decomposition == "MgO + 0.5 O2"
    assert "reference phases" in found.estimate.note
    assert "chosen structures" in found.competing.title


def test_a_file_of_entries_competes_and_other_methods_are_refused(lab, system, tmp_path):
    file = tmp_path / "entries.csv"
    file.write_text("formula,formation_energy,id\nMg,0,m\nO,0,o\nMgO,-3.1,x\n")
    found = lab.hull(system["MgO2"], str(file), method="PBE")
    assert found.value == pytest.approx(-1.8 + 2 / 3 * 3.1)
    assert "entries.csv" in found.row.source
    file.write_text("formula,formation_energy,id,method\nMg,0,m,SCAN\nO,0,o,SCAN\nMgO,-3.1,x,SCAN\n")
    with pytest.raises(InvalidInputError, match=r"by PBE, the competing phases of entries\.csv are by SCAN"):
        lab.hull(system["MgO2"], file)
    assert lab.hull(system["MgO2"], file, mixed=True).estimate.note.count("mixed:") == 1
    by_name = lab.hull(system["MgO2"], file, mixed=True, method="PBE")
    assert by_name.competing.method == "SCAN", (
        "the file's own word goes before what is said of the candidates"
    )
    with pytest.raises(InvalidInputError, match="is no file"):
        lab.hull(system["MgO2"], "nowhere.json")


def test_one_that_cannot_be_placed_does_not_stop_the_others(lab, system):
    salt = lab.add(_salt(5.6, "Na", "Cl"), name="salt")
    lab.record(salt, "formation_energy", -2.0, 0.02, origin="computed", method="PBE")
    unknown = lab.add(_salt(4.8, "Ca", "O"), name="unknown")
    answers = lab.hull([system["MgO"], salt, unknown])
    assert [r.structure.name for r in answers] == ["MgO"]
    assert dict(answers.problems).keys() == {"salt", "unknown"}
    assert "elemental Cl, Na" in dict(answers.problems)["salt"]
    assert "not placed: salt" in answers._repr_mimebundle_()["text/html"]
    with pytest.raises(InvalidInputError, match="no structure was given"):
        lab.hull([])


def test_a_predicted_hull_asks_one_model_about_all(lab):
    pytest.importorskip("onnxruntime")
    records = lab.add([_salt(4.2, "Mg", "O"), _salt(4.8, "Ca", "O"), Structure(
        Lattice.cubic(4.7), ["Mg", "Ca", "O", "O"], [[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0], [0, 0.5, 0]])])  # fmt: skip
    found = lab.hull(records[2], predictor="nanoos-gnn", ends="reference")
    assert found.decomposition == "CaO + MgO"
    assert found.estimate.method.label.startswith(f"nanoos-gnn {load_bundle('fast').version}")
    assert (found.estimate.origin, found.estimate.uncertainty_kind) == ("predicted", "expanded_90")
    by_hand = lab.hull(
        lab.predict([records[2]], ["formation_energy"], predictor="nanoos-gnn"), ends="reference"
    )
    assert by_hand.distance == pytest.approx(found.distance, abs=1e-9)
    bundle = found._repr_mimebundle_()
    assert "CaO + MgO" in bundle["text/plain"]
    assert bundle["image/svg+xml"].startswith("<svg")
    assert MIME_TYPE not in bundle
    assert found.cards().to_json()["picture"].startswith("<svg")


def test_names_are_escaped_where_they_are_drawn(lab, system):
    system["MgO"].rename("<script>alert(1)</script>")
    page = lab.hull(system["MgO2"])._repr_mimebundle_()["text/html"]
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
