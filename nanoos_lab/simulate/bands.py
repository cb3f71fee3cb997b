"""Electronic bands along the standard path, by any calculator that gives them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from nanoos_lab.calculators import CALCULATORS, Calculator, Workplace, get_calculator, settled
from nanoos_lab.calculators.abilities import GivesBands
from nanoos_lab.errors import CalculatorError, InvalidInputError
from nanoos_lab.simulate.edges import Gap, find_gap
from nanoos_lab.simulate.engine import make_ready
from nanoos_lab.simulate.params import SimulationParams, identity_of, place_of
from nanoos_lab.simulate.statements import GAP_NOTE, Stater
from nanoos_lab.structures.kpath import SPACING, standard_path
from nanoos_lab.tasks import Context, Outcome, Plan, Step, task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import Bands
    from nanoos_lab.properties import PropertyEstimate
    from nanoos_lab.structures.kpath import KPath

FORMAT = "nanoos bands 1"
_DIGITS = 6


@dataclass(frozen=True)
class BandStructure:
    """Electronic levels along the standard path."""

    path: KPath
    """Its k-points, and the primitive cell that they belong to."""
    bands: Bands
    gap: Gap
    estimates: tuple[PropertyEstimate, ...] = field(default=())
    """The band gap."""

    @property
    def zero(self) -> float:
        """What energies are drawn relative to, eV: the top of the valence bands, or the Fermi level of a metal."""
        return self.bands.fermi if self.gap.valence is None else self.gap.valence.energy

    def document(self) -> dict[str, Any]:
        """Return everything as JSON values, complete enough to draw and to use elsewhere.

        Keys: ``format``; ``formula``; ``cell`` (rows in Å), ``species`` and ``sites`` (fractional) of the primitive
        cell; ``points`` (fractional coordinates by label); ``segments`` (labels and k-point indices of their ends);
        ``ticks`` (distance and label); ``stretches`` (first and one past the last k-point between jumps);
        ``kpoints`` (fractional), ``distances`` (1/Å, 2π included); ``energies`` (eV, the code's own scale; spin, then
        k-point, then band); ``fermi``, ``zero`` (eV on that scale); ``electrons`` per cell; ``gap`` (eV, 0 for a
        metal), ``gap_kind``, ``direct_gap``, ``valence`` and ``conduction`` (energy, k-point index or null, spin or
        null, place in words), or null.
        """
        cell, path, gap = self.path.structure, self.path, self.gap
        return {
            "format": FORMAT,
            "formula": cell.composition.reduced_formula,
            "cell": np.round(cell.lattice.matrix, 8).tolist(),
            "species": [site.species_string for site in cell],
            "sites": np.round(cell.frac_coords, 8).tolist(),
            "lattice_type": path.lattice_type,
            "points": {label: list(point) for label, point in path.points.items()},
            "segments": [[s.start, s.end, s.first, s.last] for s in path.segments],
            "ticks": [[round(at, _DIGITS), label] for at, label in path.ticks],
            "stretches": [list(ends) for ends in path.stretches],
            "kpoints": np.round(path.kpoints, 8).tolist(),
            "distances": np.round(path.distances, _DIGITS).tolist(),
            "energies": np.round(self.bands.energies, _DIGITS).tolist(),
            "fermi": self.bands.fermi,
            "zero": self.zero,
            "electrons": self.bands.electrons,
            "gap": gap.gap,
            "gap_kind": gap.kind,
            "direct_gap": gap.direct,
            "valence": None if gap.valence is None else vars(gap.valence),
            "conduction": None if gap.conduction is None else vars(gap.conduction),
        }


class BandsParams(SimulationParams):
    """Parameters of the task ``bands``."""

    calculator: str = Field("qe", description="Name of a calculator that gives bands, such as qe or gpaw.")
    spacing: float = Field(
        SPACING, gt=0.0, description="Distance of neighbouring k-points along the path in 1/Å, 2π included."
    )


def band_structure(
    structure: Structure,
    calculator: str | Calculator = "qe",
    *,
    spacing: float = SPACING,
    place: Workplace | None = None,
) -> BandStructure:
    """Compute electronic bands along the standard path.

    The geometry is taken as it is, up to the tolerance of its space group (0.01 Å): relax it first where that is
    wanted.

    Args:
        structure: The crystal, in any cell; the bands are those of its standardised primitive cell.
        calculator: A calculator or its name.
        spacing: Distance of neighbouring k-points along the path in 1/Å, 2π included.
        place: Where the calculator keeps its files, and whom it tells.

    Raises:
        InvalidInputError: The calculator has no bands, or cannot use the structure.
        CalculatorError: The calculation failed, or did not reach self-consistency.
    """
    chosen = get_calculator(calculator)
    if not isinstance(chosen, GivesBands):
        raise InvalidInputError(no_ability(chosen.name, "bands", GivesBands))
    make_ready(chosen, structure)
    path = standard_path(structure, spacing=spacing)
    able = settled(chosen, path.structure)
    bands = able.band_structure(path.structure, path.kpoints, place or Workplace())
    _check(bands, path, chosen.name)
    gap = find_gap(bands, path)
    state = Stater(able, f"static, bands along {path.text}")
    estimate = state("band_gap", gap.gap, note=gap.words if gap.is_metal else f"{gap.words}; {GAP_NOTE}")
    return BandStructure(path, bands, gap, (estimate,))


def no_ability(name: str, what: str, ability: type) -> str:
    """Return why a calculator cannot be asked for something, and which can.

    Args:
        name: The calculator's.
        what: What it was asked for.
        ability: A protocol of the abilities.
    """
    failures = CALCULATORS.failures()
    able = [
        other
        for other in CALCULATORS.names()
        if other not in failures and _has(CALCULATORS.get(other), ability)
    ]
    those = f"those that do: {', '.join(able)}" if able else "no installed calculator does"
    return f"the calculator {name!r} knows energies and forces, but gives no {what} of electrons; {those}"


def _has(factory: Any, ability: type) -> bool:  # noqa: ANN401 - a class or function of the registry
    members = [name for name in vars(ability) if not name.startswith("_")]
    return all(hasattr(factory, name) for name in members)


def _check(bands: Bands, path: KPath, name: str) -> None:
    shape = np.shape(bands.energies)
    if len(shape) != 3 or shape[1] != len(path.kpoints) or not np.isfinite(bands.energies).all():  # noqa: PLR2004
        raise CalculatorError(
            f"the calculator {name!r} gave levels of the shape {shape} for {len(path.kpoints)} k-points: "
            "(spins, k-points, bands) of finite numbers are expected"
        )


def plan_bands(inputs: Mapping[str, Any], params: BandsParams) -> Plan:
    """Return what the task ``bands`` is going to do.

    Args:
        inputs: The structure.
        params: Its parameters.
    """
    del (
        inputs,
        params,
    )  # a path costs about as much as a self-consistent calculation or two, whatever its length
    steps = Step("self-consistent calculation", 1), Step("levels along the path", 2)
    return Plan(steps, ("band_gap",), {"seekpath": "simulation"})


@task("bands", version="1", identity=identity_of, resumable=True, plan=plan_bands)
def bands(inputs: Mapping[str, Any], params: BandsParams, context: Context) -> Outcome:
    """Electronic bands along the standard path, and the gap."""
    structure = inputs["structure"]
    calculator = params.chosen()
    result = band_structure(structure, calculator, place=place_of(context), **params.rest())
    artifact = context.folder / "bands.json"
    artifact.write_text(json.dumps(result.document()), encoding="utf-8")
    context.progress(1.0, f"gap {result.gap.gap:.2f} eV" if result.gap.gap else "metal")
    return Outcome(
        values={"structure": result.estimates},
        artifacts={"bands": artifact},
        summary={
            **params.model_dump(mode="json"),
            "synthetic": calculator.synthetic,
            "path": result.path.text,
            "k_points": len(result.path.kpoints),
            "spins": len(result.bands.energies),
            "bands": int(result.bands.energies.shape[2]),
            "gap_eV": result.gap.gap,
            "direct_gap_eV": result.gap.direct,
            "gap": result.gap.words,
            "fermi_eV": result.bands.fermi,
        },
    )
