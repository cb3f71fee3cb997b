"""How good a trained model is: asked as it will be served, calibrated, and compared on rows that it never saw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.ml import get_predictor
from nanoos_lab.ml.conformal import Held, Rule, fit_rule
from nanoos_lab.ml.models import RUNNERS, Answers, Domain, Figures, Manifest, Reference, Target, write_model
from nanoos_lab.ml.models.runners import answers_of
from nanoos_lab.ml.training.architectures import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.training.architectures import Examples

    FloatArray = NDArray[np.float64]

CHUNK = 256
REFERENCES = 4
"""Crystals by which the model is recognised when it is opened."""
_EVEN = 0.5
_TWO = 2
_CONFIDENCE = 0.95
_FEWEST = 3
_GAP_EDGES = (0.5,)
"""Probability of a nonmetal at which the intervals of a band gap change, where there are rows enough."""


@dataclass(frozen=True)
class Judged:
    """What a model says of all rows."""

    values: FloatArray
    """In the property's unit, shape (n,)."""
    halves: FloatArray
    """Half widths of the 90 % intervals in that unit, shape (n,)."""
    rule: Rule
    states: NDArray[np.float32] | None
    """Embeddings, shape (n, d)."""


def draft(examples: Examples, architecture: str, files: Mapping[str, Path], folder: Path) -> Manifest:
    """Write trained files as a model that is not recognised yet, only to be asked.

    Args:
        examples: The rows.
        architecture: Who runs it.
        files: What training left.
        folder: Where to; it must not be there.
    """
    target = Target(property=examples.property, logarithm=examples.logarithm)
    reference = Reference.of("draft", examples.structures[0], {examples.property: 0.0})
    manifest = Manifest(
        name="draft", version="0", architecture=architecture, targets=(target,), references=(reference,)
    )
    return write_model(folder, manifest, files)


def ask(
    folder: Path, manifest: Manifest, structures: Sequence[Structure], progress: Callable[[int], None]
) -> Answers:
    """Ask a model about crystals, as it is asked when served.

    Args:
        folder: The model.
        manifest: What is said of it.
        structures: The crystals.
        progress: Called with the number that are done.
    """
    runner: Any = RUNNERS.get(manifest.architecture)(folder, manifest)
    parts: list[Answers] = []
    for first in range(0, len(structures), CHUNK):
        chunk = structures[first : first + CHUNK]
        found = answers_of(runner, chunk, manifest, folder)
        if found.states is None and hasattr(runner, "embed"):
            found = Answers(
                found.values, found.spreads, found.nonmetal, np.asarray(runner.embed(chunk), np.float32)
            )
        parts.append(found)
        progress(first + len(chunk))
    return Answers(
        np.concatenate([p.values for p in parts]),
        _joined([p.spreads for p in parts]),
        _joined([p.nonmetal for p in parts]),
        _joined([p.states for p in parts]),
    )


def _joined(parts: Sequence[Any]) -> Any:  # noqa: ANN401 - arrays, or nothing at all
    return None if parts[0] is None else np.concatenate(parts)


def judge(examples: Examples, answers: Answers) -> Judged:
    """Calibrate what a model says on the calibration rows.

    Args:
        examples: The rows.
        answers: What it says of them.
    """
    said, truth = answers.values[:, 0], examples.targets()
    spreads = np.zeros(len(said)) if answers.spreads is None else answers.spreads[:, 0]
    nonmetal = np.full(len(said), _EVEN) if answers.nonmetal is None else answers.nonmetal
    at, by = examples.parts["calibration"], examples.parts["validation"]
    floor = float(np.abs(said[by] - truth[by]).mean()) or 1e-6
    held = Held(said[at], spreads[at], nonmetal[at], truth[at])
    rule = _rule(held, floor, gap=examples.property == "band_gap" and answers.nonmetal is not None)
    halves = rule.half_widths(said, spreads, nonmetal)
    values = examples.to_values(said)
    if examples.logarithm:
        halves = values * (10.0**halves - 1.0)
    return Judged(values, halves, rule, answers.states)


def _rule(held: Held, floor: float, *, gap: bool) -> Rule:
    if gap:
        try:
            return fit_rule(held, floor=floor, edges=_GAP_EDGES, by_label=True)
        except InvalidInputError:
            pass  # too few metals or nonmetals for intervals of their own
    return fit_rule(held, floor=floor)


def figures_of(truth: FloatArray, values: FloatArray, halves: FloatArray | None = None) -> Figures:
    """Return how far off values are.

    Args:
        truth: Shape (n,), n of at least one.
        values: Shape (n,).
        halves: Half widths of their intervals, where there are any.
    """
    error = values - truth
    scatter = float(((truth - truth.mean()) ** 2).sum())
    return Figures(
        n=len(truth),
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        r2=1.0 - float((error**2).sum()) / scatter if scatter > 0 else None,
        bias=float(error.mean()),
        coverage=None if halves is None else float((np.abs(error) <= halves).mean()),
        median=float(np.median(np.abs(error))),
    )


def gain_over(truth: FloatArray, values: FloatArray, others: FloatArray) -> dict[str, float] | None:
    """Return how much closer values are than others of the same rows, each row its own control.

    Args:
        truth: Shape (n,).
        values: Of the model, shape (n,).
        others: Of what it is compared with, shape (n,).

    Returns:
        ``n``; ``mean``, the model's absolute error less the other's, averaged: below zero the model is closer; its 95 %
        interval ``low`` to ``high`` by Student's t; ``closer``, on how many rows the model is. None of fewer than three
        rows.

    Source: Student, The probable error of a mean, Biometrika 6, 1 (1908), doi:10.1093/biomet/6.1.1 (paired form).
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - heavy

    if len(truth) < _FEWEST:
        return None
    off = np.abs(values - truth) - np.abs(others - truth)
    mean, error = float(off.mean()), float(off.std(ddof=1)) / math.sqrt(len(off))
    half = float(stdtrit(len(off) - 1, 0.5 + _CONFIDENCE / 2)) * error
    return {
        "n": len(off), "mean": mean, "low": mean - half, "high": mean + half, "closer": int((off < 0).sum()),
    }  # fmt: skip


def figures_by_part(examples: Examples, judged: Judged) -> dict[str, Figures]:
    """Return how far off a model is on the rows of each part.

    Args:
        examples: The rows.
        judged: What it says of them.
    """
    return {
        part: figures_of(examples.values[rows], judged.values[rows], judged.halves[rows])
        for part in PARTS
        if len(rows := examples.parts[part])
    }


def said_by(name: str, examples: Examples, rows: NDArray[np.int64]) -> FloatArray | None:
    """Return what another predictor says of some rows, NaN where it refuses; None where it knows no such property.

    Args:
        name: The predictor, as ``get_predictor`` takes it.
        examples: The rows.
        rows: Which.
    """
    try:
        predictor = get_predictor(name)
        if examples.property not in predictor.properties or predictor.available() is not None:
            return None
    except NanoOSError:
        return None
    said = np.full(len(rows), np.nan)
    for place, row in enumerate(rows.tolist()):
        try:
            said[place] = predictor.predict([examples.structures[row]], [examples.property])[0][0].value
        except NanoOSError:
            continue  # it does not know this crystal: the comparison says of how many it is
    return None if np.isnan(said).all() else said


def domain_of(examples: Examples, judged: Judged, known: Mapping[str, int]) -> Domain:
    """Describe what a model learned from.

    Args:
        examples: The rows.
        judged: With its embeddings, where it gives any.
        known: Crystals with each element that what it began from had learned from.
    """
    train = [examples.structures[row] for row in examples.parts["train"].tolist()]
    held = examples.parts["calibration"]
    if judged.states is None:
        counts: dict[str, int] = {}
        for structure in train:
            for element in structure.composition.element_composition:
                counts[element.symbol] = counts.get(element.symbol, 0) + 1
        domain = Domain(elements=counts)
    else:
        states = judged.states.astype(np.float64)
        domain = Domain.fit(train, states[examples.parts["train"]], states[held])
    elements = {**known, **{s: n + known.get(s, 0) for s, n in domain.elements.items()}}
    return domain.model_copy(update={"elements": dict(sorted(elements.items()))})


def references_of(examples: Examples, judged: Judged) -> tuple[Reference, ...]:
    """Return crystals by which the model is recognised: small ones, whose values differ most.

    Args:
        examples: The rows.
        judged: What it says of them.
    """
    rows = examples.parts["train"]
    sizes = np.array([len(examples.structures[row]) for row in rows.tolist()])
    small = rows[np.argsort(sizes, kind="stable")[: max(REFERENCES, len(rows) // 4)]]
    order = small[np.argsort(judged.values[small], kind="stable")]
    chosen = order[np.unique(np.linspace(0, len(order) - 1, min(REFERENCES, len(order))).round().astype(int))]
    return tuple(
        Reference.of(
            examples.structures[row].composition.reduced_formula,
            examples.structures[row],
            {examples.property: float(judged.values[row])},
        )
        for row in chosen.tolist()
    )
