"""What the accurate tier's parts beside the heads read and say: boosted trees, and sums of Gaussians."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import OutOfDomainError
from nanoos_lab.ml.accurate.kernels import load_machines
from nanoos_lab.ml.accurate.shapes import shape_rows
from nanoos_lab.ml.accurate.trees import load_forests
from nanoos_lab.ml.gnn.elements import ELECTRONEGATIVITY, LAST_ELEMENT, descriptors
from nanoos_lab.ml.gnn.opinion import TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from nanoos_lab.ml.accurate.features import Features
    from nanoos_lab.ml.accurate.kernels import Machines
    from nanoos_lab.ml.accurate.trees import Forest
    from nanoos_lab.ml.graphs import Graphs

    FloatArray = NDArray[np.float32]


DECIMALS = 4
"""To which the numbers of the table are rounded."""


def base_energies(features: Features, graphs: Graphs, references: Mapping[str, float]) -> FloatArray:
    """Return formation energies in eV/atom by CHGNet and references on its scale, shape (g,).

    Args:
        features: CHGNet's numbers.
        graphs: The crystals.
        references: Energy of each element in eV/atom.

    Raises:
        OutOfDomainError: An element has no reference.
    """
    from ase.data import chemical_symbols  # noqa: PLC0415 - the symbols in order

    table = np.array([references.get(s, np.nan) for s in chemical_symbols])
    first = np.cumsum(graphs.atoms) - graphs.atoms
    own = table[graphs.numbers]
    if np.isnan(own).any():
        symbol = chemical_symbols[int(graphs.numbers[np.isnan(own)][0])]
        raise OutOfDomainError(f"no reference energy for {symbol}: the accurate tier cannot know it")
    base = features.energies - np.add.reduceat(own, first) / graphs.atoms
    return np.asarray(base, dtype=np.float32)


def given_rows(base: FloatArray, volumes: NDArray[np.float64]) -> FloatArray:
    """Return what the heads read of each crystal, shape (g, 2).

    Args:
        base: As :func:`base_energies` gives them.
        volumes: Volumes in Å³/atom, shape (g,).
    """
    return np.column_stack([base, np.log(volumes) - 3.0]).astype(np.float32)


def table_rows(
    features: Features, graphs: Graphs, base: FloatArray, volumes: NDArray[np.float64], known: FloatArray
) -> FloatArray:
    """Return what the trees and the machines read of each crystal, shape (g, 613).

    CHGNet's crystal features; mean and scatter of its numbers of the atoms; mean, scatter, least and largest of
    the elements' descriptors; the part of each element; the formation energy by CHGNet; the number of sites; the
    volume; the mean of CHGNet's numbers over the most electronegative atoms, over the least, over the others; how
    the atoms lie; what the composition alone says. All are rounded: a tree jumps, and float noise must not make it.

    Args:
        features: CHGNet's numbers.
        graphs: The crystals.
        base: As :func:`base_energies` gives them.
        volumes: Volumes in Å³/atom, shape (g,).
        known: What the composition network says, shape (g, 7).
    """
    atoms = _summary(features.atoms, graphs)
    elements = _summary(descriptors()[graphs.numbers], graphs)
    parts = np.zeros((len(graphs), LAST_ELEMENT + 1), dtype=np.float32)
    owner = np.repeat(np.arange(len(graphs)), graphs.atoms)
    np.add.at(parts, (owner, graphs.numbers), 1.0)
    parts /= graphs.atoms[:, None]
    sizes = graphs.atoms.astype(np.float32)
    roles = _by_role(features.atoms, graphs)
    columns: list[NDArray[Any]] = [
        features.crystals,
        *atoms[:2],
        *elements,
        parts,
        base,
        sizes,
        np.log(volumes),
        *roles,
        shape_rows(graphs, volumes),
        known,
    ]
    return np.round(np.column_stack(columns), DECIMALS).astype(np.float32)


def _by_role(values: FloatArray, graphs: Graphs) -> list[NDArray[np.float64]]:
    """Return means over the most electronegative atoms of each crystal, over the least, and over the others."""
    chi = descriptors()[graphs.numbers, ELECTRONEGATIVITY]
    first = np.cumsum(graphs.atoms) - graphs.atoms
    owner = np.repeat(np.arange(len(graphs)), graphs.atoms)
    high, low = np.maximum.reduceat(chi, first)[owner], np.minimum.reduceat(chi, first)[owner]
    means = []
    for chosen in (chi == high, chi == low, (chi < high) & (chi > low)):
        count = np.maximum(np.add.reduceat(chosen.astype(float), first), 1.0)
        means.append(np.add.reduceat(values * chosen[:, None], first, dtype=float) / count[:, None])
    return means


def _summary(values: FloatArray, graphs: Graphs) -> list[NDArray[np.float64]]:
    """Return mean, scatter, least and largest over the atoms of each crystal."""
    first, count = np.cumsum(graphs.atoms) - graphs.atoms, graphs.atoms[:, None]
    owner = np.repeat(np.arange(len(graphs)), graphs.atoms)
    mean = np.add.reduceat(values, first, dtype=float) / count
    scatter = np.sqrt(np.add.reduceat((values - mean[owner]) ** 2, first, dtype=float) / count)
    return [mean, scatter, np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)]


def tree_targets(forests: Mapping[str, Forest], rows: FloatArray, base: FloatArray) -> FloatArray:
    """Return what the trees say, shape (1, g, t), NaN for targets without a forest.

    Args:
        forests: By target; the one of the formation energy gives what is to be added to ``base``.
        rows: As :func:`table_rows` gives them.
        base: As :func:`base_energies` gives them.
    """
    return _as_targets({name: forest.predict(rows) for name, forest in forests.items()}, base)


def machine_targets(machines: Machines, rows: FloatArray, base: FloatArray) -> FloatArray:
    """Return what the machines say, shape (1, g, t), NaN for targets without one.

    Args:
        machines: The one of the formation energy gives what is to be added to ``base``.
        rows: As :func:`table_rows` gives them.
        base: As :func:`base_energies` gives them.
    """
    return _as_targets(machines.predict(rows), base)


def _as_targets(said: Mapping[str, FloatArray], base: FloatArray) -> FloatArray:
    targets = np.full((1, len(base), len(TARGETS)), np.nan, dtype=np.float32)
    for name, values in said.items():
        targets[0, :, TARGETS.index(name)] = values + (base if name == "formation_energy" else 0.0)
    return targets


def shipped_forests(path: Path) -> dict[str, Forest]:
    """Return the forests of a file, read once.

    Args:
        path: The file.
    """
    stat = path.stat()
    return _forests(path, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _forests(path: Path, _size: int, _mtime_ns: int) -> dict[str, Forest]:
    return load_forests(path)


def shipped_machines(path: Path) -> Machines:
    """Return the machines of a file, read once.

    Args:
        path: The file.
    """
    stat = path.stat()
    return _machines(path, stat.st_size, stat.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _machines(path: Path, _size: int, _mtime_ns: int) -> Machines:
    return load_machines(path)
