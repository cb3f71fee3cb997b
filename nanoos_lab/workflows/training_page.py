"""What the report of a training shows besides its figures: sentences, tables of errors, worst rows with pictures.

Every function returns sentences or HTML made of escaped parts, from what the run left; nothing is computed anew but
the picture of a structure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nanoos_lab.display.html import Markup, block, facts, note, table
from nanoos_lab.display.numbers import duration, number, signed, value_text
from nanoos_lab.properties import get_property
from nanoos_lab.workflows.exhibits import picture

if TYPE_CHECKING:
    from collections.abc import Mapping

WHO = {"base": "before tuning", "tuned": "tuned", "trained": "trained", "scratch": "trained from nothing"}
_MEANS = {"base": "What it began from", "scratch": "A training from nothing"}
_SHORT = {"base": "Before tuning", "scratch": "From nothing"}
_PARTS = {
    "train": "learnt from", "validation": "stopped by", "calibration": "intervals measured on",
    "test": "judged by: never seen",
}  # fmt: skip
_SAID = "tuning did not pay"
"""A message of the task that the sentences above it say already."""
_FEW = 30
"""Test rows below which a mean error says little."""
_ERRORS = ("MAE", "RMSE", "R²", "Bias")


def sentences_of(summary: Mapping[str, Any], name: str) -> list[str]:
    """Return what came of a training, most important second.

    Args:
        summary: Of the run.
        name: The model's name with its version.
    """
    label, unit = get_property(summary["property"]).label.lower(), summary["unit"]
    rows, test = summary["rows"], summary["metrics"]["test"]
    origin = str(summary["data"].get("origin", "")) or "given"
    held = round(test["coverage"] * test["n"])
    mean = value_text(test["mae"], unit=unit, digits=3)
    how = f"tuned from {summary['start']}" if summary["start"] else "trained from random weights"
    began = (
        f"{name} states the {label}. It was {how} ({summary['architecture']}) on {rows['train']} of "
        f"{sum(rows.values())} {origin} values."
    )
    said = [
        began,
        f"On {test['n']} rows that it never saw its mean absolute error is {mean}.",
        f"Its 90 % intervals hold {held} of these {test['n']}.",
    ]
    return said + [_against(summary, who, unit) for who in _MEANS if who in summary["comparison"]]


def _against(summary: Mapping[str, Any], who: str, unit: str) -> str:
    other = value_text(summary["comparison"][who]["mae"], unit=unit, digits=3)
    gain = summary.get("gains", {}).get(who)
    words = f"{_MEANS[who]} is off by {other} on the same rows"
    if gain is None:
        return f"{words}."
    span = f"95 % interval of the paired difference {signed(gain['low'])} to {signed(gain['high'])} {unit}".strip()
    if gain["high"] < 0:
        return f"{words}: the model is closer beyond chance ({span})."
    if gain["low"] > 0:
        return f"{words}: the model is worse beyond chance ({span})."
    return f"{words}; on so few rows that difference may be chance ({span})."


def notes_of(summary: Mapping[str, Any], messages: list[str] | tuple[str, ...]) -> list[str]:
    """Return what must be known before the model is trusted.

    Args:
        summary: Of the run.
        messages: What the run itself had to say.
    """
    found = [said for said in messages if not said.startswith(_SAID)]
    if summary["data"].get("origin") == "predicted":
        found.append(
            "The values are predictions: what was learnt is the model that made them, with its errors, not nature."
        )
    if (n := summary["metrics"]["test"]["n"]) < _FEW:
        found.append(f"{n} test rows settle little: the errors above could well be half or twice as large.")
    return found


def split_html(summary: Mapping[str, Any]) -> str:
    """Return how rows were divided.

    Args:
        summary: Of the run.
    """
    split = summary["split"]
    kept = {
        "random": "nothing (random)", "chemical-system": "compounds of the same elements",
        "composition-cluster": "compounds of alike composition",
    }[split["kind"]]  # fmt: skip
    pairs = [(_PARTS[part].capitalize(), f"{n} rows") for part, n in summary["rows"].items()]
    return block(facts([*pairs, ("Kept together", kept), ("Drawn by seed", str(split["seed"]))]))


def course_html(summary: Mapping[str, Any], seconds: float | None) -> str:
    """Return how the training itself went.

    Args:
        summary: Of the run.
        seconds: How long it took.
    """
    best = ", ".join(str(one["best_epoch"]) for one in summary["members"])
    unit = "of log10" if summary["logarithm"] else summary["unit"]
    errors = ", ".join(f"{one['validation']:.3g}" for one in summary["members"])
    pairs = {
        "Architecture": summary["architecture"],
        "Began from": summary["start"] or "random weights",
        "Learnt": "the logarithm to the base 10" if summary["logarithm"] else "the value itself",
        "Networks": str(len(summary["members"])),
        "Best epoch": best,
        "Validation error there": f"{errors} {unit}".strip(),
        "Computed on": summary["device"],
        "Took": duration(seconds),
    }
    return block(facts(pairs))


Cells = tuple[list[str], list[list[str]]]
"""Headers and rows of a table."""


def metrics_cells(summary: Mapping[str, Any]) -> Cells:
    """Return how far off the model is on the rows of each part.

    Args:
        summary: Of the run.
    """
    headers = ["Rows", "", "n", *_headers(summary["unit"]), "In 90 %"]
    rows = [
        [part, _PARTS[part], str(one["n"]), *_cells(one), f"{100 * one['coverage']:.0f} %"]
        for part, one in summary["metrics"].items()
    ]
    return headers, rows


def comparison_cells(summary: Mapping[str, Any]) -> Cells:
    """Return how far off the model, what it began from and a training from nothing are on the same test rows.

    Args:
        summary: Of the run.
    """
    headers = ["Model", "n", *_headers(summary["unit"])]
    rows = [[WHO.get(who, who), str(one["n"]), *_cells(one)] for who, one in summary["comparison"].items()]
    return headers, rows


def gain_cells(summary: Mapping[str, Any]) -> Cells:
    """Return how much closer the model is than the others, each row its own control.

    Args:
        summary: Of the run.
    """
    unit = f" / {summary['unit']}" if summary["unit"] else ""
    headers = ["Against", f"Difference{unit}", "95 % interval", "Closer on"]
    rows = []
    for who, gain in summary.get("gains", {}).items():
        span = f"{signed(gain['low'], digits=2)} to {signed(gain['high'], digits=2)}"
        closer = f"{gain['closer']} of {gain['n']} rows"
        rows.append([WHO.get(who, who), signed(gain["mean"], digits=2), span, closer])
    return headers, rows


def metrics_html(summary: Mapping[str, Any]) -> str:
    """Return how far off the model is on the rows of each part.

    Args:
        summary: Of the run.
    """
    headers, rows = metrics_cells(summary)
    return block(table(headers, rows, numeric=headers[2:]))


def comparison_html(summary: Mapping[str, Any]) -> str:
    """Return how far off the model, what it began from and a training from nothing are on the same test rows.

    Args:
        summary: Of the run.
    """
    headers, rows = comparison_cells(summary)
    parts = [table(headers, rows, numeric=headers[1:])]
    headers, rows = gain_cells(summary)
    if rows:
        parts.append(table(headers, rows, numeric=headers[1:]))
    if summary["start"] and "base" not in summary["comparison"]:
        silent = (
            f"{summary['start']} does not state this property by itself, so there is no error before tuning."
        )
        parts.append(note(silent, tone="idle"))
    return block(*parts)


def _headers(unit: str) -> list[str]:
    return [name if name == "R²" or not unit else f"{name} / {unit}" for name in _ERRORS]


def _cells(one: Mapping[str, Any]) -> list[str]:
    return [*(number(one[key], digits=3) for key in ("mae", "rmse", "r2")), signed(one["bias"])]


def worst_html(run: Any, count: int) -> str:  # noqa: ANN401 - a run of the lab, which is above us
    """Return the held-out rows that the model misses most, with their pictures.

    Args:
        run: The finished training.
        count: How many.
    """
    rows = run.rows()
    shown = rows[rows["part"] == "test"].head(count)
    records = {record.id: record for record in run.inputs}
    others = [who for who in _MEANS if who in shown.columns]
    headers = [
        " ",
        "Structure",
        f"True / {run.summary['unit'] or '1'}",
        "Model",
        "Error",
        *(_SHORT[who] for who in others),
    ]
    cells = []
    for row in shown.to_dict("records"):
        named = Markup("<b>{}</b><div class='idle'>{}</div>").format(row["name"], row["structure"])
        said = value_text(row["value"], row["half_width"])
        told = [number(row["truth"]), said, signed(row["error"]), *(number(row[who]) for who in others)]
        cells.append([picture(records[row["structure"]]), named, *told])
    return block(table(headers, cells, numeric=headers[2:]))


def source_html(cited: str) -> str:
    """Return where the values come from.

    Args:
        cited: Their citations in a line; empty where there are none.
    """
    return block(note(f"Values: {cited}" if cited else "The values cite no source.", tone="idle"))


def use_html(name: str, lab_path: str, model_file: str) -> str:
    """Return how the model is used from now on.

    Args:
        name: The model's name with its version.
        lab_path: The lab that holds it.
        model_file: The name of its file.
    """
    lines = [
        "import nanoos_lab as nl",
        f"lab = nl.open({lab_path!r})",
        f"lab.predict(lab.structures(), predictor={name!r})",
        f"lab.models[{name!r}].export()  # {model_file}, which lab.models.add(...) of another lab takes",
        "",
        f"nanoos predict candidates/ --predictor {name}",
    ]
    code = Markup('<pre style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>')
    return block(code.format("\n".join(lines)))
