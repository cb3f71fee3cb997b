"""Notebooks made on the spot, and a context that remembers what it was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nanoos_lab.errors import RunCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Listener:
    """A task's context: keeps the progress, and cancels where a word comes up."""

    folder: Path
    cancel_at: str = "\0"
    told: list[tuple[float | None, str]] = field(default_factory=list)

    def progress(self, fraction: float | None, message: str = "") -> None:
        self.told.append((fraction, message))
        if self.cancel_at in message:
            raise RunCancelledError("cancelled on request")


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    folder = tmp_path / "attempt folder"
    folder.mkdir()
    return Listener(folder)


@pytest.fixture
def template(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a notebook of headings (``# ...``) and cells, parameters first."""

    def write(*cells: str, parameters: str = "n: int = 1  # a number") -> Path:
        made = [new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        made += [new_markdown_cell(c) if c.startswith("#") else new_code_cell(c) for c in cells]
        kernel = {"name": "no-such-kernel", "display_name": "x", "language": "python"}
        path = tmp_path / "template.ipynb"
        nbformat.write(new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
        return path

    return write
