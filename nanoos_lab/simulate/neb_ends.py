"""The two ends of a path: are they the same atoms in the same cell, and which atom goes where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pymatgen.core.structure import Structure

    from nanoos_lab.simulate.deform import FloatArray

Mapping = Literal["check", "given", "nearest"]
SAME_CELL_ANGSTROM = 1e-3
SMALLEST_MOVE = 0.05
"""Å; ends between which no atom moves further are the same."""
_TOLD = 0.3
"""Å; atoms that move further are named."""


@dataclass(frozen=True)
class Ends:
    """Two ends with their atoms in the same order."""

    initial: Structure
    final: Structure
    """Its sites are where the atoms of ``initial`` go by the shortest way, across cell boundaries too."""
    mapping: tuple[int, ...]
    """For each site of ``initial`` the site of the given final structure."""

    @property
    def moves(self) -> FloatArray:
        """How far each atom goes, Å, shape (n,)."""
        steps = np.array(self.final.cart_coords) - np.array(self.initial.cart_coords)
        return np.asarray(np.linalg.norm(steps, axis=1))

    def told(self) -> str:
        """Say which atoms move and how far."""
        moves = self.moves
        far = [k for k in np.argsort(-moves) if moves[k] > _TOLD][:5] or [int(moves.argmax())]
        words = ", ".join(f"{self.initial[int(k)].specie} (site {k}) by {moves[k]:.2f} Å" for k in far)
        rest = np.delete(moves, far)
        return f"moving: {words}" + (f"; all others by at most {rest.max():.2f} Å" if len(rest) else "")


def matched(initial: Structure, final: Structure, mapping: Mapping) -> Ends:
    """Check two ends and bring their atoms into the same order.

    Args:
        initial: Where the path begins.
        final: Where it ends.
        mapping: ``check`` takes the order as given, and refuses it where nearness says otherwise; ``given`` takes it
            in any case; ``nearest`` matches atoms of one species so that together they go the shortest way.

    Raises:
        InvalidInputError: Composition or cell differ, the order is refused, or nothing moves.
    """
    _check_alike(initial, final)
    apart = _distances(initial, final)
    order = np.arange(len(initial))
    nearest = _nearest(initial, final, apart)
    if mapping == "nearest":
        order = nearest
    else:
        _check_order(initial, final, apart, nearest, strict=mapping == "check")
    ends = Ends(initial, _moved(initial, final, order), tuple(map(int, order)))
    if ends.moves.max() < SMALLEST_MOVE:
        raise InvalidInputError(
            f"initial and final are the same: no atom moves by more than {ends.moves.max():.3f} Å"
        )
    return ends


def _check_alike(initial: Structure, final: Structure) -> None:
    one, other = initial.composition, final.composition
    if one != other:
        raise InvalidInputError(
            f"initial is {one.formula} and final is {other.formula}: a path joins two arrangements of the same atoms"
        )
    apart = np.abs(np.array(initial.lattice.matrix) - np.array(final.lattice.matrix)).max()
    if apart > SAME_CELL_ANGSTROM:
        raise InvalidInputError(
            f"the cells of initial and final differ by up to {apart:.3g} Å: a path joins arrangements in one cell; "
            "relax one end fully, make the other from it, and relax atoms alone"
        )


def _check_order(
    initial: Structure, final: Structure, apart: FloatArray, nearest: NDArray[np.int_], *, strict: bool
) -> None:
    others = [k for k, (a, b) in enumerate(zip(initial, final, strict=True)) if a.specie != b.specie]
    if others:
        k = others[0]
        raise InvalidInputError(
            f"site {k} is {initial[k].specie} in initial and {final[k].specie} in final: the atoms are in another "
            "order; say mapping='nearest' to match them"
        )
    given = float(apart.diagonal().sum())
    shortest = float(apart[np.arange(len(apart)), nearest].sum())
    if strict and given > shortest + _TOLD:
        raise InvalidInputError(
            f"in the order given the atoms would go {given:.1f} Å in all, and matched by nearness {shortest:.1f} Å: "
            "final seems to list them in another order; say mapping='nearest' to match them, or mapping='given' where "
            "this path is meant"
        )


def _distances(initial: Structure, final: Structure) -> FloatArray:
    """Return the shortest distances of all pairs in Å, shape (n, n)."""
    return np.asarray(initial.lattice.get_all_distances(initial.frac_coords, final.frac_coords))


def _nearest(initial: Structure, final: Structure, apart: FloatArray) -> NDArray[np.int_]:
    """Return the assignment within each species whose distances are shortest in all."""
    import scipy.optimize  # noqa: PLC0415 - only here

    order = np.zeros(len(initial), dtype=int)
    for specie in set(initial.species):
        rows = np.array([k for k, site in enumerate(initial) if site.specie == specie])
        columns = np.array([k for k, site in enumerate(final) if site.specie == specie])
        first, second = scipy.optimize.linear_sum_assignment(  # type: ignore[attr-defined]
            apart[np.ix_(rows, columns)]
        )
        order[rows[first]] = columns[second]
    return order


def _moved(initial: Structure, final: Structure, order: NDArray[np.int_]) -> Structure:
    """Return the final structure with the atoms and the cells of the initial one."""
    from pymatgen.util.coord import pbc_shortest_vectors  # noqa: PLC0415 - heavy import

    start, end = np.array(initial.frac_coords), np.array(final.frac_coords)[order]
    steps = np.array(
        [pbc_shortest_vectors(initial.lattice, a, b)[0, 0] for a, b in zip(start, end, strict=True)]
    )
    moved = initial.copy()
    for k, place in enumerate(np.array(initial.cart_coords) + steps):
        moved.replace(k, moved[k].species, place, coords_are_cartesian=True, properties=moved[k].properties)
    return moved
