"""What is tried when pw.x fails: with real failures where they can be provoked, else with its recorded words.

A stand-in prints recorded output for the first runs and then hands over to the real pw.x, so that each remedy's
variables are checked by the program that reads them.
"""

from __future__ import annotations

import json
import re
import shutil

import pytest

from nanoos_lab.calculators import Workplace
from nanoos_lab.errors import CalculatorError, TransientError
from nanoos_lab.programs.qe.failures import Trouble
from nanoos_lab.simulate.static import evaluate
from nanoos_lab.testing import crystal

RULE = 78 * "%"
NOT_CONVERGED = "     convergence NOT achieved after 100 iterations: stopping"
_STAND_IN = """#!/bin/sh
count=$(cat "{place}/count" 2>/dev/null || echo 0)
[ "$1" = -in ] && count=$((count + 1)) && echo $count > "{place}/count"
if [ "$1" = -in ] && [ $count -le {failures} ]; then
    cp "$2" "{place}/failed.$count.in"
    cat "{place}/said"; {end}
fi
exec {real} "$@"
"""


def recorded(routine: str, words: str) -> str:
    return f" {RULE}\n     Error in routine {routine} (1):\n     {words}\n {RULE}\n"


@pytest.fixture
def failing(tmp_path, monkeypatch, pwx):
    """Put a pw.x into the settings that fails some times before it works."""

    def make(said: str, failures: int, end: str = "exit 1"):
        place = tmp_path / "bin"
        place.mkdir()
        (place / "said").write_text(said)
        script = _STAND_IN.format(place=place, failures=failures, end=end, real=shutil.which("pw.x"))
        (place / "pw.x").write_text(script)
        (place / "pw.x").chmod(0o755)
        (tmp_path / "settings.toml").write_text(f"[programs.qe]\nfolder = '{place}'\n")
        monkeypatch.setenv("NANOOS_SETTINGS", str(tmp_path / "settings.toml"))
        return place

    return make


@pytest.fixture(scope="module")
def energies() -> dict[str, float]:
    return {}


@pytest.mark.parametrize(
    ("said", "failures", "variables"),
    [
        (NOT_CONVERGED, 1, {"electron_maxstep": "200", "mixing_beta": "0.3", "mixing_mode": "'local-TF'"}),
        (NOT_CONVERGED, 2, {"electron_maxstep": "400", "mixing_beta": "0.1", "mixing_mode": "'plain'"}),
        (NOT_CONVERGED, 3, {"mixing_ndim": "12", "startingpot": "'file'"}),
        (recorded("c_bands", "too many bands are not converged"), 1, {"diago_david_ndim": "2"}),
        (recorded("cdiaghg", "S matrix not positive definite"), 2, {"diagonalization": "'cg'"}),
        (recorded("cdiaghg", "problems computing cholesky"), 3, {"diagonalization": "'ppcg'"}),
        (recorded("checkallsym", "not orthogonal operation"), 1, {"nosym": ".true.", "no_t_rev": ".true."}),
        (recorded("checkallsym", "not orthogonal operation"), 2, {"noinv": ".true."}),
        (recorded("allocate", "cannot allocate memory (ps)"), 1, {"disk_io": "'medium'", "mixing_ndim": "4"}),
    ],
)
def test_each_remedy_leads_to_the_same_energy(
    make_qe, failing, energies, tmp_path, *, said, failures, variables
):
    plain = energies.setdefault("plain", evaluate(crystal("Si"), make_qe()).response.energy)
    failing(said, failures, "exit 0" if said == NOT_CONVERGED else "exit 1")
    lines: list[str] = []
    point = evaluate(crystal("Si"), make_qe(), place=Workplace(tmp_path / "work", lines.append))
    assert point.response.energy == pytest.approx(plain, abs=2e-5)
    text = (tmp_path / "work" / "scf.in").read_text()
    asked = dict(re.findall(r"^\s+([\w()]+) = (\S+)$", text, re.MULTILINE))
    assert variables.items() <= asked.items()
    rows = json.loads((tmp_path / "work" / "attempts.json").read_text())
    assert [bool(row.get("trouble")) for row in rows[:failures]] == [True] * failures
    assert "trouble" not in rows[-1]
    assert len(rows[-1]["remedies"]) == failures
    assert sum("tried again" in line for line in lines) == failures


def test_too_few_iterations_are_a_real_failure_with_a_remedy(make_qe, tmp_path):
    point = evaluate(crystal("Si"), make_qe(max_iterations=2), place=Workplace(tmp_path / "a"))
    enough = evaluate(crystal("Si"), make_qe())
    assert point.response.energy == pytest.approx(enough.response.energy, abs=2e-5)
    first, second = json.loads((tmp_path / "a" / "attempts.json").read_text())
    assert first["trouble"] == Trouble.SCF
    assert "after   2" in " ".join(first["said"].split(" ")) or "after 2" in first["said"]
    assert second["remedies"] == ["more iterations, gentler mixing with local screening"]
    assert any("gentler mixing" in message for message in point.messages), point.messages
    with pytest.raises(CalculatorError, match="self-consistency not reached"):
        evaluate(crystal("Si"), make_qe(max_iterations=2, remedies=False), place=Workplace(tmp_path / "b"))


def test_what_fails_in_every_way_says_what_was_tried(make_qe, failing, tmp_path):
    failing(NOT_CONVERGED, 99, "exit 0")
    with pytest.raises(CalculatorError) as error:
        evaluate(crystal("Si"), make_qe(), place=Workplace(tmp_path / "work"))
    for words in ("NOT achieved after 100", "gentler mixing", "wider smearing", str(tmp_path / "work")):
        assert words in str(error.value)
    assert not (tmp_path / "work" / "answers").exists()


def test_fixed_occupations_are_not_made_wider(make_qe, failing, tmp_path):
    failing(NOT_CONVERGED, 99, "exit 0")
    with pytest.raises(CalculatorError) as error:
        evaluate(crystal("MgO"), make_qe(smearing="fixed"), place=Workplace(tmp_path / "work"))
    assert "wider smearing" not in str(error.value)


def test_a_refused_input_is_not_tried_again(make_qe, failing, tmp_path):
    place = failing(recorded("read_namelists", "bad line in namelist &system"), 99)
    with pytest.raises(CalculatorError, match="bad line in namelist"):
        evaluate(crystal("Si"), make_qe(), place=Workplace(tmp_path / "work"))
    assert (place / "count").read_text().strip() == "1"


def test_what_is_ended_from_outside_again_and_again_may_pass(make_qe, failing, tmp_path):
    failing("", 99, "kill -9 $$")
    with pytest.raises(TransientError, match="SIGKILL"):
        evaluate(crystal("Si"), make_qe(), place=Workplace(tmp_path / "work"))


def test_a_lost_density_is_done_without(make_qe, tmp_path):
    structure = crystal("Si")
    atoms = structure.to_ase_atoms()
    atoms.calc = make_qe().ase_calculator(structure, Workplace(tmp_path))
    atoms.get_potential_energy()
    density = tmp_path / "out" / "pwscf.save" / "charge-density.dat"
    density.write_bytes(density.read_bytes()[:100])
    atoms.set_cell(atoms.cell * 1.01, scale_atoms=True)
    moved = atoms.get_potential_energy()
    starts = [row["start"] for row in json.loads((tmp_path / "attempts.json").read_text())]
    assert starts == ["scratch", "density", "scratch"]
    fresh = structure.copy()
    fresh.scale_lattice(structure.volume * 1.01**3)
    assert evaluate(fresh, make_qe()).response.energy == pytest.approx(moved, abs=1e-5)
