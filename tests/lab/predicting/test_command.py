"""The same by words: on the command line, and by the magic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.predicting.result import PredictionTable
from nanoos_lab.magics import run_line
from nanoos_lab.structures import write_structure

if TYPE_CHECKING:
    from pathlib import Path


def test_words_name_structures_files_properties_and_the_output(lab, sto, tmp_path: Path) -> None:
    path = tmp_path / "a file.cif"
    path.write_text(write_structure(sto.structure), encoding="utf-8")
    out = tmp_path / "out.csv"
    found = run_line(
        f"predict SrTiO3 '{path}' --predictor nanoos-gnn --properties band_gap,formation_energy --to '{out}'",
        {"lab": lab},
    )
    assert isinstance(found, PredictionTable)
    assert [row.structure for row in found.rows] == [sto.id, sto.id]
    assert found.path == out
    header, *lines = out.read_text(encoding="utf-8").splitlines()
    assert "band_gap_uncertainty" in header
    assert len(lines) == 2
    cards = run_line("predict all -p band_gap --predictor nanoos-gnn", {"lab": lab})
    assert [value.property for value in cards] == ["band_gap"]
    folder = run_line(f"predict '{tmp_path}' -p band_gap --predictor nanoos-gnn", {"lab": lab})
    assert folder[0].value == cards[0].value


def test_a_formula_is_asked_for_by_its_own_option(lab, sto) -> None:
    found = run_line("predict -c BaTiO3 -c Xx -p band_gap --predictor nanoos-gnn", {"lab": lab})
    assert [bool(row.problem) for row in found.rows] == [False, True]
    with pytest.raises(UnknownNameError, match="compositions="):
        run_line("predict BaTiO3 --predictor nanoos-gnn", {"lab": lab})
    with pytest.raises(InvalidInputError, match="say what"):
        run_line("predict", {"lab": lab})


def test_the_record_of_a_large_run_counts_its_values(lab, monkeypatch) -> None:
    from pymatgen.core import Lattice, Structure

    cells = [Structure(Lattice.cubic(4 + k / 100), ["Cs", "Cl"], [[0, 0, 0], [0.5] * 3]) for k in range(45)]
    lab.predict(cells, ["band_gap"], predictor="nanoos-gnn", progress=False)
    (run,) = lab.runs(task="predict")
    assert len(run.values) == 45
    for shown in (repr(run), run._repr_mimebundle_()["text/html"]):
        assert "45 values of 45 structures" in shown
        assert len(shown) < 12_000
