"""Commands that take a project elsewhere as one file, and that free room."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation when it runs
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, current_lab
from nanoos_lab.verbs import parse_filters


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write, such as iron.nanoos.zip.")],
    chosen: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WHAT]...", help="Ids or names, or filters as for find; all without any."),
    ] = None,
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Leave out the bytes of files.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Write the project, or structures with their provenance, as one file: nanoos export li.nanoos.zip elements=Li."""
    words = chosen or []
    names = [word for word in words if "=" not in word]
    filters = parse_filters(word for word in words if "=" in word)
    return current_lab().export(
        file, names or None, artifacts=not without_files, overwrite=overwrite, **filters
    )


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="An archive of an export.")]) -> Any:  # noqa: ANN401
    """Take an archive into the project; what is there already does not come twice."""
    return current_lab().import_archive(file)


@app.command()
def purge(
    record: Annotated[str | None, typer.Argument(help="A run, a batch or a file, by id.")] = None,
    task: Annotated[str | None, typer.Option(help="Only files of runs of this task.")] = None,
    state: Annotated[str | None, typer.Option(help="Only of runs in this state, such as FAILED.")] = None,
    older_than: Annotated[
        float | None, typer.Option(metavar="DAYS", help="Only of runs that finished so long ago.")
    ] = None,
    larger_than: Annotated[str | None, typer.Option(metavar="SIZE", help="Only larger ones: 100MB.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for whoever asks for them later.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else it is only shown.")] = False,
) -> Any:  # noqa: ANN401
    """Give up the bytes of files, keeping names and hashes: nanoos purge --task md --older-than 90 --yes."""
    return current_lab().purge(
        record,
        task=task,
        state=state,
        older_than_days=older_than,
        larger_than=larger_than,
        reason=reason,
        yes=yes,
    )
