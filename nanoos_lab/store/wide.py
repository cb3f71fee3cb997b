"""The wide columns of structures: not read with a list, but for many of it at once when one is asked for.

Rows outlive the session they came from. A row of a list knows how to read its description, content and original
text when they are first looked at, together with those of the rows that follow it in the list; where the session
is still open, SQLAlchemy reads them itself.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.base import PASSIVE_NO_RESULT, SQL_OK

from nanoos_lab.errors import StoreError
from nanoos_lab.store.schema import StructureRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Store
    from nanoos_lab.store.scope import Scope

WIDE = ("description", "content", "original_text")
BLOCK = 200
"""How many rows are read at a time: some hundred kilobytes."""


def read_wide(session: Session, scope: Scope, rows: Sequence[StructureRow]) -> None:
    """Read the wide columns of rows that lack them.

    Args:
        session: An open session.
        scope: The project.
        rows: The rows, which may come from another session.
    """
    wanted = {row.id: row for row in rows if "content" not in row.__dict__}
    t, ids = StructureRow.__table__.c, list(wanted)
    for start in range(0, len(ids), BLOCK):
        some = ids[start : start + BLOCK]
        query = select(t.id, *(t[name] for name in WIDE)).where(
            t.project_id == scope.project_id, t.id.in_(some)
        )
        for row_id, *values in session.connection().execute(query):
            for name, value in zip(WIDE, values, strict=True):
                set_committed_value(wanted[row_id], name, value)


def read_later(store: Store, rows: Sequence[StructureRow]) -> None:
    """Let rows read their wide columns when they are first looked at, whatever has become of their session.

    Args:
        store: The store they are of.
        rows: The rows, in the order in which they are likely to be looked at.
    """
    lacking = [row for row in rows if "content" not in row.__dict__]
    if lacking:
        _Lender(store, lacking)


class _Lender:
    """Reads blocks of rows for those of them that are asked; keeps none of them alive."""

    def __init__(self, store: Store, rows: list[StructureRow]) -> None:
        self._store = store
        self._rows = [weakref.ref(row) for row in rows]
        self._place = {row.id: place for place, row in enumerate(rows)}
        self._lock = threading.Lock()
        loaders = {name: self._loader(name) for name in WIDE}
        for row in rows:
            inspect(row).callables = dict(loaders)  # "where a per-state loader callable can be associated"

    def _loader(self, name: str) -> Any:  # noqa: ANN401 - in SQLAlchemy's form
        def load(state: Any, passive: int) -> Any:  # noqa: ANN401
            if not passive & SQL_OK:
                return PASSIVE_NO_RESULT
            self._read(state.obj())
            return state.dict[name]

        return load

    def _read(self, row: StructureRow) -> None:
        with self._lock:
            place = self._place[row.id]
            alive = [one for ref in self._rows[place : place + BLOCK] if (one := ref()) is not None]
            with self._store.read() as session:
                read_wide(session, self._store.scope, alive)
        if "content" not in row.__dict__:
            raise StoreError(f"the structure {row.id} ({row.name}) is not in this lab any more")
