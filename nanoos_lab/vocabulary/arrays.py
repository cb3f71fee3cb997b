"""The entries that are a table of numbers with named columns: spectra, densities of states, tensors, curves."""

from __future__ import annotations

from nanoos_lab.vocabulary.entries import Axis, Property

ARRAYS: tuple[Property, ...] = (
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
