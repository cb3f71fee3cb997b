"""Models: what was trained, in which versions, and which of them a name means."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take a database of the second schema to this one: one more table."""
    short = sa.String(length=12)
    op.create_table(
        "model",
        sa.Column("id", short, nullable=False),
        sa.Column("project_id", short, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("architecture", sa.String(length=60), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("base", sa.String(length=200), nullable=True),
        sa.Column("run_id", short, nullable=True),
        sa.Column("artifact_id", short, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("retired_at", sa.Float(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_model_project_id"),
        sa.PrimaryKeyConstraint("project_id", "id", name="pk_model"),
        sa.UniqueConstraint("project_id", "name", "version", name="uq_model_project_id_name_version"),
        _reference("run_id", "run"),
        _reference("artifact_id", "artifact"),
    )
    op.create_index("ix_model_run", "model", ["project_id", "run_id"])
    op.create_index("ix_model_artifact", "model", ["project_id", "artifact_id"])
    active = sa.text("active")
    op.create_index(
        "ix_model_active", "model", ["project_id", "name"], unique=True, sqlite_where=active,
        postgresql_where=active,
    )  # fmt: skip


def _reference(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id", column], [f"{target}.project_id", f"{target}.id"], name=f"fk_model_project_id_{column}"
    )
