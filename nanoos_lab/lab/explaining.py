"""Why a model says what it says: contributions of sites and elements, as a notebook holds and shows them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.errors import CalculatorError, RunFailedError, UnknownNameError
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.properties import get_property
from nanoos_lab.store.schema import RunState

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.ml.attribution import Attribution
    from nanoos_lab.ml.attribution.task import ExplainParams
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.widgets import StructureViewer
    from nanoos_lab.widgets.cards import PredictionCards

_STILL_PX = (400, 330)
_HEADERS = ("element", "atoms", "adds in all", "per atom")


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
        on: str | None = None,
    ) -> Explanation:
        """Return what each site or each element adds to a prediction, by a run of the task ``explain``.

        Where the model's readout is a sum over sites, its terms are exact. Else the elements get Shapley values,
        for which the model is asked about crystals with replaced elements; the answer says which of both it is.

        Args:
            structure: The structure.
            property: A property that the predictor states.
            predictor: The predictor's name.
            draws: Of elements that replace others, for Shapley values.
            seed: Of the draws.
            on: The profile it runs on; by default the settings' default.

        Raises:
            UnknownNameError: There is no such predictor, or it does not state the property.
            InvalidInputError: The structure cannot be explained; the message says why.

        Example:
            >>> lab.explain(sto, "band_gap").elements  # doctest: +SKIP
        """
        from nanoos_lab.ml.attribution.task import ExplainParams, explain, read_attribution  # noqa: PLC0415

        record = self.structure(structure)
        asked = ExplainParams(
            predictor=self._named_model(predictor), property=property, draws=draws, seed=seed
        )
        self._refuse_unknown(record, asked)
        submission = self.engine.submit(explain, {"structure": record.row}, asked.model_dump(), on=on)
        (run,) = self.engine.wait([submission.run.id])
        if run.state != RunState.COMPLETED:
            raise RunFailedError(run.id, str(run.state), str((run.error or {}).get("message", "")))
        left = self.artifacts_of(run.id)["attribution"]
        return Explanation(record, read_attribution(left.read_text(encoding="utf-8")), run=run.id)

    def _named_model(self, predictor: str) -> str:
        """Return how a worker finds a predictor: a registered model lies in the lab's files."""
        models = getattr(self, "models", None)
        return predictor if models is None else str(models.resolve(predictor))

    def _refuse_unknown(self, record: StructureRecord, asked: ExplainParams) -> None:
        """Refuse what no run could answer before one is recorded."""
        from nanoos_lab.ml import get_predictor  # noqa: PLC0415 - a registry of plug-ins

        model = get_predictor(asked.predictor)
        if problem := model.available():
            raise CalculatorError(problem)
        if asked.property not in model.properties:
            raise UnknownNameError(
                f"property of the predictor {model.name!r}", asked.property, model.properties
            )
        model.check(record.structure)


class Explanation:
    """Contributions to one prediction.

    Args:
        structure: The structure.
        attribution: The contributions.
        run: Id of the run that found them.

    Example:
        >>> lab.explain(sto).sites  # doctest: +SKIP
    """

    def __init__(self, structure: StructureRecord, attribution: Attribution, *, run: str = "") -> None:
        self.structure, self.attribution, self.run = structure, attribution, run

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
        from nanoos_lab.lab.showing import grounds_of  # noqa: PLC0415 - drawn when shown
        from nanoos_lab.widgets.cards import Card, PredictionCards  # noqa: PLC0415

        of = self.attribution.estimate.method
        card = Card.of(self.attribution.estimate, self.structure.name)
        trust = grounds_of(card, of.name, of.version)
        return PredictionCards([replace(card, sites=self.sites, trust=trust)])

    def facts(self) -> list[tuple[str, str]]:
        """Return what a reader wants to know, as names and values in order."""
        found, estimate = self.attribution, self.attribution.estimate
        entry = get_property(estimate.property)
        pairs = [
            (entry.label, numbers.value_text(estimate.value, estimate.uncertainty, estimate.unit)),
            ("By", estimate.method.label),
            (
                "How",
                found.way
                + (f", {found.draws} draws; ± is the standard error over them" if found.draws else ", exact"),
            ),
            (
                "Beware",
                "" if estimate.in_domain is not False else f"outside the model's domain. {estimate.note}",
            ),
        ]
        return [(name, said) for name, said in pairs if said]

    def _cells(self) -> list[tuple[str, ...]]:
        """Return one row for each element, the largest first, the baseline, and what they make together."""
        symbols = [site.specie.symbol for site in self.structure.structure]
        found, cells = self.attribution, []
        for symbol, value in sorted(found.elements.items(), key=lambda pair: -abs(pair[1])):
            count, error = symbols.count(symbol), found.errors.get(symbol)
            each = error / count if error else None
            cells.append((symbol, str(count), _signed(value, error), _signed(value / count, each)))
        if found.by_site and not found.baseline:
            return [*cells, ("together", str(len(symbols)), self._number(self.value), "")]
        return [
            *cells,
            ("baseline", "", self._number(self.baseline), ""),
            ("together", "", self._number(self.value), ""),
        ]

    def _number(self, value: float) -> str:
        """Return a number to the place that the contributions, not the interval, are told to."""
        scale = max((abs(one) for one in (self.value, *self.elements.values())), default=0.0)
        decimals = max(2 - math.floor(math.log10(scale)), 0) if scale else 0
        return f"{value:.{decimals}f}".replace("-", "−")

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
        shown = [(f"{c[0]} ({c[1]})" if c[1] else c[0], f"{c[2]} {unit}".strip()) for c in self._cells()]
        meaning = ("Meaning", self.attribution.meaning)
        payload = scene.to_json() | {
            "title": self._title(),
            "facts": [list(pair) for pair in (*self.facts()[:2], *shown, *self.facts()[2:], meaning)],
        }
        still = html.safe(svg_of(scene, width=_STILL_PX[0], height=_STILL_PX[1]))
        table = html.table(_HEADERS, self._cells(), numeric=_HEADERS[1:])
        page = html.block(
            html.row(still, table + html.facts(self.facts())),
            html.note(f"{meaning[1][0].upper()}{meaning[1][1:]}.", tone="idle"),
            title=self._title(),
        )
        return {MIME_TYPE: payload, "text/html": page + self.cards().html(), "text/plain": repr(self)}


def _signed(value: float, error: float | None) -> str:
    """Return a contribution with its sign, and with its standard error where it has one."""
    if not error:
        return numbers.signed(value)
    said = numbers.value_text(value, error)
    return said if said.startswith("−") else f"+{said}"
