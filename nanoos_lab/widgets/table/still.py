"""The first rows of a table where no kernel answers: as JSON that sorts and filters itself, and as plain HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIME_TYPE = "application/vnd.nanoos.table+json"
SCHEMA, VERSION = "nanoos.table", 1
ROWS, PAGE_ROWS, STILLS = 200, 30, 20
"""How many rows the JSON and the page hold, and how many of the first have thumbnails."""


def still_payload(
    state: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], stills: Mapping[str, str]
) -> dict[str, Any]:
    """Return the first rows of a table as JSON.

    Args:
        state: The table's columns and counts.
        rows: The first rows.
        stills: Thumbnails of some of them.
    """
    kept = {name: state[name] for name in ("title", "columns", "total", "matching", "methods", "height")}
    return {"schema": SCHEMA, "version": VERSION, **kept, "rows": list(rows), "stills": dict(stills)}


def still_html(payload: Mapping[str, Any]) -> str:
    """Return the first rows of a table as HTML that needs no script.

    Args:
        payload: As of :func:`still_payload`.
    """
    columns, rows = payload["columns"], payload["rows"][:PAGE_ROWS]
    heads = [f"{c['label']} / {c['unit']}" if c["unit"] else c["label"] for c in columns]
    right = [head for head, c in zip(heads, columns, strict=True) if c["kind"] != "text"]
    drawn = html.table(heads, [[_cell(cell) for cell in row["cells"]] for row in rows], numeric=right)
    notes = [html.note(said, tone="warn") for said in _methods(payload) if "SYNTHETIC" in said]
    quiet = [html.note(said, tone="idle") for said in _methods(payload) if "SYNTHETIC" not in said]
    more = f", the first {len(rows)} shown" if payload["matching"] > len(rows) else ""
    return html.block(drawn, *notes, *quiet, title=f"{payload['title']}: {payload['matching']:,} rows{more}")


def _methods(payload: Mapping[str, Any]) -> list[str]:
    """Return whose values stand in the columns of properties."""
    said = []
    for column in payload["columns"]:
        methods = column.get("methods") or []
        if methods:
            chosen = methods[payload["methods"].get(column["key"], 0)]
            said.append(f"{column['label']}: {chosen['label']}")
    return said


def _cell(cell: Any) -> str:  # noqa: ANN401 - a text, or what belongs to a number
    if not isinstance(cell, dict):
        return str(cell or "")
    spread = f" ± {cell['s']}" if cell.get("s") else ""
    flags = f" ({'; '.join(cell['f'])})" if cell.get("f") else ""
    return f"{cell['t']}{spread}{flags}"
