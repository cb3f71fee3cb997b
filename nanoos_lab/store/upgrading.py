"""Take a lab to the newest schema, wherever it is."""

from __future__ import annotations

from pathlib import Path

from nanoos_lab.errors import StoreError
from nanoos_lab.store import folder
from nanoos_lab.store.embedded import EmbeddedBackend, revision_of
from nanoos_lab.store.migrations import HEAD
from nanoos_lab.store.postgresql.address import is_address


def upgrade(place: str | Path) -> tuple[str, str]:
    """Take a lab to the newest schema, with everything in it.

    A folder keeps a copy of its database beside it; on a server everything is one transaction, and the lab's
    security is put in place anew.

    Args:
        place: The lab folder, or the address of a lab as its administrator.

    Returns:
        The revision it had, and the one it has.

    Raises:
        StoreError: There is no lab, or it is of a newer version.
    """
    if is_address(place):
        from nanoos_lab.store.postgresql.admin import upgrade_lab  # noqa: PLC0415 - brings the driver

        return upgrade_lab(str(place))
    root = Path(place).expanduser().absolute()
    if not folder.is_lab(root):
        raise StoreError(f"{root} is not a lab folder: name the folder that holds lab.toml")
    before = revision_of(root / folder.STORE_FILE)
    EmbeddedBackend(root)
    return before, HEAD
