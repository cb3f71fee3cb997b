"""A lab with tasks to run in it."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nanoos_lab.runs.engine import Runs
from nanoos_lab.settings import Profile, RetryPolicy, Settings
from nanoos_lab.store.database import Store
from nanoos_lab.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nanoos_lab.store.postgresql.server import LocalServer

MODULES = Path(__file__).parent / "modules"
AT_ONCE = RetryPolicy(max_attempts=3, backoff_s=0.0)


@pytest.fixture(autouse=True)
def sample_tasks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put the tasks of ``modules/sample_tasks.py`` into the registry, and the module where workers find it."""
    monkeypatch.syspath_prepend(str(MODULES))
    import sample_tasks as module

    names = ("double", "gate", "fail", "environment", "strain", "count")
    monkeypatch.setattr(
        TASKS, "_loaded", {**TASKS._loaded, **{name: getattr(module, name) for name in names}}
    )
    yield module
    sys.modules.pop("sample_tasks", None)


@pytest.fixture
def settings() -> Settings:
    profiles = {name: Profile(name=name, executor=name, retry=AT_ONCE) for name in ("here", "process")}
    return Settings(profiles=profiles)


@pytest.fixture(scope="session")
def crowd(postgres: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Let one more person into a lab on the server, who sees nothing of the others', and return the address."""
    from nanoos_lab.store.postgresql.admin import add_person, create_lab

    made = create_lab(postgres.address("crowd"), files=tmp_path_factory.mktemp("crowd"))
    admin = postgres.address("crowd", made.person, made.password)
    numbers = itertools.count(1)

    def join() -> str:
        person = f"ada{next(numbers)}"
        return postgres.address("crowd", person, add_person(admin, person).password)

    return join


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an open store, once in a folder and once on a server."""
    place = tmp_path / "lab" if request.param == "sqlite" else request.getfixturevalue("crowd")()
    with Store.open(place) as opened:
        yield opened


@pytest.fixture
def make_runs(store: Store, settings: Settings) -> Iterator[Callable[..., Runs]]:
    """Open the runs of the lab as one process does; several may be open at once."""
    opened = []

    def make(**options: Any) -> Runs:
        opened.append(Runs(store, options.pop("settings", settings), **{"drive": False, **options}))
        return opened[-1]

    yield make
    for runs in opened:
        runs.close()


@pytest.fixture
def runs(make_runs: Callable[..., Runs]) -> Runs:
    return make_runs()


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for something that another process or thread does."""

    def wait(condition: Callable[[], Any], what: str = "it") -> Any:
        end = time.monotonic() + 60
        while not (found := condition()):
            assert time.monotonic() < end, f"{what} did not happen within a minute"
            time.sleep(0.002)
        return found

    return wait
