"""Displays escape what people typed, and say states in words as well as in colour."""

from __future__ import annotations

from nanoos_lab.display import html, text

HOSTILE = "<script>alert(1)</script>"


def test_every_part_escapes_text():
    parts = (
        html.badge(HOSTILE), html.note(HOSTILE), html.facts({HOSTILE: HOSTILE}),
        html.table([HOSTILE], [[HOSTILE]]), html.row(HOSTILE),
    )  # fmt: skip
    whole = html.block(*parts, HOSTILE, title=HOSTILE, subtitle=HOSTILE)
    assert "<script" not in whole
    assert whole.count("&lt;script&gt;") == 10


def test_a_state_is_a_word_and_a_colour():
    assert html.badge("FAILED") == '<span class="badge bad">FAILED</span>'


def test_terminal_tables_do_not_interpret_markup():
    drawn = text.to_text(text.table(["name"], [["[red]SrTiO3[/red]"]]))
    assert "[red]SrTiO3[/red]" in drawn
