"""Labs through the server: what they hold, two side by side, one handle each, nothing made by looking."""

from __future__ import annotations

import json

import pytest
from tornado.httpclient import HTTPClientError

import nanoos_lab as nl
from nanoos_lab.jupyter.serving import ADDRESSES
from nanoos_lab.jupyter.shelf import IDLE_S, Shelf

NASTY = '<img src=x onerror="alert(1)"></script>'


@pytest.fixture
def labs(files):
    """Make two labs in the served folder: one with two structures and a run, one in a subfolder with one."""
    with nl.open(files / "first") as lab:
        sto = lab.add(files / "SrTiO3.cif", tags=["perovskite"], name=NASTY)
        lab.add("Si.cif")
        run = lab.run("static", sto, calculator="toy")
    with nl.open(files / "group" / "second", project="other") as lab:
        mgo = lab.add("MgO.cif")
    return {"sto": sto.id, "run": run.id, "mgo": mgo.id}


async def test_the_nearest_labs_come_first(labs, ask):
    assert (await ask("labs"))[1]["labs"] == ["first"]
    assert (await ask("labs", path="group/x.cif"))[1]["labs"] == ["group/second", "first"]
    assert (await ask("labs", path="group/second"))[1]["labs"] == ["group/second", "first"]
    assert (await ask("labs", path="../.."))[1]["labs"] == []


async def test_two_labs_are_told_apart(labs, ask, jp_serverapp):
    _, first = await ask("overview", lab="first")
    _, second = await ask("overview", lab="group/second")
    assert {one["name"] for one in first["structures"]} == {NASTY, "Si"}
    assert [one["name"] for one in second["structures"]] == ["MgO"]
    assert (second["project"], second["projects"]) == ("other", ["other"])
    assert (first["counts"], first["unfinished"]) == ({"COMPLETED": 1}, 0)
    assert [(run["task"], run["state"]) for run in first["runs"]] == [("static", "COMPLETED")]
    await ask("overview", lab="first")
    assert len(jp_serverapp.web_app.settings["nanoos_lab"].shelf) == 2


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("elements=Si", {"Si"}),
        ("perovskite", {NASTY}),
        ("tags=perovskite n_sites=..5", {NASTY}),
        ("n_sites>8", set()),
    ],
)
async def test_the_search_speaks_the_words_of_find(labs, ask, search, names):
    status, said = await ask("overview", lab="first", search=search)
    assert status == 200
    assert {one["name"] for one in said["structures"]} == names


@pytest.mark.parametrize("search", ["bandgap>1", "elements=Xx", "n_sites=many", '"open'])
async def test_a_search_that_cannot_be_understood_says_why(labs, ask, search):
    status, said = await ask("overview", lab="first", search=search)
    assert status in {400, 404}
    assert said["message"]


async def test_a_structure_comes_with_its_facts(labs, ask):
    status, said = await ask("structure", lab="first", id=labs["sto"], supercell="2,2,1")
    assert status == 200
    assert said["scene"]["title"] == NASTY
    assert ["Tags", "perovskite"] in said["scene"]["facts"]
    status, said = await ask("structure", lab="group/second", id=labs["sto"])
    assert (status, "no structure" in said["message"] or "no record" in said["message"]) == (404, True)


async def test_a_run_comes_as_a_monitor(labs, ask):
    status, said = await ask("run", lab="first", id=labs["run"])
    assert status == 200
    assert said["monitor"]["schema"] == "nanoos.monitor"
    assert said["monitor"]["rows"][0]["id"] == labs["run"]
    assert (said["state"], said["report"]) == ("COMPLETED", False)
    assert (await ask("report", lab="first", id=labs["run"]))[0] == 404
    assert (await ask("run", lab="first", id=labs["sto"]))[0] == 404


async def test_what_is_no_lab_stays_none(labs, files, ask):
    (files / "plain").mkdir()
    for lab, project, status in (
        ("plain", "", 404),
        ("nowhere", "", 404),
        ("first", "defautl", 404),
        ("../first", "", 400),
    ):
        got, said = await ask("overview", lab=lab, project=project)
        assert (got, bool(said["message"])) == (status, True)
    assert list((files / "plain").iterdir()) == []
    with nl.open(files / "first") as lab:
        from nanoos_lab.store.people import list_projects

        assert [one.name for one in list_projects(lab.store)] == ["default"]


async def test_a_password_is_never_answered(files, ask):
    status, said = await ask("overview", lab="postgresql+psycopg://ada:s3cret@127.0.0.1:1/lab")
    assert status >= 400
    assert "s3cret" not in json.dumps(said)
    assert (await ask("overview", lab="mysql://ada:s3cret@127.0.0.1/lab"))[0] == 400


async def test_a_run_of_this_process_is_not_retried_here(files, ask):
    with nl.open(files / "failing") as lab:
        run = lab.run("static", lab.add("Si.cif"), calculator="toy")
    status, said = await ask("run", body={"lab": "failing", "id": run.id, "verb": "retry"})
    assert status in {400, 409}
    assert "notebook" in said["remedy"] or "COMPLETED" in said["message"]
    assert (await ask("run", body={"lab": "failing", "id": run.id, "verb": "delete"}))[0] == 400


async def test_every_address_wants_the_token(files, jp_fetch):
    for name in ADDRESSES:
        for options in ({}, {"method": "POST", "body": "{}"}):
            with pytest.raises(HTTPClientError) as refused:
                await jp_fetch(
                    "nanoos-lab", name, headers={"Authorization": ""}, follow_redirects=False, **options
                )
            assert refused.value.code in {302, 403, 405}, name


def test_an_idle_lab_is_let_go(tmp_path):
    nl.open(tmp_path / "lab").close()
    now = [0.0]
    shelf = Shelf(clock=lambda: now[0])
    with shelf.lab(tmp_path / "lab") as lab:
        now[0] = 10 * IDLE_S
        shelf.tidy()
        assert lab.structures() is not None
    with shelf.lab(tmp_path / "lab") as again:
        assert again is lab
    now[0] += IDLE_S + 1
    shelf.tidy()
    assert len(shelf) == 0
    with pytest.raises(Exception, match="closed"):
        lab.structures()
    shelf.close()


def test_a_handle_that_drives_takes_the_place_of_one_that_reads(tmp_path):
    nl.open(tmp_path / "lab").close()
    shelf = Shelf()
    with shelf.lab(tmp_path / "lab") as reading:
        with shelf.lab(tmp_path / "lab", drive=True) as driving:
            assert driving is not reading
        shelf.tidy()
        assert len(reading.structures()) == 0  # it is not taken from who still uses it
        with shelf.lab(tmp_path / "lab") as again:
            assert again is driving
    shelf.tidy()
    with pytest.raises(Exception, match="closed"):
        reading.structures()
    shelf.close()
    with pytest.raises(Exception, match="closed"):
        driving.structures()
