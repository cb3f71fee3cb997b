"""Files that are drawn: what is answered, and what is refused."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from tornado.httpclient import HTTPClientError

from nanoos_lab.jupyter import places
from nanoos_lab.scenes import Scene

NASTY = "<img src=x onerror=alert(1)></script>"


async def test_a_crystal_comes_as_a_scene_with_its_facts(files, ask):
    status, said = await ask("scene", path="SrTiO3.cif")
    assert status == 200
    scene = Scene.from_json(said["scene"])
    assert {one.symbol for one in scene.species} == {"Sr", "Ti", "O"}
    facts = dict(said["scene"]["facts"])
    assert facts["Formula"] == "SrTiO3"
    assert "(221)" in facts["Space group"]
    assert (said["count"], said["which"]) == (1, 0)


async def test_options_are_those_of_the_drawing(files, ask):
    _, one = await ask("scene", path="SrTiO3.cif")
    status, said = await ask(
        "scene", path="SrTiO3.cif", supercell="2,1,1", style="space-filling", bonds="no", polyhedra="true"
    )
    assert status == 200
    first, scene = Scene.from_json(one["scene"]), Scene.from_json(said["scene"])
    assert scene.style == "space-filling"
    assert len(scene.bonds) == 0
    assert (abs(scene.edges[..., 0]).max() / abs(first.edges[..., 0]).max()) == pytest.approx(2)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ({"supercell": "0,1,1"}, "supercell"),
        ({"supercell": "9,1,1"}, "supercell"),
        ({"supercell": "2"}, "supercell"),
        ({"supercell": "a,b,c"}, "supercell"),
        ({"style": NASTY}, "style"),
        ({"bonds": "maybe"}, "bonds"),
        ({"which": "-1"}, "which"),
        ({"unknown": "1"}, "unknown"),
    ],
)
async def test_bad_parameters_are_named(files, ask, question, word):
    status, said = await ask("scene", path="SrTiO3.cif", **question)
    assert status == 400
    assert word in said["message"]
    assert said["remedy"]


@pytest.mark.parametrize(
    "path", ["../secret.cif", "a/../../secret.cif", "/../secret.cif", "..\\secret.cif", "x\0.cif", "%2e%2e/secret.cif"]
)  # fmt: skip
async def test_no_path_leads_out(files, ask, path):
    (files.parent / "secret.cif").write_text((files / "SrTiO3.cif").read_text())
    status, said = await ask("scene", path=path)
    assert status in {400, 404}
    assert "Sr" not in said["message"].replace("SrTiO3.cif", "")


async def test_no_symbolic_link_leads_out(files, ask):
    outside = files.parent / "outside"
    outside.mkdir()
    (outside / "secret.cif").write_text((files / "SrTiO3.cif").read_text())
    (files / "link.cif").symlink_to(outside / "secret.cif")
    (files / "folder").symlink_to(outside)
    for path in ("link.cif", "folder/secret.cif"):
        status, said = await ask("scene", path=path)
        assert (status, "symbolic link" in said["message"]) == (403, True)
    (files / "inside.cif").symlink_to(files / "SrTiO3.cif")
    assert (await ask("scene", path="inside.cif"))[0] == 200


async def test_hidden_files_are_as_the_server_says(files, ask, jp_serverapp):
    (files / ".hidden.cif").write_text((files / "SrTiO3.cif").read_text())
    assert (await ask("scene", path=".hidden.cif"))[0] == 404
    jp_serverapp.contents_manager.allow_hidden = True
    assert (await ask("scene", path=".hidden.cif"))[0] == 200


async def test_nothing_is_answered_without_the_token(files, jp_fetch):
    for name, options in (("scene", {}),):
        with pytest.raises(HTTPClientError) as refused:
            await jp_fetch(
                "nanoos-lab", name, params={"path": "SrTiO3.cif"}, headers={"Authorization": ""}, **options
            )
        assert refused.value.code == 403


async def test_a_broken_file_says_what_its_parser_says(files, ask):
    broken = (files / "SrTiO3.cif").read_text().replace("_cell_length_a", "_cell_lost_a")
    (files / f"{NASTY[:4]}.cif").write_text(broken)
    status, said = await ask("scene", path=f"{NASTY[:4]}.cif")
    assert status == 422
    assert said["message"].startswith(f"{NASTY[:4]}.cif: ")
    assert str(files) not in said["message"]
    assert "editor" in said["remedy"]
    (files / "empty.cif").write_text("")
    assert (await ask("scene", path="empty.cif"))[1]["message"] == "empty.cif: the text is empty"


async def test_a_large_file_is_refused_with_the_limit(files, ask, monkeypatch):
    monkeypatch.setattr(places, "MAX_BYTES", 2**20)
    with (files / "big.xyz").open("wb") as file:
        file.truncate(3 * 2**20)
    status, said = await ask("scene", path="big.xyz")
    assert status == 413
    assert "3 MiB" in said["message"]
    assert "1 MiB" in said["message"]
    assert said["remedy"]


async def test_one_of_several_is_chosen(files, ask):
    water = "3\nwater\nO 0 0 0\nH 0.76 0.59 0\nH -0.76 0.59 0\n"
    hydrogen = f"2\n{NASTY}\nH 0 0 0\nH 0 0 0.74\n"
    (files / "two.xyz").write_text(water + hydrogen)
    _, first = await ask("scene", path="two.xyz")
    _, second = await ask("scene", path="two.xyz", which=1)
    assert first["count"] == len(first["structures"]) == 2
    assert len(Scene.from_json(first["scene"])) == 3
    assert len(Scene.from_json(second["scene"])) == 2
    status, said = await ask("scene", path="two.xyz", which=2)
    assert (status, "2 structures" in said["message"]) == (404, True)


async def test_a_question_is_json_or_refused(files, ask, jp_fetch):
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("nanoos-lab", "scene", method="POST", body="{")
    assert refused.value.code == 405
    assert json.loads(refused.value.response.body)["message"]


async def test_frames_of_one_crystal_play(files, ask):
    from ase import Atoms
    from ase.io import write

    frames = [
        Atoms("HHO", [[0, 0, 0.1 * k], [0, 0.8, 0], [0, 0, 2]], cell=[4] * 3, pbc=True) for k in range(5)
    ]
    for name in ("run.traj", "run.extxyz", "XDATCAR"):
        write(files / name, frames, format="vasp-xdatcar" if name == "XDATCAR" else None)
        status, said = await ask("scene", path=name)
        assert (status, said.get("count")) == (200, 5), said
        assert said["scene"]["frames"]["positions"]["shape"][0] == 5
        assert ["Frames", "5"] in said["scene"]["facts"]
    _, third = await ask("scene", path="run.extxyz", which=2)
    assert (third["which"], third["scene"].get("frames")) == (2, None)


async def test_a_pickle_is_not_read_as_a_trajectory(files, ask):
    (files / "evil.traj").write_bytes(pickle.dumps(["PickleTrajectory"]))
    status, said = await ask("scene", path="evil.traj")
    assert (status, "first bytes" in said["message"]) == (422, True)


async def test_a_density_has_its_surface(files, ask):
    from ase import Atoms
    from ase.io.cube import write_cube

    axis = np.linspace(-2, 2, 16)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    with (files / "h.cube").open("w") as file:
        write_cube(file, Atoms("H", [[2, 2, 2]], cell=[4] * 3), data=np.exp(-(x**2 + y**2 + z**2)))
    status, said = await ask("scene", path="h.cube")
    assert status == 200, said
    assert len(said["scene"]["surfaces"]) == 1
    assert ["Grid", "16 × 16 × 16"] in said["scene"]["facts"]
    (files / "h.cube").write_text((files / "h.cube").read_text()[:900])
    status, said = await ask("scene", path="h.cube")
    assert status == 422
    assert str(files) not in said["message"]
