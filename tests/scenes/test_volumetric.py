"""Isosurfaces against spheres of known area, across the faces of the cell, and grids from files."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.io.cube import write_cube
from ase.units import Bohr
from pymatgen.core import Lattice, Molecule, Structure
from pymatgen.io.vasp.inputs import Poscar
from pymatgen.io.vasp.outputs import Chgcar, Elfcar, Locpot

from nanoos_lab.errors import InvalidInputError, StructureParseError
from nanoos_lab.scenes import VolumetricGrid, read_volumetric, scene_of
from nanoos_lab.scenes.volumetric import MOST_TRIANGLES, isosurfaces_of

A = 6.0
RADIUS = 1.5
LEVEL = float(np.exp(-(RADIUS**2)))
SPHERE, BALL = 4 * np.pi * RADIUS**2, 4 / 3 * np.pi * RADIUS**3


def gaussian(centre, *, lattice=None, n=48, sign=1.0):
    """Return exp(-r²) around a point of the cell, periodic."""
    lattice = Lattice.cubic(A) if lattice is None else lattice
    frac = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1) - np.array(centre)
    arm = (frac - np.rint(frac)) @ lattice.matrix
    data = sign * np.exp(-(arm**2).sum(-1))
    return VolumetricGrid(lattice.matrix.copy(), data, "e/Å³", Structure(lattice, ["H"], [centre]), "density")


def measured(surface):
    corners = surface.positions.astype(float)[surface.triangles]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.linalg.norm(cross, axis=1).sum() / 2, np.einsum("ij,ij->", corners[:, 0], cross) / 6


@pytest.mark.parametrize("lattice", [Lattice.cubic(A), Lattice.from_parameters(7, 7.5, 8, 80, 95, 100)])
def test_a_gaussian_gives_a_sphere(lattice):
    (surface,) = isosurfaces_of(gaussian([0.5] * 3, lattice=lattice), LEVEL)
    area, volume = measured(surface)
    assert area == pytest.approx(SPHERE, rel=0.01)
    assert volume == pytest.approx(BALL, rel=0.02)  # and triangles face outwards
    arm = surface.positions - lattice.get_cartesian_coords([0.5] * 3)
    assert np.linalg.norm(arm, axis=1) == pytest.approx(RADIUS, abs=0.02)
    outward = arm / np.linalg.norm(arm, axis=1)[:, None]
    assert (np.einsum("ij,ij->i", outward, surface.normals) > 0.98).all()


def test_a_sphere_on_the_corner_is_eight_closed_pieces_within_the_cell():
    (surface,) = isosurfaces_of(gaussian([0, 0, 0]), LEVEL)
    area, volume = measured(surface)
    assert volume == pytest.approx(BALL, rel=0.01)
    assert area == pytest.approx(SPHERE + 24 * np.pi * RADIUS**2 / 4, rel=0.01)  # with the flat closings
    assert surface.positions.min() >= 0
    assert surface.positions.max() <= A + 1e-5
    cut = np.abs(surface.normals[surface.positions[:, 0] == 0])
    assert (cut.max(axis=1) > 0.5).all()


def test_a_surface_goes_on_through_repeated_cells():
    one, two = (isosurfaces_of(gaussian([0, 0.5, 0.5]), LEVEL, repeat=(n, 1, 1))[0] for n in (1, 2))
    assert measured(two)[1] == pytest.approx(2 * measured(one)[1], rel=0.01)
    # Between the cells nothing is cut: 2 halves and 1 whole, with 2 flat closings.
    assert measured(two)[0] == pytest.approx(2 * SPHERE + 2 * np.pi * RADIUS**2, rel=0.01)


def test_both_signs_are_two_surfaces():
    data = gaussian([0.25, 0.5, 0.5]).data - gaussian([0.75, 0.5, 0.5]).data
    grid = VolumetricGrid(np.eye(3) * A, data.copy(), "", gaussian([0.5] * 3).structure, "orbital")
    plus, minus = isosurfaces_of(grid, 0.3)
    assert plus.positions[:, 0].mean() == pytest.approx(1.5, abs=0.05)
    assert minus.positions[:, 0].mean() == pytest.approx(4.5, abs=0.05)
    assert plus.color != minus.color
    assert minus.name == "orbital −0.3"
    assert measured(minus)[1] > 0
    assert [s.name for s in isosurfaces_of(grid, [0.3, 0.6])] == ["orbital 0.3", "orbital 0.6"]


def test_a_sensible_level_is_chosen_and_told():
    grid = gaussian([0.5] * 3)
    assert grid.level() == pytest.approx(np.abs(grid.data).mean() + 2 * grid.data.std())
    (surface,) = isosurfaces_of(grid)
    assert surface.name == f"density {grid.level():.3g} e/Å³"


def test_fine_grids_are_thinned_with_a_note_and_keep_their_shape():
    (surface,) = isosurfaces_of(gaussian([0.5] * 3, n=150), LEVEL)
    assert len(surface.triangles) < 1.3 * MOST_TRIANGLES
    assert "grid thinned to" in surface.name
    assert measured(surface)[1] == pytest.approx(BALL, rel=0.03)


@pytest.mark.parametrize("levels", [2.0, [0.5, 2.0], [-0.5], []])
def test_levels_beyond_the_data_are_refused(levels):
    with pytest.raises(InvalidInputError, match="lie from"):
        isosurfaces_of(gaussian([0.5] * 3, n=12), levels)


def test_a_scene_shows_the_surface_of_its_supercell():
    grid = gaussian([0.5] * 3, n=16)
    scene = scene_of(grid.structure, isosurface=grid, levels=LEVEL, supercell=(2, 1, 1))
    assert scene.surfaces[0].positions[:, 0].max() == pytest.approx(A * 1.5 + RADIUS, abs=0.1)


def test_charge_potential_and_localization_are_read_in_their_units(tmp_path):
    structure = Structure(Lattice.orthorhombic(4, 5, 6), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
    data = np.random.default_rng(0).random((4, 5, 6))
    kinds = {
        "CHGCAR": (Chgcar, "e/Å³", data / structure.volume),
        "LOCPOT": (Locpot, "eV", data),
        "ELFCAR": (Elfcar, "", data),
    }
    for name, (kind, unit, told) in kinds.items():
        made = Poscar(structure) if kind is not Elfcar else structure
        kind(made, {"total" if kind is not Elfcar else "spin_up": data}).write_file(tmp_path / name)
        grid = read_volumetric(tmp_path / name)
        assert grid.unit == unit
        assert grid.periodic
        assert grid.data == pytest.approx(told, rel=1e-5)
        assert grid.structure.composition == structure.composition
        assert grid.lattice == pytest.approx(structure.lattice.matrix)


def test_cube_files_of_crystals_and_molecules(tmp_path):
    data = np.random.default_rng(1).random((5, 6, 7))
    atoms = Atoms("LiH", [[1, 1, 1], [2, 1, 1]], cell=[4, 5, 6], pbc=True)
    for name, origin in (("crystal.cube", (0, 0, 0)), ("molecule.cube", (-2.0, -2.5, -3.0))):
        with (tmp_path / name).open("w") as stream:
            write_cube(stream, atoms, data=data, origin=np.array(origin), comment="HOMO")
    crystal, molecule = (read_volumetric(tmp_path / f"{name}.cube") for name in ("crystal", "molecule"))
    assert isinstance(crystal.structure, Structure)
    assert isinstance(molecule.structure, Molecule)
    assert (crystal.periodic, molecule.periodic) == (True, False)
    assert molecule.data == pytest.approx(data, rel=1e-4)
    assert molecule.origin == pytest.approx((-2.0, -2.5, -3.0), abs=1e-4)
    assert molecule.lattice == pytest.approx(np.diag([4, 5, 6]), rel=1e-4)
    scene = scene_of(molecule.structure, isosurface=molecule, levels=0.9)
    assert scene.surfaces[0].positions.min() >= -3.001
    assert scene.surfaces[0].name.startswith("HOMO")
    assert Bohr == pytest.approx(0.529177, rel=1e-5)


def test_files_that_are_no_grids_say_so(tmp_path):
    with pytest.raises(InvalidInputError, match="no file"):
        read_volumetric(tmp_path / "CHGCAR")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InvalidInputError, match="known kind"):
        read_volumetric(tmp_path / "notes.txt")
    for name in ("CHGCAR", "x.cube"):
        (tmp_path / name).write_text("cut\n1.0\n")
        with pytest.raises(StructureParseError, match="damaged"):
            read_volumetric(tmp_path / name)
    with pytest.raises(InvalidInputError, match="finite"):
        VolumetricGrid(np.eye(3), np.full((2, 2, 2), np.nan), "", gaussian([0.5] * 3).structure)
    with pytest.raises(InvalidInputError, match="three axes"):
        VolumetricGrid(np.eye(3), np.zeros((2, 2)), "", gaussian([0.5] * 3).structure)
