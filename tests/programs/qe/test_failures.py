from __future__ import annotations

import pytest

from nanoos_lab.programs.qe.failures import Trouble, find_failure
from nanoos_lab.programs.running import Ended

RULE = " " + 78 * "%"


def said(routine: str, code: int, words: str) -> str:
    return (
        f"\n{RULE}\n     Error in routine  {routine} ({code}):\n      {words}\n{RULE}\n\n     stopping ...\n"
    )


@pytest.mark.parametrize(
    ("routine", "words", "trouble"),
    [
        ("c_bands", "too many bands are not converged", Trouble.DIAGONALISATION),
        ("cdiaghg", "eigenvectors failed to converge", Trouble.DIAGONALISATION),
        ("cdiaghg", "S matrix not positive definite", Trouble.DIAGONALISATION),
        ("rdiaghg", "problems computing cholesky", Trouble.DIAGONALISATION),
        ("checkallsym", "not orthogonal operation", Trouble.SYMMETRY),
        ("checkallsym", "some of the original symmetry operations not satisfied", Trouble.SYMMETRY),
        ("sym_rho_init_shells", "lone vector", Trouble.SYMMETRY),
        ("bfgs", "history already reset at previous step", Trouble.HISTORY),
        ("scale_h", "Not enough space allocated for radial FFT: try a larger cell_factor.", Trouble.BASIS),
        ("allocate_fft", "cannot allocate memory (ps)", Trouble.MEMORY),
        ("davcio", "error while writing from file ./out/pwscf.wfc1", Trouble.DISK),
        ("read_rhog", "error reading file ./out/pwscf.save/charge-density", Trouble.CHECKPOINT),
        ("read_namelists", "bad line in namelist &system", Trouble.INPUT),
        ("electrons", "something that nobody has seen", Trouble.OTHER),
    ],
)  # fmt: skip
def test_errors_are_known_by_their_words(routine, words, trouble):
    failure = find_failure(said(routine, 1, words), "", Ended(1, 1.0))
    assert failure is not None
    assert failure.trouble is trouble
    assert words in failure.said


def test_a_cycle_that_gave_up_and_still_ended_is_a_failure():
    text = "     convergence NOT achieved after   2 iterations: stopping\n   JOB DONE.\n"
    failure = find_failure(text, "", Ended(0, 1.0))
    assert failure is not None
    assert failure.trouble is Trouble.SCF
    assert "after 2 iterations" in failure.said


def test_what_ended_in_order_is_none():
    assert find_failure("   JOB DONE.\n", "", Ended(0, 1.0)) is None
    assert find_failure("   JOB DONE.\n", "", Ended(1, 1.0)) is not None


@pytest.mark.parametrize(
    ("text", "errors", "status", "trouble"),
    [
        ("iteration # 3", "", -9, Trouble.KILLED),
        ("iteration # 3", "slurmstepd: error: Detected 1 oom_kill event", -9, Trouble.MEMORY),
        ("iteration # 3", "forrtl: Cannot allocate memory", 1, Trouble.MEMORY),
        ("iteration # 3", "write: No space left on device", 2, Trouble.DISK),
        ("iteration # 3", "", 139, Trouble.OTHER),
        ("Maximum CPU time exceeded\nJOB DONE.", "", 0, Trouble.TIME),
    ],
)
def test_ends_without_an_error_message(text, errors, status, trouble):
    failure = find_failure(text, errors, Ended(status, 1.0))
    assert failure is not None
    assert failure.trouble is trouble
    assert ("SIGSEGV" in failure.said) == (status == 139)
