"""What a run shows of itself, by task: a relaxation's before and after, an equation of state's curve."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nanoos_lab.display import html, numbers, text
from nanoos_lab.properties import VOCABULARY
from nanoos_lab.store.schema import RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from rich.console import RenderableType

    from nanoos_lab.lab.records import StructureRecord
    from nanoos_lab.scenes.scene import Scene
    from nanoos_lab.store.schema import PropertyValueRow, StructureRow

_ANGLE_NOISE = 1e-3
_NAMES = 3
VALUE_HEADERS = ("property", "value", "origin", "method", "")


def elapsed_s(row: RunRow) -> float | None:
    """Return the seconds from start to end, or to now while it runs.

    Args:
        row: The run.
    """
    if row.started_at is None:
        return None
    return max((row.finished_at or time.time()) - row.started_at, 0.0)


def names_of(structures: Iterable[StructureRow | StructureRecord]) -> str:
    """Return the names of a run's structures, the first few of many.

    Args:
        structures: The structures.
    """
    names = [structure.name for structure in structures]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def one_line(row: RunRow) -> str:
    """Return the most telling fact of a run in a few words.

    Args:
        row: The run.
    """
    if row.error and row.state != RunState.COMPLETED:
        return str(row.error.get("message", "")).partition("\n")[0][:80]
    summary = row.summary or {}
    if "energy_change" in summary:
        words = f"ΔE {numbers.signed(summary['energy_change'])} eV/atom in {summary.get('steps', '?')} steps"
    elif "bulk_modulus" in summary:
        words = f"K {numbers.number(summary['bulk_modulus'], digits=3)} GPa"
    else:
        words = str(row.params.get("calculator") or row.params.get("predictor") or row.label or "")
    return words if row.converged is not False else f"{words} · not converged"


def value_cells(row: PropertyValueRow) -> tuple[str, str, str, str, str]:
    """Return a value as the cells of :data:`VALUE_HEADERS`.

    Args:
        row: The value.
    """
    method = f"{row.method_name} {row.method_version}".strip()
    recipe = f"{method} · {row.method_recipe}" if row.method_recipe else method
    return (
        VOCABULARY[row.property].label if row.property in VOCABULARY else row.property,
        value_text(row),
        row.origin,
        recipe,
        "; ".join(value_flags(row)),
    )


def value_text(row: PropertyValueRow) -> str:
    """Return a value with its uncertainty and unit; of an array, how large it is.

    Args:
        row: The value.
    """
    if row.value is None:
        return f"array {'×'.join(map(str, row.shape or ()))}"
    return numbers.value_text(row.value, row.uncertainty, row.unit)


def value_flags(row: PropertyValueRow) -> list[str]:
    """Return the warnings that belong to a value.

    Args:
        row: The value.
    """
    flags = []
    if row.synthetic:
        flags.append("SYNTHETIC")
    if not row.converged:
        flags.append("not converged")
    if row.in_domain is False:
        flags.append("outside the model's domain")
    return flags


def state_line(row: RunRow) -> str:
    """Return id, place and duration of a run in one line.

    Args:
        row: The run.
    """
    parts = [f"run {row.id}", f"on {row.profile}", numbers.duration(elapsed_s(row))]
    if row.attempt > 1:
        parts.append(f"{row.attempt} attempts")
    return " · ".join(parts)


def notes_of(row: RunRow) -> list[tuple[str, str]]:
    """Return what must be read of a run, each with its tone: messages, and what ended it.

    Args:
        row: The run.
    """
    notes = [("warn", message) for message in row.messages or []]
    if row.error and row.state != RunState.COMPLETED:
        notes.append(("bad", f"{row.error.get('type', 'Error')}: {row.error.get('message', '')}"))
    return notes


def before_after(summary: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return the rows of a before/after table of a relaxation: name, before, after, change.

    Args:
        summary: A relaxation's summary.
    """
    before, after = summary.get("before"), summary.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    pairs = [("Volume", "Å³/atom", before["volume_per_atom"], after["volume_per_atom"])]
    if "energy_before" in summary:
        pairs.insert(0, ("Energy", "eV/atom", summary["energy_before"], summary["energy_after"]))
    pairs += [(k, "Å", before["lattice"][k], after["lattice"][k]) for k in ("a", "b", "c")]
    greek = {"alpha": "α", "beta": "β", "gamma": "γ"}
    pairs += [(word, "°", before["lattice"][k], after["lattice"][k]) for k, word in greek.items()]
    rows = [
        (
            f"{label} / {unit}",
            numbers.number(old, digits=5),
            numbers.number(new, digits=5),
            _change(old, new, unit),
        )
        for label, unit, old, new in pairs
        if unit != "°" or abs(new - old) > _ANGLE_NOISE
    ]
    symbols = [f"{cell['space_group_symbol']} ({cell['space_group']})" for cell in (before, after)]
    same = symbols[0] == symbols[1]
    return [*rows, ("Space group", symbols[0], symbols[1], "" if same else "changed")]


def _change(old: float, new: float, unit: str) -> str:
    if unit in {"Å", "Å³/atom"}:
        return f"{100 * (new / old - 1):+.2f} %".replace("-", "−")
    return numbers.signed(new - old)


def headline_of(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the first facts of a run as names and values.

    Args:
        summary: What its task said.
    """
    pairs = []
    if "energy_change" in summary:
        pairs.append(("ΔE", f"{numbers.signed(summary['energy_change'])} eV/atom"))
    if "volume_change" in summary:
        pairs.append(("ΔV", f"{numbers.signed(100 * summary['volume_change'])} %"))
    if "bulk_modulus_error" in summary:
        modulus = numbers.value_text(summary["bulk_modulus"], summary["bulk_modulus_error"], "GPa")
        pairs.append(("K", f"{modulus} (error of the fit)"))
        pairs.append(("K′", numbers.number(summary["bulk_modulus_derivative"], digits=3)))
    if "steps" in summary:
        calls = summary.get("force_calls")
        pairs.append(("Steps", f"{summary['steps']}" + (f" ({calls} force calls)" if calls else "")))
    return pairs


def run_html(
    row: RunRow,
    values: Sequence[PropertyValueRow],
    heading: str,
    scenes: Sequence[tuple[str, Scene]] = (),
    picture: str | None = None,
) -> str:
    """Return a run's display for a notebook.

    Args:
        row: The run.
        values: Its values.
        heading: Task and structures.
        scenes: Drawings of the structure it made, or of before and after, each with its caption.
        picture: The still of its figure, as SVG.
    """
    summary = row.summary or {}
    parts: list[str] = [html.note(message, tone=tone) for tone, message in notes_of(row)]
    columns: list[str] = []
    if scenes:
        from nanoos_lab.scenes.svg import svg_of  # noqa: PLC0415 - drawn when shown

        columns += [
            html.figure(svg_of(scene, width=260, height=230), html.escape(caption))
            for caption, scene in scenes
        ]
    left: list[str] = []
    if headline := headline_of(summary):
        left.append(html.facts(headline))
    if change := before_after(summary):
        left.append(
            html.table(("", "before", "after", "change"), change, numeric=("before", "after", "change"))
        )
    if left:
        columns.append(html.Markup().join(left))
    if picture:
        columns.append(html.safe(picture))
    if columns:
        parts.append(html.row(*columns))
    if values:
        parts.append(_values_html(values))
    state = html.Markup("{} {}").format(html.badge(row.state), state_line(row))
    return html.block(html.Markup("<p>{}</p>").format(state), *parts, title=heading)


def _values_html(values: Sequence[PropertyValueRow]) -> html.Markup:
    """Return values as a table; a method that all of them share is said once."""
    cells = [value_cells(value) for value in values]
    shared = {(c[2], c[3]) for c in cells}
    if len(shared) > 1:
        return html.table(VALUE_HEADERS, [(c[0], c[1], html.badge(c[2]), c[3], c[4]) for c in cells])
    ((origin, method),) = shared
    caption = html.Markup("<p>{} {}</p>").format(html.badge(origin), method)
    return caption + html.table(("property", "value", ""), [(c[0], c[1], c[4]) for c in cells])


def run_text(row: RunRow, values: Sequence[PropertyValueRow], heading: str) -> RenderableType:
    """Return a run's display for a terminal.

    Args:
        row: The run.
        values: Its values.
        heading: Task and structures.
    """
    summary = row.summary or {}
    headline = "  ".join(f"{name} {value}" for name, value in headline_of(summary))
    change = before_after(summary)
    return text.stack(
        f"{heading}: {row.state} · {state_line(row)}",
        headline or None,
        *(message for _, message in notes_of(row)),
        text.table(("", "before", "after", "change"), change, numeric=("before", "after"))
        if change
        else None,
        text.table(VALUE_HEADERS, map(value_cells, values)) if values else None,
    )


def batch_frame(
    runs: Sequence[RunRow],
    inputs: Mapping[str, Sequence[StructureRow]],
    values: Mapping[str, Sequence[PropertyValueRow]],
) -> pd.DataFrame:
    """Return a batch as a tidy table; see :meth:`nanoos_lab.lab.runs.Batch.frame`.

    Args:
        runs: The runs in order.
        inputs: The structures they were given, by run.
        values: The values they gave, by run.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    rows, units = [], {}
    for run in runs:
        first = next(iter(inputs.get(run.id, ())), None)
        cells: dict[str, Any] = {
            "structure": first.id if first else None,
            "name": first.name if first else None,
            "formula": first.reduced_formula if first else None,
            "run": run.id,
            "state": str(run.state),
            "converged": run.converged,
            "elapsed_s": elapsed_s(run),
        }
        for value in values.get(run.id, ()):
            cells[value.property] = value.value
            if value.uncertainty is not None:
                cells[f"{value.property}_unc"] = value.uncertainty
            units[value.property] = value.unit
        cells["problem"] = (run.error or {}).get("message") if run.state != RunState.COMPLETED else None
        rows.append(cells)
    frame = pd.DataFrame(rows)
    frame.attrs["units"] = units
    return frame
