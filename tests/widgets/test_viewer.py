"""The live viewer's Python side, with no kernel and no browser."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys

import numpy as np
import pytest
from pymatgen.core import Lattice, Molecule, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.scene import MIME_TYPE, Scene, scene_of

pytest.importorskip("anywidget", reason="the extra 'notebook' is not installed")
from nanoos_lab.widgets import StructureViewer, link, side_by_side, unlink, view
from nanoos_lab.widgets.bundled import STATIC, SharedCode
from nanoos_lab.widgets.viewer.cameras import rows_of
from nanoos_lab.widgets.viewer.pictures import thinned

NACL = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
SILICON = Structure.from_spacegroup(227, Lattice.cubic(5.43), ["Si"], [[0, 0, 0]])
HYDROGEN_PEROXIDE = Molecule(  # dihedral of 90°
    ["H", "O", "O", "H"], [[0.9, 0, 0.1], [0, 0, 0], [0, 0, 1.4], [0, 0.9, 1.3]]
)


def walk(n_frames, structure=NACL):
    frames = [structure.copy() for _ in range(n_frames)]
    for k, frame in enumerate(frames):
        frame.translate_sites([0], [0.01 * k, 0, 0])
    return frames


def test_a_structure_becomes_a_scene_with_options():
    viewer = StructureViewer(NACL, supercell=(2, 1, 1), height=300, orthographic=True, hidden=["cell"])
    assert Scene.from_json(viewer.scene).positions.shape[0] > 27
    assert viewer.still.startswith("<svg")
    assert (viewer.height, viewer.orthographic, viewer.hidden) == (300, True, ["cell"])
    assert viewer.representation == "ball-and-stick"


def test_what_has_a_structure_or_comes_from_ase_is_shown():
    from pymatgen.io.ase import AseAtomsAdaptor

    class Record:
        structure = NACL

    atoms = AseAtomsAdaptor.get_atoms(NACL)
    titles = [StructureViewer(subject)._scene.title for subject in (NACL, Record(), atoms, HYDROGEN_PEROXIDE)]
    assert titles == ["NaCl", "NaCl", "NaCl", "H2O2"]
    with pytest.raises(InvalidInputError, match="structures"):
        StructureViewer({1, 2})
    with pytest.raises(InvalidInputError, match="without frames"):
        StructureViewer([])


def test_a_scene_is_taken_as_it_is():
    viewer = StructureViewer(scene_of(NACL, style="space-filling"))
    assert viewer.representation == "space-filling"
    with pytest.raises(InvalidInputError, match="supercell"):
        StructureViewer(scene_of(NACL), supercell=(2, 2, 2))


def test_selection_is_checked_sorted_and_observed():
    viewer = StructureViewer(NACL)
    seen = []
    viewer.observe(lambda change: seen.append(change.new), "selected")
    viewer.select(3, [1, 3])
    assert viewer.selected == [1, 3]
    viewer.select()
    assert seen == [[1, 3], []]
    with pytest.raises(InvalidInputError, match="sites 0 to 7"):
        viewer.select(8)


def test_another_structure_clears_what_belonged_to_the_first():
    viewer = StructureViewer(walk(4), frame=3)
    viewer.select(5)
    viewer.measure(0, 1)
    viewer.look_along("a")
    viewer.show(SILICON)
    assert (viewer.selected, viewer.measured, viewer.frame, viewer.camera) == ([], [], 0, {})
    assert Scene.from_json(viewer.scene).title == "Si"


def test_the_scene_is_replaced_only_as_a_whole():
    viewer = StructureViewer(NACL)
    with pytest.raises(Exception, match="read-only"):
        viewer.scene = {}
    with pytest.raises(Exception, match="representation"):
        viewer.representation = "cartoon"


def test_frames_are_counted_and_only_a_trajectory_plays():
    viewer = StructureViewer(walk(5), energies=[0, -1, -2, -1, -3])
    viewer.play(fps=30)
    assert (viewer.playing, viewer.fps) == (True, 30)
    viewer.frame = 4
    with pytest.raises(InvalidInputError, match="frames 0 to 4"):
        viewer.frame = 5
    with pytest.raises(InvalidInputError, match="only one frame"):
        StructureViewer(NACL).play()


def test_arrays_travel_as_bytes_and_a_frame_as_its_number():
    viewer = StructureViewer(walk(50))
    _, paths, buffers = _split(viewer.get_state())
    sizes = {tuple(path): memoryview(b).nbytes for path, b in zip(paths, buffers, strict=True)}
    n_atoms = len(viewer._scene)
    assert sizes["scene", "frames", "positions", "data"] == 50 * n_atoms * 3 * 4
    viewer.comm.close()
    viewer.comm = comm = _Comm()
    for k in range(1, 50):
        viewer.frame = k
    assert [data["state"] for data, _ in comm.sent] == [{"frame": k} for k in range(1, 50)]
    assert not any(buffers for _, buffers in comm.sent)


def _split(state):
    from ipywidgets.widgets.widget import _remove_buffers

    return _remove_buffers(state)


class _Comm:
    """Takes what would be sent to the browser."""

    comm_id = "c"

    def __init__(self):
        self.sent = []

    def send(self, data=None, buffers=None, **_):
        self.sent.append((data, buffers))

    def on_msg(self, _callback):
        pass

    def close(self, *_, **__):
        pass


def test_measuring_agrees_with_pymatgen():
    viewer = StructureViewer(SILICON)
    found = viewer.measure(0, 5)
    assert found.value == pytest.approx(SILICON.get_distance(0, 5), abs=1e-5)
    near = SILICON.get_neighbors(SILICON[0], 2.5)[:2]
    chain = [near[0].index, 0, near[1].index]
    images = [near[0].image, (0, 0, 0), near[1].image]
    angle = viewer.measure(*chain, images=images)
    assert angle.value == pytest.approx(109.4712, abs=1e-3)
    assert [m["kind"] for m in viewer.measured] == ["distance", "angle"]
    assert viewer.measure(0, 0).value == pytest.approx(5.43, abs=1e-5)
    molecule = StructureViewer(HYDROGEN_PEROXIDE)
    assert molecule.measure(0, 1, 2, 3).value == pytest.approx(90, abs=1e-4)
    assert molecule.measure(3, 2, 1, 0).value == pytest.approx(90, abs=1e-4)
    with pytest.raises(InvalidInputError, match="no site 8"):
        viewer.measure(0, 8)
    with pytest.raises(InvalidInputError, match="a distance takes 2"):
        viewer.measure(0)


def test_the_nearest_copy_is_found_in_a_very_oblique_cell():
    oblique = Structure(
        Lattice([[3, 0, 0], [8.7, 3, 0], [5.9, 11.8, 3]]), ["Si", "Si"], [[0.1, 0.2, 0.3], [0.7, 0.1, 0.9]]
    )
    found = StructureViewer(oblique, bonds=False).measure(0, 1)
    assert found.value == pytest.approx(oblique.get_distance(0, 1), abs=1e-4)


def test_measuring_follows_the_frame():
    frames = walk(11)
    viewer = StructureViewer(frames)
    for frame in (0, 10):
        viewer.frame = frame
        assert viewer.measure(0, 4).value == pytest.approx(frames[frame].get_distance(0, 4), abs=1e-4)


def test_looking_along_a_direction_turns_the_still_file(tmp_path):
    viewer = StructureViewer(NACL, theme="dark").look_along("c")
    along = viewer.save(tmp_path / "c.svg").read_text()
    viewer.look_along((1, 1, 0))
    assert viewer.camera == {"along": [1, 1, 0]}
    assert viewer.save(tmp_path / "110.svg").read_text() != along
    turn = [0.1, -0.2, 0.3, 0.927]
    rows = rows_of(turn)
    assert np.allclose(rows @ rows.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rows) == pytest.approx(1)
    viewer.camera = {"turn": [0, 0, 0, 1], "pan": [0, 0], "scale": 40, "orthographic": False}
    assert viewer.save(tmp_path / "turned.svg").read_text() == along  # looking down z is looking along c
    for wrong in (
        {"turn": [0, 0, 0, 1]},
        {"turn": [0] * 4, "pan": [0, 0], "scale": 1},
        {"turn": 1, "pan": 2, "scale": 3},
    ):
        with pytest.raises(InvalidInputError, match="camera"):
            viewer.camera = wrong
    with pytest.raises(InvalidInputError):
        viewer.look_along((0, 0, 0))


def test_saving_writes_what_is_seen(tmp_path):
    viewer = StructureViewer(NACL, representation="space-filling", hidden=["cell"])
    plain = StructureViewer(NACL).save(tmp_path / "plain.svg").read_text()
    assert viewer.save(tmp_path / "now.svg").read_text() != plain
    page = viewer.save(tmp_path / "page.html").read_text()
    assert page.count("application/vnd.nanoos.scene+json") >= 2
    assert "NaCl" in page
    with pytest.raises(InvalidInputError, match="bmp"):
        viewer.save(tmp_path / "picture.bmp")


def test_colours_by_numbers_come_and_go():
    viewer = StructureViewer(NACL, supercell=(2, 1, 1))
    viewer.color_by([1.0] * 4 + [-1.0] * 4, color_range=(-1, 1))
    values = Scene.from_json(viewer.scene).site_values
    assert (values.low, values.high) == (-1, 1)
    viewer.color_by(None)
    assert Scene.from_json(viewer.scene).site_values is None
    with pytest.raises(InvalidInputError, match="finished"):
        StructureViewer(scene_of(NACL)).color_by("charge")


def test_linked_viewers_are_one_group_until_they_are_not():
    first, second = StructureViewer(NACL), StructureViewer(SILICON)
    group = link(first, second)
    assert group == first._group == second._group
    unlink(first)
    assert first._group == ""
    box = side_by_side([NACL, SILICON], titles=["before", "after"], supercell=(2, 1, 1))
    assert len({viewer._group for viewer in box.viewers}) == 1
    assert [column.children[0].value for column in box.children] == ["before", "after"]
    with pytest.raises(InvalidInputError, match="1 titles"):
        side_by_side([NACL, SILICON], titles=["one"])


def test_viewers_side_by_side_read_without_a_widget_and_their_titles_are_escaped():
    data = side_by_side([NACL, SILICON], titles=["<img src=x onerror=evil()>", "after"])._repr_mimebundle_()
    payload = data["application/vnd.nanoos.scenes+json"]
    assert [Scene.from_json(one["scene"]).title for one in payload["scenes"]] == ["NaCl", "Si"]
    assert data["text/html"].count("<svg") == 2
    assert "<img" not in data["text/html"]
    assert "2 viewers" in data["text/plain"]


def test_a_picture_of_the_browser_is_answered_once():
    async def ask():
        viewer = StructureViewer(NACL)
        asked = []
        viewer.send = lambda content, buffers=None: asked.append(content)  # noqa: ARG005
        good, bad = viewer.png(scale=3), viewer.png()
        viewer._hear(viewer, {"kind": "png", "name": asked[0]["name"]}, [memoryview(b"\x89PNG")])
        viewer._hear(viewer, {"kind": "problem", "name": asked[1]["name"], "problem": "lost"}, [])
        viewer._hear(viewer, {"kind": "png", "name": "unknown"}, [b""])
        assert (asked[0]["scale"], await good) == (3, b"\x89PNG")
        with pytest.raises(InvalidInputError, match="lost"):
            await bad

    asyncio.run(ask())


def test_places_without_widgets_see_it_from_where_it_was_last_looked_at():
    viewer = StructureViewer(NACL)
    viewer.look_along((1, 1, 0))
    viewer.hidden = ["bonds"]
    bundle = viewer._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    seen = Scene.from_json(data["application/vnd.nanoos.scene+json"])
    assert seen.view[2] == pytest.approx([0.5**0.5, 0.5**0.5, 0], abs=1e-4)
    assert len(seen.bonds) == 0
    assert data["image/svg+xml"] != viewer.still


def test_places_without_widgets_get_the_scene_and_the_still():
    bundle = StructureViewer(NACL)._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["image/svg+xml"].startswith("<svg")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert Scene.from_json(json.loads(json.dumps(data[MIME_TYPE]))).title == "NaCl"
    assert data["text/plain"] == "<StructureViewer: NaCl, 8 sites>"


def test_a_long_trajectory_is_thinned_in_saved_outputs_only():
    viewer = StructureViewer(walk(40), energies=np.arange(40.0))
    frames = viewer._scene.frames
    few = thinned(frames, 20_000)
    assert 1 < len(few) < 40
    assert few.values.data[0] == 0
    step = int(few.values.data[1])
    assert np.array_equal(few.positions[1], frames.positions[step])
    if few.bonds is not None:
        assert len(few.bond_offsets) == len(few) + 1
        assert few.bond_offsets[-1] == len(few.bonds)
    assert thinned(frames, 10**9) is frames


def test_ten_viewers_share_one_script():
    viewers = [StructureViewer(NACL) for _ in range(10)]
    assert len({viewer._code.model_id for viewer in viewers}) == 1
    assert len(viewers[0]._esm) < 3_000
    code = viewers[0]._code
    bundle = gzip.decompress(code.code)
    assert bundle == (STATIC / "structure-viewer.js").read_bytes()
    before = code.model_id
    code.close()
    assert SharedCode.of("structure-viewer").model_id != before


def test_other_viewers_are_named():
    assert isinstance(view(NACL), StructureViewer)
    with pytest.raises(InvalidInputError, match="nanoos, nglview, py3Dmol"):
        view(NACL, viewer="vesta")


def test_the_bundle_is_small_enough(repository):
    bundle = (repository / "nanoos_lab/widgets/static/structure-viewer.js").read_bytes()
    assert len(bundle) <= 700_000
    assert len(gzip.compress(bundle)) <= 200_000


def test_importing_the_package_loads_no_widget_machinery():
    code = (
        "import sys, nanoos_lab.widgets as w; assert 'StructureViewer' in dir(w); "
        "heavy = {'anywidget', 'ipywidgets', 'traitlets', 'pymatgen', 'numpy'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
