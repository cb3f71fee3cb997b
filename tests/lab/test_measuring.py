"""What people measure is recorded in any unit, read back, and compared with its like, on both databases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import nanoos_lab as nl
from nanoos_lab.errors import AccessDeniedError, ArtifactError, InvalidInputError, UnknownNameError
from nanoos_lab.properties import Method
from nanoos_lab.store.artifacts import artifact_path
from nanoos_lab.store.schema import ArtifactRow


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def sto(lab):
    return lab.add("SrTiO3.cif")


def html(shown) -> str:
    return shown._repr_mimebundle_()["text/html"]


def test_a_value_is_recorded_once_whatever_its_unit(lab, sto):
    first = lab.record(
        sto, "bulk_modulus", "174 ± 2 GPa", method="ultrasonic", temperature="300 K", source="me"
    )
    again = lab.record(
        sto.id,
        "bulk_modulus",
        1740,
        20,
        unit="kbar",
        method="ultrasonic",
        conditions={"temperature_K": 300},
        source="me",
    )
    assert again.id == first.id
    assert (first.value, first.unit, first.uncertainty, float(first)) == (174.0, "GPa", 2.0, 174.0)
    assert first.conditions == {"temperature_K": 300.0}
    assert first.row.structure_id == sto.id
    assert lab.value(first.id[:8]).subject == "SrTiO3"
    assert lab.get(first.id).value == 174.0
    assert "174.0 ± 2.0 GPa" in repr(first)
    assert "ultrasonic" in html(first)


def test_subjects_are_records_ids_and_names(lab, sto):
    sample = lab.sample("S-1", sto)
    material = sto.row.material_id
    for subject, of in (
        (sto, "structure"),
        ("SrTiO3", "structure"),
        (sample, "sample"),
        ("S-1", "sample"),
        (material, "material"),
    ):
        row = lab.record(subject, "density", "5.1 g/cc", method=of).row
        assert row.material_id == material
        assert (row.structure_id == sto.id, row.sample_id == sample.id) == (of == "structure", of == "sample")


@pytest.mark.parametrize(
    ("stated", "error", "says"),
    [
        ({"property": "bulkmodulus", "value": 1}, UnknownNameError, "did you mean 'bulk_modulus'"),
        ({"value": "171 K"}, InvalidInputError, "kept in GPa, and 'K'.*kbar"),
        ({"value": float("nan")}, InvalidInputError, "not a finite number"),
        ({"value": 171, "uncertainty": -1}, InvalidInputError, "not a number >= 0"),
        ({"value": [1.0, 2.0]}, InvalidInputError, "is not a number"),
        ({"value": 171, "uncertanty": 8}, UnknownNameError, "did you mean 'uncertainty'"),
        ({"value": 171, "temperature": 300}, InvalidInputError, "has no unit"),
        ({"value": 171, "origin": "mesured"}, UnknownNameError, "did you mean 'measured'"),
        ({"value": 171, "uncertainty_kind": "two sigma"}, UnknownNameError, "kind of uncertainty"),
        ({"subject": "SrTiO4", "value": 171}, UnknownNameError, "did you mean 'SrTiO3'"),
        ({"value": 171, "conditions": {"at": {1, 2}}}, InvalidInputError, "not JSON"),
        ({"value": 171, "note": "a\0b"}, InvalidInputError, "NUL"),
        ({"value": 171, "unit": ["GPa", "K"]}, InvalidInputError, "has one unit"),
    ],
)
def test_what_cannot_be_recorded_is_refused_and_nothing_is_stored(lab, sto, stated, error, says):
    before = len(lab.value_rows())
    with pytest.raises(error, match=says):
        lab.record(**({"subject": sto, "property": "bulk_modulus"} | stated))
    assert len(lab.value_rows()) == before


def test_methods_and_sources_have_defaults(lab, sto):
    def method(**more):
        return lab.record(sto, "band_gap", 3.2, **more).row

    assert method().method_name == "experiment"
    assert method(source="Kittel").method_name == "literature"
    row = method(method=Method(name="PBE", version="VASP 6", recipe="scf"), origin="computed")
    assert (row.method_version, row.method_recipe, row.origin) == ("VASP 6", "scf", "computed")


def test_a_viewer_is_told_early(server_lab):
    with nl.open(server_lab.person("ada")) as ada:
        ada.add("SrTiO3.cif")
        server_lab.person("bob")
        ada.share("bob", "viewer")
    with nl.open(server_lab.person("bob"), project="ada/default") as bob:
        with pytest.raises(AccessDeniedError):
            bob.record("SrTiO3", "density", 5.1)
        assert len(bob.history()) > 0


SCAN = np.column_stack([np.linspace(10, 90, 500), np.arange(500.0)])


def test_an_array_is_recorded_and_read_back(lab, sto, tmp_path):
    first = lab.record(sto, "xrd_pattern", SCAN, method="PXRD", wavelength="1.5406 Å")
    assert np.array_equal(first.array, SCAN)
    backwards = lab.record(sto, "xrd_pattern", SCAN[::-1].tolist(), method="PXRD", wavelength_nm=0.15406)
    columns = lab.record(sto, "xrd_pattern", (SCAN[:, 0], SCAN[:, 1]), method="PXRD", wavelength_nm=0.15406)
    frame = lab.record(sto, "xrd_pattern", pd.DataFrame(SCAN), method="PXRD", wavelength_nm=0.15406)
    path = tmp_path / "scan.xy"
    np.savetxt(path, SCAN, header="2theta intensity", fmt="%.17g")
    read = lab.record(sto, "xrd_pattern", path, method="PXRD", wavelength_nm=0.15406)
    assert {one.id for one in (backwards, columns, frame, read)} == {first.id}
    assert list(lab.value(first.id).frame().columns) == ["2θ / °", "Intensity"]
    assert "array 500×2" in repr(first)
    assert "<svg" in html(first)
    with pytest.raises(InvalidInputError, match=r"read \.array"):
        _ = first.value


def test_columns_are_converted_each_by_its_unit(lab, sto):
    nm = np.array([400.0, 500.0, 620.0])
    value = lab.record(sto, "absorption_spectrum", (nm, [3.0, 2.0, 1.0]), "5 1/mm", unit=("nm", "1/mm"))
    assert value.array[:, 0] == pytest.approx(sorted(1239.841984 / nm))
    assert value.array[:, 1] == pytest.approx([10.0, 20.0, 30.0])  # by energy, which grows against wavelength
    assert value.uncertainty == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("given", "unit", "says"),
    [
        ([1.0, 2.0], None, "has one row for each point"),
        (np.ones((3, 3)), None, "the shape"),
        (np.ones((0, 2)), None, "the shape"),
        ([[1, "x"]], None, "not an array of numbers|of <U"),
        ([[1.0, float("nan")]], None, "1 of its numbers are not finite"),
        ([[1.0, 2.0]], ["nm"], "give 2 units"),
        ([[1.0, 2.0]], ["GPa", ""], "2θ is kept in °"),
        ([[object(), 2.0]], None, "not an array of numbers"),
        (np.array([[1 + 1j, 2.0]]), None, "holds complex numbers"),
        (([1.0, 2.0], [1j, 2.0]), None, "holds complex numbers"),
        ("no/such/file.xy", None, "cannot be read as such"),
    ],
)
@pytest.mark.filterwarnings("error:Casting complex values")
def test_what_is_no_array_of_the_property_is_refused(lab, sto, given, unit, says):
    with pytest.raises(InvalidInputError, match=says):
        lab.record(sto, "xrd_pattern", given, unit=unit)


def test_changed_bytes_are_never_handed_out(lab, sto):
    value = lab.record(sto, "xrd_pattern", SCAN)
    with lab.store.read() as session:
        file = session.get_one(ArtifactRow, (lab.store.scope.project_id, value.row.artifact_id))
    path = artifact_path(lab.store.scope, file.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-8] + b"\0" * 8)
    with pytest.raises(ArtifactError, match="has changed since it was stored"):
        _ = lab.value(value.id).array


def test_a_sample_brings_its_values_files_and_lineage(lab, sto, tmp_path):
    raw = tmp_path / "scan.xy"
    raw.write_text("10 1\n")
    pellet = lab.sample("S-1", sto, temperature="1300 °C", time="24 h", files=[raw], notes="white")
    piece = lab.sample("S-1a", parent=pellet, synthesis={"anneal": "O2"}, files={"sem/1.png": b"png"})
    lab.record(piece, "density", "4.9 g/cm³", "2 %", method="Archimedes")
    assert pellet.synthesis == {"temperature_K": 1573.15, "time_s": 86400.0}
    assert [one.name for one in piece.lineage] == ["S-1", "S-1a"]
    assert piece.parent.id == pellet.id
    assert [one.name for one in pellet.children] == ["S-1a"]
    assert pellet.files()["scan.xy"].read_text() == "10 1\n"
    assert piece.values()["value"].to_list() == [4.9]
    assert lab.sample("S-1a").of == "SrTiO3"
    assert lab.get("S-1").id == pellet.id
    assert lab.sample(pellet.id[:9]).name == "S-1"
    for said in ("S-1 → S-1a", "Archimedes", "sem/1.png", "4.90 ± 0.10 g/cm³"):
        assert said in html(piece)
    shown = lab.samples(sto)
    assert [one.name for one in shown] == ["S-1", "S-1a"]
    assert "time 24 h" in repr(shown)
    assert shown.frame().set_index("name").loc["S-1a", "values"] == 1
    assert [one.name for one in lab.samples(text="white")] == ["S-1"]
    assert "S-1a" in {node.label for node in lab.trace(piece).graph.nodes}


def test_a_name_alone_makes_no_sample(lab, sto):
    lab.sample("S-1", sto)
    with pytest.raises(UnknownNameError, match=r"did you mean 'S-1'\?.*to make it"):
        lab.sample("S-2")
    assert len(lab.samples()) == 1
    assert lab.sample("S-2", synthesis={}).of == ""


def test_values_of_one_method_are_one_group(lab, sto):
    sample = lab.sample("S-1", sto)
    lab.record(sto, "hardness", "10 GPa", method="Vickers", temperature="20 °C")
    lab.record(sample, "hardness", "12 GPa", method="Vickers", temperature="300 K")
    lab.record(sample, "hardness", "20 GPa", method="Vickers", temperature="77 K")
    lab.record(sto, "hardness", "11 GPa", method="Knoop", temperature="300 K")
    comparison = lab.compare(sto, "hardness")
    groups = comparison.groups_frame().set_index(["method", "conditions"])
    assert groups.loc[("Vickers", "temperature 293.15–300 K"), ["n", "mean", "lowest", "highest"]].to_list() == [
        2, 11.0, 10.0, 12.0
    ]  # fmt: skip
    assert groups.loc[("Vickers", "temperature 293.15–300 K"), "spread"] == pytest.approx(2**0.5)
    assert groups.loc[("Vickers", "temperature 77 K"), "n"] == 1
    assert len(groups) == 3
    assert sorted(comparison.frame()["group"]) == [1, 2, 2, 3]
    for shown in (repr(comparison), html(comparison)):
        assert "sample S-1" in shown
        assert "11.0 ± 1.4 GPa" in shown
    assert lab.compare(sample, "hardness").frame()["id"].to_list() == comparison.frame()["id"].to_list()


def test_values_of_a_sample_count_when_its_material_is_learnt_later(lab, sto):
    sample = lab.sample("S-1", synthesis={})
    lab.record(sample, "hardness", 10.0)
    assert len(lab.compare(sto, "hardness").values) == 0
    assert len(lab.compare(sample, "hardness").values) == 1
    lab.sample("S-1", sto)
    assert len(lab.compare(sto, "hardness").values) == 1


def test_arrays_are_compared_as_curves(lab, sto):
    lab.record(sto, "xrd_pattern", SCAN, method="PXRD")
    lab.record(lab.sample("S-1", sto), "xrd_pattern", SCAN * 2, method="PXRD")
    comparison = lab.compare(sto, "xrd_pattern")
    assert comparison.groups == []
    assert html(comparison).count("stroke-linejoin") == 2
    assert "sample S-1" in repr(comparison)


def test_a_table_of_other_units_is_imported_once(lab, sto, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(
        "formula,space_group,property,value,unit,temperature\nSrTiO3,221,hardness,1000,kgf/mm^2,25 °C\n"
    )
    assert lab.import_measured(table).added == 1
    assert lab.import_measured(table).added == 0
    assert lab.compare(sto, "hardness").values[0].value == pytest.approx(9.80665)
