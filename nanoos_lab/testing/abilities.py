"""Do a calculator's abilities give what their forms promise: shapes, order, finite numbers, the question asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.calculators import Calculator, Workplace
from nanoos_lab.calculators.abilities import GivesBands, GivesDensityOfStates, RelaxesItself

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.testing.findings import Findings

KPOINTS = np.array([[0.0, 0.0, 0.0], [0.25, 0.0, 0.0], [0.5, 0.0, 0.0]])
_SPINS = (1, 2)
_SAME_EV = 1e-6
_RIPPLE = 1e-3
"""States per eV below zero that a broadened density of states may show."""


def check_abilities(calculator: Calculator, structure: Structure, findings: Findings) -> None:
    """Check each ability that a calculator has.

    Args:
        calculator: The calculator.
        structure: A crystal inside its domain.
        findings: Takes what does not hold.
    """
    if isinstance(calculator, GivesBands):
        _check_bands(calculator, structure, findings)
    if isinstance(calculator, GivesDensityOfStates):
        _check_density(calculator, structure, findings)
    if isinstance(calculator, RelaxesItself):
        _check_relaxation(calculator, structure, findings)


def _check_bands(calculator: GivesBands, structure: Structure, findings: Findings) -> None:
    bands = calculator.band_structure(structure, KPOINTS, Workplace())
    energies = np.asarray(bands.energies)
    fits = energies.ndim == 3 and energies.shape[0] in _SPINS and energies.shape[1] == len(KPOINTS)  # noqa: PLR2004
    findings.expect(
        fits and energies.size,
        f"bands at {len(KPOINTS)} k-points have the shape {energies.shape}, not (spins, {len(KPOINTS)}, bands)",
    )
    findings.expect(
        np.shape(bands.kpoints) == KPOINTS.shape and np.allclose(bands.kpoints, KPOINTS, atol=1e-6),
        "bands are given at other k-points than those asked for",
    )
    findings.expect(
        np.isfinite(energies).all() and np.isfinite(bands.fermi), "a band energy is not a finite number"
    )
    if fits and energies.size:
        findings.expect((np.diff(energies, axis=2) >= -_SAME_EV).all(), "bands do not rise at each k-point")
        findings.expect(
            energies.min() <= bands.fermi <= energies.max(),
            f"the Fermi level {bands.fermi:.3f} eV lies outside all bands: is it on the same scale?",
        )


def _check_density(calculator: GivesDensityOfStates, structure: Structure, findings: Findings) -> None:
    found = calculator.density_of_states(structure, Workplace(), projected=True, density_factor=1.0)
    energies, total = np.asarray(found.energies), np.asarray(found.total)
    findings.expect(
        total.ndim == 2 and total.shape[0] in _SPINS and total.shape[1:] == energies.shape,  # noqa: PLR2004
        f"a density of states at {energies.shape} energies has the shape {total.shape}",
    )
    findings.expect((np.diff(energies) > 0.0).all(), "the energies of the density of states do not rise")
    findings.expect(
        np.isfinite(total).all() and total.min(initial=0.0) >= -_RIPPLE, "a density of states is negative"
    )
    symbols = {site.specie.symbol for site in structure}
    for (element, shell), part in found.projected.items():
        findings.expect(
            element in symbols and shell[:1] in set("spdf"),
            f"a projection is named ({element!r}, {shell!r}), not by an element of the crystal and a shell",
        )
        findings.expect(
            np.shape(part) == total.shape,
            f"the projection on {element} {shell} has the shape {np.shape(part)}, not {total.shape}",
        )


def _check_relaxation(calculator: RelaxesItself, structure: Structure, findings: Findings) -> None:
    found = calculator.relax_natively(structure, Workplace(), freedom="fixed", fmax=0.05, max_steps=3)
    n = len(structure)
    findings.expect(
        len(found.structures) == len(found.energies) >= 1,
        f"a native relaxation gives {len(found.structures)} geometries and {len(found.energies)} energies",
    )
    findings.expect(
        all(s.species == structure.species for s in found.structures),
        "a native relaxation changes the atoms or their order",
    )
    findings.expect(
        np.shape(found.forces) == (n, 3) and np.shape(found.stress) == (3, 3),
        f"a native relaxation of {n} atoms gives forces {np.shape(found.forces)} and stress {np.shape(found.stress)}",
    )
    findings.expect(
        np.isfinite(found.energies).all() and np.isfinite(found.forces).all(),
        "a number of a native relaxation is not finite",
    )
    findings.expect(found.converged or found.reason, "a relaxation that did not converge does not say why")
