"""Read the text output of GPAW, versions 1 to 26: the last calculation in it, and the energies of those before.

Its energies are relative to reference atoms. The free energy is checked against the sum of its terms. Restart files
(``.gpw``) are not read: they would have to be believed to be what they say.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import shapes
from nanoos_lab.programs.outputs.opening import Lines, fortran_float, lines_of
from nanoos_lab.programs.outputs.run import ProgramRun, Theory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pymatgen.core.structure import Structure

    from nanoos_lab.programs.outputs.shapes import FloatArray

ENERGY = "extrapolated energy of GPAW (no smearing), relative to its reference atoms"
_SLACK_EV = 2e-5
_TERMS = ("Kinetic:", "Potential:", "External:", "XC:", "Entropy (-ST):", "Local:", "SIC:")
_PLACE = re.compile(r"\s*\d+\s+([A-Z][a-z]?)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)")
_FORCE = re.compile(r"\s*\d+\s+[A-Z][a-z]?\s+(\S+)\s+(\S+)\s+(\S+)\s*$")


@dataclass
class _Step:
    """One self-consistent calculation."""

    structure: Structure | None
    periodic: bool
    converged: bool | None = None
    energy: float = math.nan
    forces: FloatArray | None = None
    stress: FloatArray | None = None
    moments: list[float] = field(default_factory=list)
    total_moment: float | None = None
    fermi: float | None = None
    gap: float | None = None


@dataclass
class _State:
    """What was read so far."""

    version: str = ""
    functional: str = ""
    cutoff: float | None = None
    mesh: tuple[int, ...] = ()
    n_kpoints: int | None = None
    spin: str = ""
    smearing: str = ""
    setups: list[str] = field(default_factory=list)
    species: list[str] = field(default_factory=list)
    places: list[list[float]] = field(default_factory=list)
    steps: list[_Step] = field(default_factory=list)
    terms: dict[str, float] = field(default_factory=dict)
    finished: bool = False
    total_time: float | None = None
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def step(self) -> _Step:
        """The calculation under way."""
        if not self.steps:
            raise ValueError("no atoms were named before it")
        return self.steps[-1]


def read_gpaw_text(path: Path) -> ProgramRun:
    """Read a text output of GPAW.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    state = _State()
    with lines_of(path) as lines:
        for line in lines:
            for mark, take in _MARKS:
                if line.startswith(mark) or (mark[0] == "*" and mark[1:] in line):
                    try:
                        take(state, line, lines)
                    except (ValueError, IndexError, OverflowError) as error:
                        if isinstance(error, ProgramOutputError):
                            raise
                        raise lines.error(f"{line.strip()[:60]!r} cannot be understood: {error}") from error
                    break
        cut = lines.cut_short
    if not state.steps or state.steps[0].structure is None:
        raise ProgramOutputError("it ends before the first geometry: it was cut short", str(path))
    return _as_run(state, path, cut)


def _version(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"(\d+\.\d+[\w.]*)\s*$", line)
    if found:
        state.version = found[1]


def _functional(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"xc:\s*'?([\w+\-:. ]+)", line)
    if found and not state.functional:
        name = found[1].strip()
        state.functional = {"oldPBE": "PBE", "PW91": "PW91"}.get(name, name)


def _functional_later(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"Using the (\S+) Exchange", line)
    if found:
        state.functional = found[1]


def _cutoff(state: _State, line: str, lines: Lines) -> None:
    state.cutoff = lines.floats(line.split(":", 1)[1].split(maxsplit=1)[0], 1, "the cut-off")[0]


def _kpoints(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"(\d+)\s*x\s*(\d+)\s*x\s*(\d+)\s+Monkhorst", line)
    if found:
        state.mesh = tuple(int(n) for n in found.groups())


def _irreducible(state: _State, line: str, _lines: Lines) -> None:
    state.n_kpoints = int(line.split(maxsplit=1)[0])


def _spin(state: _State, line: str, _lines: Lines) -> None:
    state.spin = {"Spin-paired": "none", "Spin-polarized": "collinear"}.get(
        line.split(maxsplit=1)[0], "noncollinear"
    )


def _smearing(state: _State, line: str, _lines: Lines) -> None:
    found = re.match(r"\s*(Fermi-Dirac|Marzari-Vanderbilt|Methfessel-Paxton).*width\s*[=:]\s*([\d.]+)", line)
    if found:
        state.smearing = f"{found[1]} {float(found[2]):g} eV"


def _setup(state: _State, line: str, _lines: Lines) -> None:
    found = re.search(r"([A-Z][a-z]?\.[^/\s]+?)(?:\.gz)?\s*$", line)
    if found and found[1] not in state.setups:
        state.setups.append(found[1])


def _positions(state: _State, _line: str, lines: Lines) -> None:
    state.species, state.places = [], []
    for line in lines:
        found = _PLACE.match(line)
        if found is None:
            return
        state.species.append(found[1])
        state.places.append([float(x) for x in found.groups()[1:]])


def _cell(state: _State, _line: str, lines: Lines) -> None:
    lines.following("the cell")
    rows, periodic = [], []
    for _ in range(3):
        words = lines.following("a cell vector").split()
        rows.append(lines.floats(" ".join(words[3:]), 3, "a cell vector"))
        periodic.append(words[2] == "yes")
    structure = shapes.crystal(rows, state.species, state.places, cartesian=True)
    state.steps.append(_Step(structure, all(periodic)))
    state.terms = {}


def _converged(state: _State, _line: str, _lines: Lines) -> None:
    state.step.converged = True


def _did_not_converge(state: _State, _line: str, _lines: Lines) -> None:
    state.step.converged = False
    state.failures.append("self-consistency was not reached (GPAW: Did not converge!)")


def _term(state: _State, line: str, _lines: Lines) -> None:
    name, _, said = line.partition(":")
    state.terms[name] = fortran_float(said.split()[0])


def _free(state: _State, line: str, lines: Lines) -> None:
    free = lines.floats(line.split(":", 1)[1], 1, "the free energy")[0]
    if state.terms and abs(sum(state.terms.values()) - free) > _SLACK_EV:
        state.failures.append(
            f"the free energy {free:.6f} eV is not the sum of its terms: the file is damaged"
        )
    state.terms = {"free": free, "entropy": state.terms.get("Entropy (-ST)", math.nan)}


def _extrapolated(state: _State, line: str, lines: Lines) -> None:
    state.step.energy = lines.floats(line.split(":", 1)[1], 1, "the energy")[0]
    free, entropy = state.terms.get("free", math.nan), state.terms.get("entropy", math.nan)
    apart = abs(state.step.energy - free)
    if math.isfinite(apart) and apart > abs(entropy) + _SLACK_EV:
        state.failures.append("the extrapolated energy does not fit the free energy: the file is damaged")
    state.terms = {}


def _forces(state: _State, _line: str, lines: Lines) -> None:
    rows = []
    for line in lines:
        found = _FORCE.match(line)
        if found is None:
            break
        rows.append([fortran_float(word) for word in found.groups()])
    if state.step.forces is None:  # what comes again is that of a correction on top
        state.step.forces = shapes.table(rows, 3, "the forces", len(state.species))


def _stress(state: _State, _line: str, lines: Lines) -> None:
    rows = [lines.floats(lines.following("the stress"), 3, "a row of the stress") for _ in range(3)]
    state.step.stress = np.array(rows)


def _local_moments(state: _State, _line: str, lines: Lines) -> None:
    state.step.moments = []
    for line in lines:
        found = re.match(r"\s*\d+\s+[A-Z][a-z]?\s+\(?\s*(.*?)\s*\)?\s*$", line)
        if found is None:
            return
        state.step.moments.append(lines.floats(found[1].split(",")[-1].split()[-1], 1, "a moment")[0])


def _total_moment(state: _State, line: str, lines: Lines) -> None:
    said = re.sub(r"[(),]", " ", line.split(":", 1)[1]).split()
    state.step.total_moment = lines.floats(said[-1], 1, "the total moment")[0]


def _fermi(state: _State, line: str, lines: Lines) -> None:
    state.step.fermi = lines.floats(line.split(":", 1)[1], 1, "the Fermi level")[0]


def _gap(state: _State, line: str, lines: Lines) -> None:
    state.step.gap = lines.floats(line.split(":", 1)[1].split(maxsplit=1)[0], 1, "the gap")[0]


def _no_gap(state: _State, _line: str, _lines: Lines) -> None:
    state.step.gap = 0.0


def _correction(state: _State, line: str, _lines: Lines) -> None:
    state.notes.append(
        f"a correction was added on top of GPAW's energy ({line.strip()}): it is not in the energy here"
    )


def _ended(state: _State, line: str, lines: Lines) -> None:
    if line.startswith("Total:"):
        state.finished = True
        state.total_time = lines.floats(line.split(":", 1)[1].split(maxsplit=1)[0], 1, "the time")[0]


_MARKS: tuple[tuple[str, Callable[[_State, str, Lines], None]], ...] = (
    (" |__ |  _|___|_____|", _version),
    ("  xc:", _functional),
    ("*Exchange-Correlation functional", _functional_later),
    ("  Cutoff energy:", _cutoff),
    ("*Monkhorst-Pack", _kpoints),
    ("*irreducible part of the Brillouin", _irreducible),
    ("Spin-p", _spin),
    ("Non-collinear", _spin),
    ("*width", _smearing),
    ("  file:", _setup),
    ("Positions:", _positions),
    ("Unit cell:", _cell),
    ("Converged after", _converged),
    ("Did not converge", _did_not_converge),
    *((name, _term) for name in _TERMS),
    ("Free energy:", _free),
    ("Extrapolated:", _extrapolated),
    ("Forces in eV/Ang:", _forces),
    ("Stress tensor:", _stress),
    ("Local magnetic moments:", _local_moments),
    ("Total magnetic moment:", _total_moment),
    ("Total Magnetic Moment:", _total_moment),
    ("Fermi level:", _fermi),
    ("Gap:", _gap),
    ("No gap", _no_gap),
    ("vdW correction:", _correction),
    ("Total:", _ended),
)


def _as_run(state: _State, path: Path, cut: str) -> ProgramRun:
    whole = [step for step in state.steps if math.isfinite(step.energy)]
    last, failures = (whole or state.steps)[-1], list(state.failures)
    if cut or not state.finished:
        failures.append(
            f"the file was cut short: {cut}"
            if cut
            else "the calculation did not come to its end (no timing is there)"
        )
    elif state.steps[-1] is not last:
        failures.append("the last calculation in the file has no energy")
    if not whole:
        failures.append("the file holds no energy")
    kind = "static"
    if len(whole) > 1:
        state.notes.append(
            "the last of several geometries; whether they make a converged relaxation is not in this file"
        )
    notes = list(state.notes)
    if not last.periodic:
        notes.append("not periodic in all directions: kept as its box")
    theory = Theory(
        functional=state.functional, cutoff_ev=state.cutoff, kpoints=state.mesh, n_kpoints=state.n_kpoints,
        spin=state.spin, smearing=state.smearing, pseudopotentials=tuple(state.setups),
    )  # fmt: skip
    return ProgramRun(
        program="GPAW", version=state.version, kind=kind, source=path, files=(path,), theory=theory,
        initial=state.steps[0].structure, final=last.structure, energies=tuple(step.energy for step in whole),
        energy=last.energy if whole else None, energy_meaning=ENERGY, forces=last.forces, stress=last.stress,
        moments=tuple(last.moments), total_magnetization=last.total_moment, band_gap=last.gap, fermi=last.fermi,
        finished=state.finished and not cut, electronic_converged=last.converged,
        failures=tuple(dict.fromkeys(failures)), notes=tuple(dict.fromkeys(notes)), wall_time_s=state.total_time,
    )  # fmt: skip
