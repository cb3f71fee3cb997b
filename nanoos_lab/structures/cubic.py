"""Recognise cubic space groups quickly where the case is clear.

spglib takes 2 to 20 ms for a cubic crystal of four atoms and a fraction of one for all others, so this file tests the
48 operations of a cubic lattice at once. An operation is accepted if it maps every atom onto an equal one within a
tenth of the tolerance and rejected if it misses by five times the tolerance; anything between, and anything but a
complete cubic group, is left to spglib. So wherever this file answers, spglib answers the same.
"""

from __future__ import annotations

import itertools
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import spglib

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

_CONVENTIONAL = {
    "P": np.eye(3),
    "F": np.array([[-1.0, 1, 1], [1, -1, 1], [1, 1, -1]]),
    "I": np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]]),
}
"""Rows: the axes of the cube in terms of a reduced primitive cell."""
_CENTRINGS = {
    "P": ((0.0, 0.0, 0.0),),
    "F": ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0)),
    "I": ((0.0, 0.0, 0.0), (0.5, 0.5, 0.5)),
}
_CLEARLY_YES, _CLEARLY_NO = 0.1, 5.0
"""In units of the tolerance."""
_MAX_SITES, _MAX_WORK = 80, 30_000
_FIRST_CUBIC_HALL, _LAST_HALL = 489, 530
_GROUP_ORDERS = (12, 24, 48)


def cubic_group(
    matrix: FloatArray, frac_coords: FloatArray, kinds: Sequence[int], symprec: float
) -> tuple[int, float] | None:
    """Return the space group and the edge of the cube in Å, or None to leave the case to spglib.

    Args:
        matrix: Cell vectors as rows, Å.
        frac_coords: Fractional coordinates, shape (n, 3).
        kinds: One number per site, counted from 1, equal for equal sites.
        symprec: Tolerance in Å.
    """
    frame = _frame(matrix, symprec)
    if frame is None:
        return None
    letter, reduced, edge = frame
    coords = frac_coords @ (matrix @ np.linalg.inv(reduced))
    numbers = np.asarray(kinds)
    sites = [coords[numbers == kind] for kind in np.argsort(np.bincount(numbers)[1:], kind="stable") + 1]
    if len(coords) > _MAX_SITES:
        return None
    shifts = _translations(sites, reduced, symprec)
    if shifts is None:
        return None
    found = _operations(letter, sites, shifts, reduced, symprec)
    if found is None:
        return None
    present, translations = found
    centred = _centring(letter, shifts)
    if centred is None or int(present.sum()) not in _GROUP_ORDERS:
        return None
    in_cube = translations @ np.linalg.inv(_CONVENTIONAL[letter])
    number = _number(
        centred, present.tobytes(), np.rint(np.mod(in_cube[present], 1) * 48).astype(np.int8).tobytes()
    )
    return None if number is None else (number, edge)


def _frame(matrix: FloatArray, symprec: float) -> tuple[str, FloatArray, float] | None:
    """Return the lattice letter, a reduced primitive cell and the edge if the lattice is clearly cubic."""
    reduced = spglib.niggli_reduce(matrix)
    if reduced is None:
        return None
    metric = reduced @ reduced.T
    squares = metric.diagonal()
    if np.ptp(squares) > 0.1 * squares[0]:
        return None
    for letter, axes in _CONVENTIONAL.items():
        cube = axes @ metric @ axes.T
        edge = float(np.trace(cube) / 3) ** 0.5
        off = np.abs(cube - edge**2 * np.eye(3)).max() / edge
        if off < _CLEARLY_YES * symprec:
            return letter, reduced, edge
    return None


def misfit(images: FloatArray, targets: FloatArray, reduced: FloatArray) -> FloatArray:
    """Return how far each set of images is from lying on the targets: its worst site's distance in Å, shape (...).

    Args:
        images: Fractional coordinates, shape (..., n, 3).
        targets: Fractional coordinates, shape (m, 3).
        reduced: Vectors of a reduced cell as rows, Å.
    """
    apart = images[..., :, None, :] - targets
    apart -= np.rint(apart)
    apart = apart @ reduced
    worst: FloatArray = np.sqrt((apart * apart).sum(axis=-1).min(axis=-1).max(axis=-1))
    return worst


def _decide(misfit: FloatArray, symprec: float) -> npt.NDArray[np.bool_] | None:
    """Return which misfits are none, or None if one is neither small nor large."""
    yes = misfit < _CLEARLY_YES * symprec
    if (yes | (misfit > _CLEARLY_NO * symprec)).all():
        return yes
    return None


def _translations(sites: list[FloatArray], reduced: FloatArray, symprec: float) -> FloatArray | None:
    """Return the pure translations of the crystal inside the cell, zero first, shape (t, 3)."""
    shifts: FloatArray = sites[0] - sites[0][0]
    for group in sites:
        if len(shifts) == 1:
            break
        yes = _decide(misfit(group + shifts[:, None, :], group, reduced), symprec)
        if yes is None:
            return None
        shifts = shifts[yes]
    return shifts


def _operations(
    letter: str, sites: list[FloatArray], shifts: FloatArray, reduced: FloatArray, symprec: float
) -> tuple[npt.NDArray[np.bool_], FloatArray] | None:
    """Return which of the 48 rotations belong to the crystal and one translation for each, in the reduced cell."""
    rotations = _rotations(letter)
    origins = _representatives(sites[0], shifts, reduced, symprec)
    turned = np.einsum("kij,j->ki", rotations, sites[0][0])
    candidates = (origins[None] - turned[:, None, :]).reshape(-1, 3)
    of_rotation = np.repeat(np.arange(len(rotations)), len(origins))
    for group in sites:
        some = _representatives(group, shifts, reduced, symprec)
        if len(candidates) * len(some) * len(group) > _MAX_WORK:
            return None
        images = some @ rotations.transpose(0, 2, 1)
        yes = _decide(misfit(images[of_rotation] + candidates[:, None, :], group, reduced), symprec)
        if yes is None:
            return None
        candidates, of_rotation = candidates[yes], of_rotation[yes]
    present = np.zeros(len(rotations), dtype=bool)
    translations = np.zeros((len(rotations), 3))
    present[of_rotation] = True
    translations[of_rotation] = candidates
    return present, translations


def _representatives(
    group: FloatArray, shifts: FloatArray, reduced: FloatArray, symprec: float
) -> FloatArray:
    """Return one site of each set that the translations make equal."""
    if len(shifts) == 1:
        return group
    apart = group[:, None, None, :] + shifts[:, None, :] - group[:, None, None, :].transpose(1, 2, 0, 3)
    apart -= np.rint(apart)
    near = (((apart @ reduced) ** 2).sum(axis=-1) < symprec**2).any(axis=1)
    first = near.argmax(axis=1)
    own: FloatArray = group[first == np.arange(len(group))]
    return own


def _centring(letter: str, shifts: FloatArray) -> str | None:
    """Return the letter of the crystal's own lattice, given that of the cell and the translations inside it."""
    if len(shifts) == 1:
        return letter
    inside = sorted(tuple(row) for row in (np.rint(np.mod(shifts, 1) * 48) % 48 / 48).tolist())
    for own in ("F", "I"):
        if letter == "P" and inside == sorted(_CENTRINGS[own]):
            return own
    return None


@cache
def _cube_rotations() -> FloatArray:
    """Return the 48 signed permutation matrices, shape (48, 3, 3)."""
    found = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1.0, -1.0), repeat=3):
            rotation = np.zeros((3, 3))
            rotation[range(3), order] = signs
            found.append(rotation)
    return np.array(found)


@cache
def _rotations(letter: str) -> FloatArray:
    """Return the 48 rotations acting on column coordinates of the reduced cell, shape (48, 3, 3)."""
    axes = _CONVENTIONAL[letter]
    to_cube = np.linalg.inv(axes).T
    return np.rint(np.linalg.inv(to_cube) @ _cube_rotations() @ to_cube)


@lru_cache(maxsize=1024)
def _number(letter: str, present: bytes, translations: bytes) -> int | None:
    """Return the space group of operations in the axes of the cube, or None where the fingerprint leaves a choice."""
    which = np.frombuffer(present, dtype=bool)
    vectors = np.frombuffer(translations, dtype=np.int8).reshape(-1, 3) / 48
    numbers = _table().get(_fingerprint(letter, np.flatnonzero(which), vectors), set())
    return next(iter(numbers)) if len(numbers) == 1 else None


@cache
def names_of(number: int) -> tuple[str, str]:
    """Return the short Hermann-Mauguin symbol and the point group of a cubic space group.

    Args:
        number: 195 to 230.
    """
    kind = next(kind for kind in _kinds().values() if kind.number == number)
    return kind.international_short, kind.pointgroup_international


@cache
def _kinds() -> dict[int, Any]:
    """Return spglib's space-group types of the cubic Hall symbols."""
    return {hall: spglib.get_spacegroup_type(hall) for hall in range(_FIRST_CUBIC_HALL, _LAST_HALL + 1)}


@cache
def _table() -> dict[tuple[object, ...], set[int]]:
    """Return the cubic space groups by fingerprint, from spglib's own database."""
    rank = {rotation.tobytes(): number for number, rotation in enumerate(_cube_rotations().astype(np.int8))}
    table: dict[tuple[object, ...], set[int]] = {}
    for hall, kind in _kinds().items():
        database: Any = spglib.get_symmetry_from_database(hall)
        ranks = [rank[rotation.astype(np.int8).tobytes()] for rotation in database["rotations"]]
        which, first = np.unique(ranks, return_index=True)
        key = _fingerprint(kind.international_short[0], which, database["translations"][first])
        table.setdefault(key, set()).add(int(kind.number))
    return table


def _fingerprint(letter: str, which: npt.NDArray[np.intp], translations: FloatArray) -> tuple[object, ...]:
    """Return what does not depend on the origin: each operation's kind and its shortest screw or glide part."""
    kinds, projectors, lattice = _parts(letter)
    along = np.einsum("kij,kj->ki", projectors[which], translations)[:, None, :] + lattice[which]
    shortest = (along * along).sum(axis=2).min(axis=1)
    return (letter, *sorted((kinds[which] + np.rint(shortest * 96)).astype(int).tolist()))


@cache
def _parts(letter: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return of the 48 rotations: their kind, the projector on their axis or plane, the lattice projected so."""
    rotations = _cube_rotations()
    kinds = 10_000 * np.rint(np.linalg.det(rotations) * 10 + np.trace(rotations, axis1=1, axis2=2))
    power, total = np.broadcast_to(np.eye(3), rotations.shape), np.zeros_like(rotations)
    for _ in range(12):  # a multiple of every order
        total = total + power
        power = power @ rotations
    projectors = total / 12
    steps = np.array(list(itertools.product((-1.0, 0.0, 1.0), repeat=3)))
    points = (steps[:, None, :] + np.array(_CENTRINGS[letter])).reshape(-1, 3)
    return kinds, projectors, np.einsum("kij,nj->kni", projectors, points)
