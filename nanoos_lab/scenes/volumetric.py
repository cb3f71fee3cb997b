"""Numbers on a grid in a cell (densities, potentials, orbitals) and the surfaces on which they are equal.

A surface is found by marching cubes (Lewiner et al., J. Graph. Tools 8, 1, 2003; scikit-image). The grid of a crystal
goes on periodically, so a surface that leaves the drawn cells is cut at their faces and closed there, as by a knife.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError, MissingExtraError, StructureParseError
from nanoos_lab.scenes.model import Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pymatgen.core.structure import Molecule, Structure

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

MOST_TRIANGLES = 20_000
"""Of all isosurfaces of a picture; a finer grid is thinned first, and the surface's name says so."""
POSITIVE, NEGATIVE = "#e69f00", "#0072b2"
OPACITY = 0.55
_FLAT = 1e-3
"""In grid steps: how near to a face of the drawn cells a corner lies on it."""
_NO_SLOPE = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class VolumetricGrid:
    """Numbers on the points of a grid that divides a cell evenly. The array is read-only."""

    lattice: FloatArray
    """Vectors that span the grid, by row, Å, shape (3, 3)."""
    data: FloatArray
    """At the points i/n1, j/n2, k/n3 of the vectors, shape (n1, n2, n3)."""
    unit: str
    structure: Structure | Molecule
    """The atoms that belong to it."""
    name: str = ""
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Of the grid, Å."""
    periodic: bool = True
    """Whether the data go on in the next cell."""

    def __post_init__(self) -> None:
        if self.data.ndim != 3 or min(self.data.shape) < 2 or self.lattice.shape != (3, 3):  # noqa: PLR2004
            raise InvalidInputError(
                f"a grid has three axes of two or more points in a cell of three vectors, not data of shape "
                f"{self.data.shape} and vectors of shape {self.lattice.shape}"
            )
        if not np.isfinite(self.data).all():
            raise InvalidInputError("the grid holds numbers that are not finite: no surface can be drawn")
        self.data.setflags(write=False)
        self.lattice.setflags(write=False)

    def level(self) -> float:
        """Return a level that usually shows something: the mean magnitude plus two standard deviations.

        Within the data's range; the rule of VESTA (Momma and Izumi, J. Appl. Cryst. 44, 1272, 2011).
        """
        size = np.abs(self.data)
        largest = float(size.max())
        return min(float(size.mean() + 2 * self.data.std()), 0.8 * largest)


def read_volumetric(path: str | Path) -> VolumetricGrid:
    """Read a grid: VASP's CHGCAR, AECCAR, PARCHG, LOCPOT or ELFCAR, or a Gaussian cube file.

    Charge densities come in e/Å³, potentials in eV, the localization function as it is (of spin up
    where there are two). A cube file does not say its
    unit; its numbers stay as they are, and its molecule or crystal is told by whether the grid starts at the origin.

    Args:
        path: The file; the name tells the kind.

    Raises:
        InvalidInputError: Nothing of this kind.
        StructureParseError: It is damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise InvalidInputError(f"no file {path}")
    name = path.name.upper()
    kinds = {"CHG": _read_charge, "AECCAR": _read_charge, "PARCHG": _read_charge, "ELFCAR": _read_elf}
    kinds |= {"LOCPOT": _read_potential}
    reader = next((read for start, read in kinds.items() if name.startswith(start)), None)
    if path.suffix.lower() in {".cube", ".cub"}:
        reader = _read_cube
    if reader is None:
        raise InvalidInputError(
            f"{path.name}: no grid of a known kind; CHGCAR, AECCAR, PARCHG, LOCPOT and ELFCAR are told by the start "
            "of their names, cube files by .cube"
        )
    try:
        return reader(path)
    except (ValueError, IndexError, KeyError, EOFError, UnicodeDecodeError, TypeError) as error:
        raise StructureParseError(f"{path}: damaged or cut off: {error}") from error


def _read_charge(path: Path) -> VolumetricGrid:
    from pymatgen.io.vasp.outputs import Chgcar  # noqa: PLC0415 - heavy import

    read = Chgcar.from_file(str(path))
    density = np.asarray(read.data["total"]) / read.structure.volume
    return _of_vasp(read, density, "e/Å³", "charge density")


def _read_potential(path: Path) -> VolumetricGrid:
    from pymatgen.io.vasp.outputs import Locpot  # noqa: PLC0415 - heavy import

    read = Locpot.from_file(str(path))
    return _of_vasp(read, np.asarray(read.data["total"]), "eV", "potential")


def _read_elf(path: Path) -> VolumetricGrid:
    from pymatgen.io.vasp.outputs import Elfcar  # noqa: PLC0415 - heavy import

    read = Elfcar.from_file(str(path))
    first, *others = dict(read.data).values()  # of one spin, or of spin up and spin down
    name = "electron localization" + (", spin up" if others else "")
    return _of_vasp(read, np.asarray(first), "", name)


def _of_vasp(read: Any, data: FloatArray, unit: str, name: str) -> VolumetricGrid:  # noqa: ANN401 - pymatgen's
    matrix = np.array(read.structure.lattice.matrix, np.float64)
    return VolumetricGrid(matrix, np.array(data, np.float64), unit, read.structure, name)


def _read_cube(path: Path) -> VolumetricGrid:
    from pymatgen.io.ase import AseAtomsAdaptor  # noqa: PLC0415 - heavy import

    ase_cube: Any = import_module("ase.io.cube")
    with path.open(encoding="utf-8") as stream:
        read = ase_cube.read_cube(stream)
    atoms, data = read["atoms"], np.array(read["data"], np.float64)
    origin = np.asarray(read["origin"], np.float64)
    spacing = np.asarray(read["spacing"], np.float64)
    periodic = bool(np.allclose(origin, 0.0))
    adaptor = AseAtomsAdaptor()
    structure = adaptor.get_structure(atoms) if periodic else adaptor.get_molecule(atoms)
    title = path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    return VolumetricGrid(
        spacing * np.array(data.shape)[:, None],
        data,
        "",
        structure,
        title[:60],
        (float(origin[0]), float(origin[1]), float(origin[2])),
        periodic,
    )


def isosurfaces_of(
    grid: VolumetricGrid,
    levels: float | Sequence[float] | None = None,
    *,
    repeat: tuple[int, int, int] = (1, 1, 1),
    most: int = MOST_TRIANGLES,
) -> tuple[Surface, ...]:
    """Return the surfaces on which a grid has these levels.

    Args:
        grid: The grid.
        levels: In its unit. One number means its magnitude: both signs where the data have both. A list is taken
            as it stands. None takes :meth:`VolumetricGrid.level`.
        repeat: How many cells along each vector, of a periodic grid.
        most: About how many triangles at most; the grid is thinned until they are fewer.

    Raises:
        InvalidInputError: A level that the data do not reach.
    """
    chosen = _levels(grid, levels)
    data = np.tile(grid.data, repeat) if grid.periodic else grid.data
    lattice = grid.lattice * np.array(repeat)[:, None] if grid.periodic else grid.lattice
    thinned, note = _thinned(data, chosen, most, periodic=grid.periodic)
    surfaces = []
    for k, level in enumerate(chosen):
        sign = 1.0 if level > 0 else -1.0
        same = [n for n in chosen[:k] if n * sign > 0]
        surfaces.append(
            _surface(
                sign * thinned,
                sign * level,
                lattice,
                grid,
                name=f"{grid.name + ' ' if grid.name else ''}{_told(level)} {grid.unit}".strip() + note,
                color=POSITIVE if sign > 0 else NEGATIVE,
                opacity=min(OPACITY + 0.15 * len(same), 0.9),
            )
        )
    return tuple(surfaces)


def _told(level: float) -> str:
    return f"{level:.3g}".replace("-", "−")


def _levels(grid: VolumetricGrid, levels: float | Sequence[float] | None) -> list[float]:
    low, high = float(grid.data.min()), float(grid.data.max())
    if levels is None or isinstance(levels, int | float | np.number):
        size = abs(float(levels)) if levels is not None else grid.level()
        signed = [size, -size] if (levels is None) or levels > 0 else [float(levels)]
        chosen = [n for n in signed if low < n < high]
        if chosen and n_crossings(grid.data, chosen[0]):
            return chosen
    else:
        chosen = [float(n) for n in levels]
        if chosen and all(low < n < high for n in chosen):
            return chosen
    raise InvalidInputError(
        f"isosurface at {levels if levels is not None else grid.level():g}: the data lie from {low:.4g} to {high:.4g} "
        f"{grid.unit}; use a level between"
        if not isinstance(levels, list | tuple)
        else f"isosurfaces at {list(levels)}: the data lie from {low:.4g} to {high:.4g} {grid.unit}; use levels between"
    )


def n_crossings(data: FloatArray, level: float) -> int:
    """Return how many steps of a grid pass a level: about half the triangles of its surface.

    Args:
        data: Shape (n1, n2, n3).
        level: In the unit of the data.
    """
    beyond = np.pad(data > level if level > 0 else data < level, 1)  # closed at the faces
    return sum(int(np.count_nonzero(np.diff(beyond, axis=axis))) for axis in range(3))


def _thinned(data: FloatArray, levels: list[float], most: int, *, periodic: bool) -> tuple[FloatArray, str]:
    """Return a grid coarse enough for so many triangles, and a note if it is not the given one."""
    ndimage: Any = import_module("scipy.ndimage")

    shape, thin = data.shape, data
    while (count := 2 * sum(n_crossings(thin, n) for n in levels)) > most and max(thin.shape) > 8:  # noqa: PLR2004
        factor = max(math.sqrt(count / most), 1.1)
        size = [max(4, math.floor(n / factor)) for n in thin.shape]
        mode = "grid-wrap" if periodic else "nearest"
        step = [
            (old / new if periodic else (old - 1) / (new - 1)) for old, new in zip(shape, size, strict=True)
        ]
        smooth = ndimage.uniform_filter(
            data, [max(1, 2 * (round(s) // 2) + 1) for s in step], mode="wrap" if periodic else mode
        )
        points = np.meshgrid(*(np.arange(n) * s for n, s in zip(size, step, strict=True)), indexing="ij")
        thin = ndimage.map_coordinates(smooth, points, order=1, mode=mode)
    return thin, "" if thin is data else f" (grid thinned to {'×'.join(str(n) for n in thin.shape)})"


def _surface(
    data: FloatArray,
    level: float,
    lattice: FloatArray,
    grid: VolumetricGrid,
    *,
    name: str,
    color: str,
    opacity: float,
) -> Surface:
    """Return the surface around where the data exceed a level."""
    try:
        measure: Any = import_module("skimage.measure")
    except ImportError as error:
        raise MissingExtraError("scikit-image", "notebook", "Isosurfaces") from error
    whole = np.pad(data, [(0, 1)] * 3, mode="wrap") if grid.periodic else data
    steps = np.array(whole.shape) - 1
    floor = min(float(data.min()), level) - 1e6 * (
        float(data.max()) - float(data.min())
    )  # closes at the faces
    padded = np.pad(whole, 1, constant_values=floor)
    corners, triangles, _, _ = measure.marching_cubes(padded, level, allow_degenerate=False)
    points = np.clip(corners.astype(np.float64) - 1, 0, steps)
    cells = np.array(data.shape) if grid.periodic else steps
    points, triangles, normals = _with_normals(
        points, triangles[:, ::-1].astype(np.int64), data, lattice / cells[:, None], periodic=grid.periodic
    )
    return Surface(
        name=name,
        color=color,
        opacity=opacity,
        positions=(points / cells @ lattice + np.array(grid.origin)).astype(np.float32),
        normals=normals.astype(np.float32),
        triangles=triangles.astype(np.uint32),
    )


def _with_normals(
    points: FloatArray, triangles: IntArray, data: FloatArray, axes: FloatArray, *, periodic: bool
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return corners, triangles and normals, with corners of their own for the flat parts on the cells' faces."""
    inverse = np.linalg.inv(axes).T  # gradients transform with the reciprocal vectors
    normals = -_slopes(points, data, periodic=periodic) @ inverse
    places, directions, triangles = [points], [normals], triangles.copy()
    last = np.array(data.shape) - (0 if periodic else 1)
    for axis in range(3):
        for end, side in ((0.0, -1.0), (float(last[axis]), 1.0)):
            on_face = np.flatnonzero(
                (abs(points[:, axis] - end) < _FLAT)[triangles % len(points)].all(axis=1)
            )
            on_face = on_face[(triangles[on_face] < len(points)).all(axis=1)]
            used, inner = np.unique(triangles[on_face], return_inverse=True)
            triangles[on_face] = inner.reshape(-1, 3) + sum(len(p) for p in places)
            places.append(points[used])
            directions.append(np.tile(side * inverse[axis], (len(used), 1)))
    kept, new = np.unique(triangles, return_inverse=True)
    chosen = np.concatenate(directions)[kept]
    length = np.linalg.norm(chosen, axis=1)[:, None]
    unit = np.where(length > _NO_SLOPE, chosen / np.maximum(length, _NO_SLOPE), [0.0, 0.0, 1.0])
    return np.concatenate(places)[kept], new.reshape(-1, 3), unit


def _slopes(points: FloatArray, data: FloatArray, *, periodic: bool) -> FloatArray:
    """Return by how much the data rise per grid step at points in grid steps, shape (p, 3)."""
    ndimage: Any = import_module("scipy.ndimage")

    padded = np.pad(data, 1, mode="wrap" if periodic else "edge")
    mode = "grid-wrap" if periodic else "nearest"
    rises = [np.gradient(padded, axis=axis)[1:-1, 1:-1, 1:-1] for axis in range(3)]
    return np.stack([ndimage.map_coordinates(rise, points.T, order=1, mode=mode) for rise in rises], axis=1)
