"""What is tried, in order, when pw.x fails in a known way. No remedy changes what is computed, only how.

Where a wider smearing brings a cycle to its end, its density is only a start: the answer is that of the width that
was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nanoos_lab.programs.qe.failures import Trouble

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nanoos_lab.programs.qe import PwInput

Start = Literal["scratch", "density", "checkpoint"]
"""What a calculation begins with: atoms' densities, a density on disk, or where an earlier run of it stopped."""
_WIDER = 4.0


@dataclass(frozen=True)
class Remedy:
    """One way to try again."""

    name: str
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Variables by namelist."""
    start: Start = "scratch"
    wider: float = 1.0
    """Factor on the smearing's width for a first run, whose density then starts the one that was asked for."""


def _electrons(**variables: object) -> dict[str, dict[str, Any]]:
    return {"electrons": variables}


LADDERS: Mapping[Trouble, tuple[Remedy, ...]] = {
    Trouble.SCF: (
        Remedy(
            "more iterations, gentler mixing with local screening",
            _electrons(electron_maxstep=200, mixing_beta=0.3, mixing_mode="local-TF"),
        ),
        Remedy(
            "very gentle plain mixing with a longer memory",
            _electrons(electron_maxstep=400, mixing_beta=0.1, mixing_ndim=12, mixing_mode="plain"),
        ),
        Remedy(
            "a density from a wider smearing first",
            _electrons(electron_maxstep=400, mixing_beta=0.1, mixing_ndim=12, mixing_mode="plain"),
            wider=_WIDER,
        ),
    ),
    Trouble.DIAGONALISATION: (
        Remedy("Davidson with a smaller workspace", _electrons(diago_david_ndim=2, mixing_beta=0.3)),
        Remedy("conjugate gradients", _electrons(diagonalization="cg", mixing_beta=0.3)),
        Remedy(
            "projected preconditioned conjugate gradients",
            _electrons(diagonalization="ppcg", mixing_beta=0.3),
        ),
    ),
    Trouble.SYMMETRY: (
        Remedy("symmetry off", {"system": {"nosym": True, "no_t_rev": True}}),
        Remedy("symmetry and inversion off", {"system": {"nosym": True, "noinv": True, "no_t_rev": True}}),
    ),
    Trouble.HISTORY: (
        Remedy("relaxation begun again at the last geometry", start="density"),
        Remedy(
            "relaxation begun again, shorter steps",
            {"ions": {"trust_radius_max": 0.2, "trust_radius_ini": 0.1}},
        ),
    ),
    Trouble.BASIS: (Remedy("begun again on a basis for the last cell", {"cell": {"cell_factor": 3.0}}),),
    Trouble.MEMORY: (
        Remedy(
            "wave functions on disk, a shorter memory of the mixing",
            {"control": {"disk_io": "medium"}, "electrons": {"mixing_ndim": 4, "diagonalization": "cg"}},
        ),
    ),
    Trouble.KILLED: (
        Remedy("begun again", start="density"),
        Remedy(
            "wave functions on disk, a shorter memory of the mixing",
            {"control": {"disk_io": "medium"}, "electrons": {"mixing_ndim": 4, "diagonalization": "cg"}},
        ),
    ),
}
"""By trouble. What is not here has no remedy: a refused input, a full disk, an error that nobody has seen."""


def next_remedy(trouble: Trouble, used: Collection[str], *, began: Start, question: PwInput) -> Remedy | None:
    """Return what to try next.

    Args:
        trouble: What went wrong.
        used: Names of the remedies that were tried.
        began: What the failed run began with: where that was left on disk by another run it is the first suspect.
        question: The input.
    """
    if began != "scratch" and trouble not in {Trouble.TIME, Trouble.KILLED, Trouble.HISTORY, Trouble.DISK}:
        fresh = Remedy(f"from scratch instead of the {began}")
        if fresh.name not in used:
            return fresh
    return next((r for r in LADDERS.get(trouble, ()) if r.name not in used and fits(r, question)), None)


def fits(remedy: Remedy, question: PwInput) -> bool:
    """Return whether a remedy has a meaning for a calculation.

    Args:
        remedy: The remedy.
        question: The input.
    """
    return remedy.wider == 1.0 or question.variable("system", "degauss") is not None
