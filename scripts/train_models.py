"""Train, evaluate and ship ``nanoos-gnn``: one command from the data folder to weights and model card.

Run from the repository root (about three hours on one idle core)::

    OMP_NUM_THREADS=1 python scripts/train_models.py ../shared/data --out FOLDER

It needs the extras ``ml`` and ``train``, pandas with pyarrow, and a C++ compiler. Each stage leaves a file in the
folder ``--out`` and is not repeated while that file is there; a training that was interrupted goes on from its
last pass. ``--stages`` runs some of: data, compositions, chgnet, fast, heads, trees, bundle, figures; the last asks the
shipped files again and prints their figures.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import torch
import train_data
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from train_features import chgnet_of
from train_heads import HeadData, HeadPlan, head_says, train_head, vectors_of

from nanoos_lab.ml.accurate.features import Features
from nanoos_lab.ml.accurate.heads import HeadShape
from nanoos_lab.ml.accurate.opinion import given_rows, tree_rows
from nanoos_lab.ml.accurate.trees import from_sklearn, save_forests
from nanoos_lab.ml.gnn.composition import CompositionNetwork
from nanoos_lab.ml.gnn.network import Shape
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.graphs import Graphs, graphs_of_cells
from nanoos_lab.ml.training.loop import WEIGHTS, Examples, Plan, predict, train
from nanoos_lab.ml.training.pretrain import TASKS as KNOWN_TASKS
from nanoos_lab.ml.training.pretrain import Compounds, pretrain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SHAPE = Shape(dropout=0.1)
FAST_PLAN = Plan(epochs=13, end=2e-3)
FAST_WEIGHTS = {**WEIGHTS, "gap": 1.5, "gap_2018": 0.3}
MEMBERS = 5
PRETRAINING = 14
"""Passes over the compounds."""
MOST_SITES = {"mpts52": 20}
"""Larger cells are trained on only where a modulus or a Debye temperature is known, up to 30 sites."""
FAR_EV = 0.3
"""eV/atom between CHGNet and a label beyond which the label, or the crystal, is another one."""
MANY = 5000
"""Rows that carry larger forests."""
SHOWN = ("formation_energy", "gap", "log_k", "log_g")
"""Targets of the learning curve."""
TREES = ("formation_energy", "log_k", "log_g", "log_debye", "log_phonon", "log_index")


class Scaling(NamedTuple):
    """What CHGNet's numbers of an atom are shifted and divided by, shape (66,) each."""

    shift: NDArray[np.float32]
    scale: NDArray[np.float32]


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


def fast(ready: Prepared, data: Path, out: Path, members: Sequence[int]) -> None:
    """Train members of the fast tier, each from the composition network and its own seed.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        members: Which, counted from one.
    """
    examples, rows = Examples(ready.graphs, ready.targets), np.flatnonzero(ready.learned())
    print(f"fast: {len(rows)} crystals", flush=True)
    told = _reporter(ready, out, lambda network, r: predict(network, examples, r))
    start = compositions(ready, data, out)
    for seed in members:
        final = out / f"fast-{seed}.pt"
        if not final.exists():
            member = train(
                examples, rows, SHAPE, replace(FAST_PLAN, seed=seed), start=start, weights=FAST_WEIGHTS,
                checkpoint=out / f"run-{seed}.pt", report=told(f"member {seed}"),
            )  # fmt: skip
            torch.save(member.state_dict(), final)


def accurate_inputs(ready: Prepared, data: Path, out: Path) -> tuple[Features, NDArray, NDArray]:
    """Return CHGNet's numbers, formation energies by CHGNet, and the energies of the elements on its scale.

    The references are fitted to the training rows, by a ridge regression in which far-off rows count less.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    features = chgnet_of(data, out / "chgnet.npz")
    parts = np.zeros((len(ready.graphs), 95))
    np.add.at(parts, (np.repeat(np.arange(len(ready.graphs)), ready.graphs.atoms), ready.graphs.numbers), 1.0)
    parts /= ready.graphs.atoms[:, None]
    apart = ready.rows.formation_energy.to_numpy() - features.energies
    rows = ready.of("train") & np.isfinite(apart)
    weights, ridge = np.ones(len(apart)), Ridge(alpha=1e-2, fit_intercept=False)
    for _ in range(4):
        ridge.fit(parts[rows], apart[rows], sample_weight=weights[rows])
        weights = 1.0 / np.maximum(np.abs(apart - ridge.predict(parts)), 0.01)
    return features, (features.energies + ridge.predict(parts)).astype(np.float32), -ridge.coef_


def head_data(ready: Prepared, data: Path, out: Path) -> tuple[HeadData, Scaling]:
    """Return what heads read, and what CHGNet's numbers were shifted and scaled by: the training rows' moments.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    features, base, _ = accurate_inputs(ready, data, out)
    own = features.atoms[np.repeat(ready.of("train"), ready.graphs.atoms)]
    scaling = Scaling(np.nanmean(own, axis=0), np.nanstd(own, axis=0))
    extra = np.nan_to_num((features.atoms - scaling.shift) / scaling.scale).astype(np.float32)
    given = given_rows(np.nan_to_num(base), ready.volumes)
    vectors = vectors_of(compositions(ready, data, out), ready.graphs)
    arrays = (torch.from_numpy(x) for x in (ready.targets, extra, given))
    return HeadData(ready.graphs, *arrays, vectors), scaling


def heads(ready: Prepared, data: Path, out: Path, members: Sequence[int]) -> None:
    """Train the members that read CHGNet's features.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        members: Which, counted from one.
    """
    known, _ = head_data(ready, data, out)
    energies = chgnet_of(data, out / "chgnet.npz").energies
    small = ready.rows.sites.to_numpy() <= train_data.MOST_SITES
    labelled = (ready.rows.source == "mp20") | ready.rows[list(TARGETS[4:])].notna().any(axis=1)
    rows = np.flatnonzero(ready.of("train") & small & np.isfinite(energies) & labelled)
    print(f"heads: {len(rows)} crystals", flush=True)
    for seed in members:
        final = out / f"heads-{seed}.pt"
        if not final.exists():
            told = _reporter(ready, out, lambda head, r: head_says(head, known, r))(f"heads {seed}")
            head = train_head(
                known, rows, HeadShape(), HeadPlan(seed=seed), report=lambda k, h, t=told: t(k, np.nan, h)
            )
            torch.save(head.state_dict(), final)


def trees(ready: Prepared, data: Path, out: Path) -> None:
    """Fit boosted trees on CHGNet's features.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    path = out / "trees.safetensors"
    if path.exists():
        return
    features, base, _ = accurate_inputs(ready, data, out)
    known = Features(np.nan_to_num(features.atoms), features.energies, features.crystals)
    table = tree_rows(known, ready.graphs, base, ready.volumes)
    forests = {}
    for task in TREES:
        target = ready.rows[task].to_numpy(float).copy()
        rows = ready.of("train") & np.isfinite(target) & np.isfinite(base)
        if task == "formation_energy":
            target = target - base
            rows &= np.abs(np.nan_to_num(target)) < FAR_EV
        forests[task] = from_sklearn(_boosted(table[rows], target[rows]))
        print(f"trees: {task}, {rows.sum()} rows", flush=True)
    save_forests(forests, path)


def _boosted(table: NDArray, target: NDArray) -> list[HistGradientBoostingRegressor]:
    many = len(target) > MANY
    options = {"max_iter": 700, "max_leaf_nodes": 31, "min_samples_leaf": 12} if many else {
        "max_iter": 300, "max_leaf_nodes": 12, "min_samples_leaf": 8,
    }  # fmt: skip
    return [
        HistGradientBoostingRegressor(
            learning_rate=0.05, l2_regularization=1.0, max_features=0.15, early_stopping=False,
            random_state=seed, **options,
        ).fit(table, target)
        for seed in range(2 if many else 4)
    ]  # fmt: skip


def _reporter(
    ready: Prepared, out: Path, say: Callable[[Any, NDArray[np.int64]], NDArray[np.float32]]
) -> Callable[[str], Callable[[int, float, Any], None]]:
    """Return what writes the learning curve, by name; ``say`` asks a network about rows."""
    rows = np.flatnonzero(ready.of("validation", "mp20"))

    def named(name: str) -> Callable[[int, float, Any], None]:
        def report(epoch: int, loss: float, network: Any) -> None:  # noqa: ANN401 - of either tier
            error = np.abs(say(network, rows) - ready.targets[rows])
            mean = {t: np.nanmean(error[:, TARGETS.index(t)]) for t in SHOWN}
            shown = ", ".join(f"{t} {mean[t]:.4f}" for t in SHOWN)
            print(f"{name}: pass {epoch}, loss {loss:.4f}, validation {shown}", flush=True)
            figures = (f"{mean[t]:.4f}" for t in SHOWN)
            with (out / "curve.tsv").open("a", encoding="utf-8") as file:
                file.write("\t".join((name, str(epoch), *figures)) + "\n")

        return report

    return named


def main() -> None:
    """Run the stages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--members", nargs="+", type=int, default=range(1, MEMBERS + 1))
    parser.add_argument("--stages", nargs="+", default=["fast", "heads", "trees", "bundle"])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    ready = prepared(given.data, given.out)
    for stage in given.stages:
        if stage in {"fast", "heads"}:
            {"fast": fast, "heads": heads}[stage](ready, given.data, given.out, given.members)
        elif stage == "compositions":
            compositions(ready, given.data, given.out)
        elif stage in {"bundle", "figures"}:
            import train_bundle  # noqa: PLC0415 - imports this module

            {"bundle": train_bundle.ship, "figures": train_bundle.retell}[stage](ready, given.data, given.out)
        elif stage == "trees":
            trees(ready, given.data, given.out)


if __name__ == "__main__":
    main()
