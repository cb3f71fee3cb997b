"""The live structure viewer and everything around it: linking, measuring, saving, and other people's viewers.

Names are imported when first used, as the viewer needs the extra ``notebook``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanoos_lab.widgets.viewer.linking import link, side_by_side, unlink
    from nanoos_lab.widgets.viewer.measuring import Measurement
    from nanoos_lab.widgets.viewer.others import view
    from nanoos_lab.widgets.viewer.widget import StructureViewer

__all__ = ["Measurement", "StructureViewer", "link", "side_by_side", "unlink", "view"]
_HOMES = {
    "Measurement": "measuring",
    "StructureViewer": "widget",
    "link": "linking",
    "side_by_side": "linking",
    "unlink": "linking",
    "view": "others",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the names above
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
