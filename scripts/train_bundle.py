"""Evaluate the trained networks, calibrate them, and write what is shipped: ONNX, JSON, trees and the card."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import torch
from ase.data import chemical_symbols
from train_card import card
from train_data import MOST_SITES
from train_models import BRANCH, HEADS, MEMBERS, PRETRAINING, TRUNK, accurate_inputs, head_shape

from nanoos_lab.ml.accurate.features import Features
from nanoos_lab.ml.accurate.opinion import given_rows, tree_rows, tree_targets
from nanoos_lab.ml.accurate.trees import load_forests
from nanoos_lab.ml.conformal import Held, Rule, fit_rule
from nanoos_lab.ml.domain import INSIDE, Cloud
from nanoos_lab.ml.gnn import session
from nanoos_lab.ml.gnn.asking import FAST, TREES, ask
from nanoos_lab.ml.gnn.asking import HEADS as HEADS_FILE
from nanoos_lab.ml.gnn.bundle import FOLDER, Bundle, Domain, Figures, Reference, Stated, digest
from nanoos_lab.ml.gnn.export import Ensemble, export_onnx
from nanoos_lab.ml.gnn.network import Network, Shape
from nanoos_lab.ml.gnn.opinion import TARGETS, Opinion, blended, opinion_of
from nanoos_lab.ml.gnn.statements import crystal_of, targets_of
from nanoos_lab.testing import crystal

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from train_models import Prepared

VERSION = "1.0"
SOURCE = (
    "Materials Project (CC-BY-4.0), doi:10.1063/1.4812323; elastic, phonon and dielectric data as in the card"
)
FAST_STATED = (
    ("formation_energy", "formation_energy", False, 0.01, 0.0, (0.5,)),
    ("band_gap", "gap", False, 0.03, 0.05, (0.02, 0.5)),
    ("bulk_modulus", "log_k", True, 0.02, 0.0, ()),
    ("shear_modulus", "log_g", True, 0.02, 0.0, ()),
)
"""Property, target, logarithm or not, floor and relative part of the scale, edges of P(nonmetal).

The scales are set beforehand: chosen by the width on the calibration rows they would undo the calibration."""
ACCURATE_STATED = (
    *FAST_STATED,
    ("debye_temperature", "log_debye", True, 0.01, 0.0, ()),
    ("phonon_peak", "log_phonon", True, 0.01, 0.0, ()),
    ("refractive_index", "log_index", True, 0.01, 0.0, ()),
)
NOTES = {"refractive_index": "static electronic limit: the wavelength is far longer than that of any band"}
SOURCES = {"log_phonon": "phonons", "log_index": "dielectric"}
"""Where the rows of a target are; the others' are MP-20."""
LEAST_TO_WEIGH, STEPS = 150, 10
"""Validation rows that can choose weights; parts of the whole that a weight comes in."""
LARGE = 20
"""Sites beyond which a cell is larger than any of MP-20."""
LEAST_FIGURED = 10
"""Rows that a figure needs."""
DOMAIN_STEP = 3
"""Every third training row describes the domain."""
REFERENCES = ("MgO", "Si", "TiO2", "GaAs", "NaCl", "Cu", "SrTiO3")


def ship(ready: Prepared, data: Path, out: Path) -> None:
    """Write the shipped files and the card.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    FOLDER.mkdir(exist_ok=True)
    paths = _trained(out, "fast")
    quick = _members(paths, Shape())
    if _older(FOLDER / FAST, paths):
        _export(quick, ready, {}, FOLDER / FAST)
    said, states = _ask_all(FOLDER / FAST, ready)
    domain = _domain(ready, states)
    opinions = {"fast": opinion_of(said)}
    bundles = {
        "fast": _bundle("fast", ready, opinions["fast"], domain, states, {"fast": len(quick)}, quick[0])
    }
    sources, extra = _second(ready, data, out)
    sources["fast"] = said
    extra["fast"] = len(quick)
    extra["blend"] = _weights(ready, sources)
    opinions["accurate"] = blended(sources, extra["blend"])
    bundles["accurate"] = _bundle("accurate", ready, opinions["accurate"], domain, states, extra, quick[0])
    for tier, bundle in bundles.items():
        proved = _proved(bundle)
        (FOLDER / f"{tier}.json").write_text(proved.model_dump_json(indent=1) + "\n", encoding="utf-8")
    np.savez(
        out / "opinions.npz",
        **{f"{t}.{k}": getattr(o, k) for t, o in opinions.items() for k in ("values", "spreads")},
    )
    path = FOLDER.parents[1] / "cards" / "nanoos-gnn.md"
    path.write_text(card(bundles, ready, opinions, sources, out), encoding="utf-8")


def _wanted(ready: Prepared) -> NDArray[np.int64]:
    """Return the rows that are asked about: all held-out ones, and of the training rows enough for the domain."""
    usable = (ready.rows.sites.to_numpy() <= MOST_SITES) & (ready.graphs.edges > 0)
    learned = np.flatnonzero(ready.learned())
    return np.union1d(np.flatnonzero(usable & ~ready.of("train")), learned[::DOMAIN_STEP])


def _ask_all(path: Path, ready: Prepared, **more: NDArray) -> tuple[NDArray, NDArray]:
    """Return targets (m, rows, t) and the first member's vectors (rows, s), NaN for rows not asked about."""
    rows, graphs = _wanted(ready), ready.graphs
    first = np.cumsum(graphs.atoms) - graphs.atoms
    at = np.concatenate([np.arange(first[r], first[r] + graphs.atoms[r]) for r in rows])
    chosen = {name: array[at if name == "extra" else rows] for name, array in more.items()}
    answers = session.run(path, graphs.take(rows), **chosen)
    targets = np.full((len(answers.targets), len(graphs), len(TARGETS)), np.nan, dtype=np.float32)
    states = np.full((len(graphs), answers.states.shape[2]), np.nan)
    targets[:, rows], states[rows] = answers.targets, answers.states[0]
    return targets, states


def _trained(out: Path, name: str) -> list[Path]:
    """Return the weights of the members that are trained to the end."""
    return [path for k in range(1, MEMBERS + 1) if (path := out / f"{name}-{k}.pt").exists()]


def _older(path: Path, sources: list[Path]) -> bool:
    """Tell whether a file is absent or older than what it is made of."""
    return not path.exists() or path.stat().st_mtime < max(p.stat().st_mtime for p in sources)


def _members(paths: list[Path], shape: Shape) -> list[Network]:
    found = []
    for path in paths:
        network = Network(shape)
        network.load_state_dict(torch.load(path, weights_only=True))
        found.append(network.eval().requires_grad_(False))
    return found


def _export(members: list[Network], ready: Prepared, more: dict[str, NDArray], path: Path) -> None:
    rows = np.array([3, 5, 9])
    inputs = {k: torch.from_numpy(v) for k, v in ready.graphs.take(rows).inputs().items()}
    first = np.cumsum(ready.graphs.atoms) - ready.graphs.atoms
    for name, array in more.items():
        at = np.concatenate([np.arange(first[r], first[r] + ready.graphs.atoms[r]) for r in rows])
        inputs[name] = torch.from_numpy(array[at if name == "extra" else rows].astype(np.float32))
    if path.exists():
        path.unlink()
    export_onnx(Ensemble(members), inputs, path)


def _second(ready: Prepared, data: Path, out: Path) -> tuple[dict[str, NDArray], dict]:
    """Export heads and trees, and return what they say of all crystals and what belongs to the bundle."""
    features, base, references = accurate_inputs(ready, data, out)
    shift, scale = np.nanmean(features.atoms, axis=0), np.nanstd(features.atoms, axis=0)
    extra = np.nan_to_num((features.atoms - shift) / scale).astype(np.float32)
    safe = np.nan_to_num(base)
    given = given_rows(safe, ready.volumes)
    paths = _trained(out, "heads")
    if _older(FOLDER / HEADS_FILE, paths):
        _export(_members(paths, head_shape()), ready, {"extra": extra, "given": given}, FOLDER / HEADS_FILE)
    heads, _ = _ask_all(FOLDER / HEADS_FILE, ready, extra=extra, given=given)
    heads[:, :, 0] += base
    heads[:, ~np.isfinite(base)] = np.nan
    shutil.copyfile(out / "trees.safetensors", FOLDER / TREES)
    known = Features(np.nan_to_num(features.atoms), features.energies, features.crystals)
    table = tree_rows(known, ready.graphs, safe, ready.volumes)
    trees = np.full((1, *heads.shape[1:]), np.nan, dtype=np.float32)
    rows = np.flatnonzero(np.isfinite(heads[0, :, 0]))
    trees[:, rows] = tree_targets(load_forests(FOLDER / TREES), table[rows], base[rows])
    energies = {chemical_symbols[z]: float(e) for z, e in enumerate(references) if z and e}
    return {"heads": heads, "trees": trees}, {
        "shift": tuple(float(x) for x in shift), "scale": tuple(float(x) for x in scale),
        "references_ev": energies, "heads": len(paths),
    }  # fmt: skip


def _weights(ready: Prepared, sources: dict[str, NDArray]) -> dict[str, dict[str, float]]:
    """Return the weights with the least mean absolute error on the validation rows, in steps of a tenth.

    A target with fewer than 150 such rows shares the weights evenly among those that state it.
    """
    means = {name: opinion_of(said).values for name, said in sources.items()}
    found = {}
    for k, target in enumerate(TARGETS):
        names = [n for n in ("fast", "heads", "trees") if np.isfinite(means[n][:, k]).any()]
        truth = ready.rows["gap" if target == "nonmetal" else target].to_numpy(float)
        rows = ready.of("validation") & np.isfinite(truth) & np.isfinite(means["heads"][:, k])
        if target == "nonmetal" or rows.sum() < LEAST_TO_WEIGH:
            found[target] = {n: round(1.0 / len(names), 6) for n in names}
            continue
        steps = [w for w in np.ndindex(*(STEPS + 1,) * len(names)) if sum(w) == STEPS]
        error = [
            np.abs(
                sum(w / STEPS * means[n][rows, k] for w, n in zip(s, names, strict=True)) - truth[rows]
            ).mean()
            for s in steps
        ]
        best = steps[int(np.argmin(error))]
        found[target] = {n: w / STEPS for n, w in zip(names, best, strict=True)}
    return found


def _domain(ready: Prepared, states: NDArray) -> Domain:
    train = ready.learned()
    known = np.isfinite(states).all(axis=1)
    cloud = Cloud.fit(states[train & known])
    limit = float(np.quantile(cloud.distance(states[ready.of("calibration") & known]), INSIDE))
    counts: dict[str, int] = {}
    for numbers, kept in zip(_split(ready), train, strict=True):
        for z in np.unique(numbers) if kept else ():
            counts[chemical_symbols[z]] = counts.get(chemical_symbols[z], 0) + 1
    rounded = np.round(cloud.whitening, 6)
    return Domain(
        mean=tuple(np.round(cloud.mean, 6)),
        whitening=tuple(map(tuple, rounded)),
        limit=limit,
        elements=dict(sorted(counts.items())),
    )


def _split(ready: Prepared) -> list[NDArray]:
    return np.split(ready.graphs.numbers, np.cumsum(ready.graphs.atoms)[:-1])


def _bundle(  # noqa: PLR0917 - what belongs together
    tier: str,
    ready: Prepared,
    opinion: Opinion,
    domain: Domain,
    states: NDArray,
    extra: dict,
    network: Network,
) -> Bundle:
    distances = domain.cloud.distance(states)
    stated = tuple(
        _stated(ready, opinion, distances, *row)
        for row in (FAST_STATED if tier == "fast" else ACCURATE_STATED)
    )
    files = (FAST,) if tier == "fast" else (FAST, HEADS_FILE, TREES)
    return Bundle(
        name="nanoos-gnn" if tier == "fast" else "nanoos-gnn-accurate",
        version=VERSION,
        tier=tier,
        members=int(extra.get("fast", 0)),
        parameters=sum(p.numel() for p in network.parameters()),
        sha256={name: digest(FOLDER / name) for name in files},
        stated=stated,
        references=(),
        domain=domain,
        source=SOURCE,
        trained={
            "crystals": str(int(ready.learned().sum())),
            "passes": f"{PRETRAINING} over compositions, {TRUNK.stop} of a trunk, {BRANCH.epochs} of each member",
            "heads": f"{extra.get('heads', 0)} members, {HEADS.epochs} passes",
            "made": datetime.now(UTC).date().isoformat(),
        },
        **{k: v for k, v in extra.items() if k not in {"heads", "fast"}},
    )


def rows_of(ready: Prepared, target: str, part: str, finite: NDArray) -> NDArray[np.bool_]:
    """Return the labelled rows of a target in one part.

    Args:
        ready: The data.
        target: One of ``TARGETS``.
        part: As ``ml.training.splits`` names it.
        finite: Whether the model states anything, one entry a row.
    """
    known = np.isfinite(ready.rows[target].to_numpy(float)) & finite
    source = SOURCES.get(target, "mp20")
    both = target in {"log_k", "log_g", "log_debye"}
    rows = ready.of(part) if both else ready.of(part, source)
    return rows & known & (ready.rows.sites.to_numpy() <= MOST_SITES)


def held(ready: Prepared, opinion: Opinion, target: str, rows: NDArray[np.bool_]) -> Held:
    """Return what a tier says of some rows, beside the truth.

    Args:
        ready: The data.
        opinion: The tier's.
        target: One of ``TARGETS``.
        rows: Which.
    """
    values, spreads = opinion.column(target)
    return Held(values[rows], spreads[rows], opinion.nonmetal[rows], ready.rows[target].to_numpy(float)[rows])


def _stated(  # noqa: PLR0917 - a row of the table above
    ready: Prepared, opinion: Opinion, distances: NDArray, prop: str, target: str, power: bool, floor: float,  # noqa: FBT001
    relative: float, edges: tuple[float, ...],
) -> Stated:  # fmt: skip
    finite = np.isfinite(opinion.column(target)[0])
    calibration = held(ready, opinion, target, rows_of(ready, target, "calibration", finite))
    rule = fit_rule(calibration, floor=floor, relative=relative, edges=edges, by_label=target == "gap")
    test = rows_of(ready, target, "test", finite)
    gap = ready.rows.gap.to_numpy(float)
    middle = np.nanmedian(distances[test])
    chosen = {
        "test": test,
        "unseen": rows_of(ready, target, "unseen", finite),
        "metals": test & (gap <= 0),
        "nonmetals": test & (gap > 0),
        "near": test & (distances <= middle),
        "far": test & (distances > middle),
    }
    if target == "formation_energy":
        large = (ready.rows.source == "mpts52").to_numpy() & (ready.rows.part == "test").to_numpy() & finite
        chosen["larger"] = large & (ready.rows.sites.to_numpy() > LARGE)
        chosen["other"] = large & (ready.rows.sites.to_numpy() <= LARGE)
    figures = {
        name: figures_of(held(ready, opinion, target, rows), rule, power=False)
        for name, rows in chosen.items()
        if rows.sum() >= LEAST_FIGURED
    }
    if power:
        figures |= {
            f"{name}_linear": figures_of(held(ready, opinion, target, rows), rule, power=True)
            for name, rows in chosen.items()
            if name in {"test", "unseen"} and rows.sum() >= LEAST_FIGURED
        }
    return Stated(
        property=prop, task=target, power=power, rule=rule, figures=figures, note=NOTES.get(prop, "")
    )


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


def _proved(bundle: Bundle) -> Bundle:
    """Add what the shipped files say of the reference crystals."""
    crystals = [(name, crystal(name)) for name in REFERENCES]
    references = [
        Reference(
            name=name, lattice=tuple(map(tuple, s.lattice.matrix)), species=tuple(x.specie.symbol for x in s),
            fractional=tuple(map(tuple, s.frac_coords)), targets={},
        )
        for name, s in crystals
    ]  # fmt: skip
    said = ask([crystal_of(r) for r in references], bundle, FOLDER).opinion
    full = [
        r.model_copy(update={"targets": {k: round(v, 6) for k, v in targets_of(said, row).items()}})
        for row, r in enumerate(references)
    ]
    return Bundle.model_validate(
        json.loads(bundle.model_copy(update={"references": tuple(full)}).model_dump_json())
    )
