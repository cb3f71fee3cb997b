"""Stored structures as a notebook holds them: values with a way back to their lab."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from nanoos_lab.display import html, numbers, text
from nanoos_lab.store.structures import update_structure

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.store.schema import StructureRow
    from nanoos_lab.widgets import StructureViewer

_THUMBNAILS = 12
_SHOWN_ROWS = 30


class StructureRecord:
    """A stored structure: the value, what it is, and where it came from.

    Shows itself as a 3D view with its formula, space group, sites and lattice.

    Args:
        lab: The lab that holds it.
        row: Its row.
        tags: Its tags.

    Example:
        >>> sto = lab.add("SrTiO3.cif")  # doctest: +SKIP
        >>> sto.formula, sto.space_group  # doctest: +SKIP
        ('SrTiO3', 'Pm-3m (221)')
    """

    def __init__(self, lab: Workspace, row: StructureRow, tags: Sequence[str] = ()) -> None:
        self._lab, self.row, self.tags = lab, row, tuple(tags)

    @property
    def id(self) -> str:
        """Its id; any unique prefix names it."""
        return self.row.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def formula(self) -> str:
        """The reduced formula."""
        return self.row.reduced_formula

    @property
    def space_group(self) -> str:
        """Symbol and number, or ``"–"`` for a molecule."""
        row = self.row
        return f"{row.space_group_symbol} ({row.space_group})" if row.space_group else "–"

    @property
    def notes(self) -> str:
        """What was noted of it."""
        return self.row.notes

    @property
    def original_text(self) -> str | None:
        """The text it was read from; None where it was given as an object or made by a run."""
        return self.row.original_text

    def tag(self, *add: str, remove: str | Iterable[str] = ()) -> Self:
        """Add tags to it, take others away, and return it.

        Args:
            add: Words to add.
            remove: Words to take away.

        Raises:
            InvalidInputError: A tag is empty or too long.
        """
        from nanoos_lab.lab.finding import retag  # noqa: PLC0415 - it is above this module

        retag(self._lab, [self], add=add, remove=remove)
        return self

    def rename(self, name: str) -> Self:
        """Give it another name, and return it; the journal keeps the old one.

        Args:
            name: The name.

        Raises:
            InvalidInputError: The name is empty.
        """
        return self._say(name=name)

    def note(self, notes: str, *, append: bool = False) -> Self:
        """Write notes on it, and return it; the journal keeps what was there.

        Args:
            notes: The text.
            append: Whether it goes below what is there, instead of in its place.
        """
        there = self.notes.rstrip() if append else ""
        return self._say(notes=f"{there}\n{notes}" if there else notes)

    def _say(self, **said: str) -> Self:
        store = self._lab.store
        self.row = store.ensure(lambda session: update_structure(session, store.scope, self.id, **said))
        return self

    @cached_property
    def structure(self) -> Any:  # noqa: ANN401 - pymatgen is loaded when first asked for
        """The pymatgen ``Structure`` or ``Molecule``."""
        from nanoos_lab.structures import from_json  # noqa: PLC0415 - pymatgen is heavy

        return from_json(self.row.content)

    @property
    def parent(self) -> StructureRecord | None:
        """The structure that it was derived from."""
        return self._lab.structure(self.row.parent_id) if self.row.parent_id else None

    @property
    def children(self) -> StructureSet:
        """The structures that were derived from it."""
        return self._lab.children_of(self)

    def values(self, property: str | None = None) -> pd.DataFrame:  # noqa: A002 - the field's word
        """Return the values of this structure and of its material as a tidy table.

        Args:
            property: Only this property.
        """
        return self._lab.values(structure=self, property=property)

    def scene(self, **options: Any) -> Scene:
        """Return its drawing as a value.

        Args:
            options: As of ``structures.scene_of``: style, supercell, bonds, ...
        """
        from nanoos_lab.scenes.scene import scene_of  # noqa: PLC0415 - pymatgen is heavy

        return scene_of(self.structure, **options)

    @overload
    def view(self, *, viewer: Literal["nanoos"] = "nanoos", **options: Any) -> StructureViewer: ...
    @overload
    def view(self, *, viewer: str, **options: Any) -> Any: ...  # noqa: ANN401 - another library's
    def view(self, *, viewer: str = "nanoos", **options: Any) -> Any:
        """Return the live viewer, whose selection travels to Python and back.

        Args:
            viewer: ``nanoos``, or one of other people's: ``nglview`` or ``py3Dmol``.
            options: As of :class:`nanoos_lab.widgets.StructureViewer`, or of the other viewer.
        """
        from nanoos_lab.widgets import view  # noqa: PLC0415 - widgets are an extra

        return view(self, viewer=viewer, **options)

    def write(self, format: str = "cif") -> str:  # noqa: A002 - the field's word
        """Return it as text.

        Args:
            format: ``cif``, ``poscar``, ``xyz``, ``extxyz`` or ``json``.
        """
        from nanoos_lab.structures import write_structure  # noqa: PLC0415 - pymatgen is heavy

        return write_structure(self.structure, format)

    def save(self, path: str | Path, format: str | None = None) -> Path:  # noqa: A002
        """Write it to a file and return the path.

        Args:
            path: The file; its ending names the format unless that is given.
            format: As for :meth:`write`.
        """
        target = Path(path)
        endings = {".vasp": "poscar", "": "poscar"}
        text_ = self.write(format or endings.get(target.suffix, target.suffix.lstrip(".")))
        target.write_text(text_, encoding="utf-8")
        return target

    def facts(self) -> list[tuple[str, str]]:
        """Return what a reader wants to know first, as names and values in order."""
        row, description = self.row, self.row.description
        pairs = [("Formula", self.formula), ("Space group", self.space_group), ("Sites", str(row.n_sites))]
        if row.crystal_system:
            pairs.append(("Crystal system", row.crystal_system))
        if lattice := description.get("lattice"):
            a, b, c, alpha, beta, gamma = lattice
            pairs += [
                ("a, b, c", f"{a:.4f}, {b:.4f}, {c:.4f} Å"),
                ("α, β, γ", f"{alpha:.2f}, {beta:.2f}, {gamma:.2f}°"),
            ]
        if row.volume_per_atom:
            pairs.append(("Volume", f"{row.volume_per_atom * row.n_sites:.2f} Å³"))
        if row.density:
            pairs.append(("Density", f"{row.density:.3f} g/cm³"))
        if row.dimensionality is not None:
            pairs.append(("Bonded in", f"{row.dimensionality} dimensions"))
        if self.tags:
            pairs.append(("Tags", ", ".join(self.tags)))
        if row.notes:
            pairs.append(("Notes", row.notes))
        if row.original_name:
            pairs.append(("From", row.original_name))
        elif row.run_id:
            pairs.append(("Made by run", row.run_id))
        return [*pairs, ("Id", row.id)]

    def __repr__(self) -> str:
        row = self.row
        return f"<{self.name}: {self.formula}, {self.space_group}, {row.n_sites} sites, id {self.id}>"

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        return text.table([self.name, ""], self.facts())

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.scenes.scene import MIME_TYPE  # noqa: PLC0415 - drawn when shown
        from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415

        scene = self.scene()
        payload = scene.to_json() | {"title": self.name, "facts": [list(pair) for pair in self.facts()]}
        still = html.safe(svg_of(scene, width=360, height=320))
        page = html.block(html.row(still, html.facts(self.facts())), title=self.name)
        return {MIME_TYPE: payload, "text/html": page, "text/plain": repr(self)}


class StructureSet(Sequence[StructureRecord]):
    """Structures in order, as a query or an import gave them.

    Args:
        records: The structures.
        title: What they are, for the display.
        problems: File and reason of what could not be read, for imports.
    """

    def __init__(
        self,
        records: Iterable[StructureRecord],
        *,
        title: str = "structures",
        problems: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._records = list(records)
        self.title = title
        self.problems = list(problems)

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> StructureRecord: ...
    @overload
    def __getitem__(self, index: slice) -> StructureSet: ...
    def __getitem__(self, index: int | slice) -> StructureRecord | StructureSet:
        if isinstance(index, slice):
            return StructureSet(self._records[index], title=self.title)
        return self._records[index]

    def frame(self) -> pd.DataFrame:
        """Return one row for each structure."""
        import pandas as pd  # noqa: PLC0415 - heavy

        columns = ["id", "name", "formula", "space_group", "sites", "density", "dimensionality", "tags"]
        return pd.DataFrame(
            [
                (
                    r.id,
                    r.name,
                    r.formula,
                    r.space_group,
                    r.row.n_sites,
                    r.row.density,
                    r.row.dimensionality,
                    r.tags,
                )
                for r in self
            ],
            columns=columns,
        )

    _HEADERS = ("id", "name", "formula", "space group", "sites", "g/cm³", "tags")

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                r.id,
                r.name,
                r.formula,
                r.space_group,
                str(r.row.n_sites),
                numbers.number(r.row.density),
                ", ".join(r.tags),
            )
            for r in self._records[:_SHOWN_ROWS]
        ]

    def _heading(self) -> str:
        more = f", the first {_SHOWN_ROWS} shown" if len(self) > _SHOWN_ROWS else ""
        title = self.title.replace("structures", "structure", 1) if len(self) == 1 else self.title
        return f"{len(self)} {title}{more}"

    def __repr__(self) -> str:
        return text.to_text(self)

    def __rich__(self) -> RenderableType:
        """Return its terminal display."""
        drawn = text.table(self._HEADERS, self._cells(), numeric=("sites", "g/cm³"), title=self._heading())
        bad = [f"not read: {source}: {reason}" for source, reason in self.problems]
        return text.stack(drawn, *bad)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - drawn when shown

        stills = [
            html.figure(svg_of(r.scene(), width=110, height=100), html.safe(numbers.formula_html(r.formula)))
            for r in self._records[:_THUMBNAILS]
        ]
        rows = html.table(self._HEADERS, self._cells(), numeric=("sites", "g/cm³"))
        bad = [html.note(f"Not read: {source}: {reason}", tone="bad") for source, reason in self.problems]
        page = html.block(html.row(*stills), rows, *bad, title=self._heading())
        return {"text/html": page, "text/plain": repr(self)}
