"""An energy above hull as a notebook holds it: the value, the decomposition, the hull drawn, and against what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.ml.hull.stating import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.charts import Chart
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.ml.hull import CompetingSet, Phase, Placement
    from nanoos_lab.ml.hull.placing import Diagram
    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.store.schema import PropertyValueRow
    from nanoos_lab.widgets.cards import PredictionCards

_SHOWN = 30
_STILL_PX = (430, 330)


class HullRecord:
    """Where one structure stands against competing phases.

    Args:
        lab: The lab.
        structure: The structure.
        placement: Where it stands.
        estimate: The statement.
        diagram: Returns the hull of the others, for drawings.

    Example:
        >>> lab.hull(candidate, predictor="nanoos-gnn", ends="reference").decomposition  # doctest: +SKIP
        '0.5 Fe2O3 + 0.5 Li2O'
    """

    def __init__(
        self,
        lab: Workspace,
        structure: StructureRecord,
        placement: Placement,
        estimate: PropertyEstimate,
        *,
        diagram: Callable[[], Diagram],
    ) -> None:
        self._lab, self.structure, self.placement, self.estimate = lab, structure, placement, estimate
        self._diagram = diagram
        self.names: Mapping[str, str] = {}
        """What the lab calls the phases of the decomposition, by id."""
        self.row: PropertyValueRow | None = None
        """The stored value; None where nothing was stored."""

    @property
    def value(self) -> float:
        """Energy above hull in eV/atom; 0 on the hull."""
        return self.estimate.value

    @property
    def uncertainty(self) -> float | None:
        """Its half width in eV/atom, or None."""
        return self.estimate.uncertainty

    @property
    def distance(self) -> float:
        """Distance to the hull of the others in eV/atom: negative where the structure is stable."""
        return self.placement.distance

    @property
    def stable(self) -> bool:
        """Whether no competing phase or mixture is lower."""
        return self.placement.stable

    @property
    def decomposition(self) -> str:
        """What the hull of the others consists of at its composition, for one formula unit."""
        if same(self.placement):
            first = self.placement.parts[0]
            return f"another {first.phase.formula}: {self.names.get(first.phase.id, first.phase.id)}"
        return self.placement.words

    @property
    def competing(self) -> CompetingSet:
        """The competing phases."""
        return self.placement.competing

    def frame(self) -> pd.DataFrame:
        """Return one row for each phase of the decomposition."""
        import pandas as pd  # noqa: PLC0415 - heavy

        columns = ["formula", "id", "amount", "fraction_of_atoms", "formation_energy", "uncertainty"]
        rows = [
            (p.phase.formula, p.phase.id, p.amount, p.fraction, p.phase.formation_energy, p.phase.half_width)
            for p in self.placement.parts
        ]
        return pd.DataFrame(rows, columns=columns)

    def told(self) -> dict[str, Any]:
        """Return what is known of it as plain values by name."""
        place, estimate = self.placement, self.estimate
        return {
            "structure": self.structure.id,
            "name": self.structure.name,
            "formula": self.structure.formula,
            "energy_above_hull": self.value,
            "uncertainty": self.uncertainty,
            "uncertainty_kind": estimate.uncertainty_kind,
            "distance_to_others": self.distance,
            "stable": self.stable,
            "decomposition": self.decomposition,
            "formation_energy": place.candidate.formation_energy,
            "in_domain": estimate.in_domain,
            "competing_considered": place.considered,
            "competing_set": place.competing.title,
            "note": estimate.note,
        }

    def figure(self) -> Chart | None:
        """Return the hull as a figure: energies for two elements, a triangle for three; None for other numbers."""
        from nanoos_lab.charts.hull import DRAWN, hull_figure  # noqa: PLC0415 - plotly loads when drawn

        if len(self.placement.candidate.elements) not in DRAWN:
            return None
        return hull_figure(self._picture())

    def _picture(self) -> Any:  # noqa: ANN401 - a HullPicture
        from nanoos_lab.charts.hull import HullPicture, HullPoint  # noqa: PLC0415

        place, diagram = self.placement, self._diagram()
        elements = _in_order(place.candidate.elements)

        def point(phase: Any, height: float) -> HullPoint:  # noqa: ANN401 - a Phase
            amounts = phase.amounts
            parts = tuple(amounts.get(symbol, 0.0) / phase.atoms for symbol in elements)
            return HullPoint(phase.formula, parts, phase.formation_energy, height, phase.id)

        points = [point(p, h) for p, h in zip(diagram.phases, diagram.heights(), strict=True)]
        pairs = {(a, b) for facet in diagram.facets for a in facet for b in facet if a < b}
        used = {(p.phase.formula, p.phase.id, p.phase.formation_energy) for p in place.parts}
        parts = [k for k, p in enumerate(diagram.phases) if (p.formula, p.id, p.formation_energy) in used]
        return HullPicture(
            elements, tuple(points), tuple(sorted(pairs)), point(place.candidate, place.distance),
            place.candidate.half_width, tuple(parts) if not place.stable or len(parts) > 1 else (),
        )  # fmt: skip

    def facts(self) -> list[tuple[str, str]]:
        """Return what a reader wants to know, as names and values in order."""
        place = self.placement
        value = numbers.value_text(self.value, self.uncertainty, "eV/atom")
        verb = (
            "Stable against"
            if self.stable
            else "Lower is"
            if same(self.placement)
            else "Would decompose into"
        )
        pairs = [
            ("Energy above hull", value),
            ("Below the hull of the others", self._below()),
            (verb, self.decomposition),
            ("Formation energy", _energy(place.candidate)),
            ("By", f"{self.estimate.method.label} ({self.estimate.origin})"),
            ("Against", f"{place.considered} phases in {'-'.join(_in_order(place.candidate.elements))}"),
            ("Competing set", place.competing.title),
            ("Beware", "; ".join(self.cautions())),
            ("Note", "; ".join(place.notes)),
        ]  # fmt: skip
        return [(name, said) for name, said in pairs if said]

    def _below(self) -> str:
        if not self.stable:
            return ""
        return numbers.value_text(-self.distance, self.uncertainty, "eV/atom")

    def cautions(self) -> list[str]:
        """Return what makes the answer doubtful, as sentences without a full stop."""
        found = [] if self.estimate.in_domain is not False else ["outside the model's domain"]
        if self.stable and not any(len(p.phase.elements) > 1 for p in self.placement.parts):
            found.append("nothing but elements competes with it: a hull of few phases flatters")
        return found

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                p.phase.formula,
                f"{p.amount:.3g}",
                f"{100 * p.fraction:.1f} %",
                numbers.value_text(p.phase.formation_energy, p.phase.half_width),
                self.names.get(p.phase.id, p.phase.id),
            )
            for p in self.placement.parts
        ]

    def cards(self) -> PredictionCards:
        """Return the value as a card below its hull."""
        from nanoos_lab.charts.still import still_svg  # noqa: PLC0415 - drawn when shown
        from nanoos_lab.lab.showing import cards_of_values  # noqa: PLC0415
        from nanoos_lab.widgets.cards import PredictionCards  # noqa: PLC0415

        figure = self.figure()
        drawn = "" if figure is None else still_svg(figure)
        if self.row is None:
            return PredictionCards([(self.structure.name, self.estimate)], picture=drawn)
        return cards_of_values(self._lab, [(self.structure.name, self.row)], picture=drawn)

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        return text.table([f"Stability of {self.structure.name}", ""], self.facts())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.charts.still import still_svg  # noqa: PLC0415 - drawn when shown

        parts = [html.facts(self.facts())]
        bundle: dict[str, Any] = {}
        if (figure := self.figure()) is not None:
            width, height = _STILL_PX
            figure.update_layout(width=width, height=height)
            svg = still_svg(figure)
            bundle["image/svg+xml"] = svg
            parts.insert(0, html.safe(svg))
        table = html.table(_HEADERS, self._cells(), numeric=_NUMERIC)
        page = html.block(html.row(*parts), table, title=f"Stability of {self.structure.name}")
        return bundle | {"text/html": page, "text/plain": repr(self)}


_HEADERS = ("decomposition", "formula units", "part of the atoms", "formation energy (eV/atom)", "which")
_NUMERIC = _HEADERS[1:4]


def _signed(distance: float, half_width: float | None) -> str:
    """Return a distance to the place that its half width allows, with its sign; the half width stands beside it."""
    said = numbers.value_text(distance, half_width).partition(" ±")[0]
    if not said.strip("−0."):
        return said.removeprefix("−")
    return said if said.startswith("−") else f"+{said}"


def _energy(phase: Phase) -> str:
    return numbers.value_text(phase.formation_energy, phase.half_width, "eV/atom")


def _in_order(elements: Iterable[str]) -> tuple[str, ...]:
    """Return elements as formulas name them, cations first."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import

    return tuple(sorted(elements, key=lambda symbol: (Element(symbol).X, symbol)))


class HullSet(Sequence[HullRecord]):
    """Energies above hull of several structures, the most stable first.

    Args:
        records: Of each structure that could be placed.
        competing: The competing phases.
        problems: Name and reason of what could not be placed.
    """

    def __init__(
        self,
        records: Iterable[HullRecord],
        competing: CompetingSet,
        problems: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._records = sorted(records, key=lambda record: record.distance)
        self.competing = competing
        self.problems = list(problems)

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - an index gives a record, a slice a list
        return self._records[index]

    def frame(self) -> pd.DataFrame:
        """Return one row for each structure."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.DataFrame([record.told() for record in self])

    _COLUMNS = (
        "structure", "above hull (eV/atom)", "distance to the others", "hull of the others", "remarks",
    )  # fmt: skip

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                r.structure.name,
                numbers.value_text(r.value, r.uncertainty),
                _signed(r.distance, r.uncertainty),
                r.decomposition,
                "; ".join(r.cautions()),
            )
            for r in self._records[:_SHOWN]
        ]

    def _title(self) -> str:
        stable = sum(record.stable for record in self)
        more = f", the first {_SHOWN} shown" if len(self) > _SHOWN else ""
        return f"{stable} of {len(self)} structures on the hull{more}"

    def _against(self) -> str:
        return f"Against {self.competing.title}. Below 0: so far below the hull of the others."

    def _bad(self) -> list[str]:
        return [f"not placed: {name}: {reason}" for name, reason in self.problems]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        drawn = text.table(self._COLUMNS, self._cells(), numeric=self._COLUMNS[1:3], title=self._title())
        return text.stack(drawn, self._against(), *self._bad())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        table = html.table(self._COLUMNS, self._cells(), numeric=self._COLUMNS[1:3])
        bad = (html.note(line, tone="bad") for line in self._bad())
        page = html.block(table, *bad, title=self._title(), subtitle=self._against())
        return {"text/html": page, "text/plain": repr(self)}
