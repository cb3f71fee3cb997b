"""One notebook with ten different views, for our viewer and for others, to be looked at in many places."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.system.browser import write_notebook

if TYPE_CHECKING:
    from pathlib import Path

NO_SUCH_KERNEL = "a-kernel-of-somebody-else"
BEGIN = """
import numpy as np
from pymatgen.core import Lattice, Molecule, Structure
sto = Structure.from_spacegroup(221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]])
nacl = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
silicon = Structure.from_spacegroup(227, Lattice.cubic(5.43), ["Si"], [[0, 0, 0]])
mixed = sto.copy()
mixed[0] = {"Ba": 0.6, "Sr": 0.3}
water = Molecule(["O", "H", "H"], [[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]])
large = silicon * (6, 6, 7)
random = np.random.default_rng(3)
hot = [sto * (2, 2, 2) for _ in range(20)]
for crystal in hot[1:]:
    crystal.perturb(0.15)
"""
OURS = [
    "StructureViewer(sto)",
    "StructureViewer(sto, style='polyhedra')",
    "StructureViewer(nacl, style='space-filling')",
    "StructureViewer(silicon, style='wireframe')",
    "StructureViewer(water)",
    "StructureViewer(large)",
    "StructureViewer(hot, energies=np.cumsum(random.normal(size=20)))",
    "StructureViewer(nacl, isosurface=grid, levels=0.6)",
    "StructureViewer(nacl, color_by=[0.9] * 4 + [-0.9] * 4, vectors=random.normal(size=(8, 3)))",
    "StructureViewer(mixed, planes=[(1, 1, 0)])",
]
OUR_BEGIN = """
from nanoos_lab.scenes.volumetric import VolumetricGrid
from nanoos_lab.widgets import StructureViewer
n = 18
x, y, z = np.meshgrid(*[np.arange(n) / n * 4 * np.pi] * 3, indexing="ij")
waves = np.cos(x) * np.cos(y) * np.cos(z)
grid = VolumetricGrid(lattice=np.array(nacl.lattice.matrix), data=waves, unit="e/Å³", structure=nacl)
"""
SUBJECTS = (
    "sto", "sto * (2, 1, 1)", "nacl", "silicon", "nacl * (2, 1, 1)", "large", "hot[1]", "silicon * (2, 1, 1)",
    "nacl * (1, 2, 1)", "sto * (1, 1, 2)",
)  # fmt: skip
THREE_DMOL = """
import py3Dmol
def show(crystal):
    view = py3Dmol.view()
    view.addModel(crystal.to(fmt="cif"), "cif")
    view.setStyle({"sphere": {"scale": 0.3}, "stick": {}})
    view.zoomTo()
    return view
"""
BEGINS = {
    "nanoos": OUR_BEGIN,
    "nglview": "import nglview\nshow = nglview.show_pymatgen",
    "py3Dmol": THREE_DMOL,
    "pymatviz": "import pymatviz\nshow = pymatviz.StructureWidget",
}


def write(path: Path, viewer: str = "nanoos") -> Path:
    """Write the notebook of ten views, each in a cell of its own, and return its path.

    Args:
        path: Where.
        viewer: ``nanoos``, or another one, used as its own documentation does.
    """
    cells = OURS if viewer == "nanoos" else [f"show({subject})" for subject in SUBJECTS]
    write_notebook(path, BEGIN + BEGINS[viewer], *cells)
    return path


def rename_kernel(path: Path, name: str) -> None:
    """Let a notebook ask for a kernel of another name and language, as one from another machine does.

    A language that is here would let JupyterLab start a kernel of it instead of asking for one.

    Args:
        path: The notebook.
        name: Of the kernel.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["kernelspec"] = {"name": name, "display_name": name, "language": name}
    content["metadata"].pop("language_info", None)
    path.write_text(json.dumps(content), encoding="utf-8")
