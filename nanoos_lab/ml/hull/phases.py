"""Phases that compete with each other, and sets of them with one method and one hash."""

from __future__ import annotations

import functools
import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHOWN_DIGITS = 12
"""Of a hash, in sentences."""


@functools.lru_cache(maxsize=50_000)
def _amounts(formula: str) -> tuple[tuple[str, float], ...]:
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415

    try:
        amounts = Composition(formula).element_composition.get_el_amt_dict()
    except ValueError as error:
        raise InvalidInputError(f"{formula!r} is no formula: {error}") from error
    if not amounts:
        raise InvalidInputError(f"{formula!r} is no formula: it names no element")
    if unknown := [symbol for symbol in amounts if not Element.is_valid_symbol(symbol)]:
        raise InvalidInputError(f"{formula!r} is no formula: there is no element {', '.join(unknown)}")
    return tuple(sorted(amounts.items()))


@dataclass(frozen=True)
class Phase:
    """A compound or an element with its formation energy."""

    formula: str
    """Such as ``LiFeO2``; oxidation states do not matter."""
    formation_energy: float
    """In eV/atom, counted from the elements in their reference phases."""
    half_width: float | None = None
    """In eV/atom; None where nothing honest can be said."""
    id: str = ""
    """By which its source names it."""
    kind: str = "none"
    """What the half width means, as of :class:`nanoos_lab.properties.Statement`."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.formation_energy):
            raise InvalidInputError(
                f"the formation energy of {self.label} is {self.formation_energy}: give a finite number in eV/atom"
            )

    @property
    def amounts(self) -> dict[str, float]:
        """Atoms of each element, as the formula counts them."""
        return dict(_amounts(self.formula))

    @property
    def atoms(self) -> float:
        """How many the formula has."""
        return sum(n for _, n in _amounts(self.formula))

    @property
    def elements(self) -> frozenset[str]:
        """Their symbols."""
        return frozenset(symbol for symbol, _ in _amounts(self.formula))

    @property
    def label(self) -> str:
        """Formula and id."""
        return f"{self.formula} ({self.id})" if self.id else self.formula


@dataclass(frozen=True)
class CompetingSet:
    """Phases with formation energies of one method."""

    phases: tuple[Phase, ...]
    source: str
    """Where they come from, in words."""
    method: str
    """Of all of them, such as ``nanoos-gnn 1.0`` or ``PBE``."""
    references: Mapping[str, float] | None = None
    """Energy of each element in eV/atom, where they came as total energies."""

    @classmethod
    def of(cls, phases: Iterable[Phase], *, source: str, method: str) -> CompetingSet:
        """Return a set of phases with formation energies.

        Args:
            phases: The phases.
            source: Where they come from.
            method: Of all of them.

        Raises:
            InvalidInputError: There are none.
        """
        made = cls(tuple(phases), source, method)
        if not made.phases:
            raise InvalidInputError(f"{source} holds no competing phase")
        return made

    @classmethod
    def of_total_energies(cls, phases: Iterable[Phase], *, source: str, method: str) -> CompetingSet:
        """Return a set of phases with total energies: counted anew from the lowest phase of each element.

        Args:
            phases: With total energies in eV/atom in the place of formation energies, the elements among them.
            source: Where they come from.
            method: Of all of them.

        Raises:
            InvalidInputError: An element has no phase of its own; the message says which.
        """
        given = tuple(phases)
        ends: dict[str, float] = {}
        for phase in given:
            if len(phase.elements) == 1:
                (symbol,) = phase.elements
                ends[symbol] = min(ends.get(symbol, math.inf), phase.formation_energy)
        if missing := sorted({s for phase in given for s in phase.elements} - ends.keys()):
            raise InvalidInputError(
                f"{source} states total energies, from which formation energies follow only with the elements: "
                f"there is no entry of elemental {', '.join(missing)}. Add {'it' if len(missing) == 1 else 'them'}, "
                "computed by the same method, or give formation energies"
            )
        return cls(tuple(counted_from(ends, p) for p in given), source, method, ends)

    @functools.cached_property
    def sha256(self) -> str:
        """Hash of the phases and their method, whatever their order."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @property
    def title(self) -> str:
        """Number, source, method and hash in one line."""
        return (
            f"{len(self.phases)} phases of {self.source}, {self.method}, sha256 {self.sha256[:SHOWN_DIGITS]}"
        )

    def text(self) -> str:
        """Return all of it as JSON, one phase a line, in an order of its own."""
        lines = sorted(json.dumps(_plain(phase)) for phase in self.phases)
        head = json.dumps({"schema": "nanoos.competing-phases", "schema_version": 1, "method": self.method})
        return head + "\n" + "\n".join(lines) + "\n"

    @functools.cached_property
    def elements(self) -> frozenset[str]:
        """Of all phases."""
        return frozenset().union(*(phase.elements for phase in self.phases))


def counted_from(references: Mapping[str, float], phase: Phase) -> Phase:
    """Return a phase whose total energy is counted from elements.

    Args:
        references: Energy of each element in eV/atom.
        phase: With its total energy in eV/atom in the place of the formation energy.

    Raises:
        InvalidInputError: An element has no reference.
    """
    if missing := sorted(phase.elements - references.keys()):
        raise InvalidInputError(f"{phase.label}: no energy of elemental {', '.join(missing)} to count from")
    base = sum(references[symbol] * n for symbol, n in phase.amounts.items()) / phase.atoms
    return Phase(phase.formula, phase.formation_energy - base, phase.half_width, phase.id, phase.kind)


def _plain(phase: Phase) -> dict[str, Any]:
    return {
        "formula": phase.formula,
        "formation_energy": round(phase.formation_energy, 9),
        "half_width": phase.half_width,
        "kind": phase.kind,
        "id": phase.id,
    }
