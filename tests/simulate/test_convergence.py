"""A calculator whose convergence is known exactly, and a real pw.x."""

from __future__ import annotations

import json
import math
import shutil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from ase.calculators.calculator import Calculator as ASECalculator
from pydantic import Field

from nanoos_lab.calculators import CALCULATORS
from nanoos_lab.charts.convergence import convergence_figure
from nanoos_lab.charts.still import still_svg
from nanoos_lab.errors import InvalidInputError, RunCancelledError
from nanoos_lab.properties import Method
from nanoos_lab.simulate.convergence import Tolerances, converge
from nanoos_lab.tasks import TASKS, Params
from nanoos_lab.testing import crystal

if TYPE_CHECKING:
    from pathlib import Path

LADDER = [20, 30, 40, 50, 60, 70, 80]


class KnownOptions(Params):
    """A basis whose error falls as exp(−cutoff/10), and a mesh of whole numbers whose error falls as its cube."""

    cutoff: float = Field(30.0, json_schema_extra={"knob": LADDER})
    spacing: float = Field(0.5, gt=0, json_schema_extra={"knob": [1.0, 0.5, 0.4, 0.25, 0.2, 0.1]})
    label: str = "x"


class KnownASE(ASECalculator):
    implemented_properties = ["energy", "forces", "stress"]  # noqa: RUF012 - ASE's form
    asked: list[tuple[float, float]] = []  # noqa: RUF012 - counted by the tests

    def __init__(self, options: KnownOptions) -> None:
        super().__init__()
        self.options = options

    def calculate(self, atoms: Any = None, properties: Any = None, system_changes: Any = ()) -> None:
        import numpy as np

        super().calculate(atoms, properties, system_changes)
        self.asked.append((self.options.cutoff, self.options.spacing))
        n, mesh = len(atoms), math.floor(1 / self.options.spacing + 1e-9)
        error = math.exp(-self.options.cutoff / 10) + 0.1 / mesh**3
        self.results = {
            "energy": n * (-5.0 + error),
            "forces": np.full((n, 3), 0.1 * error),
            "stress": np.full(6, 0.01 * error),
        }


class Known:
    name, version, synthetic = "known", "1", True
    known_limits = MappingProxyType({})
    Options = KnownOptions

    def __init__(self, options: KnownOptions) -> None:
        self.options = options

    def available(self) -> None:
        return None

    def identity(self) -> dict[str, Any]:
        return self.options.model_dump()

    def check(self, structure: Any) -> None:
        pass

    def method(self, recipe: str = "") -> Method:
        return Method(name="known", recipe=recipe)

    def ase_calculator(self, structure: Any, place: Any) -> KnownASE:  # noqa: ARG002
        return KnownASE(self.options)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    real = CALCULATORS.get
    monkeypatch.setattr(CALCULATORS, "get", lambda name: Known if name == "known" else real(name))
    KnownASE.asked.clear()
    return KnownASE.asked


LOOSE = Tolerances(energy_mev=1.0, force=10.0, stress_gpa=1000.0)


def test_the_coarsest_value_within_the_tolerance_of_all_finer_ones_is_found(known: Any) -> None:
    found = converge(crystal("NaCl"), "known", tolerances=LOOSE, ladders={"cutoff": LADDER})
    # exp(−6) is 2.5 meV, exp(−7) 0.9 meV: 70 and 80 lie within 1 meV of each other, 60 does not lie within it of 80
    assert found.climbs[0].found is None
    finer = converge(crystal("NaCl"), "known", tolerances=LOOSE, ladders={"cutoff": [*LADDER, 90, 100]})
    assert finer.climbs[0].found == 70
    assert finer.options["cutoff"] == 70
    assert finer.converged
    assert [p.value for p in finer.climbs[0].points] == [*LADDER, 90]


@pytest.mark.parametrize(
    ("tolerances", "cutoff"),
    [
        (Tolerances(5.0, 10.0, 1000.0), 60),
        (Tolerances(1e4, 1e-5, 1000.0), 100),
        (Tolerances(1e4, 10.0, 0.01), 50),
    ],
)
def test_energy_forces_and_stress_each_count(known: Any, tolerances: Tolerances, cutoff: float) -> None:
    """The errors by cut-off: 1000 e meV, 0.1 e eV/Å and 1.6 e GPa with e = exp(−cutoff/10)."""
    ladders = {"cutoff": [*LADDER, 90, 100, 110, 120, 130]}
    found = converge(crystal("NaCl"), "known", tolerances=tolerances, ladders=ladders)
    assert found.options == {"cutoff": cutoff}


def test_a_finer_value_that_changes_nothing_in_the_calculation_confirms_nothing(known: Any) -> None:
    ladder = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.33, 0.2, 0.1]
    climb = converge(crystal("NaCl"), "known", tolerances=LOOSE, ladders={"spacing": ladder}).climbs[0]
    assert climb.repeated[:4] == (0.9, 0.8, 0.7, 0.6)  # one point along each axis, as with 1.0
    # meshes of 1, 2, 3, 5 and 10: errors of 100, 12.5, 3.7, 0.8 and 0.1 meV
    assert [p.value for p in climb.points] == [1.0, 0.5, 0.33, 0.2, 0.1]
    assert climb.found is None
    assert converge(
        crystal("NaCl"), "known", tolerances=LOOSE, ladders={"spacing": ladder}, confirmations=1
    ).options == {"spacing": 0.2}


def test_each_knob_is_raised_with_the_others_as_found(known: list[tuple[float, float]]) -> None:
    found = converge(
        crystal("NaCl"), "known", options={"spacing": 0.4}, tolerances=Tolerances(5.0, 10.0, 1000.0),
    )  # fmt: skip
    cutoffs = [spacing for cutoff, spacing in known[: len(found.climbs[0].points)]]
    assert set(cutoffs) == {0.4}
    assert {cutoff for cutoff, _ in known[len(cutoffs) :]} == {60.0}
    assert found.options == {"cutoff": 60.0, "spacing": 0.25}


class Stopping:
    def __init__(self, folder: Path, after: float = math.inf) -> None:
        self.folder, self.after, self.told = folder, after, 0

    def progress(self, *_said: Any) -> None:
        self.told += 1
        if self.told > self.after:
            raise RunCancelledError("interrupted")


def run(context: Stopping, **params: Any) -> Any:
    task = TASKS.get("convergence")
    said = {"calculator": "known", "force": 10.0, "stress_gpa": 1e3, "energy_mev": 5.0, **params}
    return task({"structure": crystal("NaCl")}, task.parse_params(said), context)


def test_an_interrupted_search_goes_on_and_asks_nothing_twice(tmp_path: Path, known: Any) -> None:
    with pytest.raises(RunCancelledError):
        run(Stopping(tmp_path, after=3))
    assert len(known) == 3
    with (tmp_path / "points.jsonl").open("a") as stream:
        stream.write('{"options": "torn')
    outcome = run(Stopping(tmp_path))
    assert len(known) == len(set(known))
    assert len(known) == outcome.summary["force_calls"] - 1  # (60, 0.5) belongs to both climbs


def test_the_task_states_options_points_and_what_it_could_not_test(tmp_path: Path, known: Any) -> None:
    outcome = run(Stopping(tmp_path), options={"label": "y"})
    assert outcome.converged
    assert outcome.summary["recommended"] == {"label": "y", "cutoff": 60.0, "spacing": 0.25}
    first = outcome.summary["climbs"][0]["points"][0]
    assert first["off_mev"] == pytest.approx(1000 * (math.exp(-2) - math.exp(-8)))
    assert json.dumps(outcome.summary)
    assert all(value.synthetic for value in outcome.values["structure"])
    assert run(Stopping(tmp_path), displacement=0.05).values == {}


def test_a_ladder_that_ends_too_early_is_not_converged_and_says_so(tmp_path: Path, known: Any) -> None:
    outcome = run(Stopping(tmp_path), ladders={"cutoff": [20, 30, 40]})
    assert not outcome.converged
    assert outcome.summary["climbs"][0]["recommended"] is None
    assert any("cutoff = 40" in message for message in outcome.messages)
    assert all(not value.converged for value in outcome.values["structure"])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"calculator": "toy"}, "no cut-off or mesh"),
        ({"knobs": ["cutof"]}, "did you mean 'cutoff'"),
        ({"ladders": {"cutoff": [30]}}, "two or more"),
        ({"ladders": {"cutoff": [30, 50, 40]}}, "from the coarsest to the finest"),
        ({"ladders": {"spacing": [0.5, -1.0]}}, "greater than 0"),
    ],
)
def test_bad_input_is_named(tmp_path: Path, known: Any, params: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        run(Stopping(tmp_path), **params)


def test_the_plan_says_how_often_it_asks_at_most(known: Any) -> None:
    task = TASKS.get("convergence")
    plan = task.plan({}, task.parse_params({"calculator": "known"}))
    assert plan.most == len(LADDER) + 6
    assert plan.calls < plan.most


def test_the_figure_draws_each_point_in_tolerances_and_marks_what_is_enough(
    tmp_path: Path, known: Any
) -> None:
    summary = run(Stopping(tmp_path)).summary
    chart = convergence_figure(summary)
    energy = chart.data[0]
    assert energy.y[0] == pytest.approx(1000 * (math.exp(-2) - math.exp(-8)) / 5.0)
    assert [t.x[0] for t in chart.data if t.line.dash == "dot"] == [60.0, 0.25]
    assert chart.layout.xaxis2.range[0] > chart.layout.xaxis2.range[1], "finer is to the right"
    assert "enough: 60" in still_svg(chart)


@pytest.fixture
def family(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require: Any) -> str:
    from nanoos_lab.programs.pseudopotentials import Wishes, install

    require(shutil.which("pw.x"), "Quantum ESPRESSO is absent: apt-get install quantum-espresso")
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(tmp_path / "pseudopotentials"))
    install(shared_data / "pseudopotentials_oncv_pbe", "oncv", Wishes(prefer=("abinit/*",)))
    return "oncv"


def test_silicon_by_pw_x_needs_a_cut_off_that_its_pseudopotential_suggests(
    tmp_path: Path, family: str
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    task = TASKS.get("convergence")
    said = {
        "calculator": "qe",
        "options": {"pseudopotentials": family, "kpoint_spacing": 1.0},
        "ladders": {"cutoff_ry": [12, 20, 28, 36, 44]},
        "energy_mev": 5.0,
    }
    outcome = task({"structure": crystal("Si")}, task.parse_params(said), Stopping(folder))
    points = outcome.summary["climbs"][0]["points"]
    energies = [point["energy"] for point in points]
    assert energies == sorted(energies, reverse=True), "a larger basis gave a higher energy"
    assert outcome.converged
    assert 20 <= outcome.summary["recommended"]["cutoff_ry"] <= 36
    assert any("vanish by symmetry" in message for message in outcome.messages)
