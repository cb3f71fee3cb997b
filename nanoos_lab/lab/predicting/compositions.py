"""A composition without a structure: what the lab knows of it, or has of its kind, and said so on every line.

First the structures of exactly this composition, all polymorphs. Where there is none, compounds of the same formula
type whose elements are chemically similar lend their structures, scaled and not relaxed. Else there is no answer.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.lab.predicting.rows import Asked
from nanoos_lab.lab.sources import Problem
from nanoos_lab.store.formulas import reduce_formula
from nanoos_lab.store.incoming import NewStructure
from nanoos_lab.store.insertion import insert_structures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.lab.workspace import Workspace
    from nanoos_lab.structures.prototypes import Substitution

TAG = "prototype"
"""On every structure that was guessed from another compound's."""
MOST_PROTOTYPES = 3
"""So many phases lend their structures, those of the most similar elements."""
MOST_SITES = 200
_LETTERS = "AXZQEJ"
"""Letters of a formula type; the first is no element's symbol, so that the whole is taken for a type."""
_KNOWN = ("energy_above_hull", "formation_energy")


def lines_of_composition(lab: Workspace, number: int, formula: str) -> Iterator[Asked]:
    """Yield the lines that stand for a composition: one for each structure, or one that says why there is none.

    Args:
        lab: The lab.
        number: Of the composition among those asked for.
        formula: The composition.
    """
    try:
        reduced = reduce_formula(formula)
    except InvalidInputError:
        reason = f"{formula!r} is not a chemical formula such as 'LiFePO4'"
        yield Asked(number, formula, given=Problem(formula, reason))
        return
    if known := _known(lab, reduced):
        for record in known:
            yield Asked(number, formula, how=f"known structure: {record.name}", known=record.id)
        return
    guessed = _prototypes(lab, reduced)
    for record, how in guessed:
        yield Asked(number, formula, how=how, known=record.id)
    if not guessed:
        reason = (
            f"not answerable: no structure of {reduced} in this lab, and none of its formula type {_type_of(reduced)} "
            "with chemically similar elements to make one from; add a structure of it with lab.add(...)"
        )
        yield Asked(number, formula, how="no structure", given=Problem(formula, reason))


def _known(lab: Workspace, reduced: str) -> list[StructureRecord]:
    """Return what the lab has of a composition, what is known to be low in energy first."""
    found = [r for r in lab.find(formula=reduced) if TAG not in r.tags and r.row.periodic]
    added = [record for record in found if not record.row.parent_id]
    records = added or found
    energies = _energies(lab, [record.id for record in records])
    return sorted(records, key=lambda r: (energies.get(r.id, float("inf")), r.row.created_at, r.id))


def _energies(lab: Workspace, ids: list[str]) -> dict[str, float]:
    """Return an energy of each structure by one property and method, that which most of them have."""
    for name in _KNOWN:
        by_method: dict[tuple[str, ...], dict[str, float]] = {}
        for value in lab.value_rows(structure_id=ids, property=name):
            if value.value is not None and value.structure_id:
                method = (value.origin, value.method_name, value.method_version, value.method_recipe)
                by_method.setdefault(method, {})[value.structure_id] = value.value
        if by_method:
            return max(by_method.values(), key=len)
    return {}


def _type_of(reduced: str) -> str:
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy

    return str(Composition(reduced).anonymized_formula)


def _prototypes(lab: Workspace, reduced: str) -> list[tuple[StructureRecord, str]]:
    """Return structures made from other compounds', stored as derived from them, and how each was made."""
    from nanoos_lab.structures.prototypes import substituted  # noqa: PLC0415 - heavy

    store, made = lab.store, []
    for parent, substitution in _lenders(lab, reduced)[:MOST_PROTOTYPES]:
        structure = substituted(parent.structure, substitution)
        how = (
            f"prototype, not relaxed: the structure of {parent.formula}, {parent.space_group} ({parent.name}), with "
            f"{substitution.words}, scaled by the elements' radii"
        )
        new = NewStructure(
            structure, f"{reduced} as {parent.name}"[:200], parent_id=parent.id, tags=(TAG,), notes=f"Guessed: {how}."
        ).prepare()  # fmt: skip
        ((row, _),) = store.ensure(partial(insert_structures, scope=store.scope, items=[new]))
        made.append((lab.structure(row.id), how))
    return made


def _lenders(lab: Workspace, reduced: str) -> list[tuple[StructureRecord, Substitution]]:
    """Return the compounds of the same formula type with similar elements, the most similar first, each phase once."""
    from pymatgen.core.composition import Composition  # noqa: PLC0415 - heavy

    from nanoos_lab.structures.prototypes import best_substitution  # noqa: PLC0415 - heavy

    wanted = Composition(reduced).get_el_amt_dict()
    if len(wanted) == 1 or len(wanted) > len(_LETTERS) or any(n != int(n) for n in wanted.values()):
        return []
    anonymous = "".join(
        f"{letter}{n:g}" for letter, n in zip(_LETTERS, sorted(wanted.values()), strict=False)
    )
    substitutions: dict[str, Substitution | None] = {}
    found = []
    for record in lab.find(formula=anonymous, derived=False, n_sites=(None, MOST_SITES)):
        if record.formula not in substitutions:
            old = Composition(record.formula).get_el_amt_dict()
            substitutions[record.formula] = best_substitution(old, wanted)
        substitution = substitutions[record.formula]
        if substitution is not None and record.row.ordered and record.row.periodic:
            found.append((record, substitution))
    found.sort(key=lambda pair: (pair[1].step, pair[0].row.created_at, pair[0].id))
    phases: dict[int | None, tuple[StructureRecord, Substitution]] = {}
    for record, substitution in found:
        phases.setdefault(record.row.space_group, (record, substitution))
    return list(phases.values())
