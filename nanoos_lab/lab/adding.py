"""Putting structures into the store, with the measured values that ship for their materials.

Some hundred structures make one transaction. What takes long, reading and describing, is done before it begins, and
the next ones are read while these are described; what cannot be stored is reported and stops nothing else. Killed in
between, whole pieces are there, and adding the same source again adds the rest.
"""

from __future__ import annotations

import contextlib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab import sources
from nanoos_lab.lab.records import StructureRecord
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.insertion import insert_structures
from nanoos_lab.store.known import known_by_digest
from nanoos_lab.store.preparing import Preparing
from nanoos_lab.store.tables import attach_measured
from nanoos_lab.store.tags import clean_tags, tags_of
from nanoos_lab.store.wide import read_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import StructureRow
    from nanoos_lab.structures import ParsedStructure

    _Found = ParsedStructure | sources.Problem

_Item = TypeVar("_Item")
PIECE = 250
"""How many structures make one transaction."""


def store_all(
    lab: Workspace,
    found: Iterable[_Found],
    *,
    tags: str | Iterable[str],
    notes: str,
    distinct: bool,
) -> tuple[list[StructureRecord], list[tuple[str, str]]]:
    """Store structures as they are read, and return their records, and name and reason of what could not be.

    Args:
        lab: The lab.
        found: Structures with their original texts, and what could not be read.
        tags: Their tags; joined to those that a known crystal has.
        notes: Free text.
        distinct: Whether another setting of a known crystal is kept.

    Raises:
        InvalidInputError: A tag cannot be one.
    """
    words, problems = clean_tags(tags), []
    records: list[StructureRecord] = []
    with Preparing() as preparing:
        pieces = (
            begin_piece(lab, piece, preparing, words=words, notes=notes, distinct=distinct)
            for piece in _pieces(found)
        )
        for piece in one_ahead(pieces):
            for stored in piece.store():
                if isinstance(stored, sources.Problem):
                    problems.append((stored.source, stored.reason))
                else:
                    records.append(stored)
    return records, problems


def _pieces(found: Iterable[_Found]) -> Iterator[list[_Found]]:
    stream = iter(found)
    while piece := list(islice(stream, PIECE)):
        yield piece


def one_ahead(stream: Iterable[_Item]) -> Iterator[_Item]:
    """Yield what a stream yields, each once the next has been made too, or has failed to be.

    Args:
        stream: Whatever takes its time.
    """
    before: list[_Item] = []
    try:
        for item in stream:
            yield from before
            before = [item]
    except Exception:
        yield from before  # what went before is not lost by it
        raise
    yield from before


class Piece:
    """Some hundred structures that are being described, and go into the store in one transaction.

    Args:
        lab: The lab.
        ended: What became of those that need not be stored, by their place.
        fit: The others.
        described: Waits until they are described.
    """

    def __init__(
        self,
        lab: Workspace,
        ended: dict[int, StructureRecord | sources.Problem],
        fit: dict[int, NewStructure],
        described: Callable[[], None],
    ) -> None:
        self._lab, self._ended, self._fit, self._described = lab, ended, fit, described

    def store(self) -> list[StructureRecord | sources.Problem]:
        """Store them, and return what became of each, in the order in which they were given."""
        ended, fit = self._ended, self._fit
        self._described()
        for place, item in fit.items():
            try:
                item.prepare()
            except InvalidInputError as error:
                ended[place] = sources.Problem(item.name, str(error))
        fresh = [place for place in fit if place not in ended]
        ended |= zip(fresh, _stored(self._lab, [fit[place] for place in fresh]), strict=True)
        return [ended[place] for place in range(len(ended))]


def begin_piece(
    lab: Workspace,
    found: Sequence[_Found],
    preparing: Preparing,
    *,
    words: Sequence[str] = (),
    notes: str = "",
    distinct: bool = False,
    quick: bool = False,
) -> Piece:
    """Begin to store some hundred structures.

    Args:
        lab: The lab.
        found: Structures with their original texts, and what could not be read.
        preparing: Describes them.
        words: Their tags, as they are stored.
        notes: Free text.
        distinct: Whether another setting of a known crystal is kept.
        quick: Whether a cell that is in the lab already is left as it is, and not even described.
    """
    ended: dict[int, StructureRecord | sources.Problem] = {}
    fit: dict[int, NewStructure] = {}
    for place, one in enumerate(found):
        if isinstance(one, sources.Problem):
            ended[place] = one
        else:
            fit[place] = _new(one, words, notes, distinct=distinct)
    if quick:
        ended |= _known(lab, fit)
        fit = {place: item for place, item in fit.items() if place not in ended}
    return Piece(lab, ended, fit, preparing.begin(list(fit.values())))


def _known(lab: Workspace, items: Mapping[int, NewStructure]) -> dict[int, StructureRecord]:
    """Return the records of those that are in the lab as exactly these cells: nothing has to be worked out again."""
    digests: dict[int, str] = {}
    for place, item in items.items():
        with contextlib.suppress(InvalidInputError):  # told when it is prepared
            digests[place] = item.digest
    with lab.store.read() as session:
        ids = known_by_digest(session, lab.store.scope, set(digests.values()))
    records = {record.id: record for record in lab.structures(ids.values())}
    return {place: records[ids[digest]] for place, digest in digests.items() if digest in ids}


def store_one(
    lab: Workspace, parsed: ParsedStructure, *, tags: str | Iterable[str], notes: str, distinct: bool
) -> StructureRecord:
    """Store one structure and return its record.

    Args:
        lab: The lab.
        parsed: The structure with its original text.
        tags: Its tags.
        notes: Free text.
        distinct: Whether another setting of a known crystal is kept.

    Raises:
        InvalidInputError: It cannot be stored; the message says why.
    """
    return _store(lab, [_new(parsed, clean_tags(tags), notes, distinct=distinct).prepare()])[0]


def _new(parsed: ParsedStructure, tags: Sequence[str], notes: str, *, distinct: bool) -> NewStructure:
    return NewStructure(
        parsed.structure, _title(parsed), original_text=parsed.text or None,
        original_format=parsed.format or None, original_name=parsed.name if parsed.text else None, tags=tags,
        notes=notes, distinct=distinct,
    )  # fmt: skip


def _stored(lab: Workspace, items: Sequence[NewStructure]) -> Iterator[StructureRecord | sources.Problem]:
    """Yield the records of structures, one by one where the database does not take one of them."""
    try:
        yield from _store(lab, items)
    except InvalidInputError as error:
        if len(items) == 1:
            yield sources.Problem(items[0].name, str(error))
            return
        for item in items:
            yield from _stored(lab, [item])


def _store(lab: Workspace, items: Sequence[NewStructure]) -> list[StructureRecord]:
    scope = lab.store.scope
    if not items:
        return []

    def work(session: Session) -> list[StructureRecord]:
        rows = [row for row, _ in insert_structures(session, scope, items)]
        _attach(session, lab, rows)
        known = tags_of(session, scope, [row.id for row in rows])
        return [StructureRecord(lab, row, known[row.id]) for row in rows]

    records = lab.store.ensure(work)
    read_later(lab.store, [record.row for record in records])
    return records


def _attach(session: Session, lab: Workspace, rows: Iterable[StructureRow]) -> None:
    """Attach the measured values that ship for the rows' phases, once for each."""
    table = sources.measured_table()
    by_phase = {
        (row.material_id, row.reduced_formula, row.space_group): row
        for row in rows
        if row.space_group is not None
    }
    for row in by_phase.values():
        attach_measured(session, lab.store.scope, table, row)


def _title(parsed: ParsedStructure) -> str:
    """Return a name for people: the file's without its ending, numbered where the file holds several."""
    name = parsed.name.removesuffix(".gz")
    ending = next((e for e in sources.STRUCTURE_ENDINGS if name.lower().endswith(e)), "")
    stem = name[: len(name) - len(ending)] or name
    return f"{stem} {parsed.index + 1}" if parsed.index else stem


def is_collection(source: Any) -> bool:  # noqa: ANN401 - whatever lab.add was given
    """Return whether a source may hold several structures, so that a set is expected back.

    Args:
        source: What ``lab.add`` was given.
    """
    if isinstance(source, (list, tuple, set)):
        return True
    return isinstance(source, (str, Path)) and "\n" not in str(source) and Path(source).expanduser().is_dir()
