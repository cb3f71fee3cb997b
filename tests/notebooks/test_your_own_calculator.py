"""The guide to a calculator of one's own runs from top to bottom, and each cell shows what it promises."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def executed(repository, tmp_path_factory, require):
    require(importlib.util.find_spec("tblite"), "tblite is not installed: pip install tblite")
    folder = tmp_path_factory.mktemp("calculator notebook")
    notebook = nbformat.read(repository / "notebooks" / "03-your-own-calculator.ipynb", as_version=4)
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], display_name="here"
    )
    client = NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
    asyncio.run(client.async_execute())
    return notebook, folder


def told(executed, piece):
    """Return what the one cell that has this piece of source shows, as plain text."""
    (cell,) = [c for c in executed[0].cells if c.cell_type == "code" and piece in c.source]
    shown = [
        o.data["text/plain"] for o in cell.outputs if o.output_type in {"execute_result", "display_data"}
    ]
    return "\n".join(shown + [o.text for o in cell.outputs if o.output_type == "stream"])


def test_every_cell_ran(executed):
    cells = [c for c in executed[0].cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))


def test_the_module_has_less_than_60_lines(executed):
    assert len((executed[1] / "xtb_calculator.py").read_text(encoding="utf-8").splitlines()) < 60


def test_it_holds_together_and_refuses_with_a_reason(executed):
    report = re.search(r"force=([\d.e-]+), stress=([\d.e-]+)", told(executed, "check_calculator(get"))
    assert float(report[1]) < 5e-3
    assert float(report[2]) < 1e-3
    refusals = told(executed, "GFN3-xTB")
    assert "Input should be 'GFN1-xTB' or 'GFN2-xTB'" in refusals
    assert "site 0 (Cs): xTB was never trained on Cs" in refusals


def test_the_two_methods_stand_side_by_side_with_what_is_known_against_one(executed):
    said = told(executed, "lab.compare(")
    assert "GFN1-xTB" in said
    assert "CHGNet 0.3.0" in said
    assert "Γ alone" in said
    volumes = sorted(float(v) for v in re.findall(r"^ ([\d.]+) Å³/atom", said, re.MULTILINE))
    # the measured 14.8 lies between the dispersion-bound and the unbound crystal
    assert len(volumes) == 2
    assert volumes[0] < 14.8 < volumes[1]
