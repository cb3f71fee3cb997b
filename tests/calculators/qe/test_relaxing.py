"""Relaxations by pw.x's own optimiser, and what remains of one that was ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nanoos_lab.calculators import Workplace
from nanoos_lab.calculators.abilities import RelaxesItself
from nanoos_lab.calculators.qe import performing
from nanoos_lab.errors import RunCancelledError, TransientError
from nanoos_lab.simulate.relax import relax_structure
from nanoos_lab.simulate.static import evaluate
from nanoos_lab.testing import crystal, rattled

LOOSE = {"kpoints": (2, 1, 1)}


def start():
    return rattled(crystal("Si"), displacement=0.08, strain=0.0)


@pytest.mark.parametrize("freedom", ["fixed", "full", "volume", "shape"])
def test_it_ends_where_forces_and_stress_vanish(make_qe, freedom):
    calculator = make_qe()
    assert isinstance(calculator, RelaxesItself)
    strained = rattled(crystal("Si"), displacement=0.03, strain=0.003)
    result = relax_structure(strained, calculator, cell=freedom, fmax=0.1)
    assert result.converged, result.descent.reason
    end = result.descent.last
    assert end.largest_force <= 0.1
    assert end.virial_per_atom(freedom) <= 0.1
    assert result.energy < result.descent.first.energy / 2  # per atom and per cell
    volume = result.structure.volume / strained.volume
    assert (abs(volume - 1) < 1e-6) == (freedom in {"fixed", "shape"})
    if freedom in {"fixed", "volume"}:
        assert result.structure.lattice.angles == pytest.approx(strained.lattice.angles, abs=1e-6)


def test_the_last_energy_is_that_of_its_structure(make_qe):
    calculator = make_qe()
    result = relax_structure(start(), calculator, cell="full", fmax=0.1)
    point = evaluate(result.structure, calculator)
    assert point.response.energy == pytest.approx(result.descent.last.energy, abs=1e-4)
    assert point.response.forces == pytest.approx(result.descent.last.forces, abs=2e-3)


def test_too_few_steps_are_no_convergence(make_qe):
    result = relax_structure(start(), make_qe(**LOOSE), cell="fixed", fmax=0.001, max_steps=1)
    assert not result.converged
    assert "1 steps were not enough" in result.descent.reason
    assert np.isfinite(result.descent.last.forces).all()


def begin(folder: Path) -> subprocess.Popen:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from nanoos_lab.calculators import Workplace\n"
        "from nanoos_lab.calculators.qe import QECalculator, QEOptions\n"
        "from nanoos_lab.simulate.relax import relax_structure\n"
        "from nanoos_lab.testing import crystal, rattled\n"
        "options = QEOptions(cutoff_ry=16.0, kpoints=(2, 1, 1))\n"
        "relax_structure(rattled(crystal('Si'), displacement=0.08, strain=0.0), QECalculator(options),\n"
        "    cell='fixed', fmax=0.005, place=Workplace(Path(sys.argv[1])))\n"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(folder), str(Path(__file__).parents[3])])


def test_a_relaxation_whose_process_is_killed_goes_on_to_the_same_energy(make_qe, tmp_path):
    calculator, folder = make_qe(**LOOSE), tmp_path / "work"
    whole = relax_structure(start(), calculator, cell="fixed", fmax=0.005)
    child = begin(folder)
    end = time.monotonic() + 60
    output = folder / "relax.out"
    while not (output.exists() and "number of bfgs steps    =   1" in output.read_text()):
        assert time.monotonic() < end
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    resumed = relax_structure(start(), calculator, cell="fixed", fmax=0.005, place=Workplace(folder))
    assert resumed.converged
    assert resumed.energy == pytest.approx(whole.energy, abs=2e-4)
    assert (folder / "relax.1.out").exists()
    rows = json.loads((folder / "attempts.json").read_text())
    assert [row["start"] for row in rows] == ["density"]  # of the killed run nobody wrote a row
    assert len(resumed.descent.energies) > 2
    assert resumed.descent.energies[0] == pytest.approx(whole.descent.energies[0], abs=1e-4)


def test_a_cycle_that_stopped_in_time_goes_on_from_its_checkpoint(make_qe, tmp_path, monkeypatch):
    calculator, place = make_qe(cutoff_ry=30.0, kpoints=(6, 6, 6)), Workplace(tmp_path)
    whole = evaluate(crystal("Si"), calculator).response.energy
    with monkeypatch.context() as patch:
        patch.setattr(performing, "_ending", lambda: {"control": {"max_seconds": 0.5}})
        with pytest.raises(TransientError, match="it goes on"):
            evaluate(crystal("Si"), calculator, place=place)
    resumed = evaluate(crystal("Si"), calculator, place=place).response.energy
    assert resumed == pytest.approx(whole, abs=1e-6)
    rows = json.loads((tmp_path / "attempts.json").read_text())
    assert [row["start"] for row in rows] == ["scratch", "checkpoint"]
    assert "Calculation restarted from" in (tmp_path / "scf.out").read_text()


def test_a_damaged_checkpoint_is_done_without(make_qe, tmp_path, monkeypatch):
    calculator, place = make_qe(cutoff_ry=30.0, kpoints=(6, 6, 6)), Workplace(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(performing, "_ending", lambda: {"control": {"max_seconds": 0.5}})
        with pytest.raises(TransientError):
            evaluate(crystal("Si"), calculator, place=place)
    (tmp_path / "out" / "pwscf.save" / "data-file-schema.xml").write_text("<broken")
    resumed = evaluate(crystal("Si"), calculator, place=place).response.energy
    assert resumed == pytest.approx(evaluate(crystal("Si"), calculator).response.energy, abs=1e-6)
    starts = [row["start"] for row in json.loads((tmp_path / "attempts.json").read_text())]
    assert starts == ["scratch", "checkpoint", "scratch"]


def test_a_relaxation_that_is_called_off_ends_the_program(make_qe, tmp_path):
    def report(line: str) -> None:
        if "iteration" in line:
            raise RunCancelledError("cancelled on request")

    with pytest.raises(RunCancelledError):
        relax_structure(start(), make_qe(cutoff_ry=30.0), place=Workplace(tmp_path, report))
    assert "JOB DONE" not in (tmp_path / "relax.out").read_text()
