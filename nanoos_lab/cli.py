"""The command ``nanoos``: the verbs of the lab in a terminal, and of the magic ``%lab`` in a notebook.

Each command returns what the same call of :class:`~nanoos_lab.lab.Lab` returns; the terminal prints it, the
magic shows it. Parameters and filters are written ``name=value``.
"""

from __future__ import annotations

import functools
import os
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer
from typer.exceptions import TyperException

from nanoos_lab._version import __version__
from nanoos_lab.errors import DetachedInterrupt, InvalidInputError, NanoOSError
from nanoos_lab.verbs import parse_filters, parse_params

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.lab import Lab

P = ParamSpec("P")


@dataclass
class Session:
    """Which lab the commands work on."""

    lab: Lab | None = None
    """The notebook's lab, where the magic calls."""
    path: Path | None = None
    project: str = "default"
    embedded: bool = False
    """Whether results are handed back instead of printed."""


SESSION: ContextVar[Session] = ContextVar("nanoos_session")

Params = Annotated[list[str] | None, typer.Argument(help="Parameters of the task, as name=value.")]
On = Annotated[str | None, typer.Option(help="Profile to run on.")]
Force = Annotated[bool, typer.Option("--force", help="Run again even where an identical run has finished.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", "-t", help="A word to find it by; may be repeated.")]


def _finish(result: Any, **_: Any) -> Any:  # noqa: ANN401 - whatever a command returns
    if SESSION.get(Session()).embedded or result is None:
        return result
    from rich.console import Console  # noqa: PLC0415 - rich loads when something is printed

    Console(highlight=False).print(result)
    return None


app = typer.Typer(
    name="nanoos",
    help="Materials discovery: structures, runs and values of a lab folder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    result_callback=_finish,
)


def _patient(command: Callable[P, Any]) -> Callable[P, Any]:
    """Let an interrupt of a command that waits say what becomes of its runs."""

    @functools.wraps(command)
    def attended(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401 - what the command returns
        try:
            return command(*args, **kwargs)
        except DetachedInterrupt as stopped:
            if SESSION.get(Session()).embedded:
                raise
            words = (
                f"stopped waiting for {', '.join(stopped.run_ids)}: on profile 'process' it goes on, on 'here' it "
                "waits until the same command is given again"
            )
            raise typer.Exit(_say(words, 130)) from None

    return attended


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's form of a flag's callback
    if wanted:
        typer.echo(f"nanoos {__version__}")
        raise typer.Exit


@app.callback()
def _choose_lab(
    lab: Annotated[
        Path | None, typer.Option(envvar="NANOOS_LAB", help="The lab folder; by default the one around here.")
    ] = None,
    project: Annotated[str, typer.Option(help="The project to work in.")] = "default",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it.")
    ] = False,
) -> None:
    del version  # its callback has answered already
    if not SESSION.get(Session()).embedded:
        SESSION.set(Session(path=lab, project=project))


def current_lab() -> Lab:
    """Return the lab that commands work on.

    Raises:
        InvalidInputError: There is none around here, or the named folder is none.
    """
    session = SESSION.get(Session())
    if session.lab is not None:
        return session.lab
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - the store loads when a lab is opened

    root = session.path or _lab_around(Path.cwd())
    if root is None or not (root / "lab.toml").is_file():
        named = f"{root} holds no lab" if root else f"no lab in {Path.cwd()} or above"
        raise InvalidInputError(f"{named}: make one with 'nanoos init FOLDER', or name one with --lab FOLDER")
    session.lab = Lab(root, project=session.project)
    return session.lab


def _lab_around(folder: Path) -> Path | None:
    return next((f for f in (folder, *folder.parents) if (f / "lab.toml").is_file()), None)


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
def find(
    filters: Annotated[
        list[str] | None, typer.Argument(help="Filters such as elements=Li,Fe bulk_modulus=100..200.")
    ] = None,
) -> Any:  # noqa: ANN401
    """Find structures: elements=Sr,Ti tags=perovskite space_group=221 bulk_modulus=150..200."""
    return current_lab().find(**parse_filters(filters or []))


@app.command()
@_patient
def predict(
    structures: Annotated[list[str], typer.Argument(help="Ids or names; 'all' for every added one.")],
    prop: Annotated[
        list[str] | None, typer.Option("--property", "-p", help="A property; may be repeated.")
    ] = None,
    predictor: Annotated[str, typer.Option(help="The model.")] = "chgnet",
    on: On = None,
) -> Any:  # noqa: ANN401
    """Predict properties."""
    lab = current_lab()
    return lab.predict(_records(lab, structures), prop, predictor=predictor, on=on)


@app.command()
@_patient
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
    """Run a task on one structure: nanoos run relax SrTiO3 calculator=chgnet fmax=0.02."""
    lab = current_lab()
    if detach and lab.settings.profile(on).executor == "here":
        raise InvalidInputError(
            "a run of profile 'here' ends with this command: give --on process to --detach"
        )
    verb = lab.submit if detach else lab.run
    return verb(task, lab.structure(structure), on=on, force=force, **parse_params(params or []))


@app.command("map")
@_patient
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
    chosen = _records(lab, names) if names else list(lab.structures(**({"tags": tag} if tag else {})))
    if not chosen:
        raise InvalidInputError("no structure fits: add some with 'nanoos add', or name other tags")
    params = parse_params([word for word in words if "=" in word])
    return lab.map(task, chosen, on=on, force=force, **params)


@app.command()
def runs(
    state: Annotated[str | None, typer.Option(help="Only this state, such as FAILED.")] = None,
    task: Annotated[str | None, typer.Option(help="Only this task.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 30,
) -> Any:  # noqa: ANN401
    """List what was done, how it went and how long it took."""
    given = {"state": state.upper() if state else None, "task": task}
    return current_lab().runs(limit=limit, **{k: v for k, v in given.items() if v})


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
@_patient
def retry(run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run's id.")]) -> Any:  # noqa: ANN401
    """Try a failed, lost or cancelled run again, and wait for it."""
    return current_lab().retry(run_id).wait()


@app.command()
@_patient
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
def doctor() -> Any:  # noqa: ANN401
    """Say what is installed, what is missing, and the line that installs it."""
    from nanoos_lab.doctor import examine  # noqa: PLC0415 - looks at every package

    return examine()


@app.command()
@_patient
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to keep the demo's lab.")] = Path("demo-lab"),
) -> Any:  # noqa: ANN401
    """Screen the sample structures: from files to a ranked, reproducible report."""
    from nanoos_lab.demo import run_demo  # noqa: PLC0415 - only the demo needs it

    return run_demo(folder)


def _records(lab: Lab, names: list[str]) -> list[Any]:
    if names == ["all"]:
        if not (added := list(lab.structures())):
            raise InvalidInputError("this lab holds no structure yet: add some with 'nanoos add FILE'")
        return added
    return [lab.structure(name) for name in names]


def main(arguments: list[str] | None = None) -> None:
    """Run the command and end the process; errors of our own are one line, without a traceback.

    Args:
        arguments: The words after ``nanoos``; by default those of the process.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        sys.exit(app(args=arguments, prog_name="nanoos", standalone_mode=False))
    except typer.Abort:
        sys.exit(_say("stopped", 130))
    except TyperException as error:
        sys.exit(_say(f"nanoos: {error}", 2))
    except NanoOSError as error:
        sys.exit(_say(f"nanoos: {error}", 1))


def _say(words: str, code: int) -> int:
    typer.secho(words, fg=typer.colors.RED, err=True)
    return code
