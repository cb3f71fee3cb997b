"""Elastic constants from strains and stresses: which strains, the fit, its checks and what follows from it.

Strains are small and symmetric, ``cell' = cell (1 + ε)``; stresses are Cauchy's. In Voigt notation shear strains
count twice. Everything here is numbers in and numbers out; no calculator.

Source: J. F. Nye, Physical Properties of Crystals (1985), ch. 8; stability: F. Mouhat and F.-X. Coudert, Phys. Rev.
B 90, 224104 (2014), doi:10.1103/PhysRevB.90.224104.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.simulate.statements import EV_PER_CUBIC_ANGSTROM_IN_GPA

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.simulate.deform import FloatArray

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Row and column of the stress of each Voigt index."""
SAME_STRAIN = 1e-8
_SMALL = 1e-3
"""Part of the largest constant below which a constant decides no orientation."""


@dataclass(frozen=True)
class StiffnessFit:
    """What came of a fit; all in GPa."""

    raw: FloatArray
    """As fitted, not symmetric by construction, shape (6, 6)."""
    tensor: FloatArray
    """Made symmetric and averaged over the space group, shape (6, 6)."""
    residual_stress: FloatArray
    """Stress at no strain, positive under tension, Voigt, shape (6,)."""
    fit_error: float
    """Root mean square of the stresses that the straight lines miss."""

    @property
    def asymmetry(self) -> float:
        """Largest |Cij − Cji| of the raw tensor over its largest constant."""
        return float(np.abs(self.raw - self.raw.T).max() / np.abs(self.raw).max())

    @property
    def broken_symmetry(self) -> float:
        """Largest change of a constant by the averages, over the largest constant."""
        return float(np.abs(self.raw - self.tensor).max() / np.abs(self.tensor).max())

    @property
    def eigenvalues(self) -> FloatArray:
        """Of the tensor as a matrix that maps strains to stresses (Mandel's form), increasing, shape (6,)."""
        weights = np.array([1.0, 1.0, 1.0, *[np.sqrt(2.0)] * 3])
        return np.asarray(np.linalg.eigvalsh(self.tensor * np.outer(weights, weights)))

    @property
    def stable(self) -> bool:
        """Whether every small strain costs energy: Born's criterion, for any crystal system."""
        return bool(self.eigenvalues[0] > 0.0)


@dataclass(frozen=True)
class Moduli:
    """Averages of an elastic tensor over the orientations of grains; GPa and K."""

    bulk_voigt: float
    bulk_reuss: float
    shear_voigt: float
    shear_reuss: float
    anisotropy: float
    debye: float

    @property
    def bulk(self) -> float:
        """Hill's mean."""
        return 0.5 * (self.bulk_voigt + self.bulk_reuss)

    @property
    def shear(self) -> float:
        """Hill's mean."""
        return 0.5 * (self.shear_voigt + self.shear_reuss)

    @property
    def young(self) -> float:
        """Of the polycrystal."""
        return 9.0 * self.bulk * self.shear / (3.0 * self.bulk + self.shear)

    @property
    def poisson(self) -> float:
        """Of the polycrystal."""
        return (3.0 * self.bulk - 2.0 * self.shear) / (6.0 * self.bulk + 2.0 * self.shear)


def strain_set(largest: float, points: int) -> FloatArray:
    """Return strains along each of the six components, both ways.

    Args:
        largest: Largest component, as the tensor's (not doubled for shear).
        points: How many along each, even.

    Returns:
        Symmetric matrices, shape (6 points, 3, 3).
    """
    half = np.linspace(0.0, largest, points // 2 + 1)[1:]
    strains = []
    for i, j in VOIGT:
        for amount in (*-half[::-1], *half):
            strain = np.zeros((3, 3))
            strain[i, j] = strain[j, i] = amount
            strains.append(strain)
    return np.array(strains)


def without_images(strains: FloatArray, rotations: FloatArray) -> FloatArray:
    """Leave out strains that symmetry turns into one that is there already.

    Args:
        strains: Shape (n, 3, 3).
        rotations: Of the point group, cartesian, shape (k, 3, 3).
    """
    kept: list[FloatArray] = []
    for strain in strains:
        images = np.einsum("kab,bc,kdc->kad", rotations, strain, rotations)
        if not any(np.abs(images - other).max(axis=(1, 2)).min() < SAME_STRAIN for other in kept):
            kept.append(strain)
    return np.array(kept)


def rotations_of(structure: Structure, symprec: float) -> FloatArray:
    """Return the rotations of a crystal's point group, cartesian, shape (k, 3, 3).

    Args:
        structure: The crystal.
        symprec: Tolerance in Å.
    """
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer  # noqa: PLC0415 - heavy import

    operations = SpacegroupAnalyzer(structure, symprec).get_symmetry_operations(cartesian=True)
    return np.unique(np.array([op.rotation_matrix for op in operations]).round(10), axis=0)


def fit_stiffness(
    strains: FloatArray, stresses: FloatArray, rotations: FloatArray, *, images: bool
) -> StiffnessFit:
    """Fit elastic constants by least squares.

    Args:
        strains: Shape (n, 3, 3).
        stresses: eV/Å³, positive under tension, shape (n, 3, 3).
        rotations: Of the point group, cartesian, shape (k, 3, 3).
        images: Whether what symmetry makes of each strain and stress is fitted too: it must be where strains that
            are equal by symmetry were left out.
    """
    by = rotations if images else np.eye(3)[None]
    turned = [
        np.einsum("kab,nbc,kdc->knad", by, each, by).reshape(-1, 3, 3)
        for each in (strains, stresses * EV_PER_CUBIC_ANGSTROM_IN_GPA)
    ]
    rows, columns = np.array(VOIGT).T
    strain, stress = (each[:, rows, columns] for each in turned)
    strain = strain * np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    design = np.column_stack([np.ones(len(strain)), strain])
    found = np.linalg.lstsq(design, stress, rcond=None)[0]
    missed = stress - design @ found
    raw = found[1:].T
    return StiffnessFit(
        raw=raw,
        tensor=averaged(0.5 * (raw + raw.T), rotations),
        residual_stress=found[0],
        fit_error=float(np.sqrt((missed**2).mean())),
    )


def averaged(stiffness: FloatArray, rotations: FloatArray) -> FloatArray:
    """Return a stiffness averaged over rotations.

    Args:
        stiffness: Voigt, shape (6, 6).
        rotations: Cartesian, shape (k, 3, 3).
    """
    return np.asarray(np.mean([turned_stiffness(stiffness, rotation) for rotation in rotations], axis=0))


def turned_stiffness(stiffness: FloatArray, rotation: FloatArray) -> FloatArray:
    """Return the stiffness of a crystal that was turned.

    Args:
        stiffness: Voigt, shape (6, 6).
        rotation: Orthogonal, acting on column vectors, shape (3, 3).
    """
    rows, columns = np.array(VOIGT).T
    full = np.zeros((3, 3, 3, 3))
    for i, j in ((rows, columns), (columns, rows)):
        for k, m in ((rows, columns), (columns, rows)):
            full[i[:, None], j[:, None], k[None, :], m[None, :]] = stiffness
    full = np.einsum("ai,bj,ck,dm,ijkm->abcd", rotation, rotation, rotation, rotation, full, optimize=True)
    return np.asarray(full[rows[:, None], columns[:, None], rows[None, :], columns[None, :]])


def ieee_structure(structure: Structure) -> Structure:
    """Return a crystal turned so that the axes of space are those of the IEEE standard.

    Args:
        structure: The crystal.

    Source: IEEE Standard on Piezoelectricity, ANSI/IEEE Std 176-1987, as pymatgen implements it.
    """
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.structure import Structure  # noqa: PLC0415

    axes = _ieee_axes(structure)
    return Structure(
        Lattice(structure.lattice.matrix @ axes.T),
        structure.species,
        structure.frac_coords,
        site_properties=dict(structure.site_properties),
        labels=structure.labels,
        charge=structure._charge,  # noqa: SLF001 - .charge would fill in a sum of oxidation states
    )


def _ieee_axes(structure: Structure) -> FloatArray:
    """Return the axes of the standard as rows, in the space of the crystal, shape (3, 3)."""
    from pymatgen.analysis.elasticity.elastic import ElasticTensor  # noqa: PLC0415 - heavy import
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer  # noqa: PLC0415

    found = SpacegroupAnalyzer(structure)
    if found.get_crystal_system() != "tetragonal":
        return np.asarray(ElasticTensor.get_ieee_rotation(structure))
    # pymatgen's own puts the fourfold axis of a cell with c < a along x
    lattice = np.array(structure.lattice.matrix)
    conventional = np.linalg.inv(found.get_symmetry_dataset().transformation_matrix).T @ lattice
    c, a = (conventional[k] / np.linalg.norm(conventional[k]) for k in (2, 0))
    return np.array([a, np.cross(c, a), c])


def settled_sense(stiffness: FloatArray, structure: Structure, symprec: float) -> FloatArray:
    """Choose among orientations that the lattice alone cannot tell apart, so that equal crystals give equal tensors.

    The sense of the axes decides the signs of C14 in trigonal crystals with a primitive lattice, of C15 in those of
    Laue class −3, and of C16 in tetragonal ones of class 4/m: the first of them that is not zero is made positive.

    Args:
        stiffness: Voigt, in IEEE orientation, shape (6, 6).
        structure: The crystal.
        symprec: Tolerance in Å.
    """
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer  # noqa: PLC0415 - heavy import

    found = SpacegroupAnalyzer(structure, symprec)
    system, group = found.get_crystal_system(), found.get_point_group_symbol()
    about_z, about_x = np.diag([-1.0, -1.0, 1.0]), np.diag([1.0, -1.0, -1.0])
    candidates: list[Any] = [np.eye(3)]
    if system == "trigonal" and not found.get_space_group_symbol().startswith("R"):
        candidates.append(about_z)
    if group in {"3", "-3", "4", "-4", "4/m"}:
        candidates += [about_x @ one for one in candidates]
    turned = [turned_stiffness(stiffness, one) for one in candidates]
    least = _SMALL * np.abs(stiffness).max()

    def signs(tensor: FloatArray) -> tuple[int, ...]:
        return tuple(int(np.sign(c)) if abs(c) > least else 0 for c in tensor[0, 3:])

    return max(turned, key=signs)


def moduli_of(stiffness: FloatArray, structure: Structure) -> Moduli:
    """Return Voigt's and Reuss's averages, the anisotropy, and the Debye temperature from Hill's sound velocities.

    Args:
        stiffness: Positive definite, Voigt, GPa, shape (6, 6).
        structure: The crystal, for its density.

    Source: R. Hill, Proc. Phys. Soc. A 65, 349 (1952); S. I. Ranganathan and M. Ostoja-Starzewski, Phys. Rev. Lett.
        101, 055504 (2008); O. L. Anderson, J. Phys. Chem. Solids 24, 909 (1963); all as in pymatgen.
    """
    from pymatgen.analysis.elasticity.elastic import ElasticTensor  # noqa: PLC0415 - heavy import

    tensor = ElasticTensor.from_voigt(stiffness)
    return Moduli(
        bulk_voigt=float(tensor.k_voigt),
        bulk_reuss=float(tensor.k_reuss),
        shear_voigt=float(tensor.g_voigt),
        shear_reuss=float(tensor.g_reuss),
        anisotropy=float(tensor.universal_anisotropy),
        debye=float(tensor.debye_temperature(structure)),
    )


def tensor_rows(stiffness: FloatArray) -> FloatArray:
    """Return a stiffness as the vocabulary keeps it: the row's number first, shape (6, 7).

    Args:
        stiffness: Voigt, shape (6, 6).
    """
    return np.column_stack([np.arange(1.0, 7.0), stiffness])
