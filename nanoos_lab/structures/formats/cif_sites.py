"""From listed atoms and symmetry operations to the sites of the cell, by pymatgen's rules, vectorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]
    IntArray = npt.NDArray[np.intp]

SITE_TOLERANCE = 1e-4
"""Two positions whose fractional coordinates all differ by less are one site."""
_IDENTITY = np.eye(3)
_BINS, _BIN_OFFSET = 1009, 0.43
"""A grid whose bin borders lie away from the fractions 0, 1/8, 1/6, 1/4, 1/3, ... of special positions."""
_CHUNK = 200_000
MAX_SITES = 100_000


def expand(
    coords: FloatArray, rotations: FloatArray, translations: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return the distinct images of each atom under the operations.

    Args:
        coords: Fractional coordinates of the listed atoms, shape (n, 3).
        rotations: Shape (k, 3, 3).
        translations: Shape (k, 3).

    Returns:
        Sites (m, 3), each atom's in the order of the operations, in [0, 1); and the atom of each site (m,).
    """
    n_atoms, n_ops = len(coords), len(rotations)
    if n_ops == 1 and np.array_equal(rotations[0], _IDENTITY) and not translations.any():
        return coords - np.floor(coords), np.arange(n_atoms)
    images = (
        np.matmul(coords[:, None, None, :], rotations.transpose(0, 2, 1)[None])[:, :, 0, :] + translations
    )
    if n_ops > 1:
        shift = images - coords[:, None, :]
        shift -= np.rint(shift)
        fixed = (np.abs(shift) < SITE_TOLERANCE).all(axis=2).sum(axis=1)
    images -= np.floor(images)
    if n_ops == 1:
        return images[:, 0, :], np.arange(n_atoms)
    if (fixed == 1).all():
        return images.reshape(-1, 3), np.repeat(np.arange(n_atoms), n_ops)
    bins = np.floor(images * _BINS + _BIN_OFFSET).astype(np.int64) % _BINS
    keys = ((np.arange(n_atoms)[:, None] * _BINS + bins[..., 0]) * _BINS + bins[..., 1]) * _BINS + bins[
        ..., 2
    ]
    first = np.unique(keys.ravel(), return_index=True)[1]
    first.sort()
    atoms = first // n_ops
    if not np.array_equal(np.bincount(atoms, minlength=n_atoms) * fixed, np.full(n_atoms, n_ops)):
        return _expand_one_by_one(images)
    return images.reshape(-1, 3)[first], atoms


def _expand_one_by_one(images: FloatArray) -> tuple[FloatArray, IntArray]:
    """Keep of each atom's images those that are no neighbour of an earlier one."""
    sites, atoms = [], []
    for atom, own in enumerate(images):
        kept = own[:1]
        for image in own[1:]:
            shift = kept - image
            shift -= np.rint(shift)
            if not (np.abs(shift) < SITE_TOLERANCE).all(axis=1).any():
                kept = np.vstack([kept, image])
        sites.append(kept)
        atoms.extend([atom] * len(kept))
    return np.vstack(sites), np.array(atoms, dtype=np.intp)


def merge_overlaps(coords: FloatArray, sites: FloatArray, atom_of_site: IntArray) -> list[int]:
    """Say which atom each atom shares its position with: itself, or the first one listed there.

    Args:
        coords: The listed atoms, shape (n, 3).
        sites: All their images, shape (m, 3).
        atom_of_site: Which atom each image belongs to, shape (m,).
    """
    owner = list(range(len(coords)))
    step = max(1, _CHUNK // len(sites))
    for start in range(0, len(coords), step):
        shift = coords[start : start + step, None, :] - sites
        shift -= np.rint(shift)
        near = np.all(np.abs(shift) < SITE_TOLERANCE, axis=2)
        near &= atom_of_site < np.arange(start, start + len(near))[:, None]
        for atom, site in np.argwhere(near).tolist():
            here = owner[atom_of_site[site]]
            owner[start + atom] = min(owner[start + atom], here)
    return owner
