"""Which record of a lab each record of an archive is, or becomes.

A record that is there already is recognised by what it is, never by its id alone. A new one keeps its id where
that is free, and gets a fresh one where something else has it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from nanoos_lab.store.archive.tables import KINDS
from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from nanoos_lab.store.archive.reading import Archive
    from nanoos_lab.store.scope import Scope

PIECE = 500
"""How many rows are looked up and inserted at a time."""


class Merge:
    """An archive on its way into a project, in one transaction.

    Args:
        session: The writing session.
        scope: The project, and the person who imports.
        archive: The open archive, which was checked.
    """

    def __init__(self, session: Session, scope: Scope, archive: Archive) -> None:
        self.session, self.scope, self.archive = session, scope, archive
        self.ids: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        """Id in the lab by id in the archive."""
        self.new: dict[str, set[str]] = {kind: set() for kind in KINDS}
        """Ids in the archive of records that are new in the lab."""
        self.added: Counter[str] = Counter()
        self.there: Counter[str] = Counter()
        self.lacking = 0
        """How many files nobody has the bytes of."""
        self.notes: list[str] = []
        """What the person should know."""
        self.authors: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        """Who recorded what is new, by its id in the archive."""
        self._given: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._met: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def pieces(self, kind: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of a table, some at a time.

        Args:
            kind: The table.
        """
        piece: list[dict[str, Any]] = []
        for row in self.archive.rows(kind):
            piece.append(row)
            if len(piece) == PIECE:
                yield piece
                piece = []
        if piece:
            yield piece

    def select(self, kind: str, columns: str, by: str, among: Iterable[Any]) -> list[Row[Any]]:
        """Return rows of the project whose column is one of some values.

        Args:
            kind: The table.
            columns: Names of the wanted ones, with spaces between them.
            by: The column that is compared.
            among: The values.
        """
        t = KINDS[kind].table.__table__
        query = select(*(t.c[name] for name in columns.split())).where(
            t.c.project_id == self.scope.project_id
        )
        values = sorted({one for one in among if one is not None})
        return [
            row for part in chunks(values) for row in self.session.execute(query.where(t.c[by].in_(part)))
        ]

    def mapped(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with the ids that its references have in the lab, and the project.

        Args:
            kind: The table.
            row: Of the archive.
        """
        made = row | {"project_id": self.scope.project_id}
        for column, other in KINDS[kind].references.items():
            if row[column] is not None:
                made[column] = self.ids[other][row[column]]
        return made

    def sort_out(
        self,
        kind: str,
        piece: Sequence[dict[str, Any]],
        candidates: Callable[[dict[str, Any]], Iterable[str]],
        columns: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row,
    ) -> None:
        """Match rows with those that are there already, and insert the others.

        Args:
            kind: Their table.
            piece: The rows.
            candidates: Which records of the lab a row may be; each is taken for one row only.
            columns: What is changed in a new row, whose references are the lab's already.
        """
        fresh = []
        for row in piece:
            there = [one for one in candidates(row) if one not in self._given[kind] | self._met[kind]]
            if there:
                self.match(kind, row["id"], row["id"] if row["id"] in there else there[0])
            else:
                fresh.append(row)
        self.give_ids(kind, [row["id"] for row in fresh])
        self.authors[kind] |= {row["id"]: row["author"] for row in fresh if "author" in row}
        made = [columns(self.mapped(kind, row)) | {"id": self.ids[kind][row["id"]]} for row in fresh]
        self.insert(kind, made)

    def match(self, kind: str, old: str, found: str) -> None:
        """Take note of a record that is there already.

        Args:
            kind: Its table.
            old: Its id in the archive.
            found: Its id in the lab.
        """
        self.ids[kind][old] = found
        self._met[kind].add(found)
        self.there[kind] += 1

    def give_ids(self, kind: str, olds: Sequence[str]) -> None:
        """Give new records their ids: their own where nothing in the lab has it.

        Args:
            kind: Their table.
            olds: Their ids in the archive.
        """
        taken = {row.id for row in self.select(kind, "id", "id", olds)} | self._given[kind]
        for old in olds:
            made = old
            while made in taken:
                made = new_id()
            taken.add(made)
            self._given[kind].add(made)
            self.ids[kind][old] = made
            self.new[kind].add(old)

    def insert(self, kind: str, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows that are new.

        Args:
            kind: Their table.
            rows: With every reference as the lab has it.
        """
        if rows:
            self.session.connection().execute(insert(KINDS[kind].table.__table__), list(rows))  # type: ignore[arg-type]
        self.added[kind] += len(rows)
