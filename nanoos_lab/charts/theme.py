"""The house look: colours, symbols and fonts that every picture shares.

Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which stay apart for colour-blind
readers; text and grid are greys that read on white and on black. Origin is told by colour *and* symbol.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nanoos_lab.properties import Origin, get_property

if TYPE_CHECKING:
    from collections.abc import Iterable

BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, GREY = "#56B4E9", "#CC79A7", "#8A8F98"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY)
"""Colours of a series of groups, in this order."""

INK = "#737A86"
"""Text and axes: contrast above 4:1 on white and on near-black."""
FAINT = "rgba(128,136,150,0.28)"
"""Grid lines and frames."""
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"


@dataclass(frozen=True)
class Mark:
    """How one kind of thing is drawn."""

    color: str
    symbol: str
    """A plotly symbol: ``circle``, ``diamond``, ``square``, ``x`` or one of these with ``-open``."""
    word: str


ORIGIN_MARKS = {
    Origin.PREDICTED: Mark(ORANGE, "diamond", "predicted"),
    Origin.COMPUTED: Mark(BLUE, "circle", "computed"),
    Origin.MEASURED: Mark(GREEN, "square", "measured"),
    Origin.IMPORTED: Mark(PURPLE, "triangle-up", "imported"),
}


def axis_label(property_name: str, *, prefix: str = "") -> str:
    """Return an axis title with its unit, such as ``Bulk modulus (GPa)``.

    Args:
        property_name: A name of the vocabulary.
        prefix: Words before it, such as ``"Measured"``; the label then starts in lower case.
    """
    entry = get_property(property_name)
    label = f"{prefix} {entry.label[0].lower()}{entry.label[1:]}" if prefix else entry.label
    return f"{label} ({entry.unit})" if entry.unit else label


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers that cover an interval from inside.

    Args:
        low: Lower end.
        high: Upper end, above ``low``.
        about: How many ticks are wished for.
    """
    raw = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def padded_range(values: Iterable[float], pad: float = 0.06) -> tuple[float, float]:
    """Return the interval of finite values widened by a part of its width on both sides.

    Args:
        values: Numbers; those that are not finite are passed over.
        pad: The part.
    """
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    width = high - low or abs(high) * 0.2 or 1.0
    return low - pad * width, high + pad * width
