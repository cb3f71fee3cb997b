"""What the networks are told about each element: plain periodic-table numbers, scaled to order one."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.periodic_table import Element

LAST_ELEMENT = 94
"""Largest atomic number that the networks have a row for."""
ELECTRONEGATIVITY = 11
"""Column of Pauling's electronegativity."""


def descriptors() -> NDArray[np.float32]:
    """Return a row for each atomic number, the first one for none, shape (95, 22), zero mean and unit scatter.

    Group, row, electronegativity, radii, mass, melting point, ionisation energy, electron affinity, valence
    electrons by shell and block, from pymatgen's periodic table; what is unknown is the mean.
    """
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of unknown numbers, which become the mean
        rows = np.array([_row(Element.from_Z(z)) for z in range(1, LAST_ELEMENT + 1)], dtype=float)
    mean, scatter = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    scaled = np.nan_to_num((rows - mean) / np.where(scatter > 0, scatter, 1.0))
    return np.vstack([np.zeros(scaled.shape[1]), scaled]).astype(np.float32)


def _row(element: Element) -> list[float]:
    shells = {"s": 0, "p": 0, "d": 0, "f": 0}
    for _, shell, electrons in _outer(element):
        shells[shell] += electrons
    return [
        element.Z,
        element.group,
        element.row,
        *(float(element.block == b) for b in "spdf"),
        *(float(n) for n in shells.values()),
        _number(element.X),
        _number(element.atomic_radius),
        _number(element.van_der_waals_radius),
        _number(element.average_ionic_radius) or np.nan,
        _number(element.ionization_energy),
        _number(element.electron_affinity),
        float(np.log(element.atomic_mass)),
        _number(element.melting_point),
        _number(element.molar_volume),
        float(element.is_rare_earth),
        float(element.is_metalloid),
        float(max(element.common_oxidation_states or (0,))),
        float(min(element.common_oxidation_states or (0,))),
    ]


def _outer(element: Element) -> list[tuple[int, str, int]]:
    """Return the electrons outside the noble-gas core, as shell number, letter and count."""
    core = {1: 0, 2: 2, 3: 10, 4: 18, 5: 36, 6: 54, 7: 86}[element.row]
    total, kept = 0, []
    for entry in element.full_electronic_structure:
        total += entry[2]
        if total > core:
            kept.append((entry[0], entry[1], min(entry[2], total - core)))
    return kept


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
