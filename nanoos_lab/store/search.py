"""Find structures by what they are, what they are called and what is known of them.

Every filter is one SQL condition on indexed columns; user text travels as a bound parameter and its
wildcards mean themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from nanoos_lab.errors import InvalidInputError, UnknownNameError
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store.rows import as_list, chunks, resolve_id
from nanoos_lab.store.schema import MaterialRow, PropertyValueRow, StructureRow, TagRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nanoos_lab.store.database import Scope

Condition = ColumnElement[bool]
Range = tuple[float | None, float | None]
_FULL_ID = 12

COUNTS = ("n_elements", "n_sites", "dimensionality")
"""Columns asked for by a number or a range."""
GEOMETRY = ("density", "volume_per_atom")
"""Properties that a structure's own cell gives: their ranges look there, not at values."""
FILTERS = (
    "ids", "tags", "elements", "exclude_elements", "formula", "reduced_formula", "chemical_system", "space_group",
    "crystal_system", "text", "material", "derived", "limit", *COUNTS,
)  # fmt: skip
"""Names of all filters besides those of the property vocabulary."""


def find_structures(
    session: Session,
    scope: Scope,
    *,
    ids: str | Iterable[str] | None = None,
    tags: str | Iterable[str] | None = None,
    elements: str | Iterable[str] | None = None,
    exclude_elements: str | Iterable[str] | None = None,
    formula: str | None = None,
    reduced_formula: str | Iterable[str] | None = None,
    chemical_system: str | Iterable[str] | None = None,
    space_group: int | str | Iterable[int | str] | None = None,
    crystal_system: str | Iterable[str] | None = None,
    text: str | None = None,
    material: str | None = None,
    derived: bool | None = None,
    limit: int | None = None,
    **ranges: Any,
) -> list[StructureRow]:
    """Return the structures that meet all given conditions, oldest first.

    Args:
        session: An open session.
        scope: The project.
        ids: These, by id or beginning of an id; each must exist.
        tags: Carrying all of these tags.
        elements: Holding all of these elements, besides others.
        exclude_elements: Holding none of these.
        formula: Of this formula, reduced or not, in any order of elements.
        reduced_formula: Of this reduced formula exactly as stored, or one of these.
        chemical_system: Of exactly these elements, such as ``"Sr-Ti-O"``.
        space_group: Of this space group by number or symbol, or one of these.
        crystal_system: Of this crystal system, or one of these.
        text: With each of these words in name, notes, formula, file name, tag or the material's name.
        material: Of this material, by id or name.
        derived: Only derived ones (True) or only added ones (False).
        limit: At most so many.
        **ranges: ``n_elements``, ``n_sites``, ``dimensionality`` by number or ``(low, high)``; any property of the
            vocabulary by ``(low, high)`` in its unit, either end None. A property range is met by any
            converged, not synthetic value of the structure, or of its material as such.

    Raises:
        UnknownNameError: A filter, element, space group or id does not exist.
        InvalidInputError: A condition cannot be understood.
    """
    where = conditions(
        session, scope, tags=tags, elements=elements, exclude_elements=exclude_elements, formula=formula,
        reduced_formula=reduced_formula, chemical_system=chemical_system, space_group=space_group,
        crystal_system=crystal_system, text=text, material=material, derived=derived, **ranges,
    )  # fmt: skip
    wanted = None if ids is None else _resolve_all(session, scope, as_list(ids))
    return _fetch(session, where, wanted, limit)


def conditions(
    session: Session,
    scope: Scope,
    *,
    ids: str | Iterable[str] | None = None,
    tags: str | Iterable[str] | None = None,
    elements: str | Iterable[str] | None = None,
    exclude_elements: str | Iterable[str] | None = None,
    formula: str | None = None,
    reduced_formula: str | Iterable[str] | None = None,
    chemical_system: str | Iterable[str] | None = None,
    space_group: int | str | Iterable[int | str] | None = None,
    crystal_system: str | Iterable[str] | None = None,
    text: str | None = None,
    material: str | None = None,
    derived: bool | None = None,
    **ranges: Any,
) -> list[Condition]:
    """Return the filters of :func:`find_structures` as conditions on ``StructureRow``, the project's first.

    Args:
        session: An open session.
        scope: The project.
        ids: As there, and so are all others.
        tags: See there.
        elements: See there.
        exclude_elements: See there.
        formula: See there.
        reduced_formula: See there.
        chemical_system: See there.
        space_group: See there.
        crystal_system: See there.
        text: See there.
        material: See there.
        derived: See there.
        **ranges: See there.
    """
    where = [StructureRow.project_id == scope.project_id]
    where += [StructureRow.id.in_(_tagged(scope, TagRow.tag == tag)) for tag in as_list(tags or ())]
    where += [_holds(symbol) for symbol in _symbols(elements)]
    where += [~_holds(symbol) for symbol in _symbols(exclude_elements)]
    if formula is not None:
        where.append(_of_formula(formula))
    if reduced_formula is not None:
        where.append(StructureRow.reduced_formula.in_(as_list(reduced_formula)))
    if chemical_system is not None:
        where.append(StructureRow.chemical_system == f"-{'-'.join(sorted(_symbols(chemical_system)))}-")
    if space_group is not None:
        where.append(StructureRow.space_group.in_(_space_groups(space_group)))
    if crystal_system is not None:
        where.append(StructureRow.crystal_system.in_([s.lower() for s in as_list(crystal_system)]))
    where += [_says(scope, word) for word in (text or "").split()]
    if material is not None:
        where.append(StructureRow.material_id == resolve_id(session, scope, material, kinds=("material",))[1])
    if derived is not None:
        where.append(StructureRow.parent_id.is_not(None) if derived else StructureRow.parent_id.is_(None))
    where += [_in_range(scope, name, bounds) for name, bounds in ranges.items() if bounds is not None]
    if ids is not None:
        where.append(StructureRow.id.in_(_resolve_all(session, scope, as_list(ids))))
    return where


def _fetch(
    session: Session, where: list[Condition], ids: list[str] | None, limit: int | None
) -> list[StructureRow]:
    if limit is not None and limit < 0:
        raise InvalidInputError(f"limit is a number of structures, not {limit}")
    # Conditions come before order: by the bare column, SQLite would walk through the whole project by age.
    age = StructureRow.created_at if len(where) == 1 and ids is None else StructureRow.created_at + 0.0
    query = select(StructureRow).where(*where).order_by(age, StructureRow.id)
    if ids is None:
        return list(session.scalars(query.limit(limit)))
    found = [row for part in chunks(ids) for row in session.scalars(query.where(StructureRow.id.in_(part)))]
    return sorted(found, key=lambda row: (row.created_at, row.id))[:limit]


def _resolve_all(session: Session, scope: Scope, given: list[str]) -> list[str]:
    """Return full ids, each once, refusing any that does not exist."""
    full = {i for i in given if len(i) == _FULL_ID}
    t = StructureRow
    known = {
        found
        for part in chunks(sorted(full))
        for found in session.scalars(select(t.id).where(t.project_id == scope.project_id, t.id.in_(part)))
    }
    resolved = [i if i in known else resolve_id(session, scope, i, kinds=("structure",))[1] for i in given]
    return list(dict.fromkeys(resolved))


def _tagged(scope: Scope, condition: Condition) -> Any:  # noqa: ANN401 - a subselect
    return select(TagRow.structure_id).where(TagRow.project_id == scope.project_id, condition)


def _symbols(given: str | Iterable[str] | None) -> list[str]:
    """Return element symbols from ``["Sr", "Ti"]``, ``"Sr-Ti"`` or ``"Sr, Ti"``."""
    import gemmi  # noqa: PLC0415 - the lightest table of elements at hand

    if given is None:
        return []
    parts = given.replace("-", " ").replace(",", " ").split() if isinstance(given, str) else list(given)
    for symbol in parts:
        element = gemmi.Element(str(symbol))
        if element.atomic_number == 0 or element.name != symbol:
            known = [gemmi.Element(z).name for z in range(1, 119)]
            raise UnknownNameError("element", str(symbol), known)
    return [str(symbol) for symbol in dict.fromkeys(parts)]


def _holds(symbol: str) -> Condition:
    return StructureRow.chemical_system.contains(f"-{symbol}-", autoescape=True)


def _of_formula(formula: str) -> Condition:
    return or_(StructureRow.formula == formula, StructureRow.reduced_formula == reduce_formula(formula))


def reduce_formula(formula: str) -> str:
    """Return a formula reduced and ordered as the store keeps it.

    Args:
        formula: Such as ``"O3 Sr Ti"`` or ``"Sr2Ti2O6"``.

    Raises:
        InvalidInputError: It is not a chemical formula.
    """
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy
    from pymatgen.core.periodic_table import DummySpecies  # noqa: PLC0415

    try:
        composition = Composition(formula)
        invented = any(isinstance(species, DummySpecies) for species in composition)
        reduced = "" if invented or not composition else composition.reduced_formula
    except (ValueError, KeyError, TypeError):
        reduced = ""
    if not reduced:
        raise InvalidInputError(f"{formula!r} is not a chemical formula such as 'SrTiO3'")
    return reduced


def _space_groups(given: int | str | Iterable[int | str]) -> list[int]:
    several = [given] if isinstance(given, (int, str)) else list(given)
    return [space_group_number(one) for one in several]


def space_group_number(given: int | str) -> int:
    """Return the number of a space group.

    Args:
        given: Its number, or its symbol in any usual form, such as ``"Pm-3m"``.

    Raises:
        UnknownNameError: There is none such.
    """
    import gemmi  # noqa: PLC0415 - only needed for symbols

    text = str(given).strip()
    number = int(text) if text.isdecimal() else getattr(gemmi.find_spacegroup_by_name(text), "number", 0)
    if not 1 <= number <= 230:  # noqa: PLR2004
        raise UnknownNameError(
            "space group", text, hint="Give a number from 1 to 230 or a symbol such as 'Pm-3m'."
        )
    return number


def _says(scope: Scope, word: str) -> Condition:
    """Return the condition that a word occurs in what people wrote about a structure."""
    s, m = StructureRow, MaterialRow
    named = select(m.id).where(
        m.project_id == scope.project_id,
        or_(m.name.icontains(word, autoescape=True), m.notes.icontains(word, autoescape=True)),
    )
    return or_(
        *(
            column.icontains(word, autoescape=True)
            for column in (s.name, s.formula, s.reduced_formula, s.notes)
        ),
        func.coalesce(s.original_name, "").icontains(word, autoescape=True),
        s.id.in_(_tagged(scope, TagRow.tag.icontains(word, autoescape=True))),
        s.material_id.in_(named),
    )


def _in_range(scope: Scope, name: str, bounds: Any) -> Condition:  # noqa: ANN401 - as the user gave it
    if name in COUNTS:
        column = getattr(StructureRow, name)
        if isinstance(bounds, int) and not isinstance(bounds, bool):
            return column == bounds  # type: ignore[no-any-return]
        return _between(column, _bounds(name, bounds))
    if name not in VOCABULARY:
        raise UnknownNameError("filter", name, {*FILTERS, *VOCABULARY})
    if name in GEOMETRY:
        return _between(getattr(StructureRow, name), _bounds(name, bounds))
    v = PropertyValueRow
    good = and_(
        v.project_id == scope.project_id,
        v.property == name,
        v.converged.is_(True),
        v.synthetic.is_(False),
        _between(v.value, _bounds(name, bounds)),
    )
    other = aliased(StructureRow)
    same_material = and_(other.project_id == v.project_id, other.material_id == v.material_id)
    of_structures = select(v.structure_id).where(good, v.structure_id.is_not(None))
    of_materials = select(other.id).join(v, same_material).where(good, v.structure_id.is_(None))
    return StructureRow.id.in_(of_structures.union_all(of_materials))


def _bounds(name: str, given: Any) -> Range:  # noqa: ANN401 - as the user gave it
    pair = list(given) if isinstance(given, Sequence) else []
    if len(pair) != 2 or not all(end is None or type(end) in (int, float) for end in pair):  # noqa: PLR2004
        raise InvalidInputError(f"{name} is asked for as (low, high), either end None, not {given!r}")
    return pair[0], pair[1]


def _between(column: Any, bounds: Range) -> Condition:  # noqa: ANN401 - a column of any number type
    low, high = bounds
    conditions = [column.is_not(None)]
    if low is not None:
        conditions.append(column >= low)
    if high is not None:
        conditions.append(column <= high)
    return and_(*conditions)
