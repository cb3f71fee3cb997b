"""Run by Alembic: migrates over the connection that :func:`nanoos_lab.store.migrations.upgrade` hands in."""

from __future__ import annotations

from alembic import context

from nanoos_lab.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
