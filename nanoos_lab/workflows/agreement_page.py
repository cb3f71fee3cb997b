"""What a comparison of models shows besides its figure: tables of errors, worst cases with pictures, and a page.

Every function returns HTML made of escaped parts, so that it reads the same in a notebook, a report and on a dashboard.
"""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, Any

from nanoos_lab.agreement.errors import ALL, BY, errors, errors_by
from nanoos_lab.agreement.paired import difference
from nanoos_lab.agreement.pairs import shortly
from nanoos_lab.display import html, numbers
from nanoos_lab.errors import InvalidInputError, NanoOSError
from nanoos_lab.widgets.plain import spreadsheet_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import pandas as pd

_AGAINST = 4
_SHOWN = 12
"""Classes of a method that are shown; there are more elements than a page has room for."""
_HEADERS = ("n", "MAE", "RMSE", "R²", "bias", "coverage")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>:root{{color-scheme:light dark}}body{{margin:24px auto;max-width:1000px;padding:0 16px}}
@media (prefers-color-scheme:dark){{:root{{--jp-content-font-color1:#e6e8eb;--jp-content-font-color2:#a3abb5;
--jp-border-color1:#4a5058;--jp-border-color3:#33383f}}body{{background:#15181c}}}}</style></head>
<body>{body}</body></html>
"""


def error_cells(known: pd.DataFrame, by: str = "") -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headers and cells of a table of errors.

    Args:
        known: As ``agreement.errors`` or ``agreement.errors_by`` returns it.
        by: The column with the class; empty where there is none.
    """
    headers = ("method", *([BY[by]] if by else []), *_HEADERS)
    records: list[dict[Any, Any]] = known.to_dict("records")
    rows = [
        (
            str(one["method"]), *([str(one[by])] if by else []), str(one["n"]),
            _error(one["mae"], one["mae_se"]), numbers.number(one["rmse"], digits=3),
            numbers.number(one["r2"], digits=3), numbers.signed(one["bias"]), _coverage(one),
        )
        for one in records
    ]  # fmt: skip
    return headers, rows


def _error(mae: float, error: float) -> str:
    return numbers.value_text(mae, error) if error > 0 else numbers.number(mae, digits=3)


def _coverage(one: dict[Any, Any]) -> str:
    if not one["intervals"]:
        return "–"
    return f"{100 * one['coverage']:.0f} % of {100 * one['nominal']:.0f} %"


def errors_html(pairs: pd.DataFrame, by: str = "chemistry", unit: str = "") -> str:
    """Return how far each method is off, over all and in its largest classes.

    Args:
        pairs: As ``agreement.pair_values`` returns them.
        by: One of ``agreement.BY``.
        unit: The property's.
    """
    known = errors_by(shortly(pairs), by)
    shown = known.groupby("method", sort=False).head(_SHOWN + 1)
    headers, rows = error_cells(shown, by)
    cells: list[Sequence[str]] = []
    last = ""
    for row in rows:
        first = html.Markup("<b>{}</b>").format(row[0]) if row[0] != last else ""
        cells.append((first, html.Markup("<b>all</b>") if row[1] == ALL else row[1], *row[2:]))
        last = row[0]
    more = len(known) - len(shown)
    words = f"in {unit}; " if unit else ""
    legend = (
        f"{words}± is the standard error of the MAE; bias is estimate minus reference; coverage is the part of the "
        "references that lie in the interval, and the part that should"
    )
    notes = [html.note(f"{more} smaller classes are not shown", tone="idle")] if more else []
    return html.block(html.table(headers, cells, numeric=headers[2:]), *notes, subtitle=legend)


def differences_html(pairs: pd.DataFrame, unit: str) -> str:
    """Return the closest methods against each other, on the rows that both know.

    Args:
        pairs: As ``agreement.pair_values`` returns them.
        unit: The property's.
    """
    pairs = shortly(pairs)
    methods = list(errors(pairs)["method"])[:_AGAINST] if len(pairs) else []
    rows, said = [], []
    for one, other in itertools.combinations(methods, 2):
        try:
            found = difference(pairs, one, other)
        except InvalidInputError:
            said.append(f"{one} and {other} have too few materials in common.")
            continue
        rows.append((
            one, other, str(found.n), numbers.number(found.first_mae, digits=3),
            numbers.number(found.second_mae, digits=3), numbers.value_text(found.mean, found.standard_error or None),
            f"{numbers.number(found.low, digits=2)} to {numbers.number(found.high, digits=2)}",
            f"{found.wins} : {found.losses}", found.closer if found.settled else "not settled",
        ))  # fmt: skip
    if len(methods) < 2:  # noqa: PLR2004 - a comparison has two sides
        return html.block(
            html.note("One method has values here, so there is none to hold it against.", tone="idle")
        )
    headers = ("A", "B", "n", "MAE A", "MAE B", "A − B", "95 %", "A : B", "closer")
    notes = [html.note(one, tone="idle") for one in said]
    drawn = [html.table(headers, rows, numeric=headers[2:8])] if rows else []
    words = f" in {unit}" if unit else ""
    legend = f"absolute errors{words}; A : B is on how many materials A is closer, and on how many B"
    return html.block(*drawn, *notes, subtitle=legend)


def worst_html(far: pd.DataFrame, truth: str, unit: str, record_of: Callable[[str], Any]) -> str:
    """Return pairs with the picture of each structure.

    Args:
        far: Rows as ``agreement.worst`` returns them.
        truth: What is held to be right.
        unit: The property's.
        record_of: Given a structure's id, returns its record or None.
    """
    records: list[dict[Any, Any]] = shortly(far).to_dict("records")
    rows = [
        (
            _picture(one["structure"], record_of), _named(one), one["method"],
            numbers.value_text(one["reference"], _finite(one["reference_uncertainty"]), unit),
            numbers.value_text(one["estimate"], _finite(one["uncertainty"]), unit),
            f"{numbers.signed(one['error'])} {unit}".strip(),
        )
        for one in records
    ]  # fmt: skip
    headers = ("", "material", "method", truth, "estimate", "off by")
    return html.block(html.table(headers, rows, numeric=headers[3:]))


def _named(one: dict[Any, Any]) -> html.Markup:
    formula = html.safe(numbers.formula_html(one["formula"]))
    name = html.Markup("<b>{}</b>").format(formula if one["label"] == one["formula"] else one["label"])
    said = [] if one["label"] == one["formula"] or not one["formula"] else [formula]
    said += [html.Markup("{}").format(one["crystal_system"])] if one["crystal_system"] else []
    said += [] if one["in_domain"] else [html.Markup('<span class="warn">outside the model\'s domain</span>')]
    return name + html.Markup("<br><span class='sub'>{}</span>").format(html.Markup(" · ").join(said))


def _picture(structure: str | None, record_of: Callable[[str], Any]) -> html.Markup:
    from nanoos_lab.workflows.exhibits import picture  # noqa: PLC0415 - with pandas, when something is drawn

    record = record_of(structure) if structure else None
    try:
        return picture(record, width=84, height=74) if record is not None else html.Markup()
    except NanoOSError:  # what cannot be drawn has no picture; its row says all else
        return html.Markup()


def _finite(value: float) -> float | None:
    return float(value) if value == value else None  # noqa: PLR0124 - NaN


def sentences_html(sentences: Sequence[str], notes: Iterable[str] = ()) -> str:
    """Return what came out in large type, and what must be known of it below.

    Args:
        sentences: The sentences; the second is what most came for.
        notes: What is left out, and why.
    """
    parts = [
        html.Markup("<strong>{}</strong>").format(s) if i == 1 else html.Markup("{}").format(s)
        for i, s in enumerate(sentences)
    ]
    large = html.Markup('<p style="font-size:1.15em;line-height:1.5;max-width:66ch;margin:0 0 8px">{}</p>')
    return html.block(large.format(html.Markup(" ").join(parts)), *(html.note(n, tone="idle") for n in notes))


def comparison_html(
    title: str, sentences: Sequence[str], notes: Sequence[str], *, svg: str, parts: Sequence[str]
) -> str:
    """Return a whole comparison.

    Args:
        title: What is compared.
        sentences: What came out.
        notes: What is left out, and why.
        svg: The parity plot; empty where there is nothing to draw.
        parts: The tables of errors and worst cases, as HTML.
    """
    heads = ("How far off, by chemistry", "Worst cases")
    drawn = [html.block(html.safe(svg), title=title)] if svg else [html.block(title=title)]
    tables = [html.block(title=head) + part for head, part in zip(heads, parts, strict=False)]
    return "".join([drawn[0], sentences_html(sentences, notes), *tables])


def save(path: Path, frame: pd.DataFrame, title: str, page: Callable[[], str]) -> None:
    """Write a comparison; the file appears whole or not at all.

    Args:
        path: Ends in ``.csv``, ``.parquet`` or ``.html``.
        frame: The rows.
        title: What is compared.
        page: Returns it as HTML.

    Raises:
        InvalidInputError: Parquet needs pyarrow, which is not there.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    if path.suffix == ".csv":
        frame.map(spreadsheet_cell).to_csv(partial, index=False)
    elif path.suffix == ".parquet":
        try:
            frame.to_parquet(partial, index=False, engine="pyarrow")
        except ImportError as error:
            raise InvalidInputError(
                f"{path.name}: a .parquet file needs pyarrow: pip install pyarrow, or save it as .csv"
            ) from error
    else:
        whole = _PAGE.format(title=html.Markup("{}").format(title), body=page())
        partial.write_text(whole, encoding="utf-8")
    partial.replace(path)
