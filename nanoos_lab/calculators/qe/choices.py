"""What is chosen for a structure where the options leave it open: mesh, smearing, moments, U.

- The mesh holds Γ, which keeps the symmetry of hexagonal cells; its spacing is finer for metals, whose levels cross
  the Fermi level.
- Whether a crystal is a metal is not known before it is computed. Where all elements are metals it is taken for one,
  and gets wide cold smearing, whose free energy hardly depends on the width (N. Marzari et al., Phys. Rev. Lett. 82,
  3296 (1999)). All else gets narrow Gaussian smearing, which changes nothing for any gap above some tenths of an eV
  and is right for a metal too. Cold smearing is wrong there: its occupation is not monotonic, and before version 7
  pw.x finds Fermi levels in a gap that leave a band partly filled, some meV too high in energy.
- Spin is free where an element is known for moments. All start parallel, with the spin of the free ion: a cycle comes
  down to a low-spin state by itself and seldom up from none. An antiferromagnet is asked for by moments in the
  structure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.programs.qe.input import HUBBARD_SHELL
from nanoos_lab.programs.qe.result import RYDBERG_EV

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.qe.options import QEOptions

METAL_SPACING, SPACING = 0.15, 0.25
"""Largest distance of k-points, 1/Å with 2π."""
METAL_WIDTH_EV, WIDTH_EV = 0.2, 0.05
STARTING_MOMENTS: Mapping[str, float] = {
    "V": 3.0, "Cr": 4.0, "Mn": 5.0, "Fe": 4.0, "Co": 3.0, "Ni": 2.0,
    "Ce": 1.0, "Pr": 2.0, "Nd": 3.0, "Pm": 4.0, "Sm": 5.0, "Eu": 7.0, "Gd": 7.0, "Tb": 6.0, "Dy": 5.0, "Ho": 4.0,
    "Er": 3.0, "Tm": 2.0, "Yb": 1.0, "U": 2.0, "Np": 3.0, "Pu": 5.0, "Am": 6.0, "Cm": 7.0,
}  # fmt: skip
"""μB, by Hund's rule for a common ion; elements that are not here start without a moment of their own."""
SMALL_MOMENT = 0.1
"""μB at the start on the other elements of a spin-polarised structure, so that they may follow."""
_SMEARING = {
    "cold": "cold", "gaussian": "gaussian", "methfessel-paxton": "mp", "fermi-dirac": "fd",
}  # fmt: skip
_SAME_MOMENT = 1e-3


@dataclass(frozen=True)
class Choices:
    """What does not change between the geometries of one piece of work."""

    mesh: tuple[int, int, int]
    shift: tuple[int, int, int]
    smearing: str | None
    """As pw.x calls it; None for fixed occupations."""
    width_ry: float
    spin: bool
    moments: tuple[float, ...]
    """At the start, by site, μB; empty without spin."""
    hubbard: tuple[tuple[str, float], ...]
    """Element and U in eV."""
    metal: bool
    """Whether all elements are metals."""
    n_sites: int = 0
    """Of the structure that they were made for."""


def choose(options: QEOptions, structure: Structure) -> Choices:
    """Choose what the options leave open.

    Args:
        options: The options.
        structure: The crystal.

    Raises:
        InvalidInputError: An element with U is not one that pw.x knows a shell of.
    """
    metal = all(_element(site).is_metal for site in structure)
    moments = _moments(options, structure)
    fixed = options.smearing == "fixed"
    width = options.width_ev or (METAL_WIDTH_EV if metal else WIDTH_EV)
    return Choices(
        mesh=mesh_of(options, structure, metal=metal),
        shift=(1, 1, 1) if options.shifted else (0, 0, 0),
        smearing=None if fixed else _SMEARING.get(options.smearing, "cold" if metal else "gaussian"),
        width_ry=0.0 if fixed else width / RYDBERG_EV,
        spin=bool(moments),
        moments=moments,
        hubbard=_hubbard(options, structure),
        metal=metal,
        n_sites=len(structure),
    )


def for_other_cell(choices: Choices, options: QEOptions, structure: Structure) -> Choices:
    """Return choices for a cell with other sites, such as a supercell: the same smearing and spin, its own mesh.

    Args:
        choices: Made for another cell.
        options: The options.
        structure: The crystal.
    """
    own = choose(options, structure)
    moments = own.moments if choices.spin else ()
    if choices.spin and not moments:
        moments = _by_element(structure)
    return replace(choices, mesh=own.mesh, moments=moments)


def mesh_of(
    options: QEOptions, structure: Structure, *, metal: bool, finer: float = 1.0
) -> tuple[int, int, int]:
    """Return the mesh of k-points.

    Args:
        options: The options.
        structure: The crystal.
        metal: Whether it is to be sampled as a metal.
        finer: Factor on the density along each direction.
    """
    if options.kpoints is not None:
        first = [max(1, math.ceil(n * finer - 1e-6)) for n in options.kpoints]
    else:
        spacing = (options.kpoint_spacing or (METAL_SPACING if metal else SPACING)) / finer
        lengths = np.linalg.norm(structure.lattice.reciprocal_lattice.matrix, axis=1)
        # A tolerance, so that lattice vectors of the same length get the same number.
        first = [max(1, math.ceil(length / spacing - 1e-4)) for length in lengths]
    return first[0], first[1], first[2]


def _moments(options: QEOptions, structure: Structure) -> tuple[float, ...]:
    if options.spin == "none":
        return ()
    said = _said_moments(structure)
    if said is not None and (any(said) or options.spin == "polarised"):
        return said if any(said) else _by_element(structure)
    known = any(_element(site).symbol in STARTING_MOMENTS for site in structure)
    return _by_element(structure) if known or options.spin == "polarised" else ()


def _said_moments(structure: Structure) -> tuple[float, ...] | None:
    """Return the moments that the structure itself says: by the site property ``magmom``, or spins of its species."""
    said: list[Any] = list(structure.site_properties.get("magmom") or [])
    if not said:
        said = [getattr(site.specie, "spin", None) for site in structure]
    if all(moment is None for moment in said):
        return None
    return tuple(_scalar(moment, index) for index, moment in enumerate(said))


def _scalar(moment: Any, index: int) -> float:  # noqa: ANN401 - a number, a vector, pymatgen's Magmom or None
    value = getattr(moment, "moment", moment)
    if value is None:
        return 0.0
    vector = np.atleast_1d(np.asarray(value, dtype=float))
    if vector.size == 3 and np.abs(vector[:2]).max() > _SAME_MOMENT:  # noqa: PLR2004 - x, y, z
        raise InvalidInputError(
            f"site {index} has the moment {vector.tolist()}: only moments along z are computed here; "
            "give one number for each site"
        )
    return float(vector[-1])


def _by_element(structure: Structure) -> tuple[float, ...]:
    return tuple(STARTING_MOMENTS.get(_element(site).symbol, SMALL_MOMENT) for site in structure)


def _hubbard(options: QEOptions, structure: Structure) -> tuple[tuple[str, float], ...]:
    present = {_element(site).symbol for site in structure}
    if isinstance(options.hubbard, dict):
        if strange := sorted(set(options.hubbard) - set(HUBBARD_SHELL)):
            raise InvalidInputError(f"hubbard: pw.x has no U for {', '.join(strange)}: leave it out")
        table = options.hubbard
    else:
        table = {} if options.hubbard == "none" else materials_project_u(structure)
    return tuple(sorted((s, float(u)) for s, u in table.items() if s in present and u))


def materials_project_u(structure: Structure) -> dict[str, float]:
    """Return the Materials Project's U in eV by element: for oxides and fluorides only.

    Args:
        structure: The crystal.

    Source: A. Jain et al., Phys. Rev. B 84, 045115 (2011), as pymatgen's MPRelaxSet holds it. The values were fitted
    with the projectors of another code (VASP).
    """
    from pymatgen.io.vasp.sets import MPRelaxSet  # noqa: PLC0415 - heavy import

    elements = sorted({_element(site) for site in structure}, key=lambda e: e.X)
    table: Mapping[str, Mapping[str, float]] = MPRelaxSet.CONFIG["INCAR"]["LDAUU"]
    return dict(table.get(elements[-1].symbol, {}))


def _element(site: Any) -> Any:  # noqa: ANN401 - pymatgen's PeriodicSite and Element
    return getattr(site.specie, "element", site.specie)
