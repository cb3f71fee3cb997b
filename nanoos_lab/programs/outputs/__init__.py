"""What simulation programs wrote: recognised by content, read into one form, never believed beyond what it says.

Readers take one file, or the files of one calculation, and give a :class:`ProgramRun`: structures, energies and the
level of theory, in eV and Å, with what failed as sentences. A number of a calculation that did not converge, did not
end or fails a check against the file's own sums is kept apart from results by ``ProgramRun.converged``. Files may be
broken, hostile or huge: every reader works within limits and raises nothing but ``ProgramOutputError``.

Example:
    >>> run = read_folder("calculations/NaCl")  # doctest: +SKIP
    >>> run.program, run.kind, run.converged  # doctest: +SKIP
    ('VASP', 'relax', True)
"""

from __future__ import annotations

from nanoos_lab.programs.outputs.reading import (
    Calculation,
    find_calculations,
    read_calculation,
    read_folder,
    read_output,
)
from nanoos_lab.programs.outputs.recognise import recognise
from nanoos_lab.programs.outputs.run import ProgramRun, Theory
from nanoos_lab.programs.outputs.statements import estimates_of, method_of

__all__ = [
    "Calculation",
    "ProgramRun",
    "Theory",
    "estimates_of",
    "find_calculations",
    "method_of",
    "read_calculation",
    "read_folder",
    "read_output",
    "recognise",
]
