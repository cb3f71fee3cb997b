"""The self-consistent cycle: killed, gone on with, and mended."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import textwrap

import pytest

from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.calculators.gpaw.ground import GroundState
from nanoos_lab.calculators.gpaw.options import gpaw_parameters
from nanoos_lab.errors import CalculatorError
from nanoos_lab.simulate import evaluate
from nanoos_lab.testing import crystal, rattled

OPTIONS = {"cutoff_ev": 300.0, "kpoints": (2, 2, 2)}
CHILD = """
import sys
from pathlib import Path
from nanoos_lab.calculators import Workplace, get_calculator
from nanoos_lab.calculators.gpaw import ground
from nanoos_lab.simulate import evaluate
from nanoos_lab.testing import crystal, rattled

ground.CHECKPOINT_SECONDS = 0.0

def say(line):
    print(line, flush=True)
    if "iteration 7" in line:
        sys.stdin.read()  # here it is killed

calculator = get_calculator("gpaw", {"cutoff_ev": 300.0, "kpoints": (2, 2, 2)})
evaluate(rattled(crystal("Si")), calculator, place=Workplace(Path(sys.argv[1]), say))
"""


@pytest.fixture(autouse=True)
def _installed(require):
    require(importlib.util.find_spec("_gpaw"), "GPAW is absent: make gpaw")


def kept(folder):
    (path,) = folder.glob("answer-*.json")
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def asked():
    """Return what is computed when nothing goes wrong."""
    lines = []
    point = evaluate(
        rattled(crystal("Si")), get_calculator("gpaw", OPTIONS), place=Workplace(None, lines.append)
    )
    return point.response, sum("iteration " in line for line in lines)


@pytest.mark.system
def test_a_killed_cycle_goes_on_where_it_was(tmp_path, asked):
    whole, iterations = asked
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in child.stdout:
        if "iteration 7" in line:
            break
    child.kill()
    child.wait()
    assert list(tmp_path.glob("cycle-*.gpw"))
    assert not list(tmp_path.glob("answer-*"))
    lines = []
    point = evaluate(
        rattled(crystal("Si")), get_calculator("gpaw", OPTIONS), place=Workplace(tmp_path, lines.append)
    )
    assert any("going on from the checkpoint" in line for line in lines)
    assert sum("iteration " in line for line in lines) < iterations - 2
    assert point.response.energy == pytest.approx(whole.energy, abs=1e-5)
    assert point.response.forces == pytest.approx(whole.forces, abs=1e-3)
    assert not list(tmp_path.glob("*.gpw"))  # what is finished needs none


def test_a_checkpoint_that_cannot_be_read_costs_only_time(tmp_path, asked, monkeypatch):
    state = GroundState(parameters(), tmp_path, lambda _line: None)
    state._path(atoms()).write_bytes(b"half a file")
    answer = state.converge(atoms())
    assert answer.get_potential_energy(force_consistent=True) == pytest.approx(asked[0].energy, abs=1e-5)


def test_too_few_iterations_are_mended_and_the_remedy_is_recorded(tmp_path, asked):
    lines = []
    calculator = get_calculator("gpaw", {**OPTIONS, "max_iterations": 6})
    point = evaluate(rattled(crystal("Si")), calculator, place=Workplace(tmp_path, lines.append))
    assert point.response.energy == pytest.approx(asked[0].energy, abs=1e-5)
    assert kept(tmp_path)["remedies"] == ["12 iterations more"]
    assert "GPAW: 6 iterations did not converge; now 12 iterations more" in lines


def test_what_does_not_converge_is_an_error_that_names_what_was_tried():
    calculator = get_calculator("gpaw", {**OPTIONS, "max_iterations": 1})
    with pytest.raises(CalculatorError, match="did not converge") as caught:
        evaluate(rattled(crystal("Si")), calculator)
    for words in ("1 iterations;", "2 iterations more", "gentle mixing", "a smearing of 0.25 eV"):
        assert words in str(caught.value)


def test_a_wider_smearing_is_only_a_way_to_the_answer_asked_for(tmp_path, asked):
    state = GroundState(parameters(), tmp_path, lambda _line: None)
    answer = state._wide_first(atoms())
    assert answer.get_potential_energy(force_consistent=True) == pytest.approx(asked[0].energy, abs=1e-5)
    assert answer.params.occupations.todict()["width"] == pytest.approx(0.05)
    assert not list(tmp_path.glob("*.gpw"))


def atoms():
    from ase import Atoms

    structure = rattled(crystal("Si"))
    made = Atoms("Si2", cell=structure.lattice.matrix, positions=structure.cart_coords, pbc=True)
    made.set_initial_magnetic_moments([0.0, 0.0])
    return made


def parameters():
    calculator = get_calculator("gpaw", OPTIONS)
    structure = rattled(crystal("Si"))
    return gpaw_parameters(calculator.options, calculator.choices_for(structure), structure)
