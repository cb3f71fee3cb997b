from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nanoos_lab import charts
from nanoos_lab.workflows.export.page import ReportInfo, render_page
from nanoos_lab.workflows.report import write_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVIL = "<script>document.title='owned'</script><img src='http://evil.example/x.png' onerror=\"document.title='owned'\">"


def display(data: dict[str, Any]) -> Any:
    return new_output("display_data", data=data)


def figure() -> Any:
    frame = pd.DataFrame(
        {"label": ["MgO", EVIL], "value": [154.0, 90.0], "uncertainty": [3.0, 2.0], "ranked": [True, True]}
    )
    return display(charts.ranking_figure(frame.assign(note=""), property="bulk_modulus")._repr_mimebundle_())


def scene() -> Any:
    from pymatgen.core import Lattice, Structure

    from nanoos_lab.scenes.scene import scene_of
    from nanoos_lab.scenes.svg import svg_of

    salt = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    drawn = scene_of(salt)
    payload = drawn.to_json() | {"title": f"NaCl {EVIL}", "facts": [["Formula", EVIL]]}
    still = svg_of(drawn, width=360, height=320)
    page = f"<style>.x{{}}</style><div>{still}</div>"
    return display({"application/vnd.nanoos.scene+json": payload, "text/html": page, "text/plain": "NaCl"})


def code(source: str, *outputs: Any) -> Any:
    return new_code_cell(source, outputs=list(outputs), execution_count=1)


@pytest.fixture
def page() -> str:
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# The title\nIntroduction."),
            new_markdown_cell("## First part"),
            code("secret = 1 < 2", figure()),
            new_markdown_cell("### Deeper"),
            code("s", scene(), scene()),
            code("t", new_output("stream", name="stdout", text="hello <b>\n")),
            code("u", new_output("stream", name="stderr", text="a warning")),
            code("h", display({"text/html": "<style>.x{}</style><p>table</p>"}), display({"text/html": ""})),
            code("m", display({"application/vnd.nanoos.summary+json": {"best": "MgO"}})),
            code("p", display({"image/png": base64.b64encode(b"\x89PNG").decode(), "text/plain": "pic"})),
        ]
    )
    return render_page(notebook, ReportInfo(lab="/labs/demo", project="default", run="abc", created_at=0.0))


def test_no_resource_is_loaded_from_an_address(page: str) -> None:
    soup = BeautifulSoup(page, "html.parser")
    for element in soup.find_all(True):
        assert element.name not in {"link", "iframe", "object", "embed", "base"}
        for name in ("src", "srcset", "data", "poster", "xlink:href", "href", "action"):
            if value := str(element.attrs.get(name, "")):
                assert value.startswith(("data:", "#")), f"<{element.name} {name}={value[:80]}>"
    styles = " ".join(
        [*(s.text for s in soup.find_all("style")), *(str(e["style"]) for e in soup.select("[style]"))]
    )
    assert not re.search(r"@import|url\(\s*[\"']?(?!data:|#)", styles)


def test_the_policy_allows_our_scripts_only_and_no_address(page: str) -> None:
    policy = re.search(r'content="(default-src[^"]*)"', page)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in rules["script-src"]
    assert rules["script-src"].count("sha256-") == page.count("<script>")
    assert "http" not in policy[1]


def test_head_and_contents(page: str) -> None:
    assert "<title>The title</title>" in page
    assert page.count("<h1") == 1
    assert "<b>Lab</b> demo" in page
    assert "1970-01-01 00:00 UTC" in page
    assert re.findall(r'<a href="#([^"]+)">', page)[:2] == ["First-part", "Deeper"]


def test_code_is_there_but_hidden_until_asked_for(page: str) -> None:
    assert 'details class="code"' in page
    assert "details.code{display:none" in page
    assert "secret" in page


def test_plotly_and_the_viewer_are_inlined_once_whatever_the_number_of_views(page: str) -> None:
    assert page.count("plotly.js v") == 1
    assert page.count('class="nanoos-scene"') == 2
    assert page.count("<script>") == 3
    assert len(page) < 15e6


def test_a_page_without_figures_is_small() -> None:
    page = render_page(new_notebook(cells=[new_markdown_cell("# T")]), ReportInfo())
    assert len(page) < 60_000
    assert page.count("<script>") == 1


def test_names_are_escaped_where_we_draw_them(page: str) -> None:
    assert EVIL not in page
    assert "\\u003cscript" in page


def test_what_is_for_machines_or_empty_leaves_no_trace(page: str) -> None:
    assert "vnd.nanoos.summary" not in page
    assert '<div class="html"></div>' not in page
    assert page.count(".x{}") == 1


def test_streams_are_text(page: str) -> None:
    assert "hello &lt;b&gt;" in page
    assert '<details class="messages">' in page


def test_a_failed_cell_shows_its_error() -> None:
    output = new_output("error", ename="ValueError", evalue="<b>", traceback=["\x1b[31mline\x1b[0m <i>"])
    page = render_page(new_notebook(cells=[code("x", output)]), ReportInfo(title="T"))
    assert "<b>ValueError</b>: &lt;b&gt;" in page
    assert "&lt;i&gt;" in page


def test_the_notebook_is_not_changed_and_the_file_is_whole(tmp_path: Path) -> None:
    import nbformat

    notebook = new_notebook(cells=[new_markdown_cell("# T"), code("x", figure())])
    before = json.dumps(notebook)
    render_page(notebook, ReportInfo())
    assert json.dumps(notebook) == before
    nbformat.write(notebook, tmp_path / "n.ipynb")
    write_report(tmp_path / "n.ipynb", tmp_path / "r.html", ReportInfo())
    assert (tmp_path / "r.html").read_text().rstrip().endswith("</html>")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["n.ipynb", "r.html"]


@pytest.fixture
def opened(page: str, tmp_path: Path, browse: Callable[[Path], Any]) -> Any:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    return browse(path)


LIT = """() => {
    const colours = [...document.querySelectorAll('.nanoos-scene canvas')].map((canvas) => {
        const copy = document.createElement('canvas');
        copy.width = canvas.width; copy.height = canvas.height;
        const pen = copy.getContext('2d'); pen.drawImage(canvas, 0, 0);
        const bytes = pen.getImageData(0, 0, copy.width, copy.height).data;
        return new Set(Array.from({length: 4000}, (_, i) => bytes.slice(148 * i, 148 * i + 3).join())).size;
    });
    return colours.length > 0 && colours.every((n) => n > 8);
}"""
"""Whether every 3D view shows more than a handful of colours."""


@pytest.mark.browser
def test_in_a_browser_from_disk_it_draws_all_and_asks_for_nothing(opened: Any) -> None:
    opened.wait_for_selector(".plot.drawn svg.main-svg", timeout=30_000)
    opened.wait_for_selector(".nanoos-scene canvas", timeout=30_000)
    opened.wait_for_function(LIT)
    assert opened.locator(".plot .scatterlayer .point").count() == 2
    assert opened.title() == "The title"
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.errors == []


@pytest.mark.browser
def test_the_switch_shows_and_hides_the_code(opened: Any) -> None:
    first = opened.locator("details.code").first
    assert not first.is_visible()
    opened.click("#code-toggle")
    assert first.is_visible()
    opened.click("#code-toggle")
    assert not first.is_visible()


@pytest.mark.browser
def test_an_output_that_holds_a_script_cannot_run_it(tmp_path: Path, browse: Callable[[Path], Any]) -> None:
    cell = code("x", display({"text/html": EVIL}))
    path = tmp_path / "evil.html"
    path.write_text(render_page(new_notebook(cells=[cell]), ReportInfo(title="safe")), encoding="utf-8")
    tab = browse(path)
    assert tab.title() == "safe"
    assert [url for url in tab.answered if url.startswith("http")] == []
