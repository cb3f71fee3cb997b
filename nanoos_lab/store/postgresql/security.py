"""Who may see and change what on a server: grants, row security, and the few functions that act for people.

Three roles: the *owner*, as whom nobody logs in, has the tables; *people* is the group of everyone who works in
the lab; each person logs in under a name of their own. A person's rights follow from the table ``member``,
read by a function that knows the person by ``session_user``, which neither ``SET ROLE`` nor a setting can
forge. People cannot create anything in the database, own nothing, and have no function that reads files or
runs programs. Statements here are run by the administrator and may be run again at any time.

What row security does not hide, and PostgreSQL nowhere does: names of logins, sizes of tables, and the
planner's estimates in ``EXPLAIN``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from nanoos_lab.store.postgresql.connection import SCHEMA
from nanoos_lab.store.schema import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

AUTHORED = ("structure", "sample", "run", "batch", "property_value", "event")
"""Tables whose rows name their author, who must be the person that adds them."""
MAY_UPDATE = {
    "material": ("name", "notes"),
    "structure": ("name", "notes"),
    "sample": ("name", "material_id", "structure_id", "synthesis", "notes"),
    "run": (
        "state", "active_key", "priority", "retry", "attempt", "not_before", "cancel_requested", "owner", "label",
        "started_at", "finished_at", "summary", "messages", "converged", "error",
    ),
    "attempt": ("job_id", "worker", "started_at", "finished_at", "ended", "reason"),
    "artifact": ("purged_at",),
}  # fmt: skip
"""Columns that editors change; everything else stays as it was added."""
MAY_DELETE = ("tag",)
NOT_OF_A_PROJECT = ("project", "member", "setting")

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
    is_owner boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('nanoos ' || project, 0));
    SELECT role = 'owner' INTO is_owner FROM {schema}.member
        WHERE project_id = project AND person = session_user;
    IF NOT coalesce(is_owner, false) THEN
        RAISE EXCEPTION 'only an owner of the project says who may work in it' USING ERRCODE = '42501';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted_person
                   AND pg_has_role(oid, {people_literal}, 'MEMBER') AND NOT rolsuper) THEN
        RAISE EXCEPTION 'there is no person % in this lab', quote_literal(wanted_person) USING ERRCODE = '22023';
    END IF;
    SELECT role INTO had FROM {schema}.member WHERE project_id = project AND person = wanted_person;
    IF wanted_role IS NOT DISTINCT FROM had THEN
        RETURN;
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

_CALLED_BY_PEOPLE = ("my_projects(text[])", "create_project(text)", "set_member(text, text, text)")
_ALL_FUNCTIONS = (*_CALLED_BY_PEOPLE, "journal(text, text, text, json)", "stamp_event()", "refuse_change()")
_MINE = "(SELECT {schema}.my_projects(ARRAY[{roles}]))::text[]"
_READERS, _WRITERS = ("viewer", "editor", "owner"), ("editor", "owner")


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
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC",
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
    readable, writable = (_mine(roles) for roles in (_READERS, _WRITERS))
    made += _policies("project", group, {"SELECT": f"USING (id = ANY ({readable}))"})
    made += _policies("member", group, {"SELECT": f"USING (project_id = ANY ({readable}))"})
    made += [f"GRANT SELECT ON {SCHEMA}.project, {SCHEMA}.member TO {group}"]
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_OF_A_PROJECT:
            made += _of_project(table.name, group, readable, writable)
    return made


def _mine(roles: tuple[str, ...]) -> str:
    # A subselect is evaluated once for a query, not for each row.
    return _MINE.format(schema=SCHEMA, roles=", ".join(map(literal, roles)))


def _of_project(table: str, group: str, readable: str, writable: str) -> list[str]:
    seen, changed = f"project_id = ANY ({readable})", f"project_id = ANY ({writable})"
    added = f"{changed} AND author = session_user" if table in AUTHORED else changed
    rules = {"SELECT": f"USING ({seen})", "INSERT": f"WITH CHECK ({added})"}
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
