"""Folders with a model of matgl as predictors see them: found, described and identified without torch or matgl."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

from nanoos_lab.errors import CalculatorError, InvalidInputError, MissingExtraError
from nanoos_lab.foreign_json import loads
from nanoos_lab.ml.matgl.proof import (
    CALIBRATION,
    REFERENCES,
    MatGLCalibration,
    PropertyReferences,
    read_json,
)
from nanoos_lab.potentials import matgl_folder
from nanoos_lab.potentials.chgnet import known_elements
from nanoos_lab.potentials.domain import check_crystal
from nanoos_lab.potentials.weights import file_sha256, package_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES = frozenset({"CHGNet", "M3GNet", "MEGNet", "SO3Net", "TensorNet"})
"""Models of matgl that answer for a graph without further inputs."""
PUBLISHED = Path(__file__).parents[1] / "data" / "matgl_published.json"
"""What is known of published models, as ``scripts/calibrate_matgl.py`` makes it."""
_WHAT = "a model of matgl"
_AGAIN = "mend it, or make both anew with nanoos_lab.ml.matgl.calibrate_matgl"


@dataclass(frozen=True)
class Described:
    """What a folder's ``model.json`` says, without reading weights."""

    folder: Path
    kind: Literal["property", "potential"]
    architecture: str
    elements: frozenset[str]
    cutoff_angstrom: float


def find(model: str) -> Path:
    """Return the folder of a model.

    Args:
        model: Its whole path, or its name: see :func:`nanoos_lab.potentials.matgl_folder.find_folder`.
    """
    return matgl_folder.find_folder(model, what="model of matgl")


def describe(folder: Path) -> Described:
    """Read what a folder says of itself, without torch.

    Args:
        folder: Such as :func:`find` returns.

    Raises:
        InvalidInputError: It holds no model that can be asked; the message says why.
    """
    return _describe(folder, file_sha256(folder / "model.json"))


@functools.lru_cache(maxsize=64)
def _describe(folder: Path, _sha256: str) -> Described:
    try:
        said = loads((folder / "model.json").read_text(encoding="utf-8"), "it")
        if said["@class"] == "Potential":
            known = matgl_folder.describe(folder)
            elements = frozenset(known.elements)
            return Described(folder, "potential", known.architecture, elements, known.cutoff_angstrom)
        inner = said["kwargs"]["model"] if said["@class"] == "TransformedTargetModel" else said
        arguments = inner.get("init_args", inner.get("kwargs"))
        refuse_unknown(str(inner["@class"]), arguments)
        return Described(
            folder=folder,
            kind="property",
            architecture=str(inner["@class"]),
            elements=frozenset(arguments.get("element_types") or known_elements()),
            cutoff_angstrom=float(arguments["cutoff"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"{folder}/model.json is not as matgl writes it: {error!r}") from error


def refuse_unknown(architecture: str, arguments: Mapping[str, Any]) -> None:
    """Refuse a model that states no plain number of a structure alone.

    Args:
        architecture: Name of its class.
        arguments: What the model is made of.

    Raises:
        InvalidInputError: It cannot be asked; the message says why.
    """
    if architecture not in ARCHITECTURES:
        raise InvalidInputError(
            f"models of the architecture {architecture!r} cannot be asked, only those of "
            f"{', '.join(sorted(ARCHITECTURES))}"
        )
    if arguments.get("ntypes_state") or (architecture != "MEGNet" and arguments.get("include_state")):
        raise InvalidInputError(
            f"this {architecture} wants a state, such as a fidelity, with each structure: there is none to give"
        )
    if arguments.get("is_classification") or arguments.get("task_type") == "classification":
        raise InvalidInputError(f"this {architecture} states a probability of a class, and no property")
    if int(arguments.get("ntargets") or 1) != 1:
        raise InvalidInputError(f"this {architecture} states {arguments['ntargets']} numbers, not one")


@functools.cache
def published() -> tuple[Mapping[str, Any], ...]:
    """Return what is known of published property models: hashes, references, calibration."""
    entries = json.loads(PUBLISHED.read_text(encoding="utf-8"))["models"]
    return tuple(MappingProxyType(entry) for entry in entries)


def _known_as(folder: Path) -> Mapping[str, Any]:
    mark = {name: file_sha256(folder / name) for name in ("model.pt", "state.pt")}
    return next((p for p in published() if p["sha256"] == mark), {})


def _digest(folder: Path) -> str | None:
    """Return the SHA-256 of what this package knows of published weights, or None where it knows nothing."""
    known = _known_as(folder)
    return hashlib.sha256(json.dumps(dict(known), sort_keys=True).encode()).hexdigest() if known else None


def references_of(folder: Path) -> PropertyReferences | None:
    """Return what a property model must give: its own references, those of published weights, or None.

    Args:
        folder: Its folder.

    Raises:
        CalculatorError: Its file cannot be understood.
    """
    own = folder / REFERENCES
    if own.is_file():
        return cast("PropertyReferences", read_json(own, PropertyReferences, _AGAIN))
    known = _known_as(folder).get("references")
    return PropertyReferences.model_validate(known) if known else None


def calibration_of(folder: Path) -> MatGLCalibration | None:
    """Return how well a model was measured to be, beside its weights or of published ones, or None.

    Args:
        folder: Its folder.

    Raises:
        CalculatorError: The file cannot be understood, or belongs to other weights.
    """
    own = folder / CALIBRATION
    if not own.is_file():
        known = None if (folder / REFERENCES).is_file() else _known_as(folder).get("calibration")
        return MatGLCalibration.model_validate(known) if known else None
    found = cast("MatGLCalibration", read_json(own, MatGLCalibration, _AGAIN))
    if found.weights_sha256 != (weights := file_sha256(folder / "state.pt")):
        raise CalculatorError(
            f"{own} was measured with other weights ({found.weights_sha256[:12]}…) than lie beside it "
            f"({weights[:12]}…): calibrate again with nanoos_lab.ml.matgl.calibrate_matgl, or remove it"
        )
    return found


def unproven(folder: Path) -> str | None:
    """Return why a model is not believed and how that is mended, where it has no references, else None.

    Args:
        folder: Its folder.
    """
    own = folder / REFERENCES
    kind = describe(folder).kind
    known = matgl_folder.references_of(folder) if kind == "potential" else references_of(folder)
    if known is not None:
        return None
    return (
        f"{folder} carries no reference predictions, and weights of matgl may load without a word and be wrong: "
        "show it crystals whose values are known and that it was not trained on, with the error that was published "
        "for it, by nanoos_lab.ml.matgl.calibrate_matgl(folder, structures, values, property=..., expected_mae=...); "
        f"that leaves {own.name} and {CALIBRATION} beside the weights"
    )


def identity(folder: Path) -> Mapping[str, Any]:
    """Return what a model's answers depend on. Imports neither torch nor matgl.

    Args:
        folder: Its folder.

    Raises:
        MissingExtraError: torch or matgl is not installed.
    """
    if missing := matgl_folder.missing_package():
        raise MissingExtraError(missing, "matgl", _WHAT)
    beside = {n: file_sha256(folder / n) for n in (REFERENCES, CALIBRATION) if (folder / n).is_file()}
    return {
        "model": f"matgl {describe(folder).architecture}",
        "sha256": {**matgl_folder.fingerprints(folder), **beside},
        "known": None if beside else _digest(folder),
        "packages": dict(package_versions(matgl_folder.PACKAGES)),
    }


def check(folder: Path, structure: object) -> None:
    """Refuse a structure that a model cannot know.

    Args:
        folder: The model's folder.
        structure: A pymatgen ``Structure``.

    Raises:
        InvalidInputError: Not an ordered crystal of real elements, or atoms on top of each other.
        OutOfDomainError: An element that the model has no embedding for, or an atom without any neighbour.
    """
    said = describe(folder)
    check_crystal(
        structure,
        who=f"the {said.architecture} {matgl_folder.name_of(folder)}",
        elements=said.elements,
        cutoff_angstrom=said.cutoff_angstrom,
    )
