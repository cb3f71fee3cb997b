"""A map of a lab's structures: each a point, alike ones close, coloured by what one asks about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nanoos_lab.agreement.chemistry import chemistry_of, size_of
from nanoos_lab.charts.space import Shade, shades_of_numbers, shades_of_words, space_figure
from nanoos_lab.display import html, text
from nanoos_lab.display.numbers import number
from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.lab.similarity import Missing, Similarity
from nanoos_lab.lab.tables import TableOfLab
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store import embeddings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.charts import Chart
    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import StructureLike, Workspace
    from nanoos_lab.ml.flatten import FlatBy
    from nanoos_lab.runs.engine import Runs
    from nanoos_lab.store.database import Store
    from nanoos_lab.widgets.table.mapped import LiveMap

    Plane = Any

CLASSES: Mapping[str, tuple[str, Callable[[StructureRecord], str]]] = {
    "chemistry": ("chemical class", lambda one: chemistry_of(one.formula)),
    "size": ("number of elements", lambda one: size_of(one.formula)),
    "crystal_system": ("crystal system", lambda one: one.row.crystal_system or ""),
    "tag": ("first tag", lambda one: next(iter(one.tags), "")),
}
"""What a map is coloured by besides properties, in words."""
_KEPT = 8


class MapOfLab(TableOfLab):
    """Answers a map's questions: those of a table, and where the points are.

    Args:
        lab: The lab.
        records: What is on the map.
        columns: Of the table.
        places: By the structure's id: x, y and the place of its shade.
        shades: The classes.
    """

    def __init__(
        self,
        lab: Workspace,
        records: Sequence[str],
        columns: Sequence[str],
        places: Mapping[str, tuple[float, float, int]],
        shades: Sequence[Shade],
    ) -> None:
        super().__init__(lab, records, columns, {})
        self.title = "Map"
        self._places = places
        self.plot = {
            "x": "map:x", "y": "map:y", "shade": "map:shade",
            "shades": [{"label": one.label, "color": one.color} for one in shades],
        }  # fmt: skip

    def numbers(self, column: str, ids: Sequence[str], methods: Mapping[str, int]) -> dict[str, float]:
        """Return the numbers of a column, or one coordinate of the points, by id.

        Args:
            column: The name of a column, or ``map:x``, ``map:y`` or ``map:shade``.
            ids: Of which rows, at least.
            methods: The number of the chosen method of each property.
        """
        axes = ("map:x", "map:y", "map:shade")
        if column not in axes:
            return super().numbers(column, ids, methods)
        at = axes.index(column)
        return {one: float(self._places[one][at]) for one in ids if one in self._places}


class ChemicalMap:
    """Structures as points: what a model holds to be alike lies close.

    The axes mean nothing by themselves, and neither does the distance between groups that are far apart.

    Args:
        lab: The lab.
        records: The structures, in the order of the points.
        points: Shape (n, 2).
        shades: The classes.
        shade_of: The class's place of each point.
        values: What each point is coloured by.
        column: The property or class, as it was asked for.
        words: ``colour``: by what, in words; ``model``: by whose embeddings, and how they were made flat.
        notes: What a reader must know.
    """

    def __init__(
        self,
        lab: Workspace,
        records: Sequence[StructureRecord],
        points: Plane,
        *,
        shades: Sequence[Shade],
        shade_of: Sequence[int],
        values: Sequence[Any],
        column: str,
        words: Mapping[str, str],
        notes: Sequence[str] = (),
    ) -> None:
        self._lab, self.records, self.points = lab, list(records), points
        self.shades, self._shade_of, self._values = list(shades), list(shade_of), list(values)
        self.column, self._words, self.notes = column, dict(words), tuple(notes)

    def __len__(self) -> int:
        return len(self.records)

    @property
    def title(self) -> str:
        """What is shown."""
        return f"{len(self):,} structures as {self._words['model']} sees them, coloured by {self._words['colour']}"

    def frame(self) -> pd.DataFrame:
        """Return one row for each structure: what it is, ``x``, ``y``, and what it is coloured by."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.DataFrame(
            {
                "structure": [one.id for one in self.records],
                "name": [one.name for one in self.records],
                "formula": [one.formula for one in self.records],
                "space_group": [one.space_group for one in self.records],
                "x": self.points[:, 0],
                "y": self.points[:, 1],
                self.column: self._values,
            }
        )

    def figure(self) -> Chart:
        """Return the map as a figure that tells each point's name; ``.save("map.pdf")`` writes it."""
        frame = self.frame().assign(shade=self._shade_of)
        frame["label"] = frame["name"]
        frame["said"] = [
            " · ".join(filter(None, [one.formula, one.space_group, _said(value)]))
            for one, value in zip(self.records, self._values, strict=True)
        ]
        return space_figure(frame, self.shades, title=self.title)

    def view(self, *, height: int = 420) -> LiveMap:
        """Return the live map: a click on a point shows its structure, a drag selects rows.

        Args:
            height: Of table and viewer, in pixels.

        Raises:
            MissingExtraError: The extra ``notebook`` is not installed.
        """
        from nanoos_lab.widgets.table.mapped import LiveMap  # noqa: PLC0415 - widgets are an extra

        return LiveMap(self, self._lab.structure, still=self.html, height=height)

    def table_source(self, structures: Any, columns: Sequence[str] | None, **filters: Any) -> MapOfLab:  # noqa: ANN401, ARG002
        """Return what answers the questions of the live map's table.

        Args:
            structures: Not used: the map knows its own.
            columns: Names of columns, or None for name, formula and what the map is coloured by.
            filters: Not used.
        """
        own = [self.column] if self.column in {*VOCABULARY, "crystal_system"} else []
        ids = [one.id for one in self.records]
        places = {
            one: (float(x), float(y), shade)
            for one, (x, y), shade in zip(ids, self.points, self._shade_of, strict=True)
        }
        return MapOfLab(
            self._lab, ids, columns or ["name", "formula", "space_group", *own], places, self.shades
        )

    def html(self) -> str:
        """Return the map as HTML that needs no script."""
        from nanoos_lab.charts import still_svg  # noqa: PLC0415 - plotly

        notes = [html.note(note, tone="idle") for note in self.notes]
        return html.block(html.safe(still_svg(self.figure())), *notes, title=self.title)

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        counts = [(one.label, f"{self._shade_of.count(at):,}") for at, one in enumerate(self.shades)]
        drawn = text.table(
            (self._words["colour"], "structures"), counts, numeric=("structures",), title=self.title
        )
        return text.stack(drawn, *self.notes)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": repr(self)}


class Cartography(Similarity):
    """The verb about maps.

    Args:
        store: The open store.
        runs: The runs of the store's project.
    """

    def __init__(self, store: Store, runs: Runs) -> None:
        super().__init__(store, runs)
        self._planes: dict[Any, Plane] = {}
        """The last maps of this session: another colour costs nothing."""

    def chemical_map(
        self,
        structures: Iterable[StructureLike] | None = None,
        *,
        model: str = "chgnet",
        colour: str = "chemistry",
        by: FlatBy = "t-SNE",
        missing: Missing | None = None,
        **filters: Any,
    ) -> ChemicalMap:
        """Return structures as a map: what a model holds to be alike lies close.

        Args:
            structures: Of these; by default all that people added and that meet the filters.
            model: Whose embeddings, as for :meth:`similar`; missing ones are computed.
            colour: A property, or ``chemistry``, ``size`` (number of elements), ``crystal_system`` or ``tag``.
            by: ``"t-SNE"``, which keeps neighbours together, or ``"PCA"``, which is instant and keeps large distances.
            missing: What to do where structures have no embedding yet, as for :meth:`similar`.
            filters: As for :meth:`find`.

        Raises:
            UnknownNameError: There is no such model, property or class.
            InvalidInputError: No structure has an embedding.

        Example:
            >>> lab.chemical_map(model="nanoos-gnn", colour="band_gap").view()  # doctest: +SKIP
        """
        if colour not in CLASSES and (colour not in VOCABULARY or VOCABULARY[colour].kind != "scalar"):
            scalars = {name for name, entry in VOCABULARY.items() if entry.kind == "scalar"}
            raise UnknownNameError("colour of a map", colour, {*CLASSES, *scalars})
        index = self.index_of(model)
        self._prepare(index, self._choice(missing))
        asked = self.structures(**filters) if structures is None else self.structures(list(structures))
        with self.store.read() as session:
            vectors = embeddings.embeddings_of(
                session, self.store.scope, *index.key, [one.id for one in asked]
            )
        records = [one for one in asked if one.id in vectors]
        if not records:
            raise InvalidInputError(
                f"none of {len(asked)} structures has an embedding by {' '.join(index.key)}: there is nothing to map"
            )
        lacking = len(asked) - len(records)
        said = f"{lacking:,} of {len(asked):,} structures have no embedding and are not on the map: see lab.embed()"
        points = self._plane(index.key, [one.id for one in records], vectors, by)
        shades, shade_of, values, words = self._colours(records, colour)
        return ChemicalMap(
            self, records, points, shades=shades, shade_of=shade_of, values=values, column=colour,
            words={"colour": words, "model": " ".join(index.key)}, notes=[_HOW[by], *([said] if lacking else [])],
        )  # fmt: skip

    def _plane(self, key: tuple[str, str], ids: list[str], vectors: Mapping[str, Any], by: FlatBy) -> Plane:
        import numpy as np  # noqa: PLC0415

        from nanoos_lab.ml.flatten import flatten  # noqa: PLC0415 - brings numpy

        asked = (key, by, tuple(ids))
        if asked not in self._planes:
            while len(self._planes) >= _KEPT:
                self._planes.pop(next(iter(self._planes)))
            self._planes[asked] = flatten(np.array([vectors[one] for one in ids]), by)
        return self._planes[asked]

    def _colours(
        self, records: Sequence[StructureRecord], colour: str
    ) -> tuple[list[Shade], list[int], list[Any], str]:
        """Return the classes, the class and the value of each structure, and by what they are coloured."""
        if colour in CLASSES:
            words, class_of = CLASSES[colour]
            named = [class_of(one) for one in records]
            return *shades_of_words(named), named, words
        ids = [one.id for one in records]
        source = TableOfLab(self, ids, [colour], {})
        known = source.numbers(colour, ids, {})
        values = [known.get(one, float("nan")) for one in ids]
        entry, methods = VOCABULARY[colour], source.columns()[0]["methods"]
        by = f", {methods[0]['label']}" if methods else ""
        words = f"{entry.label.lower()}{f' ({entry.unit})' if entry.unit else ''}{by}"
        return *shades_of_numbers(values, entry.unit), values, words


_HOW = {
    "t-SNE": "Neighbours are alike; the axes, and the distance between groups far apart, mean nothing (t-SNE).",
    "PCA": "The two directions along which the embeddings differ most (principal components).",
}


def _said(value: Any) -> str:  # noqa: ANN401 - a number or a word
    if isinstance(value, float):
        return number(value) if math.isfinite(value) else ""
    return str(value or "")
