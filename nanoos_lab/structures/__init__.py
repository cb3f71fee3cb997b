"""Crystals and molecules: read, write, describe, compare.

The values are pymatgen's own ``Structure`` and ``Molecule``. Functions here take and return values and know
neither store nor runs. Names are loaded when first used, so importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.structures.bonds import BondGraph, dimensionality, find_bonds
    from nanoos_lab.structures.comparing import same_crystal
    from nanoos_lab.structures.description import Description, describe, phase_key
    from nanoos_lab.structures.hashing import crystal_hash, crystal_hashes, digest
    from nanoos_lab.structures.read import ParsedStructure, read_structure, read_structures
    from nanoos_lab.structures.serialize import from_json, to_json
    from nanoos_lab.structures.write import write_structure

__all__ = [
    "BondGraph",
    "Description",
    "ParsedStructure",
    "crystal_hash",
    "crystal_hashes",
    "describe",
    "digest",
    "dimensionality",
    "find_bonds",
    "from_json",
    "phase_key",
    "read_structure",
    "read_structures",
    "same_crystal",
    "to_json",
    "write_structure",
]

_HOMES = {
    "bonds": ("BondGraph", "dimensionality", "find_bonds"),
    "comparing": ("same_crystal",),
    "description": ("Description", "describe", "phase_key"),
    "hashing": ("crystal_hash", "crystal_hashes", "digest"),
    "read": ("ParsedStructure", "read_structure", "read_structures"),
    "serialize": ("from_json", "to_json"),
    "write": ("write_structure",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
