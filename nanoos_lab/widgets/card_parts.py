"""The pieces that cards are made of: numbers, badges, the drawn interval and the style sheet."""

from __future__ import annotations

import math
from html import escape

# Okabe and Ito's palette (https://jfly.uni-koeln.de/color), darkened: white text on it has a contrast of 4.5:1.
ORIGIN_COLORS = {"predicted": "#a15c00", "computed": "#0069a3", "measured": "#00704f", "imported": "#5f5f5f"}
_MARKS = {
    "predicted": "<path d='M0-6L6 0 0 6-6 0Z'/>",
    "computed": "<circle r='5.2'/>",
    "measured": "<rect x='-4.7' y='-4.7' width='9.4' height='9.4'/>",
    "imported": "<path d='M0-5.8L5.8 4.6H-5.8Z'/>",
}
_WIDTH, _LEFT, _RIGHT = 230.0, 6.0, 224.0

STYLE = """
.nanoos-cards{font-family:var(--jp-ui-font-family,system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif);
font-size:13px;line-height:1.4;color:var(--jp-ui-font-color1,inherit);margin:4px 0 8px}
.nanoos-cards-heading{font-size:15px;font-weight:600;margin:4px 0}
.nanoos-cards-title{font-weight:600;margin:8px 0 4px}
.nanoos-cards-empty{opacity:.7;font-style:italic}
.nanoos-cards-row{display:flex;flex-wrap:wrap;gap:10px;align-items:stretch}
.nanoos-cards .nc-card{box-sizing:border-box;width:262px;padding:10px 14px 11px;border-radius:6px;
border:1px solid var(--jp-border-color1,rgba(127,127,127,.4));background:var(--jp-layout-color1,rgba(127,127,127,.05))}
.nanoos-cards .nc-synthetic{border:2px dashed #d08700;
background-image:repeating-linear-gradient(135deg,rgba(208,135,0,.16) 0 10px,transparent 10px 20px)}
.nanoos-cards .nc-top{display:flex;justify-content:space-between;align-items:center;gap:8px}
.nanoos-cards .nc-label{font-weight:600}
.nanoos-cards .nc-symbol{font-weight:400;font-style:italic;opacity:.75}
.nanoos-cards .nc-badge{color:#fff;border-radius:9px;padding:1px 8px;font-size:11px;white-space:nowrap}
.nanoos-cards .nc-value{font-size:22px;font-weight:600;font-variant-numeric:tabular-nums;margin:3px 0 2px;
line-height:1.25}
.nanoos-cards .nc-pm{font-size:16px;font-weight:400}
.nanoos-cards .nc-unit{font-size:14px;font-weight:400;opacity:.8}
.nanoos-cards .nc-small{font-size:11.5px;opacity:.78;overflow-wrap:anywhere}
.nanoos-cards .nc-method{margin-top:5px;font-size:12.5px;overflow-wrap:anywhere}
.nanoos-cards .nc-ok{font-size:11.5px;opacity:.85;white-space:nowrap}
.nanoos-cards .nc-warning{margin-top:5px;padding:2px 7px;font-size:12px;font-weight:600;border-left:4px solid #d08700;
background:rgba(208,135,0,.17)}
.nanoos-cards .nc-note{margin-top:5px;font-size:11.5px;padding-left:7px;border-left:3px solid rgba(127,127,127,.45)}
.nanoos-cards svg{display:block;max-width:100%;height:auto;overflow:visible}
""".replace("\n", "")


def number_text(
    value: float | None, uncertainty: float | None, shape: tuple[int, ...] = ()
) -> tuple[str, str]:
    """Round a value to the place that its uncertainty allows.

    Args:
        value: The value, or None for an array, whose size then stands for it.
        uncertainty: Its half width in the same unit, or None.
        shape: Of the array.

    Returns:
        Both as text; the second is empty where there is no uncertainty. The uncertainty keeps two digits where
        it starts with 1 or 2, else one.
    """
    if value is None:
        return "array " + "×".join(map(str, shape)), ""
    if not math.isfinite(value):
        return str(value), ""
    if uncertainty is None or not math.isfinite(uncertainty):
        return _four_digits(value), ""
    if uncertainty == 0:
        return _four_digits(value), "0"
    exponent = math.floor(math.log10(uncertainty))
    digits = 1 if uncertainty / 10**exponent < 2.95 else 0  # noqa: PLR2004 - rounds to 3 and keeps one digit
    places = max(digits - exponent, 0)
    return _minus(f"{value:.{places}f}"), f"{uncertainty:.{places}f}"


def _four_digits(value: float) -> str:
    whole = 1e4 <= abs(value) < 1e7  # noqa: PLR2004 - %g would write these with an exponent
    return _minus(f"{value:.0f}" if whole else f"{value:.4g}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def origin_badge(origin: str) -> str:
    """Return the origin as a coloured word.

    Args:
        origin: ``predicted``, ``computed``, ``measured`` or ``imported``.
    """
    color = ORIGIN_COLORS.get(origin, ORIGIN_COLORS["imported"])
    return f'<span class="nc-badge" style="background:{color}">{escape(origin)}</span>'


def interval_svg(
    value: float | None, uncertainty: float | None, typical: tuple[float, float] | None, origin: str
) -> str:
    """Draw a value and its interval on the property's usual range; nothing where no range is known.

    Args:
        value: The value; None draws nothing.
        uncertainty: Half width of the interval, or None.
        typical: The usual range; it grows where the value lies outside.
        origin: Decides colour and shape of the mark.
    """
    if typical is None or value is None or not math.isfinite(value):
        return ""
    spread = uncertainty if uncertainty is not None and math.isfinite(uncertainty) else 0.0
    low, high = min(typical[0], value - spread), max(typical[1], value + spread)

    def x(at: float) -> float:
        return _LEFT + (at - low) / (high - low) * (_RIGHT - _LEFT)

    color = ORIGIN_COLORS.get(origin, ORIGIN_COLORS["imported"])
    band = ""
    if spread:
        left, right = x(value - spread), x(value + spread)
        band = (
            f"<path d='M{left:.1f} 3V19M{right:.1f} 3V19' stroke='{color}' stroke-width='1.6'/>"
            f"<rect x='{left:.1f}' y='8' width='{max(right - left, 1):.1f}' height='6' fill='{color}' "
            "fill-opacity='.38'/>"
        )
    mark = _MARKS.get(origin, _MARKS["imported"])
    text = "font-size='10' fill='currentColor' fill-opacity='.72'"
    label = f"{value:g} on a range from {low:g} to {high:g}"
    return (
        f"<svg width='{_WIDTH:g}' height='30' viewBox='0 0 {_WIDTH:g} 30' role='img' aria-label='{label}'>"
        f"<path d='M{_LEFT} 11H{_RIGHT}' stroke='currentColor' stroke-opacity='.3' stroke-width='3' "
        f"stroke-linecap='round'/>{band}<g transform='translate({x(value):.1f} 11)scale(.85)' fill='{color}' "
        f"stroke='#fff' stroke-width='1.2'>{mark}</g><text x='{_LEFT - 3}' y='28' {text}>{_four_digits(low)}</text>"
        f"<text x='{_RIGHT + 3}' y='28' text-anchor='end' {text}>{_four_digits(high)}</text></svg>"
    )
