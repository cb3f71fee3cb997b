"""The first notebook runs from top to bottom, each line shows something, and all of it reads without a kernel."""

from __future__ import annotations

import asyncio
import re
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def executed(repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(repository / "notebooks" / "01-first-steps.ipynb", as_version=4)
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], display_name="here"
    )
    client = NotebookClient(notebook, km=manager, timeout=600, resources={"metadata": {"path": str(folder)}})
    asyncio.run(client.async_execute())
    return notebook, folder


def shown(cell):
    return [o.data for o in cell.outputs if o.output_type in {"execute_result", "display_data"}]


def test_every_cell_ran_and_shows_what_its_last_line_asks_for(executed):
    notebook, _ = executed
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    for cell in cells[1:]:
        assert shown(cell), cell.source
        assert all(d.get("text/html") or d.get("text/plain") for d in shown(cell)), cell.source


def test_the_crystal_turns_without_a_kernel_and_has_a_still(executed):
    notebook, _ = executed
    (cell,) = [c for c in notebook.cells if c.source.endswith("\nsto")]
    (data,) = shown(cell)
    assert data["application/vnd.nanoos.scene+json"]["facts"][0] == ["Formula", "SrTiO3"]
    assert "<svg" in data["text/html"]


def test_nothing_needs_a_live_widget_and_the_notebook_stays_small(executed):
    notebook, _ = executed
    text = nbformat.writes(notebook)
    assert "widget-view" not in text
    assert len(text) < 1_500_000


def test_there_is_a_report(executed):
    _, folder = executed
    (report,) = (folder / "titanates" / "reports").glob("screening-*.html")
    assert "SrTiO" in report.read_text(encoding="utf-8")


def test_it_is_the_session_of_the_readme(repository, executed):
    readme = (repository / "README.md").read_text(encoding="utf-8")
    (session,) = re.findall(r"^```ipython\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    wanted = [line.partition("  #")[0].strip() for line in session.splitlines() if line.strip()]
    source = "\n".join(c.source for c in executed[0].cells if c.cell_type == "code")
    assert [line for line in wanted if line not in source] == []
