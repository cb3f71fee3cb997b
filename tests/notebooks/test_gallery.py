"""The gallery runs from top to bottom; each display has a still twin; a few stills look as they did when looked at.

After a wanted change of the look, renew the pictures with ``NANOOS_RENEW_REFERENCES=1 pytest
tests/notebooks/test_gallery.py``, and look at them before committing.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from PIL import Image

from nanoos_lab.scenes.pictures import png_of_svg

pytestmark = pytest.mark.system
VIEW = "application/vnd.jupyter.widget-view+json"
REFERENCES = Path(__file__).parent / "references"
STILLS = {
    "vectors": 'vectors="forces"',
    "pies": "StructureViewer(mixed",
    "planes": "planes=[(1, 1, 1)",
    "isosurface": 'isosurface=read_volumetric("ions.cube")',
}
"""Pictures that are compared, each with a piece of its cell."""
_DIFFERENT, _SHARE = 48, 0.02
"""A pixel differs by so much of 255; so many may (text, rounding)."""


@pytest.fixture(scope="module")
def executed(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    notebook = nbformat.read(repository / "notebooks" / "04-gallery.ipynb", as_version=4)
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], display_name="here"
    )
    client = NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
    asyncio.run(client.async_execute())
    return notebook, folder


def displays(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type in {"execute_result", "display_data"}:
                yield cell.source, output.data


def test_every_cell_ran_is_short_and_the_notebook_stays_small(executed):
    notebook, _ = executed
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    assert not [o for c in cells for o in c.outputs if o.output_type == "error"]
    assert max(len(c.source.splitlines()) for c in cells) <= 9
    assert len(nbformat.writes(notebook)) < 5_000_000


def test_every_display_has_its_twin(executed):
    shown = list(displays(executed[0]))
    widgets = [(source, data) for source, data in shown if VIEW in data]
    assert len(widgets) >= 12
    for source, data in widgets:
        assert any(mime.startswith("application/vnd.nanoos.") for mime in data), source
        assert "<svg" in data.get("image/svg+xml", "") or "<" in data.get("text/html", ""), source
    for source, data in shown:
        assert data.get("text/plain"), source


def test_no_display_is_a_bare_object(executed):
    bare = [data["text/plain"] for _, data in displays(executed[0]) if " object at 0x" in data["text/plain"]]
    assert bare == []


def test_pictures_are_written_without_a_browser(executed):
    kept = {path.suffix: path.read_bytes()[:5] for path in executed[1].glob("lfp.*")}
    assert set(kept) == {".png", ".svg", ".glb", ".html"}
    assert kept[".png"].startswith(b"\x89PNG")
    assert kept[".glb"].startswith(b"glTF")


@pytest.mark.parametrize("name", STILLS)
def test_stills_look_like_their_references(executed, name):
    (svg,) = [d["image/svg+xml"] for source, d in displays(executed[0]) if STILLS[name] in source]
    seen = Image.open(io.BytesIO(png_of_svg(re.sub(r"[\d.]+ eV/Å", "", svg)))).convert("RGBA")
    ground = Image.new("RGBA", seen.size, "white")
    ground.alpha_composite(seen)
    picture, path = ground.convert("RGB"), REFERENCES / f"{name}.png"
    if os.environ.get("NANOOS_RENEW_REFERENCES"):
        path.parent.mkdir(exist_ok=True)
        picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    wanted = Image.open(path).convert("RGB")
    assert picture.size == wanted.size
    apart = np.abs(np.asarray(picture, int) - np.asarray(wanted, int)).max(axis=2)
    assert (apart > _DIFFERENT).mean() < _SHARE
