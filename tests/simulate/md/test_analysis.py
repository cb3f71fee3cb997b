"""Analysis against what is known exactly, and against independent implementations."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.geometry.rdf import get_rdf
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.simulate.md.arrhenius import BOLTZMANN_EV, fit_arrhenius
from nanoos_lab.simulate.md.averages import block_mean, drift
from nanoos_lab.simulate.md.diffusion import diffusion, mean_square_displacement
from nanoos_lab.simulate.md.rdf import half_thickness, radial_distribution
from nanoos_lab.simulate.md.trajectory import Trajectory, load_trajectory
from nanoos_lab.testing import crystal, rattled


def still(structure, copies=(3, 3, 3)) -> Trajectory:
    system = structure.copy()
    system.make_supercell(copies)
    numbers = np.array([s.specie.Z for s in system])
    return Trajectory(
        numbers,
        np.array([0.0, 1.0]),
        np.array([system.cart_coords] * 2),
        np.array([system.lattice.matrix] * 2),
    )


def walk(steps: int, atoms: int, variance: float, seed: int = 0) -> np.ndarray:
    moves = np.random.default_rng(seed).normal(0.0, np.sqrt(variance), (steps, atoms, 3))
    return np.cumsum(moves, axis=0)


@given(st.integers(2, 40), st.integers(1, 4), st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_the_fast_displacement_is_the_plain_one(frames, atoms, seed) -> None:
    positions = np.random.default_rng(seed).normal(size=(frames, atoms, 3)).cumsum(axis=0) + 50.0
    plain = [
        np.mean(((positions[lag:] - positions[: frames - lag]) ** 2).sum(axis=2)) for lag in range(frames)
    ]
    assert np.allclose(mean_square_displacement(positions), plain, atol=1e-8)


def test_a_random_walk_has_its_coefficient_within_its_error() -> None:
    interval, variance = 0.1, 0.04  # ps, Å² per step and direction: D = variance / (2 interval)
    found = diffusion(walk(4000, 60, variance), interval, element="Li", site_radius=1.0)
    expected = variance / (2 * interval) * 1e-4
    assert found.error is not None
    assert abs(found.coefficient - expected) < 4 * found.error
    assert found.error < 0.1 * expected
    assert found.exponent == pytest.approx(1.0, abs=0.05)
    assert found.fit == pytest.approx((0.1 * 800 * interval, 0.5 * 800 * interval))


def test_the_error_of_a_coefficient_is_the_scatter_of_repetitions() -> None:
    found = [diffusion(walk(1500, 10, 0.1, k), 0.1, element="Li", site_radius=1.0) for k in range(30)]
    scatter = np.std([d.coefficient for d in found])
    claimed = np.mean([d.error for d in found])
    assert 0.4 < claimed / scatter < 2.5


def test_atoms_that_vibrate_do_not_diffuse() -> None:
    vibration = 0.2 * np.sin(np.linspace(0, 900, 3000))[:, None, None] * np.ones((1, 5, 3))
    noise = np.random.default_rng(0).normal(0, 0.05, (3000, 5, 3))
    found = diffusion(vibration + noise, 0.01, element="Cu", site_radius=1.25)
    assert found.coefficient is None
    assert "rattle in place" in found.reason


def test_ballistic_atoms_do_not_diffuse() -> None:
    velocity = np.random.default_rng(0).normal(size=(1, 20, 3))
    found = diffusion(np.arange(500)[:, None, None] * 0.1 * velocity, 0.1, element="He", site_radius=1.0)
    assert found.coefficient is None
    assert found.exponent == pytest.approx(2.0, abs=0.01)
    assert "power 2.00" in found.reason


def test_few_frames_give_no_coefficient() -> None:
    assert "too few" in diffusion(walk(50, 10, 1.0), 0.1, element="Li", site_radius=0.1).reason


def test_the_displacement_of_an_oscillator_is_the_analytic_one() -> None:
    """A cos(wt + phase): the mean square displacement is A² (1 - cos wt)."""
    periods, per_period, amplitude = 50, 40, 0.3
    t = np.arange(periods * per_period) * 2 * np.pi / per_period
    one = np.zeros((len(t), 1, 3))
    one[:, 0, 0] = amplitude * np.cos(t)
    found = mean_square_displacement(one)[: 2 * per_period]
    assert np.allclose(found, amplitude**2 * (1 - np.cos(t[: 2 * per_period])), atol=2e-3)


@pytest.mark.parametrize(
    ("formula", "pair", "radius", "neighbours"),
    [
        ("Cu", "Cu-Cu", 3.0, 12), ("Cu", "Cu-Cu", 4.0, 18), ("Cu", "Cu-Cu", 4.8, 42), ("W", "W-W", 3.0, 8),
        ("W", "W-W", 3.3, 14), ("Si", "Si-Si", 3.0, 4), ("NaCl", "Cl-Na", 3.2, 6), ("NaCl", "Na-Na", 4.2, 12),
    ],
)  # fmt: skip
def test_coordination_numbers_are_those_of_the_crystal(formula, pair, radius, neighbours) -> None:
    cell = crystal(formula, primitive=False)
    found = {d.pair: d for d in radial_distribution(still(cell), cutoff=5.0, bins=500)}
    assert found[pair].coordination(radius) == pytest.approx(neighbours, rel=1e-6)


def test_cells_of_any_shape_give_the_same_distribution() -> None:
    cubic = still(crystal("Cu", primitive=False), (4, 4, 4))
    skewed = crystal("Cu", primitive=False)
    skewed.make_supercell([[4, 0, 0], [4, 4, 0], [0, 4, 4]])
    one, other = (radial_distribution(t, cutoff=4.0)[0] for t in (cubic, still(skewed, (1, 1, 1))))
    assert np.allclose(one.values, other.values, atol=1e-6)
    assert half_thickness(cubic.cells) == pytest.approx(2 * 3.6149)


def test_no_distance_beyond_half_the_cell_is_looked_at() -> None:
    found = radial_distribution(still(crystal("Cu", primitive=False), (2, 2, 2)), cutoff=20.0)[0]
    assert found.distances[-1] < 3.6149


def test_the_distribution_agrees_with_ase() -> None:
    system = rattled(crystal("NaCl", primitive=False), displacement=0.15, strain=0.0)
    system.make_supercell(3)
    atoms = Atoms(
        [s.specie.Z for s in system], positions=system.cart_coords, cell=system.lattice.matrix, pbc=True
    )
    expected, distances = get_rdf(atoms, 8.0, 80, elements=[11, 17])
    found = {d.pair: d for d in radial_distribution(still(system, (1, 1, 1)), cutoff=8.0, bins=80)}["Cl-Na"]
    assert np.allclose(found.distances, distances)
    # ASE divides by the density of all atoms
    scale = expected.max() / found.values.max()
    assert np.allclose(found.values * scale, expected, atol=1e-9)
    assert scale == pytest.approx(0.5, rel=1e-6) or scale == pytest.approx(1.0, rel=1e-6)


def test_an_ideal_gas_has_a_distribution_of_one() -> None:
    random = np.random.default_rng(3)
    cell = Lattice.from_parameters(14, 15, 16, 75, 85, 95).matrix
    frames = random.random((20, 400, 3)) @ cell
    gas = Trajectory(np.full(400, 2), np.arange(20.0), frames, np.array([cell] * 20))
    found = radial_distribution(gas, cutoff=6.0, bins=12)[0]
    assert np.allclose(found.values[3:], 1.0, atol=0.05)


def test_block_errors_know_of_correlation() -> None:
    """x' = a x + noise: the variance of the mean grows by (1 + a) / (1 - a)."""
    random, correlation, n = np.random.default_rng(1), 0.95, 2**15
    series = np.zeros(n)
    for k in range(1, n):
        series[k] = correlation * series[k - 1] + random.normal()
    exact = np.sqrt(1 / (1 - correlation) ** 2 / n)
    assert block_mean(series).error == pytest.approx(exact, rel=0.4)
    white = random.normal(size=n)
    assert block_mean(white).error == pytest.approx(1 / np.sqrt(n), rel=0.6)
    assert np.isnan(block_mean(np.ones(3)).error)
    assert drift(np.arange(10.0), 3.0 * np.arange(10.0)) == pytest.approx(3.0)


def test_a_breathing_cell_and_a_drift_of_the_whole_move_no_atom() -> None:
    one = crystal("NaCl", primitive=False)
    times = np.arange(20.0)
    cells = np.array([one.lattice.matrix * (1 + 0.02 * np.sin(t)) for t in times])
    positions = np.array([one.frac_coords @ c for c in cells]) + 0.3 * times[:, None, None]
    moved = Trajectory(np.array([s.specie.Z for s in one]), times, positions, cells).still()
    assert np.allclose(moved, moved[0], atol=0.05)
    assert np.allclose(mean_square_displacement(moved)[:5], 0.0, atol=1e-3)


def test_a_trajectory_survives_its_file(tmp_path) -> None:
    from ase.io import read

    kept = still(crystal("NaCl", primitive=False), (1, 1, 1))
    kept.save(tmp_path / "t.npz")
    again = load_trajectory(tmp_path / "t.npz")
    assert np.allclose(again.positions, kept.positions, atol=1e-5)
    assert np.array_equal(again.numbers, kept.numbers)
    assert np.array_equal(again.cells, kept.cells)
    again.write_extxyz(tmp_path / "t.extxyz.gz")
    frames = read(tmp_path / "t.extxyz.gz", index=":")
    assert [a.get_chemical_symbols() for a in frames] == [again.symbols] * 2
    assert np.allclose(frames[1].positions, kept.positions[1], atol=1e-5)


@pytest.mark.parametrize("content", [b"", b"no", b"PK\x03\x04"])
def test_a_file_that_is_no_trajectory_is_refused(tmp_path, content) -> None:
    path = tmp_path / "t.npz"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="no trajectory"):
        load_trajectory(path)
    np.savez(tmp_path / "o.npz", a=np.array([{}], dtype=object))
    with pytest.raises(InvalidInputError, match="no trajectory"):
        load_trajectory(tmp_path / "o.npz")


def test_arrhenius_finds_what_was_put_in() -> None:
    energy, prefactor = 0.35, 1.2e-3
    points = [
        (t, prefactor * np.exp(-energy / (BOLTZMANN_EV * t)), 1e-6 * t / 1000) for t in (600, 900, 1300.0)
    ]
    found = fit_arrhenius(points)
    assert found.energy == pytest.approx(energy, rel=1e-9)
    assert found.prefactor == pytest.approx(prefactor, rel=1e-9)
    assert found.at(900) == pytest.approx(points[1][1])
    with pytest.raises(InvalidInputError, match="two temperatures"):
        fit_arrhenius(points[:1])
    with pytest.raises(InvalidInputError, match="positive"):
        fit_arrhenius([(600, -1.0, 1.0), (700, 1.0, 1.0)])
