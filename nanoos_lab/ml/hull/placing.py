"""Where a compound stands against competing phases: the distance to their hull and what it would decompose into."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.hull.phases import CompetingSet, Phase

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

Ends = Literal["given", "reference"]
"""Whether elemental ends must be among the phases, or the reference phases stand for them with 0 by definition."""
LEAST_FRACTION = 1e-8
"""Part of the atoms below which a phase is numerical noise of the decomposition."""
REFERENCE = "reference phase"
_COVERING = frozenset({"conformal_90", "expanded_90"})


@dataclass(frozen=True)
class Part:
    """One phase of a decomposition."""

    phase: Phase
    fraction: float
    """Part of the atoms that it takes."""
    amount: float
    """Formula units of it for one formula unit of the candidate."""


@dataclass(frozen=True)
class Placement:
    """Where a candidate stands."""

    candidate: Phase
    competing: CompetingSet
    considered: int
    """How many of the set were in its chemical system, itself left out."""
    distance: float
    """Its formation energy minus that of the hull of the others, in eV/atom; negative where it is stable."""
    parts: tuple[Part, ...]
    """What the hull of the others consists of at its composition."""
    half_width: float | None
    """Of the distance, in eV/atom."""
    kind: str
    """What the half width means."""
    notes: tuple[str, ...] = ()
    """Sentences that a reader must know."""

    @property
    def energy_above_hull(self) -> float:
        """In eV/atom, never below 0."""
        return max(self.distance, 0.0)

    @property
    def stable(self) -> bool:
        """Whether nothing known is lower."""
        return self.distance <= 0.0

    @property
    def words(self) -> str:
        """The decomposition of one formula unit, such as ``0.5 Li2O + 0.5 Fe2O3``."""
        return " + ".join(f"{_amount(part.amount)}{part.phase.formula}" for part in self.parts)

    @property
    def below(self) -> float | None:
        """How far a stable candidate lies below the hull of the others, in eV/atom."""
        return -self.distance if self.stable else None


def _amount(number: float) -> str:
    text = f"{number:.3f}".rstrip("0").rstrip(".")
    return "" if text == "1" else f"{text if float(text) else f'{number:.1e}'} "


class Hulls:
    """The hulls of one set of competing phases; each chemical system's is built once.

    Args:
        competing: The phases.
        ends: Whether reference phases with formation energy 0 are added where an element has no phase of its own.
        mixed: Whether candidates of another method are let in; their answers say so.
    """

    def __init__(self, competing: CompetingSet, *, ends: Ends = "given", mixed: bool = False) -> None:
        if ends not in {"given", "reference"}:
            raise InvalidInputError(f"ends={ends!r}: use 'given' or 'reference'")
        self.competing, self.ends, self.mixed = competing, ends, mixed
        self._inside: dict[frozenset[str], list[Phase]] = {}
        self._by_system: dict[frozenset[str], list[Phase]] = {}
        for phase in competing.phases:
            self._by_system.setdefault(phase.elements, []).append(phase)
        self._built: dict[tuple[frozenset[str], frozenset[int]], Diagram] = {}

    def place(self, candidate: Phase, *, method: str = "", without: Collection[str] = ()) -> Placement:
        """Return where a candidate stands.

        Args:
            candidate: With its formation energy.
            method: Of its formation energy; by default that of the set.
            without: Ids of phases that are the candidate itself, and do not compete with it.

        Raises:
            InvalidInputError: The method differs from the set's, or an elemental end is missing.
        """
        notes = self._methods(candidate, method or self.competing.method)
        phases = self.phases_of(candidate.elements)
        diagram = self._diagram(candidate.elements, frozenset())
        own = frozenset(k for k, phase in enumerate(phases) if phase.id and phase.id in set(without))
        if own & diagram.vertices or (own and self._ends_missing(phases, own)):
            diagram = self._diagram(candidate.elements, own)
        parts = diagram.decompose(candidate)
        distance = candidate.formation_energy - sum(p.fraction * p.phase.formation_energy for p in parts)
        half, kind, said = _propagated(candidate, parts)
        return Placement(
            candidate, self.competing, len(phases) - len(own), distance, parts, half, kind, (*notes, *said)
        )

    def phases_of(self, elements: frozenset[str]) -> list[Phase]:
        """Return the phases that a chemical system holds, reference phases of its ends where these are asked for.

        Args:
            elements: The chemical system.
        """
        if elements not in self._inside:
            inside = [p for system, found in self._by_system.items() if system <= elements for p in found]
            if self.ends == "reference":
                inside += [Phase(_element(s), 0.0, 0.0, REFERENCE) for s in sorted(elements)]
            self._inside[elements] = inside
        return self._inside[elements]

    def diagram_of(self, placement: Placement, without: Collection[str] = ()) -> Diagram:
        """Return the hull of the others that a placement rests on, for drawings.

        Args:
            placement: The placement.
            without: As of :meth:`place`.
        """
        elements = placement.candidate.elements
        phases = self.phases_of(elements)
        own = frozenset(k for k, phase in enumerate(phases) if phase.id and phase.id in set(without))
        return self._diagram(elements, own)

    def _methods(self, candidate: Phase, method: str) -> tuple[str, ...]:
        if method.casefold() == self.competing.method.casefold():
            return ()
        if not self.mixed:
            raise InvalidInputError(
                f"the formation energy of {candidate.label} is by {method}, the competing phases of "
                f"{self.competing.source} are by {self.competing.method}: their difference is no energy above hull. "
                "Give competing phases of the same method, or pass mixed=True to have it nevertheless, and said"
            )
        return (f"mixed: the candidate is by {method}, the competing phases are by {self.competing.method}",)

    def _ends_missing(self, phases: Sequence[Phase], own: frozenset[int]) -> bool:
        left = {next(iter(p.elements)) for k, p in enumerate(phases) if k not in own and len(p.elements) == 1}
        return bool({s for p in phases for s in p.elements} - left)

    def _diagram(self, elements: frozenset[str], own: frozenset[int]) -> Diagram:
        key = (elements, own)
        if key not in self._built:
            phases = [p for k, p in enumerate(self.phases_of(elements)) if k not in own]
            self._check_ends(elements, phases)
            self._built[key] = Diagram(phases, [k for k in range(len(phases) + len(own)) if k not in own])
        return self._built[key]

    def _check_ends(self, elements: frozenset[str], phases: Sequence[Phase]) -> None:
        ends = {next(iter(p.elements)) for p in phases if len(p.elements) == 1}
        if missing := sorted(elements - ends):
            named = ", ".join(missing)
            raise InvalidInputError(
                f"no competing phase of elemental {named} among those of {self.competing.source} "
                f"({self.competing.method}): without it the hull of {'-'.join(sorted(elements))} has no end there. "
                f"Add elemental {named}, or pass ends='reference': the reference phase, whose formation energy is 0, "
                "then stands for it"
            )


def _element(symbol: str) -> str:
    """Return the formula by which an element goes, such as ``O2``."""
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import

    return str(Composition(symbol).reduced_formula)


class Diagram:
    """The hull of phases of one chemical system, by pymatgen.

    Args:
        phases: The phases, every element among them.
        places: The place of each in a longer list, by which vertices are named.
    """

    def __init__(self, phases: Sequence[Phase], places: Sequence[int] | None = None) -> None:
        from pymatgen.analysis.phase_diagram import PDEntry, PhaseDiagram  # noqa: PLC0415 - heavy import
        from pymatgen.core.composition import Composition  # noqa: PLC0415

        self.phases = list(phases)
        entries = []
        for k, phase in enumerate(phases):
            made: Any = PDEntry(Composition(phase.amounts), phase.formation_energy * phase.atoms, attribute=k)
            entries.append(made)
        self._pd: Any = PhaseDiagram(entries)
        names = places if places is not None else range(len(self.phases))
        self.vertices = frozenset(names[k] for k in self.stable)

    @property
    def stable(self) -> frozenset[int]:
        """Which phases are on the hull."""
        return frozenset(entry.attribute for entry in self._pd.stable_entries)

    @property
    def facets(self) -> list[tuple[int, ...]]:
        """Which phases each facet joins."""
        entries = self._pd.qhull_entries
        return [tuple(entries[v].attribute for v in facet) for facet in self._pd.facets]

    def decompose(self, candidate: Phase) -> tuple[Part, ...]:
        """Return what the hull consists of at a composition, the largest part first.

        Args:
            candidate: What is decomposed.
        """
        from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy import

        found: dict[Any, float] = self._pd.get_decomposition(Composition(candidate.amounts))
        parts = []
        for entry, share in found.items():
            fraction = float(share)
            if fraction > LEAST_FRACTION:
                phase = self.phases[entry.attribute]
                parts.append(Part(phase, fraction, fraction * candidate.atoms / phase.atoms))
        return tuple(sorted(parts, key=lambda part: (-part.fraction, part.phase.formula)))

    def heights(self) -> list[float]:
        """Return how far each phase lies above the hull, in eV/atom."""
        place = {entry.attribute: entry for entry in self._pd.all_entries}
        return [
            float(self._pd.get_e_above_hull(place[k], allow_negative=True) or 0.0)
            for k in range(len(self.phases))
        ]


def _propagated(candidate: Phase, parts: Sequence[Part]) -> tuple[float | None, str, tuple[str, ...]]:
    """Return the half width of the distance, its kind, and what must be said of it.

    Errors are taken as independent: u² = u_c² + Σ fᵢ² uᵢ² at the decomposition as it is.
    """
    if candidate.half_width is None:
        return None, "none", ()
    told = [part for part in parts if part.phase.half_width is not None]
    kinds = Counter(p.phase.kind for p in told if p.phase.half_width) + Counter([candidate.kind])
    if len(kinds) > 1 and not kinds.keys() <= _COVERING:
        return (
            None,
            "none",
            (f"no half width: those of the phases mean different things ({', '.join(sorted(kinds))})",),
        )
    silent = [part.phase.formula for part in parts if part.phase.half_width is None]
    notes = [f"{', '.join(silent)} without uncertainty, taken as exact"] if silent else []
    square = candidate.half_width**2 + sum((p.fraction * (p.phase.half_width or 0.0)) ** 2 for p in told)
    kind = candidate.kind if len(kinds) == 1 and candidate.kind not in _COVERING else "expanded_90"
    return math.sqrt(square), kind, tuple(notes)
