"""An attacker with a person's credential tries the server itself: roles, files, programs, other databases."""

from __future__ import annotations

import psycopg
import pytest
from attacks import login, raw, refused

DENIED = "42501"
# fmt: off
BECOMING_SOMEONE = [
    "SET ROLE postgres", "SET ROLE lab_owner", "SET ROLE lab_admin", "SET ROLE ada", "SET ROLE pg_read_all_data",
    "SET SESSION AUTHORIZATION ada", "SET SESSION AUTHORIZATION postgres", "SET LOCAL ROLE lab_owner",
    "ALTER ROLE mallory SUPERUSER", "ALTER ROLE mallory BYPASSRLS", "ALTER ROLE mallory CREATEROLE",
    "ALTER ROLE mallory CREATEDB", "ALTER ROLE mallory REPLICATION", "ALTER ROLE mallory CONNECTION LIMIT -1",
    "ALTER ROLE mallory RENAME TO ada2", "ALTER ROLE ada PASSWORD 'x'", "ALTER ROLE lab_admin PASSWORD 'x'",
    "ALTER ROLE ALL SET row_security = off", "ALTER ROLE ada SET search_path = evil", "DROP ROLE ada",
    "CREATE ROLE evil SUPERUSER", "CREATE ROLE evil", "GRANT lab_owner TO mallory", "GRANT ada TO mallory",
    "GRANT postgres TO mallory", "GRANT pg_execute_server_program TO mallory", "GRANT lab_people TO ada",
    "REASSIGN OWNED BY ada TO mallory", "REASSIGN OWNED BY lab_owner TO mallory", "DROP OWNED BY ada",
]
CHANGING_THE_RULES = [
    "ALTER TABLE material DISABLE ROW LEVEL SECURITY", "ALTER TABLE material NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY material_select ON material", "ALTER POLICY material_select ON material USING (true)",
    "CREATE POLICY mine ON material USING (true)", "ALTER TABLE material OWNER TO mallory",
    "CREATE TRIGGER t BEFORE INSERT ON material FOR EACH ROW EXECUTE FUNCTION nanoos.stamp_event()",
    "CREATE RULE r AS ON SELECT TO material DO INSTEAD SELECT 1", "CREATE INDEX ON material (notes)",
    "ALTER TABLE event DISABLE TRIGGER event_append_only", "DROP TABLE material", "DROP SCHEMA nanoos CASCADE",
    "COMMENT ON TABLE material IS 'x'", "ALTER FUNCTION nanoos.my_projects(text[]) SECURITY INVOKER",
    "CREATE OR REPLACE FUNCTION nanoos.my_projects(roles text[]) RETURNS text[] LANGUAGE sql AS 'SELECT NULL::text[]'",
    "DROP FUNCTION nanoos.my_projects(text[]) CASCADE", "ALTER DATABASE {database} SET row_security = off",
    "ALTER DATABASE {database} OWNER TO mallory", "ALTER SCHEMA nanoos OWNER TO mallory",
    "CREATE STATISTICS s ON name, notes FROM material", "CREATE PUBLICATION p FOR TABLE material",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION stamp_event()", "REINDEX TABLE material",
    "CLUSTER material USING pk_material", "CREATE SCHEMA evil", "CREATE SCHEMA AUTHORIZATION mallory",
    "CREATE TABLE public.x (i int)", "CREATE TABLE nanoos.x (i int)", "CREATE TEMP TABLE x (i int)",
    "CREATE TABLE pg_catalog.x (i int)", "INSERT INTO setting VALUES ('files', '/tmp')",
    "UPDATE setting SET value = '/tmp'", "DELETE FROM setting", "UPDATE alembic_version SET version_num = 'x'",
    "UPDATE pg_class SET relrowsecurity = false", "UPDATE pg_proc SET proleakproof = true",
    "INSERT INTO pg_auth_members VALUES (0, 0, 0, 0, true)",
]
FILES_AND_PROGRAMS = [
    "COPY (SELECT 1) TO PROGRAM 'id'", "COPY (SELECT 1) TO '/tmp/nanoos-attack'", "COPY material FROM PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_binary_file('/etc/passwd')", "SELECT pg_ls_dir('/')",
    "SELECT pg_stat_file('/etc/passwd')", "SELECT pg_ls_logdir()", "SELECT pg_ls_waldir()", "SELECT pg_ls_tmpdir()",
    "SELECT lo_import('/etc/passwd')", "SELECT lo_export(1, '/tmp/nanoos-attack')", "SELECT lo_create(0)",
    "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT pg_reload_conf()", "SELECT pg_rotate_logfile()",
    "SELECT pg_promote()", "SELECT pg_switch_wal()", "SELECT pg_create_restore_point('x')",
    "SELECT pg_create_logical_replication_slot('x', 'pgoutput')", "SELECT pg_stat_reset()",
    "SELECT currtid2('nanoos.material', '(0,1)')", "SELECT * FROM pg_hba_file_rules", "SELECT * FROM pg_file_settings",
    "SELECT pg_current_logfile()", "SELECT set_config('session_replication_role', 'replica', false)",
    "SET session_replication_role = replica", "SET log_statement = 'all'", "SET lo_compat_privileges = on",
    "SET allow_system_table_mods = on", "SET dynamic_library_path = '/tmp'", "SET session_preload_libraries = '/tmp/x'",
    "LOAD '/tmp/x.so'", "LOAD 'auto_explain'", "ALTER SYSTEM SET archive_command = 'id'", "CHECKPOINT",
    "CREATE EXTENSION dblink", "CREATE EXTENSION file_fdw", "CREATE EXTENSION plpython3u",
    "CREATE EXTENSION pageinspect", "CREATE EXTENSION pgcrypto", "CREATE LANGUAGE c",
    "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw",
    "CREATE FOREIGN DATA WRAPPER w", "CREATE DATABASE evil", "CREATE TABLESPACE t LOCATION '/tmp'",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=postgres' PUBLICATION p", "DROP DATABASE postgres",
    "CREATE FUNCTION nanoos.f() RETURNS int LANGUAGE c AS '/tmp/x'", "CREATE CAST (text AS int) WITH INOUT",
    "CREATE ACCESS METHOD m TYPE INDEX HANDLER hnswhandler", "DO LANGUAGE plpython3u 'pass'",
]
# fmt: on
NOT_THERE = {"58P01", "0A000", "42704", "42883", "25001"}
"""There is no such library, feature, role or language here at all, which is as good as being refused."""


@pytest.mark.parametrize("statement", BECOMING_SOMEONE)
def test_nobody_becomes_someone_else(mallory, statement):
    assert refused(mallory, statement) in {DENIED, "0A000"}  # whose session it is cannot be renamed at all
    assert mallory.execute("SELECT session_user, current_user").fetchone() == ("mallory", "mallory")


@pytest.mark.parametrize("statement", CHANGING_THE_RULES)
def test_nobody_changes_the_rules(scene, mallory, statement):
    assert refused(mallory, statement.format(database=scene.lab.database)) == DENIED


@pytest.mark.parametrize("statement", FILES_AND_PROGRAMS)
def test_nobody_reaches_files_programs_or_the_server(mallory, statement):
    assert refused(mallory, statement) in {DENIED, *NOT_THERE}


@pytest.mark.parametrize("target", ["material", "event", "setting", "project", "member"])
@pytest.mark.parametrize("whom", ["mallory", "PUBLIC", "lab_people"])
def test_nobody_grants_what_was_not_given(mallory, superuser, target, whom):
    """GRANT of nothing succeeds with a warning; so it is looked at what came of it."""
    query = "SELECT relacl::text FROM pg_class WHERE oid = %s::regclass"
    before = superuser.execute(query, [f"nanoos.{target}"]).fetchone()
    for verb in ("SELECT", "UPDATE", "ALL"):
        try:
            mallory.execute(f"GRANT {verb} ON nanoos.{target} TO {whom} WITH GRANT OPTION")
        except psycopg.Error as error:
            assert error.sqlstate in {DENIED, "0LP01"}  # noqa: PT017 - grant options go to no group
    assert superuser.execute(query, [f"nanoos.{target}"]).fetchone() == before


def test_one_does_not_let_others_into_the_lab(mallory, superuser):
    query = "SELECT count(*) FROM pg_auth_members WHERE roleid = 'lab_people'::regrole"
    before = superuser.execute(query).fetchone()
    assert refused(mallory, "GRANT lab_people TO postgres") == DENIED
    mallory.execute("SET ROLE lab_people")
    assert refused(mallory, "GRANT lab_people TO ada WITH ADMIN OPTION") == DENIED
    assert superuser.execute(query).fetchone() == before


def test_settings_of_ones_own_change_nothing_for_others(scene, mallory):
    """One may set defaults of one's own sessions, which cannot widen one's rights."""
    mallory.execute("ALTER ROLE mallory SET search_path = 'public'")
    mallory.execute("ALTER ROLE mallory SET row_security = 'off'")
    with raw(scene.lab.person("ada")) as ada:
        assert ada.execute("SHOW row_security").fetchone() == ("on",)
    with (
        psycopg.connect(**login(scene.lab.person("mallory"))) as again,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        again.execute("SELECT * FROM nanoos.material")
    mallory.execute("ALTER ROLE mallory RESET ALL")


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_the_servers_own_databases_offer_nothing(scene, superuser, database):
    with raw(scene.lab.person("mallory"), dbname=database) as elsewhere:
        for statement in ("CREATE TABLE x (i int)", "CREATE SCHEMA evil", "CREATE EXTENSION dblink"):
            assert refused(elsewhere, statement) in {DENIED, "3F000", *NOT_THERE}
        tables = elsewhere.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'f') AND relnamespace NOT IN "
            "('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)"
        ).fetchall()
        assert tables == []
        assert refused(elsewhere, "SELECT * FROM nanoos.material") == "42P01"


def test_another_labs_database_is_closed(scene, postgres):
    """A person of one lab has no business in another on the same server, and is let into none."""
    from nanoos_lab.store.postgresql.admin import create_lab

    create_lab(postgres.address("rival_lab"), files=scene.lab.files.parent / "other", roles="other")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(**login(scene.lab.person("mallory"), dbname="rival_lab"))


def test_a_wrong_or_missing_password_opens_nothing(scene):
    for password in ("wrong", None):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**login(scene.lab.person("ada"), password=password, passfile="/nonexistent"))
    for role in ("lab_owner", "lab_people"):
        with pytest.raises(psycopg.OperationalError, match=r"password|not permitted"):
            psycopg.connect(**login(scene.lab.person("ada"), user=role, password="x"))  # noqa: S106


def test_other_peoples_sessions_are_left_alone(scene, mallory):
    with raw(scene.lab.person("ada")) as ada:
        pid = ada.info.backend_pid
        for function in ("pg_terminate_backend", "pg_cancel_backend"):
            assert refused(mallory, f"SELECT {function}({pid})") == DENIED
        assert ada.execute("SELECT 1").fetchone() == (1,)


def test_prepared_transactions_and_notices_carry_nothing(scene, mallory):
    mallory.execute("BEGIN")
    assert refused(mallory, "PREPARE TRANSACTION 'x'") in {"55000", "25P01"}  # they are switched off
    mallory.execute("ROLLBACK")
    mallory.execute("LISTEN everything")
    with scene.ada.write() as session:
        session.connection()
    assert list(mallory.notifies(timeout=0)) == []


def test_a_lock_on_a_table_is_refused_where_it_would_stop_reading(mallory):
    """Tags alone may be deleted, so tags alone may be locked: a nuisance that the operator sees and ends."""
    from attacks import NAMES

    from nanoos_lab.store.postgresql.security import MAY_DELETE

    for table in set(NAMES) - set(MAY_DELETE):
        mallory.execute("BEGIN")
        assert refused(mallory, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT") == DENIED
        mallory.execute("ROLLBACK")
