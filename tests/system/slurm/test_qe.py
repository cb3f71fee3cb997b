"""A relaxation by pw.x on a real SLURM that is ended in the middle comes to the energy of one that is not."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.programs.pseudopotentials import install
from nanoos_lab.simulate.relax import relax_structure
from nanoos_lab.store.schema import RunState as S
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.testing import crystal, rattled

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
OPTIONS = {"cutoff_ry": 16.0, "kpoints": [2, 2, 2]}
PARAMS = {"cell": "fixed", "fmax": 0.005, "calculator": "qe", "options": OPTIONS}
SAME_EV = 5e-4


def start():
    return rattled(crystal("Si"), displacement=0.08, strain=0.0)


@pytest.fixture(scope="module")
def library(shared_data: Path, tmp_path_factory: pytest.TempPathFactory, require: Any) -> Path:
    require(shutil.which("pw.x"), "pw.x is not on PATH: apt install quantum-espresso")
    folder = tmp_path_factory.mktemp("pseudos")
    (folder / "files").mkdir()
    shutil.copy(shared_data / "pseudopotentials_oncv_pbe" / "abinit" / "Si_ONCV_PBE_sr.upf", folder / "files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANOOS_PSEUDOPOTENTIALS", str(folder / "library"))
        install(folder / "files", "oncv")
    return folder / "library"


@pytest.fixture(autouse=True)
def pseudopotentials(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nodes find the library as they would a person's."""
    monkeypatch.setenv("NANOOS_PSEUDOPOTENTIALS", str(library))


@pytest.fixture(scope="module")
def whole(library: Path) -> float:
    """Return the energy per atom of a relaxation that nobody ends."""
    from nanoos_lab.calculators.qe import QECalculator, QEOptions

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANOOS_PSEUDOPOTENTIALS", str(library))
        calculator = QECalculator(QEOptions(**OPTIONS))
        return relax_structure(start(), calculator, cell="fixed", fmax=0.005).energy


@pytest.fixture
def lab(slurm: Any, make_lab: Any) -> Any:
    """Return a lab whose jobs have the memory that pw.x and we need."""
    return make_lab(memory_gb=1.2)


def submit(lab: Any) -> str:
    with lab.store.write() as session:
        row = insert_structure(session, lab.store.scope, start(), name="rattled silicon")[0]
    run = lab.runs.submit("relax", {"structure": row}, PARAMS, on="cluster").run.id
    lab.until(lambda: len(outputs(lab, run)) == 1 and steps(lab, run) >= 1, "a first step")
    limit = float(re.findall(r"max_seconds = (\S+)", outputs(lab, run)[0].with_suffix(".in").read_text())[0])
    assert 900 < limit < 1800 - 120  # of half an hour: it would have stopped in order before the notice
    return run


def outputs(lab: Any, run: str) -> list[Path]:
    return sorted(lab.store.root.glob("**/calculator/relax.out"))


def steps(lab: Any, run: str) -> int:
    return outputs(lab, run)[0].read_text().count("number of bfgs steps")


def check(lab: Any, run: str, whole: float) -> None:
    (ended,) = lab.wait(run)
    assert ended.state == S.COMPLETED, ended.error
    assert ended.attempt == 1
    assert ended.summary["energy_after"] == pytest.approx(whole, abs=SAME_EV)
    assert any("was interrupted and went on" in message for message in ended.messages), ended.messages


def test_a_relaxation_whose_job_is_put_back_goes_on(lab: Any, command: Any, whole: float) -> None:
    run = submit(lab)
    command("scontrol", "requeue", lab.job(run))
    check(lab, run, whole)


def test_a_relaxation_that_is_told_that_time_is_out_goes_on(lab: Any, command: Any, whole: float) -> None:
    run = submit(lab)
    command("scancel", "--signal=USR2", lab.job(run))
    check(lab, run, whole)
