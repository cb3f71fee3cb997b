"""Values as cards with what the lab knows beside them: what was measured, where each stands, and their runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import numbers
from nanoos_lab.lab.details import elapsed_s, one_line
from nanoos_lab.properties import Origin
from nanoos_lab.store import values as value_rows
from nanoos_lab.store.standing import standings
from nanoos_lab.widgets.cards import Card, PredictionCards

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.store.schema import PropertyValueRow, RunRow

SHOWN_STRUCTURES = 24
"""How many stand side by side; all of them are in the table."""


def cards_of_structures(
    lab: Workspace | None,
    groups: Sequence[tuple[StructureRecord, Sequence[PropertyValueRow]]],
    *,
    notes: Iterable[str] = (),
) -> PredictionCards:
    """Return values of structures as cards, with what was measured of the same properties.

    Args:
        lab: The lab; without one only the values themselves are shown.
        groups: The values of each structure.
        notes: Sentences that must be read.
    """
    shown = list(groups[:SHOWN_STRUCTURES])
    names = [record.name for record, _ in shown]
    pairs = []
    for record, values in shown:
        title = record.name if names.count(record.name) == 1 else f"{record.name} ({record.id})"
        pairs += [(title, row) for row in [*values, *_measured(lab, record, values)]]
    more = len(groups) - len(shown)
    said = [f"{more} more structures are not drawn: see .frame()"] if more > 0 else []
    return cards_of_values(lab, pairs, notes=[*notes, *said])


def cards_of_values(
    lab: Workspace | None,
    pairs: Iterable[tuple[str, PropertyValueRow]],
    *,
    heading: str = "",
    notes: Iterable[str] = (),
    picture: str = "",
) -> PredictionCards:
    """Return values as cards that say where each stands among the lab's values of like method.

    Args:
        lab: The lab; without one nothing is said of others.
        pairs: What each value is of, and the value.
        heading: What stands above them.
        notes: Sentences that must be read.
        picture: A drawing, as SVG, that stands above them.
    """
    several = list(pairs)
    if lab is None:
        return PredictionCards(several, heading=heading, notes=notes, picture=picture)
    with lab.store.read() as session:
        found = standings(session, lab.store.scope, [row for _, row in several])
    cards = [
        replace(Card.of(row, title, found.get(row.id)), trust=trust_words(row)) for title, row in several
    ]
    return PredictionCards(
        cards, heading=heading, notes=notes, picture=picture, record_of=lambda run: run_record(lab, run)
    )


def trust_words(row: PropertyValueRow) -> tuple[str, ...]:
    """Return how often intervals like that of a predicted value held where it was measured, and what was learned.

    Args:
        row: The value.
    """
    return grounds_of(Card.of(row), row.method_name, row.method_version)


def grounds_of(card: Card, name: str, version: str) -> tuple[str, ...]:
    """Return what a shipped model's card says of values like one; no promise where it lies outside the domain.

    Args:
        card: The value.
        name: Of the model.
        version: Of the model.
    """
    from nanoos_lab.ml.trust import coverage_words, learned_words  # noqa: PLC0415 - drawn when shown

    if card.origin != Origin.PREDICTED or card.uncertainty_kind != "conformal_90":
        return ()
    held = coverage_words(name, version, card.name) if card.in_domain is not False else ""
    return tuple(words for words in (held, learned_words(name, card.name)) if words)


def run_record(lab: Workspace, run: str) -> dict[str, Any]:
    """Return what a reader wants to know of a run: its title, its state, and facts as pairs.

    Args:
        lab: The lab.
        run: The run's full id.

    Raises:
        UnknownNameError: There is no such run.
    """
    (row,) = lab.run_rows([run])
    inputs = ", ".join(one.name for one in lab.input_rows([row.id]).get(row.id, ()))
    pairs = [
        ("Of", inputs),
        ("Result", one_line(row)),
        ("Ran", f"on {row.profile}, {numbers.duration(elapsed_s(row))}, {numbers.age(row.finished_at)}"),
        ("Parameters", _parameters(row)),
        (
            "With",
            ", ".join(f"{name} {value}" for name, value in row.identity.items() if isinstance(value, str)),
        ),
        ("Messages", "; ".join(row.messages or ())),
        ("Problem", str((row.error or {}).get("message", ""))),
        ("Id", row.id),
    ]
    facts = [[name, said] for name, said in pairs if said]
    return {"title": f"{row.task} {row.task_version}", "state": str(row.state), "facts": facts}


def _parameters(row: RunRow) -> str:
    return ", ".join(f"{name} = {value}" for name, value in row.params.items() if value not in (None, [], {}))


def _measured(
    lab: Workspace | None, record: StructureRecord, values: Sequence[PropertyValueRow]
) -> list[PropertyValueRow]:
    """Return what was measured of a structure or its material, of the properties that values speak of."""
    names = sorted({row.property for row in values})
    if lab is None or not names:
        return []
    with lab.store.read() as session:
        return value_rows.find_values(
            session,
            lab.store.scope,
            structure_id=record.id,
            with_material=True,
            property=names,
            origin="measured",
        )
