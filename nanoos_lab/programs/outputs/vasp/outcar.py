"""Read ``OUTCAR``, plain or compressed, line by line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.opening import Lines, fortran_float, lines_of
from nanoos_lab.programs.outputs.run import SELF_CONSISTENT, ProgramRun
from nanoos_lab.programs.outputs.vasp.convergence import judge
from nanoos_lab.programs.outputs.vasp.theory import kind_of, theory_of, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

ENERGY = "energy(sigma→0) of VASP, the electronic energy extrapolated to no smearing"
KBAR_PER_EV_A3 = 1602.1766208
_TAG = re.compile(r"\b([A-Z][A-Z_0-9]+)\s*=\s*([-+\w.]+)")
_TAGS = frozenset(
    {
        "NELM", "EDIFF", "EDIFFG", "NSW", "IBRION", "ISIF", "ISPIN", "ENCUT", "ICHARG", "ISMEAR", "SIGMA", "GGA",
        "METAGGA", "LHFCALC", "AEXX", "ALDAC", "HFSCREEN", "LNONCOLLINEAR", "LSORBIT", "LEPSILON", "LUSE_VDW", "IVDW",
        "LDAUTYPE", "NKPTS", "NIONS", "NBANDS", "PREC", "LREAL", "NELECT", "LCALCPOL", "ALGO",
    }
)  # fmt: skip
_FATAL = re.compile(r"VERY BAD NEWS|fatal error|internal error in|Error EDDDAV|ERROR.*\bstop", re.IGNORECASE)


@dataclass
class _Step:
    """One ionic step."""

    structure: Structure | None
    forces: FloatArray | None
    energy: float = math.nan
    stress: FloatArray | None = None
    electronic: bool | None = None
    n_electronic: int = 0


@dataclass
class _State:
    """What was read so far."""

    version: str = ""
    tags: dict[str, Any] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    """Titles in the first lines."""
    elements: list[str] = field(default_factory=list)
    species: list[str] = field(default_factory=list)
    mesh: tuple[int, ...] = ()
    lattice: list[list[float]] | None = None
    initial: Structure | None = None
    steps: list[_Step] = field(default_factory=list)
    pending: _Step | None = None
    began: bool = False
    stress: FloatArray | None = None
    electronic: bool | None = None
    n_electronic: int = 0
    energy: float | None = None
    """Of the ionic step under way."""
    ionic_energy_follows: bool = False
    relaxed: bool = False
    finished: bool = False
    fermi: float | None = None
    levels: list[list[tuple[float, float]]] = field(default_factory=list)
    spins: int = 1
    moments: list[float] = field(default_factory=list)
    total_moment: float | None = None
    elapsed: float | None = None
    failures: list[str] = field(default_factory=list)


def read_outcar(path: Path) -> ProgramRun:
    """Read an ``OUTCAR``.

    Args:
        path: The file, plain or compressed.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    state = _State()
    with lines_of(path) as lines:
        for line in lines:
            if not state.began and "=" in line:
                _tags(state, line)
            for mark, take in _MARKS:
                if mark in line:
                    _taken(take, state, line, lines)
                    break
            else:
                if "rror" in line or "NEWS" in line:
                    _fatal(state, line)
        cut = lines.cut_short
    if not state.species or (state.initial is None and not state.steps):
        raise ProgramOutputError(
            "no structure is in it: either it is no OUTCAR, or it ends before the first geometry", str(path)
        )
    return _as_run(state, path, cut)


def _taken(take: Callable[[_State, str, Lines], None], state: _State, line: str, lines: Lines) -> None:
    try:
        take(state, line, lines)
    except (ValueError, IndexError, OverflowError) as error:
        if isinstance(error, ProgramOutputError):
            raise
        raise lines.error(f"{line.strip()[:60]!r} cannot be understood: {error}") from error


def _tags(state: _State, line: str) -> None:
    """Take settings; of one that stands twice the first counts."""
    if (many := re.match(r"\s*(?:angular|U \(eV\)|J \(eV\)).*\b(LDAU[LUJ])\s*=(.*)", line)) is not None:
        state.tags[many[1]] = [fortran_float(word) for word in many[2].split()]
        state.tags["LDAU"] = True
        return
    if "LDA+U is selected" in line:
        state.tags["LDAU"] = True
    for name, said in _TAG.findall(line):
        if name not in _TAGS or name in state.tags:
            continue
        if (word := said.strip(".").upper()) in {"T", "F", "TRUE", "FALSE"}:
            state.tags[name] = word.startswith("T")
            continue
        try:
            number = fortran_float(said)
        except ValueError:
            state.tags[name] = said
        else:
            state.tags[name] = int(number) if number.is_integer() and "." not in said else number


def _version(state: _State, line: str, _lines: Lines) -> None:
    found = re.match(r"[\s\0]*vasp\.(\d\S*)", line)
    if found and not state.version:
        state.version = found[1]


def _title(state: _State, line: str, _lines: Lines) -> None:
    title = line.split("=", 1)[1].strip()
    state.titles.append(title)
    words = title.split()
    state.elements.append(re.split(r"[_.]", words[1])[0] if len(words) > 1 else "")


def _listed(state: _State, line: str, _lines: Lines) -> None:
    state.listed.append(line.split(":", 1)[1].strip())


def _counts(state: _State, line: str, lines: Lines) -> None:
    counts = [int(n) for n in line.split("=", 1)[1].split()]
    if not state.titles:  # versions 4 and early 5 name the potentials here alone, twice
        for title in state.listed[: len(counts)]:
            _title(state, f"={title}", lines)
    if len(counts) != len(state.elements) or sum(counts) > shapes.MOST_ATOMS or min(counts, default=0) < 1:
        raise lines.error(
            f"{len(counts)} kinds of ions stand here where {len(state.elements)} potentials were named"
        )
    state.species = [element for element, n in zip(state.elements, counts, strict=True) for _ in range(n)]


def _mesh(state: _State, line: str, lines: Lines) -> None:
    found = re.search(r"(\d+)\s+(\d+)\s+(\d+)\s*$", line) or re.search(
        r"(\d+)\s+(\d+)\s+(\d+)", lines.following("the mesh")
    )
    if found:
        state.mesh = tuple(int(n) for n in found.groups())


def _lattice(state: _State, _line: str, lines: Lines) -> None:
    state.lattice = [
        lines.floats(lines.following("a lattice vector"), 3, "a lattice vector") for _ in range(3)
    ]


def _start(state: _State, _line: str, lines: Lines) -> None:
    if state.initial is None and state.lattice is not None and state.species:
        rows = [lines.floats(lines.following("a position"), 3, "a position") for _ in state.species]
        state.initial = shapes.crystal(state.lattice, state.species, rows)


def _iteration(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"Iteration\s+(\d+)\(\s*(\d+)\)", line)
    if found:
        state.began, state.n_electronic = True, int(found[2])
        if state.n_electronic == 1:
            state.electronic, state.stress, state.energy, state.pending = None, None, None, None


def _electrons_converged(state: _State, line: str, _lines: Lines) -> None:
    state.electronic = "not reached" not in line


def _ionic_energy(state: _State, _line: str, _lines: Lines) -> None:
    state.ionic_energy_follows = True


def _zero_smearing(state: _State, line: str, lines: Lines) -> None:
    if not state.ionic_energy_follows:
        return
    state.ionic_energy_follows = False
    said = line.rsplit("=", 1)[1].split()
    state.energy = fortran_float(said[0]) if said else math.nan
    if not math.isfinite(state.energy):
        raise lines.error("energy(sigma->0) is not a number, or its column was too narrow")
    _finish_step(state)


def _finish_step(state: _State) -> None:
    """Close the ionic step where both its energy and its forces are there, in either order."""
    if state.energy is None or state.pending is None:
        return
    step = state.pending
    step.energy, step.stress, step.electronic = state.energy, state.stress, state.electronic
    step.n_electronic = state.n_electronic
    state.steps.append(step)
    state.pending = state.energy = None


def _stress(state: _State, line: str, lines: Lines) -> None:
    xx, yy, zz, xy, yz, zx = lines.floats(line.split("kB", 1)[1], 6, "the stress")
    state.stress = -np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]]) / KBAR_PER_EV_A3


def _positions(state: _State, _line: str, lines: Lines) -> None:
    lines.following("the positions")
    rows = [lines.floats(lines.following("a position"), 6, "a position and its force") for _ in state.species]
    table = shapes.table(rows, 6, "positions and forces", len(state.species))
    structure = shapes.crystal(state.lattice, state.species, table[:, :3], cartesian=True)
    state.pending = _Step(structure, table[:, 3:])
    _finish_step(state)


def _fermi(state: _State, line: str, lines: Lines) -> None:
    state.fermi = lines.floats(line.split(":", 1)[1].split(maxsplit=1)[0], 1, "the Fermi level")[0]
    state.levels, state.spins = [], 1


def _second_spin(state: _State, _line: str, _lines: Lines) -> None:
    state.spins = 2


def _bands(state: _State, _line: str, lines: Lines) -> None:
    rows = []
    for line in lines.take(whole(state.tags, "NBANDS", 0)):
        _number, level, taken = (*line.split(), "", "", "")[:3]
        try:
            rows.append((fortran_float(level), fortran_float(taken)))
        except ValueError:
            return
    state.levels.append(rows)


def _moments(state: _State, _line: str, lines: Lines) -> None:
    header = lines.take(3)
    if len(header) < 3 or "# of ion" not in header[1]:  # noqa: PLR2004 - blank, names, dashes
        return
    rows = lines.take(len(state.species) + 1)
    while rows and not rows[0].split():
        rows = rows[1:]
    found = [
        lines.floats(row.split()[-1], 1, "a moment")[0]
        for row in rows[: len(state.species)]
        if row.split() and row.split()[0].isdigit()
    ]
    state.moments = found if len(found) == len(state.species) else []


def _total_moment(state: _State, line: str, lines: Lines) -> None:
    words = line.split("magnetization", 1)[1].split()
    if len(words) == 1:
        state.total_moment = lines.floats(words[0], 1, "the magnetization")[0]


def _relaxed(state: _State, _line: str, _lines: Lines) -> None:
    state.relaxed = True


def _stopped(state: _State, line: str, _lines: Lines) -> None:
    state.failures.append(f"it was stopped by its user ({line.strip()})")


def _finished(state: _State, _line: str, _lines: Lines) -> None:
    state.finished = True


def _elapsed(state: _State, line: str, lines: Lines) -> None:
    state.elapsed = lines.floats(line.split(":", 1)[1], 1, "the elapsed time")[0]


def _fatal(state: _State, line: str) -> None:
    if _FATAL.search(line) and len(state.failures) < 10:  # noqa: PLR2004 - the first ones say it
        state.failures.append(f"VASP says: {line.strip(' |')[:200]}")


_MARKS: tuple[tuple[str, Callable[[_State, str, Lines], None]], ...] = (
    ("energy(sigma->0)", _zero_smearing),
    (" vasp.", _version),
    ("TITEL  =", _title),
    (" POTCAR:", _listed),
    ("FREE ENERGIE OF THE ION-ELECTRON", _ionic_energy),
    ("ions per type =", _counts),
    ("generate k-points for:", _mesh),
    ("direct lattice vectors", _lattice),
    ("position of ions in fractional coordinates", _start),
    ("Iteration", _iteration),
    ("aborting loop", _electrons_converged),
    ("  in kB ", _stress),
    ("TOTAL-FORCE (eV/Angst)", _positions),
    ("E-fermi :", _fermi),
    ("spin component 2", _second_spin),
    ("band No.  band energies", _bands),
    ("magnetization (x)", _moments),
    ("number of electron ", _total_moment),
    ("reached required accuracy - stopping", _relaxed),
    ("soft stop encountered", _stopped),
    ("hard stop encountered", _stopped),
    ("General timing and accounting", _finished),
    ("Elapsed time (sec):", _elapsed),
)


def _as_run(state: _State, path: Path, cut: str) -> ProgramRun:
    tags, steps = state.tags, state.steps
    if str(tags.get("METAGGA", "")).upper().startswith("R2SCA"):  # OUTCAR cuts the word
        tags["METAGGA"] = "R2SCAN"
    kind = kind_of(tags, len(steps))
    failures = list(state.failures)
    if cut or not state.finished:
        failures.append(
            f"the file was cut short: {cut}"
            if cut
            else "the program did not come to its end (no timing is there)"
        )
    last = steps[-1] if steps else _Step(None, None)
    verdict = judge(
        kind,
        tags,
        n_steps=len(steps),
        n_electronic=last.n_electronic,
        changes=(),
        forces=last.forces,
        said=state.relaxed,
    )
    failures += verdict.failures
    electronic = last.electronic if last.electronic is not None else verdict.electronic
    if last.electronic is False and verdict.electronic is not False:
        failures.append("the electrons did not converge (EDIFF was not reached)")
    if last.electronic and verdict.electronic is False:
        failures = [one for one in failures if not one.startswith("the electrons did not converge")]
    if not steps and kind in {"static", "relax", "vc-relax"}:
        failures.append("no ionic step was finished")
    if state.pending is not None or state.energy is not None:
        failures.append("the file ends within an ionic step")
    return ProgramRun(
        program="VASP",
        version=state.version,
        kind=kind,
        source=path,
        files=(path,),
        theory=theory_of(tags, state.elements, state.titles, state.mesh, _count(tags)),
        settings={name: tags[name] for name in ("PREC", "EDIFF", "EDIFFG", "ISIF", "NELECT") if name in tags},
        initial=state.initial or (steps[0].structure if steps else None),
        final=last.structure or state.initial,
        energies=tuple(step.energy for step in steps),
        energy=last.energy if steps and kind in {"static", "relax", "vc-relax", "md"} else None,
        energy_meaning=ENERGY,
        forces=last.forces,
        stress=last.stress,
        moments=tuple(state.moments),
        total_magnetization=state.total_moment if tags.get("ISPIN") == 2 else None,  # noqa: PLR2004 - two spins
        band_gap=_gap(state) if kind in SELF_CONSISTENT | {"bands", "md"} else None,
        fermi=state.fermi,
        finished=state.finished and not cut,
        electronic_converged=electronic,
        ionic_converged=verdict.ionic,
        failures=tuple(dict.fromkeys(failures)),
        wall_time_s=state.elapsed,
    )


def _count(tags: dict[str, Any]) -> int | None:
    count = whole(tags, "NKPTS", 0)
    return count or None


def _gap(state: _State) -> float | None:
    """Return the gap by the last levels printed."""
    points, rest = divmod(len(state.levels), state.spins)
    if not points or rest or len({len(rows) for rows in state.levels}) != 1:
        return None
    array = np.array(state.levels).reshape(state.spins, points, -1, 2)
    if not array.size or not np.isfinite(array).all():
        return None
    full = 1.0 if whole(state.tags, "ISPIN", 1) == 2 or state.tags.get("LNONCOLLINEAR") is True else 2.0  # noqa: PLR2004
    try:
        return shapes.gap_of(array[..., 0], array[..., 1], full)
    except ValueError:
        return None
