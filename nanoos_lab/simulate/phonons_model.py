"""Phonopy between a crystal and its forces: supercell, displacements, and what force constants lead to.

The cell is the standard primitive one of :mod:`nanoos_lab.structures.kpath`, so that q-points and labels fit it.
No calculator here: displaced supercells go out, forces come in.

Source: A. Togo, L. Chaput, T. Tadano, I. Tanaka, J. Phys.: Condens. Matter 35, 353001 (2023),
doi:10.1088/1361-648X/acd831.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import constants

from nanoos_lab.errors import InvalidInputError, MissingExtraError
from nanoos_lab.structures.kpath import SYMPREC, standard_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.simulate.deform import FloatArray
    from nanoos_lab.structures.kpath import KPath

ROOM_K = 298.15
ACOUSTIC = 3
_NEAR_GAMMA = 0.005
"""Length in 1/Å (without 2π) of the q-points at which the slope of acoustic modes is taken."""
_DIRECTIONS = 150
_IS_GAMMA = 1e-8
_MOST_ATOMS = 5000
_BAND_SPACING = 0.04
"""Distance of neighbouring q-points along the path in 1/Å, 2π included."""
_KJ_PER_MOL_IN_EV = 1e3 / constants.N_A / constants.e


@dataclass(frozen=True)
class Thermal:
    """Harmonic thermal properties per atom; each member but the last two has shape (t,)."""

    temperatures: FloatArray
    """K."""
    free_energy: FloatArray
    """eV/atom, with the zero-point energy."""
    entropy: FloatArray
    """J/(mol atom K)."""
    heat_capacity: FloatArray
    """At constant volume, J/(mol atom K)."""
    zero_point: float
    """eV/atom."""
    room: tuple[float, float, float]
    """Free energy, entropy and heat capacity at 298.15 K."""


@dataclass(frozen=True)
class Spectrum:
    """What force constants say of the vibrations."""

    path: KPath
    bands: FloatArray
    """THz along the path, imaginary ones negative, shape (q, 3 n)."""
    dos: FloatArray
    """THz and states per THz and atom, shape (m, 2)."""
    lowest: float
    """THz on the mesh, the acoustic modes at Γ being zero."""
    lowest_at: tuple[float, float, float]
    highest: float
    mesh: tuple[int, int, int]
    acoustic: FloatArray
    """THz, what the sum rule leaves of the acoustic modes at Γ, shape (3,)."""
    debye: float | None
    """K, from the speed of sound; None where a mode near Γ is imaginary."""

    @property
    def lowest_on_path(self) -> float:
        """THz along the path, the acoustic modes at Γ being zero."""
        return float(_without_acoustic(self.bands, self.path.kpoints)[0].min())

    @property
    def floor(self) -> float:
        """THz, the lowest on mesh and path."""
        return min(self.lowest, self.lowest_on_path)

    @property
    def floor_at(self) -> tuple[float, ...]:
        """Where the lowest frequency is, in the reciprocal primitive lattice."""
        if self.lowest <= self.lowest_on_path:
            return self.lowest_at
        values = _without_acoustic(self.bands, self.path.kpoints)[0]
        return tuple(float(x) for x in self.path.kpoints[int(values.min(axis=1).argmin())])


def primitive_path(structure: Structure) -> KPath:
    """Return the standard path of a crystal, and in it the cell that phonons are computed for.

    Args:
        structure: Any cell of the crystal.
    """
    return standard_path(structure, spacing=_BAND_SPACING, symprec=SYMPREC)


def supercell_matrix(primitive: Structure, min_length: float) -> FloatArray:
    """Return the smallest supercell with the crystal's own symmetry whose images are far enough apart.

    Args:
        primitive: The primitive cell.
        min_length: Shortest allowed distance of an atom from its own image, Å.

    Returns:
        Columns are the vectors of the supercell in those of the primitive cell, integers, shape (3, 3).

    Raises:
        InvalidInputError: It would have too many atoms.
    """
    conventional = _conventional(primitive)
    candidates = [_grown(primitive, base, min_length) for base in (np.eye(3, dtype=int), conventional)]
    best = min(candidates, key=lambda matrix: abs(round(np.linalg.det(matrix))))
    atoms = abs(round(np.linalg.det(best))) * len(primitive)
    if atoms > _MOST_ATOMS:
        raise InvalidInputError(
            f"images {min_length:g} Å apart need a supercell of {atoms} atoms: lower min_length, or give supercell"
        )
    return best


def _conventional(primitive: Structure) -> FloatArray:
    """Return the conventional cell's vectors in those of the primitive one, as columns."""
    from pymatgen.symmetry.analyzer import SpacegroupAnalyzer  # noqa: PLC0415 - heavy import

    matrix = np.linalg.inv(
        SpacegroupAnalyzer(primitive, SYMPREC).get_symmetry_dataset().transformation_matrix
    )
    whole = np.rint(matrix).astype(int)
    return whole if np.allclose(matrix, whole, atol=1e-3) else np.eye(3, dtype=int)


def _grown(primitive: Structure, base: FloatArray, min_length: float) -> FloatArray:
    """Multiply a cell's vectors until all lattice vectors are long enough, equal ones equally."""
    lattice = base.T @ np.array(primitive.lattice.matrix)
    lengths = np.linalg.norm(lattice, axis=1)
    times = np.maximum(1, np.ceil(min_length / lengths - 1e-6)).astype(int)
    if len(set(lengths.round(3))) == 1:
        times[:] = times.max()
    while shortest_translation(times[:, None] * lattice) < min_length - 1e-6:
        times = times + 1
    return np.asarray(base @ np.diag(times))


def shortest_translation(lattice: FloatArray) -> float:
    """Return the length of the shortest lattice vector, Å.

    Args:
        lattice: Row vectors in Å, shape (3, 3).
    """
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import

    reduced = np.array(Lattice(lattice).get_lll_reduced_lattice().matrix)
    steps = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    lengths = np.linalg.norm(steps @ reduced, axis=1)
    return float(lengths[lengths > 0].min())


class Model:
    """Phonopy for one crystal.

    Args:
        path: The standard path, with the primitive cell.
        matrix: The supercell's vectors in those of the primitive cell, as columns.
        distance: Length of the displacements in Å.

    Raises:
        MissingExtraError: phonopy is not installed.
    """

    def __init__(self, path: KPath, matrix: FloatArray, distance: float) -> None:
        try:
            from phonopy import Phonopy  # noqa: PLC0415 - an extra
            from phonopy.structure.atoms import PhonopyAtoms  # noqa: PLC0415
        except ImportError:
            raise MissingExtraError("phonopy", "simulation", "Phonons") from None
        self.path, self.primitive = path, path.structure
        moments = self.primitive.site_properties.get("magmom")
        cell = PhonopyAtoms(
            symbols=[site.specie.symbol for site in self.primitive],
            cell=np.array(self.primitive.lattice.matrix),
            scaled_positions=np.array(self.primitive.frac_coords),
            magnetic_moments=moments,
        )
        self.phonopy: Any = Phonopy(cell, supercell_matrix=matrix, primitive_matrix=np.eye(3))
        self.phonopy.generate_displacements(distance=distance)
        self.displaced: list[FloatArray] = [
            np.array(one.positions) for one in self.phonopy.supercells_with_displacements or ()
        ]
        """Positions in Å of each displaced supercell."""

    def supercell(self) -> Structure:
        """Return the perfect supercell, with species and moments of the primitive one."""
        from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
        from pymatgen.core.structure import Structure  # noqa: PLC0415

        cell = self.phonopy.supercell
        origins = [self.primitive[cell.u2u_map[k]] for k in cell.s2u_map]
        moments = [site.properties.get("magmom") for site in origins]
        return Structure(
            Lattice(cell.cell),
            [site.specie for site in origins],
            np.array(cell.positions),
            coords_are_cartesian=True,
            site_properties=None if None in moments else {"magmom": moments},
        )

    def learn(self, forces: Sequence[FloatArray]) -> float:
        """Take the forces of all displaced supercells; make force constants that obey the acoustic sum rule.

        Args:
            forces: eV/Å, one array of shape (n, 3) for each displaced supercell.

        Returns:
            The largest violation of the sum rule by the force constants before, eV/Å².
        """
        self.phonopy.forces = np.array(forces)
        self.phonopy.produce_force_constants(show_drift=False)
        drift = float(np.abs(self.phonopy.force_constants.sum(axis=1)).max())
        self.phonopy.symmetrize_force_constants(show_drift=False)
        return drift

    def frequencies(self, qpoints: FloatArray) -> FloatArray:
        """Return frequencies in THz, imaginary ones negative, shape (q, 3 n).

        Args:
            qpoints: Fractional coordinates in the reciprocal primitive lattice, shape (q, 3).
        """
        self.phonopy.run_qpoints(qpoints)
        return np.array(self.phonopy.qpoints.frequencies)

    def spectrum(self, mesh_length: float) -> Spectrum:
        """Return bands, density of states and what they say.

        Args:
            mesh_length: Divisions of the mesh times the length of the cell's vectors, Å.
        """
        self.phonopy.run_mesh(mesh_length, is_gamma_center=True)
        mesh = self.phonopy.mesh
        values, acoustic = _without_acoustic(np.array(mesh.frequencies), np.array(mesh.qpoints))
        at = int(values.min(axis=1).argmin())
        highest = float(values.max())
        self.phonopy.run_total_dos(freq_pitch=max(highest - min(values.min(), 0.0), 0.1) / 300)
        dos = self.phonopy.total_dos
        return Spectrum(
            path=self.path,
            bands=self.frequencies(self.path.kpoints),
            dos=np.column_stack([dos.frequency_points, np.array(dos.dos) / len(self.primitive)]),
            lowest=float(values.min()),
            lowest_at=tuple(float(x) for x in mesh.qpoints[at]),  # type: ignore[arg-type]
            highest=highest,
            mesh=tuple(int(n) for n in mesh.mesh_numbers),  # type: ignore[arg-type]
            acoustic=acoustic,
            debye=self._debye(),
        )

    def _debye(self) -> float | None:
        """Return the Debye temperature from the mean speed of sound, in K.

        Source: N. W. Ashcroft, N. D. Mermin, Solid State Physics (1976), ch. 23, eqs. 23.23 and 23.25.
        """
        directions = _sphere(_DIRECTIONS)
        qpoints = _NEAR_GAMMA * directions @ np.array(self.primitive.lattice.matrix).T
        lowest = np.sort(self.frequencies(qpoints), axis=1)[:, :ACOUSTIC]
        if lowest.min() <= 0.0:
            return None
        speeds = 100.0 * lowest / _NEAR_GAMMA  # m/s: 1 THz Å is 100 m/s
        mean = float(np.mean(speeds**-3.0)) ** (-1.0 / 3.0)
        density = len(self.primitive) / self.primitive.volume * 1e30
        return float(constants.hbar / constants.k * mean * (6.0 * np.pi**2 * density) ** (1.0 / 3.0))

    def thermal(self, highest_k: float, step_k: float) -> Thermal:
        """Return harmonic thermal properties; :meth:`spectrum` must have been asked for before.

        Args:
            highest_k: Highest temperature in K.
            step_k: Step in K.
        """
        grid = np.arange(0.0, highest_k + 0.5 * step_k, step_k)
        self.phonopy.run_thermal_properties(
            temperatures=np.append(grid, ROOM_K), exclude_gamma_acoustic=True, cutoff_frequency=0.0
        )
        found, n = self.phonopy.thermal_properties, len(self.primitive)
        free = np.array(found.free_energy) * _KJ_PER_MOL_IN_EV / n
        entropy, capacity = np.array(found.entropy) / n, np.array(found.heat_capacity) / n
        return Thermal(
            temperatures=grid,
            free_energy=free[:-1],
            entropy=entropy[:-1],
            heat_capacity=capacity[:-1],
            zero_point=float(free[0]),
            room=(float(free[-1]), float(entropy[-1]), float(capacity[-1])),
        )

    def save(self, path: Path) -> Path:
        """Write cell, displacements and forces as ``phonopy.load`` reads them; return the file, compressed.

        Args:
            path: Where; ``.xz`` is added.
        """
        settings = {"force_sets": True, "displacements": True, "force_constants": False}
        name: str = self.phonopy.save(path, settings=settings, compression="xz")
        return path.parent / name


def _without_acoustic(frequencies: FloatArray, qpoints: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return frequencies whose acoustic ones at Γ are zero, and what these were, shape (3,)."""
    values, acoustic = frequencies.copy(), np.zeros(ACOUSTIC)
    for gamma in np.flatnonzero(np.abs(qpoints).max(axis=1) < _IS_GAMMA):
        lowest = np.argsort(np.abs(values[gamma]))[:ACOUSTIC]
        acoustic = values[gamma, lowest].copy()
        values[gamma, lowest] = 0.0
    return values, acoustic


def _sphere(count: int) -> FloatArray:
    """Return directions that cover a sphere evenly, shape (count, 3), by the golden angle."""
    k = np.arange(count)
    z = 1.0 - (2.0 * k + 1.0) / count
    angle = k * np.pi * (3.0 - np.sqrt(5.0))
    flat = np.sqrt(1.0 - z * z)
    return np.column_stack([flat * np.cos(angle), flat * np.sin(angle), z])
