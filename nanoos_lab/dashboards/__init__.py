"""Dashboards: pages for people who do not write code, served by Voila from ``notebooks/dashboards``.

A notebook there holds one line; what it shows is made here from a lab's public verbs and the widgets of notebooks.
Which lab is opened is said by a field, the page's address (``?lab=FOLDER&project=NAME``), the variable ``NANOOS_LAB``,
or the nearest lab folder around the notebook. A dashboard looks: it starts no run by itself.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nanoos_lab.errors import UnknownNameError

if TYPE_CHECKING:
    from nanoos_lab.dashboards.frame import Dashboard

NAMES = ("materials-explorer", "runs-and-cluster", "model-comparison")
_HOMES = {"materials-explorer": "explorer", "runs-and-cluster": "cluster", "model-comparison": "comparison"}
_PACKAGE = Path(__file__).resolve().parent.parent


def notebooks_folder() -> Path:
    """Return the folder of the dashboards' notebooks, of the wheel or of the checkout."""
    shipped = _PACKAGE / "shipped" / "dashboards"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "notebooks" / "dashboards"


def notebook_of(name: str) -> Path:
    """Return the notebook of a dashboard.

    Args:
        name: One of :data:`NAMES`.

    Raises:
        UnknownNameError: There is no such dashboard.
    """
    if name not in NAMES:
        raise UnknownNameError("dashboard", name, NAMES)
    return notebooks_folder() / f"{name}.ipynb"


def dashboard(name: str, **options: Any) -> Dashboard:
    """Return a dashboard as a widget.

    Args:
        name: One of :data:`NAMES`.
        options: ``place`` and ``project`` of a lab, instead of what is found.

    Raises:
        UnknownNameError: There is no such dashboard.
    """
    if name not in NAMES:
        raise UnknownNameError("dashboard", name, NAMES)
    made: Dashboard = import_module(f"{__name__}.{_HOMES[name]}").make(**options)
    return made
