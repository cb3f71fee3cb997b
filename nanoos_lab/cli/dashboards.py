"""The command that serves a dashboard by Voila, on this machine alone."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from nanoos_lab.cli.app import SESSION, Session, app
from nanoos_lab.errors import MissingExtraError


@app.command()
def dashboard(
    name: Annotated[
        str, typer.Argument(help="materials-explorer, runs-and-cluster or model-comparison; without it, all.")
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine.")] = 8866,
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Serve a dashboard of a lab to the browser of this machine: nanoos dashboard materials-explorer."""
    from nanoos_lab.dashboards import notebook_of, notebooks_folder  # noqa: PLC0415 - loads when it is wanted

    if importlib.util.find_spec("voila") is None:
        raise MissingExtraError("voila", "notebook", "A dashboard")
    what = notebook_of(name) if name else notebooks_folder()
    session = SESSION.get(Session())
    place = str(session.lab.address) if session.lab is not None else session.path
    env = {**os.environ, "NANOOS_PROJECT": session.project}
    if place:
        env["NANOOS_LAB"] = place if "://" in place else str(Path(place).expanduser().resolve())
    typer.echo(f"{name or 'dashboards'} on http://127.0.0.1:{port}/ (Ctrl-C stops it)")
    raise typer.Exit(
        subprocess.run(
            voila_command(what, port, theme, browser=not no_browser), env=env, check=False
        ).returncode
    )


def voila_command(what: Path, port: int, theme: str, *, browser: bool) -> list[str]:
    """Return the command line that serves a notebook, or a folder of them, on loopback.

    Args:
        what: The notebook or the folder.
        port: The port.
        theme: ``light`` or ``dark``.
        browser: Whether it opens a browser.
    """
    return [
        sys.executable, "-m", "voila", str(what), f"--port={port}", "--Voila.ip=127.0.0.1", f"--theme={theme}",
        "--template=nanoos",  # Voila's own loads its icons and its MathJax from elsewhere
        *([] if browser else ["--no-browser"]),
    ]  # fmt: skip
