"""Train, evaluate and ship ``nanoos-gnn``: one command from the data folder to weights and model card.

Run from the repository root (about three hours on one idle core)::

    OMP_NUM_THREADS=1 python scripts/train_models.py ../shared/data --out FOLDER

It needs the extras ``ml`` and ``train``, pandas with pyarrow, and a C++ compiler. Each stage leaves a file in the
folder ``--out`` and is not repeated while that file is there; a training that was interrupted goes on from its
last pass. ``--stages`` runs some of: compositions, taught, fast, folds, heads, tables, bundle, figures; the last asks
the shipped files again and prints their figures.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import train_data
from train_folds import FOLDS, folds, pool
from train_heads import HeadData, HeadPlan, head_says, known_of, train_head
from train_imagined import imagined
from train_inputs import accurate_inputs, head_data, means, scaled, table_of
from train_ready import compositions, prepared
from train_tables import fit_machines, fit_trees

from nanoos_lab.ml.accurate.heads import Head, HeadShape
from nanoos_lab.ml.accurate.kernels import save_machines
from nanoos_lab.ml.accurate.opinion import given_rows, machine_targets, tree_targets
from nanoos_lab.ml.accurate.trees import save_forests
from nanoos_lab.ml.gnn.network import Shape
from nanoos_lab.ml.gnn.opinion import TARGETS, opinion_of
from nanoos_lab.ml.graphs import Graphs
from nanoos_lab.ml.training.loop import WEIGHTS, Examples, Plan, predict, train

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from train_ready import Prepared

SHAPE = Shape(dropout=0.1)
FAST_PLAN = Plan(epochs=20, end=2e-3)
FAST_WEIGHTS = {**WEIGHTS, "gap": 1.5, "gap_2018": 0.3}
MEMBERS = 5
TEACHERS, FOLD_HEADS = 2, 2
"""Heads that teach the fast tier; heads of each fold."""
SHOWN = ("formation_energy", "gap", "log_k", "log_g")
"""Targets of the learning curve."""


def fast(ready: Prepared, data: Path, out: Path, members: Sequence[int]) -> None:
    """Train members of the fast tier, each from the composition network and its own seed.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        members: Which, counted from one.
    """
    examples, rows = taught(ready, data, out)
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


def taught(ready: Prepared, data: Path, out: Path) -> tuple[Examples, NDArray[np.int64]]:
    """Return what the fast tier learns from: labelled crystals, and imagined ones with a teacher's gaps.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    more, path = imagined(ready, data, out), out / "taught.npy"
    if not path.exists():
        known, scaling = head_data(ready, data, out, ready.of("train"))
        teachers = train_heads(ready, known, out, "teacher", ready.of("train"), range(1, TEACHERS + 1))
        _, _, references = accurate_inputs(ready, data, out, ready.of("train"))
        base = more.features.energies - means(references[more.graphs.numbers], more.graphs)
        told = HeadData(
            more.graphs,
            torch.full((len(more.graphs), len(TARGETS)), torch.nan),
            torch.from_numpy(scaled(more.features.atoms, scaling)),
            torch.from_numpy(given_rows(base, more.volumes)),
            known_of(compositions(ready, data, out), more.graphs),
        )
        said = opinion_of(np.stack([head_says(t, told, np.arange(len(more.graphs))) for t in teachers]))
        kept = np.full(said.values.shape, np.nan, np.float32)
        for task in ("gap", "nonmetal"):
            kept[:, TARGETS.index(task)] = said.column(task)[0]
        np.save(path, kept)
    targets = np.concatenate([ready.targets, np.load(path)])
    rows = np.concatenate([np.flatnonzero(ready.learned()), len(ready.graphs) + np.arange(len(more.graphs))])
    return Examples(Graphs.joined([ready.graphs, more.graphs]), targets), rows


def train_heads(  # noqa: PLR0917 - what all its callers know
    ready: Prepared, known: HeadData, out: Path, name: str, learned: NDArray[np.bool_], members: Sequence[int]
) -> list[Head]:
    """Return members that read CHGNet's features, each trained once and kept in a file.

    Args:
        ready: The data.
        known: What they read.
        out: The folder of this training.
        name: Of the files.
        learned: Rows to learn from, shape (g,).
        members: Which, counted from one.
    """
    labelled = ready.rows[["gap", *TARGETS[4:]]].notna().any(axis=1)
    usable = (ready.rows.sites <= train_data.MOST_SITES) & labelled & _asked(known)
    rows = np.flatnonzero(learned & usable)
    print(f"{name}: {len(rows)} crystals", flush=True)
    made = []
    for seed in members:
        final = out / f"{name}-{seed}.pt"
        if not final.exists():
            told = _reporter(ready, out, lambda head, r: head_says(head, known, r))(f"{name} {seed}")
            shown = name == "teacher"  # the others learn from the validation rows too
            report = (lambda k, h, t=told: t(k, np.nan, h)) if shown else (lambda *_: None)
            head = train_head(known, rows, HeadShape(), HeadPlan(seed=seed), report)
            torch.save(head.state_dict(), final)
        made.append(Head(HeadShape()))
        made[-1].load_state_dict(torch.load(final, weights_only=True))
    return made


def _asked(known: HeadData) -> NDArray[np.bool_]:
    """Tell the rows that CHGNet was asked about."""
    return np.asarray(np.abs(known.given[:, 0].numpy()) > 0)


def fold(ready: Prepared, data: Path, out: Path, members: Sequence[int]) -> None:
    """Ask heads, trees and machines that learned from four folds about the fifth, for each.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        members: Which folds, counted from one.
    """
    known, _ = head_data(ready, data, out, pool(ready.rows))
    table, own = table_of(ready, data, out), folds(ready.rows)
    for k in members:
        path = out / f"fold-{k}.npz"
        if k > FOLDS or path.exists():
            continue
        learned, rows = (own >= 0) & (own != k - 1), np.flatnonzero((own == k - 1) & np.isfinite(table.base))
        trees, machines = fit_trees(table, learned), fit_machines(table, learned)
        heads = train_heads(ready, known, out, f"fold-{k}", learned, range(1, FOLD_HEADS + 1))
        numbers, base = table.numbers[rows], table.base[rows]
        np.savez(
            path, rows=rows, heads=np.stack([head_says(h, known, rows) for h in heads]),
            trees=tree_targets(trees, numbers, base), machines=machine_targets(machines, numbers, base),
        )  # fmt: skip
        print(f"fold {k}: {len(rows)} crystals", flush=True)


def heads(ready: Prepared, data: Path, out: Path, members: Sequence[int]) -> None:
    """Train the heads that are shipped.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
        members: Which, counted from one.
    """
    known, _ = head_data(ready, data, out, pool(ready.rows))
    train_heads(ready, known, out, "heads", pool(ready.rows), members)


def tables(ready: Prepared, data: Path, out: Path) -> None:
    """Fit the trees and machines that are shipped.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    table = table_of(ready, data, out)
    if not (out / "trees.safetensors").exists():
        save_forests(fit_trees(table, pool(ready.rows)), out / "trees.safetensors")
    if not (out / "machines.safetensors").exists():
        save_machines(fit_machines(table, pool(ready.rows)), out / "machines.safetensors")


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
    parser.add_argument("--stages", nargs="+", default=["fast", "folds", "heads", "tables", "bundle"])
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    ready = prepared(given.data, given.out)
    parts: dict[str, Callable[..., None]] = {"fast": fast, "folds": fold, "heads": heads}
    for stage in given.stages:
        if stage in parts:
            parts[stage](ready, given.data, given.out, given.members)
        elif stage in {"bundle", "figures"}:
            import train_bundle  # noqa: PLC0415 - imports this module

            {"bundle": train_bundle.ship, "figures": train_bundle.retell}[stage](ready, given.data, given.out)
        else:
            {"compositions": compositions, "taught": taught, "tables": tables}[stage](
                ready, given.data, given.out
            )


if __name__ == "__main__":
    main()
