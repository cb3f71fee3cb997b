"""The known ways in which pw.x fails, recognised by what it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanoos_lab.programs.running import Ended


class Trouble(StrEnum):
    """What kind of failure it is: each kind has its own remedies."""

    SCF = "self-consistency not reached"
    DIAGONALISATION = "diagonalisation failed"
    SYMMETRY = "symmetry found wrong"
    HISTORY = "relaxation lost its way"
    BASIS = "cell outgrew the basis"
    MEMORY = "out of memory"
    TIME = "out of time"
    CHECKPOINT = "checkpoint unusable"
    DISK = "disk full or not writable"
    KILLED = "ended from outside"
    INPUT = "input refused"
    OTHER = "ended with an error"


@dataclass(frozen=True)
class Failure:
    """Why a calculation gave no result."""

    trouble: Trouble
    said: str
    """The program's own words, in one line."""


_ERROR = re.compile(r"Error in routine\s+(.*?)\s*\(\s*(-?\d+)\):\s*\n(.*?)\n\s*%{10}", re.DOTALL)
_KNOWN: tuple[tuple[Trouble, str], ...] = (
    (
        Trouble.MEMORY,
        r"annot allocate|allocation failed|Error allocating|bad_alloc|[Oo]ut of memory|oom[-_ ]kill",
    ),
    (Trouble.DISK, r"No space left|[Dd]isk quota|error (?:while )?writing|Cannot write to unit"),
    (
        Trouble.DIAGONALISATION,
        r"too many bands are not converged|failed to converge|S matrix not positive definite",
    ),
    (Trouble.DIAGONALISATION, r"[Cc]holesky|problems computing|(?:diaghg|ppcg|cegterg|regterg)\b"),
    (Trouble.SYMMETRY, r"not orthogonal operation|symmetry operations? (?:is )?not satisfied|not a group"),
    (Trouble.SYMMETRY, r"lone vector|sym_rho_init|inconsistent? symmetr"),
    (Trouble.BASIS, r"larger cell_factor|Not enough space allocated for radial FFT"),
    (Trouble.HISTORY, r"bfgs failed|history already reset|dE0s is positive"),
    (
        Trouble.CHECKPOINT,
        r"(?:reading|opening|open_restart|restart|read_rhog|pw_restart|read_xml|diropn|davcio)",
    ),
    (Trouble.INPUT, r"namelist|bad line|unknown|not allowed|read_pp|readpp|PseudoPot"),
)
"""In order: the first that fits the program's error is what it is."""
_LAST_WORDS = 300
_STEPS_EXHAUSTED = 3
"""The exit status of a relaxation that was not given enough steps."""


def find_failure(text: str, errors: str, ended: Ended | None) -> Failure | None:
    """Return why a calculation gave no result, or None where it came to its end.

    Args:
        text: What pw.x printed.
        errors: What stands on its standard error.
        ended: How the process ended; None where nobody saw it.
    """
    if found := _ERROR.search(text):
        said = f"{found[1]}: {' '.join(found[3].split())}"
        return Failure(_kind(said), said)
    if "Maximum CPU time exceeded" in text or "Program stopped by user request" in text:
        return Failure(Trouble.TIME, "stopped in order, before its time was out")
    if found := re.search(r"convergence NOT achieved after\s+(\d+) iterations", text):
        return Failure(Trouble.SCF, f"convergence NOT achieved after {found[1]} iterations")
    if "bfgs failed" in text or "history already reset at previous step" in text:
        return Failure(Trouble.HISTORY, "bfgs failed: history already reset at previous step")
    fine = (0, _STEPS_EXHAUSTED) if "maximum number of steps has been reached" in text else (0,)
    if "JOB DONE" in text and (ended is None or ended.status in fine):
        return None
    return _unfinished(text, errors, ended)


def _unfinished(text: str, errors: str, ended: Ended | None) -> Failure:
    said = " ".join(errors.split())[-_LAST_WORDS:]
    for trouble in (Trouble.MEMORY, Trouble.DISK):
        pattern = next(p for t, p in _KNOWN if t is trouble)
        if re.search(pattern, errors) or re.search(pattern, text[-_LAST_WORDS:]):
            return Failure(trouble, said or "memory or disk gave out")
    signal = "" if ended is None else ended.killed_by
    if signal in {"SIGKILL", "SIGTERM"}:
        return Failure(Trouble.KILLED, f"ended by {signal}")
    status = "without being seen" if ended is None else (signal or f"with status {ended.status}")
    return Failure(Trouble.OTHER, f"pw.x ended {status}{': ' if said else ''}{said}")


def _kind(said: str) -> Trouble:
    return next((trouble for trouble, pattern in _KNOWN if re.search(pattern, said)), Trouble.OTHER)
