from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

from nanoos_lab.charts import comparison_html, comparison_svg
from nanoos_lab.charts.comparison import in_order


@dataclass
class Value:
    value: float
    origin: str
    method_name: str = "CHGNet"
    uncertainty: float | None = None
    uncertainty_kind: str = "none"
    property: str = "bulk_modulus"
    unit: str = "GPa"
    method_version: str = "0.3.0"
    method_recipe: str = ""
    converged: bool = True
    in_domain: bool | None = None
    synthetic: bool = False
    conditions: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    note: str = ""


VALUES = [
    Value(174.0, "measured", "literature", 2.0, "standard", source="Bell & <b>Rupprecht</b>"),
    Value(171.0, "computed", uncertainty=8.0, uncertainty_kind="fit", conditions={"temperature_K": 0}),
    Value(150.0, "predicted", in_domain=False),
]


def test_origins_come_in_the_order_of_trust() -> None:
    assert [v.origin for v in in_order(VALUES)] == ["predicted", "computed", "measured"]


def test_the_drawing_is_well_formed_and_marks_each_value() -> None:
    svg = comparison_svg(VALUES)
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert [
        g.find("{http://www.w3.org/2000/svg}text").text for g in root.findall("{http://www.w3.org/2000/svg}g")
    ] == [
        "predicted",
        "computed",
        "measured",
    ]


def test_the_measured_band_covers_the_measured_interval() -> None:
    svg = comparison_svg(VALUES)
    band = re.search(r"<rect x='([\d.]+)' y='8' width='([\d.]+)'", svg)
    whisker = re.findall(r"<path d='M([\d.]+) [\d.]+H([\d.]+)'", svg)[-1]
    assert band is not None
    assert float(band[1]) <= float(whisker[0])
    assert float(whisker[1]) <= float(band[1]) + float(band[2])


def test_text_is_escaped_and_flags_are_words() -> None:
    page = comparison_html(VALUES, title="K of <x>")
    assert "<b>Rupprecht" not in page
    assert "K of &lt;x&gt;" in page
    assert "outside the model&#39;s domain" in page
    assert "temperature 0 K" in page


def test_nothing_known_is_said() -> None:
    assert "No value is known" in comparison_html([], title="x")
