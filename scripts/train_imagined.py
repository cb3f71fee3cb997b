"""Crystals that nobody computed: training crystals with other elements in them, on which a teacher states gaps.

The heads that read CHGNet's numbers know gaps better than the fast network can learn from the labelled rows alone. So
they are asked about crystals made of training crystals by exchanging elements for like ones, and the fast network
learns from their answers too. No formula and no chemical system of a held-out row is among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import train_data
from pymatgen.core.periodic_table import Element
from train_features import answers

from nanoos_lab.ml.accurate.features import Features
from nanoos_lab.ml.gnn.elements import LAST_ELEMENT
from nanoos_lab.ml.gnn.geometry import usual_of
from nanoos_lab.ml.graphs import Cell, Graphs, graphs_of_cells
from nanoos_lab.ml.graphs.flat import ranges, starts
from nanoos_lab.ml.training.splits import part_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from train_ready import Prepared

COUNT = 17_000
"""Crystals to draw; those of a formula that is held out, or drawn already, are left out."""
MOST_SITES = 12
EXCHANGED = 0.6
"""Chance of each element to be exchanged."""
LEAST_KNOWN = 30
"""Training crystals that an element must be in."""
TOGETHER = 64


@dataclass(frozen=True)
class Imagined:
    """Crystals without labels."""

    graphs: Graphs
    features: Features
    volumes: NDArray[np.float64]
    """Å³/atom."""


def imagined(ready: Prepared, data: Path, out: Path) -> Imagined:
    """Return crystals that nobody computed, with CHGNet's numbers, made once and kept in a file.

    Args:
        ready: The data.
        data: The shared data folder.
        out: The folder of this training.
    """
    path = out / "imagined.npz"
    if not path.exists():
        _imagine(ready, data, path)
    kept = np.load(path)
    graphs = Graphs(**{k: kept[f"graph_{k}"] for k in Graphs.__dataclass_fields__})
    known = Features(kept["atom"].astype(np.float32), kept["energy"], kept["crystal"])
    return Imagined(graphs, known, kept["volumes"])


def _imagine(ready: Prepared, data: Path, path: Path) -> None:
    """Write crystals that CHGNet knows and whose volumes and distances are usual."""
    cells = drawn(ready, data, COUNT)
    kept, features = _features(cells)
    graphs = graphs_of_cells(kept)
    volumes = np.array([abs(np.linalg.det(c.matrix)) / len(c.numbers) for c in kept])
    chosen = np.flatnonzero([not words for words in usual_of_training(ready).doubts(graphs, volumes)])
    print(f"imagined: {len(cells)} drawn, {len(kept)} known to CHGNet, {len(chosen)} usual", flush=True)
    at = ranges(starts(graphs.atoms)[chosen], graphs.atoms[chosen])
    graphs = graphs.take(chosen)
    np.savez(
        path, atom=features.atoms[at].astype(np.float16), energy=features.energies[chosen],
        crystal=features.crystals[chosen], volumes=volumes[chosen],
        **{f"graph_{k}": getattr(graphs, k) for k in Graphs.__dataclass_fields__},
    )  # fmt: skip


def usual_of_training(ready: Prepared) -> object:
    """Return what volumes and distances are usual in the rows that are learned from.

    Args:
        ready: The data.
    """
    train = ready.learned()
    return usual_of(ready.graphs.take(np.flatnonzero(train)), ready.volumes[train])


def drawn(ready: Prepared, data: Path, count: int, seed: int = 0) -> list[Cell]:
    """Return training crystals with other elements, no formula twice.

    Args:
        ready: The data.
        data: The shared data folder.
        count: How many to try.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(ready.of("train", "mp20") & (ready.rows.sites.to_numpy() <= MOST_SITES))
    cells = train_data.crystals(data).cells
    sizes, like = usual_of_training(ready).volumes, _like(ready)
    held = set(ready.rows.formula[~ready.of("train")])
    made: dict[tuple[str, int], Cell] = {}
    for _ in range(count):
        row = int(rng.choice(rows))
        cell = _exchanged(cells[row], like, sizes, rng)
        if cell is None:
            continue
        formula = train_data.formula_of(cell.numbers)
        if formula not in held and part_of(formula) != "unseen":
            made.setdefault((formula, int(ready.rows.spacegroup[row])), cell)
    return list(made.values())


def _exchanged(
    cell: Cell, like: dict[int, list[int]], sizes: dict[str, float], rng: np.random.Generator
) -> Cell | None:
    """Return a crystal with other elements at the volume that they usually take; None where two became one."""
    kinds = np.unique(cell.numbers)
    chosen = rng.random(len(kinds)) < EXCHANGED
    chosen[rng.integers(len(kinds))] = True
    to = {
        z: int(rng.choice(like[z])) if c and like.get(z) else z
        for z, c in zip(kinds.tolist(), chosen, strict=True)
    }
    if len(set(to.values())) < len(kinds) or all(a == b for a, b in to.items()):
        return None
    numbers = np.array([to[z] for z in cell.numbers.tolist()])
    taken = [sum(sizes[Element.from_Z(z).symbol] for z in n.tolist()) for n in (numbers, cell.numbers)]
    return Cell(cell.matrix * (taken[0] / taken[1]) ** (1 / 3), cell.fractional, numbers)


def _like(ready: Prepared) -> dict[int, list[int]]:
    """Return the elements that may take each element's place: of its group or, in the blocks d and f, beside it."""
    atoms = np.split(ready.graphs.numbers, np.cumsum(ready.graphs.atoms)[:-1])
    train = ready.of("train", "mp20")
    seen = np.zeros(LAST_ELEMENT + 1, dtype=int)
    for numbers in (a for a, t in zip(atoms, train, strict=True) if t):
        seen[np.unique(numbers)] += 1
    known = [Element.from_Z(z) for z in range(1, LAST_ELEMENT + 1) if seen[z] >= LEAST_KNOWN]
    return {one.Z: [other.Z for other in known if _alike(one, other)] for one in known}


def _alike(one: Element, other: Element) -> bool:
    """Tell whether an element may take another's place; hydrogen is like none."""
    if one.Z == other.Z or one.block != other.block or 1 in {one.Z, other.Z}:
        return False
    beside = abs(one.group - other.group) <= 1 and abs(one.row - other.row) <= 1
    return bool(one.group == other.group or (one.block in "df" and beside))


def _features(cells: list[Cell]) -> tuple[list[Cell], Features]:
    """Return the crystals that CHGNet knows, and its numbers of them, in the order of the cells."""
    order = np.argsort([len(c.numbers) for c in cells], kind="stable")
    found: dict[int, Features] = {}
    for start in range(0, len(order), TOGETHER):
        chosen = order[start : start + TOGETHER]
        for rows, said in answers([cells[i] for i in chosen], chosen):
            ends = np.cumsum([len(cells[i].numbers) for i in rows])
            for k, (row, end) in enumerate(zip(rows.tolist(), ends, strict=True)):
                n = len(cells[row].numbers)
                found[row] = Features(
                    said.atoms[end - n : end], said.energies[k : k + 1], said.crystals[k : k + 1]
                )
        if start % (TOGETHER * 20) == 0:
            print(f"imagined: {start} of {len(order)}", flush=True)
    rows = sorted(found)
    parts = [found[r] for r in rows]
    joined = Features(
        *(np.concatenate([getattr(p, n) for p in parts]) for n in ("atoms", "energies", "crystals"))
    )
    return [cells[r] for r in rows], joined
