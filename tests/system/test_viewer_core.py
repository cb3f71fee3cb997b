"""What the viewer draws and does, in a real browser: styles, values, arrows, measuring, frames, exports, keys.

The pictures in ``references`` are compared within a tolerance. After a wanted change of the look, renew them with
``NANOOS_RENEW_REFERENCES=1 pytest tests/system/test_viewer_core.py -k reference``, and look at them before committing.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from pymatgen.core import Lattice, Structure

from nanoos_lab.scenes import MIME_TYPE, scene_of
from nanoos_lab.widgets import scene_script
from tests.system.browser import PAINTED, drag, pixels, ready

pytestmark = [pytest.mark.browser, pytest.mark.system]
REFERENCES = Path(__file__).parent / "references"
PEROVSKITE = Structure.from_spacegroup(
    221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
)
EVIL = "<img src=x onerror='window.evil=1'></script><b>"
BLOB = """b => new Promise(done => {
  const r = new FileReader();
  r.onload = () => done(r.result.split(",")[1]);
  r.readAsDataURL(b);
})"""
VIEWER = "document.querySelector('.nanoos-viewer').viewer"


def wire(values, kind="float32"):
    array = np.ascontiguousarray(values, kind)
    return {
        "dtype": kind,
        "shape": list(array.shape),
        "data": base64.b64encode(array.tobytes()).decode("ascii"),
    }


def unwire(data):
    return np.frombuffer(base64.b64decode(data["data"]), data["dtype"]).reshape(data["shape"])


def plain(structure=PEROVSKITE, **options):
    """Return a scene as JSON of version 2."""
    return {**scene_of(structure, **options).to_json(), "version": 2}


def with_values(scene):
    charges = np.array([1.8, 2.2, -1.3, -1.3, -1.3])[unwire(scene["sites"]).astype(int)]
    values = {"name": "charge", "unit": "e", "values": wire(charges), "low": -2.2, "high": 2.2}
    return {**scene, "site_values": {**values, "scale": "diverging"}}


def with_vectors(scene):
    count = scene["positions"]["shape"][0]
    tips = np.tile([0.0, 0.0, 1.4], (count, 1))
    vectors = {"name": "force", "unit": "eV/Å", "atoms": wire(range(count), "uint8"), "tips": wire(tips)}
    return {**scene, "vectors": {**vectors, "color": "#009E73", "longest": 0.31}}


def with_pies(scene):
    species = [dict(s) for s in scene["species"]]
    species[0]["portions"] = [["#00c900", 0.5], ["#3333ff", 0.25]]
    return {**scene, "species": species}


def with_surfaces(scene):
    corners = np.array([[1, 1, 1], [3, 1, 1], [2, 3, 1], [2, 2, 3]], float)
    sides = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]]
    normals = corners - corners.mean(axis=0)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    part = {"normals": wire(normals), "triangles": wire(sides, "uint8"), "opacity": 0.5}
    plus = {"name": "plus", "color": "#E69F00", "positions": wire(corners), **part}
    minus = {"name": "minus", "color": "#0072B2", "positions": wire(corners - 1), **part}
    return {**scene, "surfaces": [plus, minus]}


def with_frames(scene, count=12):
    start = unwire(scene["positions"])
    moved = start[None] + np.linspace(0, 0.8, count)[:, None, None] * np.array([0.0, 0.0, 1.0])
    energies = {"name": "energy", "unit": "eV", "data": wire(np.linspace(-1, -3, count))}
    return {**scene, "frames": {"positions": wire(moved), "values": energies}}


@pytest.fixture
def show(page, tmp_path):
    """Return what writes scenes to a page of their own, opens it, and returns the first canvas."""

    def shown(*scenes, theme="light"):
        texts = [json.dumps(scene).replace("<", "\\u003c") for scene in scenes]
        divs = "".join(
            f"<div class='nanoos-scene'><script type='{MIME_TYPE}'>{t}</script></div>" for t in texts
        )
        colors = "background:#111;color:#eee" if theme == "dark" else "background:#fff;color:#222"
        path = tmp_path / "page.html"
        path.write_text(
            f"<!doctype html><html data-nanoos-theme='{theme}'><meta charset='utf-8'>"
            f"<body style='margin:0;width:480px;{colors}'>{divs}{scene_script()}",
            encoding="utf-8",
        )
        page.goto(path.as_uri())
        return ready(page)

    return shown


def ask(page, expression):
    return page.evaluate(f"() => {VIEWER}.{expression}")


def changed(page, canvas, act):
    """Act, and wait until the picture is another one."""
    before = pixels(canvas)
    act()
    page.wait_for_function("([c, before]) => c.toDataURL() !== before", arg=[canvas, before])


def spot(page, atom):
    """Return where an atom is on the page, and which one it is."""
    return page.evaluate(
        f"""k => {{ const v = {VIEWER}, p = v.scene.positions, box = v.root.getBoundingClientRect();
        const [x, y] = v.view.project(p[3 * k], p[3 * k + 1], p[3 * k + 2]); return [box.x + x, box.y + y]; }}""",
        atom,
    )


def test_each_kind_of_object_is_one_draw_call(page, show):
    canvas = show(with_surfaces(with_vectors(plain(show_polyhedra=True))))
    kinds = int(page.get_attribute(".nanoos-viewer", "data-calls"))
    assert kinds in {6, 7}  # atoms, bonds, cell, arrows, polyhedra, surfaces; rims where the scene has them
    for part in ("bonds", "cell", "vectors", "surfaces"):
        changed(page, canvas, lambda part=part: ask(page, f"setVisible({{{part}: false}})"))
        kinds -= 1
        page.wait_for_function(f"() => document.querySelector('.nanoos-viewer').dataset.calls === '{kinds}'")


def test_draw_calls_do_not_grow_with_atoms(page, show):
    show(plain(PEROVSKITE * (4, 4, 4)))
    assert page.get_attribute(".nanoos-viewer", "data-calls") == "3"


def test_styles_differ_and_come_in_turn(page, show):
    canvas = show(plain(show_polyhedra=True))
    told = []
    for _ in range(4):
        changed(page, canvas, lambda: page.click("[data-action=style]"))
        told.append(ask(page, "style"))
    assert told == ["polyhedra", "space-filling", "wireframe", "ball-and-stick"]


def test_values_color_atoms_and_have_a_bar(page, show):
    show(with_values(plain()))
    svg = ask(page, "toSVG()")
    for text in ("charge (e)", "-2.2", "2.2"):
        assert f">{text}</text>" in svg
    assert "Sr</text>" not in svg  # the colours say values, so no legend of species


def test_pies_have_sectors_of_their_shares(page, show):
    show(with_pies(plain()))
    svg = ask(page, "toSVG()")
    assert svg.count("#3333ff") == 9  # eight corners and the legend
    assert "#f3f4f6" in svg  # the vacancy


@pytest.mark.parametrize(
    ("atoms", "kind"), [((1, 9), "distance"), ((1, 9, 3), "angle"), ((1, 9, 3, 5), "dihedral")]
)
def test_measuring_by_clicks_agrees_with_geometry(page, show, atoms, kind):
    scene = plain()
    show(scene)
    ask(page, "setMeasuring(true)")
    ask(page, "setStyle('wireframe')")
    for atom in atoms:
        page.mouse.click(*spot(page, atom))
    said = page.wait_for_selector(f".nanoos-viewer-said:has-text('{kind}')", state="attached").inner_text()
    points = unwire(scene["positions"]).astype(float)[list(atoms)]
    expected = measured(points)
    assert abs(float(re.search(r"-?[\d.]+", said).group()) - expected) < 0.051
    assert said.split()[1].rstrip("°") in ask(page, "toSVG()")
    page.keyboard.press("Escape")
    assert said.split()[1] not in ask(page, "toSVG()")


def measured(points):
    """Return a distance, angle or dihedral; the dihedral by the projections on the middle bond's plane."""
    if len(points) == 2:
        return float(np.linalg.norm(points[1] - points[0]))
    unit = lambda v: v / np.linalg.norm(v)  # noqa: E731
    if len(points) == 3:
        return float(np.degrees(np.arccos(unit(points[0] - points[1]) @ unit(points[2] - points[1]))))
    axis = unit(points[2] - points[1])
    one, other = points[0] - points[1], points[3] - points[2]
    one, other = one - (one @ axis) * axis, other - (other @ axis) * axis
    return float(np.degrees(np.arctan2(np.cross(axis, one) @ other, one @ other)))


def test_frames_move_atoms_by_slider_keys_and_plot(page, show):
    canvas = show(with_frames(plain()))
    changed(page, canvas, lambda: page.fill(".nanoos-viewer input[type=range]", "5"))
    assert page.inner_text(".nanoos-viewer output") == "6 / 12"
    page.focus(".nanoos-viewer")
    changed(page, canvas, lambda: page.keyboard.press("."))
    assert ask(page, "frame") == 6
    box = page.query_selector(".nanoos-viewer-plot canvas").bounding_box()
    changed(page, canvas, lambda: page.mouse.click(box["x"] + box["width"] - 10, box["y"] + 30))
    assert ask(page, "frame") == 11
    assert "energy -3 eV" in page.get_attribute(".nanoos-viewer input[type=range]", "aria-valuetext")


def test_a_trajectory_plays_and_pauses(page, show):
    show(with_frames(plain()))
    page.click("[data-action=play]")
    page.wait_for_function(f"() => {VIEWER}.frame >= 2")
    page.click("[data-action=play]")
    assert page.get_attribute("[data-action=play]", "aria-label").startswith("Play")


def test_scrubbing_makes_nothing_anew(page, show):
    show(with_frames(plain()))
    before = page.evaluate(f"() => (window.drawing = {VIEWER}.drawing).group.children.length")
    ask(page, "setFrame(7)")
    after = page.evaluate(f"() => [drawing === {VIEWER}.drawing, drawing.group.children.length]")
    assert after == [True, before]


def test_looking_along_a_direction(page, show):
    hexagonal = Structure(Lattice.hexagonal(3, 5), ["Zn"], [[0, 0, 0]])
    canvas = show(plain(hexagonal))
    page.focus(".nanoos-viewer")
    for key, along in (("a", hexagonal.lattice.matrix[0]), ("c", hexagonal.lattice.matrix[2])):
        changed(page, canvas, lambda key=key: page.keyboard.press(key))
        assert_towards_viewer(page, along)
    changed(page, canvas, lambda: ask(page, "lookAlong([1, 1, 2])"))
    assert_towards_viewer(page, hexagonal.lattice.reciprocal_lattice.get_cartesian_coords([1, 1, 2]))


def assert_towards_viewer(page, direction):
    x, y, z, w = ask(page, "camera.turn")
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    assert np.allclose(turn @ (direction / np.linalg.norm(direction)), [0, 0, 1], atol=1e-5)


def test_a_click_on_the_axes_looks_along_one(page, show):
    canvas = show(plain())
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] - 64)
    page.wait_for_selector(".nanoos-viewer-label:has-text('look along c')", state="attached")
    changed(page, canvas, lambda: page.mouse.click(box["x"] + 40, box["y"] + box["height"] - 64))
    assert_towards_viewer(page, [0, 0, 1])


def test_cameras_of_two_viewers_can_be_linked(page, show):
    canvas = show(plain(), plain())
    page.evaluate(
        """() => { const [a, b] = [...document.querySelectorAll('.nanoos-viewer')].map(r => r.viewer);
        window.told = 0;
        a.options.onCamera = camera => { b.setCamera(camera); };
        b.options.onCamera = () => { window.told++; }; }"""
    )
    drag(page, canvas, 60, 30)
    one, two = page.evaluate(
        "() => [...document.querySelectorAll('.nanoos-viewer')].map(r => r.viewer.camera)"
    )
    assert one == two
    assert page.evaluate("() => window.told") == 0


def test_atoms_are_chosen_by_keys(page, show):
    show(plain())
    page.focus(".nanoos-viewer")
    page.keyboard.press("n")
    page.wait_for_selector(".nanoos-viewer-said:has-text('Sr · site 0')", state="attached")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nanoos-viewer-said:has-text('selected site 0')", state="attached")


def test_the_menu_works_by_keys_and_reads_planes(page, show):
    canvas = show(plain())
    page.focus("[data-action=menu]")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    changed(page, canvas, lambda: page.keyboard.press("Enter"))
    assert ask(page, "style") == "space-filling"
    page.fill("[data-action=along-hkl]", "1 x")
    page.press("[data-action=along-hkl]", "Enter")
    page.wait_for_selector(".wrong:has-text('Three whole numbers')")
    page.fill("[data-action=along-hkl]", "1 1 0")
    page.press("[data-action=along-hkl]", "Enter")
    assert_towards_viewer(page, [1, 1, 0])
    page.press("[data-action=along-hkl]", "Escape")
    assert page.is_hidden(".nanoos-viewer-menu")


def test_exports_are_what_they_say(page, show):
    trimesh = pytest.importorskip("trimesh")
    canvas = show(with_surfaces(with_vectors(plain(show_polyhedra=True))))
    shown = canvas.bounding_box()
    for transparent in ("true", "false"):
        png = page.evaluate(f"() => {VIEWER}.toPNG(2, {transparent}).then({BLOB})")
        picture = Image.open(io.BytesIO(base64.b64decode(png)))
        assert picture.size == (2 * shown["width"], 2 * shown["height"])
        assert (picture.convert("RGBA").getpixel((0, 0))[3] == 0) == (transparent == "true")
    svg = ET.fromstring(ask(page, "toSVG()"))  # noqa: S314 - written by our own code
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    glb = base64.b64decode(page.evaluate(f"() => {VIEWER}.toGLB().then({BLOB})"))
    model = trimesh.load(io.BytesIO(glb), file_type="glb")
    assert set(model.graph.nodes) >= {"atoms", "bonds", "cell", "force", "polyhedra", "plus", "minus"}
    ball = 0.2 + 3 * 0.3  # no atom is larger
    assert model.bounds[0].min() > -ball
    assert model.bounds[1].max() < 3.905 + 1.4 + ball


def test_names_are_never_markup(page, show):
    scene = {**plain(), "title": EVIL, "labels": [{"text": EVIL, "position": [0, 0, 0]}]}
    scene["species"] = [{**s, "label": EVIL} for s in scene["species"]]
    scene["atom_labels"] = [EVIL] * scene["positions"]["shape"][0]
    canvas = show(scene)
    ask(page, "setLabels('custom')")
    ET.fromstring(ask(page, "toSVG()"))  # noqa: S314 - written by our own code
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 15)
    page.wait_for_selector(".nanoos-viewer-label:has-text('onerror')", state="attached")
    assert page.evaluate("() => window.evil") is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("bonds", wire([[0, 99]], "uint8"), "number 99"),
        ("positions", {**wire([[0, 0, 0]]), "shape": [2, 3]}, "3 numbers instead of 6"),
        ("version", 3, "version 3"),
    ],
)
def test_damaged_scenes_are_refused_in_words(page, tmp_path, field, value, message):
    damaged = json.dumps({**plain(), field: value})
    path = tmp_path / "damaged.html"
    path.write_text(
        f"<meta charset='utf-8'><div class='nanoos-scene'><script type='{MIME_TYPE}'>{damaged}</script></div>"
        f"{scene_script()}",
        encoding="utf-8",
    )
    page.goto(path.as_uri())
    page.wait_for_selector(f".nanoos-viewer-message:has-text('{message}')")


LOOKS = {
    "values": lambda: with_vectors(with_values(plain())),
    "pies": lambda: with_pies(plain()),
    "polyhedra": lambda: {**plain(show_polyhedra=True), "style": "polyhedra"},
    "surfaces-dark": lambda: with_surfaces(plain()),
}


@pytest.mark.parametrize("name", LOOKS)
def test_pictures_look_like_their_references(page, show, name):
    canvas = show(LOOKS[name](), theme="dark" if "dark" in name else "light")
    assert 0.05 < canvas.evaluate(PAINTED) < 0.95
    page.evaluate(
        f"() => {VIEWER}.setVisible({{legend: false, axes: false}})"
    )  # fonts differ between machines
    png = base64.b64decode(page.evaluate(f"() => {VIEWER}.toPNG(0.5, false).then({BLOB})"))
    kept = REFERENCES / f"{name}.png"
    if os.environ.get("NANOOS_RENEW_REFERENCES"):
        REFERENCES.mkdir(exist_ok=True)
        Image.open(io.BytesIO(png)).convert("RGB").save(kept, optimize=True)
    now = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float)
    then = np.asarray(Image.open(kept).convert("RGB"), float)
    assert now.shape == then.shape
    differing = (np.abs(now - then).max(axis=2) > 40).mean()
    assert differing < 0.01, f"{100 * differing:.1f} % of the pixels of {kept.name} are others"
