"""Writing a report: an executed notebook as one HTML file that opens from disk, or as a PDF."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nanoos_lab.errors import InvalidInputError
from nanoos_lab.workflows.export.page import ReportInfo, render_page
from nanoos_lab.workflows.templates import read_notebook

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ReportInfo", "write_report"]


def write_report(notebook: Path, page: Path, info: ReportInfo) -> None:
    """Write a report; the file appears whole or not at all.

    Args:
        notebook: The executed notebook.
        page: Where it goes: ``.html`` or ``.pdf``.
        info: For its head and foot.

    Raises:
        InvalidInputError: The ending is another one.
        MissingProgramError: A PDF is asked for, and there is no Chromium.
    """
    executed, folder = read_notebook(notebook), str(notebook.parent)
    if page.suffix == ".pdf":
        from nanoos_lab.workflows.export.pdf import print_page  # noqa: PLC0415 - starts a browser

        content = print_page(render_page(executed, info, still=True, folder=folder))
    elif page.suffix == ".html":
        content = render_page(executed, info, folder=folder).encode()
    else:
        raise InvalidInputError(f"{page.name}: a report is written as .html or .pdf")
    partial = page.with_name(f"{page.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(page)
