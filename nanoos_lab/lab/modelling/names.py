"""What a registered model's name stands for: its file in the lab, as every worker finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.store import models as rows
from nanoos_lab.store.artifacts import checked_path
from nanoos_lab.store.schema import ArtifactRow

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.store.database import Store
    from nanoos_lab.store.schema import ModelRow

PREFIX = "model:"


def named_predictor(store: Store, name: str) -> str:
    """Return what ``get_predictor`` takes in every process for a name that a person gave.

    A shipped predictor and a path stay as they are; the name of a registered model, ``my-gap`` or ``my-gap@1.2``,
    becomes the path of its file in the lab.

    Args:
        store: The open store.
        name: What the person wrote.

    Raises:
        UnknownNameError: There is neither such a predictor nor such a model; close names are suggested.
        InvalidInputError: No version of the model is active, or the one that is meant is retired.
        ArtifactError: Its file is missing, was purged or was changed.
    """
    from nanoos_lab.ml import PREDICTORS  # noqa: PLC0415 - a registry of plug-ins

    if name.partition(":")[0] in PREDICTORS:
        return name
    with store.read() as session:
        try:
            row = rows.get_model(session, store.scope, name)
        except UnknownNameError as error:
            if "@" in name and error.what.startswith("version"):
                raise
            known = {*PREDICTORS.names(), *(one.name for one in rows.list_models(session, store.scope))}
            raise UnknownNameError("predictor or registered model", name, known - {"model"}) from None
    _usable(row, name)
    return f"{PREFIX}{path_of(store, row)}"


def _usable(row: ModelRow, name: str) -> None:
    label = rows.label_of(row)
    if row.retired_at is not None:
        raise InvalidInputError(
            f"the model {label} is retired: lab.models[{label!r}].restore() takes it back, "
            "and lab.models lists the others"
        )
    if name == row.name and not row.active:
        raise InvalidInputError(
            f"no version of the model {name!r} is active: say which one, such as {label!r}, or activate it with "
            f"lab.models[{name!r}].activate({row.version!r})"
        )


def path_of(store: Store, row: ModelRow) -> Path:
    """Return where a registered model's file lies, after checking its bytes.

    Args:
        store: The open store.
        row: The model.

    Raises:
        ArtifactError: It is missing, was purged or was changed.
    """
    with store.read() as session:
        artifact = session.get_one(ArtifactRow, (store.scope.project_id, row.artifact_id))
        return checked_path(store.scope, artifact, session=session)
