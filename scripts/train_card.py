"""The model card of ``nanoos-gnn`` and its drawing, from the figures that ``train_figures.py`` measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from train_figures import LEAST_FIGURED, held, right, rows_of
from train_heads import HeadPlan

from nanoos_lab.ml.gnn.bundle import FOLDER
from nanoos_lab.ml.gnn.opinion import TARGETS, opinion_of
from nanoos_lab.properties import VOCABULARY

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from train_figures import Said
    from train_ready import Prepared

    from nanoos_lab.ml.gnn.bundle import Bundle, Figures, Stated

PARTS = ("fast", "heads", "trees", "machines")
COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2", "#9c6b4e")
LEVELS = tuple(k / 20 for k in range(1, 20))
"""Nominal coverages of the drawing."""


def card(bundles: dict[str, Bundle], ready: Prepared, said: Said, out: Path) -> str:
    """Return the card as Markdown.

    Args:
        bundles: By tier.
        ready: The data.
        said: What the parts say of all rows.
        out: The folder of this training.
    """
    from pathlib import Path as File  # noqa: PLC0415

    template = (File(__file__).parent / "train_card.md").read_text(encoding="utf-8")
    quick = bundles["fast"]
    return template.format(
        version=quick.version,
        members=quick.members,
        parameters=quick.parameters,
        made=quick.trained["made"],
        tables=tables(bundles),
        accuracy=accuracy(bundles, ready, said),
        parts=_parts(ready, said, bundles["accurate"]),
        split=_split(ready),
        crystals=quick.trained["crystals"],
        imagined=quick.trained["imagined"],
        passes=quick.trained["passes"],
        heads=bundles["accurate"].trained["heads"],
        curve=_curve(out),
        bins="\n".join(_bins(tier, s) for tier, b in bundles.items() for s in b.stated),
        sizes=", ".join(f"{p.name} {p.stat().st_size / 1e6:.1f} MB" for p in sorted(FOLDER.iterdir())),
    )


def tables(bundles: dict[str, Bundle]) -> str:
    """Return the figures of all tiers as Markdown.

    Args:
        bundles: By tier.
    """
    return "\n\n".join(_table(b) for b in bundles.values())


def accuracy(bundles: dict[str, Bundle], ready: Prepared, said: Said) -> str:
    """Return how often each tier rightly tells a metal, in words.

    Args:
        bundles: By tier.
        ready: The data.
        said: What the parts say of all rows.
    """
    found = [
        f"{tier}, {part} {right(ready, said.opinion(bundle), part):.1%}"
        for tier, bundle in bundles.items()
        for part in ("test", "unseen")
    ]
    return "; ".join(found)


def _table(bundle: Bundle) -> str:
    lines = [
        f"### {bundle.name}",
        "",
        "| property | unit | rows | n | MAE | RMSE | median | R² | bias | coverage |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in bundle.stated:
        lines += [_row(one, name, f) for name, f in one.figures.items()]
    return "\n".join(lines)


def _row(one: Stated, name: str, f: Figures) -> str:
    linear = name.endswith("_linear")
    unit = VOCABULARY[one.property].unit or "1"
    shown = unit if linear or not one.power else f"log10 {unit}"
    digits = 1 if linear and unit != "1" else 4
    numbers = " | ".join(f"{x:.{digits}f}" for x in (f.mae, f.rmse, f.median))
    words = name.replace("_linear", ", linear")
    r2 = "" if f.r2 is None else f"{f.r2:.3f}"
    rest = f"{r2} | {f.bias:.{digits}f} | {f.coverage:.1%}"
    return f"| {one.property} | {shown} | {words} | {f.n} | {numbers} | {rest} |"


def _parts(ready: Prepared, said: Said, bundle: Bundle) -> str:
    lines = [
        "| target | fast | heads | trees | machines | one of fast | one of heads | weights (heads, trees, machines) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    means = {n: opinion_of(s).values for n, s in said.sources.items()}
    single = [opinion_of(said.sources[n][:1]).values for n in ("fast", "heads")]
    for one in bundle.stated:
        k = TARGETS.index(one.task)
        rows = rows_of(ready, one.task, "test", np.isfinite(means["heads"][:, k]))
        truth = ready.rows[one.task].to_numpy(float)[rows]
        cells = [np.abs(m[rows, k] - truth).mean() for m in (*(means[n] for n in PARTS), *single)]
        weights = ", ".join(f"{bundle.blend[one.task].get(n, 0):.2f}" for n in PARTS[1:])
        shown = " | ".join(f"{c:.4f}" if np.isfinite(c) else "" for c in cells)
        lines.append(f"| {one.task} | {shown} | {weights} |")
    return "\n".join(lines)


def _split(ready: Prepared) -> str:
    counts = ready.rows.groupby(["source", "part"]).size().unstack().fillna(0).astype(int)
    parts = ["train", "validation", "calibration", "test", "unseen"]
    lines = ["| table | " + " | ".join(parts) + " |", "|---" * 6 + "|"]
    lines += [
        f"| {name} | " + " | ".join(str(counts.loc[name, p]) for p in parts) + " |" for name in counts.index
    ]
    return "\n".join(lines)


def _curve(out: Path) -> str:
    path = out / "curve.tsv"
    if not path.exists():
        return "(not recorded)"
    lines = ["| pass | formation energy, eV/atom | gap, eV | log10 K | log10 G |", "|---|---|---|---|---|"]
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    last = HeadPlan().epochs - 1
    kept = [
        r
        for r in rows
        if r[0] == "member 1" or (r[0] == "teacher 1" and (int(r[1]) % 4 == 0 or int(r[1]) == last))
    ]
    lines += ["| " + " | ".join((f"{r[0]}, {int(r[1]) + 1}", *r[2:6])) + " |" for r in kept]
    return "\n".join(lines)


def _bins(tier: str, one: Stated) -> str:
    shown = ", ".join(
        f"to {b.upper:g}: {b.quantile:.3g}{' flat' if b.flat else ' ×'} ({b.n} rows)" for b in one.rule.bands
    )
    return f"- {tier}, {one.property}: floor {one.rule.floor:g}, relative {one.rule.relative:g}; P(nonmetal) {shown}"


def plot(ready: Prepared, said: Said, bundles: dict[str, Bundle]) -> str:
    """Return the calibration as SVG: what part of the test rows lies inside intervals of each nominal coverage.

    Args:
        ready: The data.
        said: What the parts say of all rows.
        bundles: By tier.
    """
    panels = [_panel(ready, said, bundle, 70 + 390 * k) for k, bundle in enumerate(bundles.values())]
    style = (
        "text{font:12px sans-serif;fill:#222}.axis{stroke:#888;fill:none}.t{font-weight:bold;font-size:13px}"
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400" role="img">'
        "<title>Calibration of nanoos-gnn: observed against nominal coverage on the test rows</title>"
        f'<style>{style}</style><rect width="800" height="400" fill="#fff"/>{"".join(panels)}</svg>\n'
    )


def _panel(ready: Prepared, said: Said, bundle: Bundle, left: float) -> str:
    size, top = 300.0, 40.0
    drawn = [
        f'<rect class="axis" x="{left}" y="{top}" width="{size}" height="{size}"/>',
        f'<path class="axis" stroke-dasharray="4 4" d="M{left} {top + size}L{left + size} {top}"/>',
        f'<text class="t" x="{left}" y="26">{bundle.name}</text>',
        f'<text x="{left + size / 2}" y="{top + size + 36}" text-anchor="middle">nominal coverage</text>',
    ]
    for tick in (0.0, 0.5, 0.9):
        x, y = left + size * tick, top + size * (1 - tick)
        drawn.append(f'<text x="{x}" y="{top + size + 17}" text-anchor="middle">{tick:g}</text>')
        drawn.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    middle = top + size / 2
    drawn.append(
        f'<text transform="translate({left - 38} {middle}) rotate(-90)" text-anchor="middle">observed</text>'
    )
    for k, one in enumerate(bundle.stated):
        points = _reliability(ready, said, bundle, one)
        line = " ".join(f"{left + size * x:.1f},{top + size * (1 - y):.1f}" for x, y in points)
        drawn.append(f'<polyline fill="none" stroke="{COLOURS[k]}" stroke-width="2" points="{line}"/>')
        y = top + 18 + 17 * k
        drawn.append(f'<rect x="{left + 10}" y="{y - 9}" width="14" height="4" fill="{COLOURS[k]}"/>')
        drawn.append(f'<text x="{left + 30}" y="{y}">{one.property.replace("_", " ")}</text>')
    return "".join(drawn)


def _reliability(ready: Prepared, said: Said, bundle: Bundle, one: Stated) -> list[tuple[float, float]]:
    """Return nominal and observed coverage; nominal widths are quantiles over the calibration rows."""
    opinion = said.opinion(bundle)
    finite = np.isfinite(opinion.column(one.task)[0])
    scores: dict[str, NDArray[np.float64]] = {}
    for name in ("calibration", "test"):
        part = "folds" if name == "calibration" and bundle.tier == "accurate" and said.folded else name
        rows = held(ready, opinion, one.task, rows_of(ready, one.task, part, finite))
        if len(rows.truth) < LEAST_FIGURED:
            return []
        scores[name] = rows.errors / one.rule.half_widths(rows.values, rows.spreads, rows.nonmetal)
    return [(x, float((scores["test"] <= np.quantile(scores["calibration"], x)).mean())) for x in LEVELS]
