"""The task that places compounds on a hull: formation energies and competing phases go in, statements come out.

Everything that the answer rests on is among its parameters, so that the record of a run tells all of it, and asking the
same again is answered by that run.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.ml.hull.phases import CompetingSet, Phase
from nanoos_lab.ml.hull.placing import Hulls, Part, Placement
from nanoos_lab.ml.hull.stating import estimate_of
from nanoos_lab.tasks import Context, Outcome, Params, task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLACEMENTS = "placements.json"
"""The file that the task leaves: where each candidate stands, or why that cannot be said."""


class GivenPhase(Params):
    """A compound with its formation energy, as parameters hold it."""

    formula: str
    formation_energy: float = Field(
        description="eV/atom, counted from the elements in their reference phases."
    )
    half_width: float | None = Field(None, description="eV/atom.")
    id: str = ""
    kind: str = "none"
    in_domain: bool | None = Field(
        None, description="Whether the model that stated the energy may be trusted."
    )

    @property
    def phase(self) -> Phase:
        """The same as a value."""
        return Phase(self.formula, self.formation_energy, self.half_width, self.id, self.kind)


class Candidate(GivenPhase):
    """A compound that is placed, with what its formation energy is."""

    own: tuple[str, ...] = Field((), description="Ids of phases that are itself, and do not compete with it.")
    origin: str = "imported"
    method: dict[str, str] = Field(default_factory=dict, description="Name, version and recipe.")
    conditions: dict[str, Any] = Field(default_factory=dict)
    converged: bool = True
    synthetic: bool = False


class HullParams(Params):
    """Parameters of the task ``hull``."""

    candidates: tuple[Candidate, ...] = Field(description="One for each structure, in their order.")
    phases: tuple[GivenPhase, ...] = Field(
        description="Competing phases in the candidates' chemical systems."
    )
    method: str = Field(description="Of the competing phases' energies.")
    source: str = Field(description="Where the competing phases come from.")
    competing: str = Field("", description="The whole competing set in one line, with its hash.")
    ends: str = Field("given", description="'given' or 'reference': where elemental ends come from.")
    mixed: bool = Field(False, description="Whether methods may differ.")


def _identity(_params: HullParams) -> Mapping[str, Any]:
    return {"pymatgen": version("pymatgen")}


@task("hull", version="1", identity=_identity)
def hull(inputs: Mapping[str, Any], params: HullParams, context: Context) -> Outcome:
    """Energies above the hull of competing phases, with what each compound would decompose into."""
    count = len(inputs["structures"])
    if count != len(params.candidates):
        raise InvalidInputError(
            f"{count} structures and {len(params.candidates)} candidates: give one for each"
        )
    found = place(params, context)
    trusted = {one.id: one.in_domain for one in params.phases if one.id}
    values = {
        f"structures[{index}]": (
            estimate_of(one, params.candidates[index], trusted, ends=params.ends, competing=params.competing),
        )
        for index, one in enumerate(found)
        if isinstance(one, Placement)
    }
    path = context.folder / PLACEMENTS
    path.write_text(json.dumps([_plain(one) for one in found]), encoding="utf-8")
    refused = {str(index): one for index, one in enumerate(found) if isinstance(one, str)}
    return Outcome(
        values=values,
        artifacts={"placements": path},
        summary={
            "competing": params.competing,
            "placed": len(values),
            "stable": sum(isinstance(one, Placement) and one.stable for one in found),
            "refused": refused,
        },
        messages=tuple(
            f"structure {int(index) + 1}: {reason}" for index, reason in list(refused.items())[:20]
        ),
    )


def place(params: HullParams, context: Context | None = None) -> list[Placement | str]:
    """Return where each candidate stands, or why that cannot be said.

    Args:
        params: The candidates and what competes.
        context: Is told of progress, where there is one.
    """
    hulls = hulls_of(params)
    found: list[Placement | str] = []
    for one in params.candidates:
        if context is not None:
            context.progress(len(found) / len(params.candidates), one.formula)
        try:
            found.append(hulls.place(one.phase, method=_method(one), without=one.own))
        except InvalidInputError as error:
            found.append(str(error))
    return found


def hulls_of(params: HullParams) -> Hulls:
    """Return the hulls that a run's parameters describe.

    Args:
        params: The parameters.
    """
    several = CompetingSet(tuple(one.phase for one in params.phases), params.source, params.method)
    if params.ends not in {"given", "reference"}:
        raise InvalidInputError(f"ends={params.ends!r}: use 'given' or 'reference'")
    return Hulls(several, ends="given" if params.ends == "given" else "reference", mixed=params.mixed)


def read_placements(text: str, params: HullParams, competing: CompetingSet) -> list[Placement | str]:
    """Return what a run left, without building a hull.

    Args:
        text: Of its file.
        params: Its parameters.
        competing: The whole competing set.

    Raises:
        InvalidInputError: The file is not what the task writes.
    """
    try:
        rows = json.loads(text)
        return [
            row if isinstance(row, str) else _placement(row, one.phase, competing)
            for row, one in zip(rows, params.candidates, strict=True)
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInputError(f"{PLACEMENTS} is not what the task hull writes: {error}") from error


def _method(one: Candidate) -> str:
    return f"{one.method.get('name', '')} {one.method.get('version', '')}".strip()


def _plain(one: Placement | str) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(one, str):
        return one
    parts = [
        {
            "formula": p.phase.formula, "energy": p.phase.formation_energy, "half_width": p.phase.half_width,
            "id": p.phase.id, "kind": p.phase.kind, "fraction": p.fraction, "amount": p.amount,
        }
        for p in one.parts
    ]  # fmt: skip
    return {
        "considered": one.considered, "distance": one.distance, "parts": parts, "half_width": one.half_width,
        "kind": one.kind, "notes": list(one.notes),
    }  # fmt: skip


def _placement(row: Mapping[str, Any], candidate: Phase, competing: CompetingSet) -> Placement:
    parts: Sequence[Part] = [
        Part(
            Phase(p["formula"], float(p["energy"]), p["half_width"], p["id"], p["kind"]),
            float(p["fraction"]),
            float(p["amount"]),
        )
        for p in row["parts"]
    ]
    return Placement(
        candidate, competing, int(row["considered"]), float(row["distance"]), tuple(parts), row["half_width"],
        str(row["kind"]), tuple(row["notes"]),
    )  # fmt: skip
