"""Making a lab and letting people in, as its administrator."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text

from nanoos_lab.errors import AccessDeniedError, InvalidInputError, StoreError, UnknownNameError
from nanoos_lab.store import migrations
from nanoos_lab.store.database import Store
from nanoos_lab.store.postgresql import admin, administering
from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.passwords import save_password
from nanoos_lab.store.postgresql.people import Credential

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _superuser(postgres: Any, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(postgres.address(database).replace("+psycopg", ""), autocommit=True)


@pytest.fixture
def make_lab(postgres: Any, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Make labs beside the tests' own and return their administrators' addresses; they go when the test ends."""
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        login = admin.create_lab(postgres.address(name), files=tmp_path / f"files of {name}")
        return str(postgres.address(name, login.person, login.password))

    yield make
    with closing(_superuser(postgres)) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            for (member,) in connection.execute(
                "SELECT m.rolname FROM pg_auth_members JOIN pg_roles m ON m.oid = member JOIN pg_roles g ON "
                "g.oid = roleid WHERE g.rolname = %s",
                [f"{name}_people"],
            ).fetchall():
                if not member.startswith(name):
                    connection.execute(f"DROP OWNED BY {member}")
                    connection.execute(f"DROP ROLE {member}")
            connection.execute(f"DROP ROLE {name}_admin")
            connection.execute(f"DROP ROLE {name}_owner, {name}_people")


def _address(postgres: Any, lab: str, login: Credential) -> str:
    return str(postgres.address(lab, login.person, login.password))


def test_a_person_of_one_lab_is_let_into_another_only_when_added(postgres: Any, make_lab: Any) -> None:
    first, second = make_lab("lab_of_magnets"), make_lab("lab_of_glasses")
    carla = admin.add_person(first, "carla")
    with Store.open(_address(postgres, "lab_of_magnets", carla)) as store:
        assert store.info.name == "lab_of_magnets"
    with pytest.raises(AccessDeniedError):
        Store.open(_address(postgres, "lab_of_glasses", carla))
    again = admin.add_person(second, "carla")
    assert again.password == ""  # she keeps hers, which the second administrator must not know
    with Store.open(_address(postgres, "lab_of_glasses", carla)) as store:
        assert (store.info.name, store.scope.author) == ("lab_of_glasses", "carla")
    assert not admin.remove_person(first, "carla")  # the login stays, for the other lab
    with pytest.raises(AccessDeniedError):
        Store.open(_address(postgres, "lab_of_magnets", carla))
    Store.open(_address(postgres, "lab_of_glasses", carla)).close()


def test_an_administrator_of_one_lab_has_no_say_in_another(postgres: Any, make_lab: Any) -> None:
    first, second = make_lab("lab_one"), make_lab("lab_two")
    admin.add_person(first, "dora")
    for statement in (
        "ALTER ROLE dora PASSWORD 'mine now'",
        "GRANT lab_one_people TO lab_two_admin",
        "SET ROLE lab_one_owner",
        "ALTER ROLE lab_one_admin PASSWORD 'mine now'",
    ):
        with (
            pytest.raises(StoreError),
            administering.administering(parse_address(second)) as connection,
        ):
            connection.execute(text(statement))
    with pytest.raises(StoreError):
        admin.people_of(second.replace("/lab_two", "/lab_one"))


def test_a_removed_person_is_out_at_once_and_what_they_did_stays(postgres: Any, make_lab: Any) -> None:
    lab = make_lab("lab_to_leave")
    eve = admin.add_person(lab, "eve")
    with Store.open(_address(postgres, "lab_to_leave", eve)) as store:
        with store.read() as session:
            assert session.scalar(text("SELECT count(*) FROM event")) == 1
        assert [(p.name, p.projects, p.connections > 0) for p in admin.people_of(lab)] == [("eve", 1, True)]
        assert admin.remove_person(lab, "eve")
        with pytest.raises(StoreError), store.read() as session:
            session.scalar(text("SELECT count(*) FROM event"))
    assert admin.people_of(lab) == []
    with pytest.raises(AccessDeniedError):
        Store.open(_address(postgres, "lab_to_leave", eve))
    with pytest.raises(UnknownNameError, match="no person named 'eve'"):
        admin.remove_person(lab, "eve")
    back = admin.add_person(lab, "eve")
    assert back.password not in {"", eve.password}
    with Store.open(_address(postgres, "lab_to_leave", back)) as store, store.read() as session:
        assert session.scalar(text("SELECT count(*) FROM event")) == 1


def test_adding_someone_again_gives_a_new_password(postgres: Any, make_lab: Any) -> None:
    lab = make_lab("lab_of_forgetful")
    old, new = admin.add_person(lab, "fay"), admin.add_person(lab, "fay")
    with pytest.raises(AccessDeniedError):
        Store.open(_address(postgres, "lab_of_forgetful", old))
    Store.open(_address(postgres, "lab_of_forgetful", new)).close()


def test_the_server_never_sees_a_password(postgres: Any, make_lab: Any) -> None:
    lab = make_lab("lab_of_secrets")
    with closing(_superuser(postgres)) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        made = admin.add_person(lab, "gil")
        renewed = admin.renew_administrator(postgres.address("lab_of_secrets"))
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")
        (verifier,) = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = 'gil'"
        ).fetchone() or ("",)
    log = (postgres.data / "log").read_text(errors="replace")
    assert 'ALTER ROLE "gil" PASSWORD \'SCRAM-SHA-256$' in log
    assert verifier.startswith("SCRAM-SHA-256$")
    assert made.password not in log
    assert renewed.password not in log


@pytest.mark.parametrize("name", ["Ada", "a b", "", "public", "pg_evil", "x" * 32, "1st", 'a"b', "postgres"])
def test_names_that_no_login_can_have_are_refused(server_lab: Any, name: str) -> None:
    with pytest.raises(InvalidInputError, match="a login name is"):
        admin.add_person(server_lab.admin, name)


@pytest.mark.parametrize("name", ["lab_owner", "lab_people", "lab_admin"])
def test_roles_of_another_purpose_stay_what_they_are(server_lab: Any, name: str) -> None:
    with pytest.raises(AccessDeniedError, match="another purpose"):
        admin.add_person(server_lab.admin, name)
    with pytest.raises(UnknownNameError):
        admin.remove_person(server_lab.admin, name)


def test_people_cannot_do_what_their_administrator_does(server_lab: Any) -> None:
    ada = server_lab.person("ada")
    server_lab.person("bob")
    for act in (
        lambda: admin.add_person(ada, "accomplice"),
        lambda: admin.remove_person(ada, "bob"),
        lambda: admin.upgrade_lab(ada),
        lambda: admin.renew_administrator(ada),
    ):
        with pytest.raises(StoreError):
            act()


def test_a_lab_is_made_once_and_a_lost_password_is_renewed(
    postgres: Any, make_lab: Any, tmp_path: Path
) -> None:
    lab = make_lab("lab_made_twice")
    address = postgres.address("lab_made_twice")
    assert admin.has_lab(address)
    assert not admin.has_lab(postgres.address("postgres"))
    assert not admin.has_lab(postgres.address("no_such_database"))
    with pytest.raises(StoreError, match="holds a lab already: nothing was changed"):
        admin.create_lab(address, files=tmp_path)
    admin.people_of(lab)
    renewed = admin.renew_administrator(address)
    with pytest.raises(AccessDeniedError):
        admin.people_of(lab)
    assert admin.people_of(_address(postgres, "lab_made_twice", renewed)) == []


@pytest.mark.parametrize("step", ["_prepare_database", "_settle"])
def test_a_creation_that_was_stopped_is_done_again(
    postgres: Any, make_lab: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    name = f"lab_stopped_at{step}"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(admin, step, stop)
        with pytest.raises(KeyboardInterrupt):
            admin.create_lab(postgres.address(name), files="/tmp")  # noqa: S108 - it is there
    assert not admin.has_lab(postgres.address(name))
    lab = make_lab(name)
    hal = admin.add_person(lab, "hal")
    Store.open(_address(postgres, name, hal)).close()


def test_a_folder_that_cannot_be_made_stops_the_creation_before_it_begins(
    postgres: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made"):
        admin.create_lab(postgres.address("lab_without_files"), files=tmp_path / "file" / "below")
    assert not admin.has_lab(postgres.address("lab_without_files"))
    with closing(_superuser(postgres)) as connection:
        connection.execute("DROP DATABASE lab_without_files")


@pytest.mark.parametrize(
    ("version", "words"),
    [(None, r"lacks pgvector.*postgresql-\d+-pgvector"), ("0.5.1", "pgvector 0.5.1; at least 0.8")],
)
def test_a_server_without_pgvector_is_told_what_to_install(version: str | None, words: str) -> None:
    class Server:
        def scalar(self, query: object) -> str | None:
            return "170002" if "server_version_num" in str(query) else version

    with pytest.raises(StoreError, match=words):
        administering.check_pgvector(Server())  # type: ignore[arg-type]


def test_upgrading_puts_the_security_in_place_anew(server_lab: Any) -> None:
    with administering.administering(parse_address(server_lab.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        connection.execute(text("DROP POLICY event_select ON event"))
        connection.execute(text("GRANT DELETE ON structure TO lab_people"))
    assert admin.upgrade_lab(server_lab.admin) == (migrations.HEAD, migrations.HEAD)
    with Store.open(server_lab.person("ada")) as store, store.read() as session:
        assert session.scalar(text("SELECT count(*) FROM event")) == 1
        assert not session.scalar(text("SELECT has_table_privilege('structure', 'DELETE')"))


def test_a_lab_of_a_newer_schema_is_not_upgraded(server_lab: Any) -> None:
    with administering.administering(parse_address(server_lab.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"'9999', newer.*pip install -U"):
        admin.upgrade_lab(server_lab.admin)
    with pytest.raises(StoreError, match=r"'9999', newer.*pip install -U"):
        Store.open(server_lab.person("ada"))


def test_kernels_do_not_migrate(server_lab: Any) -> None:
    ada = server_lab.person("ada")
    with administering.administering(parse_address(server_lab.admin)) as connection:
        connection.execute(text("SET LOCAL ROLE lab_owner"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(StoreError, match=r"older.*ask its administrator to run 'nanoos db upgrade'"):
        Store.open(ada)


def test_a_password_file_keeps_what_others_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pass words"
    monkeypatch.setenv("PGPASSFILE", str(path))
    path.write_text("# mine\nhost:5432:lab:ada:old\nhost:5432:lab:adam:his")
    made = Credential("ada", "a:b\\c", "postgresql+psycopg://ada@host/lab")
    assert save_password(made) == path
    assert path.read_text() == "# mine\nhost:5432:lab:adam:his\nhost:5432:lab:ada:a\\:b\\\\c\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_password_file_lets_one_in(
    server_lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    address = server_lab.person("ada")
    bare = server_lab.server.address(server_lab.database, "ada")
    with pytest.raises(AccessDeniedError):
        Store.open(bare)
    save_password(Credential("ada", parse_address(address).password or "", bare))
    with Store.open(bare) as store:
        assert store.address == bare
