"""Compute and draw the README's figures: phonons of copper, and electronic bands of silicon.

``python scripts/take_figures.py PSEUDOPOTENTIALS`` needs the extra ``simulation``, ``pw.x`` and a folder of
pseudopotentials with silicon; it takes about a minute and writes into ``docs/pictures``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nanoos_lab as nl
from nanoos_lab.programs.pseudopotentials import Wishes, install

REPOSITORY = Path(__file__).resolve().parent.parent
STRUCTURES = REPOSITORY / "notebooks" / "structures"
PICTURES = REPOSITORY / "docs" / "pictures"
QE = {"cutoff_ry": 30.0, "kpoint_spacing": 0.3}
WIDTH_MM = 120.0


def main(pseudopotentials: Path) -> None:
    """Compute in a lab of its own and draw.

    Args:
        pseudopotentials: A folder of UPF files.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NANOOS_PSEUDOPOTENTIALS"] = f"{folder}/pseudopotentials"
        install(pseudopotentials, "here", Wishes(prefer=("abinit/*", "sg15/*")))
        with nl.open(f"{folder}/lab") as lab:
            copper, silicon = lab.add(STRUCTURES / "Cu.cif"), lab.add(STRUCTURES / "Si.cif")
            phonons = lab.run("phonons", copper, calculator="lammps:Cu_mishin1.eam.alloy")
            phonons.figure("bands").save(PICTURES / "phonons.png", width_mm=WIDTH_MM)
            runs = [lab.run(task, silicon, calculator="qe", options=QE) for task in ("bands", "dos")]
            lab.figure(runs).save(PICTURES / "bands.png", width_mm=WIDTH_MM)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
