"""What a run made, as live viewers: trajectories with their energies, before and after, one structure, nothing."""

from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.run_views import frame_energies


def test_molecular_dynamics_plays_with_the_energy_of_each_frame(lab):
    run = lab.run(
        "md", lab.add("Cu.cif"), calculator="toy", ensemble="nve", temperature=300, time_ps=0.05, min_length=5
    )
    viewer = run.view(height=300)
    frames = viewer._scene.frames
    assert frames.values.unit == "eV/atom"
    assert len(frames.values.data) == len(frames) > 1
    with np.load(run.artifacts["thermo"]) as series:
        potential = series["potential"][series["part"] == 2]
    assert frames.values.data[-1] == pytest.approx(potential[-1], rel=1e-5)
    assert viewer.height == 300


def test_energies_are_those_of_the_times_of_the_frames(tmp_path):
    part, time = np.array([1, 1, 2, 2, 2]), np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    np.savez(tmp_path / "thermo.npz", part=part, time=time, potential=np.array([9.0, 9.0, 1.0, 2.0, 3.0]))
    np.savez(tmp_path / "trajectory.npz", times_ps=np.array([0.1, 0.25, 0.3]))
    assert frame_energies(tmp_path / "thermo.npz", tmp_path / "trajectory.npz") == pytest.approx(
        [1.0, 2.5, 3.0]
    )


def test_a_relaxation_stands_beside_what_it_was_given(lab, sto):
    box = lab.run("relax", sto, calculator="toy").view()
    before, after = box.viewers
    assert before._group == after._group != ""


def test_nothing_to_show_is_said(lab, sto):
    with pytest.raises(InvalidInputError, match="made no structure"):
        lab.run("static", sto, calculator="toy").view()
