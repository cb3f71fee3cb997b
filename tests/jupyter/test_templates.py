"""Templates through the server: the form, the preflight, and the run elsewhere."""

from __future__ import annotations

import asyncio

import pytest

import nanoos_lab as nl
from nanoos_lab.workflows.templates import load_template, template_names

ORDER = {"lab": "lab", "template": "equation-of-state", "on": "process"}
QUICK = {"calculator": "toy", "points": "5", "relax_first": False, "internal": "none"}


@pytest.fixture
def crystal(files):
    """Make a lab with a crystal, and return the crystal's id."""
    with nl.open(files / "lab") as lab:
        return lab.add("MgO.cif").id


async def test_every_template_has_a_card_and_a_form(files, ask):
    _, said = await ask("templates")
    assert [one["name"] for one in said["templates"]] == template_names()
    for name in template_names():
        status, form = await ask("form", template=name)
        known = load_template(name).parameters
        assert status == 200
        assert {one["name"] for one in form["parameters"]} == set(known) - {
            "lab_path",
            "project",
            "structures",
        }
        assert all(one["default"] == known[one["name"]].default for one in form["parameters"])
    _, form = await ask("form", template="equation-of-state")
    fields = {one["name"]: one for one in form["parameters"]}
    assert fields["internal"]["schema"]["enum"] == ["shape", "positions", "none"]
    assert fields["points"]["schema"]["type"] == "integer"
    assert "toy" in fields["calculator"]["suggestions"]


@pytest.mark.parametrize("name", ["nothing", "../templates/elastic", "/etc/passwd", "x.ipynb", "x" * 101])
async def test_only_the_shipped_templates_are_taken(files, ask, name):
    status, said = await ask("form", template=name)
    assert status in {400, 404}
    assert said["remedy"]


async def test_no_profile_works_inside_the_server(crystal, ask):
    _, said = await ask("profiles", lab="lab")
    assert [one["name"] for one in said["profiles"]] == ["process"]
    for name in ("preflight", "order"):
        status, said = await ask(name, body={**ORDER, "on": "here", "structures": [crystal]})
        assert (status, "'process'" in said["remedy"]) == (400, True)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"parameters": {"pionts": 5}}, "pionts"),
        ({"parameters": {"points": "many"}}, "points"),
        ({"parameters": {"lab_path": "/"}}, "lab_path"),
        ({"structures": []}, "structure"),
        ({"structures": ["no-such-id"]}, "no-such-id"),
        ({"template": "../x"}, "template"),
        ({"on": "nowhere"}, "nowhere"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_a_wrong_order_is_refused_by_name(crystal, files, ask, change, word):
    for name in ("preflight", "order"):
        status, said = await ask(name, body={**ORDER, "structures": [crystal], **change})
        assert status in {400, 404}
        assert word in said["message"]
    with nl.open(files / "lab") as lab:
        assert len(lab.runs()) == 0


async def test_the_preflight_tells_what_is_missing(crystal, ask):
    body = {**ORDER, "structures": [crystal], "parameters": QUICK}
    _, said = await ask("preflight", body=body)
    assert (said["ok"], said["problems"]) == (True, [])
    assert any("synthetic" in warning for warning in said["warnings"])
    assert said["cost"]
    _, said = await ask("preflight", body={**body, "parameters": {"calculator": "toyy"}})
    assert not said["ok"]
    assert "toy" in said["problems"][0]


async def test_a_template_runs_in_a_process_of_its_own_to_its_report(crystal, ask, jp_fetch):
    body = {**ORDER, "structures": [crystal], "parameters": QUICK}
    status, said = await ask("order", body=body)
    assert status == 200
    run = said["run"]
    while True:
        _, state = await ask("run", lab="lab", id=run)
        if not state["unfinished"]:
            break
        await asyncio.sleep(0.2)  # until the run has ended, whenever that is
    assert (state["state"], state["report"]) == ("COMPLETED", True), state["monitor"]["detail"]
    assert state["monitor"]["rows"][0]["profile"] == "process"
    page = await jp_fetch("nanoos-lab", "report", params={"lab": "lab", "id": run})
    assert "sandbox allow-scripts" in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"MgO" in page.body
