"""From structures to what a tier says of them, in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.ml.gnn import session
from nanoos_lab.ml.gnn.opinion import blended, opinion_of
from nanoos_lab.ml.graphs import build_graphs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.gnn.bundle import Bundle
    from nanoos_lab.ml.gnn.opinion import Opinion
    from nanoos_lab.ml.graphs import Graphs

FAST, HEADS, TREES, MACHINES = "fast.onnx", "heads.onnx", "trees.safetensors", "machines.safetensors"


@dataclass(frozen=True)
class Asked:
    """What a tier says of g crystals with a atoms in all."""

    graphs: Graphs
    opinion: Opinion
    sites: NDArray[np.float64]
    """Of the fast tier: what each site adds to the formation energy, times the number of sites, eV, shape (a,)."""
    states: NDArray[np.float64]
    """Embeddings, shape (g, 128): the first member's vector that the fast targets are read from."""
    distances: NDArray[np.float64]
    """From the training rows' mean embedding, in units of their scatter, shape (g,)."""
    volumes: NDArray[np.float64]
    """In Å³/atom, shape (g,)."""


def ask(
    structures: Sequence[Structure],
    bundle: Bundle,
    folder: Path,
    *,
    graphs: Graphs | None = None,
    progress: Callable[[int], None] | None = None,
) -> Asked:
    """Ask a tier about crystals.

    Args:
        structures: Ordered crystals that the tier can know, at least one.
        bundle: The tier.
        folder: Where its files lie.
        graphs: Their graphs, where they are built already.
        progress: Called with the number of crystals that are done.
    """
    graphs = build_graphs(structures) if graphs is None else graphs
    quick = session.run(folder / FAST, graphs, progress=progress)
    if bundle.tier == "fast":
        opinion = opinion_of(quick.targets)
    else:
        opinion = blended(_second(structures, graphs, bundle, folder), bundle.blend)
    states = quick.states[0].astype(np.float64)
    return Asked(
        graphs,
        opinion,
        quick.sites.mean(axis=0).astype(np.float64),
        states,
        bundle.domain.cloud.distance(states),
        np.array([s.volume / len(s) for s in structures]),
    )


def _second(
    structures: Sequence[Structure], graphs: Graphs, bundle: Bundle, folder: Path
) -> dict[str, NDArray[np.float32]]:
    """Return what heads, trees and machines say, which rest on CHGNet."""
    from nanoos_lab.ml.accurate import opinion as accurate  # noqa: PLC0415 - torch stays out of the fast tier
    from nanoos_lab.ml.accurate.features import chgnet_features  # noqa: PLC0415

    features = chgnet_features(structures)
    base = accurate.base_energies(features, graphs, bundle.references_ev)
    volumes = np.array([s.volume / len(s) for s in structures])
    extra = (features.atoms - np.array(bundle.shift)) / np.array(bundle.scale)
    heads, known = session.run_heads(
        folder / HEADS, graphs, extra.astype(np.float32), accurate.given_rows(base, volumes)
    )
    rows = accurate.table_rows(features, graphs, base, volumes, known)
    trees, machines = accurate.shipped_forests(folder / TREES), accurate.shipped_machines(folder / MACHINES)
    return {
        "heads": heads,
        "trees": accurate.tree_targets(trees, rows, base),
        "machines": accurate.machine_targets(machines, rows, base),
    }
