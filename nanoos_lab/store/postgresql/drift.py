"""What a lab's schema allows to whom, as facts that can be compared, and what of it is not ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import text

from nanoos_lab.store.postgresql.connection import SCHEMA
from nanoos_lab.store.postgresql.security import quoted, statements
from nanoos_lab.store.schema import Base, append_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

Facts = dict[str, str]
"""What is said of a thing, by the thing: ``policy run.run_select``, ``grants on run to lab_people``."""

_OWN_FUNCTIONS = """
    pronamespace = to_regnamespace(:schema) AND prokind <> 'a' AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.objid = p.oid AND d.classid = CAST('pg_proc' AS regclass) AND d.deptype = 'e')
"""
_FACTS = f"""
SELECT 'relation ' || relname,
    CAST(relkind AS text) || CASE WHEN relrowsecurity THEN ' with row security' ELSE '' END
    || CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END || ' of ' || pg_get_userbyid(relowner)
FROM pg_class WHERE relnamespace = to_regnamespace(:schema) AND relkind NOT IN ('i', 'I', 't', 'c')
;
SELECT 'policy ' || tablename || '.' || policyname,
    concat_ws(' ', permissive, cmd, CAST(roles AS text), qual, with_check)
FROM pg_policies WHERE schemaname = :schema
;
SELECT 'grants on ' || relname || ' to ' || coalesce(CAST(CAST(nullif(grantee, 0) AS regrole) AS text), 'PUBLIC'),
    string_agg(privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END, ' ' ORDER BY privilege_type)
FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
WHERE relnamespace = to_regnamespace(:schema) AND relkind NOT IN ('i', 'I', 't', 'c') AND grantee <> relowner
GROUP BY relname, grantee
;
SELECT 'grants on ' || relname || '.' || attname || ' to '
    || coalesce(CAST(CAST(nullif(grantee, 0) AS regrole) AS text), 'PUBLIC'),
    string_agg(privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END, ' ' ORDER BY privilege_type)
FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid, aclexplode(attacl)
WHERE relnamespace = to_regnamespace(:schema) AND grantee <> relowner GROUP BY relname, attname, grantee
;
SELECT 'function ' || CAST(CAST(p.oid AS regprocedure) AS text),
    md5(pg_get_functiondef(p.oid)) || ' of ' || pg_get_userbyid(proowner)
FROM pg_proc AS p WHERE {_OWN_FUNCTIONS}
;
SELECT 'grants on function ' || CAST(CAST(p.oid AS regprocedure) AS text) || ' to '
    || coalesce(CAST(CAST(nullif(grantee, 0) AS regrole) AS text), 'PUBLIC'), string_agg(privilege_type, ' ')
FROM pg_proc AS p, aclexplode(coalesce(proacl, acldefault('f', proowner)))
WHERE {_OWN_FUNCTIONS} AND grantee <> proowner GROUP BY p.oid, grantee
;
SELECT 'grants on the schema to ' || coalesce(CAST(CAST(nullif(grantee, 0) AS regrole) AS text), 'PUBLIC'),
    string_agg(privilege_type, ' ' ORDER BY privilege_type)
FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
WHERE oid = to_regnamespace(:schema) AND grantee <> nspowner GROUP BY grantee
;
SELECT 'trigger ' || c.relname || '.' || tgname,
    CASE CAST(tgenabled AS text) WHEN 'D' THEN 'disabled ' ELSE '' END || pg_get_triggerdef(t.oid)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = tgrelid
WHERE relnamespace = to_regnamespace(:schema) AND NOT tgisinternal
""".split(";")  # noqa: S608 - text of our own
"""Relations with owner and row security, policies, all grants, functions, triggers: what it is, what is said of it."""


def snapshot(connection: Connection) -> Facts:
    """Return what the schema allows to whom now.

    Args:
        connection: Of the administrator.
    """
    found: Facts = {}
    for query in _FACTS:
        found |= {str(row[0]): str(row[1]) for row in connection.execute(text(query), {"schema": SCHEMA})}
    return found


class Expected:
    """What is there when the security has just been put in place, and nothing else.

    Args:
        owner: The role that has the tables.
        people: The group of all people.
    """

    def __init__(self, owner: str, people: str) -> None:
        made = "\n".join((*statements(owner=owner, people=people), *append_only("postgresql")))
        self._owner, self._people = owner, people
        self._tables = {*Base.metadata.tables, "alembic_version"}
        self._policies = {
            f"{table}.{name}" for name, table in re.findall(rf"CREATE POLICY (\w+) ON {SCHEMA}\.(\w+)", made)
        }
        self._functions = set(re.findall(rf"FUNCTION (?:{SCHEMA}\.)?(\w+)\s*\(", made))
        self._triggers = set(re.findall(r"TRIGGER (\w+) BEFORE", made))

    def beyond(self, facts: Facts) -> Iterator[tuple[str, str | None]]:
        """Yield what is there beyond it, each with the statement that takes it away, where there is one.

        Args:
            facts: As they are.
        """
        for fact, said in sorted(facts.items()):
            kind, _, name = fact.partition(" ")
            if kind == "policy" and name not in self._policies:
                table, _, policy = name.partition(".")
                yield f"a policy that is not ours, {fact}: {said}", _drop_policy(table, policy)
            elif kind == "relation":
                yield from self._relation(name, said)
            elif (
                kind == "function"
                and re.split(r"[.(]", name.removeprefix(f"{SCHEMA}."))[0] not in self._functions
            ):
                yield f"a function that is not ours: {name}", None
            elif kind == "trigger" and (
                name.partition(".")[2] not in self._triggers or said.startswith("disabled")
            ):
                yield f"{fact} is not as it should be: {said}", self._enable(name)
            elif kind == "grants" and name.rpartition(" to ")[2].strip('"') != self._people:
                yield f"{fact}, who is not the group of people: {said}", _revoke(name, said)

    def _relation(self, name: str, said: str) -> Iterator[tuple[str, str | None]]:
        if name not in self._tables or not said.startswith("r"):
            yield f"something in the schema that is not ours: {name} ({said})", None
        elif said.rpartition(" of ")[2] != self._owner:
            yield f"the table {name} belongs to {said.rpartition(' of ')[2]}, not to {self._owner}", None

    def _enable(self, name: str) -> str | None:
        table, _, trigger = name.partition(".")
        if trigger not in self._triggers:
            return None
        return f"ALTER TABLE {SCHEMA}.{table} ENABLE TRIGGER {quoted(trigger)}"


def _drop_policy(table: str, policy: str) -> str:
    return f"DROP POLICY {quoted(policy)} ON {SCHEMA}.{quoted(table)}"


def _revoke(name: str, said: str) -> str | None:
    thing, _, grantee = name.removeprefix("on ").rpartition(" to ")
    if thing == "the schema":
        return f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {grantee}"
    if thing.startswith("function "):
        function = thing.removeprefix("function ").removeprefix(f"{SCHEMA}.")
        return f"REVOKE ALL ON FUNCTION {SCHEMA}.{function} FROM {grantee}"
    table, _, column = thing.partition(".")
    if column:
        verbs = ", ".join(f"{verb.rstrip('*')} ({quoted(column)})" for verb in said.split())
        return f"REVOKE {verbs} ON {SCHEMA}.{quoted(table)} FROM {grantee}"
    return f"REVOKE ALL ON {SCHEMA}.{quoted(table)} FROM {grantee}"
