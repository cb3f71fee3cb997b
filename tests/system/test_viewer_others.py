"""Other people's viewers, as optional views: drawn without a network, or refused with the reason."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.widgets import view
from tests.system import places
from tests.system.browser import open_notebook, run_all, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.system]
NACL = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
SHOW = """
from pymatgen.core import Lattice, Structure
from nanoos_lab.widgets import view
nacl = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
view(nacl, viewer="{viewer}"{more})
"""


def show(page, server, root, viewer, more=""):
    write_notebook(root / "other.ipynb", SHOW.format(viewer=viewer, more=more))
    open_notebook(page, server, "other.ipynb")
    run_all(page, 60)
    return places.visit(page, ".jp-Notebook .jp-CodeCell .jp-Cell-outputArea", expected=1)


def test_nglview_is_drawn_by_its_installed_script(page, jupyterlab, tmp_path, require):
    require(find_spec("nglview"), "nglview is not installed: pip install 'nanoos-lab[viewers]'")
    assert show(page, jupyterlab(), tmp_path / "work", "nglview") == places.Visit(1, 0, "")
    assert "javascript error" not in page.inner_text(".jp-Notebook")


def test_py3dmol_is_refused_without_its_script_and_drawn_with_it(page, jupyterlab, tmp_path, require):
    require(find_spec("py3Dmol"), "py3Dmol is not installed: pip install 'nanoos-lab[viewers]'")
    with pytest.raises(InvalidInputError, match=r"jsdelivr.*script="):
        view(NACL, viewer="py3Dmol")
    script = Path(os.environ.get("NANOOS_3DMOL", "/nowhere"))
    if script.is_file():
        more = f', script="{script}"'
        assert show(page, jupyterlab(), tmp_path / "work", "py3Dmol", more) == places.Visit(1, 0, "")
