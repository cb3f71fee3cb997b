from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any

import pytest

from nanoos_lab.charts import comparison_html, comparison_svg
from nanoos_lab.charts.likeness import like_groups


@dataclass
class Value:
    value: float | None
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
    assert [g.origin for g in like_groups(VALUES)] == ["predicted", "computed", "measured"]


def test_the_drawing_is_well_formed_and_marks_each_value() -> None:
    svg = comparison_svg(VALUES)
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    assert [
        g.find("{http://www.w3.org/2000/svg}text")[0].text
        for g in root.findall("{http://www.w3.org/2000/svg}g")
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


def test_like_values_share_a_row_with_their_mean_and_spread() -> None:
    several = [Value(v, "measured", "ultrasonic", method_version="") for v in (170.0, 174.0, 172.0)]
    (group,) = like_groups(several)
    assert (group.mean, group.spread, group.numbers) == (172.0, 2.0, (170.0, 172.0, 174.0))
    page = comparison_html(several, title="K")
    assert "172.0 ± 2.0 GPa" in page
    assert "mean ± standard deviation, 170.0 to 174.0" in page
    assert comparison_svg(several).count("r='2.6'") == 3


def measured(**conditions: Any) -> Value:
    return Value(170.0, "measured", "ultrasonic", conditions=conditions)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (measured(temperature_K=293.15), measured(temperature_K=300.0), True),
        (measured(temperature_K=300.0), measured(temperature_K=77.0), False),
        (measured(temperature_K=300.0), measured(), False),
        (measured(pressure_GPa=0.000101325), measured(), True),
        (measured(pressure_GPa=5.0), measured(), False),
        (measured(pressure_GPa=5.0), measured(pressure_GPa=5.001), True),
        (measured(atmosphere="O2"), measured(atmosphere="N2"), False),
        (Value(1.0, "computed"), Value(1.0, "predicted"), False),
        (Value(1.0, "computed", method_version="1"), Value(1.0, "computed", method_version="2"), False),
        (Value(1.0, "computed", "PBE"), Value(1.0, "computed", "HSE06"), False),
        (
            Value(1.0, "computed", method_recipe="relaxed to 0.05 eV/Å"),
            Value(1.0, "computed", method_recipe="relaxed to 0.02 eV/Å"),
            True,
        ),
        (
            Value(1.0, "computed", method_recipe="atoms relaxed"),
            Value(1.0, "computed", method_recipe="cell relaxed"),
            False,
        ),
        (Value(1.0, "computed"), Value(1.0, "computed", converged=False), False),
        (Value(1.0, "predicted", in_domain=True), Value(1.0, "predicted", in_domain=False), False),
        (Value(1.0, "predicted", in_domain=True), Value(1.0, "predicted"), True),
    ],
)
def test_only_like_values_are_put_together(one, other, alike):
    assert len(like_groups([one, other])) == (1 if alike else 2)


def test_conditions_of_a_group_are_said_as_ranges() -> None:
    (group,) = like_groups([measured(temperature_K=293.0), measured(temperature_K=300.0)])
    assert group.conditions == "temperature 293–300 K"


def test_recipes_that_differ_in_numbers_are_said_once() -> None:
    both = [
        Value(1.0, "computed", "X", method_version="", method_recipe=f"to {f} eV/Å") for f in ("0.05", "0.1")
    ]
    (group,) = like_groups(both)
    assert group.method == "X · to … eV/Å"


def test_arrays_are_in_no_group() -> None:
    assert like_groups([Value(None, "measured")]) == []
