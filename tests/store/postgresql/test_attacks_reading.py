"""An attacker with a person's credential tries to read what is not hers, with everything SQL has."""

from __future__ import annotations

import re

import numpy as np
import psycopg
import pytest
from attacks import NAMES, TABLES, raw, refused
from sqlalchemy import Boolean

from nanoos_lab.store.schema import Base
from nanoos_lab.store.similar_server import of_dimension
from nanoos_lab.store.vector_indexes import build_indexes

DENIED = "42501"
SECRET = "adas secret"  # noqa: S105 - the words to look for
WAYS = [
    "SELECT * FROM {t}",
    "TABLE {t}",
    "SELECT * FROM ONLY {t}",
    "SELECT t FROM {t} AS t",
    "SELECT ctid, xmin, tableoid, * FROM {t}",
    "SELECT * FROM {t} WHERE project_id = '{ada}'",
    "SELECT * FROM {t} WHERE project_id <> '{mallory}'",
    "SELECT * FROM {t} WHERE ctid = '(0,1)'",
    "SELECT * FROM {t} TABLESAMPLE SYSTEM (100)",
    "SELECT row_to_json(t) FROM {t} AS t",
    "SELECT query_to_xml('SELECT * FROM nanoos.{t}', true, false, '')",
    "SELECT table_to_xml('nanoos.{t}', true, false, '')",
    "SELECT a.* FROM {t} AS a JOIN {t} AS b ON true",
    "SELECT a.* FROM {t} AS a LEFT JOIN {t} AS b ON a.project_id <> b.project_id",
    "SELECT * FROM (VALUES (1)) AS v, LATERAL (SELECT * FROM {t}) AS s",
    "SELECT (SELECT string_agg(t::text, '') FROM {t} AS t)",
    "WITH w AS MATERIALIZED (SELECT * FROM {t}) SELECT * FROM w",
    "SELECT * FROM {t} UNION ALL SELECT * FROM {t}",
    "SELECT * FROM {t} FOR UPDATE",
    "SELECT * FROM {t} FOR KEY SHARE",
]
PLANS = [
    "SET enable_seqscan = off",
    "SET debug_parallel_query = on; SET parallel_setup_cost = 0; SET min_parallel_table_scan_size = 0",
    "SET enable_indexscan = off; SET enable_bitmapscan = off",
    "SET role = lab_people",
]
GUESSING = [
    "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off",
    "SET enable_seqscan = off; SET enable_bitmapscan = off",
    "SET enable_seqscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off",
    "SET cpu_operator_cost = 0; SET enable_indexscan = off; SET enable_bitmapscan = off",
    "SET cpu_operator_cost = 1000; SET enable_indexscan = off; SET enable_bitmapscan = off",
]


def told(connection, statement):
    """Everything that a statement gives away: its rows, or its error with detail, hint and context."""
    try:
        found = connection.execute(statement)
        return str(found.fetchall()) if found.description else ""
    except psycopg.Error as error:
        diagnosis = error.diag
        return f"{error} {diagnosis.message_detail} {diagnosis.message_hint} {diagnosis.context}"


@pytest.mark.parametrize("table", NAMES)
def test_no_way_of_asking_shows_a_row_of_another_project(scene, mallory, table):
    assert SECRET in str(scene.secret) or table == "tag"
    places = {"t": table, "ada": scene.project, "mallory": scene.own_project}
    for plan in ("", *PLANS):
        mallory.execute("RESET ALL; RESET ROLE; SET search_path = nanoos")
        if plan:
            mallory.execute(plan)
        for way in WAYS:
            statement = way.format(**places)
            said = told(mallory, statement)
            assert SECRET not in said, statement
            assert scene.project not in said.replace(statement, ""), statement
        assert mallory.execute(f"SELECT DISTINCT project_id FROM {table}").fetchall() == [
            (scene.own_project,)
        ]


@pytest.mark.parametrize("table", NAMES)
def test_copy_gives_only_ones_own(scene, mallory, table):
    for what in (table, f"(SELECT * FROM {table})"):
        try:
            with mallory.cursor().copy(f"COPY {what} TO STDOUT") as copied:
                everything = b"".join(bytes(part) for part in copied).decode()
        except psycopg.errors.InsufficientPrivilege:
            continue
        assert scene.project not in everything
        assert SECRET not in everything


@pytest.mark.parametrize("table", NAMES)
def test_a_held_cursor_holds_only_ones_own(scene, mallory, table):
    mallory.execute(f"DECLARE peep CURSOR WITH HOLD FOR SELECT project_id FROM {table}")
    assert set(mallory.execute("FETCH ALL FROM peep").fetchall()) == {(scene.own_project,)}


@pytest.mark.parametrize("table", ["project", "member"])
def test_projects_and_members_are_read_through_functions_only(mallory, table):
    for way in (*WAYS, "SELECT count(*) FROM {t}", "EXPLAIN ANALYZE SELECT FROM {t}", "COPY {t} TO STDOUT"):
        statement = way.format(t=table, ada="x", mallory="y")
        # Some servers are built without XML; project has no column project_id.
        assert refused(mallory, statement) in {DENIED, "0A000", "42703"}, statement


def test_functions_tell_only_of_ones_own(scene, mallory):
    """Whatever is given to them: other projects, nothing, quotes, patterns."""
    hostile = (
        scene.project,
        None,
        "",
        "%",
        "' OR true --",
        "'; SELECT * FROM member; --",
        "\\",
        "x" * 10_000,
    )
    for given in hostile:
        assert mallory.execute("SELECT * FROM list_members(%s)", [given]).fetchall() == []
        assert mallory.execute("SELECT role_in(%s)", [given]).fetchone() == (None,)
        assert mallory.execute("SELECT begin_write(%s)", [given]).fetchone() == (None,)
        assert mallory.execute("SELECT my_projects(%s)", [[given]]).fetchone() == ([],)
    assert mallory.execute("SELECT my_projects(NULL)").fetchone() == ([],)
    roles = [["owner", "editor", "viewer"], ["owner", None], ["owner"] * 1000]
    for given in roles:
        assert mallory.execute("SELECT my_projects(%s)", [given]).fetchone() == ([scene.own_project],)
    assert [row[0] for row in mallory.execute("SELECT id FROM list_projects()")] == [scene.own_project]


def test_a_stranger_holds_no_lock_on_a_project_through_the_function(scene, mallory):
    mallory.execute("BEGIN")
    mallory.execute("SELECT begin_write(%s)", [scene.project])
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    assert mallory.execute(held).fetchone() == (0,)
    mallory.execute("ROLLBACK")


def test_a_condition_of_ones_own_is_asked_only_of_ones_own_rows(scene, mallory):
    """No function, operator, cast or view can be made; and what there is meets no foreign row: it would fail."""
    for statement in (
        "CREATE FUNCTION {s}.peep(text) RETURNS bool LANGUAGE plpgsql COST 1e-9 AS 'BEGIN RAISE NOTICE ''%'', $1; END'",
        "CREATE OPERATOR {s}.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        "CREATE VIEW {s}.peep AS SELECT * FROM nanoos.material",
        "CREATE MATERIALIZED VIEW {s}.peep AS SELECT * FROM nanoos.material",
        "CREATE TABLE {s}.peep AS SELECT * FROM nanoos.material",
        "CREATE TYPE {s}.peep AS (a text)",
        "CREATE DOMAIN {s}.peep AS text CHECK (true)",
        "CREATE AGGREGATE {s}.peep(text) (SFUNC = textcat, STYPE = text)",
        "CREATE SEQUENCE {s}.peep",
        'CREATE COLLATION {s}.peep FROM "C"',
    ):
        for schema in ("nanoos", "public", "pg_temp", "pg_catalog"):
            # By lack of a right; in pg_catalog, or without a right to make temporary objects, in other words.
            assert refused(mallory, statement.format(s=schema)) in {DENIED, "42P01", "3F000"}, (
                statement,
                schema,
            )
    assert refused(mallory, "CREATE CAST (text AS int) WITH INOUT") in {DENIED, "42501"}
    mallory.execute("SELECT * FROM material WHERE 1 / (id = %s)::int = 1", [scene.own["material"]["id"]])
    said = told(
        mallory, f"SELECT * FROM material WHERE CAST(notes AS int) = 1 AND project_id = '{scene.project}'"
    )
    assert said == "[]"
    assert SECRET not in told(mallory, "SELECT * FROM material WHERE CAST(notes AS int) = 1")


def test_an_anonymous_block_sees_what_its_person_sees(scene, mallory):
    heard: list[str] = []
    mallory.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
    for table in NAMES:
        mallory.execute(
            f"DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM nanoos.{table} LOOP RAISE NOTICE '%', r; "
            "END LOOP; END $$"
        )
    assert len(heard) >= len(NAMES)
    assert not any(SECRET in line or scene.project in line for line in heard)


@pytest.mark.parametrize("table", NAMES)
@pytest.mark.parametrize("settings", GUESSING, ids=["seq", "index", "bitmap", "free", "dear"])
def test_a_right_guess_looks_like_a_wrong_one(scene, newcomer, table, settings):
    """EXPLAIN (ANALYZE) counts rows that a policy removed, and says whether it was asked at all; so does a clock."""
    secret, target = scene.secret[table], next(t for t in TABLES if t.name == table)
    newcomer.execute(settings)
    for more in ("", f" AND project_id = '{scene.project}'"):
        for column in target.columns:
            if "enable_seqscan" in settings and not isinstance(secret[column.name], str):
                continue  # IS NULL and IS NOT NULL may take different indexes, whatever is in the table
            said = [
                explained(newcomer, table, guess + more) for guess in guesses(column, secret[column.name])
            ]
            assert len(set(said)) <= 1, "\n\n".join([column.name, *said])


def guesses(column, value):
    """Conditions of the same form, of which one is so of the secret row and another is not."""
    name = column.name
    if name == "project_id":
        return []
    if isinstance(column.type, Boolean):
        return [name, f"NOT {name}"]
    if isinstance(value, str):
        return [f"{name} = '{value}'", f"{name} = '{value[::-1]}'"]
    return [f"{name} IS NULL", f"{name} IS NOT NULL"] if column.nullable else []


def explained(connection, table, condition):
    plan = connection.execute(
        f"EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) SELECT FROM {table} WHERE {condition}"
    ).fetchall()
    lines = [
        line for (line,) in plan if not line.strip().startswith(("Filter:", "Index Cond:", "Recheck Cond:"))
    ]
    return "\n".join(lines)


def test_row_security_cannot_be_switched_off(mallory):
    mallory.execute("SET row_security = off")  # it may be said, and then a query that needs it fails
    for table in NAMES:
        assert refused(mallory, f"SELECT * FROM {table}") == DENIED
    for setting in ("session_replication_role = replica", "session_preload_libraries = 'x'"):
        assert refused(mallory, f"SET {setting}") == DENIED


def test_statistics_of_values_are_not_shown(scene, mallory, superuser):
    superuser.execute("ANALYZE")
    shown = mallory.execute("SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'nanoos'").fetchall()
    assert shown in ([], [("alembic_version",)])
    assert mallory.execute("SELECT * FROM pg_stats_ext").fetchall() == []
    for table in ("pg_statistic", "pg_authid", "pg_largeobject", "pg_user_mapping"):
        assert refused(mallory, f"SELECT * FROM {table}") == DENIED


def test_what_others_ask_is_not_shown(scene, mallory):
    with raw(scene.lab.person("ada")) as ada:
        ada.execute("SELECT 'adas secret question'")
        seen = mallory.execute("SELECT query FROM pg_stat_activity WHERE usename = 'ada'").fetchall()
        assert seen
        assert {query for (query,) in seen} == {"<insufficient privilege>"}


def test_a_statement_prepared_as_a_member_shows_nothing_after_the_removal(scene):
    lab = scene.lab
    with raw(lab.person("ada")) as ada, raw(lab.person("guest")) as guest:
        change = "SELECT set_member(%s, 'guest', %s)"
        ada.execute(change, (scene.project, "editor"))
        guest.execute("PREPARE peep AS SELECT name FROM material")
        for _ in range(7):  # a plan of its own for each, then one for all
            assert len(guest.execute("EXECUTE peep").fetchall()) == 1
        ada.execute(change, (scene.project, None))
        assert guest.execute("EXECUTE peep").fetchall() == []
        assert all(guest.execute(f"SELECT count(*) FROM {t}").fetchone() == (0,) for t in NAMES)


@pytest.fixture(scope="module")
def vectors(scene):
    """Many vectors of ada's, a few of mallory's, without the structures that they would be of."""
    numbers = np.random.default_rng(7).normal(size=(300, 4))
    with raw(scene.superuser()) as superuser, superuser.cursor() as cursor:
        superuser.execute("SET session_replication_role = replica")
        cursor.executemany(
            "INSERT INTO embedding VALUES (%s, 'm', '1', %s, 0, %s)",
            [(scene.project, f"x{i}", str(v.tolist())) for i, v in enumerate(numbers)]
            + [(scene.own_project, f"y{i}", str((-v).tolist())) for i, v in enumerate(numbers[:30])],
        )
    return numbers


@pytest.fixture(params=["exact", "indexed"])
def searching(request, scene, mallory, vectors):
    """Mallory's connection, without an index and with one for each project."""
    if request.param == "indexed":
        build_indexes(scene.lab.admin, everyone=True)
        mallory.execute(
            "SET enable_seqscan = off; SET enable_sort = off; SET hnsw.iterative_scan = strict_order"
        )
    return mallory


NEAREST = (
    "SELECT project_id FROM embedding WHERE model = 'm' AND version = '1' AND {dimension} AND {own} "
    "ORDER BY vector::vector(4) <=> '{target}' LIMIT 30"
)


def nearest(target, own):
    return NEAREST.format(dimension=of_dimension("vector", 4), own=own, target=target.tolist())


def test_vector_ordered_queries_return_ones_own_only(scene, searching, vectors):
    """However near others' vectors are, and whether or not an index is scanned."""
    mine, theirs = f"project_id = '{scene.own_project}'", f"project_id = '{scene.project}'"
    for target in vectors[:5]:
        for own in ("true", mine):
            assert searching.execute(nearest(target, own)).fetchall() == [(scene.own_project,)] * 30
        assert searching.execute(nearest(target, theirs)).fetchall() == []


def test_a_vector_ordered_query_does_not_tell_what_is_near(scene, searching, vectors):
    """How many vectors a search passed over is the same wherever one looks, also where another's vector lies."""
    mine, theirs = f"project_id = '{scene.own_project}'", f"project_id = '{scene.project}'"
    for own in ("true", mine, theirs):
        removed = set()
        for target in (*vectors[:5], *(-vectors[:5])):
            plan = told(searching, f"EXPLAIN (ANALYZE, COSTS off, TIMING off) {nearest(target, own)}")
            removed.add(tuple(re.findall(r"Rows Removed by \w+(?: \w+)*: (\d+)", plan)))
        assert len(removed) == 1, (own, removed)
    indexed = searching.execute("SHOW enable_seqscan").fetchone() == ("off",)
    assert ("ix_embedding_hnsw" in told(searching, f"EXPLAIN {nearest(target, mine)}")) == indexed


@pytest.mark.usefixtures("searching")
def test_an_index_of_vectors_is_of_one_project(superuser):
    made = superuser.execute(
        "SELECT pg_get_expr(indpred, indrelid) FROM pg_index "
        "WHERE indrelid = 'embedding'::regclass AND indpred IS NOT NULL"
    ).fetchall()
    assert all("project_id)::text = '" in predicate for (predicate,) in made)


def test_every_table_is_attacked():
    assert {*NAMES, "project", "member", "setting"} == set(Base.metadata.tables)
