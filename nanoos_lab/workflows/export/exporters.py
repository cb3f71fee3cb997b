"""What ``jupyter nbconvert --to nanoos`` and ``--to nanoos-pdf`` call, and JupyterLab's *Save and Export As* menu."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Unicode

from nanoos_lab.workflows.export.page import ReportInfo, render_page


class NanoosExporter(Exporter):
    """An executed notebook as one HTML file that opens from disk, with no network, and still turns.

    Example:
        ``jupyter nbconvert --to nanoos gallery.ipynb``
    """

    export_from_notebook = "NANO-OS page (HTML, works offline)"
    output_mimetype = "text/html"
    title = Unicode("", help="The page's title; by default the notebook's first heading.").tag(config=True)

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # as HTMLExporter's: text, not a notebook
        self,
        nb: Any,  # noqa: ANN401 - nbformat's NotebookNode
        resources: Any = None,  # noqa: ANN401 - nbconvert's dictionary
        **kw: Any,
    ) -> tuple[str | bytes, dict[str, Any]]:
        """Return the page, and nbconvert's resources.

        Args:
            nb: The notebook.
            resources: Of nbconvert: the notebook's name and folder, among others.
            **kw: Not used; nbconvert passes them on.
        """
        prepared, resources = super().from_notebook_node(nb, resources, **kw)
        resources["output_extension"] = self.file_extension
        return self._page(prepared, resources), resources

    def _page(self, notebook: Any, resources: dict[str, Any], *, still: bool = False) -> str | bytes:  # noqa: ANN401
        about = resources.get("metadata", {})
        name = "" if about.get("name", "Notebook") == "Notebook" else str(about["name"])
        headed = any(
            cell.cell_type == "markdown" and any(line.startswith("# ") for line in cell.source.splitlines())
            for cell in notebook.cells
        )
        info = ReportInfo(title=self.title or ("" if headed else name))
        return render_page(notebook, info, still=still, folder=str(about.get("path", "")))


class NanoosPDFExporter(NanoosExporter):
    """The same page as a PDF with still pictures, printed by Chromium.

    Example:
        ``jupyter nbconvert --to nanoos-pdf gallery.ipynb``
    """

    export_from_notebook = "NANO-OS page (PDF)"
    output_mimetype = "application/pdf"

    def _file_extension_default(self) -> str:
        return ".pdf"

    def _page(self, notebook: Any, resources: dict[str, Any], *, still: bool = True) -> str | bytes:  # noqa: ANN401
        from nanoos_lab.workflows.export.pdf import print_page  # noqa: PLC0415 - starts a browser

        page = super()._page(notebook, resources, still=still)
        assert isinstance(page, str)  # noqa: S101 - what the parent made
        return print_page(page)
