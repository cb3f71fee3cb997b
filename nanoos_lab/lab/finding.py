"""Finding structures, and saying of them what one finds them by: tags, names, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, text
from nanoos_lab.lab.records import StructureRecord, StructureSet
from nanoos_lab.lab.workspace import StructureLike, Workspace
from nanoos_lab.store import tags as tag_rows

if TYPE_CHECKING:
    from rich.console import RenderableType

Words = str | Iterable[str]


class TagCounts(Mapping[str, int]):
    """The tags of a project, and how many structures carry each.

    Args:
        counts: By tag.
    """

    _HEADERS = ("tag", "structures")

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = dict(counts)

    def __getitem__(self, tag: str) -> int:
        return self._counts[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    def _cells(self) -> list[tuple[str, str]]:
        return [(tag, str(count)) for tag, count in self._counts.items()]

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return the terminal display."""
        if not self:
            return text.stack(self._empty())
        return text.table(self._HEADERS, self._cells(), numeric=("structures",))

    @staticmethod
    def _empty() -> str:
        return "no structure has a tag yet: give some with lab.tag(lab.find(...), add=...)"

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        drawn = html.table(self._HEADERS, self._cells(), numeric=("structures",))
        page = html.block(drawn if self else html.note(self._empty(), tone="idle"))
        return {"text/html": page, "text/plain": repr(self)}


class Finding(Workspace):
    """Finds structures, and tags them."""

    def find(
        self,
        *,
        elements: Words | None = None,
        any_elements: Words | None = None,
        exclude_elements: Words | None = None,
        formula: Words | None = None,
        chemical_system: Words | None = None,
        n_elements: Any = None,  # noqa: ANN401 - a number or a range
        n_sites: Any = None,  # noqa: ANN401
        dimensionality: Any = None,  # noqa: ANN401
        space_group: int | str | Iterable[int | str] | None = None,
        crystal_system: Words | None = None,
        tags: Words | None = None,
        exclude_tags: Words | None = None,
        text: str | None = None,
        material: str | None = None,
        derived: bool | None = None,
        stable: bool | None = None,
        has: Words | None = None,
        lacks: Words | None = None,
        origin: Words | None = None,
        method: Words | None = None,
        order: str | None = None,
        limit: int | None = None,
        **ranges: Any,
    ) -> StructureSet:
        """Return the structures that fit every filter, in the order in which they came.

        A range is ``(low, high)`` with either end None, or words: ``"1..2"``, ``">100"``, ``"<=0.5 eV"``. It is met by
        any converged, not synthetic value of the structure itself or of its material as such.

        Args:
            elements: Holding all of these elements, besides others; a list, or ``"Li-Fe"``.
            any_elements: Holding at least one of these.
            exclude_elements: Holding none of these.
            formula: Of this formula, in any order and multiple, or one of these; ``"ABX3"`` for any elements.
            chemical_system: Of exactly these elements, such as ``"Sr-Ti-O"``.
            n_elements: A number or a range.
            n_sites: A number or a range.
            dimensionality: Of the bonded network, 0 to 3, or a range.
            space_group: By number or symbol, or one of these.
            crystal_system: Such as ``"cubic"``, or one of these.
            tags: Carrying all of these tags.
            exclude_tags: Carrying none of these.
            text: Every word of it occurs in name, notes, formula, file name, a tag or the material's name or notes,
                in capital or small letters; ``'"in quotes"'`` a phrase.
            material: Of this material, by id or name.
            derived: Only derived ones (True) or only added ones (False).
            stable: True for those with an energy above the hull of at most 1e-6 eV/atom; False for those of
                which it is known and is greater by every value.
            has: Of which some value of these properties is known.
            lacks: Of which no value of these properties is known.
            origin: ``predicted``, ``computed``, ``measured`` or ``imported``, or several: only such values count.
            method: Only values by this method, or these, count.
            order: ``created``, ``name``, ``formula``, ``space_group``, a count, or a property; ``-name`` for the
                other way round.
            limit: At most so many.
            **ranges: Any property of the vocabulary with a range in its unit: ``band_gap=(1, 2)``.

        Raises:
            UnknownNameError: A filter, element, property or space group is unknown; close ones are suggested.
            InvalidInputError: A filter's value cannot be understood.

        Example:
            >>> lab.find(elements=["Li", "Fe"], band_gap=(1, 2), space_group=62, stable=True)  # doctest: +SKIP
        """
        named = {
            name: value for name, value in locals().items() if name not in {"self", "ranges", "__class__"}
        }
        return super().find(**named, **ranges)

    def tag(
        self, structures: StructureLike | Iterable[StructureLike], *, add: Words = (), remove: Words = ()
    ) -> StructureSet:
        """Add tags to structures, take others away, and return the structures as they are now.

        Args:
            structures: One structure or several.
            add: Words to add.
            remove: Words to take away; those that are not there do not matter.

        Raises:
            InvalidInputError: A tag is empty or too long, or is both added and removed.
        """
        one = isinstance(structures, str) or not isinstance(structures, Iterable)
        records = list(self.structures([structures] if one else structures))
        retag(self, records, add=add, remove=remove)
        return StructureSet(records, title="structures tagged")

    def tags(self) -> TagCounts:
        """Return the tags there are, with how many structures carry each."""
        with self.store.read() as session:
            return TagCounts(tag_rows.count_tags(session, self.store.scope))


def retag(lab: Workspace, records: Iterable[StructureRecord], *, add: Words = (), remove: Words = ()) -> None:
    """Add tags to structures and take others away; the records then say so.

    Args:
        lab: The lab.
        records: The structures.
        add: Words to add.
        remove: Words to take away.

    Raises:
        InvalidInputError: A tag is empty or too long, or is both added and removed.
    """
    several, scope = list(records), lab.store.scope
    wanted, unwanted = tag_rows.clean_tags(add), tag_rows.clean_tags(remove)
    ids = [record.id for record in several]
    after = lab.store.ensure(
        lambda session: tag_rows.change_tags(session, scope, ids, add=wanted, remove=unwanted)
    )
    for record in several:
        record.tags = tuple(after[record.id])
