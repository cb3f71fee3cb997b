"""A PostgreSQL server that restarts, dies, or is cut off in the worst moment, under labs that are being used.

The seed of what is random is printed; ``NANOOS_TEST_SEED`` repeats it, ``NANOOS_SERVER_KILLS`` sets the number.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import threading
import time
import traceback
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, make_url, select

from nanoos_lab.errors import AccessDeniedError, ConnectionLostError, NanoOSError
from nanoos_lab.lab import Lab
from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import Profile, RetryPolicy, Settings
from nanoos_lab.store.database import Store
from nanoos_lab.store.events import events_of, record_event
from nanoos_lab.store.patience import Patience
from nanoos_lab.store.postgresql import backend
from nanoos_lab.store.runs import runs_of_batch
from nanoos_lab.store.schema import (
    ArtifactRow,
    AttemptRow,
    BatchRow,
    EventRow,
    PropertyValueRow,
    RunRow,
    RunState,
    StructureRow,
    TagRow,
)
from nanoos_lab.store.structures import insert_structure
from nanoos_lab.store.values import insert_values
from nanoos_lab.structures import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.system, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

HERE = Path(__file__).parent
CONTEXT = multiprocessing.get_context("fork")
WRITERS = 4
AT_ONCE = RetryPolicy(max_attempts=3, backoff_s=0.0)
SETTINGS = Settings(
    profiles={name: Profile(name=name, executor=name, retry=AT_ONCE) for name in ("here", "process")}
)
TABLES = (StructureRow, PropertyValueRow, TagRow, ArtifactRow, RunRow, BatchRow, AttemptRow, EventRow)


@pytest.fixture(scope="module")
def helpers(postgres: Any) -> Iterator[Any]:
    """Put the helpers on the path; the session's server is asked for so that its absence is said once."""
    with pytest.MonkeyPatch.context() as patch:
        for folder in ("faults", "chaos"):
            patch.syspath_prepend(str(HERE / folder))
        patch.setenv("PYTHONPATH", str(HERE / "chaos"), prepend=os.pathsep)
        import chaos_tasks
        import fault_writers
        import own_server

        yield fault_writers
    for module in (chaos_tasks, fault_writers, own_server):
        sys.modules.pop(module.__name__, None)


@pytest.fixture(scope="module")
def one_server(helpers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from own_server import own_server

    with own_server(tmp_path_factory.mktemp("files")) as running:
        yield running


@pytest.fixture
def server(one_server: Any) -> Any:
    """Return a running server that may be killed, with a person of one's own in its lab."""
    one_server.start()
    one_server.let_in()
    return one_server


@pytest.fixture
def line(server: Any) -> Iterator[Any]:
    from own_server import Line

    made = Line(server.running.socket)
    yield made
    made.close()


def through(line: Any, server: Any) -> str:
    """Return ada's address by way of the line."""
    url = make_url(server.address).update_query_dict({"host": str(line.folder)})
    return url.render_as_string(hide_password=False)


def counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in TABLES
        }


def in_background(act: Callable[[], Any]) -> Callable[[], Any]:
    """Do something on a thread; what is returned waits for its end and gives the result."""
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(act())
        except BaseException as error:  # noqa: BLE001 - raised again below
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()

    def wait() -> Any:
        thread.join()
        if isinstance(found[0], BaseException):
            raise found[0]
        return found[0]

    return wait


# ---------------------------------------------------------------------- a restart


def restart(server: Any, how: str) -> None:
    if how == "killed":
        server.kill()
    else:
        server.stop()
    server.start()


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_restart_between_two_uses_is_not_noticed(server: Any, how: str) -> None:
    with Store.open(server.address) as store:
        restart(server, how)
        with store.write() as session:
            record_event(session, store.scope, "noted", "x")
        restart(server, how)
        with store.read() as session:
            assert len(events_of(session, store.scope, kind="noted")) == 1


def test_beginning_waits_for_a_server_that_is_away(server: Any) -> None:
    with Store.open(server.address) as store:
        server.kill()

        def write() -> None:
            with store.write() as session:
                record_event(session, store.scope, "noted", "x")

        waiting = [in_background(write) for _ in range(3)]
        server.start()
        for wait in waiting:
            wait()
        with store.read() as session:
            assert len(events_of(session, store.scope, kind="noted")) == 3


def test_a_server_that_stays_away_is_told_of_without_the_password(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    monkeypatch.setattr(backend, "REFUSED_FOR_S", 0.2)
    with Store.open(server.address) as store:
        server.stop()
        monkeypatch.setattr(store, "_patience", Patience(0.2))
        for transaction in (store.read, store.write):
            with pytest.raises(ConnectionLostError, match="do this again when the server is up") as caught:
                transaction().__enter__()
            said.append(caught)
    for address in (
        server.address,
        server.address.replace("/lab?", "/nowhere?"),
        server.address.replace("ada", "eve", 1),
        server.address + "&sslmode=nonsense",
        server.address + "&nonsense=1",
        make_url(server.address)
        .set(host="no.such.host.invalid", query={})
        .render_as_string(hide_password=False),
    ):
        with pytest.raises(NanoOSError) as caught:
            Store.open(address)
        said.append(caught)
    server.start()
    for address in (server.address.replace("/lab?", "/nowhere?"), server.address.replace("ada", "eve", 1)):
        with pytest.raises(NanoOSError) as caught:
            Store.open(address)
        said.append(caught)
    assert isinstance(said[-1].value, AccessDeniedError)
    for caught in said:
        text = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
        assert "s3cret" not in text


def test_a_transaction_that_is_cut_off_is_told_of(server: Any) -> None:
    with Store.open(server.address) as store:

        def lose(transaction: Any) -> None:
            with transaction() as session:
                session.scalar(select(func.count()).select_from(EventRow))
                for pid in server.processes():
                    server.kill(pid)
                session.scalar(select(func.count()).select_from(EventRow))

        for transaction in (store.read, store.write):
            with pytest.raises(ConnectionLostError, match="what had not been acknowledged was not stored"):
                lose(transaction)
        assert store.look_up(lambda session: events_of(session, store.scope, kind="noted")) == []


def test_what_was_read_stays_read_when_the_server_goes_away(server: Any) -> None:
    with Store.open(server.address) as store:
        for _ in range(3):
            with store.read() as session:
                found = events_of(session, store.scope, kind="noted")
                server.kill()
            assert found == []
            assert store._reader.pool.checkedout() == 0
            server.start()
        with pytest.raises(ZeroDivisionError), store.write() as session:  # noqa: PT012 - what is told is the error
            events_of(session, store.scope, kind="noted")
            server.kill()
            _ = 1 / 0
        server.start()
        assert store._writer.pool.checkedout() == 0
        assert store.look_up(lambda session: events_of(session, store.scope, kind="noted")) == []


@pytest.mark.parametrize("profile", ["here", "process"])
def test_waiting_for_a_run_goes_on_through_a_restart(server: Any, tmp_path: Path, profile: str) -> None:
    from chaos_tasks import gate

    said: list[str] = []
    with Lab(server.address, settings=SETTINGS) as lab:
        params = {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "reached")}
        run = lab._runs.submit(gate, {}, params, on=profile).run
        wait = in_background(
            lambda: lab._runs.wait([run.id], timeout=120, on_progress=lambda _, line: said.append(line))
        )
        while not (tmp_path / "reached").exists():
            time.sleep(0.005)
        driver = lab._runs._driver._thread
        server.kill()
        (tmp_path / "open").touch()
        server.start()
        (ended,) = wait()
        assert (ended.state, ended.attempt, ended.summary) == (RunState.COMPLETED, 1, {"passed": True})
        assert profile == "here" or driver.is_alive() or lab._runs._driver._thread is None
        again = lab._runs.submit(gate, {}, {**params, "reached": str(tmp_path / "again")}, on="process").run
        assert lab._runs.wait([again.id], timeout=120)[0].state == RunState.COMPLETED


def test_a_run_that_ends_while_the_server_is_away_is_recorded_by_the_driver(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits here, and patience is too short: the process's own thread takes the run up again."""
    from chaos_tasks import gate

    with Lab(server.address, settings=SETTINGS) as lab:
        monkeypatch.setattr(lab.store, "_patience", Patience(0.01))
        params = {"opened": str(tmp_path / "open"), "reached": str(tmp_path / "reached")}
        run = lab._runs.submit(gate, {}, params, on="here").run
        while not (tmp_path / "reached").exists():
            time.sleep(0.005)
        server.stop()
        (tmp_path / "open").touch()
        while not lab._runs._inline.stalled:
            time.sleep(0.005)
        server.start()
        end = time.monotonic() + 60
        while (
            lab.store.look_up(lambda s: s.get_one(RunRow, (lab.store.scope.project_id, run.id)).state)
            != "COMPLETED"
        ):
            assert time.monotonic() < end
            time.sleep(0.01)
        with lab.store.read() as session:
            assert session.scalar(select(func.count()).select_from(AttemptRow)) == 1


# ---------------------------------------------------------------------- lost at COMMIT


@pytest.mark.parametrize("mode", ["before", "after"])
def test_a_commit_that_is_not_heard_of_is_told_as_unknown(server: Any, line: Any, mode: str) -> None:
    with Store.open(through(line, server)) as store:
        line.break_at_commit(mode)
        with (
            pytest.raises(ConnectionLostError, match="whether it was stored is not known"),
            store.write() as session,
        ):
            record_event(session, store.scope, "noted", "x")
        assert line.cuts == 1
        with store.read() as session:
            assert len(events_of(session, store.scope, kind="noted")) == (mode == "after")


class Session:
    """What one does in a lab, act by act, on data that each number has for itself.

    Args:
        lab: The lab.
        number: Chooses the data.
        crystal: Makes a structure from a number.
        folder: Where the runs keep their journal.
    """

    def __init__(self, lab: Lab, number: int, crystal: Callable[[int], Any], folder: Path) -> None:
        self.lab, self.runs, self.structure = lab, lab._runs, crystal(number)
        self.params = {"index": number, "journal": str(folder / "journal.txt")}
        self.run = self.other = ""
        self.batch: list[str] = []

    def acts(self) -> list[Callable[[], Any]]:
        return [
            self.add, self.submit, self.wait, self.force, self.submit_many, self.wait_for_all, self.submit_elsewhere,
            self.cancel, self.retry, self.cancel, self.value,
        ]  # fmt: skip

    def add(self) -> None:
        self.lab.add(self.structure, name="x", tags=["x", "y"])

    def submit(self) -> None:
        from chaos_tasks import journal

        submitted = self.runs.submit(journal, {}, self.params)
        assert not submitted.reused, "it is told as new, whichever try stored it"
        self.run = submitted.run.id

    def wait(self) -> None:
        assert self.runs.wait([self.run], timeout=60)[0].state == RunState.COMPLETED

    def force(self) -> None:
        from chaos_tasks import journal

        self.batch = [self.runs.submit(journal, {}, self.params, force=True).run.id]

    def submit_many(self) -> None:
        from chaos_tasks import journal

        params = {**self.params, "index": 1000 + self.params["index"]}
        row = self.runs.submit_many(journal, [{}, {}], params)
        members = self.lab.store.look_up(lambda session: runs_of_batch(session, self.lab.store.scope, row.id))
        assert [reused for _, reused in members] == [False, False]
        self.batch += {run.id for run, _ in members}

    def wait_for_all(self) -> None:
        assert {run.state for run in self.runs.wait(self.batch, timeout=60)} == {RunState.COMPLETED}

    def submit_elsewhere(self) -> None:
        from chaos_tasks import journal

        params = {**self.params, "index": -self.params["index"]}
        self.other = self.runs.submit(journal, {}, params, on="process").run.id

    def cancel(self) -> None:
        self.runs.cancel(self.other)

    def retry(self) -> None:
        self.runs.retry(self.other)

    def value(self) -> None:
        from fault_writers import gap

        def work(session: Any) -> None:
            row = insert_structure(session, self.lab.store.scope, self.structure, name="x")[0]
            insert_values(session, self.lab.store.scope, row.material_id, row.id, [gap(1.0), gap(2.0)])

        self.lab.store.ensure(work)


@pytest.mark.parametrize("mode", ["before", "after"])
def test_what_is_done_again_is_not_doubled(
    server: Any, line: Any, tmp_path: Path, mode: str, helpers: Any
) -> None:
    """Break the line at every COMMIT of everything that is done in a lab: it comes out as if it had held."""
    with Lab(through(line, server), settings=SETTINGS) as lab:
        lab._runs._driver.stop()  # so that nothing is started elsewhere
        make = partial(Session, lab, crystal=helpers.crystal, folder=tmp_path)
        before = counts(lab.store)
        commits = [_commits_of(act, lab) for act in make(1).acts()]
        once = counts(lab.store)
        wanted = {table: once[table] - before[table] for table in once}
        cuts = 0
        for number in range(max(commits)):
            before = counts(lab.store)
            for act, many in zip(make(number + 2).acts(), commits, strict=True):
                if number < many:
                    line.break_at_commit(mode, number)
                act()
                cuts += line.cuts
                line.break_at_commit("")
            after = counts(lab.store)
            assert {table: after[table] - before[table] for table in after} == wanted
    print(f"\nthe line broke {mode} {cuts} commits of {sum(commits)}")
    assert cuts >= len(commits)


def _commits_of(act: Callable[[], Any], lab: Lab) -> int:
    """Do something and return how often it made a change lasting."""
    commit, count = lab.store._commit, [0]

    def counted(session: Any) -> None:
        count[0] += 1
        commit(session)

    lab.store._commit = counted  # type: ignore[method-assign]
    try:
        act()
    finally:
        del lab.store._commit
    return count[0]


# ---------------------------------------------------------------------- killed


def _write_for_ever(address: str, write: Callable[[Store, int], object], numbers: range, said: int) -> None:
    """Write one number after another, and say each one that was acknowledged."""
    try:
        with _opened(address) as store:
            store._patience = Patience(120)  # this server is away more often than one that anybody works with
            for number in numbers:
                write(store, number)
                os.write(said, f"{number}\n".encode())
    except BaseException:  # noqa: BLE001 - an error that reaches the user is what the test looks for
        os.write(said, f"error {traceback.format_exc()!r}\n".encode())


def _opened(address: str) -> Store:
    """Open the lab, again where the server stays away for longer than opening waits for it."""
    while True:
        try:
            return Store.open(address)
        except ConnectionLostError:
            continue


class Writer:
    """A process that writes, and another in its place when it is killed.

    Args:
        start: Starts a process: called with the numbers to write and a pipe.
        first: The first number; each further one is higher by the number of writers.
    """

    def __init__(self, start: Callable[[range, int], Any], first: int) -> None:
        self._start, self._first = start, first
        self.acknowledged: list[int] = []
        self.errors: list[str] = []
        self._rest = b""
        self.begin()

    def begin(self) -> None:
        """Write on from the first number that was not acknowledged, which may yet be there."""
        done = self.acknowledged[-1] + WRITERS if self.acknowledged else self._first
        self._listening, said = os.pipe()
        self.process = self._start(range(done, 10**6, WRITERS), said)
        os.close(said)

    def kill(self) -> None:
        """Kill the process, and hear what it had still said."""
        self.process.kill()
        self.process.join()
        while block := os.read(self._listening, 65536):
            self._rest += block
        os.close(self._listening)
        for text in self._rest.decode().splitlines():
            if text.startswith("error"):
                self.errors.append(text)
            else:
                self.acknowledged.append(int(text))
        self._rest = b""


@pytest.mark.timeout(600)
def test_kills_of_writers_and_of_the_server_lose_nothing_and_double_nothing(
    server: Any, helpers: Any, tmp_path: Path, tally: Callable[[str], None]
) -> None:
    from chaos_tasks import journal

    seed = int(os.environ.get("NANOOS_TEST_SEED", random.SystemRandom().randrange(10**9)))
    kills = int(os.environ.get("NANOOS_SERVER_KILLS", "110"))
    print("seed", seed)
    chance, count = random.Random(seed), Counter[str]()
    describe(helpers.crystal(0))  # what is loaded for it is loaded once
    with Store.open(server.address) as store:
        runs = Runs(store, SETTINGS, drive=False)
        runs._driver = None
        run = runs.submit(
            journal, {}, {"index": 0, "journal": str(tmp_path / "journal.txt")}, on="process"
        ).run.id
        runs.close()

    def start(numbers: range, said: int) -> Any:
        write = partial(helpers.write_all_of, run=run, files=tmp_path)
        child = CONTEXT.Process(target=_write_for_ever, args=(server.address, write, numbers, said))
        child.start()
        return child

    began = time.monotonic()
    writers = [Writer(start, number) for number in range(WRITERS)]
    try:
        while count.total() < kills:
            time.sleep(chance.choice([0.0, chance.uniform(0.0, 0.1), chance.uniform(0.0, 0.6)]))
            if chance.random() < 0.7:
                server.supervise()
            what = chance.choices(["writer", "backend", "server"], [7, 3, 1])[0]
            if what == "writer":
                writer = chance.choice(writers)
                writer.kill()
                writer.begin()
            elif what == "backend":
                if not (processes := server.processes()):
                    continue
                server.kill(chance.choice(processes))
            else:
                server.kill()
                server.start()
            count[what] += 1
    finally:
        for writer in writers:
            writer.kill()
    server.supervise()
    acknowledged = {number for writer in writers for number in writer.acknowledged}
    errors = [error for writer in writers for error in writer.errors]
    with Store.open(server.address) as store:
        lost, doubled, there = helpers.wrong_of(store, acknowledged, run)
    kinds = ", ".join(f"{n} of a {what}" for what, n in sorted(count.items()))
    tally(
        f"server faults, seed {seed}: {count.total()} kills ({kinds}) in {time.monotonic() - began:.0f} s; "
        f"{len(acknowledged)} writes acknowledged, {there} there; {len(lost)} lost, {len(doubled)} doubled, "
        f"{len(errors)} errors"
    )
    assert not errors, errors[0].replace("\\n", "\n")
    assert (lost, doubled) == ([], [])
    assert len(acknowledged) <= there <= len(acknowledged) + WRITERS
    assert len(acknowledged) > kills / 4
