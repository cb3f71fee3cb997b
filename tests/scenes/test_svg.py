"""The still drawing: valid, self-contained, small, safe, and with the right things in front."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.scenes.scene import scene_of
from nanoos_lab.scenes.svg import svg_of

SVG = "{http://www.w3.org/2000/svg}"
PEROVSKITE = Structure.from_spacegroup(
    221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
)


def parse(text):
    return ET.fromstring(text)  # noqa: S314 - our own output


def spinel():
    return Structure.from_spacegroup(
        227, Lattice.cubic(8.083), ["Mg", "Al", "O"], [[0, 0, 0], [0.625] * 3, [0.3874] * 3]
    )


def test_every_atom_and_both_halves_of_every_bond_are_drawn_once():
    scene = scene_of(PEROVSKITE)
    root = parse(svg_of(scene))
    assert len(root.findall(f"{SVG}circle")) == len(scene) + len(scene.species)  # and the legend
    assert len(root.findall(f"{SVG}rect")) == 2 * len(scene.bonds)
    labels = [t.text for t in root.findall(f"{SVG}text")]
    assert sorted(labels) == sorted(["a", "b", "c", "Sr", "Ti", "O"])


def test_nearer_atoms_are_drawn_later():
    pair = Molecule(["Fe", "Au"], [[0, 0, 0], [0, 0, 30.0]])
    scene = scene_of(pair)
    scene_view = scene.view
    towards = scene.positions @ scene_view[2]
    far_first = [int(k) for k in np.argsort(towards)]
    circles = parse(svg_of(scene)).findall(f"{SVG}circle")[:2]
    drawn = [int(re.search(r"a(\d)\)$", c.attrib["fill"]).group(1)) for c in circles]
    assert drawn == far_first


def test_everything_lies_inside_the_picture():
    root = parse(svg_of(scene_of(PEROVSKITE), width=300, height=260))
    for circle in root.findall(f"{SVG}circle"):
        x, y, r = (float(circle.attrib[k]) for k in ("cx", "cy", "r"))
        assert r <= x <= 300 - r
        assert r <= y <= 260 - r


def test_nothing_outside_is_referred_to():
    text = svg_of(scene_of(PEROVSKITE))
    assert "href" not in text
    assert "script" not in text
    assert set(re.findall(r"https?://[^'\"]+", text)) == {"http://www.w3.org/2000/svg"}


def test_ids_are_unique_per_drawing_and_stable():
    first, again = svg_of(scene_of(PEROVSKITE)), svg_of(scene_of(PEROVSKITE))
    other = svg_of(scene_of(PEROVSKITE), width=421)
    assert first == again
    ids = [set(re.findall(r" id='([^']+)'", text)) for text in (first, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids[0]


def test_names_are_escaped():
    scene = scene_of(PEROVSKITE, title="<script>alert('x')</script> & \"more\"")
    text = svg_of(scene)
    assert "<script" not in text
    root = parse(text)
    assert root.find(f"{SVG}title").text == "Structure of <script>alert('x')</script> & \"more\""


def test_control_characters_in_a_title_do_not_break_the_drawing():
    text = svg_of(scene_of(PEROVSKITE, title="odd \0\x07{_ID} title"))
    assert parse(text).find(f"{SVG}title").text == "Structure of odd {_ID} title"


@pytest.mark.parametrize("style", ["ball-and-stick", "space-filling"])
def test_typical_drawings_are_small(style):
    assert len(svg_of(scene_of(PEROVSKITE, style=style))) < 15_000
    assert len(svg_of(scene_of(spinel(), style=style))) < 100_000


def test_large_structures_stay_small_and_keep_their_visible_atoms():
    scene = scene_of(spinel(), supercell=(4, 4, 4))
    assert len(scene) > 3500
    text = svg_of(scene)
    assert len(text) < 100_000
    assert 500 < text.count("<circle") < 1100


def test_space_filling_hides_bonds():
    assert "<rect" not in svg_of(scene_of(PEROVSKITE, style="space-filling"))


def test_faces_of_polyhedra_are_their_true_faces():
    root = parse(svg_of(scene_of(PEROVSKITE, show_polyhedra=True)))
    assert len(root.findall(f"{SVG}path[@fill-opacity]")) == 8  # an octahedron
    fluorite = Structure.from_spacegroup(225, Lattice.cubic(5.463), ["Ca", "F"], [[0] * 3, [0.25] * 3])
    root = parse(svg_of(scene_of(fluorite, style="polyhedra")))
    faces = [p.attrib["d"] for p in root.findall(f"{SVG}path[@fill-opacity]")]
    assert len(faces) == 14 * 6  # a cube around every corner and face centre
    assert {d.count("L") for d in faces} == {3}  # squares, not triangles


def test_empty_scenes_give_a_valid_picture():
    assert parse(svg_of(scene_of(Structure(Lattice.cubic(3), [], [])))) is not None
    assert parse(svg_of(scene_of(Molecule([], [])))) is not None


def test_thumbnails_go_without_axes_and_legend():
    large, small = (parse(svg_of(scene_of(PEROVSKITE), width=w, height=w)) for w in (300, 100))
    assert large.findall(f".//{SVG}text")
    assert not small.findall(f".//{SVG}text")
    assert len(small.findall(f".//{SVG}circle")) < len(large.findall(f".//{SVG}circle"))
