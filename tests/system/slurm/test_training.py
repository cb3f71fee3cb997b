"""A training on a real SLURM: its job learns, its curve is seen, and the model it leaves answers here."""

from __future__ import annotations

import pytest

from nanoos_lab.lab import Lab
from nanoos_lab.store.runs import attempts_of
from nanoos_lab.testing import crystal
from tests.system.slurm.conftest import settings_with

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
ROWS = 56
SMALL = {
    "start": "", "options": {"shape": {"width": 16, "layers": 1, "basis": 8, "directed": 2}}, "epochs": 4,
    "members": 1, "batch": 10, "device": "cpu",
    "split": {"train": 0.4, "validation": 0.1, "calibration": 0.4, "test": 0.1},
}  # fmt: skip


@pytest.mark.usefixtures("slurm")
def test_a_training_on_the_cluster_leaves_a_model_that_predicts_here(tmp_path):
    pytest.importorskip("onnxscript")
    with Lab(tmp_path / "lab", settings=settings_with(memory_gb=1.5)) as lab:
        for k in range(ROWS):
            structure = crystal(("MgO", "NaCl", "Si", "Cu")[k % 4])
            structure.scale_lattice(structure.volume * (0.8 + 0.007 * k))
            one = lab.add(structure, name=f"crystal {k}")
            volume = structure.volume / len(structure)
            lab.record(one, "volume_per_atom", volume, origin="computed", method="geometry")
        volumes = lab.dataset("volume_per_atom", origin="computed")
        run = lab.train(volumes, name="far", on="cluster", **SMALL)
        assert run.row.executor == "slurm"
        with lab.store.read() as session:
            (attempt,) = attempts_of(session, lab.store.scope, run.id)
        assert attempt.job_id.isdecimal()
        assert [row["epoch"] for row in run.curve()] == [0, 1, 2, 3]
        assert run.model.label == "far@1"
        parity = run.rows().set_index("structure")
        lab.predict(volumes.structures()[0], predictor="far", on="here")
        batch = lab.predict(volumes.structures(), predictor="far", on="cluster")
        assert not batch.problems
        assert {r.row.executor for r in lab.runs(task="predict")} == {"here", "slurm"}
        said = {
            row.structure_id: row.value
            for row in lab.value_rows(property="volume_per_atom", origin="predicted")
        }
        assert said == {one: pytest.approx(value, rel=1e-4) for one, value in parity["value"].items()}
