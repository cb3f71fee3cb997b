"""Commands about trained models: which there are, which version a name means, moving them between labs."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, chosen_records, current_lab

models = typer.Typer(
    help="Trained models: list, show, activate, roll back, export, add.", no_args_is_help=True
)
app.add_typer(models, name="models")

Model = Annotated[str, typer.Argument(help="NAME, NAME@VERSION or id.")]


@models.command("list")
def list_models() -> Any:  # noqa: ANN401 - shown by the caller
    """List the registered models with their errors."""
    return current_lab().models


@models.command()
def show(model: Model) -> Any:  # noqa: ANN401
    """Show a model: what it states, how far off it is, where it came from."""
    return current_lab().models[model]


@models.command()
def card(predictor: Annotated[str, typer.Argument(help="Such as nanoos-gnn.")]) -> Any:  # noqa: ANN401
    """Show a predictor's model card: what it learned from, how far off it is, where it fails."""
    from nanoos_lab.lab.modelling.cards import model_card  # noqa: PLC0415 - the terminal's start stays light

    return model_card(predictor)


@models.command()
def register(
    source: Annotated[str, typer.Argument(help="A run of 'train', or a model's file or folder.")],
    name: Annotated[str | None, typer.Option(help="Another name than the model has.")] = None,
    version: Annotated[str | None, typer.Option(help="Another version than it has.")] = None,
    activate: Annotated[
        bool | None, typer.Option("--activate/--keep", help="Whether its name means it from now on.")
    ] = None,
) -> Any:  # noqa: ANN401
    """Register what a training run left: nanoos models register 3f2a."""
    return current_lab().models.register(source, name=name, version=version, activate=activate)


@models.command()
def add(
    path: Annotated[Path, typer.Argument(help="What 'nanoos models export' of another lab wrote.")],
    activate: Annotated[
        bool | None, typer.Option("--activate/--keep", help="Whether its name means it from now on.")
    ] = None,
) -> Any:  # noqa: ANN401
    """Add a model from another lab."""
    return current_lab().models.add(path, activate=activate)


@models.command()
def export(
    model: Model,
    path: Annotated[Path | None, typer.Argument(help="The file or a folder; by default here.")] = None,
) -> Any:  # noqa: ANN401
    """Write a model as one file that another lab adds."""
    return current_lab().models.export(model, path)


@models.command()
def activate(
    model: Model, version: Annotated[str | None, typer.Argument(help="The version, beside a name.")] = None
) -> Any:  # noqa: ANN401
    """Let a name mean a version: nanoos models activate my-gap 1.1."""
    return current_lab().models.activate(model, version)


@models.command()
def deactivate(model: Model) -> Any:  # noqa: ANN401
    """Let a name mean no version for now."""
    return current_lab().models.deactivate(model)


@models.command("roll-back")
def roll_back(model: Model) -> Any:  # noqa: ANN401
    """Let a name mean the version again that was active before."""
    return current_lab().models.roll_back(model)


@models.command()
def retire(model: Model, reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "") -> Any:  # noqa: ANN401
    """Put a version away, not to be used any more; nothing of it is lost."""
    return current_lab().models.retire(model, reason)


@models.command()
def restore(model: Model) -> Any:  # noqa: ANN401
    """Take back a version that was retired."""
    return current_lab().models.restore(model)


@models.command()
def compare(
    a: Annotated[str, typer.Argument(help="A model or predictor.")],
    b: Annotated[str, typer.Argument(help="Another.")],
    structures: Annotated[list[str] | None, typer.Argument(help="Ids or names; without any, all.")] = None,
    against: Annotated[str, typer.Option(help="The method whose values are taken to be right.")] = "",
) -> Any:  # noqa: ANN401
    """Ask two models about the same structures: nanoos models compare my-gap@1 my-gap@2."""
    lab = current_lab()
    return lab.models.compare(a, b, chosen_records(lab, structures or ["all"]), against=against)
