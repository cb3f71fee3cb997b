"""Commands about measured values, samples and who did what."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, current_lab
from nanoos_lab.verbs import parse_params

Conditions = Annotated[
    list[str] | None, typer.Argument(help="Conditions, such as temperature=300K pressure=5GPa.")
]


@app.command()
def record(
    subject: Annotated[str, typer.Argument(help="A structure, sample or material, by id or name.")],
    prop: Annotated[str, typer.Argument(metavar="PROPERTY", help="The property, such as bulk_modulus.")],
    value: Annotated[
        str, typer.Argument(help="A number with its unit, or a file with the columns of an array.")
    ],
    conditions: Conditions = None,
    uncertainty: Annotated[
        str | None, typer.Option("-u", "--uncertainty", help="Such as 8, '8 GPa' or '5 %'.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="The unit, where the value does not say it.")] = None,
    method: Annotated[str, typer.Option(help="How it was found.")] = "",
    source: Annotated[str, typer.Option(help="A citation.")] = "",
    note: Annotated[str, typer.Option(help="What a reader must know.")] = "",
    origin: Annotated[str, typer.Option(help="measured, computed, predicted or imported.")] = "measured",
) -> Any:  # noqa: ANN401 - shown by the caller
    """Record a measured value: nanoos record SrTiO3 bulk_modulus "171 GPa" -u 8 temperature=300K."""
    return current_lab().record(
        subject, prop, value, uncertainty, unit=unit, method=method, source=source, note=note, origin=origin,
        conditions=parse_params(conditions or []),
    )  # fmt: skip


@app.command()
def sample(
    name: Annotated[str, typer.Argument(help="What its label says.")],
    synthesis: Annotated[
        list[str] | None, typer.Argument(help="How it was made, such as temperature=1300degC time=24h.")
    ] = None,
    of: Annotated[str | None, typer.Option(help="The structure or material it is of.")] = None,
    parent: Annotated[str | None, typer.Option(help="The sample it was made from.")] = None,
    file: Annotated[list[Path] | None, typer.Option("-f", "--file", help="A file to keep with it.")] = None,
    notes: Annotated[str, typer.Option(help="Free text.")] = "",
) -> Any:  # noqa: ANN401
    """Show a sample, or make or complete it: nanoos sample S-012 --of SrTiO3 temperature=1300degC time=24h."""
    made = parse_params(synthesis) if synthesis else None
    return current_lab().sample(name, of, synthesis=made, files=file or (), parent=parent, notes=notes)


@app.command()
def samples(
    of: Annotated[str | None, typer.Argument(help="Only of this material.")] = None,
    text: Annotated[str | None, typer.Option(help="Only with these words in name or notes.")] = None,
) -> Any:  # noqa: ANN401
    """List samples, what they are of and how they were made."""
    return current_lab().samples(of, text=text)


@app.command()
def import_measured(table: Annotated[Path, typer.Argument(help="A CSV file.")]) -> Any:  # noqa: ANN401
    """Import a table of measured values, each with its source; again adds nothing."""
    return current_lab().import_measured(table)


@app.command()
def history(
    record: Annotated[str | None, typer.Argument(help="Id or name; without one, the project.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only the newest so many.")] = None,
) -> Any:  # noqa: ANN401
    """Tell who did what and when."""
    return current_lab().history(record, limit=limit)
