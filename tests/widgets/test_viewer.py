"""The live viewer's Python side, with no kernel and no browser."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.scenes.scene import Scene, scene_of

pytest.importorskip("anywidget", reason="the extra 'notebook' is not installed")
from nanoos_lab.widgets import StructureViewer

NACL = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
SILICON = Structure.from_spacegroup(227, Lattice.cubic(5.43), ["Si"], [[0, 0, 0]])


def test_a_structure_becomes_a_scene_with_options():
    viewer = StructureViewer(NACL, supercell=(2, 1, 1), height=300)
    assert Scene.from_json(viewer.scene).positions.shape[0] > 27
    assert viewer.still.startswith("<svg")
    assert viewer.height == 300
    assert viewer.representation == "ball-and-stick"


def test_a_scene_is_taken_as_it_is():
    viewer = StructureViewer(scene_of(NACL, style="space-filling"))
    assert viewer.representation == "space-filling"
    with pytest.raises(InvalidInputError, match="supercell"):
        StructureViewer(scene_of(NACL), supercell=(2, 2, 2))


def test_selection_is_checked_sorted_and_observed():
    viewer = StructureViewer(NACL)
    seen = []
    viewer.observe(lambda change: seen.append(change.new), "selected")
    viewer.select(3, [1, 3])
    assert viewer.selected == [1, 3]
    viewer.select()
    assert seen == [[1, 3], []]
    with pytest.raises(InvalidInputError, match="sites 0 to 7"):
        viewer.select(8)


def test_another_structure_clears_the_selection():
    viewer = StructureViewer(NACL)
    viewer.select(5)
    viewer.show(SILICON)
    assert viewer.selected == []
    assert Scene.from_json(viewer.scene).title == "Si"


def test_the_scene_is_replaced_only_as_a_whole():
    viewer = StructureViewer(NACL)
    with pytest.raises(Exception, match="read-only"):
        viewer.scene = {}
    with pytest.raises(Exception, match="representation"):
        viewer.representation = "cartoon"


def test_places_without_widgets_get_the_still():
    bundle = StructureViewer(NACL)._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["image/svg+xml"].startswith("<svg")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_bundle_is_small_enough(repository):
    bundle = (repository / "nanoos_lab/widgets/static/structure-viewer.js").read_bytes()
    assert len(bundle) <= 700_000
    assert len(gzip.compress(bundle)) <= 200_000


def test_importing_the_package_loads_no_widget_machinery():
    code = (
        "import sys, nanoos_lab.widgets as w; assert 'StructureViewer' in dir(w); "
        "heavy = {'anywidget', 'ipywidgets', 'traitlets', 'pymatgen', 'numpy'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
