"""Two people and one who looks on, in one project of a server: whose runs are carried on where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pymatgen.core import Lattice, Structure
from sqlalchemy import func, make_url, select

from nanoos_lab.errors import AccessDeniedError, RunError
from nanoos_lab.runs.engine import Runs
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of
from nanoos_lab.store.people import set_role
from nanoos_lab.store.schema import PropertyValueRow, RunRow, RunState
from nanoos_lab.store.structures import insert_structure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nanoos_lab.settings import Settings


@pytest.fixture
def people(crowd: Callable[[], str], settings: Settings) -> Iterator[dict[str, Runs]]:
    """Ada's project, with bob who works in it and vera who looks on; each with runs of their own process."""
    opened: dict[str, Runs] = {}
    addresses = {name: crowd() for name in ("ada", "bob", "vera")}
    logins = {name: make_url(address).username for name, address in addresses.items()}
    with Store.open(addresses["ada"], project="shared") as owner:
        set_role(owner, logins["bob"], "editor")
        set_role(owner, logins["vera"], "viewer")
    for name, address in addresses.items():
        project = "shared" if name == "ada" else f"{logins['ada']}/shared"
        opened[name] = Runs(Store.open(address, project=project), settings, drive=name == "vera")
    yield opened
    for runs in opened.values():
        runs.close()
        runs._store.close()


def test_what_one_has_finished_the_other_reuses(people: dict[str, Runs]) -> None:
    ada, bob = people["ada"], people["bob"]
    done = ada.wait([ada.submit("double", {}, {"x": 2}).run.id], timeout=60)[0]
    again = bob.submit("double", {}, {"x": 2})
    assert (again.reused, again.run.id, again.run.author) == (True, done.id, done.author)


def test_what_one_has_not_finished_runs_beside_as_ones_own(people: dict[str, Runs]) -> None:
    """Ada's run waits for her process; bob is not made to wait for it, nor does his execute her code."""
    ada, bob = people["ada"], people["bob"]
    hers = ada.submit("double", {}, {"x": 2}, on="process").run
    his = bob.submit("double", {}, {"x": 2}, on="here")
    assert not his.reused
    assert his.run.author != hers.author
    assert bob.wait([his.run.id], timeout=60)[0].state == RunState.COMPLETED
    bob.step()
    assert bob.read([hers.id])[0].state == RunState.PENDING
    assert ada.wait([hers.id], timeout=60)[0].state == RunState.COMPLETED


def test_both_ask_for_many_at_once(people: dict[str, Runs], tmp_path: Path) -> None:
    """What each asked for ends as each one's own, and is recorded once."""
    ids = {
        name: [
            people[name]
            .submit("double", {}, {"x": x, "journal": str(tmp_path / f"{name} {on}")}, on=on)
            .run.id
            for x in range(4)
            for on in ("here", "process")
        ]
        for name in ("ada", "bob")
    }
    for name, mine in ids.items():
        ended = people[name].wait(mine, timeout=60)
        assert {run.state for run in ended} == {RunState.COMPLETED}
        assert {run.author for run in ended} == {people[name]._store.scope.author}
    store = people["ada"]._store
    with store.read() as session:
        completed = [event.subject_id for event in events_of(session, store.scope, kind="run.completed")]
    assert sorted(completed) == sorted({run for mine in ids.values() for run in mine})


def test_another_persons_run_can_be_cancelled_and_not_retried(people: dict[str, Runs]) -> None:
    ada, bob = people["ada"], people["bob"]
    run = ada.submit("double", {}, {"x": 3}, on="process").run
    assert bob.cancel(run.id).state == RunState.CANCELLED
    with pytest.raises(RunError, match="who alone tries it again: submit the same"):
        bob.retry(run.id)
    assert ada.wait([ada.retry(run.id).id], timeout=60)[0].state == RunState.COMPLETED


def test_a_running_one_stops_when_another_person_asks(
    people: dict[str, Runs], tmp_path: Path, until: Callable[..., Any]
) -> None:
    ada, bob = people["ada"], people["bob"]
    run = ada.submit("gate", {}, {"opened": str(tmp_path / "no"), "reached": str(tmp_path / "in")}).run
    until((tmp_path / "in").exists, "the start")
    assert bob.cancel(run.id).cancel_requested
    assert ada.wait([run.id], timeout=60)[0].state == RunState.CANCELLED


def test_values_are_of_whose_run_they_came_from(people: dict[str, Runs]) -> None:
    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    for name in ("ada", "bob"):
        runs = people[name]
        with runs._store.write() as session:
            row = insert_structure(session, runs._store.scope, salt, name="halite")[0]
        run = runs.submit("strain", {"structure": row}, {}, force=True).run
        assert runs.wait([run.id], timeout=60)[0].state == RunState.COMPLETED
    with people["bob"]._store.read() as session:
        authors = select(RunRow.author, PropertyValueRow.author)
        found = session.execute(authors.join(PropertyValueRow, PropertyValueRow.run_id == RunRow.id)).all()
    assert {run for run, _ in found} == {people[name]._store.scope.author for name in ("ada", "bob")}
    assert all(run == value for run, value in found)


def test_who_looks_on_reads_and_waits_and_drives_nothing(people: dict[str, Runs]) -> None:
    ada, vera = people["ada"], people["vera"]
    run = ada.submit("double", {}, {"x": 5}, on="process").run
    assert vera.read([run.id])[0].state == RunState.PENDING
    assert (vera.step(), vera.recover(), vera._driver) == (0, 0, None)
    assert vera.wait([run.id], timeout=0.05)[0].state == RunState.PENDING
    for act in (
        lambda: vera.submit("double", {}, {"x": 6}),
        lambda: vera.submit_many("double", [{}], {"x": 6}),
        lambda: vera.cancel(run.id),
        lambda: vera.retry(run.id),
    ):
        with pytest.raises(AccessDeniedError, match="may look at the project"):
            act()
    with vera._store.read() as session:
        assert session.scalar(select(func.count()).select_from(RunRow)) == 1
    assert ada.wait([run.id], timeout=60)[0].state == RunState.COMPLETED
    assert vera.wait([run.id], timeout=60)[0].state == RunState.COMPLETED


def test_who_became_an_editor_meanwhile_may_ask(people: dict[str, Runs]) -> None:
    ada, vera = people["ada"], people["vera"]
    set_role(ada._store, vera._store.scope.author, "editor")
    for profile in ("here", "process"):
        run = vera.submit("double", {}, {"x": 7}, on=profile, force=True).run
        assert vera.wait([run.id], timeout=60)[0].state == RunState.COMPLETED
