"""Force calls of our relaxation against CHGNet's own ``StructOptimizer`` on the same crystals and tolerance."""

from __future__ import annotations

import contextlib
import io

import pytest

from nanoos_lab.calculators import get_calculator
from nanoos_lab.simulate import relax_structure
from nanoos_lab.testing import crystal, rattled

PROMISE = 1 / 3
FORMULAS = ("Cu", "Si", "NaCl", "MgO", "CsCl", "GaAs", "SrTiO3", "BaZrO3", "TiO2", "ZnO", "Al2O3")


def peer(structure, fmax):
    """Return force calls, energy per atom and volume per atom of ``StructOptimizer`` with its defaults."""
    from chgnet.model.dynamics import StructOptimizer

    with contextlib.redirect_stdout(io.StringIO()):
        optimizer = StructOptimizer(use_device="cpu")
    calls = 0
    calculate = optimizer.calculator.calculate

    def counted(*args, **kwargs):
        nonlocal calls
        calls += 1
        return calculate(*args, **kwargs)

    optimizer.calculator.calculate = counted
    result = optimizer.relax(structure, fmax=fmax, verbose=False)
    final = result["final_structure"]
    return calls, result["trajectory"].energies[-1] / len(final), final.volume / len(final)


@pytest.mark.benchmark
@pytest.mark.parametrize("fmax", [0.1, 0.02])
def test_a_third_of_the_force_calls_of_struct_optimizer(fmax):
    get_calculator("chgnet").ase_calculator()
    ours_total = peer_total = 0
    print(f"\nforce calls to fmax = {fmax} eV/Å: ours, StructOptimizer; energy and volume, ours minus theirs")
    for seed, formula in enumerate(FORMULAS):
        start = rattled(crystal(formula), displacement=0.08, strain=0.02, seed=seed)
        ours = relax_structure(start, fmax=fmax)
        calls, energy, volume = peer(start, fmax)
        ours_total, peer_total = ours_total + ours.descent.force_calls, peer_total + calls
        rise, swell = ours.energy - energy, ours.structure.volume / len(start) / volume - 1
        print(
            f"{formula:8} {ours.descent.force_calls:4} {calls:4}   {1000 * rise:+7.2f} meV/atom {swell:+7.2%}"
        )
        assert ours.converged
        assert rise < 2e-3, f"{formula}: ours ended {1000 * rise:.1f} meV/atom above the peer"
        assert swell == pytest.approx(0.0, abs=0.06 if fmax == 0.1 else 0.01)
    print(
        f"total    {ours_total:4} {peer_total:4}   ratio {ours_total / peer_total:.3f} (promised {PROMISE:.3f})"
    )
    assert ours_total <= PROMISE * peer_total
