"""From a tier's numbers to statements: unit, interval, domain, and the words that belong to a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.ml.conformal import factor_words
from nanoos_lab.ml.gnn.opinion import TARGETS
from nanoos_lab.ml.trust import near_words
from nanoos_lab.properties import Method, Origin, PropertyEstimate, get_property

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.ml.gnn.asking import Asked
    from nanoos_lab.ml.gnn.bundle import Bundle, Reference, Stated
    from nanoos_lab.ml.gnn.opinion import Opinion

LEAST_CRYSTALS = 10
"""Training crystals with an element below which it counts as unknown."""
SEEN = "rests on CHGNet, which very likely saw the Materials Project's structures in training"
ELEMENT = "an elemental crystal: the training data hold hardly any"


def state(asked: Asked, wanted: Sequence[Stated], bundle: Bundle) -> list[tuple[PropertyEstimate, ...]]:
    """Make statements of a tier's answers.

    Args:
        asked: The answers.
        wanted: Which properties.
        bundle: The tier.
    """
    doubts = _doubts(asked, bundle)
    columns = [_column(asked, one, bundle, doubts) for one in wanted]
    return [tuple(column[row] for column in columns) for row in range(len(asked.graphs))]


def _column(asked: Asked, one: Stated, bundle: Bundle, doubts: Sequence[str]) -> list[PropertyEstimate]:
    values, spreads = asked.opinion.column(one.task)
    halves = one.rule.half_widths(values, spreads, asked.opinion.nonmetal)
    method = Method(name=bundle.name, version=bundle.version, recipe="at the geometry as given")
    made = []
    for row, (value, half) in enumerate(zip(values, halves, strict=True)):
        shown, width = (10.0**value, 10.0**value * (10.0**half - 1.0)) if one.power else (value, half)
        notes = (
            _words(one, asked.opinion.nonmetal[row]),
            factor_words(shown, width, get_property(one.property).unit) if one.power else "",
            doubts[row] or near_words(one.figures, one.edges, asked.distances[row]),
            SEEN if bundle.tier == "accurate" else "",
        )
        made.append(
            PropertyEstimate(
                property=one.property,
                value=float(shown),
                uncertainty=float(width),
                uncertainty_kind="conformal_90",
                origin=Origin.PREDICTED,
                method=method,
                in_domain=not doubts[row],
                source=bundle.source,
                note="; ".join(n for n in notes if n),
            )
        )
    return made


def _words(one: Stated, nonmetal: float) -> str:
    if one.property != "band_gap":
        return one.note
    kind = f"{'nonmetal' if nonmetal >= 0.5 else 'metal'} with a probability of {max(nonmetal, 1 - nonmetal):.0%}"  # noqa: PLR2004 - more likely than not
    return "; ".join(n for n in (kind, one.note) if n)


def _doubts(asked: Asked, bundle: Bundle) -> list[str]:
    """Return why each crystal lies outside the domain, empty where it lies inside."""
    from ase.data import chemical_symbols  # noqa: PLC0415 - the symbols in order

    known, limit, usual = bundle.domain.elements, bundle.domain.limit, bundle.domain.usual
    shapes = [[] for _ in asked.distances] if usual is None else usual.doubts(asked.graphs, asked.volumes)
    found = []
    for numbers, distance, shape in zip(_by_crystal(asked), asked.distances, shapes, strict=True):
        symbols = sorted({chemical_symbols[z] for z in numbers})
        reasons = [
            f"hardly any {symbol} crystal among the training data"
            for symbol in symbols
            if known.get(symbol, 0) < LEAST_CRYSTALS
        ]
        if len(symbols) == 1:
            reasons.append(ELEMENT)
        if distance > limit:
            reasons.append(
                f"its embedding is {distance:.1f} from the training data's mean, beyond {limit:.1f}"
            )
        reasons += shape
        found.append(f"outside the domain: {', '.join(reasons)}" if reasons else "")
    return found


def _by_crystal(asked: Asked) -> list[np.ndarray]:
    return np.split(asked.graphs.numbers, np.cumsum(asked.graphs.atoms)[:-1])


def crystal_of(reference: Reference) -> Structure:
    """Return a reference crystal.

    Args:
        reference: Its record.
    """
    from pymatgen.core.structure import Structure as Crystal  # noqa: PLC0415 - heavy import

    return Crystal(reference.lattice, reference.species, reference.fractional)


def targets_of(opinion: Opinion, row: int) -> Mapping[str, float]:
    """Return what is said of one crystal, by target.

    Args:
        opinion: Of several.
        row: Which.
    """
    return dict(zip(TARGETS, (float(v) for v in opinion.values[row]), strict=True))
