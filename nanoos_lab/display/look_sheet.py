"""The design language on one sheet, drawn from the files that displays themselves draw with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nanoos_lab.display.html import Markup, safe
from nanoos_lab.display.look import look, look_css

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACING, _TYPE = ("1", "2", "3", "4", "5"), ("small", "text", "title", "big")
_COLORS = ("ink", "quiet", "page", "raised", "hollow", "edge", "faint", "accent", "selected")
_TONES = ("good", "busy", "warn", "bad", "idle")
_SHAPES = {"diamond": "◆", "circle": "●", "square": "■", "triangle-up": "▲"}
_CSS = """
.nanoos-sheet{font:var(--nanoos-text)/1.45 var(--nanoos-font);color:var(--nanoos-ink);background:var(--nanoos-page);
 display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:var(--nanoos-5);padding:var(--nanoos-4)}
.nanoos-sheet section>b{display:block;font-size:var(--nanoos-title);margin-bottom:var(--nanoos-2)}
.nanoos-sheet .line{display:flex;align-items:center;gap:var(--nanoos-2);margin:var(--nanoos-1) 0}
.nanoos-sheet .name{font:var(--nanoos-small) var(--nanoos-mono);color:var(--nanoos-quiet)}
.nanoos-sheet .patch{width:36px;height:18px;border:var(--nanoos-line);border-radius:var(--nanoos-radius);flex:none}
.nanoos-sheet .length{height:12px;background:var(--nanoos-accent);flex:none}
.nanoos-sheet .scale{height:18px;flex:1;border-radius:var(--nanoos-radius)}
.nanoos-sheet .sign{font-weight:600}
"""


class LookSheet:
    """Spacing, type, colours, states, origins, series and scales, as they look on this page.

    Example:
        >>> LookSheet()  # doctest: +SKIP
    """

    def html(self) -> str:
        """Return the sheet as HTML that needs no script; it follows the page's theme."""
        parts = Markup().join([
            _section("Spacing", (_line(f"--nanoos-{n}", _div("length", f"width:var(--nanoos-{n})")) for n in _SPACING)),
            _section("Type", map(_type, _TYPE)),
            _section("Colours", map(_patch, _COLORS)),
            _section("Tones", map(_patch, _TONES)),
            _section("States", (_sign(s.tone, s.symbol, name) for name, s in look().states.items())),
            _section("Origins", (_origin(s.color, s.symbol, name) for name, s in look().origins.items())),
            _section("Series", (_line(color, _div("patch", f"background:{color}")) for color in look().series)),
            _section("Scales", (_scale(name, colors) for name, colors in look().scales.items())),
        ])  # fmt: skip
        style = Markup("<style>{}{}</style>").format(safe(look_css()), safe(_CSS))
        return str(style + Markup('<div class="nanoos-ui nanoos-sheet">{}</div>').format(parts))

    def __repr__(self) -> str:
        known = look()
        return (
            f"<the look: {len(tokens())} tokens, {len(known.states)} states, {len(known.origins)} origins, "
            f"{len(known.series)} series, {len(known.scales)} scales>"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}


def tokens() -> tuple[str, ...]:
    """Return the names of all custom properties, without ``--nanoos-``."""
    return tuple(dict.fromkeys(re.findall(r"--nanoos-([a-z0-9]+):", look_css())))


def _section(title: str, lines: Iterable[Markup]) -> Markup:
    return Markup("<section><b>{}</b>{}</section>").format(title, Markup().join(lines))


def _div(kind: str, style: str, text: str = "") -> Markup:
    return Markup('<span class="{}" style="{}">{}</span>').format(kind, style, text)


def _line(name: str, drawn: Markup) -> Markup:
    return Markup('<div class="line">{}<span class="name">{}</span></div>').format(drawn, name)


def _type(name: str) -> Markup:
    sample = "185.3 ± 0.6" if name == "big" else "Bulk modulus"
    return _line(f"--nanoos-{name}", _div("sample", f"font-size:var(--nanoos-{name})", sample))


def _patch(name: str) -> Markup:
    return _line(f"--nanoos-{name}", _div("patch", f"background:var(--nanoos-{name})"))


def _sign(tone: str, symbol: str, name: str) -> Markup:
    return _line(tone, _div("sign", f"color:var(--nanoos-{tone})", f"{symbol} {name}"))


def _origin(color: str, symbol: str, name: str) -> Markup:
    shape = _div("sign", f"color:{color}", _SHAPES[symbol])
    return _line(f"{color} {symbol}", shape + Markup("<span>{}</span>").format(name))


def _scale(name: str, colors: Iterable[str]) -> Markup:
    return _line(name, _div("scale", f"background:linear-gradient(90deg,{','.join(colors)})"))
