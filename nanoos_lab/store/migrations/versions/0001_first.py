"""The first schema: projects, materials, structures, runs, values, artifacts, journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    (
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event "
        "BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END"
    ),
    (
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON event "
        "BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END"
    ),
)


def upgrade() -> None:
    """Make every table in an empty database."""
    _project()
    _batch()
    _event()
    _material()
    _run()
    _artifact()
    _attempt()
    _batch_run()
    _structure()
    _property_value()
    _run_input()
    _tag()
    if op.get_bind().dialect.name == "sqlite":
        for statement in APPEND_ONLY:
            op.execute(statement)


def _project() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
        sa.UniqueConstraint("name", name="uq_project_name"),
    )


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_batch_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("project_id", "id", name="uq_batch_project_id_id"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("subject_id", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_event_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_subject", "event", ["project_id", "subject_id"], unique=False)


def _material() -> None:
    op.create_table(
        "material",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("phase_key", sa.String(length=200), nullable=False),
        sa.Column("reduced_formula", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_material_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_material"),
        sa.UniqueConstraint("project_id", "id", name="uq_material_project_id_id"),
        sa.UniqueConstraint("project_id", "phase_key", name="uq_material_project_id_phase_key"),
    )
    op.create_index("ix_material_formula", "material", ["project_id", "reduced_formula"], unique=False)
    op.create_index("ix_material_name", "material", ["project_id", "name"], unique=False)


def _run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("parent_id", sa.String(length=12), nullable=True),
        sa.Column("task", sa.String(length=100), nullable=False),
        sa.Column("task_version", sa.String(length=50), nullable=False),
        sa.Column("task_reference", sa.String(length=500), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("identity", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("active_key", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("profile", sa.String(length=100), nullable=False),
        sa.Column("executor", sa.String(length=100), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("resources", sa.JSON(), nullable=False),
        sa.Column("retry", sa.JSON(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=True),
        sa.Column("finished_at", sa.Float(), nullable=True),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("messages", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("converged", sa.Boolean(), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "parent_id"], ["run.project_id", "run.id"], name="fk_run_project_id_parent_id"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_run_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("project_id", "active_key", name="uq_run_project_id_active_key"),
        sa.UniqueConstraint("project_id", "id", name="uq_run_project_id_id"),
    )
    op.create_index("ix_run_created", "run", ["project_id", "created_at"], unique=False)
    op.create_index("ix_run_finished", "run", ["project_id", "finished_at"], unique=False)
    op.create_index("ix_run_key", "run", ["project_id", "key"], unique=False)
    op.create_index("ix_run_parent", "run", ["project_id", "parent_id"], unique=False)
    op.create_index("ix_run_state", "run", ["project_id", "state", "priority", "created_at"], unique=False)


def _artifact() -> None:
    op.create_table(
        "artifact",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("run_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "run_id"], ["run.project_id", "run.id"], name="fk_artifact_project_id_run_id"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_artifact_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_artifact"),
        sa.UniqueConstraint("project_id", "id", name="uq_artifact_project_id_id"),
        sa.UniqueConstraint("project_id", "run_id", "name", name="uq_artifact_project_id_run_id_name"),
    )
    op.create_index("ix_artifact_sha256", "artifact", ["project_id", "sha256"], unique=False)


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("run_id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=300), nullable=False),
        sa.Column("executor", sa.String(length=100), nullable=False),
        sa.Column("job_id", sa.String(length=100), nullable=True),
        sa.Column("worker", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=True),
        sa.Column("finished_at", sa.Float(), nullable=True),
        sa.Column("ended", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "run_id"],
            ["run.project_id", "run.id"],
            name="fk_attempt_project_id_run_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_attempt_project_id"),
        sa.PrimaryKeyConstraint("project_id", "run_id", "number", name="pk_attempt"),
    )


def _batch_run() -> None:
    op.create_table(
        "batch_run",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("batch_id", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=12), nullable=False),
        sa.Column("reused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "batch_id"],
            ["batch.project_id", "batch.id"],
            name="fk_batch_run_project_id_batch_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "run_id"],
            ["run.project_id", "run.id"],
            name="fk_batch_run_project_id_run_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_batch_run_project_id"),
        sa.PrimaryKeyConstraint("project_id", "batch_id", "position", name="pk_batch_run"),
    )
    op.create_index("ix_batch_run_run", "batch_run", ["project_id", "run_id"], unique=False)


def _structure() -> None:
    op.create_table(
        "structure",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("material_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("formula", sa.String(length=200), nullable=False),
        sa.Column("reduced_formula", sa.String(length=200), nullable=False),
        sa.Column("chemical_system", sa.String(length=200), nullable=False),
        sa.Column("n_elements", sa.Integer(), nullable=False),
        sa.Column("n_sites", sa.Integer(), nullable=False),
        sa.Column("periodic", sa.Boolean(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("space_group", sa.Integer(), nullable=True),
        sa.Column("space_group_symbol", sa.String(length=20), nullable=True),
        sa.Column("crystal_system", sa.String(length=20), nullable=True),
        sa.Column("density", sa.Float(), nullable=True),
        sa.Column("volume_per_atom", sa.Float(), nullable=True),
        sa.Column("dimensionality", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("crystal_hash", sa.String(length=64), nullable=False),
        sa.Column("record_key", sa.String(length=100), nullable=False),
        sa.Column("original_format", sa.String(length=20), nullable=True),
        sa.Column("original_name", sa.String(length=300), nullable=True),
        sa.Column("parent_id", sa.String(length=12), nullable=True),
        sa.Column("run_id", sa.String(length=12), nullable=True),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("original_text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "material_id"],
            ["material.project_id", "material.id"],
            name="fk_structure_project_id_material_id",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "parent_id"],
            ["structure.project_id", "structure.id"],
            name="fk_structure_project_id_parent_id",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "run_id"], ["run.project_id", "run.id"], name="fk_structure_project_id_run_id"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_structure_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_structure"),
        sa.UniqueConstraint("project_id", "id", name="uq_structure_project_id_id"),
        sa.UniqueConstraint("project_id", "record_key", name="uq_structure_project_id_record_key"),
    )
    op.create_index("ix_structure_created", "structure", ["project_id", "created_at"], unique=False)
    op.create_index("ix_structure_crystal", "structure", ["project_id", "crystal_hash"], unique=False)
    op.create_index("ix_structure_digest", "structure", ["project_id", "digest"], unique=False)
    op.create_index(
        "ix_structure_formula",
        "structure",
        ["project_id", "reduced_formula", "space_group", "volume_per_atom"],
        unique=False,
    )
    op.create_index("ix_structure_material", "structure", ["project_id", "material_id"], unique=False)
    op.create_index("ix_structure_name", "structure", ["project_id", "name"], unique=False)
    op.create_index("ix_structure_parent", "structure", ["project_id", "parent_id"], unique=False)
    op.create_index("ix_structure_run", "structure", ["project_id", "run_id"], unique=False)


def _property_value() -> None:
    op.create_table(
        "property_value",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("material_id", sa.String(length=12), nullable=False),
        sa.Column("structure_id", sa.String(length=12), nullable=True),
        sa.Column("run_id", sa.String(length=12), nullable=True),
        sa.Column("property", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("uncertainty", sa.Float(), nullable=True),
        sa.Column("uncertainty_kind", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("method_name", sa.String(length=100), nullable=False),
        sa.Column("method_version", sa.String(length=100), nullable=False),
        sa.Column("method_recipe", sa.Text(), nullable=False),
        sa.Column("converged", sa.Boolean(), nullable=False),
        sa.Column("in_domain", sa.Boolean(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "material_id"],
            ["material.project_id", "material.id"],
            name="fk_property_value_project_id_material_id",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "run_id"], ["run.project_id", "run.id"], name="fk_property_value_project_id_run_id"
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "structure_id"],
            ["structure.project_id", "structure.id"],
            name="fk_property_value_project_id_structure_id",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_property_value_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_property_value"),
        sa.UniqueConstraint("project_id", "fingerprint", name="uq_property_value_project_id_fingerprint"),
        sa.UniqueConstraint("project_id", "id", name="uq_property_value_project_id_id"),
    )
    op.create_index(
        "ix_value_material", "property_value", ["project_id", "material_id", "property"], unique=False
    )
    op.create_index("ix_value_property", "property_value", ["project_id", "property", "value"], unique=False)
    op.create_index("ix_value_run", "property_value", ["project_id", "run_id"], unique=False)
    op.create_index(
        "ix_value_structure", "property_value", ["project_id", "structure_id", "property"], unique=False
    )


def _run_input() -> None:
    op.create_table(
        "run_input",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("run_id", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "run_id"],
            ["run.project_id", "run.id"],
            name="fk_run_input_project_id_run_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "structure_id"],
            ["structure.project_id", "structure.id"],
            name="fk_run_input_project_id_structure_id",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_run_input_project_id"),
        sa.PrimaryKeyConstraint("project_id", "run_id", "name", "position", name="pk_run_input"),
    )
    op.create_index("ix_run_input_structure", "run_input", ["project_id", "structure_id"], unique=False)


def _tag() -> None:
    op.create_table(
        "tag",
        sa.Column("project_id", sa.String(length=12), nullable=False),
        sa.Column("structure_id", sa.String(length=12), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "structure_id"],
            ["structure.project_id", "structure.id"],
            name="fk_tag_project_id_structure_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_tag_project_id"),
        sa.PrimaryKeyConstraint("project_id", "structure_id", "tag", name="pk_tag"),
    )
    op.create_index("ix_tag_tag", "tag", ["project_id", "tag", "structure_id"], unique=False)
