"""What a scene shows: complete shells, whole molecules, atoms on every face, and a payload that reads back."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.scene import Scene, scene_of
from nanoos_lab.structures.bonds import BondGraph

O, HALF = [0, 0, 0], [0.5] * 3  # noqa: E741


def perovskite(origin=(0.0, 0.0, 0.0)):
    s = Structure.from_spacegroup(221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [O, HALF, [0.5, 0.5, 0]])
    return Structure(s.lattice, s.species, s.frac_coords + np.array(origin))


def symbols(scene):
    return [scene.species[k].symbol for k in scene.species_of]


def neighbours(scene, symbol):
    """Return the number of drawn bonds of every drawn atom of an element."""
    of_atom = np.bincount(scene.bonds.ravel(), minlength=len(scene))
    return [int(n) for n, s in zip(of_atom, symbols(scene), strict=True) if s == symbol]


def test_atoms_on_faces_edges_and_corners_are_shown_on_all_of_them():
    scene = scene_of(Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [O, HALF]))
    assert symbols(scene).count("Na") == 14  # 8 corners and 6 faces
    assert symbols(scene).count("Cl") == 13  # 12 edges and the middle
    assert len(scene.bonds) == 54
    assert set(scene.sites.tolist()) == set(range(8))


def test_images_and_sites_give_the_positions():
    structure = perovskite((0.3, 1.2, -0.4))
    scene = scene_of(structure)
    frac = structure.frac_coords[scene.sites] + scene.images
    assert scene.positions == pytest.approx(structure.lattice.get_cartesian_coords(frac), abs=1e-5)


@pytest.mark.parametrize("origin", [(0, 0, 0), (0.5, 0.5, 0.5), (0.21, 0.37, 0.48), (0.5, 0.0, 0.5)])
def test_every_titanium_in_view_has_its_whole_octahedron_whatever_the_origin(origin):
    scene = scene_of(perovskite(origin))
    assert set(neighbours(scene, "Ti")) == {6}
    lengths = np.linalg.norm(np.diff(scene.positions[scene.bonds], axis=1)[:, 0], axis=1)
    assert lengths == pytest.approx(3.905 / 2, abs=1e-4)


def test_bonds_of_twelvefold_strontium_are_drawn_only_on_demand():
    assert set(neighbours(scene_of(perovskite()), "Sr")) == {0}
    assert max(neighbours(scene_of(perovskite(), bonds="all"), "Sr")) > 0


def test_prisms_of_a_layered_sulphide_are_complete():
    mos2 = Structure.from_spacegroup(
        194, Lattice.hexagonal(3.16, 12.294), ["Mo", "S"], [[1 / 3, 2 / 3, 0.25], [1 / 3, 2 / 3, 0.621]]
    )
    scene = scene_of(mos2)
    assert set(neighbours(scene, "Mo")) == {6}
    assert min(neighbours(scene, "S")) >= 1


def test_molecules_are_whole():
    co2 = Structure.from_spacegroup(205, Lattice.cubic(5.624), ["C", "O"], [O, [0.1185] * 3])
    scene = scene_of(co2)
    assert symbols(scene).count("C") == 14
    assert symbols(scene).count("O") == 28
    assert set(neighbours(scene, "C")) == {2}
    assert set(neighbours(scene, "O")) == {1}


def test_without_completion_nothing_lies_outside_the_cell():
    scene = scene_of(perovskite((0.5, 0.5, 0.5)), complete=False)
    frac = scene.positions / 3.905
    assert frac.min() > -1e-4
    assert frac.max() < 1 + 1e-4


def test_a_supercell_repeats_the_cell_and_its_edges():
    scene = scene_of(perovskite(), supercell=(2, 1, 3))
    assert symbols(scene).count("Ti") == 6
    assert symbols(scene).count("Sr") == 3 * 2 * 4
    assert len(scene.edges) == 2 * 4 + 3 * 4 + 3 * 2
    with pytest.raises(InvalidInputError, match="at least once"):
        scene_of(perovskite(), supercell=(0, 1, 1))


def test_own_bonds_and_no_bonds():
    structure = Structure(Lattice.cubic(4), ["Ar", "Ar"], [O, HALF])
    zero = np.array([0])
    own = BondGraph(2, zero, np.array([1]), np.zeros((1, 3), int), np.array([3.46]))
    assert len(scene_of(structure, bonds=own).bonds) == 1
    assert len(scene_of(perovskite(), bonds=False).bonds) == 0


def test_polyhedra_are_closed_hulls_around_titanium():
    scene = scene_of(perovskite(), show_polyhedra=True)
    assert scene.faces.shape == (8, 3)  # an octahedron
    assert {scene.species[k].symbol for k in scene.face_species} == {"Ti"}
    centre = scene.positions[symbols(scene).index("Ti")]
    corners = scene.positions[scene.faces] - centre
    outward = np.einsum(
        "ij,ij->i", np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), corners[:, 0]
    )
    assert (outward > 0).all()
    volume = outward.sum() / 6
    assert volume == pytest.approx(4 / 3 * (3.905 / 2) ** 3, rel=1e-4)


def test_view_is_right_handed_and_shows_c_upwards():
    scene = scene_of(Structure(Lattice.from_parameters(4, 5, 9, 80, 95, 115), ["Fe"], [O]))
    assert scene.view @ scene.view.T == pytest.approx(np.eye(3), abs=1e-5)
    assert np.linalg.det(scene.view) == pytest.approx(1, abs=1e-5)
    right, up, towards = scene.view @ scene.lattice.T
    assert up[2] > 0.9 * 9
    assert right[1] > 0
    assert towards[0] > 0


def test_a_molecule_has_no_cell_and_lies_flat():
    water = Molecule(["O", "H", "H"], [[0, 0, 0], [0, 0.757, 0.587], [0, -0.757, 0.587]])
    scene = scene_of(water)
    assert scene.lattice is None
    assert len(scene.edges) == 0
    assert len(scene.bonds) == 2
    assert np.linalg.det(scene.view) == pytest.approx(1, abs=1e-5)
    assert abs(scene.view[2] @ [1, 0, 0]) > 0.9  # the molecular plane faces us, but for the tilt


def test_partial_and_mixed_occupancy_are_labelled_and_blended():
    mixed = Structure(Lattice.cubic(4), [{"Ba": 0.6, "Sr": 0.4}, {"O": 0.5}], [O, HALF])
    ba_sr, oxygen = scene_of(mixed).species
    assert ba_sr.label == "Ba0.6 Sr0.4"
    assert ba_sr.color == "#00df00"  # 0.6 of Ba's 00c900 and 0.4 of Sr's 00ff00
    assert oxygen.label == "O0.5"
    assert oxygen.color != "#ff0d0d"


def test_oxidation_states_do_not_split_the_legend():
    charged = perovskite()
    charged.add_oxidation_state_by_element({"Sr": 2, "Ti": 4, "O": -2})
    assert [s.label for s in scene_of(charged).species] == ["Sr", "Ti", "O"]


def test_json_round_trip_is_exact_and_compact():
    scene = scene_of(perovskite(), show_polyhedra=True)
    text = json.dumps(scene.to_json())
    assert len(text) < 3000
    again = Scene.from_json(json.loads(text))
    assert json.dumps(again.to_json()) == text
    for name in ("positions", "species_of", "sites", "images", "bonds", "edges", "faces"):
        assert (getattr(again, name) == getattr(scene, name)).all()
        assert getattr(again, name).dtype == getattr(scene, name).dtype


def test_wire_arrays_are_little_endian_and_say_their_shape():
    scene = scene_of(perovskite())
    wire = scene.to_json()["positions"]
    assert wire["dtype"] == "float32"
    assert wire["shape"] == [15, 3]
    raw = np.frombuffer(base64.b64decode(wire["data"]), "<f4").reshape(15, 3)
    assert (raw == scene.positions).all()
    assert scene.to_json()["sites"]["dtype"] == "uint8"


def test_foreign_or_later_payloads_are_refused():
    data = scene_of(perovskite()).to_json()
    with pytest.raises(InvalidInputError, match="version 3"):
        Scene.from_json({**data, "version": 3})
    with pytest.raises(InvalidInputError, match="not a scene"):
        Scene.from_json({"schema": "something", "version": 1})
    with pytest.raises(InvalidInputError, match="object"):
        Scene.from_json({**data, "positions": {"dtype": "object", "shape": [1], "data": ""}})


def test_arrays_cannot_be_changed_and_unknown_styles_are_refused():
    scene = scene_of(perovskite())
    with pytest.raises(ValueError, match="read-only"):
        scene.positions[0, 0] = 1.0
    with pytest.raises(InvalidInputError, match="cartoon"):
        scene_of(perovskite(), style="cartoon")


def test_space_filling_metals_touch_their_neighbours():
    copper = Structure.from_spacegroup(225, Lattice.cubic(3.615), ["Cu"], [O])
    scene = scene_of(copper, style="space-filling")
    assert 2 * scene.radii()[0] == pytest.approx(3.615 / np.sqrt(2), abs=0.01)


@pytest.mark.parametrize(
    "structure", [Structure(Lattice.cubic(3), [], []), Structure(Lattice.cubic(3), ["X0+"], [O])]
)
def test_empty_and_dummy_structures_can_be_drawn(structure):
    assert Scene.from_json(scene_of(structure).to_json()).lattice is not None
