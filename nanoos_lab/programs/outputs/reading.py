"""Finding the calculations in a folder, and reading the files of one of them together.

Files of one calculation confirm each other: the energy of ``vasprun.xml`` and that of ``OUTCAR`` must be the same, or
they do not belong together and the calculation says so.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nanoos_lab.programs.outputs.run import ProgramRun

_ROOM = "nanoos_lab.programs.outputs"
_READERS = {
    "vasprun": f"{_ROOM}.vasp.vasprun:read_vasprun",
    "outcar": f"{_ROOM}.vasp.outcar:read_outcar",
    "pw-text": f"{_ROOM}.qe.text:read_pw_text",
    "pw-schema": f"{_ROOM}.qe.schema:read_schema",
    "gpaw-text": f"{_ROOM}.gpaw:read_gpaw_text",
}
_LAMMPS = {"lammps-log", "lammps-dump", "lammps-data"}
_PHONOPY = {"phonopy", "phonopy-band", "phonopy-mesh", "phonopy-thermal", "phonopy-dos", "force-sets"}
PROGRAMS = {
    **dict.fromkeys(("vasprun", "outcar"), "VASP"), **dict.fromkeys(("pw-text", "pw-schema"), "Quantum ESPRESSO"),
    "gpaw-text": "GPAW", **dict.fromkeys(_LAMMPS, "LAMMPS"), **dict.fromkeys(_PHONOPY, "phonopy"),
}  # fmt: skip
SAME_EV = 1e-5
MOST_ENTRIES = 20_000
"""Of a folder that is looked through."""
DEEPEST = 12
"""Levels of folders that are looked through."""


@dataclass(frozen=True)
class Calculation:
    """The files of one calculation, by what they are."""

    program: str
    folder: Path
    files: Mapping[str, tuple[Path, ...]]

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files."""
        return tuple(path for paths in self.files.values() for path in paths)

    @property
    def name(self) -> str:
        """What people would call it: its folder, or its file where the folder holds several."""
        return self.folder.name


def find_calculations(place: Path, *, recursive: bool = False) -> list[Calculation]:
    """Return the calculations in a folder, or the one of a file.

    Args:
        place: A folder or a file.
        recursive: Whether folders inside are looked through too. Symbolic links are never followed.

    Raises:
        ProgramOutputError: There is no such place, or too much in it.
    """
    if place.is_file():
        kind = recognise(place)
        return [Calculation(PROGRAMS[kind], place.parent, {kind: (place,)})] if kind in PROGRAMS else []
    if not place.is_dir():
        raise ProgramOutputError("there is no such file or folder", str(place))
    found: list[Calculation] = []
    count = 0
    for folder, files in _folders(place, DEEPEST if recursive else 0):
        count += len(files)
        if count > MOST_ENTRIES:
            raise ProgramOutputError(
                f"it holds more than {MOST_ENTRIES} files: give smaller parts of it", str(place)
            )
        found += _calculations(folder, files)
    return found


def _folders(folder: Path, depth: int) -> Iterator[tuple[Path, list[Path]]]:
    """Yield folders with their plain files; ``NAME.save`` of pw.x belongs to the folder it lies in."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise ProgramOutputError(f"it cannot be read: {error.strerror}", str(folder)) from error
    files = [one for one in entries if not one.is_symlink() and one.is_file()]
    inside = [one for one in entries if not one.is_symlink() and one.is_dir()]
    saved = [one / "data-file-schema.xml" for one in inside if one.suffix == ".save"]
    yield folder, files + [one for one in saved if one.is_file() and not one.is_symlink()]
    for one in inside:
        if depth and one.suffix != ".save" and not one.name.startswith("."):
            yield from _folders(one, depth - 1)


def _calculations(folder: Path, files: list[Path]) -> list[Calculation]:
    kinds: dict[str, list[Path]] = {}
    for path in files:
        if (kind := recognise(path)) in PROGRAMS:
            kinds.setdefault(kind, []).append(path)
    found = _pairs(folder, "VASP", kinds.get("vasprun", []), kinds.get("outcar", []))
    schemas = _without_copies(kinds.get("pw-schema", []))
    found += _pairs(folder, "Quantum ESPRESSO", kinds.get("pw-text", []), schemas)
    found += [Calculation("GPAW", folder, {"gpaw-text": (path,)}) for path in kinds.get("gpaw-text", [])]
    for program, group in (("LAMMPS", _LAMMPS), ("phonopy", _PHONOPY)):
        together = {kind: tuple(paths) for kind, paths in kinds.items() if kind in group}
        if together:
            found += _split(program, folder, together)
    return found


def _without_copies(schemas: list[Path]) -> list[Path]:
    """Return the files of pw.x without ``X.xml`` where ``X.save`` holds the same."""
    saved = {path.parent.stem for path in schemas if path.parent.suffix == ".save"}
    return [path for path in schemas if path.parent.suffix == ".save" or path.stem not in saved]


def _pairs(folder: Path, program: str, first: list[Path], second: list[Path]) -> list[Calculation]:
    """Return calculations of one or two files; two belong together where each is alone, or their names say so."""
    kinds = ("vasprun", "outcar") if program == "VASP" else ("pw-text", "pw-schema")
    if len(first) == 1 and len(second) == 1:
        return [Calculation(program, folder, {kinds[0]: (first[0],), kinds[1]: (second[0],)})]
    partners = {_stem(path): path for path in second} if program == "VASP" else {}
    found, taken = [], set()
    for path in first:
        files = {kinds[0]: (path,)}
        partner = partners.get(_stem(path))
        if partner is not None:
            files[kinds[1]] = (partner,)
            taken.add(partner)
        found.append(Calculation(program, folder, files))
    return found + [Calculation(program, folder, {kinds[1]: (path,)}) for path in second if path not in taken]


def _stem(path: Path) -> str:
    return re.sub(r"^(vasprun|OUTCAR)|\.xml|\.gz$", "", path.name).strip("._-")


def _split(program: str, folder: Path, kinds: dict[str, tuple[Path, ...]]) -> list[Calculation]:
    """Return one calculation; of LAMMPS one for each file where not exactly one log says what belongs to it."""
    if program == "LAMMPS" and len(kinds.get("lammps-log", ())) != 1:
        return [
            Calculation(program, folder, {kind: (path,)}) for kind, paths in kinds.items() for path in paths
        ]
    return [Calculation(program, folder, kinds)]


def read_calculation(calculation: Calculation) -> ProgramRun:
    """Read the files of one calculation together.

    Args:
        calculation: As :func:`find_calculations` gave it.

    Raises:
        ProgramOutputError: They cannot be understood; the message names file and line.
    """
    if calculation.program == "LAMMPS":
        from nanoos_lab.programs.outputs.lammps.calculation import read_lammps  # noqa: PLC0415 - read when needed

        return read_lammps(calculation.files)
    if calculation.program == "phonopy":
        from nanoos_lab.programs.outputs.phonopy import read_phonopy  # noqa: PLC0415

        return read_phonopy(calculation.files)
    runs = [_reader(kind)(path) for kind, paths in calculation.files.items() for path in paths]
    return _joined(*runs) if len(runs) > 1 else runs[0]


def _reader(kind: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - path -> ProgramRun
    module, _, name = _READERS[kind].partition(":")
    return getattr(importlib.import_module(module), name)


def _joined(main: ProgramRun, other: ProgramRun) -> ProgramRun:
    """Return what two files say of one calculation."""
    failures = list(dict.fromkeys((*main.failures, *other.failures)))
    if main.energy is not None and other.energy is not None and abs(main.energy - other.energy) > SAME_EV:
        failures.append(
            f"{main.source.name} says {main.energy:.6f} eV and {other.source.name} {other.energy:.6f} eV: they do not "
            "belong together"
        )
    theory = replace(
        main.theory,
        kpoints=main.theory.kpoints or other.theory.kpoints,
        functional=main.theory.functional or other.theory.functional,
    )
    verdicts = [one for one in (other.ionic_converged, main.ionic_converged) if one is not None]
    if other.ionic_converged is True:  # the program's own words
        failures = [one for one in failures if not one.startswith("the geometry did not converge")]
    return replace(
        main,
        theory=theory,
        files=main.files + other.files,
        failures=tuple(failures),
        ionic_converged=verdicts[0] if verdicts else None,
        electronic_converged=_both(main.electronic_converged, other.electronic_converged),
        finished=main.finished and other.finished,
        forces=main.forces if main.forces is not None else other.forces,
        stress=main.stress if main.stress is not None else other.stress,
        moments=main.moments or other.moments,
        total_magnetization=_first(main.total_magnetization, other.total_magnetization),
        band_gap=_first(main.band_gap, other.band_gap),
        fermi=_first(main.fermi, other.fermi),
        wall_time_s=_first(main.wall_time_s, other.wall_time_s),
    )


def _both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - one of three answers
    said = [verdict for verdict in (one, other) if verdict is not None]
    return all(said) if said else None


def _first(one: float | None, other: float | None) -> float | None:
    return other if one is None else one


def read_output(path: Path) -> ProgramRun:
    """Read one file.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: No program that is known wrote it, or it cannot be understood.
    """
    found = find_calculations(Path(path))
    if not path.is_file() or not found:
        raise ProgramOutputError(nothing_there(), str(path))
    return read_calculation(found[0])


def read_folder(folder: str | Path) -> ProgramRun:
    """Read the one calculation in a folder.

    Args:
        folder: The folder.

    Raises:
        ProgramOutputError: There is none or several, or it cannot be understood.
    """
    found = find_calculations(Path(folder))
    if not found:
        raise ProgramOutputError(nothing_there(), str(folder))
    if len(found) > 1:
        names = ", ".join(one.paths[0].name for one in found[:4])
        raise ProgramOutputError(
            f"it holds {len(found)} calculations ({names}, …): give one of the files", str(folder)
        )
    return read_calculation(found[0])


def nothing_there() -> str:
    """Return what to say where nothing was recognised."""
    return (
        "no output is recognised here: known are vasprun.xml and OUTCAR, output and data-file-schema.xml of pw.x, "
        "GPAW's text output, LAMMPS' log, dump and data files, and phonopy's yaml files (also compressed by gzip)"
    )
