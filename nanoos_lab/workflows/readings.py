"""What the runs of a calculation say, in plain words: one or two sentences for each structure.

Each sentence rests on numbers of a run's summary, names its unit, and says where the number is to be doubted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display.numbers import number, signed, value_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nanoos_lab.workflows.survey import Ran

_HARD, _SOFT = 200.0, 50.0
"""GPa: above the one a crystal is among the stiff (alumina, diamond), below the other among the soft (salts)."""


def relaxation_reading(run: Ran) -> str:
    """Say where a relaxation led.

    Args:
        run: A run of the task ``relax``.
    """
    s = run.summary
    before, after = s["before"], s["after"]
    lengths = _lengths(before["lattice"], after["lattice"])
    kept = before["space_group_symbol"] == after["space_group_symbol"]
    symmetry = (
        f"the space group stayed {after['space_group_symbol']}"
        if kept
        else f"the space group changed from {before['space_group_symbol']} to {after['space_group_symbol']}"
    )
    end = "" if run.row.converged is not False else " It did not converge: these numbers are no result."
    return (
        f"{_name(run)} relaxed in {s['steps']} steps: {lengths}, the volume changed by "
        f"{signed(100 * s['volume_change'])} % and the energy by {signed(1000 * s['energy_change'])} meV/atom; "
        f"{symmetry}.{end}"
    )


def eos_reading(run: Ran) -> str:
    """Say what an equation of state gives.

    Args:
        run: A run of the task ``eos``.
    """
    s = run.summary
    modulus = float(s["bulk_modulus"])
    kind = "stiff" if modulus > _HARD else "soft" if modulus < _SOFT else "of middling stiffness"
    lattice = ", ".join(f"{k} = {number(s['after']['lattice'][k], digits=4)} Å" for k in "abc")
    cell = (
        lattice.partition(",")[0]
        if len({round(s["after"]["lattice"][k], 4) for k in "abc"}) == 1
        else lattice
    )
    end = (
        "" if run.row.converged is not False else " Not every volume converged: these numbers are no result."
    )
    bulk = value_text(modulus, s["bulk_modulus_error"], "GPa")
    volume, missed = number(s["volume_per_atom"], digits=4), 1000 * s["fit_residual_eV_per_atom"]
    return (
        f"{_name(run)} is {kind}: a bulk modulus of {bulk} (error of the fit alone), with {cell} in the cell that was "
        f"computed and {volume} Å³/atom at the minimum. The curve misses the computed energies by "
        f"{number(missed, digits=2)} meV/atom.{end}"
    )


def bands_reading(run: Ran) -> str:
    """Say whether a crystal conducts, and where its gap is.

    Args:
        run: A run of the task ``bands``.
    """
    s = run.summary
    if not s["gap_eV"]:
        return f"{_name(run)} is a metal in this calculation: bands cross the Fermi level along the path {s['path']}."
    gap = number(s["gap_eV"], digits=3)
    return (
        f"{_name(run)} has a gap of {gap} eV ({s['gap']}), along the path {s['path']}. Semilocal functionals "
        "give gaps that are too small, often by half: the shape of the bands is to be trusted more than the gap."
    )


def _name(run: Ran) -> str:
    return run.inputs[0].name


def _lengths(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    pairs = {k: (float(before[k]), float(after[k])) for k in "abc"}
    same = len({(round(old, 3), round(new, 3)) for old, new in pairs.values()}) == 1
    shown = {"a = b = c": pairs["a"]} if same else pairs
    return ", ".join(
        f"{k} went from {number(old, digits=4)} to {number(new, digits=4)} Å"
        for k, (old, new) in shown.items()
    )
