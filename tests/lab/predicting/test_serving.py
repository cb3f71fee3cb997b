"""Many structures in one call: what stops nothing else, what is asked once, what a kill cannot break."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure

import nanoos_lab as nl
from nanoos_lab.lab.predicting import serving
from nanoos_lab.lab.predicting.result import PredictionTable
from nanoos_lab.structures import write_structure

FAST = {"predictor": "nanoos-gnn", "progress": False}
GAP = ["band_gap"]
COUNT = 23
ROCK_SALT = Structure.from_spacegroup(225, Lattice.cubic(4.2), ["Mg", "O"], [[0, 0, 0], [0.5, 0.5, 0.5]])


def cells(count: int):
    """Return as many different cells: rock salt, stretched by a percent each time."""
    for k in range(count):
        structure = ROCK_SALT.copy()
        structure.apply_strain(0.01 * k)
        yield structure


def predicted(lab) -> list:
    """Return what the lab holds of predicted gaps; the measured ones of MgO come with the package."""
    return lab.value_rows(property="band_gap", origin="predicted")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "candidates"
    folder.mkdir()
    for k, structure in enumerate(cells(COUNT)):
        (folder / f"c{k:02}.cif").write_text(write_structure(structure), encoding="utf-8")
    return folder


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "FEW", 3)
    monkeypatch.setattr(serving, "PIECE", 5)


def test_a_folder_becomes_pieces_values_and_a_file(lab, files: Path, tmp_path: Path, small_pieces) -> None:
    answer = lab.predict(files, GAP, **FAST, to=tmp_path / "gaps.csv")
    assert isinstance(answer, PredictionTable)
    assert len(answer) == len(answer.rows) == COUNT
    assert not answer.problems
    assert len(lab.runs(task="predict")) == 5
    with (tmp_path / "gaps.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["source"] for line in lines] == [f"c{k:02}.cif" for k in range(COUNT)]
    by_structure = {v.structure_id: v.value for v in predicted(lab)}
    assert [float(line["band_gap"]) for line in lines] == [by_structure[line["structure"]] for line in lines]
    assert answer.table()["band_gap"].tolist() == [by_structure[line["structure"]] for line in lines]


def test_what_was_answered_is_not_asked_again(lab, files: Path, small_pieces) -> None:
    first = lab.predict(sorted(files.glob("*.cif"))[:7], GAP, **FAST)
    again = lab.predict(files, GAP, **FAST)
    assert (first.told.asked, first.told.reused) == (7, 0)
    assert (again.told.asked, again.told.reused) == (COUNT - 7, 7)
    assert len(predicted(lab)) == COUNT
    other = lab.predict(files, ["formation_energy"], **FAST)
    assert other.told.asked == COUNT


def test_bad_rows_are_told_and_stop_no_other(lab, tmp_path: Path, small_pieces) -> None:
    good = write_structure(ROCK_SALT)
    (tmp_path / "good.cif").write_text(good, encoding="utf-8")
    (tmp_path / "nan.cif").write_text(good.replace("0.500000000000", "nan", 1), encoding="utf-8")
    (tmp_path / "torn.cif").write_text(good[:200], encoding="utf-8")
    heavy = write_structure(ROCK_SALT).replace("Mg", "Og")
    (tmp_path / "heavy.cif").write_text(heavy, encoding="utf-8")
    given = [tmp_path / f"{name}.cif" for name in ("nan", "good", "torn", "heavy", "missing")] + [
        "no-such-id",
        Structure(Lattice.cubic(5.6), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]),
    ]
    answer = lab.predict(given, GAP, **FAST, to=tmp_path / "out.csv")
    said = {Path(row.source).stem: row.problem for row in answer.rows}
    assert [bool(row.problem) for row in answer.rows] == [True, False, True, True, True, True, False]
    assert "Og" in said["heavy"]
    assert "no file" in said["missing"]
    assert "no-such-id" in said["no-such-id"]
    assert len(answer) == 2
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["problem"] for line in lines] == [row.problem for row in answer.rows]
    assert [bool(line["band_gap"]) for line in lines] == [not row.problem for row in answer.rows]
    for shown in (repr(answer), answer._repr_mimebundle_()["text/html"]):
        assert "2 of 7 predicted" in shown
        assert "Og" in shown


def test_one_crystal_given_twice_is_asked_once_and_told_twice(lab, small_pieces) -> None:
    same = [*cells(4), *cells(4)]
    answer = lab.predict(same, GAP, **FAST)
    assert [row.number for row in answer.rows] == list(range(1, 9))
    assert [r.structure for r in answer.rows[:4]] == [r.structure for r in answer.rows[4:]]
    assert len(predicted(lab)) == 4


def test_a_few_keep_their_cards_and_their_own_runs(lab) -> None:
    records = [lab.add(structure, name=f"c{k}") for k, structure in enumerate(cells(2))]
    answer = lab.predict(records, GAP, **FAST)
    assert [record.id for record, _ in answer.groups] == [record.id for record in records]
    assert not isinstance(answer, PredictionTable)
    assert [len(run.inputs) for run in lab.runs(task="predict")] == [1, 1]
    assert lab.predict(records[0], GAP, **FAST)[0].value == answer[0].value


def test_a_run_that_fails_is_told_of_each_of_its_rows(lab, files: Path, small_pieces, monkeypatch) -> None:
    from nanoos_lab.errors import CalculatorError
    from nanoos_lab.ml import get_predictor

    def broken(*_: object) -> None:
        raise CalculatorError("the model is not itself")

    monkeypatch.setattr(type(get_predictor("nanoos-gnn")), "prove", broken)
    answer = lab.predict(files, GAP, **FAST)
    assert len(answer.failed) == 5
    assert {row.problem for row in answer.rows} == {"the model is not itself"}
    monkeypatch.undo()
    assert not lab.predict(files, GAP, **FAST).problems


CALL = """
import os, signal, sys
import nanoos_lab as nl
from nanoos_lab.lab import adding
from nanoos_lab.lab.predicting import output, serving
serving.FEW, serving.PIECE = 3, 5
count = 0
def dies(function):
    def called(*args, **options):
        global count
        count += 1
        if count == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **options)
    return called
if sys.argv[3] == "storing":
    adding.Piece.store = dies(adding.Piece.store)
elif sys.argv[3] == "asking":
    serving.Serving._ask = dies(serving.Serving._ask)
elif sys.argv[3] == "writing":
    output.Output.write = dies(output.Output.write)
lab = nl.open(sys.argv[1])
answer = lab.predict(sys.argv[2], ["band_gap"], predictor="nanoos-gnn", progress=False, to=sys.argv[4])
print(answer.told.asked, answer.told.reused)
lab.close()
"""


@pytest.mark.parametrize(
    ("moment", "ending"), [("writing", "csv"), ("asking", "parquet"), ("storing", "csv")]
)
def test_a_killed_batch_goes_on_where_it_stopped(
    files: Path, tmp_path: Path, moment: str, ending: str
) -> None:
    out = tmp_path / f"out.{ending}"

    def call(when: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", CALL, str(tmp_path / "lab"), str(files), when, str(out)]
        return subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ})

    assert call(moment).returncode == -signal.SIGKILL
    assert not out.exists()
    again = call("never")
    assert again.returncode == 0, again.stderr
    asked, reused = map(int, again.stdout.split()[-2:])
    assert asked + reused == COUNT
    assert reused >= 5
    if ending == "csv":
        with out.open(encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
    else:
        from pyarrow import parquet

        lines = parquet.read_table(out).to_pylist()
        assert parquet.ParquetFile(out).num_row_groups == 5
    assert [int(line["row"]) for line in lines] == list(range(1, COUNT + 1))
    assert all(line["band_gap"] not in {"", None} for line in lines)
    with nl.open(tmp_path / "lab") as lab:
        values = predicted(lab)
        assert len(values) == len({value.structure_id for value in values}) == COUNT
        assert {str(run.state) for run in lab.runs(task="predict")} == {"COMPLETED"}


def test_workers_answer_as_this_process_does(lab, files: Path, small_pieces) -> None:
    here = lab.predict(sorted(files.glob("*.cif"))[:6], GAP, **FAST)
    there = lab.predict(sorted(files.glob("*.cif"))[:6], GAP, **FAST, on="process", force=True)
    assert [v.value for v in there] == pytest.approx([v.value for v in here], abs=1e-6)
