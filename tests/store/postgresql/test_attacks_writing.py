"""An attacker with a person's credential tries to write what is not hers, or as someone she is not."""

from __future__ import annotations

import json
import re
import time

import psycopg
import pytest
from attacks import NAMES, TABLES, raw, refused, row_of

from nanoos_lab.store.postgresql import security

DENIED = "42501"
FOREIGN_KEY, UNIQUE = "23503", "23505"


def insert_sql(table, row, tail=""):
    """One INSERT with its values, as an attacker would type it."""
    names = ", ".join(row)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(map(sql_value, row.values()))}) {tail}"


def sql_value(value):
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, (dict, list)):
        return security.literal(json.dumps(value))
    if isinstance(value, str):
        return security.literal(value)
    return f"'{value.tolist()}'"


def everything(superuser):
    """All rows of all projects' tables, to show that an attack changed nothing."""
    return {name: sorted(superuser.execute(f"SELECT t::text FROM {name} AS t").fetchall()) for name in NAMES}


def error_of(connection, statement):
    """What a failure tells, with ids taken out."""
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        said = (
            f"{error.sqlstate} {error.diag.message_primary} {error.diag.message_detail} {error.diag.context}"
        )
        return re.sub(r"[0-9a-f]{12}", "ID", said)
    return "accepted"


@pytest.fixture
def unchanged(superuser):
    """Nothing of anybody may have changed at the end of the test."""
    before = everything(superuser)
    yield
    assert everything(superuser) == before


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("table", TABLES, ids=NAMES)
class TestForeignProjects:
    """Everything that puts a row into another project, or takes one out of it."""

    def test_a_row_with_a_forged_project_is_refused(self, scene, mallory, table):
        fresh = row_of(table, scene.project, "mallory", "x", scene.secret)
        assert refused(mallory, insert_sql(table, fresh)) == DENIED
        assert refused(mallory, insert_sql(table, fresh, "ON CONFLICT DO NOTHING")) == DENIED
        assert refused(mallory, insert_sql(table, fresh, "RETURNING *")) == DENIED
        assert (
            refused(mallory, insert_sql(table, fresh | ({"author": "ada"} if "author" in fresh else {})))
            == DENIED
        )

    def test_the_refusal_tells_nothing(self, scene, mallory, table):
        """The same words whether or not the project, the row, or what it refers to exists."""
        fresh = row_of(table, scene.project, "mallory", "x", scene.secret)
        copied = scene.secret[table.name]
        nowhere = fresh | {"project_id": "0" * 12}
        said = {error_of(mallory, insert_sql(table, row)) for row in (fresh, copied, nowhere)}
        assert len(said) == 1
        assert said.pop().startswith(DENIED)

    def test_upserts_and_merges_reach_no_foreign_row(self, scene, mallory, table):
        copied = scene.secret[table.name]
        key = ", ".join(column.name for column in table.primary_key)
        change = next(iter(security.MAY_UPDATE.get(table.name, ("project_id",))))
        upsert = f"ON CONFLICT ({key}) DO UPDATE SET {change} = excluded.{change} RETURNING *"
        assert refused(mallory, insert_sql(table, copied, upsert)) == DENIED
        merged = (
            f"MERGE INTO {table.name} AS t USING (VALUES ('{scene.project}')) AS v (p) ON t.project_id = v.p "
            f"WHEN MATCHED THEN UPDATE SET {change} = NULL WHEN NOT MATCHED THEN DO NOTHING"
        )
        said = error_of(mallory, merged)
        assert said.startswith(DENIED) or said == "accepted"  # accepted: it matched no row that she may see

    def test_updates_and_deletes_reach_no_foreign_row(self, scene, mallory, table):
        for column in security.MAY_UPDATE.get(table.name, ()):
            statement = f"UPDATE {table.name} SET {column} = {column} WHERE project_id = '{scene.project}'"
            assert mallory.execute(statement).rowcount == 0
            elsewhere = f"UPDATE {table.name} SET {column} = {column} WHERE project_id <> %s RETURNING *"
            assert (
                mallory.execute(f"WITH w AS ({elsewhere}) SELECT * FROM w", [scene.own_project]).fetchall()
                == []
            )
        statement = f"DELETE FROM {table.name} WHERE project_id = '{scene.project}'"
        if table.name in security.MAY_DELETE:
            assert mallory.execute(statement).rowcount == 0
        else:
            assert refused(mallory, statement) == DENIED
            assert refused(mallory, f"DELETE FROM {table.name}") == DENIED

    def test_no_row_is_moved_and_no_other_column_changed(self, scene, mallory, table):
        for column in table.columns:
            if column.name in security.MAY_UPDATE.get(table.name, ()):
                continue
            forged = [f"'{scene.project}'"] if column.name == "project_id" else []
            for value in (*forged, "DEFAULT", "NULL", column.name):
                assert refused(mallory, f"UPDATE {table.name} SET {column.name} = {value}") == DENIED, (
                    column.name
                )

    def test_no_foreign_row_is_locked(self, scene, mallory, table):
        for strength in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"):
            statement = f"SELECT FROM {table.name} WHERE project_id = '{scene.project}' FOR {strength} NOWAIT"
            try:
                assert mallory.execute(statement).fetchall() == []
            except psycopg.errors.InsufficientPrivilege:
                assert table.name not in security.MAY_UPDATE

    def test_nobody_empties_or_fills_a_table(self, mallory, table):
        assert refused(mallory, f"TRUNCATE {table.name} CASCADE") == DENIED
        for place in (f"'/tmp/{table.name}'", "PROGRAM 'id'"):
            assert refused(mallory, f"COPY {table.name} FROM {place}") == DENIED
            assert refused(mallory, f"COPY {table.name} TO {place}") == DENIED
        with (
            pytest.raises((psycopg.errors.FeatureNotSupported, psycopg.errors.InsufficientPrivilege)),
            mallory.cursor().copy(f"COPY {table.name} FROM STDIN") as copy,
        ):
            copy.write("x")


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_a_foreign_key_tells_nothing_of_other_projects(scene, mallory, table):
    """What a row refers to is looked for in its project: whether it is there elsewhere makes no difference."""
    own = row_of(table, scene.own_project, "mallory", "x", scene.own)
    for column in table.columns:
        if not any(
            key.column.name == "id" and key.column.table.name != "project" for key in column.foreign_keys
        ):
            continue
        target = next(key.column.table.name for key in column.foreign_keys if key.column.name == "id")
        said = {
            error_of(mallory, insert_sql(table, own | {column.name: there}))
            for there in (scene.secret[target]["id"], "f" * 12)
        }
        assert len(said) == 1, column.name
        assert said.pop().startswith(FOREIGN_KEY), column.name


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_a_taken_key_tells_nothing_of_other_projects(scene, mallory, table):
    """A row of one's own with all the ids, names, keys and hashes of a foreign one is accepted."""
    forged = dict(scene.secret[table.name])
    mallory.execute("BEGIN")
    keys = {key for c in table.columns for key in c.foreign_keys if key.column.table.name != "project"}
    for key in keys:
        if key.column.name == "id":  # what it refers to has to be there in one's own project
            forged[key.parent.name] = (
                scene.own[key.column.table.name]["id"] if forged[key.parent.name] else None
            )
    forged["project_id"] = scene.own_project
    if "author" in forged:
        forged["author"] = "mallory"
    mallory.execute(insert_sql(table, forged))
    mallory.execute("ROLLBACK")


@pytest.mark.parametrize("name", sorted(security.AUTHORED))
def test_nobody_signs_for_another(scene, mallory, name):
    table = next(t for t in TABLES if t.name == name)
    forged = row_of(table, scene.own_project, "ada", "x", scene.own)
    if name == "event":  # stamped, whatever was said
        mallory.execute("BEGIN")
        mallory.execute(insert_sql(table, forged | {"at": 1.0}))
        author, at = mallory.execute("SELECT author, at FROM event WHERE id = %s", [forged["id"]]).fetchone()
        assert author == "mallory"
        assert abs(at - time.time()) < 3600
        mallory.execute("ROLLBACK")
    else:
        assert refused(mallory, insert_sql(table, forged)) == DENIED
        mallory.execute("SET ROLE lab_people")
        assert refused(mallory, insert_sql(table, forged)) == DENIED


def test_nobody_writes_of_rights_into_the_journal(scene, mallory):
    table = next(t for t in TABLES if t.name == "event")
    for kind in security.BY_FUNCTION_ONLY:
        row = row_of(table, scene.own_project, "mallory", "x", scene.own) | {"kind": kind}
        assert refused(mallory, insert_sql(table, row)) == DENIED
    assert refused(mallory, "SELECT journal(%s, 'member.changed', 'x', '{}')", [scene.own_project]) == DENIED


def test_the_journal_is_never_changed_whoever_asks(scene, mallory):
    changes = ["UPDATE event SET kind = 'nothing'", "DELETE FROM event", "TRUNCATE event"]
    more = ["ALTER TABLE event DISABLE TRIGGER ALL", "DROP TRIGGER event_append_only ON event"]
    for statement in (*changes, *more):
        assert refused(mallory, statement) == DENIED
    with raw(scene.lab.admin) as administrator:
        administrator.execute("SET ROLE lab_owner")
        for statement in changes:  # also as an owner of the tables, short of taking the trigger away
            assert refused(administrator, statement) == DENIED


class TestRoles:
    """Viewers, editors, and those who are no member any more, by raw SQL."""

    @pytest.fixture
    def as_role(self, scene):
        """Make guest a member in a role, and give a raw connection of hers."""
        with raw(scene.lab.person("ada")) as ada, raw(scene.lab.person("guest")) as guest:

            def become(role):
                ada.execute("SELECT set_member(%s, 'guest', %s)", (scene.project, role))
                return guest

            yield become
            become(None)

    @pytest.mark.parametrize("table", TABLES, ids=NAMES)
    def test_a_viewer_reads_and_changes_nothing(self, scene, superuser, as_role, table):
        before = everything(superuser)
        viewer = as_role("viewer")
        before["event"] = everything(superuser)["event"]
        assert viewer.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] >= 1
        row = row_of(table, scene.project, "guest", "x", scene.secret)
        assert refused(viewer, insert_sql(table, row)) == DENIED
        for column in security.MAY_UPDATE.get(table.name, ()):
            assert viewer.execute(f"UPDATE {table.name} SET {column} = {column}").rowcount == 0
        if table.name in security.MAY_DELETE:
            assert viewer.execute(f"DELETE FROM {table.name}").rowcount == 0
        assert everything(superuser) == before

    @pytest.mark.parametrize("table", TABLES, ids=NAMES)
    def test_an_editor_adds_under_her_own_name(self, scene, as_role, table):
        editor = as_role("editor")
        editor.execute("BEGIN")
        row = row_of(table, scene.project, "guest", "guests", scene.secret)
        editor.execute(insert_sql(table, row))
        for column in security.MAY_UPDATE.get(table.name, ()):
            assert editor.execute(f"UPDATE {table.name} SET {column} = {column}").rowcount >= 1
        editor.execute("ROLLBACK")

    @pytest.mark.parametrize("role", ["viewer", "editor", None])
    def test_only_owners_say_who_is_a_member(self, scene, as_role, role):
        guest = as_role(role)
        for person, wanted in (
            ("guest", "owner"),
            ("mallory", "viewer"),
            ("ada", None),
            ("ada", "viewer"),
            (None, None),
        ):
            change = "SELECT set_member(%s, %s, %s)"
            assert refused(guest, change, (scene.project, person, wanted)) == DENIED

    def test_who_is_removed_sees_and_writes_nothing_from_then_on(self, as_role):
        guest = as_role("editor")
        guest.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        guest.execute("UPDATE material SET notes = notes")
        guest.execute("COMMIT")
        guest.execute("BEGIN")
        as_role(None)
        for table in NAMES:
            assert guest.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert guest.execute("UPDATE material SET notes = 'x'").rowcount == 0
        guest.execute("ROLLBACK")

    @pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
    def test_a_transaction_begun_before_the_removal_writes_nothing(self, scene, as_role, level):
        guest = as_role("owner")
        material = next(t for t in TABLES if t.name == "material")
        row = row_of(material, scene.project, "guest", "late", scene.secret)
        for late in (
            insert_sql(material, row),
            f"SELECT set_member('{scene.project}', 'mallory', 'owner')",
            f"SELECT set_member('{scene.project}', 'guest', 'owner')",
        ):
            as_role("owner")
            guest.execute(f"BEGIN ISOLATION LEVEL {level}")
            assert guest.execute("SELECT count(*) FROM material").fetchone() == (1,)
            as_role(None)
            assert guest.execute("UPDATE material SET notes = 'late'").rowcount == 0
            assert refused(guest, late) in {DENIED, "25001"}
            guest.execute("ROLLBACK")

    def test_who_holds_the_projects_lock_cannot_hold_up_the_removal(self, scene, as_role):
        guest = as_role("editor")
        guest.execute("SELECT pg_advisory_lock(hashtextextended('nanoos ' || %s, 0))", [scene.project])
        as_role(None)
        assert guest.execute("SELECT count(*) FROM material").fetchone() == (0,)
        guest.execute("SELECT pg_advisory_unlock_all()")


class TestFunctions:
    """The functions that act for people, given what they do not expect."""

    @pytest.mark.parametrize("name", [None, "", " x", "x ", "a/b", "a\nb", "x" * 101, "\x7f"], ids=repr)
    def test_a_project_gets_no_odd_name(self, mallory, name):
        assert refused(mallory, "SELECT create_project(%s)", [name]) == "22023"

    @pytest.mark.usefixtures("scene")
    def test_a_name_is_one_of_a_kind_among_ones_own_only(self, mallory):
        """A name that another has taken is free: nobody learns what others work on."""
        mallory.execute("BEGIN")
        mallory.execute("SELECT create_project('secret battery')")
        assert refused(mallory, "SELECT create_project('secret battery')") == UNIQUE
        mallory.execute("ROLLBACK")
        for evil in ("'; DROP TABLE nanoos.event; --", "$$", "\\", "%s", "Ж" * 100):
            mallory.execute("BEGIN")
            made = mallory.execute("SELECT create_project(%s)", [evil]).fetchone()[0]
            found = mallory.execute(
                "SELECT name, owner, role FROM list_projects() WHERE id = %s", [made]
            ).fetchone()
            assert found == (evil, "mallory", "owner")
            mallory.execute("ROLLBACK")

    def test_members_are_people_of_the_lab_in_one_of_three_roles(self, scene, mallory):
        change = "SELECT set_member(%s, %s, %s)"
        for nobody in (
            "nobody",
            "",
            None,
            "postgres",
            "lab_admin",
            "lab_owner",
            "lab_people",
            "'; --",
            "ADA",
            "pg_monitor",
        ):
            assert refused(mallory, change, (scene.own_project, nobody, "viewer")) == "P0002", nobody
        for role in ("superuser", "", "OWNER", "owner; --"):
            assert refused(mallory, change, (scene.own_project, "ada", role)) == "22023"
        for none in (None, "", "0" * 12, scene.project):
            assert refused(mallory, change, (none, "mallory", "owner")) == DENIED
        for last in (None, "viewer"):
            assert refused(mallory, change, (scene.own_project, "mallory", last)) == "22023"

    def test_every_change_of_members_is_in_the_journal(self, scene, mallory):
        change = "SELECT set_member(%s, 'ada', %s)"
        for role in ("viewer", "viewer", "owner", None):
            mallory.execute(change, (scene.own_project, role))
        lines = mallory.execute(
            "SELECT author, data->>'person', data->>'was', data->>'role' FROM event WHERE kind = 'member.changed' "
            "ORDER BY at, id"
        ).fetchall()
        assert lines == [
            ("mallory", "ada", *change) for change in ((None, "viewer"), ("viewer", "owner"), ("owner", None))
        ]

    def test_temporary_names_do_not_stand_in_for_what_functions_use(self, scene, mallory):
        """She cannot make any; and if she could, the functions would not look there."""
        for name in ("member", "pg_roles", "pg_class"):
            assert refused(mallory, f"CREATE TEMP TABLE {name} (person text)") == DENIED
        mallory.execute("SET search_path = public, pg_temp, nanoos")
        assert mallory.execute("SELECT nanoos.my_projects(ARRAY['owner'])").fetchone() == (
            [scene.own_project],
        )
