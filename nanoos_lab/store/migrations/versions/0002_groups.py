"""Groups: members, keys that include the project, samples, arrays, embeddings, purged files, element search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from alembic.operations import BatchOperations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEYED = ("material", "batch", "run", "structure", "property_value", "artifact")
"""Tables whose key was the id alone."""
EVENT_COLUMNS = "project_id, at, author, kind, subject_id, data"
# fmt: off
SYMBOLS = ["H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og"]
# fmt: on


def _batch(table: str) -> AbstractContextManager[BatchOperations]:
    """Alter a table: on SQLite by copying it, so that columns come where the models have them."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    return op.batch_alter_table(table, recreate="always" if sqlite else "never")


def _after(column: str) -> dict[str, str]:
    return {"insert_after": column} if op.get_bind().dialect.name == "sqlite" else {}


def upgrade() -> None:
    """Take a database of the first schema to this one, with everything in it."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _project()
    _structure_elements()
    _rekey(sqlite=sqlite)
    _sample()
    _artifact_and_value()
    _embedding()
    _usage_and_lease()
    _event(sqlite=sqlite)


def _project() -> None:
    with _batch("project") as batch:
        batch.add_column(
            sa.Column("owner", sa.String(length=63), nullable=False, server_default=""), **_after("id")
        )
        batch.drop_constraint("uq_project_name", type_="unique")
        batch.create_unique_constraint("uq_project_owner_name", ["owner", "name"])
    with _batch("project") as batch:
        batch.alter_column("owner", existing_type=sa.String(length=63), server_default=None)
    op.create_table(
        "member",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("person", sa.String(length=63), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("added_by", sa.String(length=63), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_member_project_id"),
        sa.PrimaryKeyConstraint("project_id", "person", name="pk_member"),
    )
    op.create_index("ix_member_person", "member", ["person", "project_id"])
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=50), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )


def _structure_elements() -> None:
    with _batch("structure") as batch:
        for name, after in (("elements_low", "chemical_system"), ("elements_high", "elements_low")):
            column = sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
            batch.add_column(column, **_after(after))
    numbers = {symbol: z for z, symbol in enumerate(SYMBOLS, start=1)}
    structure = sa.table("structure", *map(sa.column, ("chemical_system", "elements_low", "elements_high")))
    connection = op.get_bind()
    for system in connection.scalars(sa.select(structure.c.chemical_system).distinct()).all():
        low = high = 0
        for symbol in system.split("-"):
            z = numbers.get(symbol, 0)
            low |= 1 << z - 1 if 1 <= z <= 60 else 0  # noqa: PLR2004 - the elements of the first mask
            high |= 1 << z - 61 if z > 60 else 0  # noqa: PLR2004
        connection.execute(
            structure.update()
            .where(structure.c.chemical_system == system)
            .values(elements_low=low, elements_high=high)
        )
    with _batch("structure") as batch:
        for name in ("elements_low", "elements_high"):
            batch.alter_column(name, existing_type=sa.BigInteger(), server_default=None)
    op.create_index(
        "ix_structure_elements",
        "structure",
        ["project_id", "elements_low", "elements_high", "space_group", "id"],
    )
    op.create_index("ix_structure_group", "structure", ["project_id", "space_group", "id"])


def _rekey(*, sqlite: bool) -> None:
    """Make project and id the key; what refers to both needs them unique all the while."""
    if sqlite:
        for table in KEYED:
            with _batch(table) as batch:
                batch.drop_constraint(f"uq_{table}_project_id_id", type_="unique")
                batch.drop_constraint(f"pk_{table}", type_="primary")
                batch.create_primary_key(f"pk_{table}", ["project_id", "id"])
        return
    inspector = sa.inspect(op.get_bind())
    references = [
        (table, key)
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_columns"] == ["project_id", "id"]
    ]
    for table, key in references:
        op.drop_constraint(str(key["name"]), table, type_="foreignkey")
    for table in KEYED:
        op.drop_constraint(f"uq_{table}_project_id_id", table, type_="unique")
        op.drop_constraint(f"pk_{table}", table, type_="primary")
        op.create_primary_key(f"pk_{table}", table, ["project_id", "id"])
    for table, key in references:
        op.create_foreign_key(
            key["name"], table, key["referred_table"], key["constrained_columns"], ["project_id", "id"],
            ondelete=key["options"].get("ondelete"),
        )  # fmt: skip


def _reference(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id", column], [f"{target}.project_id", f"{target}.id"],
        name=f"fk_{table}_project_id_{column}", ondelete=ondelete,
    )  # fmt: skip


def _sample() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("material_id", sa.String(length=12), nullable=True),
        sa.Column("structure_id", sa.String(length=12), nullable=True),
        sa.Column("parent_id", sa.String(length=12), nullable=True),
        sa.Column("synthesis", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_sample_project_id"),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_sample"),
        sa.UniqueConstraint("project_id", "name", name="uq_sample_project_id_name"),
        _reference("sample", "material_id", "material"),
        _reference("sample", "structure_id", "structure"),
        _reference("sample", "parent_id", "sample"),
    )
    for column in ("material", "parent", "structure"):
        op.create_index(f"ix_sample_{column}", "sample", ["project_id", f"{column}_id"])


def _add_references(table: str, references: Sequence[tuple[str, str]]) -> None:
    with _batch(table) as batch:
        for column, target in references:
            batch.create_foreign_key(
                f"fk_{table}_project_id_{column}", target, ["project_id", column], ["project_id", "id"]
            )


def _artifact_and_value() -> None:
    short = sa.String(length=12)
    with _batch("artifact") as batch:
        batch.alter_column("run_id", existing_type=short, nullable=True)
        batch.add_column(sa.Column("sample_id", short, nullable=True), **_after("run_id"))
        batch.add_column(sa.Column("purged_at", sa.Float(), nullable=True))
        batch.create_unique_constraint(
            "uq_artifact_project_id_sample_id_name", ["project_id", "sample_id", "name"]
        )
    _add_references("artifact", [("sample_id", "sample")])
    with _batch("property_value") as batch:
        batch.alter_column("material_id", existing_type=short, nullable=True)
        batch.alter_column("value", existing_type=sa.Float(), nullable=True)
        batch.add_column(sa.Column("sample_id", short, nullable=True), **_after("structure_id"))
        batch.add_column(sa.Column("artifact_id", short, nullable=True), **_after("value"))
        batch.add_column(
            sa.Column("shape", sa.JSON(none_as_null=True), nullable=True), **_after("artifact_id")
        )
        batch.create_check_constraint("subject", "material_id IS NOT NULL OR sample_id IS NOT NULL")
        batch.create_check_constraint("content", "value IS NOT NULL OR artifact_id IS NOT NULL")
    _add_references("property_value", [("sample_id", "sample"), ("artifact_id", "artifact")])
    op.create_index("ix_value_artifact", "property_value", ["project_id", "artifact_id"])
    op.create_index("ix_value_sample", "property_value", ["project_id", "sample_id", "property"])


def _embedding() -> None:
    from nanoos_lab.store.vectors import VectorType  # noqa: PLC0415 - the type stays, whatever the models become

    op.create_table(
        "embedding",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("structure_id", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("vector", VectorType(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_embedding_project_id"),
        sa.PrimaryKeyConstraint("project_id", "model", "version", "structure_id", name="pk_embedding"),
        _reference("embedding", "structure_id", "structure", ondelete="CASCADE"),
    )
    op.create_index("ix_embedding_structure", "embedding", ["project_id", "structure_id"])
    op.create_index("ix_embedding_created", "embedding", ["project_id", "model", "version", "created_at"])


def _usage_and_lease() -> None:
    with _batch("attempt") as batch:
        batch.add_column(sa.Column("usage", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "lease",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_lease_project_id"),
        sa.PrimaryKeyConstraint("project_id", "name", name="pk_lease"),
    )


def _event(*, sqlite: bool) -> None:
    """Give the journal's lines keys that include the project, keeping their order."""
    op.rename_table("event", "event_before")
    op.drop_index("ix_event_subject", "event_before")
    if not sqlite:
        op.execute("ALTER TABLE event_before RENAME CONSTRAINT pk_event TO pk_event_before")
        op.execute(
            "ALTER TABLE event_before RENAME CONSTRAINT fk_event_project_id TO fk_event_before_project_id"
        )
    op.create_table(
        "event",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("subject_id", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_event_project_id"),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_event"),
    )
    padded = "printf('%020x', id)" if sqlite else "lpad(to_hex(id), 20, '0')"
    op.execute(
        f"INSERT INTO event (id, {EVENT_COLUMNS}) SELECT {padded}, {EVENT_COLUMNS} FROM event_before"  # noqa: S608 - names of our own
    )
    op.drop_table("event_before")
    op.create_index("ix_event_subject", "event", ["project_id", "subject_id", "at"])
    op.create_index("ix_event_at", "event", ["project_id", "at", "id"])
    for statement in TRIGGERS["sqlite" if sqlite else "postgresql"]:
        op.execute(statement)


TRIGGERS = {
    "sqlite": tuple(
        f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
        "BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'the event journal is append-only' USING ERRCODE = '42501'; END$$",
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
