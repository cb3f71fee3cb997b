"""The command that takes in what others ran."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation when it runs
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, current_lab
from nanoos_lab.errors import InvalidInputError, ProgramOutputError


@app.command("import-run")
def import_run(
    places: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Folders or files of calculations.")
    ],
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look through folders inside as well.")
    ] = False,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", "-t", help="A word to find it by; may be repeated.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The structure's name, for one calculation.")] = None,
    notes: Annotated[str, typer.Option(help="Free text.")] = "",
) -> Any:  # noqa: ANN401 - shown by the caller
    """Take in calculations of QE, VASP, GPAW, LAMMPS or phonopy: nanoos import-run calculations/NaCl -t halide."""
    lab = current_lab()
    said: dict[str, Any] = {"recursive": recursive, "tags": tag or (), "notes": notes}
    if len(places) == 1:
        return lab.import_run(places[0], name=name, **said)
    if name is not None:
        raise InvalidInputError("--name names one structure: give one folder with it")
    from nanoos_lab.lab.imported import ImportedRuns  # noqa: PLC0415 - the store loads when a lab is opened

    taken, problems = [], []
    for place in places:
        try:
            found = lab.import_run(place, **said)
        except (InvalidInputError, ProgramOutputError) as error:
            problems.append((str(place), str(error)))
            continue
        taken += list(found) if isinstance(found, ImportedRuns) else [found]
        problems += found.problems if isinstance(found, ImportedRuns) else []
    return ImportedRuns(taken, problems=problems)
