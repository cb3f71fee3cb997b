"""The tables, as SQLAlchemy typed models, the same for SQLite and PostgreSQL.

Every row belongs to a project, and every primary key, uniqueness and foreign key includes the project,
because constraints bypass row security. Ids are 12 random hexadecimal characters, so that a short prefix is
enough to name a record. Times are UTC seconds since 1970. Paths are relative to the lab's files. Rows are
handed out detached; only this room changes them.
"""

from __future__ import annotations

import secrets
import threading
import time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import DDL

from nanoos_lab.store.vectors import VectorType


class RunState(StrEnum):
    """Where a run stands. The last four are final."""

    PENDING = "PENDING"
    """Recorded; nobody works on it yet."""
    SUBMITTING = "SUBMITTING"
    """Claimed by a submitter; its attempt folder may or may not exist."""
    QUEUED = "QUEUED"
    """Handed to an executor; not started."""
    RUNNING = "RUNNING"
    """A worker holds it."""
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    LOST = "LOST"
    """Its workers vanished without an outcome and no attempt is left."""

    @property
    def final(self) -> bool:
        """Whether nothing can change it any more."""
        return self in FINAL_STATES


FINAL_STATES = frozenset({RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED, RunState.LOST})


def new_id() -> str:
    """Return a fresh id: 12 hexadecimal characters, 48 random bits."""
    return secrets.token_hex(6)


class _Clock:
    """Microseconds since 1970 that grow with every look."""

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0

    def __call__(self) -> int:
        with self._lock:
            self._last = max(time.time_ns() // 1000, self._last + 1)
            return self._last


_clock = _Clock()


def event_id() -> str:
    """Return a fresh id of a journal line: 20 hexadecimal characters that grow within this process."""
    return f"{_clock():014x}{secrets.token_hex(3)}"


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={  # so that a migration can name what it changes, on both databases
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON, list[str]: JSON, list[int]: JSON, float: Float}  # noqa: RUF012 - SQLAlchemy's form


def _project_key(table: str, column: str, **options: Any) -> ForeignKeyConstraint:
    """Return a foreign key ``(project_id, column) -> table (project_id, id)``."""
    return ForeignKeyConstraint(["project_id", column], [f"{table}.project_id", f"{table}.id"], **options)


def _where(name: str, condition: str, *columns: str) -> Index:
    """Return an index of the rows that meet a condition."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


_COUNTS = ("converged", "synthetic", "origin", "method_name")
"""Columns that decide whether a value counts, in the indexes that searches by values read instead of the table."""


class ProjectRow(Base):
    """Owner of everything, and the unit of access."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("owner", "name"),)
    id: Mapped[str] = mapped_column(String(12), primary_key=True, default=new_id)
    owner: Mapped[str] = mapped_column(String(63), default="")
    """On a server the person who made it, within whose projects its name is one of a kind, so that nobody learns
    from a name that is taken what others work on; empty in an embedded store."""
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)


class Role(StrEnum):
    """What a person may do in a project."""

    OWNER = "owner"
    """Everything, and say who else may."""
    EDITOR = "editor"
    """Read, add, run, change."""
    VIEWER = "viewer"
    """Read."""


class MemberRow(Base):
    """A person in a project; on a server the login roles' rights follow from these rows."""

    __tablename__ = "member"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "person"),
        CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),
        Index("ix_member_person", "person", "project_id"),
    )
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    person: Mapped[str] = mapped_column(String(63))
    """The login name."""
    role: Mapped[str] = mapped_column(String(10))
    added_by: Mapped[str] = mapped_column(String(63))
    created_at: Mapped[float] = mapped_column(default=time.time)


class SettingRow(Base):
    """What a server's database says of the lab as a whole, such as where its files are; empty in a folder."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class MaterialRow(Base):
    """A compound, by composition and phase."""

    __tablename__ = "material"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "phase_key"),
        Index("ix_material_formula", "project_id", "reduced_formula"),
        Index("ix_material_name", "project_id", "name"),
        _where("ix_material_said", "notes <> '' OR name <> reduced_formula", "project_id", "id"),
    )
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    phase_key: Mapped[str] = mapped_column(String(200))
    """Reduced formula and phase, such as ``SrTiO3|221``."""
    reduced_formula: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[float] = mapped_column(default=time.time)


class StructureRow(Base):
    """A stored structure with its original text and what it was derived from."""

    __tablename__ = "structure"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "record_key"),
        _project_key("material", "material_id"),
        _project_key("structure", "parent_id"),
        _project_key("run", "run_id"),
        Index("ix_structure_crystal", "project_id", "crystal_hash"),
        Index("ix_structure_digest", "project_id", "digest"),
        Index("ix_structure_material", "project_id", "material_id", "id"),
        Index("ix_structure_name", "project_id", "name"),
        Index("ix_structure_parent", "project_id", "parent_id"),
        Index("ix_structure_run", "project_id", "run_id"),
        Index("ix_structure_formula", "project_id", "reduced_formula", "space_group", "volume_per_atom"),
        Index("ix_structure_created", "project_id", "created_at"),
        # What most searches ask for, side by side: they read this index and never the table.
        Index(
            "ix_structure_facets", "project_id", "id", "elements_low", "elements_high", "space_group", "n_elements",
            "n_sites", "dimensionality", "density", "volume_per_atom", "parent_id", "material_id", "created_at",
        ),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    material_id: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    formula: Mapped[str] = mapped_column(String(200))
    reduced_formula: Mapped[str] = mapped_column(String(200))
    chemical_system: Mapped[str] = mapped_column(String(200))
    """Elements in alphabetical order joined by hyphens, with one at each end: ``-O-Sr-Ti-``."""
    elements_low: Mapped[int] = mapped_column(BigInteger)
    """Bit z - 1 is set where the element of atomic number z is there, for z of 1 to 60."""
    elements_high: Mapped[int] = mapped_column(BigInteger)
    """Bit z - 61, for z of 61 to 118."""
    n_elements: Mapped[int]
    n_sites: Mapped[int]
    periodic: Mapped[bool]
    ordered: Mapped[bool]
    space_group: Mapped[int | None]
    space_group_symbol: Mapped[str | None] = mapped_column(String(20))
    crystal_system: Mapped[str | None] = mapped_column(String(20))
    density: Mapped[float | None]
    volume_per_atom: Mapped[float | None]
    dimensionality: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of exactly this cell, site order included; what runs are keyed by."""
    crystal_hash: Mapped[str] = mapped_column(String(64))
    """Equal for the same crystal in any setting."""
    record_key: Mapped[str] = mapped_column(String(100))
    """What makes this record one of a kind: its crystal; its cell, for another setting kept on purpose; its
    run or parent and cell, for a derived structure."""
    original_format: Mapped[str | None] = mapped_column(String(20))
    original_name: Mapped[str | None] = mapped_column(String(300))
    parent_id: Mapped[str | None] = mapped_column(String(12))
    run_id: Mapped[str | None] = mapped_column(String(12))
    """The run that made it."""
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)
    # The wide columns come last: SQLite then reads the others without touching their pages. Lists of structures
    # come without the deferred ones, which ``store.structures`` reads for many at once.
    notes: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[dict[str, Any]] = mapped_column(deferred=True, deferred_group="wide")
    """The whole ``structures.Description`` as JSON."""
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True, deferred_group="wide")
    """The structure as JSON (``structures.to_json``)."""
    original_text: Mapped[str | None] = mapped_column(Text, deferred=True, deferred_group="wide")


class TagRow(Base):
    """A word on a structure."""

    __tablename__ = "tag"
    __table_args__ = (
        _project_key("structure", "structure_id", ondelete="CASCADE"),
        Index("ix_tag_tag", "project_id", "tag", "structure_id"),
    )
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    structure_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    tag: Mapped[str] = mapped_column(String(100), primary_key=True)


class SampleRow(Base):
    """A piece of matter: what was made, how, and of which material it is meant to be."""

    __tablename__ = "sample"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "name"),
        _project_key("material", "material_id"),
        _project_key("structure", "structure_id"),
        _project_key("sample", "parent_id"),
        Index("ix_sample_material", "project_id", "material_id"),
        Index("ix_sample_structure", "project_id", "structure_id"),
        Index("ix_sample_parent", "project_id", "parent_id"),
    )
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(200))
    """What its label says."""
    material_id: Mapped[str | None] = mapped_column(String(12))
    structure_id: Mapped[str | None] = mapped_column(String(12))
    """The structure it is taken to have, where one is stored."""
    parent_id: Mapped[str | None] = mapped_column(String(12))
    """The sample it was cut, annealed or otherwise made from."""
    synthesis: Mapped[dict[str, Any]]
    """How it was made: quantities with their unit in the name, as in conditions of values."""
    notes: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)


class RunRow(Base):
    """A task's recorded execution."""

    __tablename__ = "run"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "active_key"),
        _project_key("run", "parent_id"),
        Index("ix_run_state", "project_id", "state", "priority", "created_at"),
        Index("ix_run_key", "project_id", "key"),
        Index("ix_run_created", "project_id", "created_at"),
        Index("ix_run_finished", "project_id", "finished_at"),
        Index("ix_run_parent", "project_id", "parent_id"),
    )
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    parent_id: Mapped[str | None] = mapped_column(String(12))
    """The run inside which this one was asked for, such as a notebook's."""
    task: Mapped[str] = mapped_column(String(100))
    task_version: Mapped[str] = mapped_column(String(50))
    task_reference: Mapped[str] = mapped_column(String(500), default="")
    """Where a worker finds the task: ``module:attribute``, followed by `` @ folder`` where the module is not
    installed; empty where only this session knows it."""
    params: Mapped[dict[str, Any]]
    identity: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(String(64))
    """SHA-256 of task, version, input digests, parameters and identity."""
    active_key: Mapped[str | None] = mapped_column(String(64))
    """The key while this run answers for it: unfinished or COMPLETED, and not forced; else NULL."""
    state: Mapped[str] = mapped_column(String(12), default=RunState.PENDING)
    profile: Mapped[str] = mapped_column(String(100))
    executor: Mapped[str] = mapped_column(String(100))
    priority: Mapped[int] = mapped_column(default=0)
    resources: Mapped[dict[str, Any]]
    retry: Mapped[dict[str, Any]]
    attempt: Mapped[int] = mapped_column(default=0)
    """Number of the current attempt, 0 before the first; only that one may commit."""
    not_before: Mapped[float] = mapped_column(default=0.0)
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    owner: Mapped[str | None] = mapped_column(String(100))
    """Presence token of the process that claimed it for submission or runs it here."""
    label: Mapped[str] = mapped_column(String(200), default="")
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    messages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    converged: Mapped[bool | None]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """``type``, ``message``, ``traceback`` of what ended it, where it did not complete."""


class RunInputRow(Base):
    """An edge of the provenance graph: a run used a structure, or a file, under a name."""

    __tablename__ = "run_input"
    __table_args__ = (
        _project_key("run", "run_id", ondelete="CASCADE"),
        _project_key("structure", "structure_id"),
        Index("ix_run_input_structure", "project_id", "structure_id"),
    )
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, default=0)
    """Place in a structure set; 0 for a single structure."""
    structure_id: Mapped[str] = mapped_column(String(12))


class AttemptRow(Base):
    """One try at a run, by one executor."""

    __tablename__ = "attempt"
    __table_args__ = (_project_key("run", "run_id", ondelete="CASCADE"),)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    folder: Mapped[str] = mapped_column(String(300))
    """Attempt folder relative to the project's files; shared by the runs of one chunk."""
    executor: Mapped[str] = mapped_column(String(100))
    job_id: Mapped[str | None] = mapped_column(String(100))
    """The executor's own handle, such as a process id or a scheduler's job."""
    worker: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Host, pid, versions, as the worker stated them."""
    created_at: Mapped[float] = mapped_column(default=time.time)
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    ended: Mapped[str | None] = mapped_column(String(12))
    """How it ended: COMPLETED, FAILED, CANCELLED or LOST."""
    reason: Mapped[str] = mapped_column(Text, default="")
    usage: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What it took, as the place where it ran says: ``elapsed_s``, ``cpu_s``, ``cpus``, ``gpus``, ``max_rss_bytes``."""


class LeaseRow(Base):
    """Who looks after a project's runs just now, so that several may try and one does."""

    __tablename__ = "lease"
    __table_args__ = (PrimaryKeyConstraint("project_id", "name"),)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(100))
    """What is looked after."""
    holder: Mapped[str] = mapped_column(String(200))
    token: Mapped[int] = mapped_column(BigInteger)
    """Grows with every change of holder: who comes with an older one has lost the lease."""
    until: Mapped[float]
    """When it ends unless it is renewed."""


class BatchRow(Base):
    """Many runs of one task asked for together."""

    __tablename__ = "batch"
    __table_args__ = (PrimaryKeyConstraint("project_id", "id"),)
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    task: Mapped[str] = mapped_column(String(100))
    label: Mapped[str] = mapped_column(String(200), default="")
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)


class BatchRunRow(Base):
    """A batch's runs in order; a reused run belongs to several batches."""

    __tablename__ = "batch_run"
    __table_args__ = (
        _project_key("batch", "batch_id", ondelete="CASCADE"),
        _project_key("run", "run_id", ondelete="CASCADE"),
        Index("ix_batch_run_run", "project_id", "run_id"),
    )
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    batch_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    run_id: Mapped[str] = mapped_column(String(12))
    reused: Mapped[bool] = mapped_column(default=False)


class PropertyValueRow(Base):
    """A fact: a property of a subject, with where it comes from."""

    __tablename__ = "property_value"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "fingerprint"),
        _project_key("material", "material_id"),
        _project_key("structure", "structure_id"),
        _project_key("run", "run_id"),
        _project_key("sample", "sample_id"),
        _project_key("artifact", "artifact_id"),
        CheckConstraint("material_id IS NOT NULL OR sample_id IS NOT NULL", name="subject"),
        CheckConstraint("value IS NOT NULL OR artifact_id IS NOT NULL", name="content"),
        Index("ix_value_artifact", "project_id", "artifact_id"),
        Index("ix_value_sample", "project_id", "sample_id", "property"),
        Index("ix_value_material", "project_id", "material_id", "property"),
        Index("ix_value_property", "project_id", "property", "value", "structure_id", *_COUNTS),
        Index("ix_value_run", "project_id", "run_id"),
        Index("ix_value_structure", "project_id", "structure_id", "property", "value", *_COUNTS),
        _where(
            "ix_value_general",
            "structure_id IS NULL",
            "project_id",
            "property",
            "value",
            "material_id",
            *_COUNTS,
        ),
    )
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    material_id: Mapped[str | None] = mapped_column(String(12))
    structure_id: Mapped[str | None] = mapped_column(String(12))
    sample_id: Mapped[str | None] = mapped_column(String(12))
    run_id: Mapped[str | None] = mapped_column(String(12))
    property: Mapped[str] = mapped_column(String(100))
    value: Mapped[float | None]
    """None where the value is an array."""
    artifact_id: Mapped[str | None] = mapped_column(String(12))
    """The file that holds an array."""
    shape: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """Of the array."""
    unit: Mapped[str] = mapped_column(String(30))
    uncertainty: Mapped[float | None]
    uncertainty_kind: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(12))
    method_name: Mapped[str] = mapped_column(String(100))
    method_version: Mapped[str] = mapped_column(String(100))
    method_recipe: Mapped[str] = mapped_column(Text)
    converged: Mapped[bool]
    in_domain: Mapped[bool | None]
    synthetic: Mapped[bool]
    conditions: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of all of the above and run and subject: the same fact is stored once."""
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)


class ArtifactRow(Base):
    """A file that a run left or a sample or value has, kept by its SHA-256 in the project's files."""

    __tablename__ = "artifact"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "run_id", "name"),
        UniqueConstraint("project_id", "sample_id", "name"),
        _project_key("run", "run_id"),
        _project_key("sample", "sample_id"),
        Index("ix_artifact_sha256", "project_id", "sha256"),
    )
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    run_id: Mapped[str | None] = mapped_column(String(12))
    sample_id: Mapped[str | None] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    """In bytes."""
    created_at: Mapped[float] = mapped_column(default=time.time)
    purged_at: Mapped[float | None]
    """When its bytes were given up; name, hash and size stay."""


class EmbeddingRow(Base):
    """A structure as a model sees it: a vector, for similarity."""

    __tablename__ = "embedding"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "model", "version", "structure_id"),
        _project_key("structure", "structure_id", ondelete="CASCADE"),
        Index("ix_embedding_structure", "project_id", "structure_id"),
        Index("ix_embedding_created", "project_id", "model", "version", "created_at"),
    )
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    model: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(60))
    structure_id: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[float] = mapped_column(default=time.time)
    vector: Mapped[Any] = mapped_column(VectorType)
    """float32, of length 1; as many numbers as the model gives."""


class ModelRow(Base):
    """A version of a trained model; the model itself is its file, here is what a list of models tells."""

    __tablename__ = "model"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        UniqueConstraint("project_id", "name", "version"),
        _project_key("run", "run_id"),
        _project_key("artifact", "artifact_id"),
        Index("ix_model_run", "project_id", "run_id"),
        Index("ix_model_artifact", "project_id", "artifact_id"),
        Index(
            "ix_model_active", "project_id", "name", unique=True, sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(String(12), default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    architecture: Mapped[str] = mapped_column(String(60))
    targets: Mapped[list[str]]
    """Names of the properties that it states."""
    base: Mapped[str | None] = mapped_column(String(200))
    """What it was tuned from."""
    run_id: Mapped[str | None] = mapped_column(String(12))
    """The training run, where it was trained in this lab."""
    artifact_id: Mapped[str] = mapped_column(String(12))
    """Its file."""
    active: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether its name alone means this version; of one name at most one is."""
    retired_at: Mapped[float | None]
    """When it was put away, not to be used any more; its file stays."""
    synthetic: Mapped[bool] = mapped_column(Boolean, default=False)
    author: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[float] = mapped_column(default=time.time)
    metrics: Mapped[dict[str, Any]]
    """By part of the data, then by property, as the model's manifest says."""


class EventRow(Base):
    """The journal: who did what to which record, when. Only ever added to."""

    __tablename__ = "event"
    __table_args__ = (
        PrimaryKeyConstraint("project_id", "id"),
        Index("ix_event_subject", "project_id", "subject_id", "at"),
        Index("ix_event_at", "project_id", "at", "id"),
    )
    id: Mapped[str] = mapped_column(String(20), default=event_id)
    """Of lines of the same moment, the greater one came later."""
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    at: Mapped[float] = mapped_column(default=time.time)
    author: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(50))
    """A verb in the past with its noun, such as ``run.submitted``."""
    subject_id: Mapped[str] = mapped_column(String(12))
    data: Mapped[dict[str, Any]]


def append_only(dialect: str) -> tuple[str, ...]:
    """Return the statements that keep the journal as it was written, whoever asks.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
    """
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
            "BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        (
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'the event journal is append-only' USING ERRCODE = '42501'; END$$"
        ),
        (
            "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ),
    )


for _dialect in ("sqlite", "postgresql"):
    for _statement in append_only(_dialect):
        _trigger = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(EventRow.__table__, "after_create", _trigger.execute_if(dialect=_dialect))
