"""Two columns of a table as a plotly figure, for notebooks and papers; the table itself draws on a canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nanoos_lab.charts import Chart


def table_figure(
    ids: Sequence[str],
    selected: Sequence[str],
    points: Mapping[str, Mapping[str, float]],
    titles: Mapping[str, str],
) -> Chart:
    """Draw two columns against each other; selected rows stand out.

    Args:
        ids: The rows, in order.
        selected: Those that are selected.
        points: Two columns, the horizontal one first: their numbers by row.
        titles: The columns' titles with their units.
    """
    from nanoos_lab.charts.figure import new_chart  # noqa: PLC0415 - plotly is heavy
    from nanoos_lab.charts.theme import BLUE, VERMILLION  # noqa: PLC0415

    x, y = points
    chart, chosen = new_chart(f"{titles[y]} against {titles[x]}", height=440), set(selected)
    both = [one for one in ids if one in points[x] and one in points[y]]
    for name, color in (("rows", BLUE), ("selected", VERMILLION)):
        part = [one for one in both if (one in chosen) is (name == "selected")]
        if part:
            chart.add_scatter(
                x=[points[x][one] for one in part],
                y=[points[y][one] for one in part],
                mode="markers",
                name=name,
                marker={"color": color, "size": 7 if len(both) < _MANY else 3},
                customdata=part,
                hovertemplate="<b>%{customdata}</b><br>%{x:.4g}<br>%{y:.4g}<extra></extra>",
            )
    chart.update_layout(
        showlegend=bool(chosen), xaxis={"title": {"text": titles[x]}}, yaxis={"title": {"text": titles[y]}}
    )
    return chart


_MANY = 2_000
