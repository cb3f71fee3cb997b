"""Scenes in saved notebooks and exported pages."""

from __future__ import annotations

import json
import re

from pymatgen.core import Lattice, Structure

from nanoos_lab.scenes.scene import MIME_TYPE, Scene, scene_of
from nanoos_lab.widgets import scene_bundle, scene_div, scene_script

NACL = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])


def test_the_bundle_has_our_type_a_picture_and_text():
    bundle = scene_bundle(scene_of(NACL), text="NaCl, 8 sites")
    assert set(bundle) == {MIME_TYPE, "image/svg+xml", "text/plain"}
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"] == "NaCl, 8 sites"
    assert Scene.from_json(json.loads(json.dumps(bundle[MIME_TYPE]))).title == "NaCl"
    assert "text/html" in scene_bundle(scene_of(NACL), html=True)


def test_the_div_holds_still_and_data_and_cannot_break_out():
    scene = scene_of(NACL, title="</script><b>NaCl")
    div = scene_div(scene)
    assert div.count("</script>") == 1
    data = re.search(r'<script type="([^"]+)">(.*?)</script>', div, re.DOTALL)
    assert data.group(1) == MIME_TYPE
    assert Scene.from_json(json.loads(data.group(2))).title == "</script><b>NaCl"
    assert "<svg" in div
    assert "<b>" not in div


def test_the_script_is_one_element_without_outside_addresses():
    script = scene_script()
    assert script.startswith("<script>")
    assert script.count("</script") == 1
    addresses = re.findall(r"""["'`]((?:https?:)?//[a-z][^"'`]*)""", script)
    assert set(addresses) <= {
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/2000/svg",
    }  # a namespace is a name, not an address
