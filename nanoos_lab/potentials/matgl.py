"""Potentials of the package matgl (M3GNet, TensorNet, CHGNet and others): loaded once, checked, evaluated.

Weights are read without running anything that they say: only tensors and plain values are unpickled, and only
model classes of matgl itself are made. matgl's own loader would import any module and call any class that the
folder names.
"""

from __future__ import annotations

import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nanoos_lab.errors import CalculatorError, MissingExtraError, OutOfDomainError
from nanoos_lab.potentials import matgl_folder
from nanoos_lab.potentials.matgl_saved import ends_exchanged, unpickle
from nanoos_lab.potentials.references import record, verify, write_references
from nanoos_lab.potentials.weights import file_sha256, follow_thread_setting, package_versions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from matgl.apps.pes import Potential
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.potentials.matgl_folder import Description

_DERIVED = (".onehot",)
"""Ends of the names of buffers that older versions of matgl saved and newer ones derive."""
_TENSORNET_GATHERS_AT_BEGINNING = 2
_LOCK = threading.RLock()


class Evaluation(NamedTuple):
    """A potential's answer for one structure of n sites."""

    energy: float
    """eV per cell."""
    forces: NDArray[np.float64]
    """eV/Å, shape (n, 3)."""
    stress: NDArray[np.float64]
    """GPa, positive under tension, shape (3, 3)."""
    magmoms: NDArray[np.float64] | None = None
    """μB, shape (n,), of potentials that give them."""


@dataclass(frozen=True)
class Loaded:
    """A potential ready for use."""

    description: Description
    potential: Potential
    converter: Any
    """Makes a graph of a structure."""


def load(folder: Path) -> Loaded:
    """Return a potential, loaded and checked when first asked for.

    Args:
        folder: Its folder.

    Raises:
        MissingExtraError: torch or matgl is not installed.
        InvalidInputError: The folder holds no potential.
        CalculatorError: The weights do not fit the code, or miss their references.
    """
    if missing := matgl_folder.missing_package():
        raise MissingExtraError(missing, "matgl", "a matgl potential")
    with _LOCK:
        own = folder / matgl_folder.REFERENCES
        return _load(
            folder,
            tuple(matgl_folder.fingerprints(folder).values()),
            file_sha256(own) if own.is_file() else "",
        )


@lru_cache(maxsize=4)
def _load(folder: Path, _files: tuple[str, ...], _references: str) -> Loaded:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matgl's import uses what torch has given up
        from matgl.ext.pymatgen import Structure2Graph  # noqa: PLC0415
    follow_thread_setting()
    said = matgl_folder.describe(folder)
    if reason := matgl_folder.withdrawn(folder):
        raise CalculatorError(reason)
    arguments, state = (unpickle(folder / name) for name in ("model.pt", "state.pt"))
    _check_agreement(said, arguments)
    potential = _build(said, arguments, _in_present_order(said, arguments, state))
    converter = Structure2Graph(element_types=said.elements, cutoff=said.cutoff_angstrom)
    loaded = Loaded(said, potential, converter)
    if references := matgl_folder.references_of(folder):
        verify(
            lambda structure: evaluate(loaded, structure).energy,
            references,
            who=f"the potential {folder}",
            remedy=f"these weights were not made for {dict(package_versions(matgl_folder.PACKAGES))}, or are damaged: "
            "get them again, or use the versions they were recorded with",
        )
    return loaded


def _in_present_order(said: Description, arguments: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """Return weights as the installed matgl takes them.

    Version 1 of TensorNet gathered what its embedding makes of an edge at the edge's end, version 2 does at its
    beginning, and loads the weights of version 1 without a word: oxides are then wrong by electronvolts per atom.
    Over reversed edges the two are one function, where the halves of the weights that take the beginning's and the
    end's features change places; antisymmetric tensors change their sign, which no energy of O(3) sees.

    Source: pull request 766 of matgl (2026).
    """
    inner = arguments["model"]
    saved_as = int(inner.get("@model_version", said.saved_as))
    if said.architecture != "TensorNet" or saved_as >= _TENSORNET_GATHERS_AT_BEGINNING:
        return state
    if inner.get("init_args", {}).get("equivariance_invariance_group") != "O(3)":
        raise CalculatorError(
            f"{said.folder} is a TensorNet of version {saved_as} that is not of the group O(3): its weights "
            "mean something else to the installed matgl; get those of a later version"
        )
    name = "model.tensor_embedding.emb2.weight"
    return {**state, name: ends_exchanged(state[name], state[name].shape[1] // 2)}


def _check_agreement(said: Description, arguments: dict[str, Any]) -> None:
    """Refuse a model that is not the one that was described: structures were checked against that."""
    inner = arguments.get("model")
    made = inner.get("init_args") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(made, dict) or inner.get("@class") != said.architecture:
        raise CalculatorError(f"{said.folder}: model.pt and model.json describe different models")
    if tuple(made.get("element_types") or ()) != said.elements:
        raise CalculatorError(f"{said.folder}: model.pt and model.json name different elements")
    if float(made.get("cutoff", 0.0)) != said.cutoff_angstrom:
        raise CalculatorError(f"{said.folder}: model.pt and model.json name different cutoffs")
    matgl_folder.refuse_unknown(said.architecture, made, arguments)


def _build(said: Description, arguments: dict[str, Any], state: dict[str, Any]) -> Potential:
    """Make a potential of what its files hold, by classes of matgl alone."""
    from matgl import models  # noqa: PLC0415
    from matgl.apps.pes import Potential  # noqa: PLC0415

    made = arguments["model"]["init_args"]
    flags = {"calc_forces": True, "calc_stresses": True, "calc_hessian": False, "debug_mode": False}
    rest = {k: v for k, v in arguments.items() if k != "model" and not k.startswith(("@", "compile"))}
    try:
        potential = Potential(getattr(models, said.architecture)(**made), **{**rest, **flags})
        missing, unexpected = potential.load_state_dict(state, strict=False)
    except Exception as error:
        raise CalculatorError(
            f"{said.folder} does not fit {dict(package_versions(['matgl']))}: {type(error).__name__}: {error}"
        ) from error
    parameters = {name for name, _ in potential.named_parameters()}
    odd = sorted(parameters & set(missing)) + [n for n in unexpected if not n.endswith(_DERIVED)]
    if odd:
        raise CalculatorError(
            f"{said.folder} was saved by another version than {dict(package_versions(['matgl']))}: "
            f"{len(odd)} of its weights have no place there, or places no weights, such as {odd[0]!r}"
        )
    return potential.eval()


def evaluate(loaded: Loaded, structure: Structure) -> Evaluation:
    """Evaluate energy, forces and stress; call :func:`check` first.

    Args:
        loaded: The potential.
        structure: An ordered crystal.

    Raises:
        OutOfDomainError: An atom has lost its neighbours.
    """
    import numpy as np  # noqa: PLC0415 - nothing else here needs it

    graph, lattice, state = loaded.converter.get_graph(structure)
    lonely = sorted(set(range(len(structure))) - set(graph.edge_index[0].tolist()))
    if lonely:
        cutoff = loaded.description.cutoff_angstrom
        raise OutOfDomainError(
            f"atom {lonely[0]} has no neighbour within {cutoff:g} Å, and the potential cannot know an isolated "
            "atom: the cell has flown apart, start from a denser one"
        )
    with _LOCK:
        answer = loaded.potential(graph, lattice, state)
    energy, forces, stress, *more = (np.asarray(part.detach(), dtype=float) for part in answer)
    moments = more[1] if loaded.potential.calc_magmom and len(more) > 1 else None
    return Evaluation(float(energy), forces, stress.reshape(3, 3), moments)


def record_references(folder: Path, structures: Sequence[Structure], *, about: str) -> Path:
    """Write ``references.json`` beside a potential; do it only where the potential is known to be right.

    Args:
        folder: The potential's folder.
        structures: Ordered crystals that it knows, of different elements and bonds.
        about: Who records them, and why the potential is trusted here; the versions of the packages are added.

    Returns:
        The file.
    """
    for structure in structures:
        matgl_folder.check(folder, structure)
    loaded = load(folder)
    versions = ", ".join(f"{k} {v}" for k, v in package_versions(matgl_folder.PACKAGES).items())
    found = record(lambda s: evaluate(loaded, s).energy, structures, about=f"{about}; {versions}")
    write_references(folder / matgl_folder.REFERENCES, found)
    return folder / matgl_folder.REFERENCES
