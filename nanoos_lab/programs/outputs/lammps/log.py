"""Read LAMMPS' log: what was run, in which units, and the thermodynamic tables."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs.opening import Lines, fortran_float, lines_of

if TYPE_CHECKING:
    from pathlib import Path

MOST_ROWS = 5_000_000
_PAIR = re.compile(r"([A-Za-z_]\w*(?:\[\d+\])?)\s*=\s*(-?[\d.eE+-]+|-?nan|-?inf)")
_LOOP = re.compile(r"Loop time of (\S+) on .* for (\d+) steps with (\d+) atoms")
_CONVERGED = {"energy tolerance", "force tolerance"}


@dataclass
class Section:
    """One ``run`` or ``minimize``."""

    columns: list[str]
    rows: list[list[float]] = field(default_factory=list)
    n_atoms: int | None = None
    minimised: bool = False
    stopped_by: str = ""
    """What ended a minimisation."""
    complete: bool = False
    units: str = "lj"
    per_atom: bool = False

    def column(self, name: str) -> list[float] | None:
        """Return a column, or None where it is not there.

        Args:
            name: Such as ``PotEng``.
        """
        if name not in self.columns:
            return None
        at = self.columns.index(name)
        return [row[at] for row in self.rows if len(row) > at]

    def potential(self) -> list[float]:
        """Return the potential energy in the log's units; nothing where it was not printed."""
        pair, molecular = self.column("E_pair"), self.column("E_mol")
        if pair is None or molecular is None:
            return self.column("PotEng") or []
        return self.column("PotEng") or [a + b for a, b in zip(pair, molecular, strict=False)]


@dataclass
class Log:
    """What a log says."""

    version: str = ""
    units: str = "lj"
    atom_style: str = "atomic"
    pair_style: str = ""
    pair_coeff: str = ""
    norm: bool | None = None
    sections: list[Section] = field(default_factory=list)
    fixes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    finished: bool = False
    wall_time_s: float | None = None
    cut_short: str = ""


def read_log(path: Path) -> Log:
    """Read a log.

    Args:
        path: The file.

    Raises:
        ProgramOutputError: It cannot be understood; the message names the line.
    """
    log = Log()
    current: Section | None = None
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if current is not None:
                current = _in_table(log, current, line, words, lines)
                if current is not None or not words:
                    continue
            if words[:1] == ["Step"] or (len(words) > 1 and words[0] == "Per" and words[1] == "MPI"):
                if words[0] == "Step":
                    current = _begin(log, words)
            elif line.startswith("------------ Step") or re.match(r"-+ Step\s+\d+", line):
                current = _begin(log, [])
                current = _in_table(log, current, line, words, lines)
            else:
                _command(log, line, words, lines)
        log.cut_short = lines.cut_short
    if not log.version:
        raise ProgramOutputError("it does not begin as a log of LAMMPS does", str(path))
    return log


def _begin(log: Log, columns: list[str]) -> Section:
    norm = log.norm if log.norm is not None else log.units == "lj"
    section = Section(columns, units=log.units, per_atom=norm)
    log.sections.append(section)
    return section


def _in_table(log: Log, section: Section, line: str, words: list[str], lines: Lines) -> Section | None:
    """Take a line of a table; return None where the table is over."""
    if found := _LOOP.match(line):
        section.n_atoms, section.complete = int(found[3]), True
        return None
    if "ERROR" in line:
        log.failures.append(f"LAMMPS says: {line.strip()[:200]}")
        return None
    if re.match(r"-+ Step\s+\d+", line):
        if section.columns[:1] not in ([], ["Step"]):
            raise lines.error("a table of another form begins within a table")
        section.columns = section.columns or ["Step"]
        section.rows.append([float(words[words.index("Step") + 1])])
        return section
    pairs = _PAIR.findall(line)
    if pairs and section.rows and len(section.columns) >= len(section.rows[-1]) and "=" in line:
        for name, value in pairs:
            if name not in section.columns:
                section.columns.append(name)
            section.rows[-1].append(_number(value, lines))
        return section
    if words and len(words) == len(section.columns) and _numeric(words):
        section.rows.append([_number(word, lines) for word in words])
        if len(section.rows) > MOST_ROWS:
            raise lines.error(f"a table has more than {MOST_ROWS} rows")
    return section


def _numeric(words: list[str]) -> bool:
    try:
        for word in words:
            fortran_float(word)
    except ValueError:
        return False
    return True


def _number(word: str, lines: Lines) -> float:
    try:
        return fortran_float(word)
    except ValueError:
        raise lines.error(f"{word!r} is no number") from None


def _command(log: Log, line: str, words: list[str], lines: Lines) -> None:  # noqa: C901, PLR0912 - one case a command
    if not words:
        return
    if found := re.match(r"\s*LAMMPS \((.+?)\)", line):
        log.version = log.version or found[1]
    elif words[0] in {"units", "atom_style", "pair_style"} and len(words) > 1 and "$" not in words[1]:
        if words[0] == "pair_style":
            log.pair_style = words[1]
        else:
            setattr(log, words[0], words[1])
    elif words[0] == "pair_coeff" and "$" not in line:
        log.pair_coeff = " ".join(words[1:])
    elif words[0] == "thermo_modify" and "norm" in words[:-1]:
        log.norm = words[words.index("norm") + 1] == "yes"
    elif words[0] == "thermo_style":
        log.norm = None
    elif words[0] == "fix" and len(words) > 3:  # noqa: PLR2004 - name, group, style
        log.fixes.append(words[3])
    elif "ERROR" in line:
        log.failures.append(f"LAMMPS says: {line.strip()[:200]}")
    elif line.startswith("Minimization stats") and log.sections:
        log.sections[-1].minimised = True
    elif "Stopping criterion =" in line and log.sections:
        log.sections[-1].minimised, log.sections[-1].stopped_by = True, line.split("=", 1)[1].strip()
        _check_minimum(log, lines)
    elif line.startswith("Total wall time:"):
        hours, minutes, seconds = (fortran_float(part) for part in words[-1].split(":"))
        log.finished, log.wall_time_s = True, 3600 * hours + 60 * minutes + seconds


def _check_minimum(log: Log, lines: Lines) -> None:
    """Compare the energy that a minimisation says it ended at with its table."""
    header = lines.following("the energies of the minimisation")
    if "final" not in header:
        return
    *_, final = lines.floats(
        lines.following("the energies of the minimisation"), 3, "initial, next-to-last and final energy"
    )
    section = log.sections[-1]
    energies = section.potential()
    if not energies or not math.isfinite(energies[-1]):
        return
    if abs(energies[-1] - final) > 1e-4 * max(1.0, abs(final)):
        log.failures.append(
            f"the minimisation ended at {final:g}, and its table at {energies[-1]:g}: the file is damaged"
        )


def minimum_converged(section: Section) -> bool:
    """Return whether a minimisation reached its tolerances.

    Args:
        section: It.
    """
    return section.complete and section.stopped_by in _CONVERGED
