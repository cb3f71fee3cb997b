"""An executed notebook as one HTML file that opens from disk, today and in ten years.

Everything it needs is inside: plotly once, the 3D viewer once, style and data. A content security policy
names our scripts by their hashes and allows no address at all, so neither a name in a file nor an output of
a notebook can run a script or call out. Figures and 3D views have stills for print and for pages without
scripts.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import time
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab._version import __version__
from nanoos_lab.scenes.scene import MIME_TYPE as SCENE_MIME
from nanoos_lab.workflows.templates import read_notebook

if TYPE_CHECKING:
    from collections.abc import Mapping

PLOTLY_MIME = "application/vnd.plotly.v1+json"
_PAGE = Path(__file__).resolve().parent / "page"
_TOC_MARK, _SCRIPTS_MARK = "<!--contents-->", "<!--scripts-->"
_HEADING = re.compile(r'<h([23]) id="([^"]+)"[^>]*>(.*?)(?:<a class="anchor-link".*?</a>)?</h\1>', re.DOTALL)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_PRIORITY = [
    PLOTLY_MIME, SCENE_MIME, "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg",
    "text/latex", "text/plain",
]  # fmt: skip


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


def write_report(notebook: Path, page: Path, info: ReportInfo) -> None:
    """Write a report; the file appears whole or not at all.

    Args:
        notebook: The executed notebook.
        page: Where the HTML goes.
        info: For its head and foot.
    """
    text = render_report(read_notebook(notebook), info)
    partial = page.with_name(f"{page.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(page)


def render_report(notebook: Any, info: ReportInfo) -> str:  # noqa: ANN401 - nbformat's NotebookNode, untyped
    """Return an executed notebook as one self-contained HTML page.

    Args:
        notebook: The notebook; it is not changed.
        info: For its head and foot.
    """
    from nbconvert import HTMLExporter  # noqa: PLC0415 - Jupyter is an extra
    from traitlets.config import Config  # noqa: PLC0415

    prepared, heading = _prepared(notebook)
    scripts = _scripts(prepared)
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=Config({"NbConvertBase": {"display_data_priority": _PRIORITY}}),
        template_name="nanoos",
        extra_template_basedirs=[str(_PAGE)],
        filters={"nanoos_plot": _plot, "nanoos_scene": _scene},
    )
    own = {
        "title": info.title or heading or "Report",
        "policy": _policy(scripts),
        "generator": f"nanoos-lab {__version__}",
        "css": _css(),
        "toc_mark": _TOC_MARK,
        "facts": _facts(info),
        "footer": _footer(info),
        "scripts_mark": _SCRIPTS_MARK,
    }
    body, _ = exporter.from_notebook_node(prepared, resources={"nanoos": own})
    page = _with_contents(_styles_once(body))
    # Put in last, so that nothing in between touches a byte that its hash covers.
    return page.replace(_SCRIPTS_MARK, "".join(f"<script>{script}</script>\n" for script in scripts), 1)


def _prepared(notebook: Any) -> tuple[Any, str]:  # noqa: ANN401
    """Return a copy without what a reader does not need, and its first heading."""
    import copy  # noqa: PLC0415 - used here alone

    nb, heading, cells = copy.deepcopy(notebook), "", []
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
    if not set(_PRIORITY) & set(data):
        return False
    page = data.get("text/html")
    return not (
        page is not None and not str(page).strip() and PLOTLY_MIME not in data and SCENE_MIME not in data
    )


def _scripts(notebook: Any) -> list[str]:  # noqa: ANN401
    """Return the scripts that the page needs: plotly and the viewer only where something is drawn by them."""
    kinds = {
        kind
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        for kind in output.get("data", ())
    }
    scripts = []
    if PLOTLY_MIME in kinds:
        from plotly.offline.offline import get_plotlyjs  # noqa: PLC0415 - only for pages with figures

        scripts.append(get_plotlyjs())  # type: ignore[no-untyped-call]
    if SCENE_MIME in kinds:
        viewer = resources.files("nanoos_lab.widgets").joinpath("static", "scene-standalone.js")
        scripts.append(viewer.read_text(encoding="utf-8"))
    scripts.append((_PAGE / "report.js").read_text(encoding="utf-8"))
    return [
        s.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--") for s in scripts
    ]


def _policy(scripts: list[str]) -> str:
    """Return a policy under which only these scripts run, and nothing is loaded from anywhere."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; form-action 'none'; base-uri 'none'"
    )


@cache
def _css() -> str:
    from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped] # noqa: PLC0415 - comes with nbconvert

    light = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    dark = HtmlFormatter(style="nord-darker").get_style_defs(".highlight")
    clear = ".highlight,.highlight pre{background:none!important}"
    own = (_PAGE / "report.css").read_text(encoding="utf-8")
    return f"{own}{light}\n@media (prefers-color-scheme:dark){{{dark}}}{clear}"


def _facts(info: ReportInfo) -> list[tuple[str, str]]:
    made = (
        "" if info.created_at is None else time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(info.created_at))
    )
    lab = Path(info.lab).name if info.lab else ""
    pairs = [("Date", made), ("Lab", lab), ("Project", info.project), ("Run", info.run)]
    return [(name, value) for name, value in pairs if value]


def _footer(info: ReportInfo) -> str:
    made = f"Made by NANO-OS Lab {__version__}"
    if info.template:
        made += f" from the template {info.template!r}"
    if info.template_sha256:
        made += f" (SHA-256 {info.template_sha256[:16]}…)"
    return f"{made}. This file holds all it shows and loads nothing."


def _json_block(payload: Any, kind: str) -> str:  # noqa: ANN401
    """Return JSON as a data block that no text inside can close."""
    text = json.dumps(payload, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="{kind}">{text}</script>'


def _image(svg: str, words: str) -> str:
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{html.escape(words, quote=True)}" src="data:image/svg+xml;base64,{data}">'


def _plot(payload: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return a figure: its JSON for the script, and its still for print and for pages without scripts."""
    still = _image(str(data["image/svg+xml"]), "figure") if "image/svg+xml" in data else ""
    config = {**payload.get("config", {}), "displaylogo": False, "responsive": True, "plotlyServerURL": ""}
    spec = {"data": payload["data"], "layout": payload.get("layout", {}), "config": config}
    return f'<div class="plot">{still}{_json_block(spec, "application/json")}</div>'


def _scene(payload: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return a 3D view with the facts that its payload carries, and a still inside it.

    The viewer hides the still when it can draw; what an ``<svg>`` may smuggle in, the policy keeps from running.
    """
    found = _SVG.search(str(data.get("image/svg+xml") or data.get("text/html", "")))
    still = found[0] if found else ""
    view = f'<div class="nanoos-scene">{_json_block(payload, SCENE_MIME)}{still}</div>'
    rows = "".join(
        f"<tr><th>{html.escape(str(name))}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in payload.get("facts", ())
    )
    title = f"<h4>{html.escape(str(payload['title']))}</h4>" if payload.get("title") else ""
    return f'<div class="nanoos-scene-frame">{view}<div>{title}<table>{rows}</table></div></div>'


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
