"""Two people, one lab: who may do what, that it holds at once, and that nothing secret shows."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import nanoos_lab as nl
from nanoos_lab.errors import AccessDeniedError, InvalidInputError, RunError, RunFailedError, UnknownNameError
from nanoos_lab.runs.executors.process import worker_environment
from nanoos_lab.settings import Resources
from nanoos_lab.store.postgresql.address import parse_address, shown
from nanoos_lab.store.schema import Role, RunRow
from nanoos_lab.tasks import TASKS, Context, Outcome, Params, task


class NoParams(Params):
    """Nothing."""


@task("stumble", version="1")
def stumble(inputs, params: NoParams, context: Context) -> Outcome:
    """Fail."""
    raise ValueError("it fell")


@pytest.fixture(autouse=True)
def _tasks():
    TASKS.register("stumble", stumble, replace=True)


@pytest.fixture
def ada(server_lab):
    with nl.open(server_lab.person("ada"), project="titanates") as lab:
        yield lab


@pytest.fixture
def bob(server_lab, ada):
    """Bob's sight of ada's project, as an editor."""
    address = server_lab.person("bob")
    ada.share("bob", "editor")
    with nl.open(address, project="ada/titanates") as lab:
        yield lab


def test_a_folder_has_projects_and_no_people(tmp_path):
    with nl.open(tmp_path / "lab", project="one") as lab:
        assert [p.name for p in lab.add_project("two")] == ["one", "two"]
        assert "two" in repr(lab.projects())
        for ask in (
            lab.members,
            lambda: lab.share("bob"),
            lambda: lab.unshare("bob"),
            lambda: lab.share_files("x"),
        ):
            with pytest.raises(InvalidInputError, match="nanoos db create"):
                ask()
        with pytest.raises(InvalidInputError, match="already"):
            lab.add_project("two")
    with nl.open(tmp_path / "lab", project="two") as lab:
        assert lab.project == "two"


def test_a_project_is_shared_seen_and_taken_back(server_lab, ada):
    bobs = server_lab.person("bob")
    sto = ada.add("SrTiO3.cif")
    with pytest.raises(AccessDeniedError, match="ask its owner"):
        nl.open(bobs, project="ada/titanates")
    assert [(m.person, m.role, m.added_by) for m in ada.share("bob", "viewer")] == [
        ("ada", Role.OWNER, "ada"),
        ("bob", Role.VIEWER, "ada"),
    ]
    with nl.open(bobs, project="titanates") as bob:  # no other of that name, so the owner need not be said
        assert (bob.project, bob.store.scope.role) == ("ada/titanates", Role.VIEWER)
        assert bob.structure(sto.id).formula == "SrTiO3"
        assert [p.name for p in bob.projects()] == ["titanates"]
        ada.unshare("bob")
        assert list(bob.find()) == []
        assert list(bob.projects()) == list(bob.members()) == []
        with pytest.raises(UnknownNameError):
            bob.structure(sto.id)
    assert [m.person for m in ada.members()] == ["ada"]


def test_a_viewer_looks_and_changes_nothing(server_lab, ada):
    sto = ada.add("SrTiO3.cif", tags=["perovskite"])
    run = ada.run("static", sto, calculator="toy")
    ada.share("vera" if server_lab.person("vera") else "", "viewer")
    with nl.open(server_lab.person("vera"), project="ada/titanates") as vera:
        record = vera.structure(sto.id)
        assert vera.get(run.id).state == "COMPLETED"
        assert "as viewer" in repr(vera)
        assert len(vera.runs()) == 1
        for change in (
            lambda: vera.add("MgO.cif"),
            lambda: vera.run("relax", record, calculator="toy"),
            lambda: vera.cancel(run.id),
        ):
            with pytest.raises(AccessDeniedError, match="make you an editor"):
                change()
        with pytest.raises(AccessDeniedError, match="ask ada"):
            vera.share("vera", "owner")


def test_roles_change_at_once_in_labs_that_are_open(ada, bob):
    bob.add("MgO.cif")
    ada.share("bob", "viewer")
    with pytest.raises(AccessDeniedError, match="make you an editor"):
        bob.add("NaCl.cif")
    ada.share("bob", "editor")
    bob.add("NaCl.cif")
    ada.share("bob", "owner")
    bob.unshare("ada")
    with pytest.raises(AccessDeniedError, match="no longer a member"):
        ada.add("Si.cif")
    with pytest.raises(AccessDeniedError, match="only an owner"):
        ada.share("ada", "owner")
    assert {s.name for s in bob.find()} >= {"MgO", "NaCl"}


def test_what_is_asked_wrongly_is_said_clearly(server_lab, ada):
    with pytest.raises(UnknownNameError, match="nanoos db add-user"):
        ada.share("carol", "viewer")
    with pytest.raises(UnknownNameError, match="viewer"):
        ada.share("bob", "reader")
    with pytest.raises(UnknownNameError, match="no member named 'zoe'"):
        ada.unshare("zoe")
    for role in ("viewer", "editor"):
        with pytest.raises(InvalidInputError, match="at least one owner"):
            ada.share("ada", role)
    with pytest.raises(InvalidInputError, match="at least one owner"):
        ada.unshare("ada")
    with pytest.raises(UnknownNameError, match="Unix group"):
        ada.share_files("no such group")


def test_two_people_may_name_projects_alike(server_lab, ada):
    with nl.open(server_lab.person("bob"), project="titanates") as own:
        assert own.store.scope.project_id != ada.store.scope.project_id
        ada.share("bob")
        assert {p.owner for p in own.projects()} == {"ada", "bob"}
        assert "ada/titanates" in repr(own.projects())
    with nl.open(server_lab.person("bob"), project="titanates") as still_own:
        assert still_own.project == "titanates"


def test_the_displays_are_tables_everywhere(ada, bob):
    for table in (bob.members(), bob.projects()):
        bundle = table._repr_mimebundle_()
        assert "<table" in bundle["text/html"]
        assert bundle["text/plain"] == repr(table)
        assert len(table) == len(list(table))
    assert "editor" in repr(bob.members())
    assert "you" in repr(bob.members())


def test_the_command_does_the_same(server_lab, ada, tmp_path):
    server_lab.person("bob")
    environment = {**os.environ, "PGPASSFILE": pgpass(server_lab, tmp_path, "ada", "bob")}

    def nanoos(person, *words):
        address = shown(parse_address(server_lab.person(person)))
        command = [sys.executable, "-m", "nanoos_lab", "--lab", address, *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert "bob" in nanoos("ada", "--project", "titanates", "share", "bob", "--role", "editor")
    assert "ada/titanates" in nanoos("bob", "projects")
    assert "editor" in nanoos("bob", "--project", "ada/titanates", "members")
    assert "only an owner" in nanoos("bob", "--project", "ada/titanates", "unshare", "ada")
    assert "li-ion" in nanoos("bob", "add-project", "li-ion")
    assert "bob" not in nanoos("ada", "--project", "titanates", "unshare", "bob")


# Nobody does another's work ---------------------------------------------------------------------------


def test_nobody_starts_what_another_wrote_into_a_row(ada, bob, tmp_path):
    """A run's row names code: an editor's row must never run under another member's account."""
    evil = tmp_path / "evil_module.py"
    evil.write_text(f"open({str(tmp_path / 'owned')!r}, 'w').close()\n")
    with bob.store.write() as session:
        for executor in ("here", "process"):
            session.add(
                RunRow(
                    project_id=bob.store.scope.project_id, task="stumble", task_version="1", params={}, identity={},
                    task_reference=f"evil_module:stumble @ {tmp_path}", key="k" + executor, active_key="k" + executor,
                    profile=executor, executor=executor, resources={}, retry={}, owner="dead", author="bob",
                )
            )  # fmt: skip
    bob.close()
    planted = [run.id for run in ada.runs()]
    for _ in range(3):
        ada.step()
    ada._runs.wait(planted, timeout=0.2)
    assert [run.state for run in ada.runs()] == ["PENDING", "PENDING"]
    assert not (tmp_path / "owned").exists()


def test_the_unfinished_run_of_another_is_not_waited_for(ada, bob):
    sto = ada.add("SrTiO3.cif")
    run = bob.submit("static", sto.id, calculator="toy")
    bob.wait([run])
    with bob.store.write() as session:  # as if bob's kernel had died before it began
        row = session.get_one(RunRow, (bob.store.scope.project_id, run.id))
        row.state, row.owner = "PENDING", "dead"
    mine = ada.run("static", sto, calculator="toy")
    assert mine.id != run.id
    assert mine.state == "COMPLETED"


def test_another_members_run_is_not_tried_again(ada, bob):
    run = bob.submit("stumble")
    with pytest.raises(RunFailedError):
        run.wait()
    with pytest.raises(RunError, match="submit the same"):
        ada.retry(run.id)


@pytest.mark.parametrize(
    "folder", ["../../../etc", "/etc", "runs/../../other", "artifacts", "runs", "runs/ab/link"]
)
def test_a_forged_attempt_folder_is_never_followed(ada, bob, tmp_path, folder):
    """An attempt's row names a folder that is read, and at last removed: only one of one's own runs is."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data").touch()
    run = ada.submit("static", ada.add("MgO.cif"), calculator="toy")
    ada.wait([run])
    (ada.store.scope.files / "runs" / "ab").mkdir(exist_ok=True)
    (ada.store.scope.files / "runs" / "ab" / "link").symlink_to(precious)
    from nanoos_lab.store.schema import AttemptRow

    with bob.store.write() as session:
        row = session.get_one(RunRow, (bob.store.scope.project_id, run.id))
        row.state, row.attempt, row.owner = "RUNNING", 9, "dead"
        session.flush()
        session.add(
            AttemptRow(project_id=row.project_id, run_id=row.id, number=9, folder=folder, executor="process")
        )
    ada.step()
    assert (precious / "data").exists()
    with pytest.raises(RunError, match="not a folder of runs"):
        ada._runs.log(run.id)


# Nothing secret shows ---------------------------------------------------------------------------------


def pgpass(server_lab, folder, *people):
    path = folder / "pgpass"
    lines = []
    for person in people:
        url = parse_address(server_lab.person(person))
        parts = (url.query["host"], "*", url.database, person, url.password)
        lines.append(":".join(str(part).replace("\\", "\\\\").replace(":", "\\:") for part in parts))
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return str(path)


def test_no_password_is_shown_or_recorded_anywhere(server_lab, ada, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", server_lab.passwords["ada"])
    secret = server_lab.passwords["ada"]
    hidden = (secret, secret.replace("@", "%40"), "p@ss", "p%40ss", "PGPASSWORD")
    sto = ada.add("SrTiO3.cif")
    ada.run("static", sto, calculator="toy")
    elsewhere = ada.submit("static", ada.add("MgO.cif"), calculator="toy", on="process")
    specs = [path.read_text() for path in ada.store.scope.files.rglob("spec.json")]
    elsewhere.wait()
    seen = [
        repr(ada), str(ada._repr_mimebundle_()), repr(ada.store), repr(ada.store.scope), repr(ada.store.backend),
        ada.address, repr(ada.store._writer), repr(ada.store.backend._url), repr(ada.members()), *specs,
        json.dumps([run.row.params for run in ada.runs()]), json.dumps(worker_environment(Resources())),
        *(path.read_text(errors="replace") for path in ada.store.scope.files.rglob("*") if path.is_file()),
    ]  # fmt: skip
    with ada.store.read() as session:
        tables = session.connection().exec_driver_sql("SELECT row_to_json(e)::text FROM event e").all()
    for text in (*seen, str(tables)):
        assert not any(word in text for word in hidden), text[:300]


def test_no_password_is_in_an_error(server_lab):
    for address in (
        server_lab.person("ada").replace("@/", "x@/"),
        server_lab.person("ada").replace(server_lab.database, "nowhere"),
        server_lab.admin,
    ):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
            nl.open(address)
        chain, error = "", caught.value
        while error is not None:
            chain, error = chain + repr(error) + str(error), error.__cause__ or error.__context__
        secret = parse_address(address).password
        assert str(secret) not in chain
        pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own


def test_the_worker_gets_no_secret_and_can_still_find_the_lab(monkeypatch):
    for name in (
        "PGPASSWORD",
        "NANOOS_LAB",
        "DATABASE_URL",
        "JUPYTERHUB_API_TOKEN",
        "PGPASSFILE",
        "NANOOS_FILES",
    ):
        monkeypatch.setenv(name, f"value of {name}")
    given = worker_environment(Resources())
    assert not {"PGPASSWORD", "NANOOS_LAB", "DATABASE_URL", "JUPYTERHUB_API_TOKEN"} & set(given)
    assert {"PGPASSFILE", "NANOOS_FILES"} <= set(given)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("profile", ["here", "process"])
def test_a_notebook_opens_the_lab_again_without_a_password(server_lab, ada, tmp_path, monkeypatch, profile):
    """Its address is recorded without one; libpq finds it in the person's own file."""
    parameters = 'lab_path: str = ""  # the lab\nproject: str = ""  # the project'
    work = (
        "import nanoos_lab as nl\nlab = nl.open(lab_path, project=project)\n"
        "sto = lab.structure('SrTiO3')\nlab.run('static', sto, calculator='toy')\nlab"
    )
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), new_code_cell(work)]
    path = tmp_path / "template.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    sto = ada.add("SrTiO3.cif")

    def run():
        return ada.run(
            "notebook",
            [sto],
            template=str(path),
            lab=ada.address,
            project=ada.project,
            on=profile,
            force=True,
        )

    monkeypatch.setenv("PGPASSFILE", pgpass(server_lab, tmp_path, "ada"))
    done = run()
    assert done.state == "COMPLETED"
    (inside,) = ada.runs(task="static")
    assert (inside.row.parent_id, inside.row.author) == (done.id, "ada")
    for file in done.artifacts.values():
        assert "p@ss" not in file.read_text()
        assert "p%40ss" not in file.read_text()
    if profile == "here":
        monkeypatch.setenv("PGPASSFILE", "/nonexistent")
        with pytest.raises(RunFailedError, match="pgpass"):
            run()
