"""From one place to another: look at everything first, write, read again, compare, and only then let it be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nanoos_lab.errors import ArtifactError, InvalidInputError, StoreError
from nanoos_lab.store.transfer import sinks, sources
from nanoos_lab.store.transfer.content import TABLES, Obstacles, Tally, encode
from nanoos_lab.store.transfer.names import name_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Table

    from nanoos_lab.store.transfer.content import Row
    from nanoos_lab.store.transfer.ends import Sink, Source
    from nanoos_lab.store.transfer.names import Names

    Tell = Callable[[str], None]

_EVERY = 50_000


@dataclass
class Moved:
    """What arrived where, compared row by row with what was read."""

    source: str
    target: str
    tables: dict[str, Tally] = field(default_factory=dict)
    """Rows and their hash, by table, read again where they arrived."""
    files: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows in all tables."""
        return sum(tally.rows for tally in self.tables.values())


def move(
    source: str | Path,
    target: str | Path,
    *,
    owner: str | None = None,
    files: str | Path | None = None,
    tell: Tell = print,
) -> Moved:
    """Bring a whole lab to an empty place: from a folder to a server, back, or to another of its kind.

    The source stays as it is. The target becomes a lab in one step at the end, or not at all.

    Args:
        source: The lab folder, or the address of a lab as its administrator.
        target: A folder that is not there yet, or the address of an empty lab as its administrator.
        owner: Who is to own the projects of a folder on a server.
        files: Where the files of the server's lab are seen from here, if not where the lab says.
        tell: Takes words on how it goes.

    Raises:
        InvalidInputError: The target is not empty, something cannot be kept there, or runs are not finished.
        StoreError: What arrived is not what was read; the target is as it was.
    """
    with sources.opened(source, files=files) as leaving:
        if n := leaving.unfinished():
            raise InvalidInputError(
                f"{n} runs of {leaving.shown} are not finished: wait for them or cancel them, so that nothing they do "
                "is left behind"
            )
        with sinks.opened(target, files=files) as arriving:
            moved = carry(leaving, arriving, owner=owner, tell=tell)
    _hand_over_note(arriving, moved)
    return moved


def restore(
    file: str | Path,
    target: str | Path,
    *,
    owner: str | None = None,
    files: str | Path | None = None,
    tell: Tell = print,
) -> Moved:
    """Make an empty place the lab that a dump holds.

    Args:
        file: As :func:`~.dumps.dump` wrote it.
        target: As for :func:`move`.
        owner: As for :func:`move`.
        files: As for :func:`move`.
        tell: Takes words on how it goes.

    Raises:
        InvalidInputError: The file is not a dump, or is damaged; or as for :func:`move`.
        StoreError: As for :func:`move`.
    """
    from nanoos_lab.store.transfer import dumps  # noqa: PLC0415 - it imports this module

    with dumps.opened(file) as leaving, sinks.opened(target, files=files) as arriving:
        moved = carry(leaving, arriving, owner=owner, tell=tell)
    _hand_over_note(arriving, moved)
    return moved


def carry(source: Source, sink: Sink, *, owner: str | None, tell: Tell) -> Moved:
    """Bring everything from one place to another; the sink is finished, not yet closed.

    Args:
        source: Where from.
        sink: Where to.
        owner: Who is to own what has no owner, on a server.
        tell: Takes words on how it goes.
    """
    names = name_for(sink.kind, source.projects, people=sink.people, owner=owner, was=source.kind)
    look(source, for_server=sink.kind == "server", tell=tell)
    moved = Moved(source.shown, sink.shown, notes=list(names.notes))
    for table in TABLES:
        tell(f"writing {table.name}")
        moved.tables[table.name] = _write(source, sink, table, names)
    tell("copying files")
    _carry_files(source, sink, names, moved)
    sink.finish()
    return moved


def look(source: Source, *, for_server: bool, tell: Tell) -> dict[str, Tally]:
    """Read everything once: count it, hash it, and find what the place where it goes would not take.

    Args:
        source: What to read.
        for_server: Whether it goes to a server.
        tell: Takes words on how it goes.

    Raises:
        InvalidInputError: Something cannot be kept there, or the source is damaged.
    """
    obstacles = Obstacles()
    seen: dict[str, Tally] = {}
    for table in TABLES:
        tell(f"reading {table.name}")
        tally = seen[table.name] = Tally()
        for row in counted(source.rows(table), tally, table, tell):
            if for_server:
                obstacles.look(table, row)
        stated = source.stated(table)
        if stated is not None and stated != tally:
            raise InvalidInputError(
                f"{source.shown} is damaged: it holds {tally.rows} rows of {table.name} where {stated.rows} were "
                "written, or others than these"
            )
    if obstacles.count:
        raise InvalidInputError(f"PostgreSQL cannot keep this, so nothing was moved: {obstacles}")
    return seen


def counted(rows: Iterable[Row], tally: Tally, table: Table, tell: Tell | None = None) -> Iterator[Row]:
    """Yield rows, counting and hashing them on the way.

    Args:
        rows: To pass on.
        tally: Takes them.
        table: Whose they are.
        tell: Takes words now and then.
    """
    for row in rows:
        tally.add(encode(row))
        if tell is not None and tally.rows % _EVERY == 0:
            tell(f"reading {table.name}: {tally.rows:,}")
        yield row


def _write(source: Source, sink: Sink, table: Table, names: Names) -> Tally:
    written, found = Tally(), Tally()
    sink.write(table, counted(names.renamed(table, source.rows(table)), written, table))
    for _ in counted(sink.rows(table), found, table):
        pass
    if found != written:
        raise StoreError(
            f"{found.rows} rows of {table.name} arrived in {sink.shown} of {written.rows}, or not as they were "
            "written: nothing was kept"
        )
    return found


def _carry_files(source: Source, sink: Sink, names: Names, moved: Moved) -> None:
    entries = source.files()
    pending = next(entries, None)
    if pending is not None and pending.area == "lab":  # it may say where payloads are
        if sink.put(pending):
            moved.files += 1
        else:
            moved.notes.append(
                f"{pending.name} stays behind: on a server it would be everyone's; copy it into the lab's files if it "
                "is meant to be"
            )
        pending = next(entries, None)
    for project in names.projects.values():
        sink.make_project(project)
    while pending is not None:
        try:
            sink.put(pending)
            moved.files += 1
        except ArtifactError as error:
            moved.notes.append(f"left out, as it was damaged before: {error}")
        pending = next(entries, None)
    moved.notes += [f"left out: {words}" for words in source.left_out]
    if not source.has_files:
        moved.notes.append(
            "the dump was made without files: artifacts and attempts have their rows, not their bytes"
        )


def _hand_over_note(sink: object, moved: Moved) -> None:
    folders = getattr(sink, "not_handed_over", [])
    if folders:
        shown = ", ".join(map(str, folders[:3])) + (", …" if len(folders) > 3 else "")  # noqa: PLR2004
        moved.notes.append(
            f"the files belong to you here: give them to their people with chown -R and chgrp -R ({shown})"
        )
