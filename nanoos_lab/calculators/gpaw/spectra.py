"""Bands and densities of states by GPAW, at a fixed density."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms

from nanoos_lab.calculators.abilities import Bands, DensityOfStates

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.abilities import FloatArray
    from nanoos_lab.calculators.gpaw.calculator import GPAWCalculator
    from nanoos_lab.calculators.workplace import Workplace

POINTS_AT_ONCE = 16
"""K-points of a path that are computed before anybody is told and may call it off."""
EMPTY_SHARE = 0.5
"""Empty bands over occupied ones, and at least four."""
BUFFER = 1.2
"""Bands that are iterated over bands that must converge."""
STEP_EV, MARGIN_EV = 0.02, 1.0
LETTERS = "spdf"


def band_structure(
    calculator: GPAWCalculator, structure: Structure, kpoints: FloatArray, place: Workplace
) -> Bands:
    """Return levels at k-points, on the density of the full mesh.

    Args:
        calculator: With its options.
        structure: The crystal.
        kpoints: Fractional coordinates, shape (k, 3).
        place: Where files are kept, and who is told.
    """
    ground = _ground_state(calculator, structure, place)
    wanted = _bands_wanted(ground)
    points = np.asarray(kpoints, dtype=float)
    parts = []
    with place.opened() as folder:
        for first in range(0, len(points), POINTS_AT_ONCE):
            place.report(f"GPAW: bands, k-point {first + 1} of {len(points)}")
            fixed = ground.fixed_density(
                kpts=points[first : first + POINTS_AT_ONCE],
                symmetry="off",
                txt=folder / f"bands-{first}.txt",
                **_enough(wanted),
            )
            parts.append(fixed.eigenvalues()[:, :, :wanted])
    return Bands(
        kpoints=points,
        energies=np.concatenate(parts, axis=1),
        fermi=float(ground.get_fermi_level()),
        electrons=float(ground.get_number_of_electrons()),
    )


def density_of_states(
    calculator: GPAWCalculator,
    structure: Structure,
    place: Workplace,
    *,
    projected: bool,
    density_factor: float,
) -> DensityOfStates:
    """Return the density of states by linear tetrahedra.

    Args:
        calculator: With its options.
        structure: The crystal.
        place: Where files are kept, and who is told.
        projected: Whether it is wanted by element and shell, too.
        density_factor: Multiplies the density of k-points along each direction.

    Source: P. E. Blöchl, O. Jepsen, O. K. Andersen, Phys. Rev. B 49, 16223 (1994).
    """
    from gpaw.dos import DOSCalculator  # noqa: PLC0415 - heavy import

    ground = _ground_state(calculator, structure, place)
    wanted = _bands_wanted(ground)
    mesh = calculator.mesh_for(structure, density_factor)
    place.report(f"GPAW: density of states on {mesh[0]}×{mesh[1]}×{mesh[2]} k-points")
    with place.opened() as folder:
        fixed = ground.fixed_density(
            kpts={"size": mesh, "gamma": True},
            update_fermi_level=True,
            txt=folder / "dos.txt",
            **_enough(wanted),
        )
    levels = fixed.eigenvalues()[:, :, :wanted]
    top = min(float(levels[:, :, -1].min()), float(levels.max()))
    energies = np.arange(float(levels.min()) - MARGIN_EV, top, STEP_EV)
    dos: Any = DOSCalculator.from_calculator(fixed, shift_fermi_level=False)
    spins: list[int | None] = [None] if levels.shape[0] == 1 else [0, 1]
    parts = _projected(fixed, dos, energies, spins, place) if projected else {}
    return DensityOfStates(
        energies=energies,
        total=np.array([dos.raw_dos(energies, spin=s, width=0.0) for s in spins]),
        fermi=float(fixed.get_fermi_level()),
        projected=parts,
    )


def _ground_state(calculator: GPAWCalculator, structure: Structure, place: Workplace) -> Any:  # noqa: ANN401
    ase = calculator.ase_calculator(structure, place.within("ground"))
    numbers = [site.specie.Z for site in structure]
    atoms = Atoms(numbers, cell=structure.lattice.matrix, positions=structure.cart_coords, pbc=True)
    return ase.density(atoms)


def _bands_wanted(ground: Any) -> int:  # noqa: ANN401 - GPAW is not typed
    occupied = math.ceil(float(ground.get_number_of_electrons()) / 2.0)
    return occupied + max(4, math.ceil(EMPTY_SHARE * occupied))


def _enough(wanted: int) -> dict[str, Any]:
    return {"nbands": math.ceil(BUFFER * wanted) + 1, "convergence": {"bands": wanted, "eigenstates": 1e-7}}


def _projected(
    fixed: Any,  # noqa: ANN401 - GPAW is not typed
    dos: Any,  # noqa: ANN401
    energies: FloatArray,
    spins: list[int | None],
    place: Workplace,
) -> dict[tuple[str, str], FloatArray]:
    """Return the weights on the bound partial waves, which overlap: they need not add up to the total."""
    found: dict[tuple[str, str], FloatArray] = {}
    for index, setup in enumerate(fixed.setups):
        place.report(f"GPAW: projected density of states, atom {index + 1} of {len(fixed.setups)}")
        shells = {shell for n, shell in zip(setup.n_j, setup.l_j, strict=True) if n > 0}
        for shell in sorted(shells):
            name = (str(setup.symbol), LETTERS[shell])
            part = np.array([dos.raw_pdos(energies, index, shell, spin=s, width=0.0) for s in spins])
            found[name] = found[name] + part if name in found else part
    return found
