"""What the screening report shows besides figures: tables with pictures, and lists of reasons.

Every function returns HTML made of escaped parts (names and notes come from files), in the style of the other
displays, so that it reads the same in JupyterLab and in the report.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from nanoos_lab.display.html import Markup, block, note, safe, table
from nanoos_lab.display.numbers import formula_html, number, value_text
from nanoos_lab.properties import get_property
from nanoos_lab.workflows.findings import mean_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nanoos_lab.workflows.screening import Ranking
    from nanoos_lab.workflows.survey import Survey

_PICTURE = (96, 84)
_LISTED = 15
"""Places that are shown; the others are folded."""
_LEFT_OUT = {"energy", "max_force", "pressure"}
"""Values that say something of a calculation rather than of a crystal."""


def summary_html(sentences: Sequence[str], ranking: Ranking) -> str:
    """Return the summary paragraph, its second sentence (the leader) in strong type.

    Args:
        sentences: From :func:`~nanoos_lab.workflows.findings.summary_sentences`.
        ranking: Its candidates that are named by their formula are written as formulas.
    """
    named = ranking.table[ranking.table["label"] == ranking.table["formula"]]["label"]
    *said, method = [_with_formulas(sentence, set(named)) for sentence in sentences]
    parts = [
        Markup("<strong>{}</strong>").format(s) if i == 1 else Markup("{}").format(s)
        for i, s in enumerate(said)
    ]
    large = Markup('<p style="font-size:1.2em;line-height:1.55;max-width:62ch;margin:0 0 8px">{}</p>')
    return block(large.format(Markup(" ").join(parts)), Markup('<p class="sub">{}</p>').format(method))


def _with_formulas(sentence: str, formulas: set[str]) -> Markup:
    words = re.split(r"(\s|,)", sentence)
    return Markup().join(
        safe(formula_html(w)) if w.rstrip(".") in formulas else Markup("{}").format(w) for w in words
    )


def caption_html(number_: int, text: str) -> str:
    """Return the caption of a figure.

    Args:
        number_: The figure's number.
        text: What it shows.
    """
    line = Markup('<p class="sub" style="max-width:78ch;margin:-4px 0 14px"><b>Figure {}.</b> {}</p>')
    return block(line.format(number_, text))


def picture(record: Any, *, width: int = _PICTURE[0], height: int = _PICTURE[1]) -> Markup:  # noqa: ANN401
    """Return a small drawing of a structure as an image, which no page can mistake for its own markup.

    Args:
        record: A stored structure, or anything else with ``scene()`` and ``name``.
        width: Pixels.
        height: Pixels.
    """
    from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - only where pictures are drawn

    svg = svg_of(record.scene(), width=width, height=height)
    data = base64.b64encode(svg.encode()).decode()
    return Markup('<img alt="{}" width="{}" height="{}" src="data:image/svg+xml;base64,{}">').format(
        record.name, width, height, data
    )


def ranking_html(ranking: Ranking, survey: Survey, *, top: int) -> str:
    """Return the ranked candidates with their pictures.

    Args:
        ranking: The ranking.
        survey: For pictures and remarks.
        top: How many get a picture; the others follow as text.
    """
    if ranking.placed.empty:
        return block(note("Nothing could be ranked; the reasons are listed below.", tone="bad"))
    entry = get_property(ranking.objective)
    remarks = survey.remarks()
    groups = dict(zip(survey.candidates["candidate"], survey.candidates["space_group"], strict=True))
    headers = ["", " ", "Candidate", "Space group", f"{entry.label} / {entry.unit}"]
    headers += [f"{get_property(x.name).label} / {get_property(x.name).unit}" for x in ranking.limits]
    rows = []
    for _, row in ranking.placed.iterrows():
        key, place = str(row["candidate"]), int(row["place"])
        record = survey.relaxed(key)
        image = picture(record) if record is not None and place <= top else Markup()
        said = "; ".join(remarks.get(key, ()))
        rows.append(
            [
                Markup("<b>{}</b>").format(place),
                image,
                _named(row)
                + (Markup('<div class="warn">{}</div>').format(_wrapped(said)) if said else Markup()),
                groups.get(key, "–"),
                _value(row),
                *(number(float(row[x.name])) for x in ranking.limits),
            ]
        )
    parts = [table(headers, rows[:_LISTED], numeric=headers[4:])]
    if rest := rows[_LISTED:]:
        fold = Markup("<details><summary>The other {} places</summary>{}</details>")
        parts.append(fold.format(len(rest), table(headers, rest, numeric=headers[4:])))
    return block(*parts)


def set_aside_html(ranking: Ranking) -> str:
    """Return what got no place, each with its reason.

    Args:
        ranking: The ranking.
    """
    aside = ranking.set_aside
    if aside.empty:
        return block(note("Every candidate could be ranked.", tone="good"))
    entry = get_property(ranking.objective)
    headers = ["Candidate", f"{entry.label} / {entry.unit}", "Why it is not ranked"]
    rows = [
        [
            _named(row),
            _value(row),
            _wrapped(str(row["reasons"])),
        ]
        for _, row in aside.iterrows()
    ]
    return block(table(headers, rows, numeric=headers[1:2]))


def errors_html(pairs: pd.DataFrame) -> str:
    """Return how far each method is from measurement, by property.

    Args:
        pairs: As :func:`~nanoos_lab.workflows.findings.measured_pairs` returns.
    """
    if pairs.empty:
        return block(note("No measured value of these materials is known in this lab.", tone="idle"))
    rows = []
    for (name, method), part in pairs.groupby(["property", "method"], sort=True):
        entry = get_property(str(name))
        mae, n = mean_error(pairs, str(name), str(method))
        bias = float((part["estimate"] - part["measured"]).mean())
        percent = 100 * float(((part["estimate"] - part["measured"]) / part["measured"]).abs().mean())
        mean = value_text(mae, unit=entry.unit, digits=3)
        shift = f"{'+' if bias > 0 else ''}{number(bias, digits=2)}"
        rows.append([entry.label, _wrapped(str(method)), str(n), mean, f"{percent:.1f} %", shift])
    headers = ["Property", "Method", "Materials", "Mean error", "Relative", "Bias"]
    return block(table(headers, rows, numeric=headers[2:]))


def relaxations_html(survey: Survey, *, top: int = 8) -> str:
    """Return the largest changes of volume on relaxing, where a structure moved far from its file.

    Args:
        survey: The survey.
        top: How many rows.
    """
    found = []
    for _, c in survey.candidates.iterrows():
        run = survey.run_of(str(c["candidate"]), "relax")
        if run is not None and "volume_change" in run.summary:
            found.append((abs(float(run.summary["volume_change"])), str(c["label"]), run))
    rows = []
    for _, label, run in sorted(found, key=lambda item: (-item[0], item[1]))[:top]:
        s = run.summary
        change = f"{100 * float(s['volume_change']):+.2f} %".replace("-", "−")
        energy = f"{1000 * float(s['energy_change']):+.1f}".replace("-", "−")
        rows.append([label, change, energy, str(s.get("steps", "–")), str(s.get("force_calls", "–"))])
    headers = ["Candidate", "Change of volume", "Change of energy / meV/atom", "Steps", "Force calls"]
    return block(table(headers, rows, numeric=headers[1:])) if rows else block(note("Nothing was relaxed."))


def coverage_html(survey: Survey) -> str:
    """Return which properties were predicted, by which model, for how many candidates.

    Args:
        survey: The survey.
    """
    predicted = survey.values[survey.values["origin"] == "predicted"]
    if predicted.empty:
        return block(note("Nothing was predicted.", tone="idle"))
    rows = []
    for (name, method), part in predicted.groupby(["property", "method"], sort=True):
        entry = get_property(str(name))
        outside = int((part["in_domain"].astype("boolean") == False).sum())  # noqa: E712 - three-valued
        span = f"{number(float(part['value'].min()))} to {number(float(part['value'].max()))} {entry.unit}"
        rows.append(
            [
                entry.label,
                _wrapped(str(method)),
                str(part["candidate"].nunique()),
                span,
                str(outside or "none"),
            ]
        )
    headers = ["Property", "Model", "Candidates", "Range", "Outside its domain"]
    return block(table(headers, rows, numeric=["Candidates"]))


def computed_html(survey: Survey, chosen: Sequence[Any]) -> str:
    """Return how the costly step went in one line.

    Args:
        survey: The survey.
        chosen: The structures it was asked for.
    """
    runs = [run for run in survey.runs if run.task == "eos"]
    done = sum(run.row.state == "COMPLETED" for run in runs)
    calls = sum(int(run.summary.get("force_calls", 0)) for run in runs)
    line = f"{done} of {len(chosen)} equations of state were computed, with {calls} evaluations of forces."
    return block(Markup("<p>{}</p>").format(line))


def heading_html(row: pd.Series, ranking: Ranking) -> str:
    """Return the heading of one of the best.

    Args:
        row: Its row of the ranking.
        ranking: The ranking.
    """
    value, label = f"{_value(row)} {ranking.unit}", get_property(ranking.objective).label.lower()
    line = Markup(
        '<h3 style="font-size:18px;margin:22px 0 0">{}. {}</h3><p class="sub" style="margin:0">{}: {}</p>'
    )
    return block(line.format(int(row["place"]), row["label"], label, value))


def cards_html(survey: Survey, candidate: str, *, without: Sequence[str] = ()) -> str:
    """Return the predicted values of a candidate as cards.

    Args:
        survey: The survey.
        candidate: Its id.
        without: Properties that are shown elsewhere.
    """
    from nanoos_lab.widgets.cards import cards_html as draw  # noqa: PLC0415 - widgets are an extra

    run = survey.run_of(candidate, "predict")
    values = [v for v in run.values if v.property not in {*_LEFT_OUT, *without}] if run is not None else []
    return block(safe(draw(values))) if values else ""


def _named(row: pd.Series) -> Markup:
    label, formula = str(row["label"]), safe(formula_html(str(row["formula"])))
    if label == str(row["formula"]):
        return Markup("<b>{}</b>").format(formula)
    return Markup('<b>{}</b> <span class="idle">{}</span>').format(label, formula)


def _value(row: pd.Series) -> str:
    value, uncertainty = float(row["value"]), float(row["uncertainty"])
    if value != value:  # noqa: PLR0124 - NaN
        return "–"
    return value_text(value, None if uncertainty != uncertainty else uncertainty)  # noqa: PLR0124


def _wrapped(text: str) -> Markup:
    return Markup('<div style="white-space:normal;min-width:15em;max-width:44em">{}</div>').format(text)
