"""The sheet of the look shows all that there is, in the page's own colours."""

from __future__ import annotations

from nanoos_lab.display.look import look
from nanoos_lab.display.look_sheet import LookSheet, tokens

_NOT_SHOWN = {"radius", "line", "font", "mono", "focus"}
"""They are used by everything on the sheet."""


def test_every_token_state_origin_series_and_scale_is_on_the_sheet():
    page = LookSheet().html()
    drawn = page.partition('<div class="nanoos-ui')[2]
    assert {name for name in tokens() if f">--nanoos-{name}<" not in drawn} == _NOT_SHOWN
    known = look()
    for word in (*known.states, *known.origins, *known.series, *known.scales):
        assert word in drawn
    assert all(f"{sign.symbol} {name}" in drawn for name, sign in known.states.items())


def test_it_is_wearing_the_look_and_says_so_as_text():
    data = LookSheet()._repr_mimebundle_()
    assert "--nanoos-ink:" in data["text/html"]
    assert "nanoos-ui" in data["text/html"]
    assert f"{len(look().states)} states" in data["text/plain"]
