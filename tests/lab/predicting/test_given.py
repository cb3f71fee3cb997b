"""What can be asked: tables, words, compositions, and what is said of each line."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.predicting.compositions import TAG
from nanoos_lab.structures import write_structure

if TYPE_CHECKING:
    from pathlib import Path

FAST = {"predictor": "nanoos-gnn", "progress": False}
GAP = ["band_gap"]


def table(path: Path, *lines: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def test_a_table_of_texts_ids_and_paths(lab, sto, tmp_path: Path) -> None:
    text = write_structure(sto.structure)
    (tmp_path / "one.cif").write_text(text, encoding="utf-8")
    given = table(
        tmp_path / "t.csv", ("label", "structure"), ("a", text), ("b", sto.id), ("c", "one.cif"), ("d", "")
    )
    answer = lab.predict(given, GAP, **FAST, to=tmp_path / "out.csv")
    assert [row.structure for row in answer.rows] == [sto.id, sto.id, sto.id, None]
    assert [row.number for row in answer.rows] == [1, 2, 3, 4]
    assert "empty" in answer.rows[3].problem
    named = table(tmp_path / "n.csv", ("x", "who"), ("1", "SrTiO3"), ("2", "SrTiO4"))
    by_name = lab.predict(named, GAP, **FAST, column="who", to=tmp_path / "b.csv")
    assert [bool(row.problem) for row in by_name.rows] == [False, True]


def test_a_table_without_structures_says_so(lab, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="none of them names structures"):
        lab.predict(table(tmp_path / "t.csv", ("a", "b"), ("1", "2")), GAP, **FAST)
    with pytest.raises(UnknownNameError, match=r"column of t\.csv"):
        lab.predict(tmp_path / "t.csv", GAP, **FAST, column="c")
    with pytest.raises(InvalidInputError, match="is empty"):
        lab.predict(table(tmp_path / "e.csv"), GAP, **FAST)


def test_what_makes_no_sense_is_refused_before_anything_is_stored(lab, tmp_path: Path) -> None:
    for wrong, error in [
        ({"structures": None}, InvalidInputError),
        ({"structures": "MgO", "compositions": ["MgO"]}, InvalidInputError),
        ({"structures": "no-such-thing"}, UnknownNameError),
        ({"compositions": ["MgO"], "properties": ["band_gp"]}, UnknownNameError),
        ({"compositions": ["MgO"], "to": tmp_path / "out.xlsx"}, InvalidInputError),
        ({"compositions": ["MgO"], "to": tmp_path / "nowhere" / "out.csv"}, InvalidInputError),
    ]:
        with pytest.raises(error):
            lab.predict(**wrong, **FAST)
    assert not lab.structures()
    assert not lab.runs()


def test_a_composition_is_answered_from_its_own_polymorphs(lab) -> None:
    for name in ("TiO2-rutile.cif", "TiO2-anatase.cif", "SrTiO3.cif"):
        lab.add(name)
    answer = lab.predict(compositions=["O2Ti", "SrTiO3"], properties=["formation_energy"], **FAST)
    assert [row.number for row in answer.rows] == sorted(row.number for row in answer.rows)
    assert all(row.how.startswith("known structure: ") for row in answer.rows)
    assert [row.formula for row in answer.rows] == ["TiO2", "TiO2", "SrTiO3"]
    assert [row.number for row in answer.rows] == [1, 1, 2]
    assert "known structure" in repr(answer)


def test_a_composition_without_a_structure_gets_a_prototype_and_says_so(lab, sto) -> None:
    answer = lab.predict(compositions=["BaZrO3"], properties=GAP, **FAST)
    (row,) = answer.rows
    assert row.how.startswith("prototype, not relaxed: the structure of SrTiO3, Pm-3m (221)")
    assert "Sr → Ba" in row.how
    made = lab.structure(row.structure)
    assert made.parent.id == sto.id
    assert made.tags == (TAG,)
    assert "not relaxed" in made.notes
    assert len(answer) == 1
    again = lab.predict(compositions=["BaZrO3"], properties=GAP, **FAST)
    assert again.rows[0].structure == row.structure
    assert again.told.asked == 0
    assert [r.id for r in lab.structures()] == [sto.id]


def test_a_composition_that_nothing_answers_is_said_not_to_be_answerable(lab, sto) -> None:
    answer = lab.predict(compositions=["Cu3Au", "nonsense", "SrTiO3"], properties=GAP, **FAST)
    assert [bool(row.problem) for row in answer.rows] == [True, True, False]
    assert answer.rows[0].problem.startswith("not answerable: no structure of Cu3Au")
    assert "not a chemical formula" in answer.rows[1].problem
    assert "not answerable" in answer._repr_mimebundle_()["text/html"]


def test_polymorphs_of_lower_energy_come_first(lab) -> None:
    from pymatgen.core import Lattice, Structure

    salt = Structure.from_spacegroup(225, Lattice.cubic(4.21), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    squeezed = Structure.from_spacegroup(221, Lattice.cubic(2.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    lab.add(squeezed, name="squeezed")
    lab.add(salt, name="salt")
    answer = lab.predict(compositions="MgO", properties=["formation_energy"], **FAST)
    assert [row.name for row in answer.rows] == ["salt", "squeezed"]
    energies = answer.table()["formation_energy"].tolist()
    assert energies == sorted(energies)
