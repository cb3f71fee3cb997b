"""Folders with a potential of the package matgl: found, described and identified without torch or matgl.

The loading itself is the business of :mod:`nanoos_lab.potentials.matgl`.
"""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.foreign_json import loads
from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.potentials.references import References, read_references
from nanoos_lab.potentials.weights import file_sha256, find_model, package_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = ("model.json", "model.pt", "state.pt")
"""What a potential folder holds, as matgl saves it."""
REFERENCES = "references.json"
"""Optional, beside them: see :mod:`nanoos_lab.potentials.references`."""
ARCHITECTURES = frozenset({"CHGNet", "M3GNet", "SO3Net", "TensorNet"})
"""Models that give energies per structure without further inputs."""
PACKAGES = ("matgl", "torch", "torch-geometric", "pymatgen")
_PUBLISHED = Path(__file__).parent / "data" / "matgl_published.json"
_REMEDY = (
    "on a machine with a network, `hf download materialyze/NAME --local-dir FOLDER/NAME` (from PyPI huggingface_hub), "
    "then bring the folder here and say NANOOS_MODELS=FOLDER, or say matgl:/whole/path/FOLDER/NAME"
)


@dataclass(frozen=True)
class Description:
    """What a folder's ``model.json`` says, without reading weights."""

    folder: Path
    architecture: str
    elements: tuple[str, ...]
    """Symbols in the order of the model's embedding."""
    cutoff_angstrom: float
    saved_as: int
    """Version of the architecture's code that saved it."""


def missing_package() -> str | None:
    """Return the name of the first package that is needed and not installed, without importing."""
    return next((name for name in ("torch", "matgl") if importlib.util.find_spec(name) is None), None)


def find_folder(model: str, *, what: str = "matgl potential") -> Path:
    """Return the folder of a potential, or of another model that matgl saved.

    Args:
        model: Its whole path, or its name in a folder of ``NANOOS_MODELS``, of the person's own models or of
            matgl's cache.
        what: Words for the kind of model, for messages.

    Raises:
        InvalidInputError: The path is not whole, or no potential.
        UnknownNameError: No potential of this name; the message says where it was looked for.
    """
    cache = Path.home() / ".cache" / "matgl"
    snapshots = (
        sorted(cache.glob(f"models--*--{model}/snapshots/*")) if re.fullmatch(r"[\w.\-]+", model) else []
    )
    cached = [s for s in snapshots if _is_model(s)]
    if len(cached) == 1:
        return cached[0]
    if cached:
        listed = ", ".join(map(str, cached))
        raise InvalidInputError(
            f"{model!r} is in matgl's cache more than once: say which by its path: {listed}"
        )
    return find_model(model, what=what, places=(cache,), holds=_is_model, remedy=_REMEDY)


def _is_model(path: Path) -> bool:
    return all((path / name).is_file() for name in FILES)


def describe(folder: Path) -> Description:
    """Read what a folder says of itself, without torch.

    Args:
        folder: Such as :func:`find_folder` returns.

    Raises:
        InvalidInputError: It holds a model of matgl that is no potential, or none that can be understood.
    """
    return _describe(folder, file_sha256(folder / "model.json"))


@lru_cache(maxsize=64)
def _describe(folder: Path, _sha256: str) -> Description:
    try:
        said = loads((folder / "model.json").read_text(encoding="utf-8"), "it")
        kind, kwargs = str(said["@class"]), said["kwargs"]
        inner = kwargs["model"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{folder}/model.json is not as matgl writes it: {error!r}") from error
    if kind != "Potential":
        wrapped = inner.get("@class", kind) if isinstance(inner, dict) else kind
        raise InvalidInputError(
            f"{folder} holds {kind} of {wrapped}, which predicts a property and is no potential: it gives no "
            "forces; potentials of matgl have names that end in -PES"
        )
    try:
        arguments = inner["init_args"]
        refuse_unknown(str(inner["@class"]), arguments, kwargs)
        return Description(
            folder=folder,
            architecture=str(inner["@class"]),
            elements=tuple(map(str, arguments["element_types"])),
            cutoff_angstrom=float(arguments["cutoff"]),
            saved_as=int(inner.get("@model_version", 0)),
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{folder}/model.json is not as matgl writes it: {error!r}") from error


def refuse_unknown(architecture: str, arguments: Mapping[str, Any], kwargs: Mapping[str, Any]) -> None:
    """Refuse a model that would want more than a structure.

    Args:
        architecture: Name of its class.
        arguments: What the model is made of.
        kwargs: What the potential around it is made of.

    Raises:
        InvalidInputError: It cannot be used; the message says why.
    """
    if architecture not in ARCHITECTURES:
        raise InvalidInputError(
            f"potentials of the architecture {architecture!r} cannot be used, only those of "
            f"{', '.join(sorted(ARCHITECTURES))}"
        )
    if arguments.get("include_state"):
        raise InvalidInputError(
            f"this {architecture} wants a state, such as a fidelity, with each structure: there is none to give"
        )
    if kwargs.get("calc_charge"):
        raise InvalidInputError(
            f"this {architecture} wants the charge of each structure: there is none to give"
        )


def fingerprints(folder: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each file of a potential by name.

    Args:
        folder: Its folder.
    """
    return {name: file_sha256(folder / name) for name in FILES}


@lru_cache(maxsize=1)
def published() -> tuple[Mapping[str, Any], ...]:
    """Return what is known of published weights: their hashes, references, published errors and limits."""
    return tuple(
        MappingProxyType(p) for p in json.loads(_PUBLISHED.read_text(encoding="utf-8"))["potentials"]
    )


def known_as(folder: Path) -> Mapping[str, Any] | None:
    """Return what is known of a folder's weights, where they are published ones.

    Args:
        folder: Its folder.
    """
    mark = {name: file_sha256(folder / name) for name in ("model.pt", "state.pt")}
    return next((p for p in published() if p["sha256"] == mark), None)


def withdrawn(folder: Path) -> str | None:
    """Return why published weights must not be used with the installed matgl, or None.

    Args:
        folder: Their folder.
    """
    known = known_as(folder)
    return f"{folder}: {known['withdrawn']}" if known and known.get("withdrawn") else None


def references_of(folder: Path) -> References | None:
    """Return what a potential must give: its own references, or those known of published weights, or None.

    Args:
        folder: Its folder.

    Raises:
        CalculatorError: Its file of references cannot be understood.
    """
    if (folder / REFERENCES).is_file():
        return read_references(folder / REFERENCES)
    known = known_as(folder)
    return References.model_validate(known["references"]) if known and "references" in known else None


def identity(folder: Path) -> Mapping[str, Any]:
    """Return what a potential's answers depend on. Imports neither torch nor matgl.

    Args:
        folder: Its folder.

    Raises:
        MissingExtraError: torch or matgl is not installed.
    """
    if missing := missing_package():
        raise MissingExtraError(missing, "matgl", "a matgl potential")
    own = folder / REFERENCES
    return {
        "model": f"matgl {describe(folder).architecture}",
        "sha256": dict(fingerprints(folder)),
        "references_sha256": file_sha256(own) if own.is_file() else None,
        "packages": dict(package_versions(PACKAGES)),
    }


def check(folder: Path, structure: object) -> None:
    """Refuse a structure that a potential cannot know.

    Args:
        folder: The potential's folder.
        structure: A pymatgen ``Structure``.

    Raises:
        InvalidInputError: Not an ordered crystal of real elements, or atoms on top of each other.
        OutOfDomainError: An element that the model has no embedding for, or an atom without any neighbour.
    """
    said = describe(folder)
    check_crystal(
        structure,
        who=f"the {said.architecture} potential {name_of(folder)}",
        elements=frozenset(said.elements),
        cutoff_angstrom=said.cutoff_angstrom,
    )


def name_of(folder: Path) -> str:
    """Return a potential's name: that of its folder, or of the repository in matgl's cache.

    Args:
        folder: Its folder.
    """
    if folder.parent.name == "snapshots" and folder.parents[1].name.startswith("models--"):
        return folder.parents[1].name.rpartition("--")[2]
    return folder.name
