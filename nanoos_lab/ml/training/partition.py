"""Which of a user's rows a model learns from, stops by, is calibrated on and is judged by.

Rows are drawn by hashes of what they are, never by their place: the same rows and seed give the same parts in
whatever order they come. ``random`` says how well the model knows compounds like those it saw; ``chemical-system``
and ``composition-cluster`` keep what is alike together, and say how well it does on what it never saw.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.training.architectures import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    IntArray = NDArray[np.int64]

Kind = Literal["random", "chemical-system", "composition-cluster"]
LEAST = {"train": 20, "validation": 5, "calibration": 20, "test": 5}
"""Rows that a part must have; an interval that holds nine times of ten needs twenty."""
_FEW_ROWS = 100
_FEW_SHARES = {"train": 0.4, "validation": 0.1, "calibration": 0.4, "test": 0.1}
_CLUSTER_ROWS = 25
"""Rows of a cluster in the mean."""
_FEWEST_CLUSTERS, _MOST_CLUSTERS = 10, 200
_ROUNDS = 50
_WHOLE = 1e-6


class Split(BaseModel):
    """How rows are divided.

    Example:
        >>> Split(kind="chemical-system", seed=1).train
        0.6
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = "random"
    """What is kept together: nothing, compounds of the same elements, or compounds of alike composition."""
    train: float = Field(0.6, gt=0, lt=1)
    """Part of the rows to learn from."""
    validation: float = Field(0.1, gt=0, lt=1)
    """To stop by."""
    calibration: float = Field(0.2, gt=0, lt=1)
    """To measure intervals on."""
    test: float = Field(0.1, gt=0, lt=1)
    """To judge by."""
    seed: int = 0

    @model_validator(mode="after")
    def _check(self) -> Split:
        total = sum(self.shares.values())
        if abs(total - 1.0) > _WHOLE:
            msg = f"train, validation, calibration and test add up to {total:g}, not to 1"
            raise ValueError(msg)
        return self

    @classmethod
    def suited_to(cls, rows: int, *, kind: Kind = "random", seed: int = 0) -> Split:
        """Return the usual parts, or, of fewer than 100 rows, those with which 50 are enough.

        Args:
            rows: How many there are.
            kind: What is kept together.
            seed: By which rows are drawn.
        """
        return cls(kind=kind, seed=seed, **(_FEW_SHARES if rows < _FEW_ROWS else {}))

    @property
    def shares(self) -> dict[str, float]:
        """Part of the rows by part."""
        return {part: float(getattr(self, part)) for part in PARTS}


def divide(structures: Sequence[Structure], split: Split) -> dict[str, IntArray]:
    """Return the positions of the rows of each part, ascending.

    Args:
        structures: The rows' crystals.
        split: How.

    Raises:
        InvalidInputError: There are too few rows, or too few groups of them; the message says how many it takes.
    """
    rows = len(structures)
    needed = max(math.ceil(LEAST[part] / share) for part, share in split.shares.items())
    if rows < needed:
        raise InvalidInputError(
            f"{rows} rows are too few to train on: with the parts {_words(split)} it takes at least {needed}, for "
            "20 to learn from, 5 to stop by, 20 to measure intervals on and 5 to judge by; give more values, or "
            "other parts"
        )
    groups = _groups(structures, split)
    parts = _fill(groups, split)
    for part, positions in parts.items():
        if len(positions) < LEAST[part]:
            raise InvalidInputError(
                f"the part {part!r} gets {len(positions)} of {rows} rows and needs {LEAST[part]}: kept together by "
                f"{split.kind}, they fall into {len(groups)} groups, the largest of {max(map(len, groups))} rows; "
                "give more values or another seed, or split at random"
            )
    return parts


def _words(split: Split) -> str:
    return ", ".join(f"{part} {share:g}" for part, share in split.shares.items())


def _drawn(seed: int, text: str) -> str:
    return hashlib.sha256(f"nanoos-split/{seed}/{text}".encode()).hexdigest()


def _groups(structures: Sequence[Structure], split: Split) -> list[list[int]]:
    """Return rows that stay together, the largest groups first, equally large ones as the seed draws them."""
    from nanoos_lab.structures.hashing import digest  # noqa: PLC0415 - brings pymatgen

    if split.kind == "random":
        names = [digest(s) for s in structures]  # the same cell twice is one row that counts twice
    elif split.kind == "chemical-system":
        names = [s.composition.element_composition.chemical_system for s in structures]
    else:
        names = _clusters(structures, split.seed)
    found: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        found.setdefault(name, []).append(row)
    return [found[name] for name in sorted(found, key=lambda n: (-len(found[n]), _drawn(split.seed, n)))]


def _fill(groups: Sequence[Sequence[int]], split: Split) -> dict[str, IntArray]:
    """Put each group into the part that lacks most of its share; of equal ones into the one that comes first."""
    rows = sum(map(len, groups))
    lacking = {part: share * rows for part, share in split.shares.items()}
    chosen: dict[str, list[int]] = {part: [] for part in PARTS}
    for group in groups:
        part = max(PARTS, key=lambda p: lacking[p])
        chosen[part] += group
        lacking[part] -= len(group)
    return {part: np.array(sorted(positions), dtype=np.int64) for part, positions in chosen.items()}


def _clusters(structures: Sequence[Structure], seed: int) -> list[str]:
    """Return a name of the cluster of each composition: k-means on the shares of the elements, described by chemistry.

    The centres begin far from each other (the first drawn by the seed, then each time the composition farthest from
    all), and all is done on compositions in the order of their names, so that the order of rows does not matter.
    """
    from nanoos_lab.ml.gnn.elements import descriptors  # noqa: PLC0415 - brings pymatgen

    formulas = [s.composition.element_composition.reduced_formula for s in structures]
    names = sorted(set(formulas), key=lambda name: _drawn(seed, name))
    table = descriptors()
    vectors = np.array([_described(name, table) for name in names])
    count = min(max(len(structures) // _CLUSTER_ROWS, _FEWEST_CLUSTERS), _MOST_CLUSTERS, len(names))
    centres = vectors[:1]
    for _ in range(count - 1):
        gap = np.linalg.norm(vectors[:, None] - centres[None], axis=2).min(axis=1)
        centres = np.concatenate([centres, vectors[[int(gap.argmax())]]])
    nearest = np.zeros(len(names), dtype=np.int64)
    for _ in range(_ROUNDS):
        before, nearest = nearest, np.linalg.norm(vectors[:, None] - centres[None], axis=2).argmin(axis=1)
        if (before == nearest).all():
            break
        centres = np.array(
            [vectors[nearest == k].mean(0) if (nearest == k).any() else c for k, c in enumerate(centres)]
        )
    cluster = dict(zip(names, nearest.tolist(), strict=True))
    return [f"cluster {cluster[formula]}" for formula in formulas]


def _described(formula: str, table: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return mean and spread of what is told about the elements of a compound."""
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import

    parts = Composition(formula).fractional_composition
    known = np.array([table[min(e.Z, len(table) - 1)] for e in parts], dtype=float)
    weights = np.array(list(parts.values()), dtype=float)[:, None]
    mean = (known * weights).sum(axis=0)
    return np.concatenate([mean, np.sqrt((weights * (known - mean) ** 2).sum(axis=0))])
