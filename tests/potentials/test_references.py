from __future__ import annotations

import json

import pytest

from nanoos_lab.errors import CalculatorError
from nanoos_lab.potentials.references import read_references, record, verify, write_references
from nanoos_lab.testing import crystal


def volume(structure):
    return structure.volume


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "references.json"
    write_references(path, record(volume, [crystal("Si"), crystal("MgO")], about="recorded by Ada"))
    return path


def test_a_model_that_gives_its_references_is_let_in(path):
    references = read_references(path)
    assert [r.name for r in references.structures] == ["Si2", "Mg1O1"]
    verify(volume, references, who="it", remedy="mend it")


def test_a_model_that_misses_one_is_refused_with_both_numbers(path):
    with pytest.raises(
        CalculatorError,
        match=r"it is not itself: it gives 20.03.* eV/atom for Si2 where 20.02.* \(recorded by Ada\); mend",
    ):
        verify(lambda s: s.volume + 0.02, read_references(path), who="it", remedy="mend it")


def test_an_answer_that_is_no_number_is_a_miss(path):
    with pytest.raises(CalculatorError, match="gives nan"):
        verify(lambda _: float("nan"), read_references(path), who="it", remedy="mend it")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"structures": []}, "structures: "),
        ({"format": 2}, "format: "),
        ({"tolerance_ev_per_atom": 10}, "tolerance_ev_per_atom: "),
        ({"more": 1}, "more: "),
    ],
)
def test_a_file_that_proves_nothing_is_refused(path, change, words):
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CalculatorError, match=words):
        read_references(path)


def test_places_without_species_are_refused(path):
    said = json.loads(path.read_text())
    said["structures"][0]["species"] = ["Si"]
    path.write_text(json.dumps(said))
    with pytest.raises(CalculatorError, match="1 species and 2 places"):
        read_references(path)
