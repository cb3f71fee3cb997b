"""What a search by similarity gives, and what became of embeddings, as a notebook holds and shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from nanoos_lab.display import html, numbers, text
from nanoos_lab.lab.records import StructureRecord, StructureSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.runs import Run

_THUMBNAILS = 12
_SHOWN_ROWS = 30
_SHOWN_REASONS = 5
_NUMERIC = ("similarity", "sites")


@dataclass(frozen=True)
class Subject:
    """What was searched for."""

    label: str
    formula: str
    structure: Any
    """pymatgen's, for the drawing."""


class Neighbours(StructureSet):
    """Stored structures in the order of their similarity to one, nearest first.

    Args:
        records: The structures.
        distances: Of each, 1 minus the cosine.
        subject: What was searched for.
        model: By whose embeddings, such as ``"chgnet 0.3.0"``.
        notes: What the reader must know, such as how many structures could not be compared.

    Example:
        >>> found = lab.similar("SrTiO3", k=3)  # doctest: +SKIP
        >>> found[0].formula, round(found.similarities[0], 3)  # doctest: +SKIP
        ('CaTiO3', 1.0)
    """

    def __init__(
        self,
        records: Iterable[StructureRecord],
        distances: Iterable[float],
        *,
        subject: Subject,
        model: str,
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(records, title=f"structures like {subject.label}")
        self.distances, self.subject, self.model = tuple(distances), subject, model
        self.notes = tuple(notes)

    @property
    def similarities(self) -> tuple[float, ...]:
        """The cosines, 1 for the same direction; compare them within one model only."""
        return tuple(1.0 - distance for distance in self.distances)

    @overload
    def __getitem__(self, index: int) -> StructureRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Neighbours: ...
    def __getitem__(self, index: int | slice) -> StructureRecord | Neighbours:
        if isinstance(index, slice):
            return Neighbours(
                self._records[index],
                self.distances[index],
                subject=self.subject,
                model=self.model,
                notes=self.notes,
            )
        return self._records[index]

    def frame(self) -> pd.DataFrame:
        """Return one row for each structure, with its similarity and distance."""
        table = super().frame()
        table.insert(1, "similarity", list(self.similarities))
        table.insert(2, "distance", list(self.distances))
        return table

    _HEADERS = ("id", "similarity", "name", "formula", "space group", "sites", "tags")

    def _cells(self) -> list[tuple[str, ...]]:
        rows = zip(self._records[:_SHOWN_ROWS], self.similarities, strict=False)
        return [
            (r.id, f"{s:.4f}", r.name, r.formula, r.space_group, str(r.row.n_sites), ", ".join(r.tags))
            for r, s in rows
        ]

    def _heading(self) -> str:
        return f"{super()._heading()}, by cosine of {self.model} embeddings"

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        drawn = text.table(self._HEADERS, self._cells(), numeric=_NUMERIC, title=self._heading())
        return text.stack(drawn, *self.notes)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.scenes.scene import scene_of  # noqa: PLC0415 - drawn when shown

        stills = [_still(scene_of(self.subject.structure), self.subject.formula, "searched for")]
        shown = zip(self._records[:_THUMBNAILS], self.similarities, strict=False)
        stills += [_still(r.scene(), r.formula, f"{s:.4f}") for r, s in shown]
        rows = html.table(self._HEADERS, self._cells(), numeric=_NUMERIC)
        notes = [html.note(note) for note in self.notes]
        page = html.block(html.row(*stills), rows, *notes, title=self._heading())
        return {"text/html": page, "text/plain": repr(self)}


def _still(scene: Any, formula: str, caption: str) -> html.Markup:  # noqa: ANN401 - a Scene
    from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - drawn when shown

    return html.Markup(
        '<figure style="margin:0;text-align:center">{}<figcaption>{}<br><span class="sub">{}</span></figcaption>'
        "</figure>"
    ).format(
        html.safe(svg_of(scene, width=110, height=100)), html.safe(numbers.formula_html(formula)), caption
    )


class EmbeddingReport:
    """What ``lab.embed`` did.

    Args:
        model: Whose embeddings, such as ``"chgnet 0.3.0"``.
        added: How many structures got a vector.
        present: How many of those asked for had one already.
        refused: Structures that the model cannot know, each with the reason.
        runs: The runs that computed them.
        failed: Those that ended without a result; their structures have no vector yet.
    """

    def __init__(
        self,
        model: str,
        *,
        added: int,
        present: int,
        refused: Iterable[tuple[StructureRecord, str]],
        runs: Iterable[Run],
        failed: Iterable[Run],
    ) -> None:
        self.model, self.added, self.present = model, added, present
        self.refused, self.runs, self.failed = list(refused), list(runs), list(failed)

    def _sentences(self) -> list[str]:
        said = [f"{self.added} embedded by {self.model}, {self.present} had been before"]
        for record, reason in self.refused[:_SHOWN_REASONS]:
            said.append(f"not embedded: {record.name} ({record.id}): {reason}")
        if (more := len(self.refused) - _SHOWN_REASONS) > 0:
            said.append(f"not embedded: {more} more, in .refused with their reasons")
        return said + [
            f"run {run.id} gave nothing: {(run.error or {}).get('message', run.known_state)}"
            for run in self.failed
        ]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        return text.stack(*self._sentences())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        first, *rest = self._sentences()
        notes = [html.note(sentence, tone="bad" if self.failed else "warn") for sentence in rest]
        return {"text/html": html.block(*notes, title="Embeddings", subtitle=first), "text/plain": repr(self)}
