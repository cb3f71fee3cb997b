"""The order of the checks, on a folder or on a server.

Everything is read in one state of the lab. Mending comes afterwards, each thing in a transaction of its own that
looks again, so that a lab may be checked while people work in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from nanoos_lab.errors import NanoOSError
from nanoos_lab.store.checking import contents, files
from nanoos_lab.store.checking.findings import Checked, Finding
from nanoos_lab.store.postgresql.address import is_address
from nanoos_lab.store.transfer import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nanoos_lab.store.transfer.sources import LabSource

    Look = Callable[[Session, LabSource], Iterator[Finding]]

_FAILED = " (could not be mended: "


def check(
    place: str | Path,
    *,
    fix: bool = False,
    quick: bool = False,
    files_at: str | Path | None = None,
    tell: Callable[[str], None] = print,
) -> Checked:
    """Look whether a lab is as it should be, and mend what can be.

    Args:
        place: The lab folder, or the address of a lab as its administrator.
        fix: Whether to mend.
        quick: Whether the contents of structures and the bytes of artifacts are left unread.
        files_at: Where a server's files are seen from here, if not where the lab says.
        tell: Takes words on how it goes.

    Raises:
        StoreError: There is no lab, or it cannot be reached.
    """
    done = Checked(str(place))
    served = is_address(place)
    with sources.opened(place, files=files_at) as source, Session(source.connection) as session:
        done.place = source.shown
        for name, look in _looks(served=served, quick=quick):
            tell(name)
            done.looked_at.append(name)
            _look(look, session, source, done)
    if served:
        _look_at_server(str(place), done, tell)
    if fix and any(finding.mend for finding in done.problems):
        _mend(done, tell)
        again = check(place, quick=quick, files_at=files_at, tell=tell)
        failed = [finding.what for finding in done.problems if _FAILED in finding.what]
        done.problems, done.notes = again.problems, again.notes + failed
    return done


def _looks(*, served: bool, quick: bool) -> Iterator[tuple[str, Look]]:
    yield "tables, columns, keys and indexes", contents.schema
    if not served:
        yield "pages of the database", contents.pages
        yield "references between rows", contents.references
    yield "what rows say of each other", contents.sense
    if not quick:
        yield "contents of structures", contents.structures
    yield "vectors", contents.vectors
    yield "files and artifacts", files.quickly if quick else files.thoroughly


def _look(look: Look, session: Session, source: LabSource, done: Checked) -> None:
    for finding in look(session, source):
        if finding.what.startswith("note: "):
            done.notes.append(finding.what.removeprefix("note: "))
        else:
            done.problems.append(finding)


def _look_at_server(address: str, done: Checked, tell: Callable[[str], None]) -> None:
    from nanoos_lab.store.checking.server import look  # noqa: PLC0415 - brings the driver

    tell("security of the server")
    done.looked_at.append("security of the server")
    problems, notes = look(address)
    done.problems += problems
    done.notes += notes


def _mend(done: Checked, tell: Callable[[str], None]) -> None:
    remaining: list[Finding] = []
    for finding in done.problems:
        if finding.mend is None:
            remaining.append(finding)
            continue
        tell(f"mending: {finding.what}")
        try:
            done.repairs.append(finding.mend())
        except (NanoOSError, OSError) as error:
            remaining.append(Finding(f"{finding.what}{_FAILED}{error})"))
    done.problems = remaining
