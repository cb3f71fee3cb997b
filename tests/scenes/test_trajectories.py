"""Trajectories: the same copies in every frame, followed across the cell's faces, with the bonds of each frame."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write
from pymatgen.core import Lattice, Molecule, Structure
from pymatgen.core.trajectory import Trajectory as PymatgenTrajectory

from nanoos_lab.errors import InvalidInputError, StructureParseError
from nanoos_lab.scenes import Scene, scene_of, scene_of_trajectory

O, HALF = [0, 0, 0], [0.5] * 3  # noqa: E741
PEROVSKITE = Structure.from_spacegroup(221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [O, HALF, [0.5, 0.5, 0]])


def shaken(n_frames, *, size=0.02, seed=1):
    rng = np.random.default_rng(seed)
    frames = [PEROVSKITE.copy()]
    while len(frames) < n_frames:
        moved = PEROVSKITE.cart_coords + rng.normal(0, size, (len(PEROVSKITE), 3))
        frames.append(Structure(PEROVSKITE.lattice, PEROVSKITE.species, moved, coords_are_cartesian=True))
    return frames


def test_each_frame_shows_what_a_scene_of_it_shows():
    frames = shaken(5)
    scene = scene_of_trajectory(frames)
    assert scene.frames.positions.shape == (5, len(scene_of(PEROVSKITE)), 3)
    for k, frame in enumerate(frames):
        alone, of_run = scene_of(frame), scene.frame(k)
        order, others = (
            np.lexsort((s.images[:, 2], s.images[:, 1], s.images[:, 0], s.sites)) for s in (of_run, alone)
        )
        assert of_run.sites[order].tolist() == alone.sites[others].tolist()
        assert of_run.positions[order] == pytest.approx(alone.positions[others], abs=1e-4)
        assert len(of_run.bonds) == len(alone.bonds)
    assert scene.frames.lattices is None
    assert scene.frames.edges is None


def test_an_atom_that_leaves_through_a_face_goes_on_outside():
    matrix = np.eye(3) * 5.0
    steps = np.linspace(0, 1.2, 13)
    frames = [Structure(Lattice(matrix), ["Ar"], [[(0.5 + s) % 1.0, 0.5, 0.5]]) for s in steps]
    x = scene_of_trajectory(frames).frames.positions[:, 0, 0]
    assert x == pytest.approx((0.5 + steps) * 5.0, abs=1e-4)


def test_bonds_are_found_anew_where_they_break():
    frames = [Molecule(["H", "H"], [[0, 0, 0], [0, 0, d]]) for d in (0.74, 0.8, 3.0, 0.74)]
    scene = scene_of_trajectory(frames)
    assert scene.frames.bond_offsets.tolist() == [0, 1, 2, 2, 3]
    assert [len(scene.frame(k).bonds) for k in range(4)] == [1, 1, 0, 1]
    kept = scene_of_trajectory(frames, bonds="keep")
    assert kept.frames.bonds is None
    assert len(kept.frame(2).bonds) == 1
    assert len(scene_of_trajectory(frames, bonds=False).bonds) == 0


def test_a_changing_cell_brings_its_edges():
    frames = [PEROVSKITE.copy() for _ in range(3)]
    for k, frame in enumerate(frames):
        frame.apply_strain(0.02 * k)
    scene = scene_of_trajectory(frames)
    assert scene.frames.lattices[2] == pytest.approx(np.eye(3) * 3.905 * 1.04, abs=1e-4)
    assert scene.frames.edges.shape == (3, 12, 2, 3)
    assert scene.frame(2).edges.max() == pytest.approx(3.905 * 1.04, abs=1e-4)
    assert scene.frame(2).positions.max() == pytest.approx(3.905 * 1.04, abs=1e-4)


def ase_frames():
    frames = []
    for k in range(4):
        atoms = bulk("Si", cubic=True)
        atoms.positions[0, 0] += 0.05 * k
        forces = np.zeros((8, 3))
        forces[0, 0] = -0.1 * k
        atoms.calc = SinglePointCalculator(atoms, energy=-40.0 + 0.1 * k, forces=forces)
        frames.append(atoms)
    return frames


@pytest.mark.parametrize("name", ["run.extxyz", "run.traj", "XDATCAR"])
def test_files_of_trajectories(tmp_path, name):
    write(tmp_path / name, ase_frames(), format="vasp-xdatcar" if name == "XDATCAR" else None)
    scene = scene_of_trajectory(tmp_path / name)
    assert len(scene.frames) == 4
    moved = np.ptp(scene.frames.positions[:, scene.sites == 0], axis=0)
    assert moved[:, 0] == pytest.approx(0.15, abs=1e-4)
    if name != "XDATCAR":
        assert scene.frames.values.data.tolist() == pytest.approx([-40.0, -39.9, -39.8, -39.7])
        assert scene.frames.values.unit == "eV"


def test_forces_of_frames_become_arrows_on_one_scale():
    scene = scene_of_trajectory(ase_frames(), vectors="forces")
    lengths = np.linalg.norm(scene.frames.vectors, axis=2).max(axis=1)
    assert lengths == pytest.approx([0, 2 / 3, 4 / 3, 2.0], abs=1e-5)
    assert scene.vectors.longest == pytest.approx(0.3)
    assert scene.frame(3).vectors.tips.min() == pytest.approx(-2.0)


def test_the_file_and_the_value_of_our_own_runs(tmp_path):
    from nanoos_lab.simulate.md.trajectory import Trajectory

    atoms = bulk("Cu", cubic=True)
    positions = atoms.positions + np.linspace(0, 0.3, 6)[:, None, None]
    run = Trajectory(atoms.numbers, np.arange(6) * 0.01, positions, np.tile(atoms.cell.array, (6, 1, 1)))
    run.save(tmp_path / "trajectory.npz")
    nameless = tmp_path / "89be47a2"  # as a lab keeps its files
    nameless.write_bytes((tmp_path / "trajectory.npz").read_bytes())
    for frames in (run, tmp_path / "trajectory.npz", nameless):
        scene = scene_of_trajectory(frames, energies=np.arange(6))
        assert scene.title == "Cu"
        assert scene.frames.times.data.tolist() == pytest.approx((np.arange(6) * 0.01).tolist())
        assert scene.frames.times.unit == "ps"
        assert scene.frames.values.data.tolist() == list(range(6))
        assert scene.frames.positions[5] - scene.frames.positions[0] == pytest.approx(0.3, abs=1e-5)


def test_pymatgens_trajectory():
    frames = PymatgenTrajectory.from_structures(shaken(3))
    assert len(scene_of_trajectory(frames).frames) == 3


def test_many_frames_of_many_atoms_read_back():
    rng = np.random.default_rng(2)
    crystal = PEROVSKITE * (4, 4, 4)
    positions = crystal.cart_coords + np.cumsum(rng.normal(0, 0.01, (50, len(crystal), 3)), axis=0)
    run = SimpleNamespace(
        numbers=np.array(crystal.atomic_numbers),
        positions=positions,
        cells=np.tile(crystal.lattice.matrix, (50, 1, 1)),
    )
    scene = scene_of_trajectory(run)
    again = Scene.from_json(scene.to_buffers())
    assert (again.frames.positions == scene.frames.positions).all()
    assert (again.frames.bonds == scene.frames.bonds).all()
    assert len(scene.frames.bond_offsets) == 51


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        ([], {}, "at least one frame"),
        ([PEROVSKITE, PEROVSKITE * (2, 1, 1)], {}, "frame 1 has other atoms"),
        ([1, 2], {}, "not int"),
        ([PEROVSKITE], {"energies": [1, 2]}, "1 frames"),
        ([PEROVSKITE], {"vectors": "forces"}, "bring no 'forces'"),
        ([PEROVSKITE], {"vectors": np.zeros((2, 5, 3))}, "shape"),
        ([PEROVSKITE], {"bonds": "often"}, "'each', 'keep'"),
        ([Atoms("H"), Atoms("He")], {}, "frame 1 has other atoms"),
    ],
)
def test_errors_say_what_is_wrong(frames, options, message):
    with pytest.raises(InvalidInputError, match=message):
        scene_of_trajectory(frames, **options)


def test_files_that_are_no_trajectories(tmp_path):
    with pytest.raises(InvalidInputError, match="no file"):
        scene_of_trajectory(tmp_path / "none.traj")
    for name in ("broken.npz", "broken.extxyz", "XDATCAR", "broken.traj"):
        (tmp_path / name).write_text("this is no trajectory\n\n")
        with pytest.raises(StructureParseError, match="cannot be read"):
            scene_of_trajectory(tmp_path / name)


def test_single_frames_and_frames_that_are_not_there():
    scene = scene_of_trajectory([PEROVSKITE])
    assert len(scene.frames) == 1
    assert scene.frame(-1).frames is None
    with pytest.raises(InvalidInputError, match="no frame 1"):
        scene.frame(1)
    with pytest.raises(InvalidInputError, match="has 0"):
        scene_of(PEROVSKITE).frame(0)
