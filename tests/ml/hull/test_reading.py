"""Competing phases from files: every format of the shared ones, and what must be refused."""

from __future__ import annotations

import gzip
import json

import pytest
from pymatgen.core.entries import ComputedEntry

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.hull import read_competing

ROWS = [{"composition": {"Li": 2, "O": 1}, "energy": -14.3}, {"composition": {"Li": 1}, "energy": -1.9}]
OXYGEN = {"composition": {"O": 2}, "energy": -9.8}


def _write(folder, data, name="entries.json"):
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_every_shared_file_is_read(shared_data):
    for path in sorted((shared_data / "phase_diagram_entries").rglob("*.json*")):
        if path.name == "TiO2_entries.json":
            with pytest.raises(InvalidInputError, match="no entry of elemental O, Ti"):
                read_competing(path)
            continue
        plain = path.parent.name == "matterviz_chempot"
        found = read_competing(path, method="PBE" if plain else "")
        assert len(found.phases) >= 6
        assert found.method == ("PBE" if plain else found.method) != ""
        assert (found.references is None) == (path.parent.name == "alexandria_ternaries")


def test_total_energies_are_counted_from_the_lowest_elements(tmp_path):
    found = read_competing(_write(tmp_path, [*ROWS, OXYGEN, OXYGEN | {"energy": -9.6}]), method="PBE")
    assert found.references == {"Li": -1.9, "O": -4.9}
    assert found.phases[0].formation_energy == pytest.approx((-14.3 + 2 * 1.9 + 4.9) / 3)


def test_corrections_of_computed_entries_count(tmp_path):
    entry = ComputedEntry("Li2O", -14.3, correction=-0.7, entry_id="mp-1960", parameters={"run_type": "GGA"})
    found = read_competing(_write(tmp_path, [entry.as_dict(), *ROWS[1:], OXYGEN]))
    assert found.phases[0].formation_energy == pytest.approx((-15.0 + 2 * 1.9 + 4.9) / 3)
    assert (found.phases[0].id, found.method) == ("mp-1960", "GGA")


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_csv_with_formation_energies(tmp_path, ending):
    text = "formula,formation_energy,id,uncertainty\nLi2O,-2.06,a,0.02\nFe2O3,-1.65,b,\n"
    path = tmp_path / f"phases.{ending}"
    path.write_bytes(gzip.compress(text.encode()) if ending.endswith("gz") else text.encode())
    found = read_competing(path, method="PBE")
    assert [(p.formula, p.formation_energy, p.half_width, p.id) for p in found.phases] == [
        ("Li2O", -2.06, 0.02, "a"),
        ("Fe2O3", -1.65, None, "b"),
    ]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("{", "a.json", "is no JSON"),
        ("3", "a.json", "holds no list of entries"),
        ("[]", "a.json", "holds no competing phase"),
        ([{"energy": 1.0}], "a.json", "entry 1 has no composition"),
        ([{"composition": {"Li": 1}}], "a.json", "entry 1 has no energy"),
        ([{"composition": {"Li": "x"}, "energy": 1}], "a.json", "Li is 'x', not a number"),
        ([{"composition": "Qq", "energy": 1}], "a.json", "is no formula"),
        ([{"@class": "Structure", "composition": "Li", "energy": 1}], "a.json", "is a Structure"),
        (
            [ROWS[1], {"composition": "Li", "formation_energy": 0}],
            "a.json",
            "mixes formation energies and total",
        ),
        ([{"composition": "Li", "formation_energy": float("nan")}], "a.json", "give a finite number"),
        ("a,b\n1,2\n", "a.csv", "needs a column of compositions"),
        ("x", "a.xyz", r"read from .json and .csv"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(tmp_path, data, name, said):
    with pytest.raises(InvalidInputError, match=said):
        read_competing(_write(tmp_path, data, name), method="PBE")


def test_the_method_must_be_known_and_not_contradicted(tmp_path):
    path = _write(tmp_path, [*ROWS, OXYGEN])
    with pytest.raises(InvalidInputError, match="does not say by which method"):
        read_competing(path)
    told = _write(tmp_path, [row | {"method": "SCAN"} for row in [*ROWS, OXYGEN]])
    assert read_competing(told).method == "SCAN"
    with pytest.raises(InvalidInputError, match="by SCAN, not by PBE"):
        read_competing(told, method="PBE")


def test_a_file_that_is_not_there_or_broken_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_competing(tmp_path / "no.json")
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(b"\x1f\x8b\x08\x00nonsense")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_competing(broken)
