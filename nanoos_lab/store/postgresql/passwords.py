"""The file from which libpq takes passwords: ``~/.pgpass``, or where ``PGPASSFILE`` says."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.errors import StoreError

if TYPE_CHECKING:
    from nanoos_lab.store.postgresql.people import Credential


def password_file() -> Path:
    """Return where libpq looks for passwords."""
    return Path(os.environ.get("PGPASSFILE") or Path.home() / ".pgpass")


def save_password(made: Credential) -> Path:
    """Write a login into the password file, in place of an older line for the same login, and return the file.

    Args:
        made: The login.

    Raises:
        StoreError: The file cannot be written.
    """
    path = password_file()
    try:
        old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [other for other in old if not other.startswith(made.login())]
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write("\n".join([*kept, made.pgpass()]) + "\n")
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
    return path
