"""The indexes of vectors on a server: one for each large project, model and version, made by the administrator.

Nobody needs one before a project has more than :data:`~nanoos_lab.store.similar_server.EXACT_UP_TO` vectors of a
model; without one, larger projects are searched exactly, and slowly. It is made beside the work of others and kept
up to date by the server; adding vectors costs more with it.

An index is of one project alone. Through one of all projects row security would still hide what others have, but
not how long the search passed over it: ``EXPLAIN (ANALYZE)`` and a clock would tell how many vectors of others lie
nearer than one's own, and so whether anybody has a certain compound.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from nanoos_lab.store.postgresql.address import parse_address
from nanoos_lab.store.postgresql.connection import SCHEMA, explain, make_engine
from nanoos_lab.store.postgresql.security import literal, quoted
from nanoos_lab.store.schema import EmbeddingRow, SettingRow
from nanoos_lab.store.similar_server import EXACT_UP_TO, of_dimension

if TYPE_CHECKING:
    from sqlalchemy import Connection

M, EF_CONSTRUCTION = 24, 128
"""With pgvector's defaults, 16 and 64, a few of 500 clusters that lie far apart were never found."""
MEMORY = "512MB"
"""What the making of an index may take: in less, it is several times slower."""
MOST_NUMBERS = 2_000
"""Longer vectors pgvector does not index."""

_KNOWN = text(
    "SELECT c.relname AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = to_regclass(:table) AND starts_with(c.relname, 'ix_embedding_hnsw_')"
)


@dataclass(frozen=True)
class VectorIndex:
    """The vectors of one project, model and version, and whether they have an index."""

    project_id: str
    model: str
    version: str
    dimension: int
    vectors: int
    state: str
    """``ready``, ``absent``, ``broken`` (its making was interrupted) or ``not possible`` (too many numbers)."""

    @property
    def name(self) -> str:
        """The index's name in the database."""
        digest = hashlib.sha256(
            "\0".join((self.project_id, self.model, self.version, str(self.dimension))).encode()
        ).hexdigest()
        return f"ix_embedding_hnsw_{digest[:16]}"

    @property
    def wanted(self) -> bool:
        """Whether the project is large enough to be searched through it, and it is not there."""
        return self.vectors > EXACT_UP_TO and self.state in {"absent", "broken"}


def vector_indexes(connection: Connection) -> list[VectorIndex]:
    """Return each project, model and version that has vectors, with the state of its index.

    Vectors of another dimension than a model's others, which someone may have put in by hand, count apart.

    Args:
        connection: Of the lab's administrator, who sees every project.
    """
    e = EmbeddingRow
    dimension = func.vector_dims(e.vector).label("dimension")
    key = (e.project_id, e.model, e.version, dimension)
    query = select(*key, func.count()).group_by(*key).order_by(*key)
    known = {row.name: row.valid for row in connection.execute(_KNOWN, {"table": f"{SCHEMA}.embedding"})}
    found = []
    for project, model, version, numbers, count in connection.execute(query).all():
        one = VectorIndex(project, model, version, numbers, int(count), "absent")
        if one.name in known:
            one = replace(one, state="ready" if known[one.name] else "broken")
        elif numbers > MOST_NUMBERS:
            one = replace(one, state="not possible")
        found.append(one)
    return found


def build_indexes(address: str, *, everyone: bool = False) -> list[VectorIndex]:
    """Make the indexes that are wanted, one after another, while others go on working.

    One whose making was interrupted is made again. It may take minutes: 100,000 vectors of 256 numbers take
    about half a minute.

    Args:
        address: The database, reached as the lab's administrator.
        everyone: Whether small projects are given one too, which is not used before they have grown.

    Returns:
        Every project, model and version, as it is then.
    """
    url = parse_address(address)
    engine = make_engine(url, options=f"-c search_path={SCHEMA} -c jit=off")
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            owner = connection.scalar(select(SettingRow.value).where(SettingRow.key == "owner_role"))
            connection.exec_driver_sql(f"SET ROLE {quoted(str(owner))}")
            connection.exec_driver_sql(f"SET maintenance_work_mem = {literal(MEMORY)}")
            for index in vector_indexes(connection):
                if index.wanted or (everyone and index.state in {"absent", "broken"}):
                    _build(connection, index)
            return vector_indexes(connection)
    except DBAPIError as error:
        raise explain(error, url) from error
    finally:
        engine.dispose()


def _build(connection: Connection, index: VectorIndex) -> None:
    name = quoted(index.name)
    if index.state == "broken":
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {SCHEMA}.{name}")
    statement = (
        f"CREATE INDEX CONCURRENTLY {name} ON {SCHEMA}.embedding USING hnsw "
        f"((vector::vector({index.dimension})) vector_cosine_ops) WITH (m = {M}, ef_construction = {EF_CONSTRUCTION}) "
        f"WHERE project_id = {literal(index.project_id)} AND model = {literal(index.model)} "
        f"AND version = {literal(index.version)} "
        f"AND {of_dimension('vector', index.dimension)}"  # one vector that does not fit would forbid the index
    )
    connection.exec_driver_sql(statement.replace("%", "%%"))
    said = literal(f"{index.model} {index.version}")
    connection.exec_driver_sql(f"COMMENT ON INDEX {SCHEMA}.{name} IS {said}".replace("%", "%%"))
    # A search with filters is planned by what is known of these.
    connection.exec_driver_sql("ANALYZE embedding, structure, tag, property_value, material")
