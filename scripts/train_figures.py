"""What the shipped files say of the rows that no model learned from, and how far off they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from train_data import MOST_SITES
from train_folds import FOLDS, folds, pool

from nanoos_lab.ml.accurate.features import Features
from nanoos_lab.ml.accurate.kernels import load_machines
from nanoos_lab.ml.accurate.opinion import (
    base_energies,
    given_rows,
    machine_targets,
    table_rows,
    tree_targets,
)
from nanoos_lab.ml.accurate.trees import load_forests
from nanoos_lab.ml.conformal import Held, Rule, fit_rule
from nanoos_lab.ml.gnn import session
from nanoos_lab.ml.gnn.asking import FAST, HEADS, MACHINES, TREES
from nanoos_lab.ml.gnn.bundle import Bundle, Figures
from nanoos_lab.ml.gnn.opinion import TARGETS, Opinion, blended, opinion_of
from nanoos_lab.ml.graphs.flat import ranges, starts
from nanoos_lab.ml.trust import QUARTERS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from train_ready import Prepared

    from nanoos_lab.ml.gnn.bundle import Stated
    from nanoos_lab.ml.graphs import Graphs

SOURCES = {"log_phonon": "phonons", "log_index": "dielectric"}
"""Where the rows of a target are; the others' are MP-20."""
LARGE = 20
"""Sites beyond which a cell is larger than any of MP-20."""
LEAST_FIGURED = 10
"""Rows that a figure needs."""
DOMAIN_STEP = 3
"""Every third training row describes the domain."""
HALF = 0.5
LEAST_IN_CLASS = 60
"""Calibration rows of a class without which classes are calibrated together."""


@dataclass(frozen=True)
class Said:
    """What the parts of the model say of all g rows, NaN where they were not asked."""

    sources: dict[str, NDArray[np.float32]]
    """Targets by ``fast``, ``heads``, ``trees`` and ``machines``, shape (m, g, t)."""
    states: NDArray[np.float64]
    """The first member's vectors, shape (g, s)."""
    folded: dict[str, NDArray[np.float32]]
    """What heads, trees and machines say of the fold that they did not learn from; empty where that was not kept."""

    def opinion(self, bundle: Bundle) -> Opinion:
        """Return what a tier says of rows that it did not learn from.

        Args:
            bundle: The tier.
        """
        if bundle.tier == "fast":
            return opinion_of(self.sources["fast"])
        shipped = blended(self.sources, bundle.blend)
        if not self.folded:
            return shipped
        own = blended(self.folded, bundle.blend)
        inside = np.isfinite(own.values[:, :1])
        return Opinion(
            *(
                np.where(inside, a, b)
                for a, b in ((own.values, shipped.values), (own.spreads, shipped.spreads))
            )
        )


def wanted(ready: Prepared) -> NDArray[np.int64]:
    """Return the rows that are asked about: all held-out ones, and of the training rows enough for the domain.

    Args:
        ready: The data.
    """
    usable = (ready.rows.sites.to_numpy() <= MOST_SITES) & (ready.graphs.edges > 0)
    learned = np.flatnonzero(ready.learned())
    return np.union1d(np.flatnonzero(usable & ~ready.of("train")), learned[::DOMAIN_STEP])


def held_out(ready: Prepared) -> NDArray[np.int64]:
    """Return the usable rows that no model learned from.

    Args:
        ready: The data.
    """
    rows = wanted(ready)
    return rows[~ready.of("train")[rows]]


def folded(ready: Prepared, out: Path) -> dict[str, NDArray[np.float32]]:
    """Return what heads, trees and machines say of the fold that they did not learn from, shape (m, g, t) each.

    Args:
        ready: The data.
        out: The folder of this training.
    """
    kept = [np.load(out / f"fold-{k}.npz") for k in range(1, FOLDS + 1)]
    rows = np.concatenate([k["rows"] for k in kept])
    return {
        name: _spread_out(np.concatenate([k[name] for k in kept], axis=1), rows, len(ready.graphs))
        for name in ("heads", "trees", "machines")
    }


def asked(
    ready: Prepared, known: Features, bundle: Bundle, folder: Path,
    folds_say: dict[str, NDArray[np.float32]], *, domain: bool = True,
) -> Said:  # fmt: skip
    """Ask the files that are shipped.

    Args:
        ready: The data.
        known: CHGNet's numbers of all rows.
        bundle: The accurate tier.
        folder: Where the files lie.
        folds_say: What :func:`folded` returns, or nothing.
        domain: Whether to ask about training rows as well, for the domain.
    """
    count = len(ready.graphs)
    rows = wanted(ready) if domain else held_out(ready)
    quick = session.run(folder / FAST, ready.graphs.take(rows))
    states = np.full((count, quick.states.shape[2]), np.nan)
    states[rows] = quick.states[0]
    rows_second, features = _known(ready, known, np.flatnonzero(_fresh(ready)))
    second = _second(ready.graphs.take(rows_second), features, ready.volumes[rows_second], bundle, folder)
    sources = {"fast": _spread_out(quick.targets, rows, count)}
    sources |= {name: _spread_out(said, rows_second, count) for name, said in second.items()}
    return Said(sources, states, folds_say)


def _fresh(ready: Prepared) -> NDArray[np.bool_]:
    """Tell the usable rows that no tier learned from."""
    usable = (ready.rows.sites.to_numpy() <= MOST_SITES) & (ready.graphs.edges > 0)
    return np.asarray(usable & ~pool(ready.rows))


def _known(
    ready: Prepared, features: Features, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Features]:
    """Return those of some rows that CHGNet was asked about, and its numbers of them."""
    rows = rows[np.isfinite(features.energies[rows])]
    at = ranges(starts(ready.graphs.atoms)[rows], ready.graphs.atoms[rows])
    return rows, Features(features.atoms[at], features.energies[rows], features.crystals[rows])


def _spread_out(said: NDArray[np.float32], rows: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    whole = np.full((len(said), count, len(TARGETS)), np.nan, dtype=np.float32)
    whole[:, rows] = said
    return whole


def _second(
    graphs: Graphs, features: Features, volumes: NDArray[np.float64], bundle: Bundle, folder: Path
) -> dict[str, NDArray[np.float32]]:
    """Return what heads, trees and machines say, shape (m, g, t) each."""
    base = base_energies(features, graphs, bundle.references_ev)
    extra = (features.atoms - np.array(bundle.shift)) / np.array(bundle.scale)
    heads, said = session.run_heads(
        folder / HEADS, graphs, extra.astype(np.float32), given_rows(base, volumes)
    )
    table = table_rows(features, graphs, base, volumes, said)
    return {
        "heads": heads,
        "trees": tree_targets(load_forests(folder / TREES), table, base),
        "machines": machine_targets(load_machines(folder / MACHINES), table, base),
    }


def rows_of(ready: Prepared, target: str, part: str, finite: NDArray) -> NDArray[np.bool_]:
    """Return the labelled rows of a target in one part that a model is judged by.

    Args:
        ready: The data.
        target: One of ``TARGETS``.
        part: As ``ml.training.splits`` names it, or "folds" for all that are in one.
        finite: Whether the model states anything, one entry a row.
    """
    known = np.isfinite(ready.rows[target].to_numpy(float)) & finite
    own = pool(ready.rows) if part == "folds" else ready.of(part)
    source = SOURCES.get(target, "mp20")
    if target in {"log_k", "log_g"}:
        known &= ready.rows.judged.to_numpy(bool)
    elif target != "log_debye":
        known &= np.asarray(ready.rows.source == source)
    return own & known & (ready.rows.sites.to_numpy() <= MOST_SITES)


def gaps(ready: Prepared) -> NDArray[np.float64]:
    """Return the gap that makes a row a metal or a nonmetal: of MP-20, else of 2018; NaN where unknown.

    Args:
        ready: The data.
    """
    return np.asarray(ready.rows.gap.fillna(ready.rows.gap_2018), dtype=float)


def held(ready: Prepared, opinion: Opinion, target: str, rows: NDArray[np.bool_]) -> Held:
    """Return what a tier says of some rows, beside the truth.

    Args:
        ready: The data.
        opinion: The tier's.
        target: One of ``TARGETS``.
        rows: Which.
    """
    values, spreads = opinion.column(target)
    gap = gaps(ready)
    metal = np.where(np.isfinite(gap), gap <= 0, opinion.nonmetal < HALF)
    return Held(
        values[rows], spreads[rows], opinion.nonmetal[rows], ready.rows[target].to_numpy(float)[rows],
        None if target == "gap" else metal[rows],
    )  # fmt: skip


def rule_of(rows: Held, floor: float, relative: float, edges: tuple[float, ...]) -> Rule:
    """Return a rule; bands are one where a class has too few rows.

    Args:
        rows: Calibration rows.
        floor: As for :func:`fit_rule`.
        relative: As for :func:`fit_rule`.
        edges: As for :func:`fit_rule`.
    """
    sizes = np.histogram(rows.nonmetal, (0.0, *edges, 1.0))[0]
    kept = edges if sizes.min() >= LEAST_IN_CLASS else ()
    return fit_rule(rows, floor=floor, relative=relative, edges=kept, by_label=True)


def across(ready: Prepared, opinion: Opinion, one: Stated) -> dict[str, Figures]:
    """Return how far off the accurate tier is over all folds, each with the intervals that the other folds give.

    Args:
        ready: The data.
        opinion: The tier's, of the folds.
        one: The property.
    """
    finite = np.isfinite(opinion.column(one.task)[0])
    rows, gap, own = rows_of(ready, one.task, "folds", finite), gaps(ready), folds(ready.rows)
    edges = tuple(b.upper for b in one.rule.bands[:-1])
    chosen = {"folds": rows, "folds, metals": rows & (gap <= 0), "folds, nonmetals": rows & (gap > 0)}
    found: dict[str, list[Figures]] = {}
    for k in range(FOLDS):
        other = held(ready, opinion, one.task, rows & (own != k))
        rule = rule_of(other, one.rule.floor, one.rule.relative, edges)
        for name, some in chosen.items():
            part = held(ready, opinion, one.task, some & (own == k))
            if len(part.truth) >= LEAST_FIGURED:
                found.setdefault(name, []).append(figures_of(part, rule, power=False))
    whole = {
        name: figures_of(held(ready, opinion, one.task, some), one.rule, power=False)
        for name, some in chosen.items()
        if len(found.get(name, ())) == FOLDS
    }
    return {
        name: figure.model_copy(
            update={
                "coverage": float(
                    np.average([f.coverage for f in found[name]], weights=[f.n for f in found[name]])
                )
            }
        )
        for name, figure in whole.items()
    }


def _distances(said: Said, bundle: Bundle) -> NDArray[np.float64]:
    return np.nan_to_num(bundle.domain.cloud.distance(said.states), nan=-1.0)


def quarter_edges(ready: Prepared, said: Said, bundle: Bundle, one: Stated) -> tuple[float, ...]:
    """Return the distances from the training data that part the quarters of a property's test rows.

    Args:
        ready: The data.
        said: What the parts say.
        bundle: The tier.
        one: The property.
    """
    finite = np.isfinite(said.opinion(bundle).column(one.task)[0])
    distances = _distances(said, bundle)[rows_of(ready, one.task, "test", finite)]
    ordered = np.sort(distances)
    places = [int((len(ordered) - 1) * part) + 1 for part in (0.25, 0.5, 0.75)]
    return tuple(float(ordered[k - 1] + ordered[k]) / 2 for k in places)  # between two rows, never on one


def figures(ready: Prepared, said: Said, bundle: Bundle, one: Stated) -> dict[str, Figures]:
    """Return how far off a tier is on the rows that it never saw, by kind of row.

    Args:
        ready: The data.
        said: What the parts say.
        bundle: The tier.
        one: The property, with its edges.
    """
    opinion = said.opinion(bundle)
    finite = np.isfinite(opinion.column(one.task)[0])
    test, gap = rows_of(ready, one.task, "test", finite), gaps(ready)
    chosen = {
        "test": test,
        "new": test & ~ready.rows.formula.isin(ready.rows.formula[ready.of("train")]).to_numpy(),
        "unseen": rows_of(ready, one.task, "unseen", finite),
        "metals": test & (gap <= 0),
        "nonmetals": test & (gap > 0),
    }
    distances = _distances(said, bundle)
    for k in range(4):
        chosen[f"quarter {k + 1}"] = test & (np.searchsorted(one.edges, distances) == k)
    if one.task == "formation_energy":
        large = ready.of("test", "mpts52") & finite
        chosen["larger"] = large & (ready.rows.sites.to_numpy() > LARGE)
        chosen["other"] = large & (ready.rows.sites.to_numpy() <= LARGE)
    kept = {
        name: held(ready, opinion, one.task, rows)
        for name, rows in chosen.items()
        if rows.sum() >= LEAST_FIGURED
    }
    found = {name: figures_of(rows, one.rule, power=False) for name, rows in kept.items()}
    if bundle.tier == "accurate" and said.folded:
        found |= across(ready, opinion, one)
    if one.power:
        found |= {
            f"{name}_linear": figures_of(kept[name], one.rule, power=True)
            for name in ("test", "new", "unseen", *QUARTERS)
            if name in kept
        }
    return found


def figures_of(rows: Held, rule: Rule, *, power: bool) -> Figures:
    """Return how far off a tier is on some rows.

    Args:
        rows: What it says, beside the truth.
        rule: Its intervals.
        power: Whether to count in the property's unit instead of its logarithm.
    """
    inside = rows.errors <= rule.half_widths(rows.values, rows.spreads, rows.nonmetal)
    values, truth = (10.0**rows.values, 10.0**rows.truth) if power else (rows.values, rows.truth)
    if power:
        reach = values * (10.0 ** rule.half_widths(rows.values, rows.spreads, rows.nonmetal) - 1.0)
        inside = np.abs(values - truth) <= reach
    error = values - truth
    scatter = ((truth - truth.mean()) ** 2).sum()
    r2 = 1.0 - (error**2).sum() / scatter if scatter > 0 else None
    return Figures(
        n=len(error), mae=np.abs(error).mean(), rmse=np.sqrt((error**2).mean()), median=np.median(np.abs(error)),
        r2=r2, bias=error.mean(), coverage=inside.mean(),
    )  # fmt: skip


def right(ready: Prepared, opinion: Opinion, part: str) -> float:
    """Return the part of the rows of MP-20 that a tier rightly calls a metal or a nonmetal.

    Args:
        ready: The data.
        opinion: The tier's.
        part: As ``ml.training.splits`` names it.
    """
    rows = ready.of(part, "mp20") & np.isfinite(opinion.nonmetal)
    said = opinion.nonmetal[rows] > HALF
    return float((said == (ready.rows.gap.to_numpy()[rows] > 0)).mean())
