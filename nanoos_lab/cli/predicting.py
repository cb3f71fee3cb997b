"""The command about predictions: of a few stored structures, or of whatever thousands a folder or a table holds."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, chosen_records, current_lab, patient
from nanoos_lab.errors import InvalidInputError


@app.command()
@patient
def predict(
    structures: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ids, names, structure files, a folder or a .csv; 'all' for every added structure."
        ),
    ] = None,
    *,
    prop: Annotated[
        list[str] | None,
        typer.Option(
            "--property", "--properties", "-p", help="A property, or several with commas; may be repeated."
        ),
    ] = None,
    predictor: Annotated[str, typer.Option(help="The model.")] = "chgnet",
    composition: Annotated[
        list[str] | None,
        typer.Option("--composition", "-c", help="A formula instead of a structure; may be repeated."),
    ] = None,
    column: Annotated[str | None, typer.Option(help="The table's column that names the structures.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="A .csv or .parquet file that the lines go to as they come.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="Profile to run on.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Predict again what was predicted before.")] = False,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Predict properties: nanoos predict candidates/ --predictor nanoos-gnn -p band_gap --to gaps.csv."""
    lab = current_lab()
    if not structures and not composition:
        raise InvalidInputError(
            "say what: ids, names, files, a folder, a .csv, 'all', or --composition FORMULA"
        )
    given: Any = structures or None
    if structures == ["all"]:
        given = chosen_records(lab, structures)
    elif structures and len(structures) == 1:
        given = structures[0]
    wanted = [name.strip() for words in prop or () for name in words.split(",") if name.strip()]
    return lab.predict(
        given, wanted or None, predictor=predictor, compositions=composition or None, column=column, to=to, on=on,
        force=force,
    )  # fmt: skip
