"""From one schema to the next.

A fresh database is made straight from the models and stamped with :data:`HEAD`; an older one is taken
there by Alembic, which is imported only then. A test holds that both ways give the same schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

REVISIONS = ("0001", "0002", "0003")
"""Every revision ever released, oldest first."""
HEAD = REVISIONS[-1]
FOLDER = Path(__file__).parent


def create(connection: Connection) -> None:
    """Make all tables of the newest schema in an empty database.

    Args:
        connection: In a transaction, which the caller commits.
    """
    from nanoos_lab.store.schema import Base  # noqa: PLC0415 - the models are not needed to look at a version

    Base.metadata.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def upgrade(connection: Connection, revision: str = "head", folder: Path = FOLDER) -> None:
    """Take a database to a later revision, data included.

    Args:
        connection: In a transaction, which the caller commits.
        revision: Where to.
        folder: The script location; another one only in tests.
    """
    from alembic import command  # noqa: PLC0415 - an up-to-date lab never needs it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
