"""Read what phonopy wrote: its yaml files and total_dos.dat, together as they lie in a folder.

Per primitive cell in phonopy's units (THz, kJ/mol, J/(K mol)); stated per atom in ours. The density of states is
checked against its integral, which must be three modes per atom.
Source: https://phonopy.github.io/phonopy/output-files.html
"""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import MissingExtraError, ProgramOutputError
from nanoos_lab.foreign_json import DEEPEST
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.opening import lines_of, opened
from nanoos_lab.programs.outputs.run import ProgramRun

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

MOST_YAML_BYTES = 128 << 20
EV_PER_KJ_MOL = 0.010364269656262175
_BOHR = 0.529177210903
_MODES = 3.0
_MODES_SLACK = 0.06
_NOISE_THZ = 0.3
_LENGTHS = {"au": _BOHR, "bohr": _BOHR, "angstrom": 1.0}


def read_phonopy(files: Mapping[str, tuple[Path, ...]]) -> ProgramRun:
    """Read the phonopy files of one calculation.

    Args:
        files: By what they are, as :func:`nanoos_lab.programs.outputs.recognise` says.

    Raises:
        ProgramOutputError: One cannot be understood, or none holds a crystal.
    """
    paths = tuple(path for many in files.values() for path in many)
    found = _Found()
    for kind, take in _READERS.items():
        for path in files.get(kind, ()):
            try:
                take(found, path)
            except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
                if isinstance(error, ProgramOutputError):
                    raise
                problem = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
                raise ProgramOutputError(
                    f"it cannot be understood: {problem}; was it cut short?", str(path)
                ) from error
    if found.structure is None:
        raise ProgramOutputError(
            "no file here holds the crystal: put phonopy.yaml (or phonopy_disp.yaml, band.yaml) beside it",
            str(paths[0]),
        )
    return ProgramRun(
        program="phonopy", version=found.version, kind="phonons", source=paths[0], files=paths, settings=found.settings,
        initial=found.structure, final=found.structure, finished=not found.failures, failures=tuple(found.failures),
        notes=tuple(found.notes), tables=found.tables, scalars=tuple(found.scalars),
    )  # fmt: skip


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.version = ""
        self.structure: Structure | None = None
        self.n_primitive: int | None = None
        self.settings: dict[str, Any] = {}
        self.failures: list[str] = []
        self.notes: list[str] = []
        self.tables: dict[str, FloatArray] = {}
        self.scalars: list[tuple[str, float, Mapping[str, float]]] = []

    def atoms(self) -> int:
        """Return the number of atoms in the primitive cell."""
        if self.n_primitive is None:
            raise ValueError(
                "how many atoms the primitive cell has is not known: put phonopy.yaml or mesh.yaml beside it"
            )
        return self.n_primitive


def _parser() -> Any:  # noqa: ANN401 - a module without types
    """Return PyYAML, which comes with phonopy and with Jupyter."""
    try:
        return importlib.import_module("yaml")
    except ImportError as error:
        raise MissingExtraError("yaml", "simulation", "reading phonopy's files") from error


def _yaml(path: Path) -> dict[str, Any]:
    yaml = _parser()
    with opened(path) as stream:
        data = b""
        while more := stream.read():
            data += more
            if len(data) > MOST_YAML_BYTES:
                raise ProgramOutputError(
                    f"it is larger than {MOST_YAML_BYTES >> 20} MB: leave out eigenvectors", str(path)
                )
        cut = stream.cut_short
    try:
        if cut:
            raise ProgramOutputError(cut, str(path))
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        if problem := _problem(data, yaml, loader):
            raise ProgramOutputError(problem, str(path))
        read = yaml.load(data, Loader=loader)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise ProgramOutputError(
            f"it is no yaml: {getattr(error, 'problem', error)}; was it cut short?", str(path), line
        ) from error
    if not isinstance(read, dict):
        raise ProgramOutputError("it is not a mapping of names to values, as phonopy writes", str(path))
    return read


def _problem(data: bytes, yaml: Any, loader: Any) -> str:  # noqa: ANN401 - a module without types
    """Return why a text must not be read whole, or an empty text: libyaml goes down the C stack with each level."""
    depth = 0
    for event in yaml.parse(data, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            return "it holds aliases, which phonopy never writes"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            line = event.start_mark.line + 1
            return f"it is nested more than {DEEPEST} levels deep in line {line}, which phonopy never writes"
    return ""


def _crystal(cell: Mapping[str, Any], unit: float) -> Structure:
    points = cell["points"]
    lattice = np.array(cell["lattice"], dtype=np.float64) * unit
    return shapes.crystal(lattice, [str(p["symbol"]) for p in points], [p["coordinates"] for p in points])


def _main(found: _Found, path: Path) -> None:
    data = _yaml(path)
    head = data["phonopy"]
    unit = _LENGTHS.get(str((data.get("physical_unit") or {}).get("length", "angstrom")).lower(), math.nan)
    unit_cell = data.get("unit_cell") or data["supercell"]
    structure = _crystal(unit_cell, unit)
    if "supercell" not in data:
        raise ValueError("its end with the supercell is missing")
    wanted = round(abs(np.linalg.det(np.array(data["supercell_matrix"], dtype=float)))) * len(structure)
    if len(data["supercell"]["points"]) != wanted:
        raise ValueError(
            f"the supercell has {len(data['supercell']['points'])} atoms where {wanted} are expected"
        )
    primitive = data.get("primitive_cell")
    found.n_primitive = len(primitive["points"]) if primitive else found.n_primitive
    found.version, found.structure = str(head.get("version", "")), structure
    found.settings = {"supercell_matrix": np.array(data["supercell_matrix"]).tolist()}
    calculator = head.get("calculator") or (head.get("configuration") or {}).get("calculator")
    if calculator:
        found.settings["forces by"] = str(calculator)


def _band(found: _Found, path: Path) -> None:
    data = _yaml(path)
    frequencies = _frequencies(data, path)
    if found.structure is None and "points" in data:
        found.structure = _crystal(data, 1.0)
    found.n_primitive = found.n_primitive or int(data["natom"])
    lowest = float(frequencies.min())
    if lowest < -_NOISE_THZ:
        found.notes.append(f"imaginary frequencies along the path, down to {lowest:.2f} THz")


def _frequencies(data: Mapping[str, Any], path: Path) -> FloatArray:
    """Return frequencies in THz, shape (q, modes), after counting them."""
    points = data["phonon"]
    if len(points) != int(data["nqpoint"]):
        raise ProgramOutputError(
            f"{len(points)} of {data['nqpoint']} q-points are there: it was cut short", str(path)
        )
    rows = [[mode["frequency"] for mode in point["band"]] for point in points]
    return shapes.table(rows, 3 * int(data["natom"]), "the frequencies")


def _mesh(found: _Found, path: Path) -> None:
    data = _yaml(path)
    frequencies = _frequencies(data, path)
    found.n_primitive = found.n_primitive or int(data["natom"])
    if found.structure is None and "points" in data:
        found.structure = _crystal(data, 1.0)
    found.scalars += [
        ("lowest_phonon_frequency", float(frequencies.min()), {}),
        ("highest_phonon_frequency", float(frequencies.max()), {}),
    ]


def _thermal(found: _Found, path: Path) -> None:
    data = _yaml(path)
    unit = data.get("unit") or {}
    if str(unit.get("free_energy", "kJ/mol")) != "kJ/mol":
        raise ValueError(f"its energies are in {unit['free_energy']!r}, and only kJ/mol is known")
    atoms = int(data.get("natom") or found.atoms())
    rows = [
        [float(one[name]) for name in ("temperature", "free_energy", "entropy", "heat_capacity")]
        for one in data["thermal_properties"]
    ]
    table = shapes.table(rows, 4, "the thermal properties")
    if "zero_point_energy" in data:
        found.scalars.append(
            ("zero_point_energy", float(data["zero_point_energy"]) * EV_PER_KJ_MOL / atoms, {})
        )
    nearest = int(np.argmin(np.abs(table[:, 0] - 300.0)))
    temperature, free, entropy, capacity = (float(x) for x in table[nearest])
    at = {"temperature_K": temperature}
    found.scalars += [
        ("vibrational_free_energy", free * EV_PER_KJ_MOL / atoms, at),
        ("vibrational_entropy", entropy / atoms, at),
        ("heat_capacity", capacity / atoms, at),
    ]


def _dos(found: _Found, path: Path) -> None:
    with lines_of(path) as lines:
        rows = [
            lines.floats(line, 2, "a frequency and its states")
            for line in lines
            if line.strip() and line[0] != "#"
        ]
        if lines.cut_short:
            raise ProgramOutputError(lines.cut_short, str(path))
    table = shapes.table(rows, 2, "the density of states")
    table[:, 1] /= found.atoms()
    modes = float(np.trapezoid(table[:, 1], table[:, 0]))
    if abs(modes - _MODES) > _MODES_SLACK:
        found.failures.append(
            f"{path.name} holds {modes:.2f} modes per atom, not 3: it was cut short, or its unit is not THz"
        )
        return
    found.tables["phonon_density_of_states"] = table


def _force_sets(found: _Found, path: Path) -> None:
    with lines_of(path) as lines:
        atoms = int(lines.floats(lines.following("the number of atoms"), 1, "the number of atoms")[0])
        sets = int(
            lines.floats(lines.following("the number of displacements"), 1, "the number of displacements")[0]
        )
        numbers = sum(1 for line in lines if len(line.split()) == 3)  # noqa: PLR2004 - a vector
        cut = lines.cut_short
    if cut or numbers != sets * (atoms + 1):
        found.failures.append(
            f"{path.name} holds {numbers} vectors where {sets * (atoms + 1)} are expected: it was cut short"
        )
    found.settings["displacements"] = sets


_READERS = {
    "phonopy": _main, "phonopy-band": _band, "phonopy-mesh": _mesh, "phonopy-thermal": _thermal, "phonopy-dos": _dos,
    "force-sets": _force_sets,
}  # fmt: skip
