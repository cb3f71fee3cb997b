"""What phonons leave behind: files that people and programs go on with, and a summary for displays."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.simulate.phonons_model import shortest_translation

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab.simulate.phonons import Phonons
    from nanoos_lab.simulate.phonons_model import Spectrum

THERMAL_COLUMNS = (
    "temperature_K",
    "free_energy_eV_per_atom",
    "entropy_J_per_mol_atom_K",
    "heat_capacity_J_per_mol_atom_K",
)
"""Of the table of thermal properties, at constant volume."""


def write_artifacts(result: Phonons, folder: Path) -> dict[str, Path]:
    """Write bands, thermal properties and what phonopy needs to go on; return the files by name.

    Args:
        result: The phonons.
        folder: Where.
    """
    saved = result.model.save(folder / "phonopy_params.yaml")
    files = {saved.name: saved, "bands.json": folder / "bands.json"}
    files["bands.json"].write_text(json.dumps(bands_document(result.spectrum)), encoding="utf-8")
    if (thermal := result.thermal) is not None:
        files["thermal.csv"] = folder / "thermal.csv"
        rows = zip(
            thermal.temperatures, thermal.free_energy, thermal.entropy, thermal.heat_capacity, strict=True
        )
        with files["thermal.csv"].open("w", newline="", encoding="utf-8") as stream:
            table = csv.writer(stream)
            table.writerow(THERMAL_COLUMNS)
            table.writerows([f"{value:.8g}" for value in row] for row in rows)
    return files


def bands_document(spectrum: Spectrum) -> dict[str, Any]:
    """Return bands and density of states as JSON values, ready to be drawn.

    Args:
        spectrum: What force constants gave.
    """
    path = spectrum.path
    return {
        "unit": "THz",
        "ticks": [[round(at, 6), label] for at, label in path.ticks],
        "stretches": [list(stretch) for stretch in path.stretches],
        "qpoints": path.kpoints.round(8).tolist(),
        "distances": path.distances.round(6).tolist(),
        "frequencies": spectrum.bands.round(5).tolist(),
        "dos": spectrum.dos.round(6).tolist(),
        "primitive_cell": np.array(path.structure.lattice.matrix).round(8).tolist(),
    }


def phonons_summary(result: Phonons) -> dict[str, Any]:
    """Return how it went as small JSON values.

    Args:
        result: The phonons.
    """
    spectrum, thermal = result.spectrum, result.thermal
    summary: dict[str, Any] = {
        "supercell_atoms": len(result.supercell),
        "supercell_shortest_A": shortest_translation(np.array(result.supercell.lattice.matrix)),
        "primitive_atoms": len(result.model.primitive),
        "displacements": result.displacements,
        "force_calls": result.force_calls,
        "path": spectrum.path.text,
        "mesh": list(spectrum.mesh),
        "imaginary": result.imaginary,
        "lowest_THz": spectrum.lowest,
        "lowest_on_path_THz": spectrum.lowest_on_path,
        "highest_THz": spectrum.highest,
        "acoustic_sum_rule_violation_eV_per_A2": result.sum_rule,
        "acoustic_at_gamma_THz": spectrum.acoustic.round(8).tolist(),
        "residual_force": result.residual_force,
        "non_analytical_correction": False,
    }
    if thermal is not None:
        summary |= {"zero_point_energy": thermal.zero_point, "debye_temperature": spectrum.debye}
        summary |= dict(zip(("free_energy", "entropy", "heat_capacity"), thermal.room, strict=True))
    return summary
