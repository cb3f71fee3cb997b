"""What isolation rests on, read from the server's own catalogs, so that nothing new can slip past it."""

from __future__ import annotations

import re

import pytest
from attacks import NAMES

from nanoos_lab.store.postgresql import security
from nanoos_lab.store.schema import Base

PEOPLE, OWNER = "lab_people", "lab_owner"
NOT_READ_BY_PEOPLE = {"project", "member"}
PUBLIC_TABLES = {"setting", "alembic_version"}
"""They hold nothing of any project."""


def catalog(superuser, query, *params):
    return superuser.execute(query, params).fetchall()


def test_every_table_has_row_security_and_one_owner(superuser):
    found = catalog(
        superuser,
        "SELECT relname, relrowsecurity, relowner::regrole::text FROM pg_class "
        "WHERE relnamespace = 'nanoos'::regnamespace AND relkind IN ('r', 'p')",
    )
    assert {name for name, *_ in found} == set(Base.metadata.tables) | {"alembic_version"}
    assert {name for name, secured, _ in found if not secured} == {"alembic_version"}
    assert {owner for *_, owner in found} == {OWNER}


def test_there_is_nothing_else_to_read_from(superuser):
    """No view, materialized view, sequence or foreign table, which row security would not hold in."""
    kinds = {
        kind
        for (kind,) in catalog(
            superuser, "SELECT DISTINCT relkind FROM pg_class WHERE relnamespace = 'nanoos'::regnamespace"
        )
    }
    assert kinds <= {"r", "i", "c"}
    extensions = {name for (name,) in catalog(superuser, "SELECT extname FROM pg_extension")}
    assert extensions == {"plpgsql", "vector"}


def test_every_policy_is_for_people_and_asks_for_membership(superuser):
    found = catalog(
        superuser,
        "SELECT tablename, cmd, roles, qual, with_check, permissive FROM pg_policies WHERE schemaname = 'nanoos'",
    )
    assert {table for table, *_ in found} == {*NAMES, "setting"}
    for table, verb, roles, using, check, _ in found:
        assert roles == [PEOPLE], table
        if table == "setting":
            assert (verb, using) == ("SELECT", "true")
            continue
        for rule in filter(None, (using, check)):
            assert "project_id" in rule, table
            assert "my_projects(" in rule, table
            assert ("viewer" in rule) == (verb == "SELECT"), (table, verb)
            assert ("read committed" in rule) == (verb != "SELECT"), (table, verb)


def test_what_people_may_do_is_exactly_what_is_meant(superuser):
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
    for role in (PEOPLE, "mallory"):
        for table in (*Base.metadata.tables, "alembic_version"):
            granted = {
                verb
                for verb in verbs
                if superuser.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", (role, f"nanoos.{table}", verb)
                ).fetchone()[0]
            }
            if table in NOT_READ_BY_PEOPLE:
                assert granted == set(), table
            elif table in PUBLIC_TABLES:
                assert granted == {"SELECT"}, table
            else:
                may_delete = {"DELETE"} if table in security.MAY_DELETE else set()
                assert granted == {"SELECT", "INSERT"} | may_delete, table


def test_only_meant_columns_are_changed_and_never_those_that_say_whose_a_row_is(superuser):
    for name, table in Base.metadata.tables.items():
        changeable = {
            column.name
            for column in table.columns
            if superuser.execute(
                "SELECT has_column_privilege(%s, %s, %s, 'UPDATE')", (PEOPLE, f"nanoos.{name}", column.name)
            ).fetchone()[0]
        }
        assert changeable == set(security.MAY_UPDATE.get(name, ()))
        assert not changeable & {"project_id", "id", "author", "created_at", "person", "role", "at"}


def test_everyone_else_may_do_nothing(superuser):
    acl = catalog(
        superuser,
        "SELECT c.relname, a.grantee::regrole::text FROM pg_class c, aclexplode(c.relacl) a "
        "WHERE c.relnamespace = 'nanoos'::regnamespace",
    )
    assert {grantee for _, grantee in acl} == {OWNER, PEOPLE}


def test_every_unique_constraint_and_index_begins_with_the_project(superuser):
    """Unique constraints bypass row security, and EXPLAIN (ANALYZE) tells what an index found before a policy."""
    found = catalog(
        superuser,
        "SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid, 1, true), pg_get_expr(x.indpred, x.indrelid) "
        "FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid "
        "WHERE c.relnamespace = 'nanoos'::regnamespace",
    )
    assert len(found) > len(Base.metadata.tables)
    for table, index, first, predicate in found:
        if table in NOT_READ_BY_PEOPLE | PUBLIC_TABLES:
            continue  # project: one's own name is one of a kind among one's own; a setting is nobody's
        of_one = re.search(r"project_id\)?(::text)? = '", predicate or "")
        assert first == "project_id" or of_one, (table, index)


def test_every_foreign_key_stays_in_the_project(superuser):
    found = catalog(
        superuser,
        "SELECT conrelid::regclass::text, conname, confrelid::regclass::text, "
        "(SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]), "
        "(SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = 'nanoos'::regnamespace",
    )
    assert len(found) > len(NAMES)
    for _, name, target, column, referred in found:
        assert (column, referred) in {("project_id", "project_id"), ("project_id", "id")}, name
        assert (referred == "id") == (target == "project"), name


def test_functions_that_act_for_people_are_few_and_closed(superuser):
    found = catalog(
        superuser,
        "SELECT p.oid::regprocedure::text, p.prosecdef, coalesce(p.proconfig, '{}'), p.proowner::regrole::text, "
        "has_function_privilege(%s, p.oid, 'EXECUTE'), l.lanname "
        "FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang "
        "WHERE p.pronamespace = 'nanoos'::regnamespace "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
        PEOPLE,
    )
    callable_by_people = {name.replace("nanoos.", "") for name, _, _, _, callable_, _ in found if callable_}
    assert callable_by_people == {re.sub(r", ", ",", name) for name in security._CALLED_BY_PEOPLE}
    for name, definer, config, owner, _, language in found:
        assert owner == OWNER, name
        assert language in {"sql", "plpgsql"}, name
        if definer:
            assert config == ["search_path=pg_catalog, pg_temp"], name


def test_a_person_is_a_plain_login(superuser, scene):
    (row,) = catalog(
        superuser,
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles "
        "WHERE rolname = 'mallory'",
    )
    assert not any(row)
    groups = catalog(
        superuser,
        "SELECT roleid::regrole::text, admin_option FROM pg_auth_members WHERE member = 'mallory'::regrole",
    )
    assert groups == [(PEOPLE, False)]
    (logs_in,) = catalog(
        superuser, "SELECT bool_or(rolcanlogin) FROM pg_roles WHERE rolname IN (%s, %s)", PEOPLE, OWNER
    )
    assert logs_in == (False,)


@pytest.mark.parametrize(
    ("privilege", "expected"), [("CONNECT", True), ("CREATE", False), ("TEMPORARY", False)]
)
def test_what_people_may_do_with_the_database(superuser, scene, privilege, expected):
    query = "SELECT has_database_privilege('mallory', current_database(), %s)"
    assert superuser.execute(query, [privilege]).fetchone()[0] is expected


def test_people_may_only_use_the_labs_schema(superuser, scene):
    for schema, privilege, expected in (
        ("nanoos", "USAGE", True), ("nanoos", "CREATE", False), ("public", "USAGE", False), ("public", "CREATE", False),
    ):  # fmt: skip
        query = "SELECT has_schema_privilege('mallory', %s, %s)"
        assert superuser.execute(query, (schema, privilege)).fetchone()[0] is expected, (schema, privilege)
