"""The run monitor without a browser: what it shows, what its buttons do, and that it looks alike in another kernel."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from nanoos_lab.cli.watching import watch_runs
from nanoos_lab.lab import Lab
from nanoos_lab.lab.monitoring import clean_log, take_snapshot
from nanoos_lab.tasks import TASKS, Context, Outcome, Params, task
from nanoos_lab.widgets.live import MIME_TYPE
from nanoos_lab.widgets.monitor_still import still


class NoParams(Params):
    """Nothing."""


GATE = threading.Event()


@task("wait for the gate", version="1")
def wait_for_the_gate(inputs, params: NoParams, context: Context) -> Outcome:
    """Report half, then wait."""
    context.progress(0.5, "half <b>way</b>")
    while not GATE.wait(0.01):
        context.progress(0.5, "half <b>way</b>")
    return Outcome()


@task("fall over", version="1")
def fall_over(inputs, params: NoParams, context: Context) -> Outcome:
    """Fail."""
    raise ValueError("<script>alert(1)</script>")


def _hear(monitor, verb, *runs):
    monitor._hear(monitor, {"verb": verb, "runs": [run.id for run in runs]}, [])


@pytest.fixture(autouse=True)
def _tasks(monkeypatch):
    GATE.clear()
    for one in (wait_for_the_gate, fall_over, fall_over_differently):
        if one.name not in TASKS:
            TASKS.register(one.name, one)
    yield
    GATE.set()


class Which(Params):
    """Which one."""

    which: int


@task("fall over differently", version="1")
def fall_over_differently(inputs, params: Which, context: Context) -> Outcome:
    """Fail with words of its own."""
    raise ValueError(f"site {params.which} of 'x{params.which}' is 0.{params.which} Å away\ndo this instead")


@pytest.fixture
def lab(lab_place):
    with Lab(lab_place) as opened:
        yield opened


def _until(true):
    pause = threading.Event()
    for _ in range(3000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError


def test_it_shows_what_runs_do_and_follows_them(lab):
    mgo = lab.add("MgO.cif")
    run = lab.submit("wait for the gate", mgo)
    waiting = lab.submit("static", mgo, calculator="toy")
    _until(lambda: run.progress.fraction == 0.5)
    monitor = lab.runs(live=True)
    rows = {row["id"]: row for row in monitor.snapshot["rows"]}
    assert (rows[run.id]["state"], rows[run.id]["fraction"], rows[run.id]["what"]) == ("RUNNING", 0.5, "MgO")
    assert rows[run.id]["can"] == ["cancel"]
    assert rows[waiting.id]["state"] == "PENDING"
    assert monitor.snapshot["counts"] == {"PENDING": 1, "RUNNING": 1}
    GATE.set()
    _until(lambda: monitor.snapshot["unfinished"] == 0)
    assert monitor.snapshot["counts"] == {"COMPLETED": 2}
    _until(lambda: not monitor.feed.watching)


def test_its_buttons_cancel_and_retry(lab):
    mgo = lab.add("MgO.cif")
    failed = lab.submit("fall over", mgo)
    lab.wait([failed])
    stuck = lab.submit("wait for the gate", mgo)
    _until(lambda: stuck.state == "RUNNING")
    monitor = lab.runs(live=True)
    _hear(monitor, "cancel", stuck)
    _until(lambda: stuck.state == "CANCELLED")
    _until(lambda: monitor.snapshot["unfinished"] == 0)
    before = failed.row.attempt
    _hear(monitor, "retry", failed)
    _until(lambda: "tried again" in monitor.said)
    lab.wait([failed])  # by the handle from before
    assert failed.row.attempt == before + 1


@pytest.mark.parametrize(
    "content",
    [
        {},
        "text",
        {"verb": 7},
        {"verb": "purge", "runs": ["x"]},
        {"verb": "cancel", "runs": ["000000000000"]},
        {"verb": "cancel", "runs": "all"},
        {"verb": "cancel"},
    ],
)
def test_what_it_does_not_know_it_does_not_do(lab, content):
    run = lab.run("static", lab.add("MgO.cif"), calculator="toy")
    monitor = lab.runs(live=True)
    monitor._hear(monitor, content, [])
    _hear(monitor, "cancel", run)
    assert monitor.said == ""


def test_another_kernel_shows_the_same(lab, lab_place):
    mgo = lab.add("MgO.cif")
    lab.run("static", mgo, calculator="toy")
    lab.wait([lab.submit("fall over", mgo)])
    mine = lab.runs(live=True).snapshot
    with Lab(lab_place) as again:
        theirs = again.runs(live=True).snapshot
    assert {**mine, "at": 0} == {**theirs, "at": 0}
    (failure,) = mine["failures"]
    assert (failure["type"], failure["count"], len(failure["runs"])) == ("ValueError", 1, 1)


def test_choosing_a_run_shows_the_end_of_its_log(lab):
    run = lab.run("static", lab.add("MgO.cif"), calculator="toy", on="process")
    monitor = lab.runs(live=True, task="static")
    monitor.selected = run.id
    _until(lambda: monitor.detail.get("run") == run.id)
    monitor.selected = ""
    assert monitor.detail == {}
    assert [row["place"] for row in monitor.snapshot["rows"]] != [""]


def test_its_still_escapes_what_users_wrote(lab):
    lab.wait([lab.submit("fall over", lab.add("MgO.cif", name="<img src=x>"))])
    drawn = still(lab.runs(live=True).snapshot)
    assert "<script>alert" not in drawn
    assert "<img" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_closed_lab_is_said_not_raised(lab_place):
    with Lab(lab_place) as lab:
        lab.submit("wait for the gate", lab.add("MgO.cif"))
        monitor = lab.runs(live=True)
        GATE.set()
    monitor.look()
    assert "closed" in monitor.problem
    monitor.close()


def test_thousands_of_runs_are_counted_and_some_are_shown(lab):
    structures = [lab.add(name) for name in ("MgO.cif", "NaCl.cif", "SrTiO3.cif")]
    lab.map("static", structures, calculator="toy")
    snapshot = take_snapshot(lab, {}, limit=2)
    assert snapshot["total"] == 3
    assert len(snapshot["rows"]) == 2
    assert "1 more are not in this table" in still(snapshot)


def test_a_terminal_watches_until_all_have_ended(lab):
    run = lab.submit("static", lab.add("MgO.cif"), calculator="toy", on="process")
    paper = io.StringIO()
    watch_runs(lab, {}, limit=10, console=Console(file=paper, width=140), pause_s=0.05)
    assert run.state == "COMPLETED"
    assert "1 completed" in paper.getvalue()
    assert run.id in paper.getvalue()


def test_alike_failures_are_one_group_with_all_that_was_said(lab):
    names = ("MgO.cif", "NaCl.cif", "SrTiO3.cif")
    lab.wait([lab.submit("fall over differently", lab.add(name), which=k) for k, name in enumerate(names)])
    lab.wait([lab.submit("fall over", lab.add("MgO.cif"))])
    first, second = take_snapshot(lab, {})["failures"]
    assert (first["count"], second["count"]) == (3, 1)
    assert "do this instead" in first["whole"]


def test_what_a_notebook_keeps_needs_no_kernel(lab):
    run = lab.run("static", lab.add("MgO.cif"), calculator="toy")
    kept = lab.runs(live=True)._repr_mimebundle_()
    data = kept[0] if isinstance(kept, tuple) else kept
    assert (data[MIME_TYPE]["schema"], data[MIME_TYPE]["version"], data[MIME_TYPE]["kind"]) == (
        "nanoos.monitor",
        1,
        "runs",
    )
    assert [row["id"] for row in data[MIME_TYPE]["rows"]] == [run.id]
    assert data["text/plain"] == "<RunMonitor: 1 runs, 1 completed>"
    assert "Not live" not in data["text/html"]


def test_a_still_of_what_goes_on_says_that_it_is_not_live(lab):
    lab.submit("wait for the gate", lab.add("MgO.cif"))
    drawn = still(take_snapshot(lab, {}))
    GATE.set()
    assert "Not live: as of" in drawn


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07done", "red done"),
        ("10 %\r50 %\r100 %\nnext", "100 %\nnext"),
        ("one\r\ntwo\x00", "one\ntwo"),
        ("E = −1.5 eV\tok", "E = −1.5 eV\tok"),
    ],
)
def test_logs_are_read_as_text(written, read):
    assert clean_log(written) == read
