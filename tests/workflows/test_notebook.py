from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from nanoos_lab.errors import InvalidInputError, NotebookError, NotebookTimeoutError, RunCancelledError
from nanoos_lab.runs.attempts.parent import inside_run
from nanoos_lab.workflows.kernel import excerpt
from nanoos_lab.workflows.notebook import NOTEBOOK, REPORT, NotebookParams, notebook, notebook_summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nanoos_lab.tasks import Outcome

pytestmark = pytest.mark.timeout(120)


def run(path: Path, listener: Any, **more: Any) -> Outcome:
    params = NotebookParams(template=str(path), lab="/labs/here", **more)
    return notebook({"structures": []}, params, listener)


def printed(listener: Any) -> str:
    executed = nbformat.read(listener.folder / NOTEBOOK, as_version=4)
    return "".join(o.get("text", "") for c in executed.cells for o in c.get("outputs", ()))


def test_it_runs_with_this_interpreter_its_parameters_and_its_parent(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    cell = "import os, sys\nprint(n, lab_path, sys.executable, os.environ['NANOOS_PARENT_RUN'], os.getcwd())"
    path = template("# T", cell, parameters='n: int = 1  # a\nlab_path: str = ""  # b')
    with inside_run("abc123"):
        outcome = run(path, listener, parameters={"n": "41"})
    assert printed(listener).split(" ", 4)[:4] == ["41", "/labs/here", sys.executable, "abc123"]
    assert str(listener.folder) in printed(listener)
    assert set(outcome.artifacts) == {NOTEBOOK, REPORT}
    assert all(p.is_file() and p.parent == listener.folder for p in outcome.artifacts.values())
    assert outcome.summary["title"] == "T"


def test_progress_counts_cells_and_reads_the_bars_that_cells_display(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    bar = (
        "from IPython.display import HTML, display\nimport threading\n"
        'display(HTML(\'<h4>relax</h4><div role="progressbar" aria-valuenow="50"></div><p>6 of 12</p>\'))\n'
        "threading.Event().wait(1.5)"
    )
    run(template("# T", "## Relaxation", bar, "1"), listener)
    assert (0.5, "Relaxation: relax: 6 of 12") in listener.told
    fractions = [f for f, _ in listener.told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_failing_cell_is_named_with_its_source_and_error_and_the_rest_is_kept(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    path = template(
        "# T", "print('before')", "x = 1\nraise ValueError('no <b>such</b> thing')", "print('after')"
    )
    with pytest.raises(NotebookError) as caught:
        run(path, listener)
    assert caught.value.cell == 3
    assert "ValueError: no <b>such</b> thing" in str(caught.value)
    assert "x = 1" in str(caught.value)
    assert str(listener.folder / NOTEBOOK) in str(caught.value)
    assert printed(listener).strip() == "before"


def test_a_kernel_that_dies_is_said_so(template: Callable[..., Path], listener: Any) -> None:
    with pytest.raises(NotebookError, match="the kernel died"):
        run(template("# T", "import os\nos._exit(9)"), listener)


def kernels() -> set[str]:
    out = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    mine = [line.split() for line in out.splitlines() if "ipykernel_launcher" in line and "nanoos-" in line]
    return {words[0] for words in mine}


WAIT = "import threading\nthreading.Event().wait(600)"


def test_a_deadline_ends_the_notebook_and_its_kernel(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    before = kernels()
    with pytest.raises(NotebookTimeoutError, match="in the part 'Long'"):
        run(template("# T", "## Long", WAIT), listener, deadline_s=1)
    assert kernels() <= before


def test_a_cancelled_run_stops_in_the_middle_of_a_cell(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    before = kernels()
    listener.cancel_at = "Long"
    with pytest.raises(RunCancelledError):
        run(template("# T", "## Long", WAIT), listener)
    assert kernels() <= before


def test_it_works_on_a_thread_and_inside_a_running_loop(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    import asyncio

    path, outcomes = template("# T", "print(n)"), []
    thread = threading.Thread(target=lambda: outcomes.append(run(path, listener)))
    thread.start()
    thread.join(60)
    assert len(outcomes) == 1

    async def inside() -> Outcome:
        return run(path, listener)

    assert asyncio.run(inside()).artifacts


def test_no_home_no_kernelspec_and_no_network_are_needed(
    template: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    code = (
        "import sys; from pathlib import Path; from nanoos_lab.workflows.kernel import Execution, execute\n"
        "execute(Path(sys.argv[1]), Path(sys.argv[2]) / 'o.ipynb', {'n': 2}, Execution(Path(sys.argv[2]), print))"
    )
    environment = {
        **os.environ,
        "HOME": "/nonexistent",
        "JUPYTER_PATH": "/nonexistent",
        "JUPYTER_DATA_DIR": "/nonexistent",
        "http_proxy": "http://127.0.0.1:9",
    }
    path = template("# T", "import socket\nprint(n)")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(out)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "2\n" in (out / "o.ipynb").read_text() or "2\\n" in (out / "o.ipynb").read_text()


def test_parameters_are_checked_before_anything_starts(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    with pytest.raises(InvalidInputError, match="'n' is int"):
        run(template("# T"), listener, parameters={"n": "many"})
    assert listener.told == []


def test_the_identity_follows_the_templates_bytes(template: Callable[..., Path]) -> None:
    path = template("# T")
    params = NotebookParams(template=str(path), lab="x")
    first = notebook.identity(params)
    path.write_text(path.read_text().replace("# T", "# U"))
    assert notebook.identity(params) != first


def test_what_the_notebook_says_of_itself_is_in_the_summary(
    template: Callable[..., Path],
    listener: Any,
) -> None:
    payload = json.dumps({"application/vnd.nanoos.summary+json": {"best": "MgO"}})
    outcome = run(
        template("# T", f"from IPython.display import display\ndisplay({payload}, raw=True)"), listener
    )
    assert outcome.summary["best"] == "MgO"
    assert notebook_summary(nbformat.v4.new_notebook()) == {}


def test_a_long_cell_is_shortened_in_the_message() -> None:
    text = excerpt("\n".join(f"line {i}" for i in range(40)))
    assert text.endswith("… 28 more lines")
