"""Models and methods against what is known: many materials, one property, and which model is closer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.agreement.errors import BY, errors, errors_by, worst
from nanoos_lab.agreement.paired import difference
from nanoos_lab.agreement.pairs import REFERENCES, pair_values, shortly
from nanoos_lab.agreement.saying import difference_said, left_out, said_of
from nanoos_lab.display import text
from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.predicting.verbs import Predicting
from nanoos_lab.properties import get_property
from nanoos_lab.workflows import agreement_page as page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.agreement.paired import Difference
    from nanoos_lab.agreement.pairs import Pairs
    from nanoos_lab.charts import Chart
    from nanoos_lab.lab.workspace import StructureLike

_FORMATS = (".csv", ".parquet", ".html")


class ModelComparison:
    """What methods say of a property of many materials, held against what is known of them.

    Args:
        property: The property's name.
        truth: What is held to be right: ``measured``, ``computed``, ``imported`` or a method.
        pairs: The pairs.
        record_of: Given a structure's id, returns its record, for the pictures.
        notes: What else a reader must know.

    Example:
        >>> compared = lab.compare_models("band_gap", predictors=["nanoos-gnn", "chgnet"])  # doctest: +SKIP
        >>> compared.errors()  # doctest: +SKIP
        >>> compared.save("gaps.html")  # doctest: +SKIP
    """

    def __init__(
        self,
        property: str,  # noqa: A002 - the field's word
        truth: str,
        pairs: Pairs,
        *,
        record_of: Callable[[str], Any],
        notes: Sequence[str] = (),
    ) -> None:
        self.property, self.truth, self.pairs = get_property(property), truth, pairs
        self._record_of, self.notes = record_of, tuple(notes)

    def __len__(self) -> int:
        return len(self.pairs.table)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that are compared, the closest first."""
        return tuple(errors(self.pairs.table)["method"])

    @property
    def title(self) -> str:
        """What is compared."""
        return f"{self.property.label}: models against {self.truth} values"

    def frame(self) -> pd.DataFrame:
        """Return one row for each material and method: reference, estimate, error, intervals, chemistry, sources."""
        return self.pairs.table.assign(property=self.property.name, unit=self.property.unit)

    def errors(self, by: str | None = None, *, least: int = 1) -> pd.DataFrame:
        """Return how far each method is off; the columns are those of :func:`nanoos_lab.agreement.errors`.

        Args:
            by: In classes: ``chemistry``, ``element``, ``size`` (number of elements), ``crystal_system`` or ``domain``.
            least: Classes with fewer rows are left out.

        Raises:
            UnknownNameError: Nothing is looked at by that.
        """
        return errors(self.pairs.table) if by is None else errors_by(self.pairs.table, by, least=least)

    def difference(self, first: str = "", second: str = "") -> Difference:
        """Return how much closer one method is than another, on the rows that both know.

        Args:
            first: A method or the beginning of its label; by default the closest.
            second: Another; by default the next closest.

        Raises:
            InvalidInputError: There is no such method, or they have fewer than three rows in common.
        """
        one = self._method(first, 0)
        return difference(self.pairs.table, one, self._method(second, 1 if one == self._method("", 0) else 0))

    def _method(self, name: str, place: int) -> str:
        methods = self.methods
        found = [m for m in methods if m.casefold().startswith(name.casefold())] if name else methods[place:]
        if not found:
            raise InvalidInputError(
                f"{name!r} is none of the methods compared, which are {', '.join(map(repr, methods)) or 'none'}"
                if name
                else f"two methods are compared, and here there are {len(methods)}"
            )
        return found[0]

    def worst(self, count: int = 8) -> pd.DataFrame:
        """Return the rows that are furthest off.

        Args:
            count: How many.
        """
        return worst(self.frame(), count)

    def figure(self) -> Chart:
        """Return the parity plot, with intervals where the rows are few enough to see them."""
        from nanoos_lab.charts import parity_figure  # noqa: PLC0415 - plotly loads when something is drawn

        if self.pairs.table.empty:
            raise InvalidInputError(self.sentences()[0])
        names = {
            "reference": self.truth,
            "reference_uncertainty": f"{self.truth}_uncertainty",
        }
        table = shortly(self.pairs.table).rename(columns=names)
        return parity_figure(table, property=self.property.name, reference=self.truth)

    def sentences(self) -> list[str]:
        """Return what comes out in words, most important first."""
        return said_of(self.pairs, self.property.name, self.truth)

    def save(self, path: str | Path) -> Path:
        """Write it to a file and return the path.

        Args:
            path: ``.csv`` or ``.parquet`` for the rows, ``.html`` for a page that opens from disk.

        Raises:
            InvalidInputError: The ending is another one.
        """
        target = Path(path).expanduser()
        if target.suffix not in _FORMATS:
            raise InvalidInputError(f"{target.name!r}: a comparison is saved as {', '.join(_FORMATS)}")
        page.save(target, self.frame(), self.title, self.html)
        return target

    # Displays ---------------------------------------------------------------------------------------

    def errors_html(self, by: str = "chemistry") -> str:
        """Return the errors by method and class as HTML.

        Args:
            by: As for :meth:`errors`.
        """
        return page.errors_html(self.pairs.table, by, self.property.unit)

    def worst_html(self, count: int = 8) -> str:
        """Return the worst cases with their pictures as HTML.

        Args:
            count: How many.
        """
        return page.worst_html(
            worst(self.pairs.table, count), self.truth, self.property.unit, self._record_of
        )

    def differences_html(self) -> str:
        """Return the closest methods against each other as HTML."""
        return page.differences_html(self.pairs.table, self.property.unit)

    def html(self) -> str:
        """Return all of it as HTML that needs no script."""
        from nanoos_lab.charts import still_svg  # noqa: PLC0415 - plotly

        empty = self.pairs.table.empty
        return page.comparison_html(
            self.title,
            self.sentences(),
            [*self.notes, *self.left_out()],
            svg="" if empty else still_svg(self.figure()),
            parts=() if empty else (self.errors_html(), self.worst_html()),
        )

    def left_out(self) -> list[str]:
        """Return what is not among the pairs, as sentences; empty where nothing is missing."""
        missing = left_out(self.pairs, self.truth)
        return [f"Not compared: {'; '.join(missing)}."] if missing else []

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        headers, rows = page.error_cells(errors(shortly(self.pairs.table)))
        drawn = text.table(headers, rows, numeric=headers[1:], title=f"in {self.property.unit or '1'}")
        said = "\n".join([*self.sentences(), *self.notes, *self.left_out()])
        return text.stack(self.title, said, drawn if rows else None)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": repr(self)}


class ComparingModels(Predicting):
    """Compares methods over many structures."""

    def compare_models(
        self,
        property: str,  # noqa: A002 - the field's word
        structures: Iterable[StructureLike] | None = None,
        *,
        truth: str = "measured",
        predictors: Sequence[str] | None = None,
        **options: Any,
    ) -> ModelComparison:
        """Hold what methods say of a property against what is known, over many materials.

        Only real values make pairs, and only under like conditions; see :func:`nanoos_lab.agreement.pair_values`.

        Args:
            property: A name of the vocabulary.
            structures: Of these structures' materials; None for all of the project.
            truth: What is held to be right: ``measured``, ``computed`` or ``imported`` values, or those of one method
                such as ``"PBE"``.
            predictors: Compare these models: what they have not predicted yet of structures with a reference, they
                predict now. None compares every method that the lab has values of.
            options: For the predictions, as of :meth:`Lab.predict`.

        Raises:
            InvalidInputError: The property is an array, or no value is by a method of that name.
            UnknownNameError: No such property or predictor.

        Example:
            >>> lab.compare_models("band_gap", truth="computed", predictors=["nanoos-gnn"])  # doctest: +SKIP
        """
        entry = get_property(property)
        if entry.kind != "scalar":
            raise InvalidInputError(
                f"{entry.name} is an array, not one number: lab.compare shows such of one material"
            )
        chosen = None if structures is None else self.structures(list(structures))
        given: dict[str, Any] = (
            {} if chosen is None else {"material_id": sorted({one.row.material_id for one in chosen})}
        )
        notes: list[str] = []
        methods = None
        if predictors is not None:
            origin = {"origin": truth} if truth in REFERENCES else {}
            known = set(self.values(property=entry.name, **origin, **given)["material"])
            methods, notes = self._predicted(
                entry.name, chosen, known=known, predictors=list(predictors), options=options
            )
        values = self.values(property=entry.name, include_synthetic=True, **given)
        named = [one for one in values["structure"].unique() if isinstance(one, str)]
        records = {one.id: one for one in self.structures(named)} if named else {}
        systems = {key: one.row.crystal_system or "" for key, one in records.items()}
        pairs = pair_values(values, entry.name, truth, methods=methods, systems=systems)
        if truth == "measured":
            notes += _learned(entry.name, pairs)
        return ModelComparison(entry.name, truth, pairs, record_of=records.get, notes=notes)

    def _predicted(
        self,
        name: str,
        chosen: Any,  # noqa: ANN401 - a set of structures, or None
        *,
        known: set[Any],
        predictors: list[str],
        options: dict[str, Any],
    ) -> tuple[list[str], list[str]]:
        """Let models predict what has a reference; return their methods' labels, and what could not be predicted."""
        every = self.structures() if chosen is None else chosen
        wanted = [one for one in every if one.row.material_id in known]
        methods, notes = [], []
        for predictor in predictors if wanted else ():
            answer = self.predict(wanted, [name], predictor=predictor, **options)
            labels = set(answer.frame()["method"])
            methods += sorted(labels)
            if not labels:
                notes.append(f"{predictor} could predict none of {len(wanted)} structures.")
            elif failed := len(answer.failed):
                notes.append(f"{predictor} could not predict {failed} of {len(wanted)} structures.")
        return list(dict.fromkeys(methods)), notes


def _learned(name: str, pairs: Pairs) -> list[str]:
    """Return what kind of value the compared models learned, where that is not what was measured."""
    from nanoos_lab.ml.trust import learned_words  # noqa: PLC0415 - only for models

    said: dict[str, list[str]] = {}
    for method in dict.fromkeys(pairs.table["method"]):
        if words := learned_words(method.partition(" ")[0], name):
            said.setdefault(words, []).append(method)
    return [f"{', '.join(methods)}: {words[0].lower()}{words[1:]}." for words, methods in said.items()]


__all__ = ["BY", "ComparingModels", "ModelComparison", "difference_said"]
