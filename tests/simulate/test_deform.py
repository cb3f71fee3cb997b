from __future__ import annotations

import numpy as np
import pytest

from nanoos_lab.calculators import get_calculator
from nanoos_lab.simulate.deform import CellFreedom, Deformation, strain_basis
from nanoos_lab.simulate.engine import StructureEngine
from nanoos_lab.simulate.springs import spring_solver
from nanoos_lab.testing import crystal, rattled

SIZES = {CellFreedom.FULL: 6, CellFreedom.SHAPE: 5, CellFreedom.VOLUME: 1, CellFreedom.FIXED: 0}


@pytest.fixture
def engine():
    return StructureEngine(rattled(crystal("SrTiO3"), seed=3), get_calculator("toy"))


@pytest.mark.parametrize("freedom", CellFreedom)
def test_the_gradient_is_the_derivative_of_the_energy(engine, freedom):
    coordinates = Deformation(*engine.start, freedom)
    rng = np.random.default_rng(1)
    x = rng.normal(0, 0.02, coordinates.size)
    gradient = coordinates.gradient(x, engine(*coordinates.geometry(x)))
    for _ in range(4):
        step = rng.normal(size=coordinates.size)
        step /= np.linalg.norm(step)
        rise = [engine(*coordinates.geometry(x + h * step)).energy for h in (1e-4, -1e-4)]
        assert gradient @ step == pytest.approx((rise[0] - rise[1]) / 2e-4, abs=1e-5)


@pytest.mark.parametrize("freedom", CellFreedom)
def test_strain_bases_are_orthonormal_and_symmetric(freedom):
    basis = strain_basis(freedom)
    assert len(basis) == SIZES[freedom]
    assert np.allclose(np.einsum("kab,lab->kl", basis, basis), np.eye(len(basis)))
    assert np.allclose(basis, basis.transpose(0, 2, 1))


def test_shape_keeps_the_volume_and_volume_keeps_the_shape(engine):
    rng = np.random.default_rng(2)
    for freedom, compare in ((CellFreedom.SHAPE, np.linalg.det), (CellFreedom.VOLUME, _angles)):
        coordinates = Deformation(*engine.start, freedom)
        _, cell = coordinates.geometry(rng.normal(0, 0.05, coordinates.size))
        assert compare(cell) == pytest.approx(compare(engine.start[1]), rel=1e-12)
        assert not np.allclose(cell, engine.start[1])


def _angles(cell):
    lengths = np.linalg.norm(cell, axis=1)
    return (cell @ cell.T / np.outer(lengths, lengths)).ravel()


def test_the_spring_network_is_positive_and_symmetric(engine):
    coordinates = Deformation(*engine.start, CellFreedom.FULL)
    solve = spring_solver(engine.numbers, coordinates)
    inverse = np.array([solve(unit) for unit in np.eye(coordinates.size)])
    assert np.allclose(inverse, inverse.T, atol=1e-10)
    assert np.linalg.eigvalsh(inverse).min() > 0
