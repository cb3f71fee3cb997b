"""Trajectories as scenes: the copies of atoms are chosen in the first frame and followed through all others.

Atoms are followed across the faces of the cell (each moves to its nearest place from frame to frame), so that nothing
jumps and bonds do not stretch through the picture.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nanoos_lab.errors import InvalidInputError, StructureParseError
from nanoos_lab.scenes.extras import LONGEST_ARROW_ANGSTROM, vectors_of
from nanoos_lab.scenes.images import BondFollower
from nanoos_lab.scenes.model import Frames, Scene, Series
from nanoos_lab.scenes.scene import drawing_of, scene_of
from nanoos_lab.structures.bonds import bonding_of, symbols_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pymatgen.core.structure import Molecule, Structure

    from nanoos_lab.scenes.looks import SiteData
    from nanoos_lab.scenes.model import Vectors

    FloatArray = NDArray[np.float64]

FOLLOWED_BONDS = 2_000_000
"""Atoms times frames up to which bonds are found anew in every frame, unless told otherwise."""
_SAME_CELL_ANGSTROM = 1e-5
_CELLS_AWAY = 4.0
"""How many lattice vectors lie between bonded atoms at most, in cells of ordinary size."""
_SKIN_ANGSTROM = 1.0
"""Pairs are listed so far beyond a bond; the list is made anew when an atom has moved half of it."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The same atoms in several geometries."""

    first: Structure | Molecule
    """The atoms, as in the first frame."""
    positions: FloatArray
    """Cartesian, Å, shape (f, n, 3)."""
    cells: FloatArray | None
    """Lattice vectors by row, Å, shape (f, 3, 3); None of a molecule."""
    energies: FloatArray | None = None
    """eV, shape (f,)."""
    times: FloatArray | None = None
    """ps, shape (f,)."""
    vectors: FloatArray | None = None
    """Forces in eV/Å, shape (f, n, 3)."""


def scene_of_trajectory(
    frames: Any,  # noqa: ANN401 - a list of one of several libraries' values, or a file
    *,
    energies: ArrayLike | None = None,
    times: ArrayLike | None = None,
    energy_name: tuple[str, str] = ("energy", "eV"),
    time_name: tuple[str, str] = ("time", "ps"),
    bonds: Literal["auto", "each", "keep"] | bool = "auto",
    vectors: ArrayLike | Literal["forces"] | None = None,
    vector_scale: float | None = None,
    **options: Any,
) -> Scene:
    """Prepare a trajectory for drawing.

    Args:
        frames: Structures or molecules, ASE's atoms, pymatgen's ``Trajectory``, a value with ``numbers``,
            ``positions`` and ``cells`` (as molecular dynamics here returns), or a file: extended XYZ, ASE's
            ``.traj``, XDATCAR, vasprun.xml or our ``trajectory.npz``.
        energies: What is plotted beside the picture, one per frame; those that the frames bring if None.
        times: Of the frames; those that they bring if None.
        energy_name: Name and unit of what is plotted.
        time_name: Name and unit of the times.
        bonds: ``"each"`` finds bonds anew in every frame, ``"keep"`` keeps those of the first, ``"auto"`` finds
            them where that takes seconds; False draws none.
        vectors: Arrows: the frames' ``"forces"``, or an array (f, n, 3).
        vector_scale: Å per unit of the arrows; None makes the longest of all frames 2 Å.
        **options: As of :func:`scene_of`, for the first frame. Polyhedra, colours by site and surfaces stay as
            they are there.

    Raises:
        InvalidInputError: No frames, frames that differ in their atoms, or an option that does not fit.
    """
    if bonds not in {"auto", "each", "keep", True, False}:
        raise InvalidInputError(f"unknown bonds {bonds!r}: use 'each', 'keep', 'auto' or False")
    run = trajectory_of(frames)
    scene = scene_of(run.first, bonds=bonds is not False, **options)
    n_frames, n_sites = run.positions.shape[:2]
    fractions = None if run.cells is None else _unwrapped(run.positions, run.cells)
    sites, images = scene.sites.astype(np.int64), scene.images.astype(np.float64)
    if run.cells is None or fractions is None:
        positions = run.positions[:, sites]
    else:
        positions = (fractions[:, sites] + images) @ run.cells
    each = bonds == "each" or (bonds in {"auto", True} and n_frames * n_sites <= FOLLOWED_BONDS)
    found = _bonds_of_frames(run, fractions, options) if each and bonds is not False else (None, None)
    varies = run.cells is not None and float(np.abs(run.cells - run.cells[0]).max()) > _SAME_CELL_ANGSTROM
    arrows = _arrows(run, vectors, vector_scale, scene)
    if arrows is not None:
        scene = replace(scene, vectors=arrows[0])
    return replace(
        scene,
        frames=Frames(
            positions=positions.astype(np.float32),
            lattices=run.cells.astype(np.float32) if varies and run.cells is not None else None,
            edges=_edges_of_frames(scene, run.cells) if varies and run.cells is not None else None,
            values=_series(run.energies if energies is None else energies, n_frames, energy_name),
            times=_series(run.times if times is None else times, n_frames, time_name),
            bond_offsets=found[0],
            bonds=found[1],
            vectors=None if arrows is None else arrows[1],
        ),
    )


def trajectory_of(frames: Any) -> Trajectory:  # noqa: ANN401 - see scene_of_trajectory
    """Return frames of any of the known kinds as one value.

    Args:
        frames: As of :func:`scene_of_trajectory`.

    Raises:
        InvalidInputError: No frames, frames that differ in their atoms, or nothing of a known kind.
    """
    if isinstance(frames, str | Path):
        return read_trajectory(Path(frames))
    if all(hasattr(frames, name) for name in ("numbers", "positions", "cells")):
        return _of_arrays(frames.numbers, frames.positions, frames.cells, getattr(frames, "times", None))
    if hasattr(frames, "get_structure"):  # pymatgen's Trajectory
        frames = [frames[k] for k in range(len(frames))]
    listed = list(frames)
    if not listed:
        raise InvalidInputError("a trajectory needs at least one frame")
    if all(hasattr(f, "get_positions") for f in listed):
        return _of_ase(listed)
    if not all(hasattr(f, "cart_coords") for f in listed):
        raise InvalidInputError(
            f"frames are structures, molecules or ASE's atoms, not {type(listed[0]).__name__}: pass a list of one kind"
        )
    first = listed[0]
    _check_same([[site.species_string for site in f] for f in listed])
    lattices: list[Any] = [getattr(f, "lattice", None) for f in listed]
    return Trajectory(
        first=first,
        positions=np.array([f.cart_coords for f in listed], np.float64),
        cells=None if lattices[0] is None else np.array([x.matrix for x in lattices], np.float64),
        vectors=_forces_of([f.site_properties.get("forces") for f in listed]),
    )


def read_trajectory(path: Path) -> Trajectory:
    """Read a trajectory: extended XYZ, ASE's ``.traj``, XDATCAR, vasprun.xml, or the file of our own runs.

    Args:
        path: The file.

    Raises:
        InvalidInputError: There is no such file.
        StructureParseError: It cannot be read as one.
    """
    if not path.is_file():
        raise InvalidInputError(f"no file {path}")
    try:
        if path.suffix == ".npz" or _is_archive(path):  # a lab keeps files by their hash, without an ending
            with np.load(path, allow_pickle=False) as file:
                return _of_arrays(file["numbers"], file["positions"], file["cells"], file["times_ps"])
        from ase.io import read  # noqa: PLC0415 - heavy import

        kind = "vasp-xdatcar" if path.name.upper().startswith("XDATCAR") else None
        images: Any = read(path, index=":", format=kind)
    except (ValueError, KeyError, IndexError, OSError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise StructureParseError(f"{path} cannot be read as a trajectory: {error}") from error
    except Exception as error:
        if type(error).__module__.startswith("ase."):  # its readers have errors of their own
            raise StructureParseError(f"{path} cannot be read as a trajectory: {error}") from error
        raise
    if not images:
        raise StructureParseError(f"{path} cannot be read as a trajectory: it holds no frame")
    return _of_ase(list(images))


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return not path.suffix and file.read(4) == b"PK\x03\x04"


def _of_arrays(numbers: ArrayLike, positions: ArrayLike, cells: ArrayLike, times: Any) -> Trajectory:  # noqa: ANN401
    from pymatgen.core.lattice import Lattice  # noqa: PLC0415 - heavy import
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import
    from pymatgen.core.structure import Structure  # noqa: PLC0415 - heavy import

    places, vectors = np.asarray(positions, np.float64), np.asarray(cells, np.float64)
    if places.ndim != 3 or not len(places) or vectors.shape != (len(places), 3, 3):  # noqa: PLR2004
        raise InvalidInputError(
            f"a trajectory has positions (frames, atoms, 3) and cells (frames, 3, 3), not {places.shape} and "
            f"{vectors.shape}"
        )
    species = [Element.from_Z(int(z)) for z in np.asarray(numbers)]
    first = Structure(Lattice(vectors[0]), species, places[0], coords_are_cartesian=True)
    return Trajectory(first, places, vectors, times=None if times is None else np.asarray(times, np.float64))


def _of_ase(frames: list[Any]) -> Trajectory:
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415 - heavy import

    if not frames:
        raise InvalidInputError("a trajectory needs at least one frame")
    _check_same([f.get_chemical_symbols() for f in frames])
    periodic = bool(frames[0].pbc.any())
    adaptor = AseAtomsAdaptor()
    bare = frames[0].copy()
    bare.set_constraint()
    results = [getattr(f.calc, "results", {}) for f in frames]
    known = [r.get("energy", np.nan) for r in results]
    times = [f.info.get("Time", f.info.get("time", np.nan)) for f in frames]
    return Trajectory(
        first=adaptor.get_structure(bare) if periodic else adaptor.get_molecule(bare),
        positions=np.array([f.get_positions() for f in frames]),
        cells=np.array([np.asarray(f.cell) for f in frames]) if periodic else None,
        energies=np.array(known, np.float64) if np.isfinite(known).any() else None,
        times=np.array(times, np.float64) if np.isfinite(times).all() else None,
        vectors=_forces_of([r.get("forces") for r in results]),
    )


def _forces_of(forces: list[Any]) -> FloatArray | None:
    return None if any(f is None for f in forces) else np.array(forces, np.float64)


def _check_same(symbols: list[list[str]]) -> None:
    for k, others in enumerate(symbols):
        if others != symbols[0]:
            raise InvalidInputError(
                f"frame {k} has other atoms than frame 0 ({len(others)} and {len(symbols[0])}, in their order): a "
                "trajectory follows the same atoms"
            )


def _unwrapped(positions: FloatArray, cells: FloatArray) -> FloatArray:
    """Return fractions that do not jump by a cell from frame to frame, shape (f, n, 3)."""
    fractions: FloatArray = positions @ np.linalg.inv(cells)
    jumps = np.rint(np.diff(fractions, axis=0))
    fractions[1:] -= np.cumsum(jumps, axis=0)
    return fractions


def _edges_of_frames(scene: Scene, cells: FloatArray) -> NDArray[np.float32]:
    """Return the cell's lines of every frame: they keep their places in the cell."""
    inverse = np.linalg.inv(cells[0])
    ends = scene.edges.reshape(-1, 3).astype(np.float64) @ inverse
    lines = (ends @ cells).astype(np.float32)
    return np.asarray(lines.reshape(len(cells), *scene.edges.shape))


def _bonds_of_frames(
    run: Trajectory, fractions: FloatArray | None, options: dict[str, Any]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the bonds of all frames between the drawn atoms, and where those of each frame start."""
    bonding = bonding_of(run.first)
    lattice: Any = getattr(run.first, "lattice", None)
    placing: dict[str, Any] = {
        name: options[name] for name in ("supercell", "complete", "boundary") if name in options
    }
    placing["every_shell"] = options.get("style") == "polyhedra" and options.get("polyhedra") in {
        None,
        True,
        "auto",
    }
    follower = BondFollower(drawing_of(run.first, **placing).atoms, symbols_of(run.first))
    places = run.positions if fractions is None or run.cells is None else fractions @ run.cells
    pbc = (False, False, False) if lattice is None else lattice.pbc
    found = []
    listed_at, listed_in = places[0] + np.inf, None if run.cells is None else run.cells[0]
    for k, xyz in enumerate(places):
        matrix = None if run.cells is None else run.cells[k]
        moved = float(np.abs(xyz - listed_at).max(initial=0.0)) * 3**0.5
        if matrix is not None and listed_in is not None:
            moved += float(np.abs(matrix - listed_in).max()) * _CELLS_AWAY
        if moved > _SKIN_ANGSTROM / 2:
            i, j, image = bonding.candidates(xyz, matrix, pbc, _SKIN_ANGSTROM)
            listed_at, listed_in = xyz, matrix
        arm = xyz[j] - xyz[i] + (0.0 if matrix is None else image @ matrix)
        graph = bonding.among(i, j, image, np.sqrt(np.einsum("ij,ij->i", arm, arm)))
        found.append(follower.pairs(graph).astype(np.uint32))
    offsets = np.concatenate([[0], np.cumsum([len(f) for f in found])]).astype(np.uint32)
    return offsets, np.concatenate(found)


def _series(data: ArrayLike | None, n_frames: int, named: tuple[str, str]) -> Series | None:
    if data is None:
        return None
    values = np.array(data, np.float32)
    if values.shape != (n_frames,):
        raise InvalidInputError(
            f"{named[0]}: shape {values.shape} for {n_frames} frames; give one number each"
        )
    return Series(named[0], named[1], values)


def _arrows(
    run: Trajectory, vectors: ArrayLike | str | None, scale: float | None, scene: Scene
) -> tuple[Vectors, NDArray[np.float32]] | None:
    """Return the arrows of the first frame and the tips of all."""
    if vectors is None:
        return None
    if isinstance(vectors, str):
        if vectors != "forces" or run.vectors is None:
            raise InvalidInputError(f"these frames bring no {vectors!r}: pass an array (frames, atoms, 3)")
        values, name, unit = run.vectors, "forces", "eV/Å"
    else:
        values, name, unit = np.array(vectors, np.float64), "vectors", ""
    if values.shape != run.positions.shape:
        raise InvalidInputError(
            f"vectors: shape {values.shape}, not that of the positions, {run.positions.shape}"
        )
    values = np.nan_to_num(values)
    longest = float(np.linalg.norm(values, axis=2).max(initial=0.0))
    per_unit = scale if scale is not None else LONGEST_ARROW_ANGSTROM / (longest or 1.0)
    sites = scene.sites.astype(np.int64)
    told: SiteData = {"values": values[0], "name": name, "unit": unit}
    first = vectors_of(run.first, told, sites, scale=per_unit, keep_all=True)
    return replace(first, longest=longest), (values[:, sites] * per_unit).astype(np.float32)
