"""The vocabulary of properties: what a word such as ``bulk_modulus`` means, and in which unit it is kept.

An entry is a number, or an array whose columns are named with their units, such as a spectrum. Two values of one
entry may be compared because its description is exact; a kind of value that this does not hold for wants an
entry of its own.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from nanoos_lab.errors import UnknownNameError


class Axis(BaseModel):
    """A column of an array property."""

    model_config = ConfigDict(frozen=True)

    label: str
    """Words for people."""
    unit: str
    """The unit in which the column is kept; ``""`` for dimensionless."""
    photon: bool = False
    """Whether it is a photon's energy, which may be given as wavelength, wavenumber or frequency as well."""


class Property(BaseModel):
    """An entry of the vocabulary."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Identifier, snake case."""
    label: str
    """Words for people."""
    unit: str
    """The one unit in which values are kept; ``""`` for dimensionless. Of an array, that of its last column."""
    symbol: str = ""
    """The field's symbol."""
    description: str
    """What it means, precisely enough to compare two values."""
    typical: tuple[float, float] | None = None
    """A range that most inorganic crystals fall in, for drawing."""
    kind: Literal["scalar", "array"] = "scalar"
    """Whether a value is one number, or a table of numbers with the columns ``axes``."""
    axes: tuple[Axis, ...] = ()
    """The columns of an array; the first one grows from row to row."""


VOCABULARY: dict[str, Property] = {
    entry.name: entry
    for entry in (
        Property(
            name="energy",
            label="Energy",
            unit="eV/atom",
            symbol="E",
            description="Total energy per atom on the method's own scale; compare within a method only.",
            typical=(-12.0, 0.0),
        ),
        Property(
            name="formation_energy",
            label="Formation energy",
            unit="eV/atom",
            symbol="ΔHf",
            description="Energy per atom relative to the elements in their reference phases, at 0 K unless conditions say otherwise.",  # noqa: E501
            typical=(-4.5, 0.5),
        ),
        Property(
            name="energy_above_hull",
            label="Energy above hull",
            unit="eV/atom",
            symbol="Ehull",
            description="Formation energy per atom above the convex hull of all known phases of its elements, by one method; 0 on the hull.",  # noqa: E501
            typical=(0.0, 0.5),
        ),
        Property(
            name="bulk_modulus",
            label="Bulk modulus",
            unit="GPa",
            symbol="K",
            description="Isothermal bulk modulus −V dP/dV at the equilibrium volume.",
            typical=(0.0, 450.0),
        ),
        Property(
            name="bulk_modulus_derivative",
            label="Pressure derivative of the bulk modulus",
            unit="",
            symbol="K′",
            description="dK/dP at zero pressure.",
            typical=(2.0, 8.0),
        ),
        Property(
            name="band_gap",
            label="Band gap",
            unit="eV",
            symbol="Eg",
            description="Fundamental electronic gap; optical gaps say so in their note.",
            typical=(0.0, 10.0),
        ),
        Property(
            name="volume_per_atom",
            label="Volume per atom",
            unit="Å³/atom",
            symbol="V",
            description="Cell volume divided by the number of atoms.",
            typical=(5.0, 40.0),
        ),
        Property(
            name="lattice_a",
            label="Lattice parameter a",
            unit="Å",
            symbol="a",
            description="Length of a of the conventional cell, in the reference setting of the International Tables.",
            typical=(2.0, 15.0),
        ),
        Property(
            name="lattice_b",
            label="Lattice parameter b",
            unit="Å",
            symbol="b",
            description="Length of b of the conventional cell, in the reference setting of the International Tables.",
            typical=(2.0, 15.0),
        ),
        Property(
            name="lattice_c",
            label="Lattice parameter c",
            unit="Å",
            symbol="c",
            description="Length of c of the conventional cell, in the reference setting of the International Tables.",
            typical=(2.0, 25.0),
        ),
        Property(
            name="density",
            label="Density",
            unit="g/cm³",
            symbol="ρ",
            description="Mass density.",
            typical=(0.5, 23.0),
        ),
        Property(
            name="max_force",
            label="Largest force",
            unit="eV/Å",
            symbol="Fmax",
            description="Largest norm of the force on any atom.",
            typical=(0.0, 1.0),
        ),
        Property(
            name="pressure",
            label="Pressure",
            unit="GPa",
            symbol="P",
            description="Minus a third of the trace of the stress tensor; positive under compression.",
            typical=(-10.0, 10.0),
        ),
        Property(
            name="magnetization",
            label="Magnetization",
            unit="μB/atom",
            symbol="M",
            description="Sum of the site moments' magnitudes per atom, as the method gives them.",
            typical=(0.0, 3.0),
        ),
        Property(
            name="shear_modulus",
            label="Shear modulus",
            unit="GPa",
            symbol="G",
            description="Isotropic shear modulus of the polycrystal; of single-crystal constants the mean of Voigt's and Reuss's.",  # noqa: E501
            typical=(0.0, 300.0),
        ),
        Property(
            name="young_modulus",
            label="Young's modulus",
            unit="GPa",
            symbol="E",
            description="Isotropic Young's modulus of the polycrystal, 9KG/(3K + G) with K and G of the same method.",
            typical=(0.0, 700.0),
        ),
        Property(
            name="poisson_ratio",
            label="Poisson's ratio",
            unit="",
            symbol="ν",
            description="Isotropic Poisson's ratio of the polycrystal, (3K − 2G)/(6K + 2G).",
            typical=(0.0, 0.5),
        ),
        Property(
            name="hardness",
            label="Vickers hardness",
            unit="GPa",
            symbol="HV",
            description="Load over area of a Vickers indentation; the load is a condition, load_N.",
            typical=(0.0, 40.0),
        ),
        Property(
            name="debye_temperature",
            label="Debye temperature",
            unit="K",
            symbol="ΘD",
            description="Debye temperature of the low-temperature limit, from heat capacity or elastic constants.",
            typical=(50.0, 1500.0),
        ),
        Property(
            name="melting_temperature",
            label="Melting temperature",
            unit="K",
            symbol="Tm",
            description="Temperature at which solid and liquid of this composition coexist, at 1 atm unless conditions say otherwise.",  # noqa: E501
            typical=(300.0, 4000.0),
        ),
        Property(
            name="thermal_expansion",
            label="Linear thermal expansion",
            unit="1/K",
            symbol="α",
            description="Coefficient of linear expansion, a third of the volume's: dV/(3V dT) at constant pressure.",
            typical=(0.0, 5e-5),
        ),
        Property(
            name="thermal_conductivity",
            label="Thermal conductivity",
            unit="W/(m K)",
            symbol="κ",
            description="A third of the trace of the thermal conductivity, of lattice and electrons together.",
            typical=(0.0, 400.0),
        ),
        Property(
            name="electrical_conductivity",
            label="Electrical conductivity",
            unit="S/m",
            symbol="σ",
            description="A third of the trace of the direct-current electrical conductivity.",
        ),
        Property(
            name="seebeck_coefficient",
            label="Seebeck coefficient",
            unit="μV/K",
            symbol="S",
            description="A third of the trace of the Seebeck coefficient, negative where electrons carry the current.",
            typical=(-500.0, 500.0),
        ),
        Property(
            name="refractive_index",
            label="Refractive index",
            unit="",
            symbol="n",
            description="Real part, mean of the principal ones; the condition wavelength_nm belongs to it.",
            typical=(1.0, 4.0),
        ),
        Property(
            name="dielectric_constant",
            label="Dielectric constant",
            unit="",
            symbol="εr",
            description="A third of the trace of the static relative permittivity, of electrons and ions together.",
            typical=(1.0, 100.0),
        ),
        Property(
            name="work_function",
            label="Work function",
            unit="eV",
            symbol="φ",
            description="Energy from the Fermi level to vacuum outside the surface; the surface is a condition.",
            typical=(2.0, 7.0),
        ),
        Property(
            name="total_magnetization",
            label="Total magnetization",
            unit="μB/atom",
            symbol="M",
            description="Sum of the moments with their signs over the number of atoms; 0 for an antiferromagnet.",
            typical=(0.0, 3.0),
        ),
        Property(
            name="elastic_anisotropy",
            label="Universal elastic anisotropy",
            unit="",
            symbol="AU",
            description="5 GV/GR + KV/KR − 6 of the Voigt and Reuss moduli; 0 for an isotropic crystal.",
            typical=(0.0, 5.0),
        ),
        Property(
            name="zero_point_energy",
            label="Zero-point energy",
            unit="eV/atom",
            symbol="EZP",
            description="Half the sum of the harmonic phonon energies, per atom.",
            typical=(0.0, 0.2),
        ),
        Property(
            name="lowest_phonon_frequency",
            label="Lowest phonon frequency",
            unit="THz",
            symbol="νmin",
            description="Lowest frequency on the mesh of q-points; negative where it is imaginary, and then the crystal is not at a minimum.",  # noqa: E501
            typical=(-1.0, 0.0),
        ),
        Property(
            name="highest_phonon_frequency",
            label="Highest phonon frequency",
            unit="THz",
            symbol="νmax",
            description="Highest frequency on the mesh of q-points.",
            typical=(2.0, 40.0),
        ),
        Property(
            name="heat_capacity",
            label="Heat capacity",
            unit="J/(mol atom K)",
            symbol="CV",
            description="Molar heat capacity per mole of atoms at constant volume; temperature_K is a condition.",
            typical=(0.0, 25.0),
        ),
        Property(
            name="vibrational_free_energy",
            label="Vibrational free energy",
            unit="eV/atom",
            symbol="Fvib",
            description="Harmonic Helmholtz energy with the zero-point energy; temperature_K is a condition.",
            typical=(-0.5, 0.2),
        ),
        Property(
            name="vibrational_entropy",
            label="Vibrational entropy",
            unit="J/(mol atom K)",
            symbol="Svib",
            description="Harmonic entropy of the phonons per mole of atoms; temperature_K is a condition.",
            typical=(0.0, 100.0),
        ),
        Property(
            name="diffusion_coefficient",
            label="Self-diffusion coefficient",
            unit="cm²/s",
            symbol="D",
            description="A sixth of the slope of the mean square displacement in three directions; element and temperature_K are conditions.",  # noqa: E501
            typical=(1e-12, 1e-3),
        ),
        Property(
            name="migration_barrier",
            label="Migration barrier",
            unit="eV",
            symbol="Em",
            description="Energy of the saddle point above the initial state along a minimum-energy path.",
            typical=(0.0, 3.0),
        ),
        Property(
            name="xrd_pattern",
            label="X-ray diffraction pattern",
            unit="",
            description="Intensity in arbitrary units against the angle 2θ; wavelength_nm is a condition.",
            kind="array",
            axes=(Axis(label="2θ", unit="°"), Axis(label="Intensity", unit="")),
        ),
        Property(
            name="absorption_spectrum",
            label="Absorption spectrum",
            unit="cm⁻¹",
            symbol="α",
            description="Optical absorption coefficient (of ln, not log10) against photon energy.",
            kind="array",
            axes=(
                Axis(label="Photon energy", unit="eV", photon=True),
                Axis(label="Absorption coefficient", unit="cm⁻¹"),
            ),
        ),
        Property(
            name="raman_spectrum",
            label="Raman spectrum",
            unit="",
            description="Intensity in arbitrary units against the Raman shift, positive on the Stokes side.",
            kind="array",
            axes=(Axis(label="Raman shift", unit="cm⁻¹"), Axis(label="Intensity", unit="")),
        ),
        Property(
            name="density_of_states",
            label="Density of states",
            unit="1/(eV atom)",
            symbol="g",
            description="Electronic states of both spins per energy and atom against the energy above the Fermi level.",
            kind="array",
            axes=(Axis(label="E − EF", unit="eV"), Axis(label="Density of states", unit="1/(eV atom)")),
        ),
        Property(
            name="phonon_density_of_states",
            label="Phonon density of states",
            unit="1/(THz atom)",
            symbol="g",
            description="Phonon states per frequency and atom; imaginary frequencies are negative.",
            kind="array",
            axes=(Axis(label="Frequency", unit="THz"), Axis(label="Density of states", unit="1/(THz atom)")),
        ),
        Property(
            name="elastic_tensor",
            label="Elastic tensor",
            unit="GPa",
            symbol="C",
            description="Stiffness in Voigt notation, one row for each of xx, yy, zz, yz, xz, xy, in IEEE orientation.",
            kind="array",
            axes=(Axis(label="Row", unit=""), *(Axis(label=f"Ci{k}", unit="GPa") for k in range(1, 7))),
        ),
        Property(
            name="radial_distribution_function",
            label="Radial distribution function",
            unit="",
            symbol="g(r)",
            description="Density of atoms at a distance over the mean density; the pair of elements is a condition.",
            kind="array",
            axes=(Axis(label="Distance", unit="Å"), Axis(label="g(r)", unit="")),
        ),
        Property(
            name="mean_square_displacement",
            label="Mean square displacement",
            unit="Å²",
            symbol="MSD",
            description="Of an element against time, over atoms and origins; element is a condition.",
            kind="array",
            axes=(Axis(label="Time", unit="ps"), Axis(label="Mean square displacement", unit="Å²")),
        ),
        Property(
            name="heat_capacity_curve",
            label="Heat capacity against temperature",
            unit="J/(mol atom K)",
            symbol="Cp",
            description="Molar heat capacity per mole of atoms at constant pressure against temperature.",
            kind="array",
            axes=(Axis(label="Temperature", unit="K"), Axis(label="Heat capacity", unit="J/(mol atom K)")),
        ),
    )
}


def get_property(name: str) -> Property:
    """Return an entry of the vocabulary.

    Args:
        name: Its identifier.

    Raises:
        UnknownNameError: No such property; close matches are suggested.
    """
    try:
        return VOCABULARY[name]
    except KeyError:
        raise UnknownNameError("property", name, VOCABULARY) from None
