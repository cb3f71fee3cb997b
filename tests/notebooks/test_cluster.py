"""The guide to one's cluster runs from top to bottom on a real SLURM, and each cell shows what it promises."""

from __future__ import annotations

import asyncio
import os
import re
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def executed(repository, tmp_path_factory, slurm_cluster):
    folder = tmp_path_factory.mktemp("cluster notebook")
    notebook = nbformat.read(repository / "notebooks" / "02-your-cluster.ipynb", as_version=4)
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], display_name="here"
    )
    client = NotebookClient(notebook, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}})
    asyncio.run(client.async_execute(env={**os.environ, **slurm_cluster.environment}))
    return notebook


def told(notebook, piece):
    """Return what the one cell that has this piece of source shows, as plain text."""
    (cell,) = [c for c in notebook.cells if c.cell_type == "code" and piece in c.source]
    shown = [
        o.data["text/plain"] for o in cell.outputs if o.output_type in {"execute_result", "display_data"}
    ]
    return "\n".join(
        shown + [o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout"]
    )


def test_every_cell_ran_without_a_word_on_stderr(executed):
    cells = [c for c in executed.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    assert [o.text for c in cells for o in c.outputs if o.get("name") == "stderr"] == []


def test_the_doctor_finds_the_nodes_like_this_machine(executed):
    said = told(executed, "doctor --profile")
    assert "a probe on cluster" in said
    assert "ok" in said
    assert not re.search(r"\b(missing|broken)\b", said), said


def test_a_batch_goes_on_without_its_kernel_and_is_collected_by_the_next(executed):
    said = told(executed, "lab.batch(name)")
    assert said.count("COMPLETED") == 4, said
    for name in ("MgO", "SrTiO3", "Al2O3", "TiO2-rutile"):
        assert name in said


def test_the_monitor_counts_the_runs(executed):
    assert re.search(
        r"RunMonitor: \d+ runs, .*(pending|queued|running|completed)", told(executed, "live=True")
    )


def test_what_fails_says_why(executed):
    assert "FAILED · site 0 (At): CHGNet" in told(executed, "astatine")


def test_what_it_took_and_what_more_would_take(executed):
    used = told(executed, "lab.usage(")
    assert re.search(r"cluster +6 ", used), used  # the probe, four oxides, and the one that failed
    assert "CPU-hours" in used
    assert re.search(
        r"4 runs of static: about .* CPU-hours; from 4 earlier runs", told(executed, "lab.estimate(")
    )
