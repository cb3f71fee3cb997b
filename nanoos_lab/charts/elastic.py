"""Elastic constants as pictures: Young's modulus over directions, and the tensor as a table in colours."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nanoos_lab.charts.figure import Chart, new_chart
from nanoos_lab.charts.of_runs import alone
from nanoos_lab.charts.theme import BLUE, FONT, GREEN, GREY, INK, ORANGE, VERMILLION, nice_ticks
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from nanoos_lab.charts.of_runs import Finished

    FloatArray = NDArray[np.float64]

PLANES = (("x₁", "x₂", (0, 1)), ("x₁", "x₃", (0, 2)), ("x₂", "x₃", (1, 2)))
"""Names of the axes of the three sections, and which they are."""
_COLORS = (BLUE, VERMILLION, GREEN)
_STEPS = (61, 121)
_SCALE = [[0.0, "#3B0F70"], [0.25, "#8C2981"], [0.5, "#DE4968"], [0.75, "#FE9F6D"], [1.0, "#FCFDBF"]]
_FAINT_PART = 0.005
"""Constants below this part of the largest are written as 0."""


def young_modulus(tensor: FloatArray, directions: FloatArray) -> FloatArray:
    """Return Young's modulus along directions, GPa.

    Args:
        tensor: Stiffness in Voigt notation, GPa, shape (6, 6).
        directions: Unit vectors, shape (..., 3).

    Source: J. F. Nye, Physical Properties of Crystals (1985), ch. 8, § 5.
    """
    x, y, z = np.moveaxis(np.asarray(directions), -1, 0)
    load = np.stack([x * x, y * y, z * z, y * z, x * z, x * y], axis=-1)
    compliance = np.linalg.inv(np.asarray(tensor))
    return np.asarray(1.0 / np.einsum("...i,ij,...j->...", load, compliance, load))


def young_figure(tensor: Sequence[Sequence[float]]) -> Chart:
    """Draw Young's modulus over all directions as a surface; its still has the sections of the three planes.

    Args:
        tensor: Positive definite stiffness, Voigt, GPa, shape (6, 6).

    Raises:
        InvalidInputError: The tensor is not positive definite.
    """
    stiffness = _positive(tensor)
    theta, phi = np.meshgrid(
        np.linspace(0, np.pi, _STEPS[0]), np.linspace(0, 2 * np.pi, _STEPS[1]), indexing="ij"
    )
    directions = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1)
    modulus = young_modulus(stiffness, directions)
    chart = new_chart("Young's modulus over directions", height=460)
    places = modulus[..., None] * directions
    chart.add_surface(
        x=places[..., 0].round(2).tolist(),
        y=places[..., 1].round(2).tolist(),
        z=places[..., 2].round(2).tolist(),
        surfacecolor=modulus.round(1).tolist(),
        colorscale=_SCALE,
        colorbar={"title": {"text": "E (GPa)"}, "thickness": 14, "len": 0.7, "outlinewidth": 0},
        hovertemplate="E = %{surfacecolor:.1f} GPa<extra></extra>",
        lighting={"ambient": 0.65, "diffuse": 0.6, "specular": 0.1},
    )
    axis = {"showbackground": False, "gridcolor": "rgba(128,136,150,0.35)", "zeroline": False}
    names = zip("xyz", ("x₁", "x₂", "x₃"), strict=True)
    scene = {f"{name}axis": {**axis, "title": {"text": word}} for name, word in names}
    still = {"kind": "directions", "tensor": stiffness.tolist()}
    chart.update_layout(
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        scene={"aspectmode": "data", **scene},
        meta={"title": "Young's modulus over directions", "still": still},
    )
    return chart


def _positive(tensor: Sequence[Sequence[float]]) -> FloatArray:
    stiffness = np.array(tensor, dtype=float)
    if np.linalg.eigvalsh(0.5 * (stiffness + stiffness.T))[0] <= 0.0:
        raise InvalidInputError(
            "the tensor is not positive definite: the crystal is unstable by this calculator, and Young's modulus "
            "along its directions makes no sense"
        )
    return stiffness


def sections_svg(still: Mapping[str, Any], size: tuple[int, int]) -> str:
    """Draw Young's modulus in the three planes of the axes, as polar curves on one scale.

    Args:
        still: ``tensor``, as of :func:`young_figure`.
        size: Width and height in pixels.
    """
    tensor, width = np.array(still["tensor"], dtype=float), size[0]
    angles = np.linspace(0.0, 2.0 * np.pi, 241)
    curves = [young_modulus(tensor, _in_plane(angles, axes)) for _, _, axes in PLANES]
    radius = min(width / 3 - 36, size[1] - 96) / 2
    height = 2 * radius + 96
    top = max(float(c.max()) for c in curves)
    rings = [t for t in nice_ticks(0.0, 1.05 * top, 3) if t > 0]
    per_gpa = radius / max(rings[-1], top)
    parts = []
    for k, ((first, second, _), modulus) in enumerate(zip(PLANES, curves, strict=True)):
        center = (width * (2 * k + 1) / 6, 34 + radius)
        parts.append(_polar_grid(center, radius, [(t, t * per_gpa) for t in rings], (first, second)))
        x, y = center[0] + per_gpa * modulus * np.cos(angles), center[1] - per_gpa * modulus * np.sin(angles)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        parts.append(
            f"<polygon points='{points}' fill='{_COLORS[k]}' fill-opacity='0.1' stroke='{_COLORS[k]}' "
            "stroke-width='1.8'/>"
        )
        words = f"{first}{second}: {modulus.min():.0f} to {modulus.max():.0f} GPa"
        parts.append(f"<text x='{center[0]:.1f}' y='{height - 10:.1f}' text-anchor='middle'>{words}</text>")
    return _svg((width, round(height)), "Young's modulus in three planes", "".join(parts))


def _in_plane(angles: FloatArray, axes: tuple[int, int]) -> FloatArray:
    directions = np.zeros((len(angles), 3))
    directions[:, axes[0]], directions[:, axes[1]] = np.cos(angles), np.sin(angles)
    return directions


def _polar_grid(
    center: tuple[float, float], radius: float, rings: Sequence[tuple[float, float]], names: tuple[str, str]
) -> str:
    x, y = center
    look = f"fill='none' stroke='{GREY}' stroke-opacity='0.4' stroke-width='0.7'"
    parts = [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{r:.1f}' {look}/>" for _, r in rings]
    cross = f"M{x - radius:.1f} {y:.1f}H{x + radius:.1f}M{x:.1f} {y - radius:.1f}V{y + radius:.1f}"
    parts.append(f"<path d='{cross}' {look}/>")
    slant = math.sqrt(0.5)
    parts += [
        f"<text x='{x + slant * r + 2:.1f}' y='{y + slant * r + 9:.1f}' font-size='10'>{value:g}</text>"
        for value, r in rings
    ]
    right = f"x='{x + radius + 6:.1f}' y='{y:.1f}' dominant-baseline='middle'"
    above = f"x='{x:.1f}' y='{y - radius - 10:.1f}' text-anchor='middle'"
    parts += [
        f"<text {at} font-size='13'>{name}</text>" for at, name in ((right, names[0]), (above, names[1]))
    ]
    return "".join(parts)


def stiffness_figure(tensor: Sequence[Sequence[float]]) -> Chart:
    """Draw a stiffness tensor as a table in colours.

    Args:
        tensor: Voigt, GPa, shape (6, 6).
    """
    numbers = np.array(tensor, dtype=float)
    largest = float(np.abs(numbers).max()) or 1.0
    chart = new_chart("Elastic tensor", height=420, width=520)
    indices = [str(k) for k in range(1, 7)]
    chart.add_heatmap(
        z=numbers.round(3).tolist(),
        x=indices,
        y=indices,
        text=[[_cell(c, largest) for c in row] for row in numbers],
        texttemplate="%{text}",
        colorscale=[[0.0, VERMILLION], [0.5, "rgba(255,255,255,0)"], [1.0, BLUE]],
        zmin=-largest,
        zmax=largest,
        xgap=2,
        ygap=2,
        colorbar={"title": {"text": "GPa"}, "thickness": 14, "outlinewidth": 0},
        hovertemplate="C%{y}%{x} = %{z:.2f} GPa<extra></extra>",
    )
    chart.update_layout(
        xaxis={"side": "top", "showgrid": False, "showline": False, "ticks": ""},
        yaxis={
            "autorange": "reversed",
            "scaleanchor": "x",
            "showgrid": False,
            "showline": False,
            "ticks": "",
        },
        meta={"title": "Elastic tensor", "still": {"kind": "stiffness", "tensor": numbers.round(4).tolist()}},
    )
    return chart


def _cell(value: float, largest: float) -> str:
    if abs(value) < _FAINT_PART * largest:
        return "0"
    return f"{value:.1f}".replace("-", "−")


def stiffness_svg(still: Mapping[str, Any], size: tuple[int, int]) -> str:
    """Draw a stiffness tensor as a table in colours, as SVG.

    Args:
        still: ``tensor``, Voigt, GPa.
        size: Width and height in pixels.
    """
    numbers = np.array(still["tensor"], dtype=float)
    largest = float(np.abs(numbers).max()) or 1.0
    wide, tall = min((size[0] - 60) / 6, 78.0), min((size[1] - 50) / 6, 44.0)
    parts = []
    for k in range(6):
        parts.append(f"<text x='{40 + (k + 0.5) * wide:.1f}' y='22' text-anchor='middle'>{k + 1}</text>")
        parts.append(f"<text x='26' y='{38 + (k + 0.5) * tall:.1f}' text-anchor='end'>{k + 1}</text>")
    for i, j in np.ndindex(6, 6):
        value = float(numbers[i, j])
        part = abs(value) / largest
        color = GREY if part < _FAINT_PART else BLUE if value > 0 else ORANGE
        x, y = 40 + j * wide, 32 + i * tall
        fill = f"fill='{color}' fill-opacity='{0.04 + 0.5 * part:.3f}'"
        parts.append(f"<rect x='{x:.1f}' y='{y:.1f}' width='{wide - 2:.1f}' height='{tall - 2:.1f}' {fill}/>")
        look = "opacity='0.55'" if part < _FAINT_PART else "font-weight='bold'"
        at = f"x='{x + wide / 2 - 1:.1f}' y='{y + tall / 2 + 3:.1f}' text-anchor='middle'"
        parts.append(f"<text {at} {look}>{_cell(value, largest)}</text>")
    low = 32 + 6 * tall + 16
    parts.append(
        f"<text x='40' y='{low:.1f}' font-size='11'>Cij in GPa; 1 to 6 are xx, yy, zz, yz, xz, xy</text>"
    )
    return _svg((round(48 + 6 * wide), round(low + 8)), "Elastic tensor in GPa", "".join(parts))


def _svg(size: tuple[int, int], title: str, body: str) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {size[0]} {size[1]}' width='{size[0]}' "
        f"height='{size[1]}' role='img' font-family='{FONT}' font-size='12' fill='{INK}'>"
        f"<title>{html.escape(title)}</title>{body}</svg>"
    )


def tensor_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw the tensor of a run of the task ``elastic``.

    Args:
        runs: One.
    """
    return stiffness_figure(alone(runs).summary["elastic_tensor"])


def young_of_runs(runs: Sequence[Finished]) -> Chart:
    """Draw Young's modulus over directions of a run of the task ``elastic``.

    Args:
        runs: One.
    """
    return young_figure(alone(runs).summary["elastic_tensor"])
