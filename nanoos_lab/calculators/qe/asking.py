"""From a structure and what was chosen for it to pw.x's input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.programs.qe.input import OUT_FOLDER, PREFIX, PSEUDO_FOLDER, Kind, PwInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.qe.choices import Choices
    from nanoos_lab.calculators.qe.options import QEOptions
    from nanoos_lab.programs.pseudopotentials import Family, Pseudopotential

_MOST_POLARISED = 0.9
_MIXING, _MIXING_WITH_SPIN = 0.7, 0.4


def cutoffs_of(options: QEOptions, family: Family, symbols: Sequence[str]) -> tuple[float, float]:
    """Return the cut-offs of wave functions and density in Ry.

    Args:
        options: The options.
        family: The pseudopotentials.
        symbols: The elements.
    """
    wave, density = family.cutoffs(symbols)
    chosen = options.cutoff_ry or wave
    return chosen, options.density_cutoff_ry or density / wave * chosen


def question_of(options: QEOptions, choices: Choices, family: Family, structure: Structure) -> PwInput:
    """Return the input of a self-consistent calculation with forces and stress.

    Args:
        options: The options.
        choices: What was chosen for the structure.
        family: The pseudopotentials.
        structure: The crystal.
    """
    symbols = [getattr(site.specie, "element", site.specie).symbol for site in structure]
    kinds, atoms = _kinds(choices, family.for_elements(symbols), symbols)
    wave, density = cutoffs_of(options, family, symbols)
    return PwInput(
        cell=np.array(structure.lattice.matrix),
        positions=np.array(structure.cart_coords),
        kinds=kinds,
        atoms=atoms,
        mesh=choices.mesh,
        shift=choices.shift,
        namelists={
            "control": {
                "calculation": "scf", "prefix": PREFIX, "outdir": f"./{OUT_FOLDER}",
                "pseudo_dir": f"./{PSEUDO_FOLDER}", "tprnfor": True, "tstress": True, "disk_io": "low",
            },
            "system": {"ecutwfc": wave, "ecutrho": density, **_occupations(choices)},
            "electrons": {
                "conv_thr": options.tolerance_ry * len(symbols), "electron_maxstep": options.max_iterations,
                "mixing_beta": options.mixing_beta or (_MIXING_WITH_SPIN if choices.spin else _MIXING),
            },
        },
    )  # fmt: skip


def _occupations(choices: Choices) -> dict[str, Any]:
    said: dict[str, Any] = {"occupations": "fixed"}
    if choices.smearing is not None:
        said = {"occupations": "smearing", "smearing": choices.smearing, "degauss": choices.width_ry}
    return {**said, "nspin": 2} if choices.spin else said


def _kinds(
    choices: Choices, chosen: dict[str, Pseudopotential], symbols: list[str]
) -> tuple[tuple[Kind, ...], tuple[int, ...]]:
    """Return the types of atoms, and each atom's; atoms of one element that start otherwise are of another type."""
    from pymatgen.core.periodic_table import Element  # noqa: PLC0415 - heavy import

    u = dict(choices.hubbard)
    moments = choices.moments or (0.0,) * len(symbols)
    marks = [(s, round(m, 3)) for s, m in zip(symbols, moments, strict=True)]
    distinct = list(dict.fromkeys(marks))
    several = {s for s in symbols if sum(1 for other, _ in distinct if other == s) > 1}
    counts = dict.fromkeys(several, 0)
    kinds = []
    for symbol, moment in distinct:
        label = symbol
        if symbol in several:
            counts[symbol] += 1
            label = f"{symbol}{counts[symbol]}"
        file = chosen[symbol]
        share = float(np.clip(moment / file.valence, -_MOST_POLARISED, _MOST_POLARISED))
        kinds.append(
            Kind(
                label, symbol, float(Element(symbol).atomic_mass), file.filename,
                starting_magnetization=round(share, 6) if choices.spin else None, hubbard_u=u.get(symbol),
            )
        )  # fmt: skip
    return tuple(kinds), tuple(distinct.index(mark) for mark in marks)
