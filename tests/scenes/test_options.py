"""What a scene can show: values, colours, arrows, labels, planes, styles, views, and errors that help."""

from __future__ import annotations

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure
from pymatgen.electronic_structure.core import Magmom

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes import scene_of
from nanoos_lab.scenes.geometry import plane_polygon, polygon_area

O, HALF = [0, 0, 0], [0.5] * 3  # noqa: E741
TRICLINIC = Lattice.from_parameters(4.1, 5.3, 6.7, 81, 97, 112)


def perovskite():
    return Structure.from_spacegroup(221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [O, HALF, [0.5, 0.5, 0]])


def with_property(name, values):
    structure = perovskite()
    structure.add_site_property(name, values)
    return structure


def test_atoms_are_coloured_by_a_site_property_copy_by_copy():
    told = scene_of(with_property("charge", [1.8, 2.2, -1.3, -1.4, None]), color_by="charge").site_values
    scene = scene_of(with_property("charge", [1.8, 2.2, -1.3, -1.4, None]), color_by="charge")
    assert (told.name, told.unit, told.scale) == ("charge", "e", "diverging")
    assert (told.low, told.high) == pytest.approx((-2.2, 2.2))
    assert told.values[scene.sites == 1].tolist() == pytest.approx([2.2])
    assert np.isnan(told.values[scene.sites == 4]).all()


def test_vectors_as_values_give_their_lengths_and_one_sign_a_sequential_scale():
    forces = np.arange(15.0).reshape(5, 3)
    told = scene_of(with_property("forces", forces.tolist()), color_by="forces").site_values
    assert (told.unit, told.scale) == ("eV/Å", "sequential")
    assert (told.low, told.high) == pytest.approx((np.sqrt(5), np.sqrt(12**2 + 13**2 + 14**2)))


def test_own_numbers_with_name_unit_and_range():
    told = scene_of(
        perovskite(),
        color_by={"values": range(5), "name": "attribution", "unit": "meV", "scale": "diverging"},
    ).site_values
    assert (told.name, told.unit, told.low, told.high) == ("attribution", "meV", -4.0, 4.0)
    assert scene_of(perovskite(), color_by=np.arange(5), color_range=(1, 3)).site_values.high == 3.0
    same = scene_of(perovskite(), color_by=[2.0] * 5).site_values
    assert same.low < same.high


def test_charges_and_moments_come_from_the_species_too():
    charged = perovskite()
    charged.add_oxidation_state_by_element({"Sr": 2, "Ti": 4, "O": -2})
    assert scene_of(charged, color_by="charge").site_values.values.max() == 4.0
    spins = perovskite()
    spins.add_spin_by_element({"Ti": 1.5, "Sr": 0, "O": 0})
    assert scene_of(spins, color_by="magmom").site_values.values.max() == 1.5
    objects = with_property("magmom", [Magmom(v) for v in (0, 1.0, 0, 0, -0.5)])
    assert scene_of(objects, color_by="magmom").site_values.high == 1.0


def test_arrows_have_the_longest_at_two_angstroms_and_leave_out_nothings():
    forces = [[0, 0, 0], [0.2, 0, 0], [0, 0.1, 0], [0, 0, 0], [0, 0, 0]]
    scene = scene_of(with_property("forces", forces), vectors="forces")
    told = scene.vectors
    assert set(scene.sites[told.atoms].tolist()) == {1, 2}
    assert np.linalg.norm(told.tips, axis=1).max() == pytest.approx(2.0)
    assert told.longest == pytest.approx(0.2)
    twice = scene_of(with_property("forces", forces), vectors="forces", vector_scale=5.0).vectors
    assert np.linalg.norm(twice.tips, axis=1).max() == pytest.approx(1.0)


def test_collinear_moments_point_along_c_in_two_colours():
    structure = Structure(
        Lattice.hexagonal(4, 6), ["Mn", "Mn"], [O, HALF], site_properties={"magmom": [3.0, -1.5]}
    )
    scene = scene_of(structure, vectors="magmom")
    up = scene.sites[scene.vectors.atoms] == 0
    assert scene.vectors.tips[up] == pytest.approx(np.tile([0, 0, 2.0], (up.sum(), 1)))
    assert scene.vectors.tips[~up] == pytest.approx(np.tile([0, 0, -1.0], ((~up).sum(), 1)))
    assert len({c for c, u in zip(scene.vectors.colors, up, strict=True) if u}) == 1
    assert len(set(scene.vectors.colors)) == 2


def test_labels():
    scene = scene_of(perovskite(), labels="site")
    assert dict(zip(scene.sites.tolist(), scene.atom_labels, strict=True)) == {
        0: "Sr0", 1: "Ti1", 2: "O2", 3: "O3", 4: "O4"
    }  # fmt: skip
    assert set(scene_of(perovskite(), labels="element").atom_labels) == {"Sr", "Ti", "O"}
    own = scene_of(perovskite(), labels=["A", "B", "C", "D", "<img onerror=x>"])
    assert "<img onerror=x>" in own.atom_labels


@pytest.mark.parametrize("hkl", [(1, 0, 0), (1, 1, 1), (2, -1, 3), (0, 2, 1), (-1, -1, 2)])
def test_planes_have_pymatgens_spacing_and_lie_where_they_should(hkl):
    scene = scene_of(Structure(TRICLINIC, ["Fe"], [O]), planes=[hkl])
    (plane,) = scene.surfaces
    spacing = TRICLINIC.d_hkl(hkl)
    assert plane.name.endswith(f"d = {spacing:.3f} Å")
    heights = plane.positions.astype(float) @ plane.normals[0]
    assert np.ptp(heights) < 1e-4
    assert heights[0] / spacing == pytest.approx(round(heights[0] / spacing), abs=1e-4)
    frac = TRICLINIC.get_fractional_coords(plane.positions)
    assert frac.min() > -1e-5
    assert frac.max() < 1 + 1e-5
    assert scene.labels[0].text == f"({' '.join(str(n) for n in hkl)})".replace("-", "−")


def test_sections_of_a_cube():
    cube = np.eye(3) * 2.0
    assert polygon_area(plane_polygon(cube, (1, 0, 0), 0.5)) == pytest.approx(4.0)
    assert polygon_area(plane_polygon(cube, (1, 1, 0), 1)) == pytest.approx(4 * np.sqrt(2))
    assert polygon_area(plane_polygon(cube, (1, 1, 1), 1)) == pytest.approx(np.sqrt(3) / 4 * 8)
    hexagon = plane_polygon(cube, (1, 1, 1), 1.5)
    assert len(hexagon) == 6
    assert polygon_area(hexagon) == pytest.approx(3 * np.sqrt(3) / 2 * 2)
    assert polygon_area(plane_polygon(cube, (1, 1, 1), 3)) == 0
    assert polygon_area(plane_polygon(cube, (1, 0, 0), 1.5, (2, 1, 1))) == pytest.approx(4.0)


def test_a_plane_without_offset_is_the_lattice_plane_with_the_largest_section():
    structure = Structure(Lattice.cubic(4), ["Fe"], [O])
    (diagonal,) = scene_of(structure, planes=[(1, -1, 0)]).surfaces
    assert len(diagonal.positions) == 4
    (given,) = scene_of(structure, planes=[(1, 1, 1, 2)]).surfaces
    assert given.positions @ given.normals[0] == pytest.approx(2 * 4 / np.sqrt(3), abs=1e-4)


def test_polyhedra_around_chosen_atoms_and_in_their_style():
    scene = scene_of(perovskite(), style="polyhedra")
    assert {scene.species[k].symbol for k in scene.face_species} == {"Ti"}
    twelve = scene_of(perovskite(), polyhedra=["Sr"])
    assert len(twelve.faces) / 8 == 20  # a cuboctahedron at every corner: 8 triangles and 6 squares
    assert len(twelve.face_edges) > 0
    both = scene_of(perovskite(), polyhedra=["Ti", 0])
    assert {both.species[k].symbol for k in both.face_species} == {"Ti", "Sr"}
    assert len(scene_of(perovskite(), style="polyhedra", polyhedra=False).faces) == 0
    octahedron = scene_of(perovskite(), style="polyhedra")
    assert len(octahedron.face_edges) == 12


def test_colours_of_elements():
    rutile = Structure.from_spacegroup(
        136, Lattice.tetragonal(4.594, 2.959), ["Ti", "O"], [O, [0.3053, 0.3053, 0]]
    )
    jmol, vesta = scene_of(rutile).species, scene_of(rutile, colors="vesta").species
    assert [s.color for s in jmol] == ["#bfc2c7", "#ff0d0d"]
    assert [s.color for s in vesta] == ["#78caff", "#fe0300"]
    own = scene_of(rutile, colors={"Ti": "#123456"}).species
    assert [s.color for s in own] == ["#123456", "#ff0d0d"]


def test_portions_of_shared_and_partly_empty_sites():
    mixed = Structure(Lattice.cubic(4), [{"Ba": 0.6, "Sr": 0.3}, {"O": 0.5}, "Ti"], [O, [0.5, 0.5, 0], HALF])
    first, oxygen, titanium = scene_of(mixed).species
    assert first.portions == (("#00c900", 0.6), ("#00ff00", 0.3))
    assert oxygen.portions == (("#ff0d0d", 0.5),)
    assert titanium.portions == ()


def test_bonds_by_name_length_or_not_at_all():
    structure = perovskite()
    assert len(scene_of(structure, bonds="rules").bonds) == len(scene_of(structure).bonds)
    assert len(scene_of(structure, bonds={("Ti", "O"): 2.3}).bonds) == 6
    assert len(scene_of(structure, bonds={}).bonds) == 0
    by_crystalnn, automatic = (scene_of(structure, bonds=b) for b in ("crystalnn", "auto"))
    assert by_crystalnn.bonds.tolist() == automatic.bonds.tolist()
    large = structure * (3, 3, 2)
    assert len(scene_of(large, bonds="auto").bonds) == len(scene_of(large).bonds)


def test_atoms_on_faces_can_be_shown_once():
    salt = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [O, HALF])
    assert len(scene_of(salt, boundary=False, complete=False)) == 8


@pytest.mark.parametrize(("view", "towards"), [("a", 0), ("b", 1), ("c", 2)])
def test_views_along_axes(view, towards):
    scene = scene_of(Structure(TRICLINIC, ["Fe"], [O])).seen(view)
    axis = TRICLINIC.matrix[towards] / TRICLINIC.abc[towards]
    assert scene.view[2] == pytest.approx(axis, abs=1e-5)
    assert scene.view @ scene.view.T == pytest.approx(np.eye(3), abs=1e-5)
    assert np.linalg.det(scene.view) == pytest.approx(1, abs=1e-5)
    if view != "c":
        assert scene.view[1] @ TRICLINIC.matrix[2] > 0


def test_view_at_a_plane_is_along_the_reciprocal_vector():
    scene = scene_of(Structure(TRICLINIC, ["Fe"], [O])).seen((1, 2, -1))
    reciprocal = TRICLINIC.reciprocal_lattice.get_cartesian_coords([1, 2, -1])
    assert scene.view[2] == pytest.approx(reciprocal / np.linalg.norm(reciprocal), abs=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"color_by": "spin"}, "no site property 'spin'"),
        ({"color_by": [1, 2]}, "5 sites"),
        ({"color_by": [np.nan] * 5}, "finite"),
        ({"color_by": {"values": range(5), "scale": "rainbow"}}, "sequential"),
        ({"vectors": "forces"}, "no site property 'forces'"),
        ({"labels": "none of these"}, "'element', 'site'"),
        ({"labels": ["a"]}, "1 labels for 5 sites"),
        ({"planes": [(0, 0, 0)]}, "not all zero"),
        ({"planes": [(1, 0.5, 0)]}, "whole numbers"),
        ({"planes": [(1, 0, 0, 7)]}, "offset from 0 to 1"),
        ({"colors": "rainbow"}, "'jmol', 'vesta'"),
        ({"colors": {"Ti": "blue"}}, "#rrggbb"),
        ({"bonds": "voronoi"}, "'crystalnn'"),
        ({"polyhedra": ["N"]}, "no such element"),
        ({"polyhedra": ["O"]}, "none of these atoms is a cation"),
    ],
)
def test_errors_say_what_to_do(options, message):
    with pytest.raises(InvalidInputError, match=message):
        scene_of(perovskite(), **options)


def test_molecules_have_no_planes_and_no_views_along_axes():
    water = Molecule(["O", "H"], [[0, 0, 0], [0, 0, 0.97]])
    with pytest.raises(InvalidInputError, match="planes"):
        scene_of(water, planes=[(1, 0, 0)])
    with pytest.raises(InvalidInputError, match="no lattice"):
        scene_of(water).seen("a")
    assert scene_of(water).seen("auto") is not None
