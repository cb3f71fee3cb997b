"""The application that the commands belong to, which lab they work on, and how the command ends."""

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

if TYPE_CHECKING:
    from collections.abc import Callable

    from nanoos_lab.lab import Lab

P = ParamSpec("P")


@dataclass
class Session:
    """Which lab the commands work on."""

    lab: Lab | None = None
    """The notebook's lab, where the magic calls."""
    path: str | None = None
    """The lab folder, or the address of a lab on a server."""
    project: str = "default"
    embedded: bool = False
    """Whether results are handed back instead of printed."""


SESSION: ContextVar[Session] = ContextVar("nanoos_session")


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


def patient(command: Callable[P, Any]) -> Callable[P, Any]:
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
        str | None,
        typer.Option(
            envvar="NANOOS_LAB", help="The lab folder or server address; by default the folder around here."
        ),
    ] = None,
    project: Annotated[str, typer.Option(help="The project to work in.")] = "default",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it.")
    ] = False,
) -> None:
    del version  # its callback has answered already
    if not SESSION.get(Session()).embedded:
        SESSION.set(Session(path=lab, project=project))


def current_lab(*, drive: bool = True) -> Lab:
    """Return the lab that commands work on.

    Args:
        drive: Whether this process looks after runs elsewhere by itself.

    Raises:
        InvalidInputError: There is none around here, or the named folder is none.
    """
    session = SESSION.get(Session())
    if session.lab is not None:
        return session.lab
    from nanoos_lab.lab import Lab  # noqa: PLC0415 - the store loads when a lab is opened

    place = session.path or _lab_around(Path.cwd())
    if place is None or ("://" not in str(place) and not (Path(place) / "lab.toml").is_file()):
        named = f"{place} holds no lab" if place else f"no lab in {Path.cwd()} or above"
        raise InvalidInputError(
            f"{named}: make one with 'nanoos init FOLDER', or name one with --lab FOLDER or --lab ADDRESS"
        )
    session.lab = Lab(place, project=session.project, drive=drive)
    return session.lab


def _lab_around(folder: Path) -> Path | None:
    return next((f for f in (folder, *folder.parents) if (f / "lab.toml").is_file()), None)


def chosen_records(lab: Lab, names: list[str]) -> list[Any]:
    """Return the structures that words on the command line name.

    Args:
        lab: The lab.
        names: Ids or names; ``all`` for every added one.
    """
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
