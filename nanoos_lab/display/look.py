"""The one design language: spacing, type, colours and states of every display, in Python and in the browser.

``look.css`` holds what style sheets use, as custom properties of ``.nanoos`` and ``.nanoos-ui``; ``look.json`` holds
what code draws with: the tone and symbol of every state and origin, the colours of series, and scales. The browser's
bundles are built from the same two files. Series are Okabe and Ito's (https://jfly.uni-koeln.de/color/); the sequential
scale is cividis (Nuñez, Anderton and Renslow, PLOS ONE 13, e0199239, 2018), the diverging one ColorBrewer's RdBu: all
three stay apart for colour-blind readers, and states differ by symbol and word as well.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = "#9aa0a6"
"""Colour of what has no value."""


class Sign(BaseModel):
    """How one state or origin is told: never by colour alone."""

    model_config = ConfigDict(frozen=True)

    tone: str
    """``good``, ``busy``, ``warn``, ``bad`` or ``idle``."""
    symbol: str
    """A character for a state, a plotly symbol for an origin."""
    color: str = ""
    """In figures, where the tone's own is not meant."""


class Look(BaseModel):
    """What code draws with."""

    model_config = ConfigDict(frozen=True)

    states: dict[str, Sign]
    origins: dict[str, Sign]
    series: tuple[str, ...]
    """Colours of groups, in this order."""
    scales: dict[str, tuple[str, ...]]
    """Evenly spaced colours from low to high: ``sequential`` and ``diverging``."""


@functools.cache
def look() -> Look:
    """Return states, origins, series and scales."""
    return Look.model_validate(json.loads(_read("look.json")))


@functools.cache
def look_css() -> str:
    """Return the custom properties as a style sheet."""
    return _read("look.css")


def scale_colors(
    values: NDArray[np.floating], low: float, high: float, scale: str = "sequential"
) -> list[str]:
    """Return the colours of values on a scale.

    Args:
        values: Shape (n,); what is not finite gets :data:`UNKNOWN`.
        low: Value of the scale's first colour.
        high: Value of its last one; what lies outside gets the nearer end.
        scale: ``sequential`` or ``diverging``.
    """
    stops = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in look().scales[scale]], float)
    width = high - low if high > low else 1.0
    place = np.clip((np.asarray(values, float) - low) / width, 0.0, 1.0) * (len(stops) - 1)
    known = np.isfinite(place)
    grid = np.arange(len(stops))
    channels = np.stack([np.interp(np.where(known, place, 0.0), grid, stops[:, k]) for k in range(3)], axis=1)
    named = ["#{:02x}{:02x}{:02x}".format(*rgb) for rgb in np.rint(channels).astype(int)]
    return [name if ok else UNKNOWN for name, ok in zip(named, known, strict=True)]


def _read(name: str) -> str:
    return resources.files("nanoos_lab.display").joinpath(name).read_text(encoding="utf-8")
