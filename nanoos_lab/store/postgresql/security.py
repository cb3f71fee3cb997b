"""Who may see and change what on a server: grants, row security, and the few functions that act for people.

Three roles: the *owner*, as whom nobody logs in, has the tables; *people* is the group of everyone who works in
the lab; each person logs in under a name of their own. A person's rights follow from the table ``member``,
read by a function that knows the person by ``session_user``, which neither ``SET ROLE`` nor a setting can
forge. People cannot create anything in the database, own nothing, and have no function that reads files or
runs programs. Statements here are run by the administrator and may be run again at any time.

Three rules that are easily broken, for ``EXPLAIN (ANALYZE)`` and a clock tell what a query did before a policy hid it:

* Every index begins with the project, or is of one project alone. The two tables where that cannot be, ``project``
  and ``member``, are read through functions only.
* In a policy the project is looked at first. PostgreSQL asks conditions in the order of their estimated cost, also
  those of the person's own that cannot fail, such as an equality: whether the policy was asked at all would tell
  whether anybody has a row like that. Looking up a key in a ``jsonb`` is taken to cost nothing, so it comes first.
* A policy sees what its transaction sees, so people write in READ COMMITTED, where every statement looks at the
  members anew: who was removed could else go on in a transaction begun before.

What is not hidden stands in ``docs/isolation.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from nanoos_lab.store.postgresql.connection import SCHEMA
from nanoos_lab.store.schema import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

AUTHORED = ("structure", "sample", "run", "batch", "property_value", "model", "event")
"""Tables whose rows name their author, who must be the person that adds them."""
MAY_UPDATE = {
    "material": ("name", "notes"),
    "structure": ("name", "notes"),
    "sample": ("name", "material_id", "structure_id", "synthesis", "notes"),
    "run": (
        "state", "active_key", "priority", "retry", "attempt", "not_before", "cancel_requested", "owner", "label",
        "started_at", "finished_at", "summary", "messages", "converged", "error",
    ),
    "attempt": ("job_id", "worker", "started_at", "finished_at", "ended", "reason", "usage"),
    "artifact": ("purged_at",),
    "model": ("active", "retired_at"),
    "lease": ("holder", "token", "until"),
}  # fmt: skip
"""Columns that editors change; everything else stays as it was added."""
MAY_DELETE = ("tag",)
NOT_OF_A_PROJECT = ("project", "member", "setting")
BY_FUNCTION_ONLY = ("project.created", "member.changed")
"""Journal lines that tell of rights; people cannot write them, only the functions that change rights do."""

TAKEN_FROM_PUBLIC = (
    "lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "currtid2(text, tid)",
)  # fmt: skip
"""Functions of the server that would let people store things outside the tables, or look past row security; taken
away in the lab's database when it is made, which needs a superuser."""

_FUNCTIONS = (
    """
CREATE OR REPLACE FUNCTION {schema}.my_projects(roles text[]) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(project_id::text), '{{}}') FROM {schema}.member
    WHERE person = session_user AND role = ANY (roles)
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.journal(project text, kind text, subject text, data json) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO {schema}.event (id, project_id, at, author, kind, subject_id, data) VALUES (
        lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000000)::bigint), 14, '0')
            || substr(replace(gen_random_uuid()::text, '-', ''), 1, 6),
        project, extract(epoch FROM clock_timestamp())::float8, session_user, kind, subject, data)
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.my_project_set(roles text[]) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(project_id, true), '{{}}') FROM {schema}.member
    WHERE person = session_user AND role = ANY (roles)
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.list_projects()
RETURNS TABLE (id text, owner text, name text, role text, created_at float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.id, p.owner, p.name, m.role, p.created_at
    FROM {schema}.member AS m JOIN {schema}.project AS p ON p.id = m.project_id
    WHERE m.person = session_user
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.list_members(project text)
RETURNS TABLE (person text, role text, added_by text, created_at float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.person, m.role, m.added_by, m.created_at
    FROM {schema}.member AS m JOIN {schema}.member AS me ON me.project_id = m.project_id
    WHERE m.project_id = list_members.project AND me.person = session_user
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.role_in(project text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT role FROM {schema}.member WHERE project_id = project AND person = session_user
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.begin_write(project text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    grown regclass;
BEGIN
    IF {schema}.role_in(project) IN ('editor', 'owner') THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('nanoos ' || project, 0));
        -- Every index begins with the project, so on a table of which nothing is known one seems as good as another,
        -- and foreign keys are checked by reading all of the project, until the server looks for itself in a minute.
        FOR grown IN
            SELECT c.oid::regclass FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r' AND a.attname = 'project_id'
                AND pg_relation_size(c.oid) > 8192 * (2 * greatest(c.relpages, 0)::bigint + 8)
        LOOP
            EXECUTE format('ANALYZE (SKIP_LOCKED) %s (project_id)', grown);
        END LOOP;
    END IF;
    RETURN {schema}.role_in(project);
END
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.create_project(wanted text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made text := substr(replace(gen_random_uuid()::text, '-', ''), 21, 12);
    now_s float8 := extract(epoch FROM clock_timestamp())::float8;
BEGIN
    IF wanted IS NULL OR wanted !~ '^[^/[:cntrl:]]{{1,100}}$' OR wanted <> btrim(wanted) THEN
        RAISE EXCEPTION 'a project''s name is 1 to 100 printable characters without a slash'
            USING ERRCODE = '22023';
    END IF;
    INSERT INTO {schema}.project (id, owner, name, created_at) VALUES (made, session_user, wanted, now_s);
    INSERT INTO {schema}.member (project_id, person, role, added_by, created_at)
        VALUES (made, session_user, 'owner', session_user, now_s);
    PERFORM {schema}.journal(made, 'project.created', made, json_build_object('name', wanted));
    RETURN made;
END
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.set_member(project text, wanted_person text, wanted_role text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    had text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN  -- who was an owner then need not be one now
        RAISE EXCEPTION 'members are changed in a transaction that is READ COMMITTED' USING ERRCODE = '25001';
    END IF;
    IF {schema}.role_in(project) IS DISTINCT FROM 'owner' THEN
        RAISE EXCEPTION 'only an owner of the project says who may work in it' USING ERRCODE = '42501';
    END IF;
    IF wanted_role NOT IN ('owner', 'editor', 'viewer') THEN
        RAISE EXCEPTION 'a role is owner, editor or viewer, not %', quote_literal(wanted_role)
            USING ERRCODE = '22023';
    END IF;
    BEGIN  -- let who is writing finish, but not hold up the removal for longer
        PERFORM set_config('lock_timeout', '2s', true);
        PERFORM pg_advisory_xact_lock(hashtextextended('nanoos ' || project, 0));
    EXCEPTION WHEN lock_not_available THEN NULL;
    END;
    PERFORM set_config('lock_timeout', '30s', true);
    -- One change of members at a time. People have no right on this row that could hold it up.
    PERFORM FROM {schema}.project WHERE id = set_member.project FOR NO KEY UPDATE;
    IF {schema}.role_in(project) IS DISTINCT FROM 'owner' THEN
        RAISE EXCEPTION 'only an owner of the project says who may work in it' USING ERRCODE = '42501';
    END IF;
    SELECT role INTO had FROM {schema}.member WHERE project_id = project AND person = wanted_person;
    IF wanted_role IS NOT DISTINCT FROM had THEN
        RETURN;
    END IF;
    IF had IS NULL AND NOT EXISTS (
        SELECT FROM pg_roles WHERE rolname = wanted_person AND rolcanlogin AND NOT rolsuper
            AND pg_has_role(oid, {people_literal}, 'MEMBER') AND NOT pg_has_role(oid, {owner_literal}, 'MEMBER')
    ) THEN
        RAISE EXCEPTION 'there is no person % in this lab', quote_nullable(wanted_person) USING ERRCODE = 'P0002';
    END IF;
    IF wanted_role IS NULL THEN
        DELETE FROM {schema}.member WHERE project_id = project AND person = wanted_person;
    ELSE
        INSERT INTO {schema}.member (project_id, person, role, added_by, created_at) VALUES
            (project, wanted_person, wanted_role, session_user, extract(epoch FROM clock_timestamp())::float8)
            ON CONFLICT (project_id, person) DO UPDATE SET role = excluded.role, added_by = excluded.added_by;
    END IF;
    IF NOT EXISTS (SELECT FROM {schema}.member WHERE project_id = project AND role = 'owner') THEN
        RAISE EXCEPTION 'a project keeps at least one owner' USING ERRCODE = '22023';
    END IF;
    PERFORM {schema}.journal(project, 'member.changed', project,
        json_build_object('person', wanted_person, 'was', had, 'role', wanted_role));
END
$$
""",
    """
CREATE OR REPLACE FUNCTION {schema}.stamp_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_has_role(session_user, {owner_literal}, 'MEMBER') THEN
        NEW.author := session_user;
        NEW.at := extract(epoch FROM clock_timestamp())::float8;
    END IF;
    RETURN NEW;
END
$$
""",
    """
CREATE OR REPLACE TRIGGER event_stamp BEFORE INSERT ON {schema}.event
    FOR EACH ROW EXECUTE FUNCTION {schema}.stamp_event()
""",
)

_CALLED_BY_PEOPLE = (
    "my_projects(text[])", "my_project_set(text[])", "list_projects()", "list_members(text)", "role_in(text)",
    "begin_write(text)", "create_project(text)", "set_member(text, text, text)",
)  # fmt: skip
_ALL_FUNCTIONS = (*_CALLED_BY_PEOPLE, "journal(text, text, text, json)", "stamp_event()", "refuse_change()")
_FIRST = "((SELECT {schema}.my_project_set(ARRAY[{roles}])))[project_id::text] IS NOT NULL"
_MINE = "project_id = ANY ((SELECT {schema}.my_projects(ARRAY[{roles}]))::text[])"
_READERS, _WRITERS = ("viewer", "editor", "owner"), ("editor", "owner")
_ANEW = "(SELECT current_setting('transaction_isolation')) = 'read committed'"


def install(connection: Connection, *, owner: str, people: str) -> None:
    """Put every grant, policy and function in place, as they are meant to be now.

    Args:
        connection: Of the administrator, in a transaction, acting as the owner.
        owner: The role that has the tables.
        people: The group of all people.
    """
    for statement in statements(owner=owner, people=people):
        connection.execute(text(statement.replace(":", r"\:")))


def statements(*, owner: str, people: str) -> list[str]:
    """Return what :func:`install` runs.

    Args:
        owner: The role that has the tables.
        people: The group of all people.
    """
    group = quoted(people)
    made = [
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC, {group}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {group}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM PUBLIC, {group}",
        *(
            function.format(schema=SCHEMA, owner_literal=literal(owner), people_literal=literal(people))
            for function in _FUNCTIONS
        ),
        *(f"REVOKE ALL ON FUNCTION {SCHEMA}.{function} FROM PUBLIC, {group}" for function in _ALL_FUNCTIONS),
        *(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{function} TO {group}" for function in _CALLED_BY_PEOPLE),
        f"GRANT SELECT ON {SCHEMA}.alembic_version, {SCHEMA}.setting TO {group}",
    ]
    for table in Base.metadata.sorted_tables:
        if table.name in NOT_OF_A_PROJECT:
            made += _policies(
                table.name, group, {"SELECT": "USING (true)"} if table.name == "setting" else {}
            )
        else:
            made += _of_project(table.name, group)
    return made


def _rule(rule: str, roles: tuple[str, ...]) -> str:
    # A subselect is evaluated once for a query, not for each row.
    return rule.format(schema=SCHEMA, roles=", ".join(map(literal, roles)))


def _of_project(table: str, group: str) -> list[str]:
    readable = f"{_rule(_FIRST, _READERS)} AND {_rule(_MINE, _READERS)}"
    added = f"{_rule(_MINE, _WRITERS)} AND {_ANEW}"
    changed = f"{_rule(_FIRST, _WRITERS)} AND {added}"
    if table in AUTHORED:
        added += " AND author = session_user"
    if table == "event":
        added += f" AND kind NOT IN ({', '.join(map(literal, BY_FUNCTION_ONLY))})"
    rules = {"SELECT": f"USING ({readable})", "INSERT": f"WITH CHECK ({added})"}
    made = [f"GRANT SELECT, INSERT ON {SCHEMA}.{table} TO {group}"]
    if table in MAY_UPDATE:
        rules["UPDATE"] = f"USING ({changed}) WITH CHECK ({changed})"
        made.append(f"GRANT UPDATE ({', '.join(MAY_UPDATE[table])}) ON {SCHEMA}.{table} TO {group}")
    if table in MAY_DELETE:
        rules["DELETE"] = f"USING ({changed})"
        made.append(f"GRANT DELETE ON {SCHEMA}.{table} TO {group}")
    return made + _policies(table, group, rules)


def _policies(table: str, group: str, rules: dict[str, str]) -> list[str]:
    made = [f"ALTER TABLE {SCHEMA}.{table} ENABLE ROW LEVEL SECURITY"]
    made += [
        f"DROP POLICY IF EXISTS {table}_{verb.lower()} ON {SCHEMA}.{table}"
        for verb in ("SELECT", "INSERT", "UPDATE", "DELETE")
    ]
    made += [
        f"CREATE POLICY {table}_{verb.lower()} ON {SCHEMA}.{table} FOR {verb} TO {group} {rule}"
        for verb, rule in rules.items()
    ]
    return made


def quoted(name: str) -> str:
    """Return a role's or database's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
