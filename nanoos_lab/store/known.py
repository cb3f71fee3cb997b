"""Which record a structure on its way in already has, looked up for many structures in a few queries.

Exactly the same cell is the same record; so is the same crystal in another setting, whose hash is mostly equal.
Hashes round: equal ones are confirmed atom by atom, and crystals of unequal ones are compared where formula,
space group and volume agree. Of several records that are the same crystal, one that was added goes before one
that a run derived, and the older before the younger.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from nanoos_lab.store.rows import chunks
from nanoos_lab.store.schema import StructureRow
from nanoos_lab.store.sql import for_each, in_project

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from nanoos_lab.store.incoming import NewStructure
    from nanoos_lab.store.scope import Scope

SAME_ANGSTROM = 0.005
"""How far atoms of two settings may differ, in Å: rounded files agree within this, a strain of 0.2 % does not."""
_VOLUME_WINDOW = 0.01
_NEAREST = 25
"""How many stored structures of equal formula, space group and nearly equal volume are compared in full."""
_READ_AHEAD = 3
"""Of how many structures that one may be the content is read before it is asked for."""

_T = StructureRow.__table__.c
_FACTS = (
    _T.id, _T.parent_id, _T.created_at, _T.digest, _T.record_key, _T.crystal_hash, _T.reduced_formula,
    _T.space_group, _T.volume_per_atom, _T.n_sites, _T.periodic,
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A record, as far as it matters for being the same as another."""

    id: str
    parent_id: str | None
    created_at: float
    digest: str
    record_key: str
    crystal_hash: str
    reduced_formula: str
    space_group: int | None
    volume_per_atom: float | None
    n_sites: int
    periodic: bool

    @property
    def rank(self) -> tuple[bool, float, str]:
        """Added records go before derived ones, then the older first."""
        return self.parent_id is not None, self.created_at, self.id

    @property
    def phase(self) -> tuple[str, int | None, bool]:
        """What must be equal before two crystals with unequal hashes are compared at all."""
        return self.reduced_formula, self.space_group, self.periodic


class KnownStructures:
    """What a project holds that some structures may be; knows what is stored meanwhile where it is told.

    Args:
        session: A writing session.
        scope: The project.
        items: The structures to be looked up.
    """

    def __init__(self, session: Session, scope: Scope, items: Sequence[NewStructure]) -> None:
        self._session, self._scope = session, scope
        self._ids: set[str] = set()
        self._by_key: dict[str, Known] = {}
        self._by_digest: dict[str, list[Known]] = defaultdict(list)
        self._by_hash: dict[str, list[Known]] = defaultdict(list)
        self._by_phase: dict[tuple[str, int | None, bool], list[tuple[float, Known]]] = defaultdict(list)
        self._structures: dict[str, Any] = {}
        self._look_up(items)

    def has_key(self, record_key: str) -> bool:
        """Return whether a record has this key; only keys of the structures looked up are known."""
        return record_key in self._by_key

    def record_of(self, new: NewStructure) -> str | None:
        """Return the id of the record that a structure already has.

        Args:
            new: One of the structures looked up.
        """
        if new.derived:
            found = self._by_key.get(new.record_key)
            return None if found is None else found.id
        if equal := self._by_digest.get(new.digest):
            return min(equal, key=lambda known: known.rank).id
        if new.distinct:
            return None
        return next((one.id for one in self._candidates(new) if self._same(new, one.id)), None)

    def add(self, known: Known, structure: Any = None) -> None:  # noqa: ANN401 - pymatgen's, not imported here
        """Take note of a record.

        Args:
            known: The record.
            structure: Its structure, where it is at hand.
        """
        if known.id in self._ids:
            return
        self._ids.add(known.id)
        self._by_key[known.record_key] = known
        self._by_digest[known.digest].append(known)
        self._by_hash[known.crystal_hash].append(known)
        volume = known.volume_per_atom
        place = float(known.n_sites) if volume is None else volume
        bisect.insort(self._by_phase[known.phase], (place, known), key=lambda pair: pair[0])
        if structure is not None:
            self._structures[known.id] = structure

    def _look_up(self, items: Sequence[NewStructure]) -> None:
        self._read(_T.record_key, {item.record_key for item in items})
        added = [item for item in items if not item.derived]
        self._read(_T.digest, {item.digest for item in added})
        unsure = [item for item in added if not item.distinct and item.digest not in self._by_digest]
        self._read(_T.crystal_hash, {one for item in unsure for one in item.crystal_hashes})
        self._read_alike(unsure)
        ahead = [known.id for item in unsure for known in self._candidates(item)[:_READ_AHEAD]]
        self._read_contents(ahead)

    def _read_alike(self, items: Sequence[NewStructure]) -> None:
        descriptions = [item.described for item in items]
        formulas = {d.reduced_formula for d in descriptions}
        groups = {d.space_group for d in descriptions}
        volumes = [d.volume_per_atom for d in descriptions if d.volume_per_atom is not None]
        if len(groups) == 1 and None not in groups and len(volumes) == len(items):
            low, high = min(volumes) * (1 - _VOLUME_WINDOW), max(volumes) * (1 + _VOLUME_WINDOW)
            near = _T.volume_per_atom.between(low, high)
            self._read(_T.reduced_formula, formulas, _T.space_group == groups.pop(), near)
        else:
            self._read(_T.reduced_formula, formulas)

    def _read(self, column: Any, values: Collection[str], *more: ColumnElement[bool]) -> None:  # noqa: ANN401
        query = select(*_FACTS).where(in_project(self._session, _T.project_id, self._scope.project_id), *more)
        for part in chunks(sorted(values)):
            for row in self._session.connection().execute(for_each(self._session, query, column, part)):
                self.add(Known(*row))

    def _candidates(self, new: NewStructure) -> list[Known]:
        """Return records that may be the same crystal, the likeliest first."""
        equal = chain.from_iterable(self._by_hash.get(one, ()) for one in new.crystal_hashes)
        first = sorted(equal, key=lambda known: known.rank)[:_NEAREST]
        d = new.described
        volume, alike = (
            d.volume_per_atom,
            self._by_phase.get((d.reduced_formula, d.space_group, d.periodic), []),
        )
        if volume is None:
            near = _between(alike, d.n_sites, d.n_sites)
            near.sort(key=lambda known: known.rank)
        else:
            near = _between(alike, volume * (1 - _VOLUME_WINDOW), volume * (1 + _VOLUME_WINDOW))
            near.sort(key=_nearness(volume))
        return list(dict.fromkeys([*first, *near[:_NEAREST]]))

    def _same(self, new: NewStructure, known_id: str) -> bool:
        from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

        if known_id not in self._structures:
            self._read_contents([known_id])
        return science.same_crystal(new.structure, self._structures[known_id], tolerance=SAME_ANGSTROM)

    def _read_contents(self, ids: Iterable[str]) -> None:
        from nanoos_lab import structures as science  # noqa: PLC0415 - loads pymatgen

        wanted = dict.fromkeys(one for one in ids if one not in self._structures)
        query = select(_T.id, _T.content).where(
            in_project(self._session, _T.project_id, self._scope.project_id)
        )
        for part in chunks(list(wanted)):
            found = self._session.connection().execute(for_each(self._session, query, _T.id, part))
            for known_id, content in found:
                self._structures[known_id] = science.from_json(content)


def known_by_digest(session: Session, scope: Scope, digests: Collection[str]) -> dict[str, str]:
    """Return the ids of records that are exactly these cells, by digest: what adding them would find, in no time.

    Args:
        session: An open session.
        scope: The project.
        digests: SHA-256 of the cells.
    """
    query = select(_T.digest, _T.parent_id, _T.created_at, _T.id).where(
        in_project(session, _T.project_id, scope.project_id)
    )
    found: dict[str, tuple[bool, float, str]] = {}
    for part in chunks(sorted(digests)):
        for digest, parent, created_at, one in session.connection().execute(
            for_each(session, query, _T.digest, part)
        ):
            rank = (parent is not None, created_at, one)
            found[digest] = min(rank, found.get(digest, rank))
    return {digest: one for digest, (_, _, one) in found.items()}


def _between(sorted_pairs: list[tuple[float, Known]], low: float, high: float) -> list[Known]:
    start = bisect.bisect_left(sorted_pairs, low, key=lambda pair: pair[0])
    end = bisect.bisect_right(sorted_pairs, high, key=lambda pair: pair[0])
    return [known for _, known in sorted_pairs[start:end]]


def _nearness(volume: float) -> Callable[[Known], tuple[float, bool, float, str]]:
    return lambda known: (abs((known.volume_per_atom or 0.0) - volume), *known.rank)
