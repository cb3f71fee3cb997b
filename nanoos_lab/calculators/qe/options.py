"""The options of the calculator ``qe``; what is left open is chosen for each structure (:mod:`.choices`)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from nanoos_lab.tasks import Params


class QEOptions(Params):
    """Options of Quantum ESPRESSO's pw.x."""

    pseudopotentials: str | None = Field(
        None,
        description="Name of an installed family; None: the default one. The functional is the family's.",
    )
    cutoff_ry: float | None = Field(
        None,
        ge=5.0,
        le=500.0,
        description="Cut-off of the wave functions in Ry; None: by the pseudopotentials.",
        json_schema_extra={"knob": [20, 30, 40, 50, 60, 80, 100, 120]},
    )
    density_cutoff_ry: float | None = Field(
        None, ge=20.0, le=5000.0, description="Cut-off of the density in Ry; None: by the pseudopotentials."
    )
    kpoint_spacing: float | None = Field(
        None, gt=0.0, le=3.0,
        description="Distance of k-points in 1/Å (with 2π); None: 0.15 where all elements are metals, else 0.25.",
        json_schema_extra={"knob": [0.6, 0.45, 0.35, 0.28, 0.22, 0.18, 0.14, 0.11]},
    )  # fmt: skip
    kpoints: tuple[int, int, int] | None = Field(
        None, description="The mesh itself instead of a spacing, such as [4, 4, 4]."
    )
    shifted: bool = Field(
        False, description="Whether the mesh is shifted by half a step; by default it holds Γ."
    )
    smearing: Literal["auto", "fixed", "cold", "gaussian", "methfessel-paxton", "fermi-dirac"] = Field(
        "auto",
        description="auto: cold where all elements are metals, else gaussian; fixed: none.",
    )
    width_ev: float | None = Field(
        None, gt=0.0, le=2.0, description="Width of the smearing in eV; None: 0.2 for metals, else 0.05."
    )  # fmt: skip
    spin: Literal["auto", "polarised", "none"] = Field(
        "auto",
        description="auto: polarised where an element is known for moments, or the structure has moments.",
    )
    hubbard: Literal["none", "materials-project"] | dict[str, float] = Field(
        "none", description="U on d or f shells in eV by element, or by the Materials Project's table."
    )
    tolerance_ry: float = Field(
        1e-9, gt=0.0, le=1e-3, description="Of the self-consistent cycle: estimated error in Ry per atom."
    )
    max_iterations: int = Field(100, ge=1, description="Most iterations of the self-consistent cycle.")
    mixing_beta: float | None = Field(
        None, gt=0.0, le=1.0, description="Fraction of the new density; None: 0.7, and 0.4 with spin."
    )
    remedies: bool = Field(
        True, description="Whether a calculation that fails in a known way is tried again in a better one."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.kpoints is not None and self.kpoint_spacing is not None:
            raise ValueError("say kpoints or kpoint_spacing, not both")
        if self.kpoints is not None and min(self.kpoints) < 1:
            raise ValueError(f"kpoints={list(self.kpoints)}: each number must be at least 1")
        if self.smearing == "fixed" and self.width_ev is not None:
            raise ValueError("width_ev has no meaning with smearing='fixed'")
        both = self.cutoff_ry, self.density_cutoff_ry
        if both[0] is not None and both[1] is not None and both[1] < 4.0 * both[0] - 1e-6:
            raise ValueError(
                f"density_cutoff_ry={both[1]:g} is less than four times cutoff_ry={both[0]:g}: it would lose density"
            )
        return self
