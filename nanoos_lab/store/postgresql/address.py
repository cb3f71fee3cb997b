"""Addresses of PostgreSQL labs: ``postgresql+psycopg://person@host/lab``, read and shown without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

DRIVER = "postgresql+psycopg"
EXAMPLE = "postgresql+psycopg://ada@db.example.org/lab"


def is_address(place: object) -> bool:
    """Return whether a lab is named by an address rather than by a folder.

    Args:
        place: What ``nl.open`` was given.
    """
    return "://" in str(place)


def parse_address(address: str) -> URL:
    """Return an address as SQLAlchemy knows it, for the driver psycopg.

    Args:
        address: With or without a password; one that is left out is found by libpq, as in ``~/.pgpass``.

    Raises:
        InvalidInputError: It is not the address of a PostgreSQL database. The message never shows a password.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise InvalidInputError(f"this is not an address of a database; one looks like {EXAMPLE}") from None
    if url.drivername not in {"postgresql", "postgres", DRIVER}:
        raise InvalidInputError(
            f"a lab lies in a folder or on PostgreSQL, not on {url.drivername!r}: give an address such as {EXAMPLE}"
        )
    if not url.database:
        raise InvalidInputError(f"the address {shown(url)} names no database: one looks like {EXAMPLE}")
    return url.set(drivername=DRIVER)


def shown(url: URL) -> str:
    """Return an address without its password, fit for messages, displays and notebooks.

    Args:
        url: The address.
    """
    secrets = ("password", "sslpassword", "passfile")
    return written(url.difference_update_query(secrets)._replace(password=None))


def written(url: URL) -> str:
    """Return an address as it is read again, its password included.

    Args:
        url: The address.
    """
    head, mark, query = url.render_as_string(hide_password=False).partition("?")
    return head + mark + query.replace("%2F", "/")  # the folder of a socket, as one would write it
