"""Which scripts a page holds, each once, and the policy under which no other can run and nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nanoos_lab.workflows.export.outputs import Kind

PAGE = Path(__file__).resolve().parent / "page"
"""The template, style sheet and script of pages."""


def scripts_for(kinds: Iterable[Kind]) -> list[str]:
    """Return the scripts that a page needs: plotly and the displays only where something is drawn by them.

    Args:
        kinds: What is drawn in the page.
    """
    drawn, found = set(kinds), []
    if "plot" in drawn:
        from plotly.offline.offline import get_plotlyjs  # noqa: PLC0415 - only for pages with figures

        found.append(get_plotlyjs())  # type: ignore[no-untyped-call]
    if "display" in drawn:  # it draws scenes too
        found.append(_bundle("displays-standalone.js"))
    elif "scene" in drawn:
        found.append(_bundle("scene-standalone.js"))
    found.append((PAGE / "report.js").read_text(encoding="utf-8"))
    return [_inlined(script) for script in found]


def policy_for(scripts: Iterable[str]) -> str:
    """Return a content security policy under which only these scripts run, and nothing is loaded from anywhere.

    Args:
        scripts: As they stand between their tags.
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    allowed = hashes or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; form-action 'none'; base-uri 'none'"
    )


def _bundle(name: str) -> str:
    return resources.files("nanoos_lab.widgets").joinpath("static", name).read_text(encoding="utf-8")


def _inlined(script: str) -> str:
    return script.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")
