"""What LAMMPS' log, data files and dumps say together of one calculation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs.lammps.atoms import read_data, read_dump
from nanoos_lab.programs.outputs.lammps.log import Log, Section, minimum_converged, read_log
from nanoos_lab.programs.outputs.lammps.units import KNOWN
from nanoos_lab.programs.outputs.run import ProgramRun, Theory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pymatgen.core.structure import Structure

ENERGY = "potential energy of LAMMPS (PotEng)"


def read_lammps(files: Mapping[str, tuple[Path, ...]]) -> ProgramRun:
    """Read the files of one calculation.

    Args:
        files: By what they are: ``lammps-log``, ``lammps-data``, ``lammps-dump``.

    Raises:
        ProgramOutputError: One cannot be understood, or none holds a structure.
    """
    paths = tuple(path for many in files.values() for path in many)
    logs = files.get("lammps-log", ())
    log = read_log(logs[0]) if logs else None
    if log is not None and log.units not in KNOWN:
        raise ProgramOutputError(
            f"it is in LAMMPS' units {log.units!r}, which say nothing of eV and Å of a material", str(logs[0])
        )
    failures: list[str] = []
    structures = _structures(files, log, failures)
    if log is None:
        return ProgramRun(
            program="LAMMPS", version="", kind="structure", source=paths[0], files=paths, initial=structures[0],
            final=structures[-1], finished=not failures, failures=tuple(failures),
            notes=("no log is beside it: lengths are taken as Å, and nothing is known of energies",),
        )  # fmt: skip
    return _as_run(log, paths, structures, failures)


def _structures(
    files: Mapping[str, tuple[Path, ...]], log: Log | None, failures: list[str]
) -> list[Structure]:
    scale = 1.0 if log is None else KNOWN[log.units].length_angstrom
    elements: dict[int, str] = {}
    found: list[Structure] = []
    for path in files.get("lammps-data", ()):
        structure, said = read_data(path, style="" if log is None else log.atom_style, scale=scale)
        if elements and elements != said:
            failures.append(f"{path.name} has other types of atoms than the data file before it")
        elements = elements or said
        found.append(structure)
    for path in files.get("lammps-dump", ()):
        frames, problems = read_dump(path, elements, scale=scale)
        failures += [f"{path.name}: {problem}" for problem in problems]
        found += frames
    return found


def _as_run(
    log: Log, paths: tuple[Path, ...], structures: list[Structure], failures: list[str]
) -> ProgramRun:
    failures = [*log.failures, *failures]
    if log.cut_short or not log.finished:
        failures.append(
            f"the log was cut short: {log.cut_short}"
            if log.cut_short
            else "LAMMPS did not come to its end (no wall time is there)"
        )
    section = log.sections[-1] if log.sections else None
    if section is not None and not section.complete:
        failures.append("the last run in the log is not complete")
    minimised = section is not None and section.minimised
    kind = ("vc-relax" if "box/relax" in log.fixes else "relax") if minimised else "md"
    ionic = minimum_converged(section) if section is not None and minimised else None
    if ionic is False:
        failures.append(
            f"the minimisation did not reach its tolerances ({section.stopped_by if section else ''})"
        )
    energies = _energies(section, structures)
    final = structures[-1] if structures else None
    fits = section is None or final is None or section.n_atoms in {None, len(final)}
    notes = (
        []
        if fits
        else ["the structure files have another number of atoms than the log: no energy is stated of them"]
    )
    if final is not None and minimised and len(structures) < 2:  # noqa: PLR2004 - before and after
        notes.append(
            "only one structure is beside the log, which may be that of the beginning: no energy is stated of it"
        )
        fits = False
    return ProgramRun(
        program="LAMMPS", version=log.version, kind=kind, source=paths[0], files=paths,
        theory=Theory(model=f"LAMMPS {log.pair_style} {_file_of(log)}".strip() if log.pair_style else ""),
        settings={"units": log.units, "pair_coeff": log.pair_coeff, "runs": len(log.sections)},
        initial=structures[0] if structures else None, final=final, energies=energies,
        energy=energies[-1] if energies and fits and final is not None else None, energy_meaning=ENERGY,
        finished=log.finished and not log.cut_short, electronic_converged=True if minimised else None,
        ionic_converged=ionic, failures=tuple(dict.fromkeys(failures)), notes=tuple(notes), wall_time_s=log.wall_time_s,
    )  # fmt: skip


def _energies(section: Section | None, structures: list[Structure]) -> tuple[float, ...]:
    """Return potential energies in eV per cell."""
    if section is None:
        return ()
    count = section.n_atoms or (len(structures[-1]) if structures else None)
    if section.per_atom and count is None:
        return ()
    factor = KNOWN[section.units].energy_ev * (count if section.per_atom and count else 1)
    found = section.potential()
    return tuple(value * factor for value in found if math.isfinite(value))


def _file_of(log: Log) -> str:
    """Return the potential's file, or its coefficients, where one pair_coeff line says it for all types."""
    words = log.pair_coeff.split()
    if words[:2] != ["*", "*"]:
        return ""
    named = [word.rsplit("/", 1)[-1] for word in words[2:] if any(c.isalpha() for c in word) and "." in word]
    return named[0] if named else " ".join(words[2:6])
