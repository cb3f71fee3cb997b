"""Putting a page together: one HTML file that opens from disk, today and in ten years.

Everything it needs is inside: plotly once, the 3D viewer once, style and data. A content security policy
names our scripts by their hashes and allows no address at all, so neither a name in a file nor an output of
a notebook can run a script or call out. Figures and 3D views have stills for print and for pages without
scripts.
"""

from __future__ import annotations

import copy
import re
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab._version import __version__
from nanoos_lab.display.look import look_css
from nanoos_lab.workflows.export.formulas import markdown
from nanoos_lab.workflows.export.outputs import PLOTLY_MIME, SHOWN, draw_output
from nanoos_lab.workflows.export.saved_widgets import SavedWidgets
from nanoos_lab.workflows.export.scripts import PAGE, policy_for, scripts_for

if TYPE_CHECKING:
    from nanoos_lab.workflows.export.outputs import Kind

_TOC_MARK, _SCRIPTS_MARK, _POLICY_MARK = "<!--contents-->", "<!--scripts-->", "nanoos-policy-of-this-page"
_HEADING = re.compile(r'<h([23]) id="([^"]+)"[^>]*>(.*?)(?:<a class="anchor-link".*?</a>)?</h\1>', re.DOTALL)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


@dataclass(frozen=True)
class ReportInfo:
    """What the head and the foot of a report say."""

    title: str = ""
    """By default the notebook's first heading."""
    lab: str = ""
    project: str = ""
    template: str = ""
    template_sha256: str = ""
    run: str = ""
    created_at: float | None = None
    """UTC seconds since 1970; None leaves the date out."""


def render_page(notebook: Any, info: ReportInfo, *, still: bool = False, folder: str = "") -> str:  # noqa: ANN401
    """Return an executed notebook as one self-contained HTML page.

    Args:
        notebook: The notebook, nbformat's ``NotebookNode``; it is not changed.
        info: For its head and foot.
        still: Whether for paper: pictures in place of what moves, and no script where one can do without.
        folder: Where pictures that its Markdown names by relative paths lie; they are taken into the page.
    """
    from nbconvert import HTMLExporter  # noqa: PLC0415 - Jupyter is an extra

    prepared, heading = _prepared(notebook)
    widgets = SavedWidgets.of(notebook)
    kinds: set[Kind] = set()

    def output(data: Any) -> str:  # noqa: ANN401 - nbformat's
        drawn, needed = draw_output(data, widgets, still=still)
        kinds.update(needed)
        return drawn

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="nanoos",
        extra_template_basedirs=[str(PAGE)],
        filters={
            "nanoos_output": output,
            "nanoos_markdown": lambda cell: markdown(cell.source, cell.get("attachments"), folder),
        },
    )
    own = {
        "title": info.title or heading or "Report",
        "policy": _POLICY_MARK,
        "generator": f"nanoos-lab {__version__}",
        "css": _css(),
        "toc_mark": _TOC_MARK,
        "facts": _facts(info),
        "footer": _footer(info, still=still),
        "scripts_mark": _SCRIPTS_MARK,
        "still": still,
    }
    body, _ = exporter.from_notebook_node(prepared, resources={"nanoos": own})
    scripts = [] if still and "plot" not in kinds else scripts_for(kinds)
    page = _with_contents(_styles_once(body)).replace(_POLICY_MARK, policy_for(scripts), 1)
    # Put in last, so that nothing in between touches a byte that its hash covers.
    return page.replace(_SCRIPTS_MARK, "".join(f"<script>{script}</script>\n" for script in scripts), 1)


def _prepared(notebook: Any) -> tuple[Any, str]:  # noqa: ANN401
    """Return a copy without what a reader does not need, and its first heading."""
    nb, heading, cells = copy.deepcopy(notebook), "", []
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        if "papermill-error-cell-tag" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown" and not heading:
            heading, cell.source = _without_title(cell.source)
        if cell.cell_type == "code":
            cell.outputs = [_as_display(output) for output in cell.outputs if _shown(output)]
        cells.append(cell)
    nb.cells = cells
    return nb, heading


def _without_title(source: str) -> tuple[str, str]:
    lines = source.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("# "):
            return line[2:].strip(), "\n".join([*lines[:index], *lines[index + 1 :]])
    return "", source


def _as_display(output: Any) -> Any:  # noqa: ANN401
    if output.output_type == "execute_result":
        output.output_type = "display_data"
        output.pop("execution_count", None)
    return output


def _shown(output: Any) -> bool:  # noqa: ANN401
    """Whether an output is more than a finished progress bar or a value for machines."""
    data = output.get("data")
    if data is None:
        return True
    known = set(SHOWN) & set(data)
    drawn = known & {PLOTLY_MIME, *SHOWN[1:6]}
    page = data.get("text/html")
    return bool(known) and not (page is not None and not str(page).strip() and not drawn)


@cache
def _css() -> str:
    from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped] # noqa: PLC0415 - comes with nbconvert

    light = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    dark = HtmlFormatter(style="nord-darker").get_style_defs(".highlight")
    clear = ".highlight,.highlight pre{background:none!important}"
    own = (PAGE / "report.css").read_text(encoding="utf-8")
    return f"{look_css()}{own}{light}\n@media (prefers-color-scheme:dark){{{dark}}}{clear}"


def _facts(info: ReportInfo) -> list[tuple[str, str]]:
    made = (
        "" if info.created_at is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(info.created_at))
    )
    lab = Path(info.lab).name if info.lab else ""
    pairs = [("Date", made), ("Lab", lab), ("Project", info.project), ("Run", info.run)]
    return [(name, value) for name, value in pairs if value]


def _footer(info: ReportInfo, *, still: bool) -> str:
    made = f"Made by NANO-OS Lab {__version__}"
    if info.template:
        made += f" from the template {info.template!r}"
    if info.template_sha256:
        made += f" (SHA-256 {info.template_sha256[:16]}…)"
    return f"{made}." if still else f"{made}. This file holds all it shows and loads nothing."


def _styles_once(body: str) -> str:
    """Drop style sheets that an earlier display has brought already."""
    seen: set[str] = set()

    def once(match: re.Match[str]) -> str:
        if match[0] in seen:
            return ""
        seen.add(match[0])
        return match[0]

    return _STYLE.sub(once, body)


def _with_contents(body: str) -> str:
    items = [
        f'<li class="{"deep" if level == "3" else ""}"><a href="#{anchor}">{re.sub("<[^>]*>", "", text)}</a></li>'
        for level, anchor, text in _HEADING.findall(body)
    ]
    return body.replace(_TOC_MARK, f"<ol>{''.join(items)}</ol>", 1)
