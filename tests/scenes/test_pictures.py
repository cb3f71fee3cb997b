"""Pictures and models as files: texts are drawn, backgrounds are as asked, and other programs open them."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import pytest
import trimesh
from PIL import Image
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes import VolumetricGrid, picture_of, scene_of
from nanoos_lab.scenes.pictures import png_of_svg

PEROVSKITE = Structure.from_spacegroup(
    221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
)


def image(scene, **options):
    return Image.open(io.BytesIO(picture_of(scene, **options)))


def test_a_png_has_its_size_and_background():
    scene = scene_of(PEROVSKITE)
    assert image(scene, width=300, height=200, scale=2).size == (600, 400)
    assert image(scene, width=100, height=80).convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert image(scene, width=100, height=80, transparent=True).convert("RGBA").getpixel((1, 1))[3] == 0
    assert max(image(scene, width=100, height=80, background="dark").convert("RGB").getpixel((1, 1))) < 60
    assert image(scene, width=100, height=80, background="#102030").convert("RGB").getpixel((1, 1)) == (
        16,
        32,
        48,
    )


def test_texts_are_drawn():
    text = "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='20'><text y='15' {}>Åσ₂−</text></svg>"
    for family in ("font-family='system-ui,sans-serif'", ""):
        drawn = np.array(Image.open(io.BytesIO(png_of_svg(text.format(family)))))
        assert (drawn[..., 3] > 128).sum() > 40


def test_atoms_have_their_colours_in_the_picture():
    drawn = (
        np.array(image(scene_of(PEROVSKITE), width=400, height=340).convert("RGB")).reshape(-1, 3).astype(int)
    )
    red, green = (drawn[:, 0] > 150) & (drawn[:, 1] < 80), (drawn[:, 1] > 150) & (drawn[:, 0] < 80)
    assert red.sum() > 500
    assert green.sum() > 2000


def test_views_differ():
    scene = scene_of(PEROVSKITE)
    stills = {picture_of(scene, "svg", view=view) for view in ("auto", "a", "c", (1, 1, 1))}
    assert len(stills) == 4


@pytest.mark.parametrize("ending", [".svg", ".png", ".glb"])
def test_saving_by_the_ending_of_the_name(tmp_path, ending):
    scene = scene_of(PEROVSKITE)
    path = scene.save(tmp_path / f"picture{ending}")
    assert path.read_bytes()[:5] == {".svg": b"<svg ", ".png": b"\x89PNG\r", ".glb": b"glTF\x02"}[ending]
    with pytest.raises(InvalidInputError, match=r"\.svg, \.png or \.glb"):
        scene.save(tmp_path / "picture.jpg")


@pytest.mark.parametrize("options", [{"width": 0}, {"scale": -1}, {"width": 10**6}, {"background": "red"}])
def test_sizes_and_colours_that_make_no_picture(options):
    with pytest.raises(InvalidInputError):
        picture_of(scene_of(PEROVSKITE), **options)
    with pytest.raises(InvalidInputError, match="svg, png, glb"):
        picture_of(scene_of(PEROVSKITE), "jpg")


def loaded(scene):
    return trimesh.load(io.BytesIO(picture_of(scene, "glb")), file_type="glb")


def test_a_model_opens_elsewhere_with_everything_in_its_place():
    scene = scene_of(PEROVSKITE, style="polyhedra", planes=[(1, 0, 0, 0.5)], labels="element")
    model = loaded(scene)
    assert len(model.graph.nodes_geometry) == len(scene) + 2 * len(scene.bonds) + 3  # faces, plane, cell
    radius = float(scene.radii().max())
    assert model.bounds[0] == pytest.approx([-radius] * 3, abs=0.02)
    assert model.bounds[1] == pytest.approx([3.905 + radius] * 3, abs=0.02)
    for name in model.graph.nodes_geometry:
        transform, _ = model.graph[name]
        if str(name).startswith("Ti1"):
            assert transform[:3, 3] == pytest.approx([3.905 / 2] * 3, abs=1e-5)


def test_spheres_and_sticks_of_a_model_have_their_size():
    hydrogen = Molecule(["H", "H"], [[0, 0, 0], [0, 0.74, 0]])
    scene = scene_of(hydrogen)
    document = chunk(picture_of(scene, "glb"))
    balls = [n for n in document["nodes"] if n.get("name", "").startswith("H")]
    assert [n["scale"][0] for n in balls] == pytest.approx(scene.radii().tolist())
    meshes = trimesh.load(io.BytesIO(picture_of(scene, "glb")), file_type="glb")
    ball = next(g for g in meshes.geometry.values() if len(g.vertices) == 162)
    assert ball.is_watertight
    assert ball.volume == pytest.approx(4 / 3 * np.pi, rel=0.04)
    sticks = [n for n in document["nodes"] if "rotation" in n]
    assert [n["scale"] for n in sticks] == [pytest.approx([0.1, 0.1, 0.37])] * 2


def chunk(glb):
    length = struct.unpack("<I", glb[12:16])[0]
    return json.loads(glb[20 : 20 + length])


def test_models_of_surfaces_arrows_lines_and_nothing():
    n = 16
    frac = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1) - 0.5
    grid = VolumetricGrid(np.eye(3) * 3.905, np.exp(-((frac * 3.905) ** 2).sum(-1)), "", PEROVSKITE)
    moved = PEROVSKITE.copy()
    moved.add_site_property("forces", [[0, 0, 0.1 * k] for k in range(5)])
    full = scene_of(moved, vectors="forces", isosurface=grid, levels=0.5, style="wireframe")
    assert len(loaded(full).geometry) > 4
    assert sum(n.get("name") == "forces" for n in chunk(picture_of(full, "glb"))["nodes"]) == 2 * len(
        full.vectors.atoms
    )
    document = chunk(picture_of(scene_of(Molecule([], [])), "glb"))
    assert "meshes" not in document
    assert len(loaded(scene_of(PEROVSKITE, style="space-filling")).graph.nodes_geometry) == 15 + 1
