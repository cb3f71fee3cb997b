"""The verbs of the lab as commands: structures, runs, answers, reports.

Each returns what the same call of :class:`~nanoos_lab.lab.Lab` returns. Parameters and filters are written
``name=value``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import SESSION, Session, app, chosen_records, current_lab, patient
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.verbs import parse_params

Params = Annotated[list[str] | None, typer.Argument(help="Parameters of the task, as name=value.")]
On = Annotated[str | None, typer.Option(help="Profile to run on.")]
Force = Annotated[bool, typer.Option("--force", help="Run again even where an identical run has finished.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", "-t", help="A word to find it by; may be repeated.")]


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The folder to make.")] = Path("lab")) -> Any:  # noqa: ANN401
    """Make a lab folder; nothing to start, nothing to configure."""
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - the store loads when a lab is opened

    return Lab(folder, project=SESSION.get(Session()).project)


@app.command()
def add(
    sources: Annotated[list[str], typer.Argument(help="Structure files or folders.")],
    tag: Tags = None,
    name: Annotated[str | None, typer.Option(help="Its name, for one structure.")] = None,
    notes: Annotated[str, typer.Option(help="Free text.")] = "",
) -> Any:  # noqa: ANN401 - shown by the caller
    """Add structures from files and folders."""
    source = sources[0] if len(sources) == 1 else sources
    return current_lab().add(source, tags=tag or (), name=name, notes=notes)


@app.command()
@patient
def run(
    task: Annotated[str, typer.Argument(help="The task, such as relax.")],
    structure: Annotated[str, typer.Argument(help="Id or name.")],
    params: Params = None,
    on: On = None,
    force: Force = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return at once; needs a profile that survives.")
    ] = False,
) -> Any:  # noqa: ANN401
    """Run a task on one structure: nanoos run relax Si calculator=qe options.cutoff_ry=40 fmax=0.02."""
    lab = current_lab()
    if detach and lab.settings.profile(on).executor == "here":
        raise InvalidInputError(
            "a run of profile 'here' ends with this command: give --on process to --detach"
        )
    verb = lab.submit if detach else lab.run
    return verb(task, lab.structure(structure), on=on, force=force, **parse_params(params or []))


@app.command()
def preflight(
    task: Annotated[str, typer.Argument(help="The task, such as eos.")],
    structure: Annotated[str, typer.Argument(help="Id or name.")],
    params: Params = None,
    on: On = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Evaluate the calculator once, here, to see how long it takes.")
    ] = False,
) -> Any:  # noqa: ANN401
    """Say what a run costs and what is missing; nothing runs: nanoos preflight eos Si calculator=qe --on cluster."""
    lab = current_lab()
    found = lab.structure(structure)
    return lab.preflight(task, found, on=on, measure=measure, **parse_params(params or []))


@app.command("map")
@patient
def map_(
    task: Annotated[str, typer.Argument(help="The task, such as eos.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Ids or names, then parameters as name=value.")
    ] = None,
    tag: Tags = None,
    on: On = None,
    force: Force = False,
) -> Any:  # noqa: ANN401
    """Run a task on many structures: nanoos map eos --tag perovskite calculator=chgnet."""
    lab = current_lab()
    words = arguments or []
    names = [word for word in words if "=" not in word]
    chosen = chosen_records(lab, names) if names else list(lab.structures(**({"tags": tag} if tag else {})))
    if not chosen:
        raise InvalidInputError("no structure fits: add some with 'nanoos add', or name other tags")
    params = parse_params([word for word in words if "=" in word])
    return lab.map(task, chosen, on=on, force=force, **params)


@app.command()
def runs(
    verb: Annotated[
        str, typer.Argument(metavar="[watch]", help="'watch' keeps showing them until all have ended.")
    ] = "",
    *,
    state: Annotated[str | None, typer.Option(help="Only this state, such as FAILED.")] = None,
    task: Annotated[str | None, typer.Option(help="Only this task.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 30,
) -> Any:  # noqa: ANN401
    """List what was done, how it went and how long it took."""
    if verb not in {"", "watch"}:
        raise InvalidInputError(
            f"{verb!r} is nothing that runs do here: say 'nanoos runs' or 'nanoos runs watch'"
        )
    given = {"state": state.upper() if state else None, "task": task}
    filters: dict[str, Any] = {k: v for k, v in given.items() if v}
    if not verb:
        return current_lab().runs(limit=limit, **filters)
    if SESSION.get(Session()).embedded:
        return current_lab().runs(limit=limit, live=True, **filters)
    from nanoos_lab.cli.watching import watch_runs  # noqa: PLC0415 - rich loads when something is drawn

    return watch_runs(current_lab(), filters, limit=limit)


@app.command()
def show(record: Annotated[str, typer.Argument(help="Id or name; without one, the lab.")] = "") -> Any:  # noqa: ANN401
    """Show the lab, or one structure, run or batch."""
    lab = current_lab()
    return lab.get(record) if record else lab


@app.command()
def compare(
    structure: Annotated[str, typer.Argument(help="Id or name.")],
    prop: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property, such as bulk_modulus.")],
) -> Any:  # noqa: ANN401
    """Compare predicted, computed and measured values of one property."""
    return current_lab().compare(structure, prop)


@app.command()
def trace(record: Annotated[str, typer.Argument(help="Id or name.")]) -> Any:  # noqa: ANN401
    """Show where a record came from."""
    return current_lab().trace(record)


@app.command()
def cancel(run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]) -> Any:  # noqa: ANN401
    """Ask a run to stop."""
    lab = current_lab()
    lab.cancel(run_id)
    return lab.get(run_id)


@app.command()
@patient
def retry(run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]) -> Any:  # noqa: ANN401
    """Try a failed, lost or cancelled run again, and wait for it."""
    return current_lab().retry(run_id).wait()


@app.command()
@patient
def report(
    template: Annotated[str, typer.Argument(help="The template, such as screening.")] = "screening",
    params: Params = None,
    tag: Tags = None,
) -> Any:  # noqa: ANN401
    """Write one HTML report that opens from disk: nanoos report screening --tag perovskite top=5."""
    lab = current_lab()
    chosen = lab.structures(**({"tags": tag} if tag else {}))
    return lab.report(template, structures=chosen, **parse_params(params or []))


@app.command()
@patient
def doctor(
    profile: Annotated[
        str | None, typer.Option(help="Send a probe to where this profile runs, and compare it with here.")
    ] = None,
) -> Any:  # noqa: ANN401
    """Say what is installed, what is missing, and the line that installs it."""
    from nanoos_lab.doctor import examine, examine_profile  # noqa: PLC0415 - looks at every package

    return examine() if profile is None else examine_profile(current_lab(), profile)


@app.command()
@patient
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to keep the demo's lab.")] = Path("demo-lab"),
) -> Any:  # noqa: ANN401
    """Screen the sample structures: from files to a ranked, reproducible report."""
    from nanoos_lab.demo import run_demo  # noqa: PLC0415 - only the demo needs it

    return run_demo(folder)
