"""The model card of CHGNet as a predictor, from the figures that ``calibrate_chgnet.py`` measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanoos_lab.ml.calibration import Calibration

TEMPLATE = """# CHGNet 0.3.0 as a predictor

What it is: the pretrained CHGNet 0.3.0 (412,525 parameters, weights inside the `chgnet` wheel; B. Deng et al.,
Nat. Mach. Intell. 5, 1031 (2023), doi:10.1038/s42256-023-00716-3), evaluated once at the geometry as given. It
stands on the Materials Project's corrected GGA/GGA+U energies.

**Read this first.** CHGNet was trained on the Materials Project's relaxation trajectories (MPtrj). It very likely
saw the structures below, or close relatives of them, so the errors below are those of interpolation. Nothing here
measures how it does on chemistry that is new to it; the large-cell rows come closest.

## Figures

The rows of each test column served neither the fit nor the calibration made here. Half widths are split-conformal
at 90 % and hold inside the domain (see below).

| property | unit | calibrated on | tested on | MAE | RMSE | median | bias | 90 % half width | coverage |
|---|---|---|---|---|---|---|---|---|---|
{rows}

- **Formation energy** is the energy minus elemental references: the Materials Project's own, shifted to CHGNet's
  scale by a ridge regression over {n_fit} other compounds. Without the shift the MAE on the same test rows is
  {unshifted_mae:.4f} eV/atom.
- **Larger cells**: {large_n} random compounds of up to 52 sites (MPTS-52) that served nothing here: MAE
  {large_mae:.4f}, median {large_median:.4f} eV/atom; the half width above covers {large_coverage:.1%} of them.
  {large_inside:.1%} lie inside the domain, with MAE {large_mae_inside:.4f}; the others have {large_mae_outside:.4f}.
- **Bulk modulus** is fitted to seven copies scaled by up to ±3 % in length, nothing relaxed. The labels are
  Voigt-Reuss-Hill averages of DFT elastic tensors, joined by reduced formula and space group; a few are plainly
  wrong and widen the interval.

  | set with structures | single shot MAE / median (GPa) | task `eos` MAE / median (GPa) |
  |---|---|---|
  | 100 cubic tensors | {cs_mae:.1f} / {cs_median:.1f} (n = {cs_n}) | {cr_mae:.1f} / {cr_median:.1f} (n = {cr_n}) |
  | 100 bulk moduli | {ms_mae:.1f} / {ms_median:.1f} (n = {ms_n}) | {mr_mae:.1f} / {mr_median:.1f} (n = {mr_n}) |

- **Magnetization** (mean magnitude of the site moments) has no calibrated uncertainty and says `none`.
- **Elemental crystals** are not in the calibration sets: their values say `none` too.

## Domain

A structure is inside when each of its elements occurs in at least ten of the compounds that the references were
fitted to, its 64-d embedding is no further from the mean of calibration compounds (Mahalanobis distance) than 99 %
of them, and no force is above 1 eV/Å and no pressure above 10 GPa, where the geometry alone would shift the energy
by about the half width. A value outside says why. Of 300 of the larger cells, spoiled on purpose, these are told
apart: atoms moved by 0.15 Å {shaken_moved:.0%}, cells squeezed to 80 % {shaken_squeezed:.0%}, elements swapped at
random {shaken_swapped:.0%}.
Elements that MPtrj does not hold (Po, At, Rn, Fr, Ra and everything beyond Pu), isolated atoms, partial occupancy,
isotopes and molecules are refused with the reason.

## Known failures

- Too soft in shear: the shear modulus is about a third of the DFT value, so no shear modulus is offered.
- Unrelaxed geometries: a formation energy is that of the geometry as given.
- Elements: silicon at its measured lattice constant comes out 0.11 eV/atom above the Materials Project's energy.
- At load it must reproduce the energies of five reference crystals to 1 meV/atom, or it is refused.

## Data and licence

Materials Project data, CC-BY-4.0 (A. Jain et al., APL Mater. 1, 011002 (2013), doi:10.1063/1.4812323; elastic data
M. de Jong et al., Sci. Data 2, 150009 (2015), doi:10.1038/sdata.2015.9; Matbench A. Dunn et al., npj Comput. Mater. 6,
138 (2020), doi:10.1038/s41524-020-00406-3). Split: one random permutation, seed 20240501. CHGNet itself: modified BSD.

Reproduce: `OMP_NUM_THREADS=1 python scripts/calibrate_chgnet.py ../shared/data`
"""
UNITS = {"formation_energy": "eV/atom", "energy": "eV/atom", "bulk_modulus": "GPa"}


def card(results: list[Calibration], extras: dict) -> str:
    """Return the card as Markdown."""
    flat = {
        f"{short}_{k}": v
        for short, name in (
            ("large", "large"),
            ("shaken", "shaken"),
            ("cs", "cubic_single"),
            ("cr", "cubic_relaxed"),
            ("ms", "moduli_single"),
            ("mr", "moduli_relaxed"),
        )
        for k, v in extras[name].items()
    }
    rows = "\n".join(_row(r) for r in results)
    return TEMPLATE.format(rows=rows, n_fit=extras["n_fit"], unshifted_mae=extras["unshifted_mae"], **flat)


def _row(r: Calibration) -> str:
    digits = 1 if r.property == "bulk_modulus" else 4
    figures = " | ".join(f"{v:.{digits}f}" for v in (r.mae, r.rmse, r.median_error, r.bias))
    return (
        f"| {r.property} | {UNITS[r.property]} | {r.n_calibration} | {r.n_test} | {figures} | "
        f"{_width(r)} | {r.coverage:.1%} |"
    )


def _width(r: Calibration) -> str:
    if r.score == "absolute":
        return f"{r.bins[0].quantile:.4f}"
    parts, lower = [], 0.0
    for b in r.bins:
        span = f"above {lower:g}" if b.upper is None else f"to {b.upper:g}"
        parts.append(f"{b.quantile:.0%} ({span})")
        lower = b.upper or lower
    return ", ".join(parts)
