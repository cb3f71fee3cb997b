"""The options of the calculator ``gpaw``, and GPAW's own parameters that follow from them for a structure.

What both density functional codes have is called alike and chosen alike (:mod:`nanoos_lab.calculators.qe.choices`),
so that the same words give comparable numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from nanoos_lab.calculators.qe.options import QEOptions
from nanoos_lab.tasks import Params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pymatgen.core.structure import Structure

    from nanoos_lab.calculators.qe.choices import Choices

Functional = Literal["PBE", "PBEsol", "LDA", "RPBE", "revPBE"]
SETUPS_OF: Mapping[str, str] = {"PBEsol": "PBE"}
"""Functionals that GPAW uses with the setups made for another one."""
CRITERIA: Mapping[str, Mapping[str, float]] = {
    "loose": {"energy": 1e-4, "density": 1e-4, "eigenstates": 4e-8},
    "normal": {"energy": 1e-5, "density": 1e-5, "eigenstates": 1e-9},
    "tight": {"energy": 1e-7, "density": 1e-6, "eigenstates": 1e-11},
}
"""By level, GPAW's criteria: eV, electrons and eV² per valence electron."""
_OCCUPATIONS: Mapping[str, Mapping[str, Any]] = {
    "cold": {"name": "marzari-vanderbilt"},
    "gaussian": {"name": "methfessel-paxton", "order": 0},
    "fd": {"name": "fermi-dirac"},
    "mp": {"name": "methfessel-paxton", "order": 1},
}
_COMMON = ("kpoint_spacing", "kpoints", "smearing", "width_ev", "spin", "hubbard")


class GPAWOptions(Params):
    """Options of GPAW."""

    functional: Functional = Field("PBE", description="Exchange-correlation functional.")
    cutoff_ev: float = Field(
        500.0, ge=150.0, le=2000.0, description="Cut-off of the plane waves in eV.",
        json_schema_extra={"knob": [300, 350, 400, 500, 600, 700, 800, 900]},
    )  # fmt: skip
    kpoint_spacing: float | None = Field(
        None, gt=0.0, le=3.0,
        description="Largest distance of k-points in 1/Å (with 2π); None: 0.15 for metals alone, else 0.25.",
        json_schema_extra={"knob": [0.6, 0.45, 0.35, 0.28, 0.22, 0.18, 0.14, 0.11]},
    )  # fmt: skip
    kpoints: tuple[int, int, int] | None = Field(
        None, description="The mesh itself instead of a spacing, such as [4, 4, 4]; it holds Γ."
    )
    smearing: Literal["auto", "fixed", "cold", "gaussian", "methfessel-paxton", "fermi-dirac"] = Field(
        "auto",
        description="auto: cold where all elements are metals, else gaussian; fixed: none.",
    )
    width_ev: float | None = Field(
        None, gt=0.0, le=2.0,
        description="Width of the smearing in eV; None: 0.2 where all elements are metals, else 0.05.",
    )  # fmt: skip
    spin: Literal["auto", "polarised", "none"] = Field(
        "auto",
        description="auto: polarised where an element is known for moments, or the structure has moments.",
    )
    hubbard: Literal["none", "materials-project"] | dict[str, float] = Field(
        "none", description="U on d or f shells in eV by element, or by the Materials Project's table."
    )
    setups: dict[str, str] = Field(
        default_factory=dict, description="Kinds of PAW setups by element, such as {'Ni': '10'}."
    )
    convergence: Literal["loose", "normal", "tight"] = Field(
        "normal", description="How far the self-consistent cycle goes."
    )
    max_iterations: int = Field(100, ge=1, description="Most iterations of the self-consistent cycle.")

    @field_validator("hubbard")
    @classmethod
    def _has_shells(cls, said: str | dict[str, float]) -> str | dict[str, float]:
        from nanoos_lab.programs.qe.input import HUBBARD_SHELL  # noqa: PLC0415 - numpy

        if isinstance(said, dict) and (strange := sorted(set(said) - set(HUBBARD_SHELL))):
            msg = f"there is no U for {', '.join(strange)} here: leave it out"
            raise ValueError(msg)
        return said

    @model_validator(mode="after")
    def _agree(self) -> Self:
        self.common()
        return self

    def common(self) -> QEOptions:
        """Return what both codes have, as the options of the other one, which checks them."""
        return QEOptions(**{name: getattr(self, name) for name in _COMMON})

    @property
    def setup_functional(self) -> str:
        """The functional of the setups that are used."""
        return SETUPS_OF.get(self.functional, self.functional)

    def setups_of(self, structure: Structure, hubbard: Mapping[str, float]) -> dict[str, str]:
        """Return GPAW's parameter ``setups``.

        Args:
            structure: The crystal.
            hubbard: U in eV by element.
        """
        from nanoos_lab.programs.qe.input import HUBBARD_SHELL  # noqa: PLC0415 - numpy

        present = {element.symbol for element in structure.composition.element_composition}
        kinds = {symbol: kind for symbol, kind in self.setups.items() if symbol in present}
        corrections = {symbol: f":{HUBBARD_SHELL[symbol][-1]},{u:g}" for symbol, u in hubbard.items()}
        return {s: kinds.get(s, "") + corrections.get(s, "") for s in sorted(kinds.keys() | corrections)}


def gpaw_parameters(options: GPAWOptions, choices: Choices, structure: Structure) -> dict[str, Any]:
    """Return GPAW's own parameters; plain JSON, without the starting moments.

    Args:
        options: What was said.
        choices: What was chosen for the structure.
        structure: The crystal.
    """
    parameters: dict[str, Any] = {
        "mode": {"name": "pw", "ecut": options.cutoff_ev},
        "xc": options.functional,
        "kpts": {"size": list(choices.mesh), "gamma": True},
        "occupations": _occupations(choices),
        "convergence": dict(CRITERIA[options.convergence]),
        "maxiter": options.max_iterations,
        "spinpol": choices.spin,
    }
    if setups := options.setups_of(structure, dict(choices.hubbard)):
        parameters["setups"] = setups
    return parameters


def _occupations(choices: Choices) -> dict[str, Any]:
    from nanoos_lab.programs.qe.result import RYDBERG_EV  # noqa: PLC0415 - numpy

    if choices.smearing is None:
        return {"name": "fixed-uniform"}
    return {**_OCCUPATIONS[choices.smearing], "width": choices.width_ry * RYDBERG_EV}
