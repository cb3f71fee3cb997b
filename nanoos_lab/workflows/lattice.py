"""What runs of phonons and elastic constants say, in plain words: one or two sentences for each structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanoos_lab.display.numbers import number, signed

if TYPE_CHECKING:
    from nanoos_lab.workflows.survey import Ran

_CM_PER_THZ = 33.35640951981521
_BRITTLE = 1.75
"""K/G of Pugh's rule: above it metals are mostly ductile (S. F. Pugh, Phil. Mag. 45, 823 (1954))."""
_ISOTROPIC = 0.1


def phonons_reading(run: Ran) -> str:
    """Say whether a crystal is stable, how fast it vibrates and what follows.

    Args:
        run: A run of the task ``phonons``.
    """
    s, name = run.summary, run.inputs[0].name
    lowest = min(s["lowest_THz"], s["lowest_on_path_THz"])
    highest = (
        f"{number(s['highest_THz'], digits=4)} THz ({number(s['highest_THz'] * _CM_PER_THZ, digits=4)} cm⁻¹)"
    )
    if s["imaginary"]:
        return (
            f"{name} has imaginary modes, down to {signed(lowest)} THz: by this calculator it is not at a minimum of "
            f"its energy and would distort. The fastest vibration is {highest}. Thermal properties are not stated."
        )
    debye = s.get("debye_temperature")
    sound = (
        ""
        if debye is None
        else f" The speed of sound gives a Debye temperature of {number(debye, digits=3)} K."
    )
    return (
        f"{name} is dynamically stable: no mode is imaginary, and the fastest vibration is {highest}. At 298.15 K its "
        f"heat capacity at constant volume is {number(s['heat_capacity'], digits=4)} J/(mol atom K) and its entropy "
        f"{number(s['entropy'], digits=4)} J/(mol atom K); the zero-point energy is "
        f"{number(1000 * s['zero_point_energy'], digits=3)} meV/atom.{sound}"
    )


def elastic_reading(run: Ran) -> str:
    """Say whether a crystal resists every strain, and how stiff it is.

    Args:
        run: A run of the task ``elastic``.
    """
    s, name = run.summary, run.inputs[0].name
    if not s["stable"]:
        return (
            f"{name} is mechanically unstable by this calculator: the lowest eigenvalue of its elastic tensor is "
            f"{signed(s['eigenvalues_GPa'][0])} GPa, so averages over grains make no sense and are not stated."
        )
    ratio = s["bulk"] / s["shear"]
    kind = "of the ductile kind" if ratio > _BRITTLE else "of the brittle kind"
    even = "nearly isotropic" if s["anisotropy"] < _ISOTROPIC else "anisotropic"
    bulk, shear, young = (number(s[key], digits=4) for key in ("bulk", "shear", "young"))
    return (
        f"{name} is mechanically stable. As a polycrystal it has a bulk modulus of {bulk} GPa, a shear modulus of "
        f"{shear} GPa and a Young's modulus of {young} GPa; K/G = {number(ratio, digits=3)} is {kind} by Pugh's rule "
        f"for metals, and the crystal is {even} (universal anisotropy {number(s['anisotropy'], digits=3)}). Its Debye "
        f"temperature is {number(s['debye'], digits=3)} K. The tensor as fitted is symmetric to "
        f"{number(100 * s['asymmetry'], digits=2)} %."
    )
