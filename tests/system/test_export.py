"""Pages and PDFs that nbconvert makes of an executed notebook, opened in Chromium from disk."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nanoos_lab.workflows.export.pdf import find_browser, print_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.system]
CELLS = [
    "import tempfile, nanoos_lab as nl, ipywidgets as w\nlab = nl.open(tempfile.mkdtemp() + '/lab')",
    (
        "sto = lab.add('SrTiO3.cif').rename('<img src=x onerror=alert(1)>')\n"
        "sto.note('</script><script>alert(2)</script>')"
    ),
    "run = lab.run('eos', sto, calculator='toy')\nrun.figure()",
    "lab.runs(live=True)",
    "sto.view()",
    "w.HBox([sto.view(), w.FloatText()])",
]
TEXT = r"""# The page
Inline $E = mc^2$ in a line, and in one of its own:

$$V = \frac{a^3}{4}$$
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebook") / "shown things.ipynb"
    cells = [new_markdown_cell(TEXT), *(new_code_cell(source) for source in CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    convert("notebook", path, "--execute", "--inplace")
    return path


def convert(to: str, path: Path, *options: str) -> None:
    command = [sys.executable, "-m", "nbconvert", "--to", to, *options, path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def html(executed: Path) -> Path:
    convert("nanoos", executed)
    return executed.with_suffix(".html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_from_disk_turns_reads_and_asks_for_nothing(
    html: Path, new_page: Callable[..., Page], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(html.as_uri())
    page.wait_for_selector(".plot.drawn svg.main-svg")
    page.wait_for_selector(".nanoos-display.drawn")
    page.wait_for_function("() => document.querySelectorAll('.nanoos-scene canvas').length === 3")
    first = page.locator(".nanoos-scene").first
    first.scroll_into_view_if_needed()
    canvas = first.locator("canvas").first
    page.wait_for_function("() => document.querySelector('.nanoos-viewer[data-ready]')")
    before = canvas.evaluate("c => c.toDataURL()")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 150, box["y"] + 150)
    page.mouse.down()
    page.mouse.move(box["x"] + 230, box["y"] + 190)
    page.mouse.up()
    page.wait_for_function(
        "before => document.querySelector('.nanoos-scene canvas').toDataURL() !== before", arg=before
    )
    assert page.locator("math").count() == 2
    assert page.locator("math mfrac").is_visible()
    assert "FloatText" in page.inner_text(".absent")
    assert "<img src=x onerror=alert(1)>" in page.inner_text("main")
    assert page.evaluate("document.documentElement.dataset.nanoosTheme") == scheme
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_without_scripts_the_stills_remain(html: Path, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(html.as_uri())
    assert page.locator(".nanoos-scene svg").count() == 3
    assert page.locator(".plot img").is_visible()
    assert page.locator(".nanoos-display table").is_visible()


def test_a_pdf_has_still_pictures_and_words(executed: Path, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    convert("nanoos-pdf", executed)
    reader = pypdf.PdfReader(executed.with_suffix(".pdf"))
    words = "\n".join(page.extract_text() for page in reader.pages)
    assert reader.metadata.title == "The page"
    assert "<img src=x onerror=alert(1)>" in re.sub(r"\s+", " ", words)
    assert "FloatText" in words
    assert f"1 / {len(reader.pages)}" in words
    assert {round(float(page.mediabox.width)) for page in reader.pages} == {595}  # A4


def test_a_figure_without_a_still_is_drawn_before_it_is_printed(tmp_path: Path) -> None:
    import plotly.graph_objects as go

    from nanoos_lab.workflows.export.page import ReportInfo, render_page

    pypdf = pytest.importorskip("pypdf")
    spec = go.Figure(
        go.Scatter(y=[1, 3, 2]), {"xaxis": {"title": "steps of a foreign figure"}}
    ).to_plotly_json()
    output = nbformat.v4.new_output("display_data", data={"application/vnd.plotly.v1+json": spec})
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[output])])
    (tmp_path / "x.pdf").write_bytes(print_page(render_page(notebook, ReportInfo(title="T"), still=True)))
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "x.pdf").pages)
    assert "steps of a foreign figure" in words


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from nanoos_lab.errors import MissingBrowserError

    monkeypatch.setenv("NANOOS_BROWSER", "no-such-browser")
    with pytest.raises(MissingBrowserError, match="apt-get install chromium"):
        find_browser()


def test_a_report_of_a_lab_as_pdf(tmp_path: Path) -> None:
    import nanoos_lab as nl

    with nl.open(tmp_path / "lab") as lab:
        made: Any = lab.report("equation-of-state", [lab.add("MgO.cif")], calculator="toy", format="pdf")
        assert made.path.suffix == ".pdf"
        assert made.path.read_bytes().startswith(b"%PDF-")
