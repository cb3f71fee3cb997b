"""A run's structures beside each other, which turn together, with what is told of them: for displays in a browser.

The JSON is drawn by extensions/displays/src/scenes.ts with no kernel; ``details.run_html`` is its still twin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.lab import details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.store.schema import PropertyValueRow, RunRow

MIME_TYPE = "application/vnd.nanoos.scenes+json"
VERSION = 1


def run_payload(
    row: RunRow,
    values: Sequence[PropertyValueRow],
    heading: str,
    scenes: Sequence[tuple[str, Scene]],
    picture: str | None,
) -> dict[str, Any]:
    """Return the JSON of a run's display.

    Args:
        row: The run.
        values: Its values.
        heading: Task and structures.
        scenes: Each with its caption.
        picture: The still of its figure, as SVG.
    """
    summary = row.summary or {}
    tables = [_table(("", "before", "after", "change"), details.before_after(summary), numeric=3)]
    tables += _values(values)
    return {
        "schema": "nanoos.scenes",
        "version": VERSION,
        "title": heading,
        "state": row.state,
        "subtitle": details.state_line(row),
        "notes": [list(note) for note in details.notes_of(row)],
        "scenes": [{"caption": caption, "scene": scene.to_json()} for caption, scene in scenes],
        "facts": [list(fact) for fact in details.headline_of(summary)],
        "tables": [table for table in tables if table["rows"]],
        "picture": picture or "",
    }


def _values(values: Sequence[PropertyValueRow]) -> list[dict[str, Any]]:
    """Return values by origin and method, which are the captions."""
    cells = [details.value_cells(value) for value in values]
    methods = dict.fromkeys((c[2], c[3]) for c in cells)
    return [
        _table(
            ("property", "value", ""),
            [(c[0], c[1], c[4]) for c in cells if (c[2], c[3]) == method],
            caption=" · ".join(filter(None, method)),
        )
        for method in methods
    ]


def _table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: int = 0, caption: str = ""
) -> dict[str, Any]:
    return {
        "caption": caption,
        "headers": list(headers),
        "numeric": list(headers[1 : 1 + numeric]),
        "rows": [list(cells) for cells in rows],
    }
