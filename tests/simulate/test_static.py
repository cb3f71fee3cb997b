from __future__ import annotations

import pytest

from nanoos_lab.properties import Origin
from nanoos_lab.simulate import evaluate
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal


def values(point):
    return {e.property: e.value for e in point.estimates}


def test_a_perfect_crystal_has_no_forces():
    assert values(evaluate(crystal("MgO"), "toy"))["max_force"] == pytest.approx(0.0, abs=1e-10)


def test_pressure_is_minus_the_volume_derivative_of_the_energy():
    structure = crystal("NaCl")
    energies = []
    for factor in (0.999, 1.001):
        scaled = structure.copy()
        scaled.scale_lattice(structure.volume * factor)
        energies.append(evaluate(scaled, "toy").response.energy)
    slope = (energies[1] - energies[0]) / (0.002 * structure.volume)
    assert values(evaluate(structure, "toy"))["pressure"] == pytest.approx(-slope * 160.21766208, rel=1e-4)


def test_squeezing_raises_the_pressure():
    squeezed = crystal("Cu")
    squeezed.scale_lattice(squeezed.volume * 0.9)
    assert values(evaluate(squeezed))["pressure"] > 10


def test_iron_is_magnetic_and_copper_is_not():
    assert values(evaluate(crystal("Fe")))["magnetization"] == pytest.approx(2.2, abs=0.4)
    assert values(evaluate(crystal("Cu")))["magnetization"] < 0.1


def test_the_task_states_computed_values_with_their_method(tmp_path):
    class Quiet:
        folder = tmp_path

        def progress(self, fraction, message=""):
            pass

    task = TASKS.get("static")
    outcome = task({"structure": crystal("Si")}, task.parse_params({}), Quiet())
    by_name = {e.property: e for e in outcome.values["structure"]}
    assert set(by_name) == {"energy", "max_force", "pressure", "magnetization"}
    energy = by_name["energy"]
    assert energy.origin is Origin.COMPUTED
    assert energy.method.label == "CHGNet 0.3.0 · static"
    assert energy.uncertainty_kind == "none"
    assert energy.value == pytest.approx(-5.3123, abs=1e-3)
    assert outcome.summary["space_group"] == 227


def test_identity_depends_on_the_calculator():
    task = TASKS.get("static")
    toy, chgnet = (task.identity(task.parse_params({"calculator": n})) for n in ("toy", "chgnet"))
    assert toy["calculator"]["model"] == "toy 1"
    assert len(chgnet["calculator"]["weights_sha256"]) == 64
