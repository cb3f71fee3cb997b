"""What is shipped with an ensemble, as JSON: how to read it, its intervals, its domain, its proof of identity."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from nanoos_lab.errors import CalculatorError
from nanoos_lab.ml.conformal import Rule
from nanoos_lab.ml.domain import Cloud
from nanoos_lab.ml.gnn.geometry import Usual

FOLDER = Path(__file__).parents[1] / "data" / "gnn"
Tier = Literal["fast", "accurate"]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figures(_Value):
    """How far off a model is on rows that served neither training nor calibration."""

    n: int
    mae: float
    rmse: float
    median: float
    r2: float | None
    """None where the truths do not differ, as the gaps of metals."""
    bias: float
    coverage: float
    """Part of the rows inside their interval."""


class Stated(_Value):
    """One property that the model states."""

    property: str
    task: str
    """The network's target that it is read from."""
    power: bool = False
    """Whether the target is the logarithm to the base 10."""
    rule: Rule
    """Of the target, before any power."""
    figures: dict[str, Figures]
    """By the rows: ``test``, ``unseen`` chemical systems, ``metals``, ``nonmetals``, ``near``, ``far`` and others."""
    note: str = ""
    edges: tuple[float, ...] = ()
    """Distances from the training data that part the quarters of the test rows; none where they were not kept."""


class Reference(_Value):
    """A crystal and what the model said of it when it was made."""

    name: str
    lattice: tuple[tuple[float, float, float], ...]
    species: tuple[str, ...]
    fractional: tuple[tuple[float, float, float], ...]
    targets: dict[str, float]


class Domain(_Value):
    """What the training rows were."""

    mean: tuple[float, ...]
    whitening: tuple[tuple[float, ...], ...]
    limit: float
    """Distance that 99 of 100 calibration rows do not exceed."""
    elements: dict[str, int]
    """Training crystals with each element."""
    usual: Usual | None = None
    """What volumes and distances are usual; None where that was not learned."""

    @functools.cached_property
    def cloud(self) -> Cloud:
        """The embeddings of the training rows."""
        return Cloud(np.array(self.mean), np.array(self.whitening))


class Bundle(_Value):
    """One tier of the model."""

    name: str
    version: str
    tier: Tier
    members: int
    parameters: int
    """Of one member."""
    sha256: dict[str, str]
    """Of the files that belong to it."""
    blend: dict[str, dict[str, float]] = {}
    """Weights of ``fast``, ``heads`` and ``trees`` by target, for the accurate tier."""
    shift: tuple[float, ...] = ()
    """What is taken from CHGNet's numbers of an atom, shape (66,)."""
    scale: tuple[float, ...] = ()
    """What they are divided by."""
    references_ev: dict[str, float] = {}
    """Energy of each element in eV/atom on CHGNet's scale."""
    stated: tuple[Stated, ...]
    references: tuple[Reference, ...]
    domain: Domain
    source: str
    trained: dict[str, str]
    """How: epochs, rows, dates."""


@functools.cache
def load_bundle(tier: Tier, folder: Path = FOLDER) -> Bundle:
    """Return the shipped bundle of a tier.

    Args:
        tier: Which.
        folder: Where it lies.
    """
    return Bundle.model_validate_json((folder / f"{tier}.json").read_text(encoding="utf-8"))


def check_files(bundle: Bundle, folder: Path) -> dict[str, str]:
    """Return the hashes of a bundle's files, refusing those that are not the ones it was made with.

    A small change of some weights may move no reference prediction enough to be seen, and is seen here.

    Args:
        bundle: The tier.
        folder: Where its files lie.

    Raises:
        CalculatorError: A file is missing, or another one lies in its place; the message holds both hashes.
    """
    found = {}
    for name, recorded in bundle.sha256.items():
        try:
            found[name] = digest(folder / name)
        except OSError as error:
            raise CalculatorError(
                f"{_label(bundle)} cannot be used: {folder / name} cannot be read ({error.strerror}); {_REINSTALL}"
            ) from None
        if found[name] != recorded:
            raise CalculatorError(
                f"{_label(bundle)} is not itself: {folder / name} has the SHA-256 {found[name]} where {recorded} was "
                f"recorded when it was made; {_REINSTALL}"
            )
    return found


_REINSTALL = "reinstall it (pip install --force-reinstall --no-deps nanoos-lab)"


def _label(bundle: Bundle) -> str:
    return f"{bundle.name} {bundle.version}"


def digest(path: Path) -> str:
    """Return a file's SHA-256, worked out once per process for each state of the file.

    Args:
        path: The file.
    """
    stat = path.stat()
    return _digest(path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


@functools.lru_cache(maxsize=64)
def _digest(path: Path, _size: int, _mtime_ns: int, _ctime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
