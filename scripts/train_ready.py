"""The data as flat arrays, built once, and the composition network that all other parts begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
import train_data

from nanoos_lab.ml.gnn.composition import CompositionNetwork
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.graphs import Graphs, graphs_of_cells
from nanoos_lab.ml.training.pretrain import TASKS as KNOWN_TASKS
from nanoos_lab.ml.training.pretrain import Compounds, pretrain

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PRETRAINING = 14
"""Passes over the compounds."""
MOST_SITES = {"mpts52": 20}
"""Larger cells are trained on only where a modulus or a Debye temperature is known, up to 30 sites."""


@dataclass(frozen=True)
class Prepared:
    """The data as flat arrays."""

    rows: pd.DataFrame
    graphs: Graphs
    volumes: NDArray[np.float64]
    """Å³/atom."""

    @property
    def targets(self) -> NDArray[np.float32]:
        """Shape (g, 9), NaN where unknown."""
        return self.rows[list(TARGETS)].to_numpy(np.float32).copy()

    def of(self, part: str, source: str | None = None) -> NDArray[np.bool_]:
        """Return which rows belong to a part, and to a source.

        Args:
            part: As ``ml.training.splits`` names it.
            source: As ``train_data`` names it.
        """
        chosen = self.rows.part == part
        return np.asarray(chosen if source is None else chosen & (self.rows.source == source))

    def learned(self) -> NDArray[np.bool_]:
        """Return which crystals the networks are trained on."""
        rows = self.rows
        small = rows.sites <= rows.source.map(MOST_SITES).fillna(train_data.MOST_SITES)
        labelled = (rows.log_k.notna() | rows.log_debye.notna()) & (rows.sites <= train_data.MOST_SITES)
        return np.asarray((rows.part == "train") & (small | labelled) & (self.graphs.edges > 0))


def prepared(data: Path, out: Path) -> Prepared:
    """Return the data, built once.

    Args:
        data: The shared data folder.
        out: The folder of this training.
    """
    if not (out / "graphs.npz").exists():
        crystals = train_data.crystals(data)
        graphs = graphs_of_cells(crystals.cells)
        volumes = [abs(np.linalg.det(c.matrix)) / len(c.numbers) for c in crystals.cells]
        crystals.table.to_parquet(out / "rows.parquet")
        np.save(out / "volumes.npy", np.array(volumes))
        np.savez(out / "graphs.npz", **{k: getattr(graphs, k) for k in Graphs.__dataclass_fields__})
    arrays = np.load(out / "graphs.npz")
    graphs = Graphs(**{k: arrays[k] for k in arrays.files})
    return Prepared(pd.read_parquet(out / "rows.parquet"), graphs, np.load(out / "volumes.npy"))


def compositions(ready: Prepared, data: Path, out: Path) -> CompositionNetwork:
    """Return the composition network, trained on compounds without a structure.

    Args:
        ready: The crystals; the formulas of held-out ones are left out.
        data: The shared data folder.
        out: The folder of this training.
    """
    path = out / "compositions.pt"
    if not path.exists():
        table = train_data.compositions(data, ready.rows)
        compounds = Compounds(table.formula.tolist(), table[list(KNOWN_TASKS)].to_numpy())
        print(f"compositions: {len(table)} formulas", flush=True)
        network = pretrain(
            compounds,
            epochs=PRETRAINING,
            seed=0,
            report=lambda k, _: print(f"compositions: pass {k}", flush=True),
        )
        torch.save(network.state_dict(), path)
    network = CompositionNetwork()
    network.load_state_dict(torch.load(path, weights_only=True))
    return network
