"""A placement as a statement of the energy above hull, with everything that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.properties import Method, Origin, PropertyEstimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.ml.hull.placing import Placement


def estimate_of(
    place: Placement, candidate: Any, trusted: Mapping[str, bool | None], *, ends: str, competing: str  # noqa: ANN401 - a Candidate
) -> PropertyEstimate:  # fmt: skip
    """Return a placement as a statement.

    Args:
        place: The placement.
        candidate: What is known of its formation energy, a :class:`nanoos_lab.ml.hull.task.Candidate`.
        trusted: Whether phases are inside the model's domain, by id.
        ends: Whether elements were given, or reference phases stand for them.
        competing: The competing set in one line.
    """
    asked = [candidate.in_domain, *(trusted.get(part.phase.id) for part in place.parts)]
    fate = f"{place.parts[0].phase.label} is lower" if same(place) else f"decomposes into {place.words}"
    note = [_below(place) if place.stable else fate, *place.notes]
    if False in asked[1:]:
        note.append("outside the domain: a phase of the decomposition is")
    if ends == "reference":
        note.append("elements by their reference phases, 0 by definition")
    recipe = candidate.method.get("recipe", "")
    return PropertyEstimate(
        property="energy_above_hull",
        value=place.energy_above_hull,
        uncertainty=place.half_width,
        uncertainty_kind=place.kind,
        origin=Origin(candidate.origin),
        method=Method(
            name=candidate.method.get("name", ""),
            version=candidate.method.get("version", ""),
            recipe=f"convex hull; formation energies {recipe}" if recipe else "convex hull",
        ),
        in_domain=False if False in asked else candidate.in_domain,
        converged=candidate.converged,
        synthetic=candidate.synthetic,
        conditions={**candidate.conditions, "competing_set": competing},
        source=f"{place.considered} competing phases in its chemical system, of {place.competing.source}",
        note="; ".join(note),
    )


def same(place: Placement) -> bool:
    """Return whether another phase of the same formula alone is what competes.

    Args:
        place: The placement.
    """
    return len(place.parts) == 1 and place.parts[0].phase.formula == place.candidate.formula


def _below(place: Placement) -> str:
    digits = 4 if place.half_width is None else 3
    return f"stable: {-place.distance:.{digits}g} eV/atom below the hull of the others, {place.words}"
