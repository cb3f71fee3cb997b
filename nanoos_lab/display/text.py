"""The same displays for terminals and for ``text/plain``, drawn by rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import RenderableType
    from rich.table import Table

WIDTH = 118

_STYLES = {
    "COMPLETED": "green", "RUNNING": "blue", "QUEUED": "blue", "SUBMITTING": "blue", "PENDING": "dim",
    "FAILED": "bold red", "LOST": "bold red", "CANCELLED": "yellow",
    "measured": "green", "computed": "blue", "predicted": "yellow",
}  # fmt: skip


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[str] = (), title: str = ""
) -> Table:
    """Return a rich table whose cells are plain text.

    Args:
        headers: Column names.
        rows: Cells, as many as headers; known states and origins are coloured.
        numeric: The columns that are right-aligned.
        title: Line above it.
    """
    from rich import box  # noqa: PLC0415 - rich loads when something is shown
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    right = set(numeric)
    whole = {*right, *headers[:1], "state", "when", "origin"}
    drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for header in headers:
        justify: Literal["left", "right"] = "right" if header in right else "left"
        drawn.add_column(header, justify=justify, overflow="fold", no_wrap=header in whole)
    for cells in rows:
        drawn.add_row(*(Text(str(cell), style=_STYLES.get(str(cell), "")) for cell in cells))
    return drawn


def stack(*parts: RenderableType | None) -> RenderableType:
    """Return parts below each other, leaving out None.

    Args:
        parts: Rich renderables or plain text.
    """
    from rich.console import Group  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    return Group(*(Text(p) if isinstance(p, str) else p for p in parts if p is not None))


def to_text(renderable: RenderableType, *, width: int = WIDTH) -> str:
    """Return a rich renderable as plain text.

    Args:
        renderable: What to draw.
        width: Characters in a line.
    """
    from rich.console import Console  # noqa: PLC0415

    console = Console(file=io.StringIO(), width=width, color_system=None, force_jupyter=False)
    with console.capture() as captured:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n")
