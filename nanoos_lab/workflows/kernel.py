"""Executing a notebook in a fresh kernel of this very interpreter, watched.

Papermill injects the parameters, saves after each cell and finds the failing one; the engine here gives it
a kernel that needs no installed kernelspec, no network and no writable home, tells progress while a cell
runs, and stops at a deadline or when the run is cancelled.
"""

from __future__ import annotations

import asyncio
import html
import logging
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import NotebookError, NotebookTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BAR = re.compile(r'role="progressbar"[^>]*?aria-valuenow="(\d+(?:\.\d+)?)"')
"""How HTML states progress, by WAI-ARIA: the bars of a cell's displays are read as the cell's progress."""
_HEAD = re.compile(r"<h4[^>]*>(.*?)</h4>", re.DOTALL)
_TAGS = re.compile(r"<style.*?</style>|<h4.*?</h4>|<[^>]*>", re.DOTALL)
_POLL_S, _TELL_S = 0.2, 1.0
_START_TIMEOUT_S = 120
_EXCERPT_LINES = 12


@dataclass(frozen=True)
class Execution:
    """How a notebook is to be executed."""

    folder: Path
    """The kernel's working directory."""
    progress: Callable[[float | None, str], None]
    """Told the done part and a line for people; what it raises stops the notebook."""
    deadline_s: float | None = None
    """Seconds that all cells together may take."""
    environment: Mapping[str, str] | None = None
    """Further environment variables of the kernel."""


def execute(template: Path, output: Path, parameters: Mapping[str, Any], execution: Execution) -> None:
    """Execute a notebook; the output is on disk after every cell, also when one fails.

    Args:
        template: The notebook.
        output: Where the executed one goes.
        parameters: Values by name.
        execution: How.

    Raises:
        NotebookError: A cell failed; the message holds its number, an excerpt and its error.
        NotebookTimeoutError: The deadline has passed.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        _execute(template, output, parameters, execution)
        return
    with ThreadPoolExecutor(1) as pool:  # a loop runs in this thread already: a notebook runs a notebook
        pool.submit(_execute, template, output, parameters, execution).result()


def _execute(template: Path, output: Path, parameters: Mapping[str, Any], execution: Execution) -> None:
    from papermill.engines import papermill_engines  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415
    from papermill.execute import execute_notebook  # noqa: PLC0415 - Jupyter is an extra

    # It warns of parameters that its line-by-line reader cannot see; ours has read them all.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    papermill_engines.register("nanoos", _engine())  # type: ignore[no-untyped-call]
    try:
        execute_notebook(  # type: ignore[no-untyped-call]
            str(template),
            str(output),
            parameters=dict(parameters),
            engine_name="nanoos",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            execution=execution,
        )
    except PapermillExecutionError as error:
        raise NotebookError(
            cell=error.exec_count or 0,
            excerpt=excerpt(error.source),
            reason=f"{error.ename}: {error.evalue}",
            output=str(output),
        ) from None


def excerpt(source: str) -> str:
    """Return the first lines of a cell.

    Args:
        source: Its code.
    """
    lines = source.strip().splitlines()
    more = [f"… {len(lines) - _EXCERPT_LINES} more lines"] if len(lines) > _EXCERPT_LINES else []
    return "\n".join([*lines[:_EXCERPT_LINES], *more])


def _engine() -> type:
    from papermill.engines import Engine  # noqa: PLC0415 - Jupyter is an extra

    class WatchedEngine(Engine):
        """Runs cells one by one while a watcher reports progress and minds deadline and cancellation."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG003
            with tempfile.TemporaryDirectory(prefix="nanoos-", ignore_cleanup_errors=True) as private:
                asyncio.run(_watched(nb_man, kwargs["execution"], Path(private)))

    return WatchedEngine


async def _watched(nb_man: Any, execution: Execution, private: Path) -> None:  # noqa: ANN401
    state = _Progress(sum(cell.cell_type == "code" for cell in nb_man.nb.cells))
    client = _client(nb_man, private, state)
    # Asked before the costly start, so that a run cancelled while it waited does not start a kernel.
    execution.progress(0.0, "starting the kernel")
    await client.async_start_new_kernel(env=_environment(execution, private), cwd=str(execution.folder))
    try:
        await client.async_start_new_kernel_client()
        cells = asyncio.ensure_future(_run_cells(client, nb_man, state))
        watcher = asyncio.ensure_future(_watch(state, execution))
        await asyncio.wait({cells, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if not cells.done():
            client.shutdown_kernel = "immediate"
            cells.cancel()
            await asyncio.gather(cells, return_exceptions=True)
            watcher.result()
        watcher.cancel()
        cells.result()
    finally:
        await client._async_cleanup_kernel()  # noqa: SLF001 - its public form installs signal handlers


@dataclass
class _Progress:
    total: int
    done: int = 0
    part: str = ""
    """The heading above the running cell."""
    inside: float = 0.0
    """What the running cell's own progress bar says, 0 to 1."""
    line: str = ""

    def start_cell(self) -> None:
        """Forget what the last cell said."""
        self.inside, self.line = 0.0, ""

    def hear(self, page: str) -> None:
        """Read a progress bar from HTML that the running cell displayed."""
        if found := _BAR.search(page):
            self.inside = min(float(found[1]) / 100, 1.0)
            head = _HEAD.search(page)
            words = " ".join(html.unescape(_TAGS.sub(" ", page)).split()).partition(" · ")[0]
            # What follows the first dot is time, and the run has a time of its own.
            self.line = ": ".join(filter(None, [html.unescape(head[1]) if head else "", words]))[:120]

    def now(self) -> tuple[float, str]:
        """Return the done part and a line for people."""
        message = ": ".join(filter(None, [self.part, self.line]))
        return (self.done + self.inside) / max(self.total, 1), message


async def _run_cells(client: Any, nb_man: Any, state: _Progress) -> None:  # noqa: ANN401
    from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: PLC0415 - Jupyter is an extra

    for index, cell in enumerate(nb_man.nb.cells):
        if cell.cell_type == "markdown":
            state.part = _heading(cell.source) or state.part
        state.start_cell()
        try:
            nb_man.cell_start(cell, index)
            await client.async_execute_cell(cell, index)
        except CellExecutionError as error:
            nb_man.cell_exception(cell, cell_index=index, exception=error)
            break
        except DeadKernelError:
            nb_man.cell_exception(cell, cell_index=index)
            reason = "the kernel died: it was killed, or the memory was not enough"
            number = client.code_cells_executed + 1
            raise NotebookError(number, excerpt(cell.source), reason, str(nb_man.output_path)) from None
        finally:
            nb_man.cell_complete(cell, cell_index=index)
        state.done += cell.cell_type == "code"


async def _watch(state: _Progress, execution: Execution) -> None:
    """Report progress when it changes, and at least once a second: that is where a cancelled run stops."""
    start = last = time.monotonic()
    told: tuple[float, str] | None = None
    while True:
        if execution.deadline_s is not None and time.monotonic() - start > execution.deadline_s:
            raise NotebookTimeoutError(
                f"the notebook was stopped after {execution.deadline_s:g} s in the part {state.part!r}: "
                "give a longer deadline_s, or less work"
            )
        now = state.now()
        if now != told or time.monotonic() - last > _TELL_S:
            told, last = now, time.monotonic()
            execution.progress(*now)
        await asyncio.sleep(_POLL_S)


def _heading(source: str) -> str:
    for line in source.splitlines():
        if line.startswith("#"):
            return line.lstrip("# ").strip()
    return ""


def _environment(execution: Execution, private: Path) -> dict[str, str]:
    """Return the kernel's environment: its own folders instead of the home's, one thread for numerics."""
    own = {
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_RUNTIME_DIR": str(private),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {"OMP_NUM_THREADS": "1", **os.environ, **own, **(execution.environment or {})}


def _client(nb_man: Any, private: Path, state: _Progress) -> Any:  # noqa: ANN401 - papermill's client
    from jupyter_client.kernelspec import KernelSpec  # noqa: PLC0415 - Jupyter is an extra
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415
    from papermill.clientwrap import PapermillNotebookClient  # noqa: PLC0415

    # Sockets of the file system, in a folder of our own: no port is opened, and their paths are short.
    manager = AsyncKernelManager(transport="ipc", connection_file=str(private / "kernel.json"))
    # IPython's history and a person's start-up files have no part in a recorded run.
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    launch += ["--HistoryManager.enabled=False", "--InteractiveShellApp.exec_PYTHONSTARTUP=False"]
    manager._kernel_spec = KernelSpec(argv=launch, display_name="Python", language="python")  # noqa: SLF001

    class ListeningClient(PapermillNotebookClient):
        """Hears what a running cell displays."""

        def process_message(self, msg: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            if msg["msg_type"] in {"display_data", "update_display_data"}:
                state.hear(str(msg["content"].get("data", {}).get("text/html", "")))
            return super().process_message(msg, *args, **kwargs)  # type: ignore[no-untyped-call]

    return ListeningClient(  # type: ignore[no-untyped-call]
        nb_man,
        km=manager,
        timeout=None,
        startup_timeout=_START_TIMEOUT_S,
        kernel_name="python3",
        store_widget_state=False,
        allow_errors=False,
    )
