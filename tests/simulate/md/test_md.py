"""Molecular dynamics for real: by LAMMPS, and by ASE over the toy potential and over LAMMPS."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nanoos_lab.calculators import get_calculator
from nanoos_lab.errors import CalculatorError, InvalidInputError, RunCancelledError
from nanoos_lab.simulate.md import MdParams, course, load_trajectory, measure_cost, molecular_dynamics
from nanoos_lab.simulate.md.ase_engine import _INTERNALS, ASEDynamics
from nanoos_lab.simulate.md.plan import check_size, make_plan
from nanoos_lab.simulate.md.recording import Recording
from nanoos_lab.tasks import TASKS
from nanoos_lab.testing import crystal

if TYPE_CHECKING:
    from pathlib import Path

COPPER = "lammps:Cu_mishin1.eam.alloy"
QUICK: dict[str, Any] = {"timestep": 2.0, "supercell": (2, 2, 2), "equilibration_ps": 0.0, "sample_every": 10}
ENGINES = ("native", "own")


@pytest.fixture
def lammps(require) -> None:
    problem = get_calculator(COPPER).available()
    require(problem is None, str(problem))


@pytest.fixture
def eager(monkeypatch) -> None:
    """Progress is told at every frame."""
    monkeypatch.setattr(course, "TELL_EVERY_S", 0.0)


def copper():
    return crystal("Cu", primitive=False)


class Context:
    def __init__(self, folder: Path, stop_at: float = 2.0) -> None:
        self.folder, self.stop_at, self.lines = folder, stop_at, []
        folder.mkdir(exist_ok=True)

    def progress(self, fraction, message=""):
        self.lines.append((fraction, message))
        if fraction is not None and fraction > self.stop_at:
            raise RunCancelledError("asked to stop")


@pytest.mark.parametrize("engine", ENGINES)
def test_nve_keeps_the_energy(lammps, engine) -> None:
    found = molecular_dynamics(
        copper(), COPPER, ensemble="nve", steps=500, engine=engine, initial_temperature=600, **QUICK
    )
    total = found.thermo.total
    assert total.max() - total.min() < 1e-4  # eV/atom, where 300 K are 0.039
    assert abs(found.drift) < 1e-4
    assert found.engine == engine
    # a crystal at rest takes half of the first kinetic energy
    assert found.temperature.value == pytest.approx(300, abs=60)
    assert "drifts by" in next(e.note for e in found.estimates if e.property == "pressure")


def test_lammps_and_ase_go_the_same_way(lammps) -> None:
    one, other = (
        molecular_dynamics(
            copper(), COPPER, ensemble="nve", steps=200, engine=engine, initial_temperature=600, **QUICK
        )
        for engine in ENGINES
    )
    # they differ in the seventh digit of their physical constants
    assert np.allclose(one.trajectory.positions, other.trajectory.positions, atol=2e-4)
    assert np.allclose(one.thermo.potential, other.thermo.potential, atol=1e-5)
    assert np.allclose(one.thermo.pressure, other.thermo.pressure, atol=1e-3)


@pytest.mark.parametrize("kind", ["triclinic", "left-handed"])
def test_any_cell_moves_alike_under_both(lammps, kind) -> None:
    cell = crystal("Cu")
    cell.make_supercell(
        [[2, 0, 0], [1, 3, 0], [0, 1, 3]] if kind == "triclinic" else [[0, 2, 0], [2, 0, 0], [0, 0, 3]]
    )
    said = {
        **QUICK,
        "supercell": (1, 1, 1),
        "ensemble": "npt",
        "barostat": "full",
        "initial_temperature": 400,
    }
    one, other = (
        molecular_dynamics(cell, COPPER, steps=20, engine=e, temperature=400, **said) for e in ENGINES
    )
    # LAMMPS and ASE integrate the barostat differently: at the start they still go together
    assert np.allclose(one.trajectory.positions[0], other.trajectory.positions[0], atol=5e-3)
    assert np.allclose(one.trajectory.cells[0], other.trajectory.cells[0], atol=5e-3)
    assert np.sign(np.linalg.det(one.trajectory.cells[-1])) == np.sign(np.linalg.det(cell.lattice.matrix))


@pytest.mark.parametrize(
    ("engine", "thermostat", "steps"),
    [
        ("native", "nose-hoover", 6000),
        ("native", "langevin", 6000),
        ("own", "nose-hoover", 1000),
        ("own", "langevin", 1000),
    ],
)
def test_nvt_has_its_temperature_within_the_error(lammps, engine, thermostat, steps) -> None:
    found = molecular_dynamics(
        copper(), COPPER, temperature=400, steps=steps, engine=engine, thermostat=thermostat, initial_temperature=800,
        **{**QUICK, "equilibration_ps": 1.0},
    )  # fmt: skip
    assert found.temperature.error < 30
    assert abs(found.temperature.value - 400) < 4 * found.temperature.error
    # the canonical variance of the kinetic energy: T sqrt(2 / degrees of freedom)
    scatter = found.thermo.temperature[found.thermo.production].std()
    assert scatter == pytest.approx(400 * np.sqrt(2 / 93), rel=0.35)


@pytest.mark.parametrize("barostat", ["isotropic", "full"])
def test_npt_copper_expands_as_measured(lammps, barostat) -> None:
    found = molecular_dynamics(
        copper(), COPPER, ensemble="npt", temperature=300, steps=6000, barostat=barostat, initial_temperature=600,
        **{**QUICK, "supercell": (3, 3, 3), "equilibration_ps": 2.0},
    )  # fmt: skip
    # 3.615 Å at 0 K, and 17e-6 /K of linear expansion (Y. Mishin et al., Phys. Rev. B 63, 224106 (2001), fig. 6)
    expected = (3.615 * (1 + 17e-6 * 300)) ** 3 / 4
    assert found.volume.value == pytest.approx(expected, rel=0.005)
    assert abs(found.pressure.value) < 5 * found.pressure.error + 0.05
    stated = {e.property: e for e in found.estimates}
    assert stated["density"].value == pytest.approx(63.546 * 1.66053907 / found.volume.value, rel=1e-6)
    assert stated["density"].conditions["pressure_GPa"] == 0.0
    assert stated["volume_per_atom"].uncertainty_kind == "standard"
    assert any("rattle in place" in m for m in found.messages)
    assert "diffusion_coefficient" not in stated


def test_pressure_squeezes(lammps) -> None:
    """Copper's bulk modulus is 138 GPa (Y. Mishin et al., 2001): 10 GPa take about 6 % of the volume."""
    said = {**QUICK, "ensemble": "npt", "temperature": 50, "initial_temperature": 100, "steps": 3000}
    said["equilibration_ps"] = 3.0
    free, squeezed = (molecular_dynamics(copper(), COPPER, pressure=p, **said) for p in (0.0, 10.0))
    assert squeezed.pressure.value == pytest.approx(10.0, abs=0.6)
    assert squeezed.volume.value / free.volume.value == pytest.approx(0.941, abs=0.01)


def test_copper_melts_and_diffuses(lammps) -> None:
    found = molecular_dynamics(
        copper(), COPPER, ensemble="npt", temperature=1500, time_ps=10.0, timestep=2.0, supercell=(3, 3, 3),
        schedule=[{"temperature": 2600, "time_ps": 1.5, "hold": True}, {"temperature": 1500, "time_ps": 1.0}],
        equilibration_ps=1.0,
    )  # fmt: skip
    (moved,) = found.diffusion
    # 3.3e-5 cm²/s at 1370 K and 5.4e-5 at 1620 K, A. Meyer, Phys. Rev. B 81, 012102 (2010)
    assert moved.coefficient is not None
    assert 2e-5 < moved.coefficient < 8e-5
    first = found.distributions[0].values
    assert 2.0 < first.max() < 3.6  # a crystal's would be far higher
    stated = next(e for e in found.estimates if e.property == "diffusion_coefficient")
    assert stated.conditions["element"] == "Cu"
    assert stated.conditions["temperature_K"] == pytest.approx(1500, abs=120)
    assert "slope of the displacement between" in stated.note
    parts = found.thermo.part
    assert list(np.unique(parts)) == [0, 1, 2]
    assert found.trajectory.times[0] == pytest.approx(0.02)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "said",
    [{"ensemble": "nvt"}, {"ensemble": "nvt", "thermostat": "langevin"}, {"ensemble": "npt"},
     {"ensemble": "npt", "barostat": "full"}, {"ensemble": "nve", "equilibration_ps": 0.1}],
)  # fmt: skip
def test_a_run_that_was_interrupted_gives_the_same_frames(lammps, eager, tmp_path, engine, said) -> None:
    asked = {**QUICK, "steps": 200, "engine": engine, "checkpoint_every": 40, **said}
    whole = molecular_dynamics(copper(), COPPER, **asked)
    context = Context(tmp_path, stop_at=0.55)
    with pytest.raises(RunCancelledError):
        molecular_dynamics(copper(), COPPER, memory=tmp_path, progress=context.progress, **asked)
    again = molecular_dynamics(copper(), COPPER, memory=tmp_path, **asked)
    assert again.resumed_from > 0
    assert np.array_equal(again.trajectory.positions, whole.trajectory.positions)
    assert np.array_equal(again.trajectory.times, whole.trajectory.times)
    for name in ("time", "part", "temperature", "potential", "total", "pressure", "volume"):
        assert np.array_equal(getattr(again.thermo, name), getattr(whole.thermo, name)), name


KILLED = """
import os, sys
from pathlib import Path
from nanoos_lab.simulate.md import course, recording, molecular_dynamics
from nanoos_lab.testing import crystal
kept = recording.Recording.keep
def keep(self, frames, state):
    kept(self, frames, state)
    if self.done == 3:
        print("third", flush=True)
        sys.stdin.read()
recording.Recording.keep = keep
molecular_dynamics(
    crystal("Cu", primitive=False), sys.argv[2], memory=Path(sys.argv[1]), ensemble="nvt", timestep=2.0, steps=200,
    supercell=(2, 2, 2), equilibration_ps=0.0, checkpoint_every=40,
)
"""


def test_a_process_that_is_killed_loses_one_stretch_at_most(lammps, tmp_path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), COPPER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "third\n"
        os.kill(worker.pid, signal.SIGKILL)
    asked = {**QUICK, "steps": 200, "checkpoint_every": 40}
    again = molecular_dynamics(copper(), COPPER, memory=tmp_path, **asked)
    assert again.resumed_from == 120
    assert np.array_equal(
        again.trajectory.positions, molecular_dynamics(copper(), COPPER, **asked).trajectory.positions
    )


@pytest.mark.parametrize("damage", ["state.npz", "frames-00001.npz"])
def test_a_damaged_or_foreign_memory_is_begun_anew(tmp_path, damage) -> None:
    asked = {**QUICK, "ensemble": "nve", "steps": 60, "checkpoint_every": 20, "supercell": (1, 1, 1)}
    whole = molecular_dynamics(copper(), "toy", memory=tmp_path, **asked)
    (tmp_path / damage).write_bytes((tmp_path / damage).read_bytes()[:100])
    again = molecular_dynamics(copper(), "toy", memory=tmp_path, **asked)
    assert again.resumed_from == 0
    assert np.array_equal(again.trajectory.positions, whole.trajectory.positions)
    other = molecular_dynamics(copper(), "toy", memory=tmp_path, **{**asked, "seed": 1})
    assert other.resumed_from == 0
    assert len(other.trajectory) == len(whole.trajectory)


def test_an_explosion_is_an_error_and_no_result(lammps) -> None:
    for engine in ENGINES:
        with pytest.raises(CalculatorError, match=r"exploded|LAMMPS stopped"):
            molecular_dynamics(
                copper(), COPPER, ensemble="nve", steps=400, engine=engine, initial_temperature=3000,
                **{**QUICK, "timestep": 20.0},
            )  # fmt: skip


def test_the_toy_shows_itself_synthetic_everywhere(tmp_path) -> None:
    task = TASKS.get("md")
    params = task.parse_params({**QUICK, "calculator": "toy", "steps": 100, "supercell": (2, 1, 1)})
    context = Context(tmp_path / "folder")
    outcome = task({"structure": copper()}, params, context)
    assert all(e.synthetic for e in outcome.values["structure"])
    assert outcome.summary["synthetic"]
    assert outcome.summary["engine_used"] == "own"
    assert len(outcome.structures["final"]) == 8
    assert json.loads(json.dumps(outcome.summary, allow_nan=False)) == outcome.summary
    assert len(load_trajectory(outcome.artifacts["trajectory"])) == 10
    assert any("T = " in line for _, line in context.lines)
    with np.load(outcome.artifacts["thermo"], allow_pickle=False) as thermo:
        assert len(thermo["temperature"]) == 10
    assert not list((tmp_path / "folder" / "dynamics").glob("*.npz"))


def test_what_does_not_go_together_is_refused() -> None:
    task = TASKS.get("md")
    for said, words in (
        ({}, "by steps or by time_ps"),
        ({"steps": 5, "time_ps": 1.0}, "by steps or by time_ps"),
        ({"steps": 5, "supercell": (0, 1, 1)}, "at least one copy"),
        ({"steps": 5, "temperature": -3}, "temperature"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            task.parse_params(said)
    with pytest.raises(InvalidInputError, match="no molecular dynamics of its own"):
        molecular_dynamics(copper(), "toy", steps=10, engine="native")
    with pytest.raises(InvalidInputError, match="one atom"):
        molecular_dynamics(crystal("Cu"), "toy", steps=10)
    with pytest.raises(InvalidInputError, match="raise sample_every"):
        check_size(make_plan(MdParams(steps=10_000_000, sample_every=1)), 100)


def test_a_plan_is_cut_by_its_parameters_alone_and_loses_nothing() -> None:
    params = MdParams(
        time_ps=3.0, timestep=0.5, sample_every=7, schedule=[{"temperature": 900, "time_ps": 0.4}], temperature=600,
        initial_temperature=300,
    )  # fmt: skip
    plan = make_plan(params)
    assert plan.mark() == make_plan(params).mark()
    assert plan.mark() != make_plan(params.model_copy(update={"seed": 1})).mark()
    assert all(s.segment.steps % 7 == 0 for s in plan.stretches)
    production = [s.segment for s in plan.stretches if s.part == "production"]
    assert 6000 <= sum(s.steps for s in production) < 6007
    ramp = [s.segment.temperature for s in plan.stretches if s.part == "schedule"]
    assert ramp[0][0] == 300
    assert ramp[-1][1] == pytest.approx(900)
    assert all(a[1] == pytest.approx(b[0]) for a, b in itertools.pairwise(ramp))
    assert len({s.segment.seed for s in plan.stretches}) == len(plan.stretches)


def test_the_integrators_of_ase_remember_what_we_keep() -> None:
    """Should ASE rename or add a member that moves, a run that goes on would no longer be the same."""
    from ase import units
    from ase.md import nose_hoover_chain

    atoms = ASEDynamics(copper(), get_calculator("toy"), None)._atoms
    atoms.set_cell(copper().lattice.matrix)
    atoms.set_positions(copper().cart_coords)
    pressed = {"pressure_au": 0.0, "pdamp": 300 * units.fs}
    for name, places in _INTERNALS.items():
        said = {} if name == "NoseHooverChainNVT" else pressed
        made = getattr(nose_hoover_chain, name)(
            atoms, units.fs, temperature_K=300, tdamp=50 * units.fs, **said
        )
        before = _members(made)
        made.step()
        changed = {key for key, value in _members(made).items() if not np.array_equal(value, before[key])}
        # what is in the atoms, or follows from them when it is made anew
        derived = {("", "_q"), ("", "_p"), ("", "_h"), ("", "_eps"), ("", "nsteps")}
        assert changed - derived <= set(places)


def _members(made: Any) -> dict[tuple[str, str], np.ndarray]:
    owners = {"": made, **{n: getattr(made, n) for n in ("_thermostat", "_barostat") if hasattr(made, n)}}
    return {
        (owner, name): np.array(value)
        for owner, holder in owners.items()
        for name, value in vars(holder).items()
        if isinstance(value, (int, float, np.ndarray))
    }


def test_the_cost_is_measured_and_what_is_missing_is_said(lammps) -> None:
    cost = measure_cost(copper(), MdParams(calculator="toy", steps=100, equilibration_ps=0.05, timestep=1.0))
    assert cost.steps == 150
    assert cost.atoms == 4
    assert cost.seconds_per_step is not None
    assert cost.seconds == pytest.approx(150 * cost.seconds_per_step + cost.seconds_apart)
    assert (
        "did you mean"
        in measure_cost(copper(), MdParams(calculator="lammps:Cu_mishin.eam.alloy", steps=9)).problem
    )
    assert "Mg" in measure_cost(crystal("MgO"), MdParams(calculator=COPPER, steps=9)).problem


def test_an_empty_recording_has_no_state(tmp_path) -> None:
    assert Recording(None, "x").state is None
    assert Recording(tmp_path / "new", "x").done == 0
