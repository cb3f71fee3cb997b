"""What leaves a display for other programs: cells of spreadsheets."""

from __future__ import annotations

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet_cell(cell: object) -> object:
    """Return a cell as it may stand in a file that a spreadsheet opens: a text is never run as a formula.

    Args:
        cell: A text, which gets an apostrophe where it would be one; or anything else, which stays.
    """
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return cell
