"""A model's file on its way into the lab: packed, renamed where that is asked for, its name checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.store import models as rows

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.ml.models import Manifest
    from nanoos_lab.store.schema import ArtifactRow


def packed(path: Path, name: str | None, version: str | None, folder: Path) -> tuple[Path, bool]:
    """Return a model as one file, under another name where one is given, and whether it is the same file.

    Args:
        path: Its file or folder.
        name: Another name.
        version: Another version.
        folder: An empty folder to work in.

    Raises:
        InvalidInputError: Name or version cannot be used.
    """
    from nanoos_lab.ml.models import Manifest, pack, read_manifest, unpack, write_model  # noqa: PLC0415

    manifest = read_manifest(path)
    changes = {"name": name or manifest.name, "version": version or manifest.version}
    if changes == {"name": manifest.name, "version": manifest.version}:
        return (pack(path, folder), False) if path.is_dir() else (path, True)
    try:
        renamed = Manifest.model_validate(manifest.model_dump() | changes)
    except ValueError:
        raise InvalidInputError(
            f"a model cannot be called {changes['name']!r} in version {changes['version']!r}: a name has small "
            "letters, digits, dots, underscores and hyphens, a version also capital letters and plus signs"
        ) from None
    source = path
    if not path.is_dir():
        unpack(path, folder / "model")
        source = folder / "model"
    write_model(folder / "renamed", renamed, {one: source / one for one in manifest.sha256})
    return pack(folder / "renamed", folder), False


def check_name(name: str) -> None:
    """Refuse the name of a predictor that comes with the package.

    Args:
        name: Of a model.

    Raises:
        InvalidInputError: It is taken.
    """
    from nanoos_lab.ml import PREDICTORS  # noqa: PLC0415 - a registry of plug-ins

    if name in PREDICTORS:
        raise InvalidInputError(
            f"{name!r} is the name of a predictor that comes with the package: register the model under another one, "
            f'such as name="my-{name}"'
        )


def known_file(session: Any, scope: Any, manifest: Manifest, sha256: str) -> ArtifactRow | None:  # noqa: ANN401
    """Return the file of the same version where it is registered already with these bytes.

    Args:
        session: A writing session.
        scope: The project.
        manifest: The model's.
        sha256: Of its file.
    """
    from nanoos_lab.store.schema import ArtifactRow as Artifact  # noqa: PLC0415

    for row in rows.list_models(session, scope, manifest.name):
        if row.version == manifest.version:
            known: ArtifactRow = session.get_one(Artifact, (scope.project_id, row.artifact_id))
            return known if known.sha256 == sha256 else None
    return None


def columns_of(manifest: Manifest, run_id: str | None) -> dict[str, Any]:
    """Return what the registry's table holds of a model.

    Args:
        manifest: The model's.
        run_id: The run that trained it.
    """
    said = manifest.model_dump(mode="json", include={"metrics"})
    base = manifest.base
    return {
        "name": manifest.name, "version": manifest.version, "architecture": manifest.architecture,
        "targets": list(manifest.properties), "base": None if base is None else base[:200], "run_id": run_id,
        "synthetic": manifest.synthetic, "metrics": said["metrics"],
    }  # fmt: skip
