"""Leases: who looks after something just now, so that several may try and one does.

A lease ends by itself unless its holder renews it. Each change of holder makes its token grow; a holder that was
asleep for too long comes with an older token and is refused, whatever its clock says. Clocks of hosts that
share a project may differ by some seconds: a lease is long against that.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from nanoos_lab.errors import LeaseLostError
from nanoos_lab.store.events import record_event
from nanoos_lab.store.rows import insert_new
from nanoos_lab.store.schema import LeaseRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

LEASE_S = 30.0
"""How long a lease lasts that is not renewed."""


@dataclass(frozen=True)
class Lease:
    """A lease as it was when it was given or looked at."""

    name: str
    holder: str
    token: int
    until: float
    """In seconds since 1970."""


def current_lease(session: Session, scope: Scope, name: str, *, now: float | None = None) -> Lease | None:
    """Return the lease that somebody holds, or None where nobody does.

    Args:
        session: An open session.
        scope: The project.
        name: What is looked after.
        now: The time, for tests.
    """
    row = _row(session, scope, name)
    if row is None or not row.holder or row.until <= (time.time() if now is None else now):
        return None
    return Lease(row.name, row.holder, row.token, row.until)


def take_lease(
    session: Session,
    scope: Scope,
    name: str,
    holder: str,
    *,
    seconds: float = LEASE_S,
    now: float | None = None,
) -> Lease | None:
    """Take a lease that is free, or renew one's own; None where another holds it.

    Args:
        session: A writing session.
        scope: The project.
        name: What is looked after.
        holder: Who takes it: a name that no two processes share.
        seconds: How long it lasts.
        now: The time, for tests.
    """
    moment = time.time() if now is None else now
    row = _row(session, scope, name)
    if row is None:
        fresh = {"project_id": scope.project_id, "name": name, "holder": "", "token": 0, "until": 0.0}
        insert_new(session, LeaseRow, [fresh])
        row = _row(session, scope, name)
    if row is None or (row.holder not in {"", holder} and row.until > moment):
        return None
    mine = row.holder == holder
    lease = Lease(name, holder, row.token if mine else row.token + 1, moment + seconds)
    changed = session.connection().execute(
        update(LeaseRow)
        .where(
            LeaseRow.project_id == scope.project_id,
            LeaseRow.name == name,
            LeaseRow.token == row.token,
            LeaseRow.holder == row.holder,
        )
        .values(holder=lease.holder, token=lease.token, until=lease.until)
    )
    if changed.rowcount != 1:
        return None
    if not mine:
        record_event(session, scope, "lease.taken", name[:12], holder=holder, token=lease.token)
    return lease


def check_lease(session: Session, scope: Scope, lease: Lease) -> None:
    """Make sure, inside a transaction that changes something, that a lease is still the one in force.

    Args:
        session: A writing session.
        scope: The project.
        lease: What one believes to hold.

    Raises:
        LeaseLostError: Another process has it by now.
    """
    row = _row(session, scope, lease.name)
    if row is None or (row.holder, row.token) != (lease.holder, lease.token):
        who = row.holder if row is not None and row.holder else "nobody"
        raise LeaseLostError(f"the lease on {lease.name!r} went to {who}: this process stands by")


def return_lease(session: Session, scope: Scope, lease: Lease) -> None:
    """Give a lease back, if it is still one's own.

    Args:
        session: A writing session.
        scope: The project.
        lease: What one holds.
    """
    session.connection().execute(
        update(LeaseRow)
        .where(
            LeaseRow.project_id == scope.project_id,
            LeaseRow.name == lease.name,
            LeaseRow.token == lease.token,
            LeaseRow.holder == lease.holder,
        )
        .values(holder="", until=0.0)
    )


def _row(session: Session, scope: Scope, name: str) -> LeaseRow | None:
    query = select(LeaseRow).where(LeaseRow.project_id == scope.project_id, LeaseRow.name == name)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
