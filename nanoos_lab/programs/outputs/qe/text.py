"""Read what pw.x printed, of versions 5 to 7, line by line.

The file's own sums are checked: the total energy against its terms, the total force against the forces, the stress
in Ry/bohr³ against that in kbar, the volume against the axes. What does not fit is a failure in words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs.opening import lines_of
from nanoos_lab.programs.outputs.qe import geometry, results, settings
from nanoos_lab.programs.outputs.qe.names import ENERGY
from nanoos_lab.programs.outputs.qe.state import State
from nanoos_lab.programs.outputs.run import RELAXATIONS, ProgramRun, Theory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.programs.outputs.opening import Lines

_TIME = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:([\d.]+)s)?")


def read_pw_text(path: Path) -> ProgramRun:
    """Read a text output of pw.x.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    state = State()
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


def _cycle(state: State, _line: str, _lines: Lines) -> None:
    state.scf = None


def _bands(state: State, _line: str, _lines: Lines) -> None:
    state.kind = "bands"


def _relaxes(state: State, _line: str, _lines: Lines) -> None:
    if state.kind == "static":
        state.kind = "relax"


def _moves(state: State, _line: str, _lines: Lines) -> None:
    state.kind = "md"


def _not_converged(state: State, line: str, _lines: Lines) -> None:
    state.scf = False
    found = re.search(r"after\s+(\d+)\s+iterations", line)
    state.fail(f"self-consistency was not reached{f' in {found[1]} iterations' if found else ''}")


def _relaxed(state: State, _line: str, _lines: Lines) -> None:
    state.ionic = True


def _out_of_steps(state: State, _line: str, _lines: Lines) -> None:
    if state.kind == "md":
        return
    state.ionic = False
    state.fail("the geometry did not converge: the maximum number of steps was reached")


def _lost(state: State, line: str, _lines: Lines) -> None:
    state.ionic = False
    state.fail(f"the relaxation lost its way: {line.strip()}")


def _error(state: State, line: str, lines: Lines) -> None:
    said = " ".join(one.strip() for one in lines.take(3) if one.strip() and "%%" not in one)
    routine = re.sub(r"\s+", " ", line.strip()).removesuffix(":")
    state.fail(f"{routine}: {said}".rstrip(": "))


def _out_of_time(state: State, _line: str, _lines: Lines) -> None:
    state.fail("it ran out of its time (max_seconds) and stopped itself")


def _stopped(state: State, _line: str, _lines: Lines) -> None:
    state.fail("it was stopped by its user")


def _done(state: State, _line: str, _lines: Lines) -> None:
    state.finished = True


def _wall(state: State, line: str, _lines: Lines) -> None:
    found = re.search(r"CPU\s+(.*?)\s*WALL", line)
    parts = _TIME.fullmatch(found[1].strip()) if found else None
    if parts and any(parts.groups()):
        scale = (86400.0, 3600.0, 60.0, 1.0)
        state.wall = sum(float(p) * s for p, s in zip(parts.groups(), scale, strict=True) if p)


_MARKS: tuple[tuple[str, Callable[[State, str, Lines], None]], ...] = (
    ("sum of the following terms", results.terms),
    ("total energy", results.energy),
    ("Program PWSCF", settings.program),
    ("celldm(1)=", settings.alat),
    ("lattice parameter (alat)", settings.rough_alat),
    ("number of atoms/cell", settings.atoms),
    ("new unit-cell volume", lambda _state, _line, _lines: None),
    ("unit-cell volume", settings.volume),
    ("kinetic-energy cutoff", settings.cutoff),
    ("charge density cutoff", settings.density_cutoff),
    ("Exchange-correlation", settings.exchange),
    ("number of k points=", settings.kpoints),
    ("read from file", settings.file),
    ("atomic species   valence", settings.species),
    ("Starting magnetic structure", settings.polarised),
    ("oncollinear calculation", settings.polarised),
    ("LDA+U calculation", settings.hubbard_old),
    (" U(", settings.hubbard_new),
    ("Dispersion Correction", settings.dispersion),
    ("Parameters for Dispersion", settings.dispersion),
    ("the Fermi energy is", settings.fermi),
    ("highest occupied", settings.levels),
    ("total magnetization", settings.total_moment),
    ("Magnetic moment per site", settings.site_moments),
    ("crystal axes:", geometry.axes),
    ("site n.     atom", geometry.sites),
    ("CELL_PARAMETERS", geometry.new_cell),
    ("ATOMIC_POSITIONS", geometry.new_sites),
    ("Forces acting on atoms", results.forces),
    ("total   stress", results.stress),
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


def _as_run(state: State, path: Path, cut: str) -> ProgramRun:
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


def _full_name(state: State) -> str:
    if not state.exchange:
        return ""
    return (
        state.exchange
        + ("+U" if state.hubbard else "")
        + (f"+{state.dispersion}" if state.dispersion else "")
    )
