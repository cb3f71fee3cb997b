"""Commands that look after runs: the worker, and the terminal that watches."""

from __future__ import annotations

import signal
import socket
import threading
import time
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, chosen_records, current_lab


@app.command()
def worker(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Stop when nothing is left to look after.")
    ] = False,
    lease: Annotated[
        float | None,
        typer.Option(
            min=1.0, help="Seconds without a sign of life after which another takes over; 30 by default."
        ),
    ] = None,
) -> None:
    """Look after the runs of a project with no notebook open: submit, retry, collect. Several are harmless."""
    from nanoos_lab.service import Worker  # noqa: PLC0415 - loads when it is wanted
    from nanoos_lab.store.leases import LEASE_S  # noqa: PLC0415

    lab = current_lab(drive=False)
    served = Worker(lab.store, lab.engine, lab.engine.token, on_change=_say, lease_s=lease or LEASE_S)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: served.stop())
    typer.echo(
        f"worker on {socket.gethostname()} for project {lab.project!r} of {lab.address}: Ctrl-C stops it"
    )
    tally = served.run(until_idle=until_idle)
    typer.echo(f"stopped; {tally.changed} changes of runs")


def _say(tally: Any) -> None:  # noqa: ANN401 - service.Tally, which loads with the engine
    role = "looking after runs" if tally.leading else "standing by: another worker holds the lease"
    typer.echo(f"{role}; {tally.changed} changes so far")


@app.command()
def usage(
    by: Annotated[str, typer.Option(help="person, task or profile.")] = "person",
    days: Annotated[float | None, typer.Option(help="Only the last so many days.")] = None,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Say what runs took: time, CPU-hours, GPU-hours, peak memory."""
    since = None if days is None else time.time() - days * 86400
    return current_lab().usage(by, since=since)


@app.command()
def estimate(
    task: Annotated[str, typer.Argument(help="The task, such as relax.")],
    structures: Annotated[list[str], typer.Argument(help="Ids or names; 'all' for every added one.")],
    calculator: Annotated[
        str | None, typer.Option(help="Only runs with this calculator are looked at.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="Profile to run on.")] = None,
) -> Any:  # noqa: ANN401
    """Estimate what a task will take, from earlier runs, before anything is submitted."""
    lab = current_lab()
    return lab.estimate(task, chosen_records(lab, structures), on=on, calculator=calculator)
