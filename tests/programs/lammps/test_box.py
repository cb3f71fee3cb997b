from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nanoos_lab.errors import CalculatorError
from nanoos_lab.programs.lammps.box import bounds_lines, box_of, is_upright, matrix_of_bounds
from nanoos_lab.programs.lammps.files import dump_text, read_dump, wrapped

CELLS = arrays(float, (3, 3), elements=st.floats(-9, 9)).filter(lambda m: abs(np.linalg.det(m)) > 1.0)


@given(CELLS)
@settings(deadline=None)
def test_a_box_is_the_cell_turned(cell) -> None:
    box = box_of(cell)
    assert np.allclose(box.matrix @ box.rotation, cell, atol=1e-9)
    assert np.allclose(box.rotation @ box.rotation.T, np.eye(3), atol=1e-12)
    assert np.allclose(np.triu(box.matrix, 1), 0.0)
    assert (np.diag(box.matrix) > 0.0).all()
    vectors = np.random.default_rng(0).normal(size=(5, 3))
    assert np.allclose(box.outward(box.inward(vectors)), vectors)


@given(CELLS)
@settings(deadline=None)
def test_the_bounds_of_a_dump_mean_the_box(cell) -> None:
    box = box_of(cell)
    rows = [[float(v) for v in line.split()] for line in bounds_lines(box).splitlines()[1:]]
    matrix, origin = matrix_of_bounds(np.array(rows))
    assert np.allclose(matrix, box.matrix, atol=1e-9)
    assert np.allclose(origin, 0.0, atol=1e-9)


def test_a_cuboid_in_any_orientation_is_upright() -> None:
    turned = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    assert is_upright(box_of(np.diag([3.0, 4.0, 5.0]) @ turned))
    assert not is_upright(box_of(np.array([[3.0, 0, 0], [1.0, 4, 0], [0, 0, 5]])))


def test_what_is_written_is_read_back(tmp_path) -> None:
    box = box_of(np.array([[3.0, 0.2, 0], [1.0, 4, 0], [0.5, -0.3, 5]]))
    positions = np.random.default_rng(2).normal(size=(4, 3)) * 9
    path = tmp_path / "dump"
    path.write_text(dump_text(positions, box, 7) * 2)
    first, second = read_dump(path)
    assert first.step == second.step == 7
    assert np.allclose(first.matrix, box.matrix)
    assert np.allclose(first.columns, wrapped(positions, box.matrix))


def test_a_dump_that_was_cut_off_is_an_error(tmp_path) -> None:
    box = box_of(np.eye(3) * 4)
    text = dump_text(np.zeros((3, 3)), box, 1)
    path = tmp_path / "dump"
    path.write_text(text[: len(text) - 8])
    with pytest.raises(CalculatorError, match="ends inside a frame"):
        list(read_dump(path))
