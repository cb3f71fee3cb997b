"""The journal tells who did what and when, and nobody can make it tell otherwise."""

from __future__ import annotations

import sqlite3

import pytest

import nanoos_lab as nl
from nanoos_lab.errors import UnknownNameError
from nanoos_lab.lab.history import in_words
from nanoos_lab.store.events import record_event
from nanoos_lab.store.history import HistoryLine


@pytest.fixture
def lab(lab_place):
    with nl.open(lab_place) as opened:
        yield opened


@pytest.fixture
def sto(lab):
    return lab.add("SrTiO3.cif")


def words(log) -> list[str]:
    return [in_words(line) for line in log]


def test_the_history_of_a_structure_is_told_in_order(lab, sto):
    me = lab.store.scope.author
    value = lab.record(sto, "hardness", "10 ± 1 GPa")
    sample = lab.sample("S-1", sto)
    lab.record(sample, "density", "5 g/cc")
    run = lab.run("static", sto, calculator="toy")
    log = lab.history(sto)
    told = words(log)
    assert told[:3] == [
        "added SrTiO3 from SrTiO3.cif",
        "recorded hardness of SrTiO3 = 10.0 ± 1.0 GPa (measured)",
        "added sample S-1 of SrTiO3",
    ]
    assert told[3] == f"asked for static (run {run.id})"
    assert told[4].startswith(f"collected static (run {run.id})")
    assert {line.author for line in log} == {me}
    assert [line.at for line in log] == sorted(line.at for line in log)
    assert words(lab.history(value)) == [told[1]]
    assert words(lab.history("S-1")) == [told[2], "recorded density of S-1 = 5.000 g/cm³ (measured)"]


def test_a_run_tells_its_whole_life(lab, sto):
    run = lab.run("static", sto, calculator="toy")
    told = words(lab.history(run))
    assert told[0] == f"asked for static (run {run.id})"
    assert any(line.startswith("started static") for line in told)
    assert told[-1].startswith("collected static")
    computed = lab.value_rows(run_id=run.id, include_synthetic=True)[0]
    assert words(lab.history(computed.id))[-1] == told[-1]


def test_without_a_record_the_project_tells_its_latest(lab, sto):
    lab.record(sto, "hardness", 10.0)
    lab.record(sto, "hardness", 11.0)
    assert words(lab.history(limit=2)) == [
        f"recorded hardness of SrTiO3 = {n} GPa (measured)" for n in ("10.00", "11.00")
    ]
    assert len(lab.history(lab.project)) >= 3
    assert lab.project in lab.history().title


def test_it_is_shown_with_local_times_and_as_a_table(lab, sto, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    __import__("time").tzset()
    try:
        log = lab.history(sto)
        at = log.frame()["when"][0]
        local = at.tz_convert("Asia/Tokyo").strftime("%Y-%m-%d %H:%M:%S")
        assert str(at.tz) == "UTC"
        assert local in repr(log)
        assert local in log._repr_mimebundle_()["text/html"]
    finally:
        monkeypatch.undo()
        __import__("time").tzset()


def test_what_does_not_exist_has_no_history(lab, sto):
    with pytest.raises(UnknownNameError, match="did you mean 'SrTiO3'"):
        lab.history("SrTiO4")


def test_texts_of_the_journal_are_escaped(lab):
    sample = lab.sample("<img src=x>", notes="<script>")
    assert "<img" not in lab.history(sample)._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("structure.tagged", {"tags": ["a", "b"]}, "tagged X as a, b"),
        ("structure.tagged", {"tags": []}, "took all tags from X"),
        ("structure.changed", {"name": "Y", "notes": None}, "renamed it to Y"),
        ("structure.changed", {"name": None, "notes": ""}, "cleared the notes of X"),
        (
            "member.changed",
            {"person": "bob", "role": "editor", "was": "viewer"},
            "made bob editor (was viewer)",
        ),
        (
            "member.changed",
            {"person": "bob", "role": None, "was": "viewer"},
            "took bob out of the project (was viewer)",
        ),
        ("run.failed", {"reason": "no memory"}, "saw the failure of X (run i): no memory"),
        ("artifact.purged", {"size": 1200, "reason": "old"}, "purged the bytes of X (1 kB): old"),
        ("sample.changed", {"synthesis": [{}, {"time_s": 60.0}]}, "changed sample X, synthesis: time 1 min"),
        ("oven.heated", {"to": 5, "empty": None}, "heated oven X: to 5"),
        ("noted", {}, "noted X"),
    ],
)
def test_every_line_reads_as_a_sentence(kind, data, said):
    assert in_words(HistoryLine(0.0, "ada", kind, "i", "X", data)) == said


def raw_connection(address: str):
    """Connect past our own code, as anyone may who has a login."""
    import psycopg
    from sqlalchemy import make_url

    url = make_url(address)
    return psycopg.connect(
        host=url.query["host"], dbname=url.database, user=url.username, password=url.password, autocommit=True
    )


FORGERIES = (
    "UPDATE event SET author = 'bob'",
    "UPDATE event SET data = '{}'",
    "DELETE FROM event",
    "DELETE FROM event WHERE id = 'x'",
)


@pytest.mark.parametrize("statement", [*FORGERIES, "INSERT OR REPLACE INTO event SELECT * FROM event"])
def test_in_a_folder_the_journal_is_only_added_to(tmp_path, statement):
    with nl.open(tmp_path / "lab") as lab:
        lab.add("SrTiO3.cif")
        before = lab.history().frame()
        with sqlite3.connect(lab.root / "nanoos.db") as raw, pytest.raises(sqlite3.DatabaseError):
            raw.execute(statement)
        assert lab.history().frame().equals(before)


@pytest.mark.parametrize(
    "statement", [*FORGERIES, "TRUNCATE event", "ALTER TABLE event DISABLE TRIGGER ALL", "DROP TABLE event"]
)
@pytest.mark.parametrize("who", ["owner of the project", "editor"])
def test_on_a_server_the_journal_is_only_added_to(server_lab, statement, who):
    import psycopg

    addresses = {name: server_lab.person(name) for name in ("ada", "bob")}
    with nl.open(addresses["ada"]) as lab:
        lab.add("SrTiO3.cif")
        lab.share("bob", "editor")
        before = lab.history().frame()
        with raw_connection(addresses["bob" if who == "editor" else "ada"]) as raw:
            raw.execute("SET search_path TO nanoos")
            with pytest.raises(psycopg.Error):
                raw.execute(statement)
        assert lab.history().frame().equals(before)


def test_even_the_administrator_only_adds_to_the_journal(server_lab):
    import psycopg

    with nl.open(server_lab.person("ada")) as lab:
        lab.add("SrTiO3.cif")
        before = lab.history().frame()
        with raw_connection(server_lab.admin) as raw:
            raw.execute("SET search_path TO nanoos")
            for statement in (*FORGERIES, "TRUNCATE event"):
                with pytest.raises(psycopg.Error):
                    raw.execute(statement)
        assert lab.history().frame().equals(before)


def test_on_a_server_nobody_writes_lines_of_another_or_of_the_past(server_lab):
    import psycopg
    from sqlalchemy import insert

    from nanoos_lab.store.schema import EventRow

    ada, bob = (server_lab.person(name) for name in ("ada", "bob"))
    with nl.open(ada) as lab:
        record = lab.add("SrTiO3.cif")
        lab.share("bob", "editor")
        scope = lab.store.scope
        forged = {"id": "0" * 20, "project_id": scope.project_id, "at": 1.0, "author": "ada", "kind": "note.made",
                  "subject_id": record.id, "data": {}}  # fmt: skip
    with nl.open(bob, project="ada/default") as lab:
        with lab.store.write() as session:
            session.execute(insert(EventRow), [forged])
        line = lab.history(record.id)[-1]
        assert (line.author, line.kind) == ("bob", "note.made")
        assert line.at > 1e9
    with raw_connection(bob) as raw, pytest.raises(psycopg.Error):
        raw.execute(
            "INSERT INTO nanoos.event (id, project_id, at, author, kind, subject_id, data) "
            "VALUES ('1', 'another', 0, 'bob', 'note.made', 'x', '{}')"
        )


def test_two_people_are_told_apart(server_lab):
    ada, bob = (server_lab.person(name) for name in ("ada", "bob"))
    with nl.open(ada) as lab:
        record = lab.add("SrTiO3.cif")
        lab.share("bob", "editor")
    with nl.open(bob, project="ada/default") as lab:
        lab.record(record.id, "hardness", 10.0)
        with lab.store.write() as session:
            record_event(session, lab.store.scope, "structure.tagged", record.id, tags=["hard"])
        told = [(line.author, in_words(line)) for line in lab.history(record.id)]
        assert told == [
            ("ada", "added SrTiO3 from SrTiO3.cif"),
            ("bob", "recorded hardness of SrTiO3 = 10.00 GPa (measured)"),
            ("bob", "tagged SrTiO3 as hard"),
        ]
        assert "made bob editor" in [in_words(line) for line in lab.history()]
