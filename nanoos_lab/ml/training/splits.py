"""Which rows a model learns from, and which it is judged on: drawn at random, by hashes.

A chemical system (the set of elements) is drawn by a hash of its name; three in a hundred are never shown to any
model. Of the other rows each material is drawn by a hash of its id, as random splits of the field are: a polymorph of
a test row may be in training, the same id in two tables never is. Rows of tables without ids are drawn by their
reduced formula. Nothing depends on the order of rows or on a random generator; adding rows moves none.
"""

from __future__ import annotations

import hashlib
from typing import Literal

Part = Literal["train", "validation", "calibration", "test", "unseen"]

SALT = "nanoos-gnn-3"
UNSEEN = 0.03
"""Part of the chemical systems that only the test on unseen systems sees."""
PARTS: tuple[tuple[Part, float], ...] = (("test", 0.08), ("calibration", 0.16), ("validation", 0.18))
"""Upper ends of the hash for the parts of the other materials; beyond is training."""


def part_of(formula: str, material: str = "", *, salt: str = SALT) -> Part:
    """Return the part that a row belongs to.

    Args:
        formula: Any formula of the compound.
        material: Id of the material; without one the reduced formula decides.
        salt: Another word gives another, equally valid split.
    """
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import

    composition = Composition(formula).element_composition
    if share(f"{salt}/system/{composition.chemical_system}") < UNSEEN:
        return "unseen"
    name = f"material/{material}" if material else f"formula/{composition.reduced_formula}"
    drawn = share(f"{salt}/{name}")
    return next((part for part, end in PARTS if drawn < end), "train")


def share(text: str) -> float:
    """Return a number in [0, 1) that the text alone decides.

    Args:
        text: What to hash.
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
