"""The numbers of a finished calculation, from data-file-schema.xml, in eV, Å, eV/Å and eV/Å³."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanoos_lab.errors import CalculatorError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

HARTREE_EV = 27.211386245988
"""CODATA 2018, as ASE and the newer versions of Quantum ESPRESSO have it."""
BOHR_ANGSTROM = 0.529177210903
RYDBERG_EV = HARTREE_EV / 2.0
_NEAR_INTEGER = 0.05
"""Electrons of one spin: an insulator has a whole number."""
SAME_LEVEL_EV = 1e-3


@dataclass(frozen=True)
class PwResult:
    """What a self-consistent calculation of n atoms gave."""

    converged: bool
    """Whether the self-consistent cycle reached its tolerance."""
    cell: FloatArray
    """Row vectors in Å, shape (3, 3)."""
    positions: FloatArray
    """Å, shape (n, 3)."""
    free_energy: float
    """eV; with smearing the free energy F = E - TS, whose derivatives the forces are."""
    smearing_energy: float
    """-TS in eV."""
    forces: FloatArray | None
    """eV/Å, shape (n, 3)."""
    stress: FloatArray | None
    """eV/Å³, positive under tension, shape (3, 3)."""
    fermi: float | None
    """Fermi level, or highest occupied level, eV."""
    electrons: float
    spin_polarised: bool
    total_magnetization: float | None
    """Sum of the moments with their signs, μB per cell."""
    absolute_magnetization: float | None
    kpoints: FloatArray
    """Cartesian, in 1/Å with 2π, shape (k, 3)."""
    weights: FloatArray
    """Shape (k,)."""
    eigenvalues: FloatArray
    """eV, shape (spins, k, bands)."""
    iterations: int
    version: str
    seconds: float

    @property
    def band_gap(self) -> float | None:
        """Energy in eV from the highest occupied to the lowest empty level on the mesh; 0 for a metal."""
        return band_gap(self.eigenvalues, self.electrons, self.total_magnetization or 0.0)


def band_gap(eigenvalues: FloatArray, electrons: float, magnetization: float) -> float | None:
    """Return the gap between the levels that the electrons fill and the next ones.

    Args:
        eigenvalues: eV, shape (spins, k, bands).
        electrons: Electrons per cell.
        magnetization: Electrons of the first spin less those of the second.

    Returns:
        eV; 0 where the two meet, or where the electrons of a spin are no whole number; None where no empty level was
        computed.
    """
    spins = len(eigenvalues)
    counts = [electrons / 2] if spins == 1 else [(electrons + s * magnetization) / 2 for s in (1, -1)]
    if any(abs(count - round(count)) > _NEAR_INTEGER for count in counts):
        return 0.0
    full = [round(count) for count in counts]
    if any(n >= levels.shape[1] for n, levels in zip(full, eigenvalues, strict=True)):
        return None
    top = max(levels[:, n - 1].max() for n, levels in zip(full, eigenvalues, strict=True) if n)
    bottom = min(levels[:, n].min() for n, levels in zip(full, eigenvalues, strict=True))
    gap = float(bottom - top)
    return gap if gap > SAME_LEVEL_EV else 0.0


def read_result(path: Path) -> PwResult:
    """Read a data-file-schema.xml.

    Args:
        path: The file.

    Raises:
        CalculatorError: It is missing, cut off, or not of a finished calculation.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - written by the program that we ran ourselves
        return _result(root)
    except (OSError, ET.ParseError, AttributeError, ValueError, TypeError, KeyError, IndexError) as error:
        raise CalculatorError(f"{path} cannot be read as pw.x's output: {error}") from error


def _result(root: ET.Element) -> PwResult:
    output = _need(root, "output")
    geometry = _need(output, "atomic_structure")
    cell = np.array([_floats(row) for row in _need(geometry, "cell")]) * BOHR_ANGSTROM
    places = np.array([_floats(atom) for atom in geometry.iter("atom")]) * BOHR_ANGSTROM
    bands, energies = _need(output, "band_structure"), _need(output, "total_energy")
    kpoints, weights, levels = _levels(bands, float(str(geometry.get("alat"))))
    polarised = _flag(bands, "lsda")
    cycle = _need(output, "convergence_info/scf_conv")
    moments = output.find("magnetization")
    return PwResult(
        converged=_flag(cycle, "convergence_achieved"),
        cell=cell,
        positions=places,
        free_energy=_number(energies, "etot") * HARTREE_EV,
        smearing_energy=float(energies.findtext("demet") or 0.0) * HARTREE_EV,
        forces=_scaled(output, "forces", HARTREE_EV / BOHR_ANGSTROM),
        stress=_scaled(output, "stress", -HARTREE_EV / BOHR_ANGSTROM**3),
        fermi=_fermi(bands),
        electrons=_number(bands, "nelec"),
        spin_polarised=polarised,
        total_magnetization=_number(moments, "total") if polarised and moments is not None else None,
        absolute_magnetization=_number(moments, "absolute") if polarised and moments is not None else None,
        kpoints=kpoints,
        weights=weights,
        eigenvalues=levels,
        iterations=int(_number(cycle, "n_scf_steps")),
        version=str(_need(root, "general_info/creator").get("VERSION")),
        seconds=float(root.findtext("timing_info/total/wall") or 0.0),
    )


def _levels(bands: ET.Element, alat_bohr: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    places, weights, levels = [], [], []
    for point in bands.iter("ks_energies"):
        where = _need(point, "k_point")
        places.append(_floats(where))
        weights.append(float(str(where.get("weight"))))
        levels.append(_floats(_need(point, "eigenvalues")))
    values = np.array(levels) * HARTREE_EV
    if _flag(bands, "lsda"):  # those of the second spin stand behind those of the first
        up = int(_number(bands, "nbnd_up"))
        values = np.stack([values[:, :up], values[:, up:]])
    else:
        values = values[None]
    scale = 2.0 * np.pi / (alat_bohr * BOHR_ANGSTROM)
    return np.array(places) * scale, np.array(weights), values


def _fermi(bands: ET.Element) -> float | None:
    for name in ("fermi_energy", "highestOccupiedLevel"):
        if text := bands.findtext(name):
            return float(text) * HARTREE_EV
    if text := bands.findtext("two_fermi_energies"):
        return max(map(float, text.split())) * HARTREE_EV
    return None


def _scaled(output: ET.Element, name: str, factor: float) -> FloatArray | None:
    found = output.find(name)
    return None if found is None else np.array(_floats(found)).reshape(-1, 3) * factor


def _need(parent: ET.Element, path: str) -> ET.Element:
    found = parent.find(path)
    if found is None:
        raise ValueError(f"it has no {path}: the calculation did not end")
    return found


def _number(parent: ET.Element, name: str) -> float:
    return float(_need(parent, name).text or "")


def _flag(parent: ET.Element, name: str) -> bool:
    return (parent.findtext(name) or "").strip().lower() == "true"


def _floats(element: ET.Element) -> list[float]:
    return [float(word) for word in (element.text or "").split()]
