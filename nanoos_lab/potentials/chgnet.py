"""CHGNet 0.3.0 from the weights inside its own wheel: loaded once per process, checked, never downloaded.

Source: B. Deng et al., Nat. Mach. Intell. 5, 1031 (2023), doi:10.1038/s42256-023-00716-3.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import os
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nanoos_lab.errors import CalculatorError, MissingExtraError, OutOfDomainError
from nanoos_lab.potentials.domain import check_crystal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from chgnet.model.model import CHGNet
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

VERSION = "0.3.0"
CUTOFF_ANGSTROM = 6.0
"""Radius of its atom graph: an atom without a neighbour inside it is isolated for CHGNet."""
UNKNOWN_ELEMENTS = frozenset({"Po", "At", "Rn", "Fr", "Ra"})
"""Elements up to Pu that its training set MPtrj does not hold (89 of 94 are there)."""
LAST_ELEMENT = 94
_WEIGHTS = "pretrained/0.3.0/chgnet_0.3.0_e29f68s314m37.pth.tar"
_REFERENCES = Path(__file__).parent / "data" / "chgnet_references.json"
_LOCK = threading.RLock()

Quantities = Literal["e", "ef", "em", "efs", "efsm"]
"""What to evaluate: energy, forces, stress, magnetic moments, by initial."""


@dataclass(frozen=True)
class Evaluation:
    """CHGNet's answer for one structure of n sites."""

    energy: float
    """Energy in eV/atom, on the scale of the Materials Project's corrected GGA/GGA+U energies."""
    embedding: NDArray[np.float32]
    """Crystal feature, shape (64,)."""
    forces: NDArray[np.float32] | None = None
    """Forces in eV/Å, shape (n, 3)."""
    stress: NDArray[np.float32] | None = None
    """Stress in GPa, positive under tension, shape (3, 3)."""
    magmoms: NDArray[np.float32] | None = None
    """Magnitudes of the site moments in μB, shape (n,)."""


@functools.cache
def known_elements() -> frozenset[str]:
    """Return the symbols of the 89 elements of CHGNet's training set."""
    from ase.data import chemical_symbols  # noqa: PLC0415 - keeps the import of this module light

    return frozenset(chemical_symbols[1 : LAST_ELEMENT + 1]) - UNKNOWN_ELEMENTS


def check(structure: object) -> None:
    """Refuse a structure that CHGNet cannot know.

    Args:
        structure: A pymatgen ``Structure``.

    Raises:
        InvalidInputError: Not an ordered crystal of real elements, or atoms on top of each other.
        OutOfDomainError: An element outside its training set, or an atom without any neighbour.
    """
    check_crystal(
        structure, who=f"CHGNet {VERSION}", elements=known_elements(), cutoff_angstrom=CUTOFF_ANGSTROM
    )


def missing_package() -> str | None:
    """Return the name of the first package that CHGNet needs and that is not installed, without importing."""
    return next((name for name in ("torch", "chgnet") if importlib.util.find_spec(name) is None), None)


def weights_path() -> Path:
    """Return the weight file inside the installed wheel.

    Raises:
        MissingExtraError: torch or chgnet is not installed.
        CalculatorError: The wheel holds no such file.
    """
    if missing := missing_package():
        raise MissingExtraError(missing, "ml", "CHGNet")
    spec = importlib.util.find_spec("chgnet")
    roots = list(spec.submodule_search_locations or []) if spec else []
    for root in roots:
        if (path := Path(root) / _WEIGHTS).is_file():
            return path
    version = importlib.metadata.version("chgnet")
    raise CalculatorError(f"chgnet {version} holds no weights {_WEIGHTS}: pip install 'chgnet>=0.4.2'")


@functools.cache
def _sha256(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity() -> Mapping[str, Any]:
    """Return what its answers depend on: weights and package versions. Imports neither torch nor chgnet.

    Raises:
        MissingExtraError: torch or chgnet is not installed.
    """
    path = weights_path()
    stat = path.stat()
    return {
        "model": f"CHGNet {VERSION}",
        "weights_sha256": _sha256(path, stat.st_size, stat.st_mtime_ns),
        "packages": dict(_package_versions()),
    }


@functools.cache
def _package_versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, importlib.metadata.version(name)) for name in ("chgnet", "torch", "pymatgen"))


def load() -> CHGNet:
    """Return the model, loaded and checked when first asked for.

    Threads follow ``OMP_NUM_THREADS`` where it is set.

    Raises:
        MissingExtraError: torch or chgnet is not installed.
        CalculatorError: The weights do not reproduce the reference energies.
    """
    with _LOCK:
        return _load(weights_path())


@functools.cache
def _load(path: Path) -> CHGNet:
    import torch  # noqa: PLC0415 - seconds to import

    # chgnet makes a tensor of volumes in a way that torch warns about and that does no harm
    warnings.filterwarnings("ignore", message="Converting a tensor with requires_grad", module="chgnet")
    if (threads := os.environ.get("OMP_NUM_THREADS", "")).isdigit() and int(threads) > 0:
        torch.set_num_threads(int(threads))
    model = build(torch.load(path, map_location="cpu", weights_only=True)["model"])
    verify(model)
    return model


def build(checkpoint: Mapping[str, Any]) -> CHGNet:
    """Make a model of a checkpoint.

    Args:
        checkpoint: ``model_args`` and ``state_dict`` as chgnet saves them.
    """
    from chgnet.model.model import CHGNet  # noqa: PLC0415 - seconds to import

    with contextlib.redirect_stdout(io.StringIO()):  # its constructor prints
        model = CHGNet.from_dict(dict(checkpoint), mlp_out_bias=False, version=VERSION)
    model.graph_converter.set_isolated_atom_response("error")
    return model.eval()


def verify(model: CHGNet, *, tolerance_ev: float = 1e-3) -> None:
    """Refuse a model that does not give the reference energies that were recorded with the right weights.

    Args:
        model: The model to check.
        tolerance_ev: Largest allowed deviation in eV/atom.

    Raises:
        CalculatorError: A reference is missed; the message holds both numbers.
    """
    references = json.loads(_REFERENCES.read_text(encoding="utf-8"))
    structures = [_reference_structure(entry) for entry in references["structures"]]
    for entry, found in zip(references["structures"], _evaluate(model, structures, "e", 8), strict=True):
        if not abs(found.energy - entry["energy"]) <= tolerance_ev:
            raise CalculatorError(
                f"CHGNet is not itself: it gives {found.energy:.6f} eV/atom for {entry['name']} where "
                f"{entry['energy']:.6f} was recorded with the published weights; "
                "reinstall it (pip install --force-reinstall --no-deps chgnet) or report these versions: "
                f"{dict(_package_versions())}"
            )


def _reference_structure(entry: Mapping[str, Any]) -> Structure:
    from pymatgen.core.structure import Structure  # noqa: PLC0415 - heavy import

    return Structure(entry["lattice"], entry["species"], entry["frac_coords"])


def evaluate(
    structures: Sequence[Structure], quantities: Quantities = "e", *, batch_size: int = 16
) -> list[Evaluation]:
    """Evaluate structures in batches; call :func:`check` on each first.

    Args:
        structures: Ordered crystals.
        quantities: What to evaluate besides the energy.
        batch_size: Structures per forward pass.

    Returns:
        One evaluation per structure, in order.

    Raises:
        OutOfDomainError: An atom has no neighbour within the cutoff.
    """
    return _evaluate(load(), structures, quantities, batch_size)


def _evaluate(
    model: CHGNet, structures: Sequence[Structure], quantities: Quantities, batch_size: int
) -> list[Evaluation]:
    import torch  # noqa: PLC0415 - seconds to import

    if not structures:
        return []
    guard = torch.no_grad() if quantities in {"e", "em"} else contextlib.nullcontext()
    try:
        with guard:
            raw = model.predict_structure(
                list(structures), task=quantities, return_crystal_feas=True, batch_size=batch_size
            )
    except ValueError as error:
        if "isolated" not in str(error):
            raise
        raise OutOfDomainError(
            f"an atom has no neighbour within {CUTOFF_ANGSTROM:g} Å, and CHGNet cannot know an isolated atom: "
            "the cell has flown apart, start from a denser one"
        ) from error
    # chgnet annotates tensors here, but hands out numpy arrays
    answers: list[dict[str, Any]] = [raw] if isinstance(raw, dict) else raw
    return [
        Evaluation(
            energy=float(answer["e"]),
            embedding=answer["crystal_fea"],
            forces=answer.get("f"),
            stress=answer.get("s"),
            magmoms=answer.get("m"),
        )
        for answer in answers
    ]
