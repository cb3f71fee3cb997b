"""Read what pw.x printed, of versions 5 to 7, line by line.

The file's own sums are checked: the total energy against its terms, the total force against the forces, the stress
in Ry/bohr³ against that in kbar, the volume against the axes. What does not fit is a failure in words.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.opening import Lines, lines_of
from nanoos_lab.programs.outputs.qe.names import (
    BOHR_ANGSTROM,
    ENERGY,
    RYDBERG_EV,
    element_of,
    functional_name,
)
from nanoos_lab.programs.outputs.run import RELAXATIONS, ProgramRun, Theory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

KBAR_PER_RY_BOHR3 = 147105.08
_SUM_SLACK_RY = 1e-6
_FORCE_SLACK = 2e-4
_ATOM = re.compile(r"\s*\d+\s+(\S+)\s+tau\(\s*\d+\)\s*=\s*\(([^)]*)\)")
_TERM = re.compile(r"\s*(.+?)\s*=\s*(\S+) Ry\s*$")
_FORCE = re.compile(r"\s*atom\s+\d+\s+type\s+\d+\s+force\s*=(.*)")
_TIME = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:([\d.]+)s)?")
_KNOWN_TERMS = (
    "one-electron", "hartree", "xc contribution", "ewald", "one-center paw", "hubbard", "smearing contrib", "dispersion",
    "averaged fock", "fock energy",
)  # fmt: skip


@dataclass
class _Step:
    """One self-consistent calculation that reached its end."""

    energy: float
    structure: Structure | None
    forces: FloatArray | None = None
    stress: FloatArray | None = None


@dataclass
class _State:
    """What was read so far."""

    version: str = ""
    alat: float | None = None
    n_atoms: int | None = None
    volume: float | None = None
    cutoff: float | None = None
    density_cutoff: float | None = None
    exchange: str = ""
    smearing: str = ""
    n_kpoints: int | None = None
    spin: str = "none"
    elements: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    hubbard: dict[str, float] = field(default_factory=dict)
    dispersion: str = ""
    lattice: list[list[float]] | None = None
    labels: list[str] = field(default_factory=list)
    current: Structure | None = None
    initial: Structure | None = None
    steps: list[_Step] = field(default_factory=list)
    scf: bool | None = None
    """Whether the last self-consistent cycle converged; None before one began or while one goes on."""
    kind: str = "static"
    moved_cell: bool = False
    ionic: bool | None = None
    finished: bool = False
    fermi: float | None = None
    gap: float | None = None
    total_moment: float | None = None
    moments: list[float] = field(default_factory=list)
    wall: float | None = None
    failures: list[str] = field(default_factory=list)
    force_gaps: list[float] = field(default_factory=list)
    """By how much the total force differs from that of the forces, Ry/bohr, where it does."""

    def fail(self, sentence: str) -> None:
        """Note what failed, once."""
        if sentence not in self.failures:
            self.failures.append(sentence)


def read_pw_text(path: Path) -> ProgramRun:
    """Read a text output of pw.x.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    state = _State()
    with lines_of(path) as lines:
        for line in lines:
            for mark, take in _MARKS:
                if mark in line:
                    try:
                        take(state, line, lines)
                    except (ValueError, IndexError, OverflowError) as error:
                        if isinstance(error, ProgramOutputError):
                            raise
                        raise lines.error(f"{line.strip()[:60]!r} cannot be understood: {error}") from error
                    break
        cut = lines.cut_short
    if not state.version:
        raise ProgramOutputError("it does not begin as an output of pw.x does", str(path))
    return _as_run(state, path, cut)


# ---------------------------------------------------------------------- what stands in single lines


def _number_after(line: str, sign: str, lines: Lines, what: str) -> float:
    return lines.floats(
        line.split(sign, 1)[1].split(maxsplit=1)[0] if line.split(sign, 1)[1].split() else "", 1, what
    )[0]


def _program(state: _State, line: str, lines: Lines) -> None:
    found = re.search(r"Program PWSCF\s+v\.\s*(\S+)", line)
    if found and state.version and state.steps:
        raise lines.error("a second calculation begins here: give each its own file")
    state.version = found[1] if found else state.version


def _alat(state: _State, line: str, lines: Lines) -> None:
    first = _number_after(line, "celldm(1)=", lines, "celldm(1)")
    if first > 0:
        state.alat = first * BOHR_ANGSTROM


def _rough_alat(state: _State, line: str, lines: Lines) -> None:
    if state.alat is None:
        state.alat = _number_after(line, "=", lines, "the lattice parameter") * BOHR_ANGSTROM


def _atoms(state: _State, line: str, lines: Lines) -> None:
    state.n_atoms = int(_number_after(line, "=", lines, "the number of atoms"))


def _volume(state: _State, line: str, lines: Lines) -> None:
    state.volume = _number_after(line, "=", lines, "the volume") * BOHR_ANGSTROM**3


def _cutoff(state: _State, line: str, lines: Lines) -> None:
    if "=" not in line:
        return
    state.cutoff = _number_after(line, "=", lines, "the cut-off") * RYDBERG_EV


def _density_cutoff(state: _State, line: str, lines: Lines) -> None:
    state.density_cutoff = _number_after(line, "=", lines, "the density's cut-off") * RYDBERG_EV


def _exchange(state: _State, line: str, _lines: Lines) -> None:
    state.exchange = functional_name(line.split("=", 1)[1])


def _kpoints(state: _State, line: str, lines: Lines) -> None:
    state.n_kpoints = int(_number_after(line, "=", lines, "the number of k-points"))
    rest = line.split("=", 1)[1]
    if "smearing" in rest and "=" in rest:
        width = _number_after(rest, "=", lines, "the smearing's width") * RYDBERG_EV
        name = re.sub(r"^\s*\d+\s*|smearing.*", "", rest).strip()
        state.smearing = f"{name} {width:.3g} eV"
    elif "tetrahedron" in rest:
        state.smearing = "tetrahedra"


def _file(state: _State, line: str, lines: Lines) -> None:
    after = line.split("file", 1)[1].lstrip(": ").strip()
    name = after or lines.following("the pseudopotential's file").strip()
    state.files.append(re.split(r"[/\\]", name)[-1])


def _species(state: _State, _line: str, lines: Lines) -> None:
    for line in lines:
        words = line.split(None, 3)
        if len(words) < 4:  # noqa: PLR2004 - label, valence, mass, pseudopotential
            return
        state.elements[words[0]] = element_of(words[0], words[3])


def _polarised(state: _State, line: str, _lines: Lines) -> None:
    state.spin = "noncollinear" if "oncollinear" in line else "collinear"


def _hubbard_old(state: _State, line: str, lines: Lines) -> None:
    if "with parameters" not in line:
        return
    for row in lines:
        words = row.split()
        if words[:1] == ["atomic"]:
            continue
        if len(words) < 3 or not words[1].isdigit():  # noqa: PLR2004 - species, l, U
            return
        state.hubbard[element_of(words[0])] = lines.floats(words[2], 1, "U")[0]


def _hubbard_new(state: _State, line: str, lines: Lines) -> None:
    found = re.match(r"\s*U\((\w+)-\d\w\)\s*=\s*(\S+)", line)
    if found:
        state.hubbard[element_of(found[1])] = lines.floats(found[2], 1, "U")[0]


def _dispersion(state: _State, line: str, _lines: Lines) -> None:
    known = {
        "DFT-D3": "D3",
        "Grimme-D2": "D2",
        "DFT-D ": "D2",
        "XDM": "XDM",
        "Tkatchenko": "TS",
        "MBD": "MBD",
    }
    state.dispersion = next((short for mark, short in known.items() if mark in line), "dispersion")


def _fermi(state: _State, line: str, lines: Lines) -> None:
    state.fermi = lines.floats(line.split(" is ", 1)[1], 1, "the Fermi energy")[0]


def _levels(state: _State, line: str, lines: Lines) -> None:
    values = line.split(":", 1)[1]
    if "lowest unoccupied" in line:
        top, bottom = lines.floats(values, 2, "the highest occupied and the lowest empty level")
        state.fermi, state.gap = top, max(0.0, bottom - top)
    else:
        state.fermi, state.gap = lines.floats(values, 1, "the highest occupied level")[0], None


def _total_moment(state: _State, line: str, lines: Lines) -> None:
    words = line.split("=", 1)[1].split("Bohr", maxsplit=1)[0].split()
    if len(words) == 1:
        state.total_moment = lines.floats(words[0], 1, "the total magnetization")[0]


def _site_moments(state: _State, _line: str, lines: Lines) -> None:
    state.moments = []
    for line in lines:
        found = re.match(r"\s*atom:?\s+\d+.*magn:?\s*=?\s+(\S+)", line)
        if found is None:
            return
        state.moments.append(lines.floats(found[1], 1, "a site's moment")[0])


# ---------------------------------------------------------------------- structures


def _axes(state: _State, line: str, lines: Lines) -> None:
    if "alat" not in line or state.alat is None:
        return
    rows = [
        lines.floats(lines.following("an axis").split("=", 1)[-1].strip(" ()").rstrip(") "), 3, "an axis")
        for _ in range(3)
    ]
    state.lattice = [[state.alat * x for x in row] for row in rows]
    if state.volume is not None:
        spanned = abs(float(np.linalg.det(np.array(state.lattice))))
        if abs(spanned - state.volume) > 2e-4 * state.volume:
            state.fail(
                f"the axes span {spanned:.4f} Å³ where the file states {state.volume:.4f} Å³: it is damaged"
            )


def _sites(state: _State, line: str, lines: Lines) -> None:
    if "(alat units)" not in line or state.alat is None or state.lattice is None:
        return
    labels, places = [], []
    for row in lines:
        found = _ATOM.match(row)
        if found is None:
            break
        labels.append(found[1])
        places.append([state.alat * x for x in lines.floats(found[2], 3, "a position")])
    state.labels = labels
    _set_structure(state, lines, places, cartesian=True)
    if state.initial is None:
        state.initial = state.current


def _set_structure(state: _State, lines: Lines, places: list[list[float]], *, cartesian: bool) -> None:
    if state.n_atoms is not None and len(places) != state.n_atoms:
        raise lines.error(
            f"{len(places)} positions follow where {state.n_atoms} atoms are stated: the file was cut short"
        )
    species = [state.elements.get(label) or element_of(label) for label in state.labels]
    state.current = shapes.crystal(state.lattice, species, places, cartesian=cartesian)


def _new_cell(state: _State, line: str, lines: Lines) -> None:
    if not line.startswith("CELL_PARAMETERS"):
        return
    rows = [lines.floats(lines.following("a cell vector"), 3, "a cell vector") for _ in range(3)]
    scale = 1.0
    if "alat" in line:
        said = re.search(r"alat\s*=\s*([\d.Ee+-]+)", line)
        scale = float(said[1]) * BOHR_ANGSTROM if said else (state.alat or math.nan)
    elif "bohr" in line:
        scale = BOHR_ANGSTROM
    state.lattice, state.moved_cell = [[scale * x for x in row] for row in rows], True


def _new_sites(state: _State, line: str, lines: Lines) -> None:
    if state.n_atoms is None or not line.startswith("ATOMIC_POSITIONS"):
        return
    labels, places = [], []
    for _ in range(state.n_atoms):
        row = lines.following("a position")
        words = row.split(None, 1)
        if len(words) < 2:  # noqa: PLR2004 - label and numbers
            raise lines.error(f"{len(places)} positions follow where {state.n_atoms} atoms are stated")
        labels.append(words[0])
        places.append(lines.floats(words[1], 3, "a position"))
    state.labels = labels
    unit = line.rsplit("(", maxsplit=1)[-1].lower() if "(" in line else line.lower()
    factor = 1.0
    if "alat" in unit:
        factor = state.alat or math.nan
    elif "bohr" in unit:
        factor = BOHR_ANGSTROM
    _set_structure(
        state, lines, [[factor * x for x in row] for row in places], cartesian="crystal" not in unit
    )


# ---------------------------------------------------------------------- results


def _energy(state: _State, line: str, lines: Lines) -> None:
    if not line.startswith("!"):
        return
    energy = _number_after(line, "=", lines, "the total energy")
    if state.steps and state.steps[-1].structure is state.current:
        state.steps.pop()  # the outer cycle of exact exchange says it again each time
    state.steps.append(_Step(energy * RYDBERG_EV, state.current))
    state.scf = True


def _terms(state: _State, line: str, lines: Lines) -> None:
    """Check the total energy against the sum of its terms."""
    total, free, known, terms = 0.0, "is F=E-TS" in line, True, 0
    for row in lines:
        found = _TERM.match(row)
        if found is None:
            if row.strip() or terms:
                break
            continue
        terms += 1
        known = known and any(name in found[1].lower() for name in _KNOWN_TERMS)
        if "smearing contrib" in found[1]:
            free = False
        total += lines.floats(found[2], 1, f"the {found[1]}")[0]
    if terms and known and not free and state.steps and state.kind != "bands":
        stated = state.steps[-1].energy / RYDBERG_EV
        if abs(total - stated) > _SUM_SLACK_RY * (1 + 1e-3 * abs(stated)):
            state.fail(
                f"the total energy {stated:.8f} Ry is not the sum of its terms, {total:.8f} Ry: the file is damaged"
            )


def _forces(state: _State, _line: str, lines: Lines) -> None:
    rows: list[list[float]] = []
    total: float | None = None
    for line in lines:
        if found := _FORCE.match(line):
            if len(rows) < (state.n_atoms or 0):  # what follows are contributions
                rows.append(lines.floats(found[1], 3, "a force"))
        elif "Total force =" in line:
            total = _number_after(line, "=", lines, "the total force")
            break
        elif rows and any(word in line for word in ("stress", "JOB DONE", "iteration #")):
            break
    if not state.steps or state.n_atoms is None:
        return
    forces = shapes.table(rows, 3, "the forces", state.n_atoms)
    if total is None:
        state.fail("the file ends among the forces")
        return
    off = total - float(np.sqrt((forces**2).sum()))
    if abs(off) > _FORCE_SLACK + 1e-3 * total:
        state.force_gaps.append(off)
    state.steps[-1].forces = forces * RYDBERG_EV / BOHR_ANGSTROM


def _stress(state: _State, line: str, lines: Lines) -> None:
    if "(Ry/bohr**3)" not in line or not state.steps:
        return
    rows = np.array([lines.floats(lines.following("the stress"), 6, "a row of the stress") for _ in range(3)])
    if np.abs(rows[:, :3] * KBAR_PER_RY_BOHR3 - rows[:, 3:]).max() > 1.0 + 1e-4 * np.abs(rows[:, 3:]).max():
        state.fail("the stress in Ry/bohr³ is not that in kbar: the file is damaged")
    state.steps[-1].stress = -rows[:, :3] * RYDBERG_EV / BOHR_ANGSTROM**3


# ---------------------------------------------------------------------- how it went


def _cycle(state: _State, _line: str, _lines: Lines) -> None:
    state.scf = None


def _bands(state: _State, _line: str, _lines: Lines) -> None:
    state.kind = "bands"


def _relaxes(state: _State, _line: str, _lines: Lines) -> None:
    if state.kind == "static":
        state.kind = "relax"


def _moves(state: _State, _line: str, _lines: Lines) -> None:
    state.kind = "md"


def _not_converged(state: _State, line: str, _lines: Lines) -> None:
    state.scf = False
    found = re.search(r"after\s+(\d+)\s+iterations", line)
    state.fail(f"self-consistency was not reached{f' in {found[1]} iterations' if found else ''}")


def _relaxed(state: _State, _line: str, _lines: Lines) -> None:
    state.ionic = True


def _out_of_steps(state: _State, _line: str, _lines: Lines) -> None:
    if state.kind == "md":
        return
    state.ionic = False
    state.fail("the geometry did not converge: the maximum number of steps was reached")


def _lost(state: _State, line: str, _lines: Lines) -> None:
    state.ionic = False
    state.fail(f"the relaxation lost its way: {line.strip()}")


def _error(state: _State, line: str, lines: Lines) -> None:
    said = " ".join(one.strip() for one in lines.take(3) if one.strip() and "%%" not in one)
    routine = re.sub(r"\s+", " ", line.strip()).removesuffix(":")
    state.fail(f"{routine}: {said}".rstrip(": "))


def _out_of_time(state: _State, _line: str, _lines: Lines) -> None:
    state.fail("it ran out of its time (max_seconds) and stopped itself")


def _stopped(state: _State, _line: str, _lines: Lines) -> None:
    state.fail("it was stopped by its user")


def _done(state: _State, _line: str, _lines: Lines) -> None:
    state.finished = True


def _wall(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"CPU\s+(.*?)\s*WALL", line)
    parts = _TIME.fullmatch(found[1].strip()) if found else None
    if parts and any(parts.groups()):
        scale = (86400.0, 3600.0, 60.0, 1.0)
        state.wall = sum(float(p) * s for p, s in zip(parts.groups(), scale, strict=True) if p)


_MARKS: tuple[tuple[str, Callable[[_State, str, Lines], None]], ...] = (
    ("sum of the following terms", _terms),
    ("total energy", _energy),
    ("Program PWSCF", _program),
    ("celldm(1)=", _alat),
    ("lattice parameter (alat)", _rough_alat),
    ("number of atoms/cell", _atoms),
    ("new unit-cell volume", lambda _state, _line, _lines: None),
    ("unit-cell volume", _volume),
    ("kinetic-energy cutoff", _cutoff),
    ("charge density cutoff", _density_cutoff),
    ("Exchange-correlation", _exchange),
    ("number of k points=", _kpoints),
    ("read from file", _file),
    ("atomic species   valence", _species),
    ("Starting magnetic structure", _polarised),
    ("oncollinear calculation", _polarised),
    ("LDA+U calculation", _hubbard_old),
    (" U(", _hubbard_new),
    ("Dispersion Correction", _dispersion),
    ("Parameters for Dispersion", _dispersion),
    ("the Fermi energy is", _fermi),
    ("highest occupied", _levels),
    ("total magnetization", _total_moment),
    ("Magnetic moment per site", _site_moments),
    ("crystal axes:", _axes),
    ("site n.     atom", _sites),
    ("CELL_PARAMETERS", _new_cell),
    ("ATOMIC_POSITIONS", _new_sites),
    ("Forces acting on atoms", _forces),
    ("total   stress", _stress),
    ("Self-consistent Calculation", _cycle),
    ("Band Structure Calculation", _bands),
    ("BFGS Geometry Optimization", _relaxes),
    ("number of bfgs steps", _relaxes),
    ("Damped Dynamics Calculation", _relaxes),
    ("Molecular Dynamics Calculation", _moves),
    ("Entering Dynamics:", _relaxes),
    ("convergence NOT achieved", _not_converged),
    ("bfgs converged in", _relaxed),
    ("convergence achieved in", _relaxed),
    ("maximum number of steps has been reached", _out_of_steps),
    ("bfgs failed after", _lost),
    ("history already reset", _lost),
    ("Error in routine", _error),
    ("Maximum CPU time exceeded", _out_of_time),
    ("stopped by user request", _stopped),
    ("PWSCF        :", _wall),
    ("JOB DONE", _done),
)


def _as_run(state: _State, path: Path, cut: str) -> ProgramRun:
    if cut or not state.finished:
        state.fail(
            f"the file was cut short: {cut}"
            if cut
            else "the calculation did not come to its end (no JOB DONE)"
        )
    # Of a relaxation the total force leaves out atoms that are held fixed.
    if any(gap > 0 or state.kind == "static" for gap in state.force_gaps):
        state.fail("the forces do not add up to the total force that the file states: it is damaged")
    if state.kind == "relax" and state.moved_cell:
        state.kind = "vc-relax"
    if state.kind in RELAXATIONS and state.ionic is None:
        state.fail("the geometry did not converge: nothing says that the relaxation came to its end")
        state.ionic = False
    if state.scf is None and state.steps and state.kind in {"static", *RELAXATIONS}:
        state.fail("the last self-consistent cycle did not come to its end")
    last = state.steps[-1] if state.steps else None
    theory = Theory(
        functional=_full_name(state), cutoff_ev=state.cutoff, n_kpoints=state.n_kpoints, hubbard_ev=state.hubbard,
        spin=state.spin, smearing=state.smearing, pseudopotentials=tuple(state.files),
    )  # fmt: skip
    return ProgramRun(
        program="Quantum ESPRESSO",
        version=state.version,
        kind=state.kind,
        source=path,
        files=(path,),
        theory=theory,
        settings={}
        if state.density_cutoff is None
        else {"density cut-off / eV": round(state.density_cutoff, 3)},
        initial=state.initial,
        final=last.structure if last else state.current,
        energies=tuple(step.energy for step in state.steps),
        energy=last.energy if last and state.kind != "bands" else None,
        energy_meaning=ENERGY,
        forces=last.forces if last else None,
        stress=last.stress if last else None,
        moments=tuple(state.moments),
        total_magnetization=state.total_moment,
        band_gap=state.gap,
        fermi=state.fermi,
        finished=state.finished and not cut,
        electronic_converged=None if state.kind == "bands" else bool(state.scf),
        ionic_converged=state.ionic if state.kind in RELAXATIONS else None,
        failures=tuple(state.failures),
        wall_time_s=state.wall,
    )


def _full_name(state: _State) -> str:
    if not state.exchange:
        return ""
    return (
        state.exchange
        + ("+U" if state.hubbard else "")
        + (f"+{state.dispersion}" if state.dispersion else "")
    )
