"""What people look at and touch: the structure viewer, prediction cards, and their still twins.

Names are imported when first used; importing this package imports neither anywidget nor pymatgen.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.widgets.batch import BatchMonitor
    from nanoos_lab.widgets.cards import Card, PredictionCards, cards_html
    from nanoos_lab.widgets.cards.live import LiveCards
    from nanoos_lab.widgets.export import scene_bundle, scene_div, scene_page, scene_script
    from nanoos_lab.widgets.monitor import RunMonitor
    from nanoos_lab.widgets.table import MaterialTable
    from nanoos_lab.widgets.viewer import StructureViewer, link, side_by_side, unlink, view

__all__ = [
    "BatchMonitor",
    "Card",
    "LiveCards",
    "MaterialTable",
    "PredictionCards",
    "RunMonitor",
    "StructureViewer",
    "cards_html",
    "link",
    "scene_bundle",
    "scene_div",
    "scene_page",
    "scene_script",
    "side_by_side",
    "unlink",
    "view",
]
_HOMES = {
    "BatchMonitor": "batch",
    "Card": "cards",
    "LiveCards": "cards.live",
    "MaterialTable": "table",
    "PredictionCards": "cards",
    "RunMonitor": "monitor",
    "StructureViewer": "viewer",
    "cards_html": "cards",
    "link": "viewer",
    "scene_bundle": "export",
    "scene_div": "export",
    "scene_page": "export",
    "scene_script": "export",
    "side_by_side": "viewer",
    "unlink": "viewer",
    "view": "viewer",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the names above
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
