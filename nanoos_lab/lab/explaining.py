"""Why a model says what it says: contributions of sites and elements, as a notebook holds and shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import CalculatorError
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.properties import get_property

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.ml.attribution import Attribution
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.widgets import StructureViewer
    from nanoos_lab.widgets.cards import PredictionCards

_STILL_PX = (400, 330)
_HEADERS = ("element", "atoms", "adds in all", "per atom", "standard error")


class Explaining(Workspace):
    """The verb about why a model says what it says."""

    def explain(
        self,
        structure: StructureLike,
        property: str = "formation_energy",  # noqa: A002 - the field's word
        *,
        predictor: str = "nanoos-gnn",
        draws: int = 12,
        seed: int = 0,
    ) -> Explanation:
        """Return what each site or each element adds to a prediction; nothing is stored.

        Where the model's readout is a sum over sites, its terms are exact. Else the elements get Shapley values,
        for which the model is asked about crystals with replaced elements; the answer says which of both it is.

        Args:
            structure: The structure.
            property: A property that the predictor states.
            predictor: The predictor's name.
            draws: Of elements that replace others, for Shapley values.
            seed: Of the draws.

        Raises:
            UnknownNameError: There is no such predictor, or it does not state the property.
            InvalidInputError: The structure cannot be explained; the message says why.

        Example:
            >>> lab.explain(sto, "band_gap").elements  # doctest: +SKIP
        """
        from nanoos_lab.ml import get_predictor  # noqa: PLC0415 - a registry of plug-ins
        from nanoos_lab.ml.attribution import explain  # noqa: PLC0415

        record, model = self.structure(structure), get_predictor(predictor)
        if problem := model.available():
            raise CalculatorError(problem)
        found = explain(record.structure, property, model, draws=draws, seed=seed)
        return Explanation(record, found)


class Explanation:
    """Contributions to one prediction.

    Args:
        structure: The structure.
        attribution: The contributions.

    Example:
        >>> lab.explain(sto).sites  # doctest: +SKIP
    """

    def __init__(self, structure: StructureRecord, attribution: Attribution) -> None:
        self.structure, self.attribution = structure, attribution

    @property
    def elements(self) -> dict[str, float]:
        """What all atoms of each element add, in the property's unit."""
        return dict(self.attribution.elements)

    @property
    def sites(self) -> tuple[float, ...]:
        """What each site adds, in the property's unit."""
        return self.attribution.sites

    @property
    def value(self) -> float:
        """The prediction: the baseline and all contributions together."""
        return self.attribution.estimate.value

    @property
    def baseline(self) -> float:
        """What is there before anything is added."""
        return self.attribution.baseline

    def frame(self) -> pd.DataFrame:
        """Return one row for each site."""
        import pandas as pd  # noqa: PLC0415 - heavy

        symbols = [site.specie.symbol for site in self.structure.structure]
        rows = list(zip(range(len(symbols)), symbols, self.sites, strict=True))
        return pd.DataFrame(rows, columns=["site", "element", "contribution"])

    def scene(self, **options: Any) -> Scene:
        """Return the structure coloured by what each site adds.

        Args:
            options: As of ``structures.scene_of``.
        """
        from nanoos_lab.scenes.scene import scene_of  # noqa: PLC0415 - pymatgen is heavy

        return scene_of(self.structure.structure, **{"color_by": self._colors(), **options})

    def view(self, **options: Any) -> StructureViewer:
        """Return the live viewer, atoms coloured by what each site adds.

        Args:
            options: As of :class:`nanoos_lab.widgets.StructureViewer`.
        """
        from nanoos_lab.widgets import StructureViewer  # noqa: PLC0415 - widgets are an extra

        return StructureViewer(self.scene(), **options)

    def _colors(self) -> dict[str, Any]:
        most = max((abs(s) for s in self.sites), default=0.0) or 1.0
        estimate = self.attribution.estimate
        return {
            "values": list(self.sites), "name": "adds", "unit": estimate.unit, "scale": "diverging",
            "low": -most, "high": most,
        }  # fmt: skip

    def cards(self) -> PredictionCards:
        """Return the prediction as a card with what each site adds."""
        from nanoos_lab.ml.trust import coverage_words  # noqa: PLC0415 - drawn when shown
        from nanoos_lab.widgets.cards import Card, PredictionCards  # noqa: PLC0415

        estimate = self.attribution.estimate
        card = Card.of(estimate, self.structure.name)
        of = estimate.method
        trust = (
            coverage_words(of.name, of.version, estimate.property) if estimate.in_domain is not False else ""
        )
        return PredictionCards([replace(card, sites=self.sites, trust=trust)])

    def facts(self) -> list[tuple[str, str]]:
        """Return what a reader wants to know, as names and values in order."""
        found, estimate = self.attribution, self.attribution.estimate
        entry = get_property(estimate.property)
        baseline = numbers.number(found.baseline)
        pairs = [
            (entry.label, numbers.value_text(estimate.value, estimate.uncertainty, estimate.unit)),
            ("By", estimate.method.label),
            ("How", found.way + (f", {found.draws} draws" if found.draws else ", exact")),
            ("Baseline", f"{baseline} {estimate.unit}".strip()),
            ("Adds up to", f"value minus baseline, {abs(found.missing):.0e} {estimate.unit} missing".strip()),
            (
                "Beware",
                "" if estimate.in_domain is not False else f"outside the model's domain. {estimate.note}",
            ),
        ]
        return [(name, said) for name, said in pairs if said]

    def _cells(self) -> list[tuple[str, ...]]:
        symbols = [site.specie.symbol for site in self.structure.structure]
        cells: list[tuple[str, ...]] = []
        for symbol, value in sorted(self.attribution.elements.items(), key=lambda pair: -abs(pair[1])):
            count, error = symbols.count(symbol), self.attribution.errors.get(symbol)
            said = "" if error is None else f"{error:.2g}"
            cells.append((symbol, str(count), numbers.signed(value), numbers.signed(value / count), said))
        return cells

    def _title(self) -> str:
        entry = get_property(self.attribution.estimate.property)
        return f"What makes the {entry.label[0].lower()}{entry.label[1:]} of {self.structure.name}"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        unit = self.attribution.estimate.unit
        title = f"Contributions{f' in {unit}' if unit else ''}"
        drawn = text.table(_HEADERS, self._cells(), numeric=_HEADERS[1:], title=title)
        meaning = f"Meaning: {self.attribution.meaning}."
        return text.stack(text.table([self._title(), ""], self.facts()), drawn, meaning)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.scenes.scene import MIME_TYPE  # noqa: PLC0415 - drawn when shown
        from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415

        scene, unit = self.scene(), self.attribution.estimate.unit
        shown = [(f"{c[0]} ({c[1]})", f"{c[2]} {unit}{f' ± {c[4]}' if c[4] else ''}") for c in self._cells()]
        meaning = ("Meaning", self.attribution.meaning)
        payload = scene.to_json() | {
            "title": self._title(),
            "facts": [list(pair) for pair in (*self.facts()[:2], *shown, *self.facts()[2:], meaning)],
        }
        still = html.safe(svg_of(scene, width=_STILL_PX[0], height=_STILL_PX[1]))
        table = html.table(_HEADERS, self._cells(), numeric=_HEADERS[1:])
        page = html.block(
            html.row(still, table),
            html.facts(self.facts()),
            html.note(meaning[1], tone="idle"),
            title=self._title(),
        )
        return {MIME_TYPE: payload, "text/html": page + self.cards().html(), "text/plain": repr(self)}
