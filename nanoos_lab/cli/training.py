"""The command about training: a model of one's own from values of the lab, or from a table of them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nanoos_lab.cli.app import app, current_lab, patient
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.verbs import parse_params


@app.command()
@patient
def train(
    prop: Annotated[str, typer.Argument(metavar="PROPERTY", help="What is learnt, such as band_gap.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ids or names of structures, or one .csv of files and values; without any, all that have a value. "
            "Then parameters of the task, as name=value: epochs=60 members=2 split.seed=1."
        ),
    ] = None,
    *,
    origin: Annotated[str, typer.Option(help="Of the values: computed, measured, imported or predicted.")],
    method: Annotated[
        str | None, typer.Option(help="The method that is meant where there are several.")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", help="A condition of the values, such as temperature=300K; may be repeated."),
    ] = None,
    unit: Annotated[str, typer.Option(help="Of a table's values, where it does not say it.")] = "",
    source: Annotated[str, typer.Option(help="Citation of a table's values.")] = "",
    name: Annotated[str, typer.Option(help="The model's name; by default after the property.")] = "",
    version: Annotated[str, typer.Option(help="Its version.")] = "1",
    start: Annotated[
        str, typer.Option(help="What to begin from: a shipped or registered model, a file; '' for nothing.")
    ] = "nanoos-gnn",
    architecture: Annotated[
        str | None,
        typer.Option(help="nanoos-gnn, megnet, m3gnet, or a plug-in's; by default what the start is."),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Kept together: random, chemical-system or composition-cluster.")
    ] = None,
    register: Annotated[
        bool, typer.Option("--register/--no-register", help="Whether its name is known from then on.")
    ] = True,
    on: Annotated[str | None, typer.Option(help="Profile to train on.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Train again what was trained before.")] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return at once; needs a profile that survives.")
    ] = False,
) -> Any:  # noqa: ANN401 - shown by the caller
    """Train a model: nanoos train band_gap gaps.csv --origin imported --method HSE06 --name my-gap epochs=60."""
    lab = current_lab()
    if detach and lab.settings.profile(on).executor == "here":
        raise InvalidInputError(
            "a training of profile 'here' ends with this command: give --on process to --detach"
        )
    words = arguments or []
    chosen: Any = [word for word in words if "=" not in word] or None
    if chosen and chosen[0].lower().endswith(".csv"):
        if len(chosen) > 1:
            raise InvalidInputError(
                f"{chosen[0]} is a table and comes alone, not with {', '.join(chosen[1:])}"
            )
        chosen = chosen[0]
    params = parse_params([word for word in words if "=" in word])
    if architecture:
        params["architecture"] = architecture
    dataset = lab.dataset(
        prop,
        chosen,
        origin=origin,
        method=method,
        conditions=parse_params(at or []) or None,
        unit=unit,
        source=source,
    )
    return lab.train(
        dataset, name=name, version=version, start=start, wait=not detach,
        register=register and not detach, split=_split(split, params), on=on, force=force, **params,
    )  # fmt: skip


def _split(kind: str | None, params: dict[str, Any]) -> Any:  # noqa: ANN401 - as lab.train takes it
    """Take what is said of the split, in an option and as ``split.seed=1``, out of the parameters."""
    said = params.pop("split", None)
    if kind is None:
        return said
    if said is None:
        return kind
    if not isinstance(said, dict) or "kind" in said:
        raise InvalidInputError(f"the split is given twice: --split {kind} and split={said!r}")
    return {"kind": kind, **said}
