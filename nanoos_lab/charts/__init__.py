"""Pictures of data: tidy tables in, figures and drawings out.

Every function here is pure: it takes a DataFrame or a small dataclass and returns a plotly figure with the
house look (:class:`~nanoos_lab.charts.figure.Chart`, which carries an SVG still of itself) or a string of
SVG or HTML. Nothing here knows a store, a run or a lab. Plotly is imported when the first figure is made.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Chart": "figure",
    "EosCurve": "birch",
    "RelaxationTrace": "curves",
    "bands_figure": "electrons",
    "barrier_figure": "barrier",
    "dos_figure": "electrons",
    "phonon_figure": "phonons",
    "stiffness_figure": "elastic",
    "thermal_figure": "phonons",
    "young_figure": "elastic",
    "comparison_html": "comparison",
    "comparison_svg": "comparison",
    "eos_figure": "curves",
    "HullPicture": "hull",
    "HullPoint": "hull",
    "hull_figure": "hull",
    "equation_of_state_svg": "still",
    "curves_svg": "spectra",
    "like_groups": "likeness",
    "parity_figure": "parity",
    "parity_statistics": "parity",
    "provenance_svg": "provenance",
    "ranking_figure": "ranking",
    "relaxation_figure": "curves",
    "scatter_figure": "scatter",
    "still_svg": "still",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
