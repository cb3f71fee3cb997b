from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zlib
from typing import TYPE_CHECKING

import pytest

from nanoos_lab.charts.figure import new_chart
from nanoos_lab.charts.saving import save_still
from nanoos_lab.errors import InvalidInputError

if TYPE_CHECKING:
    from pathlib import Path

    from nanoos_lab import charts


@pytest.fixture
def chart() -> charts.Chart:
    made = new_chart("Γ and σ", height=420)
    made.add_scatter(x=[1.0, 2.0, 3.0], y=[1.0, 4.0, 9.0], mode="lines+markers", name="squares")
    made.update_layout(xaxis={"title": {"text": "Width (Å)"}}, yaxis={"title": {"text": "Area"}})
    return made


def streams(pdf: bytes) -> bytes:
    """Return what is inside a PDF's compressed streams."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"\n".join(zlib.decompress(one) for one in found if one[:1] == b"x")


def words_of(pdf: bytes) -> str:
    """Return the text that a PDF draws, a line for each piece."""
    pieces = re.findall(rb"\[([^\[\]]*)\]\s+TJ|\(((?:\\.|[^\\)])*)\) Tj", streams(pdf), re.DOTALL)
    return "\n".join(
        b"".join(re.findall(rb"\(((?:\\.|[^\\)])*)\)", array)).decode("latin1")
        if array
        else text.decode("latin1")
        for array, text in pieces
    ).replace("\x00", "")


def test_a_pdf_has_the_size_asked_for_and_the_texts_as_texts_in_embedded_fonts(
    chart: charts.Chart, tmp_path: Path
) -> None:
    pdf = chart.save(tmp_path / "a figure.pdf", width_mm=86, height_mm=60).read_bytes()
    assert pdf.startswith(b"%PDF-1")
    width, height = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf).groups()  # type: ignore[union-attr]
    assert float(width) * 25.4 / 72 == pytest.approx(86, abs=0.2)
    assert float(height) * 25.4 / 72 == pytest.approx(60, abs=0.2)
    assert b"/FontFile2" in pdf, "the font is not in the file"
    words = words_of(pdf).splitlines()
    assert "Area" in words
    assert "squares" in words
    assert any(word.startswith("Width") for word in words)


def test_texts_keep_their_size_on_narrow_paper(chart: charts.Chart, tmp_path: Path) -> None:
    def sizes(**options: float) -> set[bytes]:
        pdf = chart.save(tmp_path / "figure.pdf", **options).read_bytes()
        return set(re.findall(rb"/F\d+ ([\d.]+) Tf", streams(pdf)))

    assert sizes(width_mm=86) == sizes(width_mm=178) != set()


def test_the_same_figure_is_the_same_file(chart: charts.Chart, tmp_path: Path) -> None:
    one, other = (chart.save(tmp_path / f"{k}.pdf").read_bytes() for k in "ab")
    assert one == other


def test_an_svg_is_the_still_in_ink_for_paper(chart: charts.Chart, tmp_path: Path) -> None:
    root = ET.fromstring(chart.save(tmp_path / "a.svg", width_mm=100).read_text(encoding="utf-8"))  # noqa: S314 - ours
    assert float(root.attrib["width"]) == round(100 * 96 / 25.4)
    assert root.attrib["fill"] == "#222222"
    assert chart.layout.width is None, "saving changed the figure"


def test_a_png_shows_the_curve_where_the_svg_has_it(tmp_path: Path) -> None:
    from matplotlib.image import imread

    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 100' width='200' height='100'>"
        "<g transform='translate(100 0)'><rect x='10' y='20' width='30' height='40' fill='rgba(255,0,0,1)'/></g>"
        "<path d='M10 90H50V70h-40Z' fill='#00f'/></svg>"
    )
    picture = imread(save_still(svg, tmp_path / "a.png"))
    height, width = picture.shape[:2]

    def at(x: float, y: float) -> tuple[float, ...]:
        return tuple(picture[int(y / 100 * height), int(x / 200 * width), :3])

    assert at(125, 40) == (1, 0, 0)
    assert at(30, 80) == (0, 0, 1)
    assert at(60, 80) == at(125, 70) == (1, 1, 1)


@pytest.mark.parametrize("name", ["figure", "figure.eps", "figure.PDFX"])
def test_an_ending_that_names_no_format_is_refused(chart: charts.Chart, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"\.svg, \.pdf, \.png"):
        chart.save(tmp_path / name)


@pytest.mark.parametrize("width", [0, -10, float("nan"), 5])
def test_a_size_that_makes_no_sense_is_refused(chart: charts.Chart, tmp_path: Path, width: float) -> None:
    with pytest.raises(InvalidInputError, match="width_mm"):
        chart.save(tmp_path / "a.pdf", width_mm=width)


@pytest.mark.parametrize(
    "inside", ["<image href='x'/>", "<path d='M0 0A1 1 0 0 0 2 2'/>", "<g transform='skewX(3)'/>"]
)
def test_what_no_still_holds_is_an_error_and_not_left_out(tmp_path: Path, inside: str) -> None:
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{inside}</svg>"
    with pytest.raises(InvalidInputError, match="a still holds no"):
        save_still(svg, tmp_path / "a.pdf")
