"""Commands about embeddings and similarity."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, chosen_records, current_lab, patient
from nanoos_lab.verbs import parse_filters

Model = Annotated[str, typer.Option(help="The model whose embeddings are used.")]


@app.command()
@patient
def similar(
    structure: Annotated[str, typer.Argument(help="Id or name, or a structure file.")],
    filters: Annotated[
        list[str] | None, typer.Argument(help="Filters as for find, such as elements=O.")
    ] = None,
    k: Annotated[int, typer.Option("--k", "-k", help="How many, at most.")] = 20,
    model: Model = "chgnet",
    missing: Annotated[
        str | None, typer.Option(help="Where embeddings are missing: embed, ignore or error.")
    ] = None,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Find what is most like a structure: nanoos similar SrTiO3 --k 10 elements=O."""
    words = parse_filters(filters or [])
    return current_lab().similar(structure, k, model=model, missing=missing, **words)  # type: ignore[arg-type] # checked there


@app.command()
@patient
def embed(
    structures: Annotated[
        list[str] | None, typer.Argument(help="Ids or names; without any, every structure.")
    ] = None,
    model: Model = "chgnet",
    on: Annotated[str | None, typer.Option(help="Profile to run on.")] = None,
) -> Any:  # noqa: ANN401
    """Compute the embeddings that are missing, for 'similar'."""
    lab = current_lab()
    chosen = chosen_records(lab, structures) if structures else None
    return lab.embed(chosen, model=model, on=on)
