"""The still drawing: valid, self-contained, small, safe, and with the right things in front."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.display.look import UNKNOWN
from nanoos_lab.scenes import VolumetricGrid
from nanoos_lab.scenes.scene import scene_of
from nanoos_lab.scenes.svg import svg_of
from nanoos_lab.scenes.svg.atoms import colors_of_atoms

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


@pytest.mark.parametrize("style", ["polyhedra", "wireframe"])
def test_large_structures_stay_small_in_other_styles_too(style):
    scene = scene_of(spinel(), supercell=(5, 5, 5), style=style)
    assert len(scene) > 7000
    assert len(svg_of(scene)) < 700_000


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


def with_forces(forces):
    structure = PEROVSKITE.copy()
    structure.add_site_property("forces", forces)
    return structure


def circles_before_and_after(root, path):
    """Return where circles stand in the drawing, before and after the one path with these attributes."""
    at = next(k for k, e in enumerate(root) if e.tag == f"{SVG}path" and path.items() <= e.attrib.items())
    places = [
        (k, float(e.attrib["cx"]), float(e.attrib["cy"]))
        for k, e in enumerate(root)
        if e.tag == f"{SVG}circle"
    ]
    return [p for p in places if p[0] < at], [p for p in places if p[0] > at]


def test_a_plane_hides_what_lies_behind_it_and_nothing_else():
    atoms = Structure(Lattice.cubic(6), ["He", "Ne"], [[0.2, 0.5, 0.5], [0.8, 0.5, 0.5]])
    scene = scene_of(atoms, planes=[(1, 0, 0, 0.5)])
    for view, hidden in (("auto", "He"), ((-1, 0, 0), "Ne")):
        root = parse(svg_of(scene, view=view, width=150, height=150))  # without axes and legend
        behind, front = circles_before_and_after(root, {"fill": scene.surfaces[0].color})
        towards = scene.seen(view).view[2]
        heights = {s: float(scene.positions[k] @ towards) for k, s in enumerate(("He", "Ne"))}
        assert min(heights, key=heights.get) == hidden
        assert len(behind) == 1
        assert len(front) == 1


def test_planes_that_cross_are_cut_into_pieces():
    scene = scene_of(
        Structure(Lattice.cubic(6), ["He"], [[0.5] * 3]), planes=[(1, 0, 0, 0.4), (0, 1, 0, 0.4)]
    )
    root = parse(svg_of(scene))
    pieces = [p.attrib["fill"] for p in root.findall(f"{SVG}path[@fill-opacity]")]
    assert sorted(pieces.count(s.color) for s in scene.surfaces) == [1, 2]


def test_pies_show_their_portions():
    mixed = Structure(Lattice.cubic(6), [{"Fe": 0.25, "Co": 0.5}], [[0.5] * 3])
    root = parse(svg_of(scene_of(mixed), background="light"))
    pie = root.find(f"{SVG}g")
    sectors = [p.attrib for p in pie.findall(f"{SVG}path")]
    assert len({s["fill"] for s in sectors}) == 2
    r = float(pie.find(f"{SVG}circle").attrib["r"])
    (x, y), *_, (u, v) = [
        tuple(map(float, p.split())) for p in re.findall(r"[\d.]+ [\d.]+(?=[LA]|Z)", sectors[1]["d"])
    ]
    assert np.hypot(u - x, v - y) == pytest.approx(r, abs=0.2)
    full = scene_of(Structure(Lattice.cubic(6), ["Fe"], [[0.5] * 3]))
    assert parse(svg_of(full)).find(f"{SVG}g") is None


def test_arrows_lie_where_they_should():
    scene = scene_of(with_forces([[0, 0, 0], [0, 0, 0.5], *[[0, 0, 0]] * 3]), vectors="forces")
    root = parse(svg_of(scene, view="a"))
    (arrow,) = [
        p for p in root.findall(f"{SVG}path") if p.attrib.get("fill") == "#d55e00" and "stroke" in p.attrib
    ]
    corners = np.array([list(map(float, p.split())) for p in re.split("[MLZ]", arrow.attrib["d"]) if p])
    assert np.ptp(corners[:, 1]) > 3 * np.ptp(corners[:, 0])  # straight up
    assert corners[3, 1] == corners[:, 1].min()  # with its tip on top
    assert "forces, longest 0.5 eV/Å" in [t.text for t in root.iter(f"{SVG}text")]


def test_values_have_a_bar_with_name_unit_and_ends_instead_of_a_legend():
    scene = scene_of(PEROVSKITE, color_by={"values": [-2, 1, 0, 0, np.nan], "name": "charge", "unit": "e"})
    root = parse(svg_of(scene))
    labels = [t.text for t in root.iter(f"{SVG}text")]
    assert {"charge (e)", "−2", "0", "2"} <= set(labels)
    assert "Sr" not in labels
    assert {colors_of_atoms(scene)[k] for k in np.flatnonzero(scene.sites == 4)} == {UNKNOWN}


def test_texts_of_users_are_escaped_wherever_they_stand():
    bad = "</svg><script>alert(1)</script><img src=x onerror=alert(1)>\x07"
    scene = scene_of(
        with_forces([[1, 0, 0]] * 5),
        title=bad,
        labels=[bad] * 5,
        vectors={"values": [[1, 0, 0]] * 5, "name": bad, "unit": bad},
        color_by={"values": range(5), "name": bad, "unit": bad},
    )
    text = svg_of(scene)
    assert "<script" not in text
    assert "<img" not in text
    assert parse(text) is not None


def blob():
    n = 24
    frac = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1) - 0.5
    hydrogen = Structure(Lattice.cubic(6), ["H"], [[0.5] * 3])
    return VolumetricGrid(np.eye(3) * 6.0, np.exp(-((frac * 6) ** 2).sum(-1)), "e/Å³", hydrogen)


def test_isosurfaces_have_a_far_and_a_near_side_around_what_is_inside():
    scene = scene_of(blob().structure, isosurface=blob(), levels=0.2)
    root = parse(svg_of(scene))
    kinds = [e.tag.removeprefix(SVG) for e in root if e.tag in {f"{SVG}g", f"{SVG}circle"}]
    assert kinds == ["g", "circle", "g", "circle"]  # far side, atom, near side, legend
    assert len(svg_of(scene)) < 120_000
    assert "0.2 e/Å³" in [t.text for t in root.iter(f"{SVG}text")]


def test_wires_are_lines_and_lone_atoms_dots():
    lone = Molecule(["H", "H", "Ar"], [[0, 0, 0], [0, 0, 0.74], [3, 3, 3]])
    root = parse(svg_of(scene_of(lone, style="wireframe")))
    assert len(root.findall(f"{SVG}path[@stroke-linecap]")) == 2
    assert len(root.findall(f"{SVG}circle")) == 1 + 2  # and the legend
    assert root.find(f"{SVG}rect") is None


def test_what_is_far_off_fades_into_the_background():
    pair = Molecule(["Fe", "Fe"], [[0, 0, 0], [0, 0, 30.0]])
    scene = scene_of(pair)
    near = re.findall(r"stop-color='(#\w+)'", svg_of(scene, background="dark"))
    assert "#e06633" in near
    assert len(re.findall("<radialGradient", svg_of(scene))) == 2
