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


def test_text_is_never_printed_in_a_kernel_while_it_is_made(capsys, monkeypatch):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert "SrTiO3" in text.to_text(text.table(["name"], [["SrTiO3"]]))
    assert not capsys.readouterr().out
