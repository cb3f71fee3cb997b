"""The notebook of the models runs from top to bottom, says what a number is worth, and needs no live widget."""

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
    folder = tmp_path_factory.mktemp("models notebook")
    notebook = nbformat.read(repository / "notebooks" / "05-models.ipynb", as_version=4)
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], display_name="here"
    )
    client = NotebookClient(notebook, km=manager, timeout=600, resources={"metadata": {"path": str(folder)}})
    asyncio.run(client.async_execute())
    return notebook


def shown(notebook, piece, kind="text/plain"):
    """Return what the one cell that has this piece of source shows."""
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and piece in c.source]
    return "\n".join(
        o.data.get(kind, "") for o in cell.outputs if o.output_type in {"execute_result", "display_data"}
    )


def test_every_cell_ran_and_the_notebook_stays_small(executed):
    cells = [c for c in executed.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    text = nbformat.writes(executed)
    assert "widget-view" not in text
    assert len(text) < 2_500_000


def test_a_prediction_says_what_it_is_worth(executed):
    page = shown(executed, 'lab.predict(sto, predictor="nanoos-gnn")', "text/html")
    assert "rows that no model had seen" in page
    assert re.search(r"quarter by distance from the training data, where it held for \d+\s% of \d+", page)
    assert "Learned from PBE gaps" in page
    assert "outside the model's domain" in shown(executed, 'lab.structure("Cu")')


def test_contributions_are_drawn_and_hulls_come_from_runs(executed):
    assert "<svg" in shown(executed, "lab.explain(sto)", "text/html")
    assert "Al2O3 + MgO" in shown(executed, '"MgAl2O4"')
    assert "structures on the hull" in shown(executed, "for name in names")
    assert "2 runs: 2 completed" in shown(executed, 'lab.runs(task="hull")')


def test_models_are_compared_and_a_tuned_one_predicts_by_its_name(executed):
    assert "held against measured values" in shown(executed, "compare_models").replace("\n", " ")
    assert "my-energy" in shown(executed, "lab.train(")
    assert "my-energy" in shown(executed, "lab.models")
    assert "my-energy 1 · at the geometry as given" in shown(executed, 'predictor="my-energy")')
