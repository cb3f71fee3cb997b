"""Export and calibrate the trained networks, and write what is shipped: ONNX, JSON, trees, first weights, the card."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import torch
from ase.data import chemical_symbols
from safetensors.torch import save_file
from train_card import accuracy, card, plot, tables
from train_features import chgnet_of
from train_figures import HALF, Said, asked, figures, folded, held, quarter_edges, rows_of, rule_of
from train_folds import pool
from train_heads import HeadPlan
from train_inputs import Scaling, accurate_inputs, head_data
from train_models import FAST_PLAN, MEMBERS, SHAPE
from train_ready import PRETRAINING, compositions

from nanoos_lab.ml.accurate.heads import Head, HeadEnsemble, HeadShape
from nanoos_lab.ml.domain import INSIDE, Cloud
from nanoos_lab.ml.gnn.asking import FAST, HEADS, MACHINES, TREES, ask
from nanoos_lab.ml.gnn.bundle import FOLDER, Bundle, Domain, Reference, Stated, digest, load_bundle
from nanoos_lab.ml.gnn.export import Ensemble, export_onnx
from nanoos_lab.ml.gnn.geometry import usual_of
from nanoos_lab.ml.gnn.network import Network
from nanoos_lab.ml.gnn.opinion import NONMETAL, TARGETS, Opinion, opinion_of
from nanoos_lab.ml.gnn.statements import crystal_of, targets_of
from nanoos_lab.testing import crystal

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from train_ready import Prepared

VERSION = "3.0"
SOURCE = (
    "learned from the Materials Project (CC-BY-4.0), doi:10.1063/1.4812323, and from the sets of its elastic, phonon "
    "and dielectric data and of AFLOW that the model card names: nanoos models card nanoos-gnn"
)
CLASSES = (0.5,)
FAST_STATED = (
    ("formation_energy", "formation_energy", False, 0.01, 0.0, CLASSES),
    ("band_gap", "gap", False, 0.03, 0.05, (0.1, 0.5, 0.9, 0.97)),
    ("bulk_modulus", "log_k", True, 0.02, 0.0, CLASSES),
    ("shear_modulus", "log_g", True, 0.02, 0.0, CLASSES),
)
"""Property, target, logarithm or not, floor and relative part of the scale, edges of P(nonmetal).

The scales are set beforehand: chosen by the width on the calibration rows they would undo the calibration."""
ACCURATE_STATED = (
    *FAST_STATED,
    ("debye_temperature", "log_debye", True, 0.01, 0.0, CLASSES),
    ("phonon_peak", "log_phonon", True, 0.01, 0.0, CLASSES),
    ("refractive_index", "log_index", True, 0.01, 0.0, CLASSES),
)
NOTES = {"refractive_index": "static electronic limit: the wavelength is far longer than that of any band"}
STEPS = 20
"""Parts of the whole that a weight comes in."""
PARTS = ("heads", "trees", "machines")
REFERENCES = ("MgO", "Si", "TiO2", "GaAs", "NaCl", "Cu", "SrTiO3")
START = "start.safetensors"


def ship(ready: Prepared, data: Path, out: Path) -> None:
    """Write the shipped files and the card.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    folder = out / "shipped"
    folder.mkdir(exist_ok=True)
    extra = _write(ready, data, out, folder)
    known = chgnet_of(data, out / "chgnet.npz")
    said = asked(ready, known, _draft("accurate", extra, folder), folder, folded(ready, out))
    domain = _domain(ready, said.states)
    extra["accurate"]["blend"] = _weights(ready, said)
    tiers = ("fast", "accurate")
    bundles = {tier: _bundle(_draft(tier, extra, folder, domain), ready, said) for tier in tiers}
    for tier, bundle in bundles.items():
        text = _proved(bundle, folder).model_dump_json(indent=1)
        (folder / f"{tier}.json").write_text(text + "\n", encoding="utf-8")
    FOLDER.mkdir(exist_ok=True)
    for path in sorted(folder.iterdir()):
        shutil.copyfile(path, FOLDER / path.name)
    cards = FOLDER.parents[1] / "cards"
    (cards / "nanoos-gnn.svg").write_text(plot(ready, said, bundles), encoding="utf-8")
    (cards / "nanoos-gnn.md").write_text(card(bundles, ready, said, out), encoding="utf-8")


def retell(ready: Prepared, data: Path, out: Path) -> None:
    """Ask the shipped files about the held-out rows once more, and print the card's tables.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training; it needs to hold no trained parts.
    """
    shipped = {tier: load_bundle(tier) for tier in ("fast", "accurate")}
    known = chgnet_of(data, out / "chgnet.npz")
    said = asked(ready, known, shipped["accurate"], FOLDER, {}, domain=False)
    fresh = {tier: _figured(bundle, ready, said) for tier, bundle in shipped.items()}
    print(tables(fresh), accuracy(fresh, ready, said), sep="\n\n")
    apart = [
        abs(found.mae / one.figures[name].mae - 1.0)
        for tier, bundle in shipped.items()
        for one, other in zip(bundle.stated, fresh[tier].stated, strict=True)
        for name, found in other.figures.items()
    ]
    print(f"\nlargest deviation from the card in a mean absolute error: {max(apart):.2%}")


def _write(ready: Prepared, data: Path, out: Path, folder: Path) -> dict[str, dict]:
    """Write networks, trees and machines, and return what belongs to the bundle of each tier."""
    paths = _trained(out, "fast")
    quick = [_loaded(Network(SHAPE), path) for path in paths]
    if _older(folder / FAST, paths):
        rows = ready.graphs.take(np.array([3, 5, 9])).inputs()
        _export(Ensemble(quick), {k: torch.from_numpy(v) for k, v in rows.items()}, folder / FAST)
        save_file({k: v.contiguous() for k, v in quick[0].state_dict().items()}, folder / START)
    known, scaling = head_data(ready, data, out, pool(ready.rows))
    paths = _trained(out, "heads")
    if _older(folder / HEADS, paths):
        heads = [_loaded(Head(HeadShape()), path) for path in paths]
        names = ("numbers", "graph", "graph_ones", "extra", "given")
        example = dict(zip(names, known.batch(np.array([3, 5, 9])), strict=False))
        ensemble = HeadEnsemble(compositions(ready, data, out).requires_grad_(False), heads)
        _export(ensemble, example, folder / HEADS, ("targets", "known"))
    for name in (TREES, MACHINES):
        shutil.copyfile(out / name, folder / name)
    _, _, references = accurate_inputs(ready, data, out, pool(ready.rows))
    trained = {
        "crystals": str(int(ready.learned().sum())),
        "imagined": str(len(np.load(out / "taught.npy"))),
        "passes": f"{PRETRAINING} over compositions, {FAST_PLAN.epochs} of each member",
        "heads": f"{len(paths)} members, {HeadPlan().epochs} passes",
        "made": datetime.now(UTC).date().isoformat(),
    }
    common = {
        "members": len(quick), "parameters": sum(p.numel() for p in quick[0].parameters()), "trained": trained,
    }  # fmt: skip
    return {"fast": common, "accurate": {**common, **_accurate(scaling, references)}}


def _accurate(scaling: Scaling, references: NDArray) -> dict:
    energies = {chemical_symbols[z]: float(e) for z, e in enumerate(references) if z and e}
    shift, scale = (tuple(float(x) for x in part) for part in scaling)
    return {"shift": shift, "scale": scale, "references_ev": energies}


def _trained(out: Path, name: str) -> list[Path]:
    """Return the weights of the members that are trained to the end."""
    return [path for k in range(1, MEMBERS + 1) if (path := out / f"{name}-{k}.pt").exists()]


def _older(path: Path, sources: list[Path]) -> bool:
    """Tell whether a file is absent or older than what it is made of."""
    return not path.exists() or path.stat().st_mtime < max(p.stat().st_mtime for p in sources)


def _loaded(network: Network | Head, path: Path) -> Network | Head:
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval().requires_grad_(False)


def _export(ensemble: torch.nn.Module, example: dict, path: Path, *outputs: tuple[str, ...]) -> None:
    path.unlink(missing_ok=True)
    export_onnx(ensemble, example, path, *outputs, half=True)


def _draft(tier: str, extra: dict[str, dict], folder: Path, domain: Domain | None = None) -> Bundle:
    """Return a bundle that states nothing yet."""
    files = (FAST,) if tier == "fast" else (FAST, HEADS, TREES, MACHINES)
    none = Domain(mean=(), whitening=(), limit=0.0, elements={})
    return Bundle(
        name="nanoos-gnn" if tier == "fast" else "nanoos-gnn-accurate", version=VERSION, tier=tier,
        sha256={name: digest(folder / name) for name in files}, stated=(), references=(),
        domain=none if domain is None else domain, source=SOURCE, **extra[tier],
    )  # fmt: skip


def _weights(ready: Prepared, said: Said) -> dict[str, dict[str, float]]:
    """Return the weights with the least mean absolute error over the folds, in steps of a twentieth.

    Of metal or not they are those that tell most rows rightly. Of the gap of 2018, which nothing states, heads speak.
    """
    means = {name: opinion_of(source).values for name, source in said.folded.items()}
    found = {"gap_2018": {"heads": 1.0}}
    for k, target in enumerate(TARGETS):
        if target in found:
            continue
        rows = rows_of(ready, target, "folds", np.isfinite(means["heads"][:, k]))
        names = [n for n in PARTS if np.isfinite(means[n][rows, k]).all()]
        parts, truth = np.stack([means[n][rows, k] for n in names]), ready.rows[target].to_numpy(float)[rows]
        steps = [w for w in np.ndindex(*(STEPS + 1,) * len(names)) if sum(w) == STEPS]
        loss = _wrong if k == NONMETAL else _mean_error
        best = steps[int(np.argmin([loss(np.array(w) / STEPS @ parts, truth) for w in steps]))]
        found[target] = {n: w / STEPS for n, w in zip(names, best, strict=True)}
    return {t: found[t] for t in TARGETS}


def _mean_error(said: NDArray, truth: NDArray) -> float:
    return float(np.abs(said - truth).mean())


def _wrong(said: NDArray, truth: NDArray) -> float:
    return float(((said > HALF) != (truth > HALF)).mean())


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
        usual=usual_of(ready.graphs.take(np.flatnonzero(train)), ready.volumes[train]),
    )


def _split(ready: Prepared) -> list[NDArray]:
    return np.split(ready.graphs.numbers, np.cumsum(ready.graphs.atoms)[:-1])


def _bundle(draft: Bundle, ready: Prepared, said: Said) -> Bundle:
    table = FAST_STATED if draft.tier == "fast" else ACCURATE_STATED
    part = "calibration" if draft.tier == "fast" else "folds"
    stated = tuple(_stated(ready, said.opinion(draft), part, *row) for row in table)
    return _figured(draft.model_copy(update={"stated": stated}), ready, said)


def _figured(bundle: Bundle, ready: Prepared, said: Said) -> Bundle:
    """Return a bundle with the figures that its parts have."""
    parted = [
        one.model_copy(update={"edges": quarter_edges(ready, said, bundle, one)}) for one in bundle.stated
    ]
    stated = tuple(one.model_copy(update={"figures": figures(ready, said, bundle, one)}) for one in parted)
    return bundle.model_copy(update={"stated": stated})


def _stated(  # noqa: PLR0917 - a row of the table above
    ready: Prepared, opinion: Opinion, part: str, prop: str, target: str, power: bool, floor: float,  # noqa: FBT001
    relative: float, edges: tuple[float, ...],
) -> Stated:  # fmt: skip
    finite = np.isfinite(opinion.column(target)[0])
    rows = held(ready, opinion, target, rows_of(ready, target, part, finite))
    rule = rule_of(rows, floor, relative, edges)
    return Stated(property=prop, task=target, power=power, rule=rule, figures={}, note=NOTES.get(prop, ""))


def _proved(bundle: Bundle, folder: Path) -> Bundle:
    """Add what the shipped files say of the reference crystals."""
    crystals = [(name, crystal(name)) for name in REFERENCES]
    references = [
        Reference(
            name=name, lattice=tuple(map(tuple, s.lattice.matrix)), species=tuple(x.specie.symbol for x in s),
            fractional=tuple(map(tuple, s.frac_coords)), targets={},
        )
        for name, s in crystals
    ]  # fmt: skip
    said = ask([crystal_of(r) for r in references], bundle, folder).opinion
    full = [
        r.model_copy(update={"targets": {k: round(v, 6) for k, v in targets_of(said, row).items()}})
        for row, r in enumerate(references)
    ]
    return Bundle.model_validate(
        json.loads(bundle.model_copy(update={"references": tuple(full)}).model_dump_json())
    )
