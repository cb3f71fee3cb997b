"""The committed files are what the script writes, and the script refuses what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gemmi
import pytest

if TYPE_CHECKING:
    from types import ModuleType


def test_committed_files_are_the_written_ones(make_samples: ModuleType) -> None:
    assert make_samples.stale_files() == []


def test_a_changed_missing_or_unknown_file_is_noticed(make_samples: ModuleType, tmp_path: Path) -> None:
    for path, text in make_samples.expected_files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert make_samples.stale_files(tmp_path) == []
    folder = Path("notebooks/structures")
    (tmp_path / folder / "Cu.cif").unlink()
    (tmp_path / folder / "Si.cif").write_text("data_Si\n")
    (tmp_path / folder / "Unobtainium.cif").write_text("data_x\n")
    assert make_samples.stale_files(tmp_path) == [folder / f"{n}.cif" for n in ("Cu", "Si", "Unobtainium")]


def test_every_source_is_used(make_samples: ModuleType) -> None:
    text = "\n".join(path.read_text("utf-8") for path in make_samples.SPECIFICATION.glob("*.toml"))
    unused = [key for key in make_samples.load_sources() if f'"{key}"' not in text]
    assert unused == []


@pytest.mark.parametrize(
    ("printed", "value", "uncertainty"),
    [
        ("4.988(1)", 4.988, 0.001),
        ("5.431020511(89)", 5.431020511, 8.9e-8),
        ("3.905", 3.905, None),
        ("-0.0250", -0.025, None),
        ("12(3)", 12.0, 3.0),
    ],
)
def test_numbers_with_uncertainty(
    make_samples: ModuleType, printed: str, value: float, uncertainty: float | None
) -> None:
    read, spread = make_samples.split_uncertainty(printed)
    assert read == pytest.approx(value)
    assert spread == (None if uncertainty is None else pytest.approx(uncertainty))


def test_a_number_that_is_none_is_refused(make_samples: ModuleType) -> None:
    with pytest.raises(ValueError, match="not a number"):
        make_samples.split_uncertainty("4.9.8")


def test_a_cell_must_fit_its_crystal_system(make_samples: ModuleType) -> None:
    cubic = gemmi.find_spacegroup_by_name("F m -3 m")
    with pytest.raises(ValueError, match="cubic: give a, not ac"):
        make_samples.complete_cell(cubic, {"a": "4.0", "c": "5.0"})


def test_sites_must_hold_the_formula(make_samples: ModuleType) -> None:
    rutile = next(s for s in make_samples.load_samples() if s.file == "TiO2-rutile")
    wrong = make_samples.Sample(rutile.spec | {"formula": "TiO3"}, rutile.group, rutile.cell)
    with pytest.raises(ValueError, match="which is not TiO3"):
        _ = wrong.units


def test_multiplicities_follow_from_the_operations(make_samples: ModuleType) -> None:
    """The number in front of each Wyckoff letter is the length of the orbit."""
    for sample in make_samples.load_samples():
        for _, wyckoff, *position in sample.spec["sites"]:
            point = [gemmi.cif.as_number(make_samples.coordinate(text)) for text in position]
            images = [operation.apply_to_xyz(point) for operation in sample.group.operations()]
            orbit = {tuple(round(x % 1, 6) % 1 for x in image) for image in images}
            assert len(orbit) == make_samples.multiplicity(wyckoff), (sample.file, wyckoff)


def test_citations_name_authors_work_and_year(make_samples: ModuleType) -> None:
    sources = make_samples.load_sources()
    assert make_samples.cite(sources["howard1991"]) == (
        "C. J. Howard, T. M. Sabine and F. Dickson, Acta Cryst. B 47, 462-468 (1991)"
    )
    assert make_samples.cite(sources["kittel"], "ch. 8") == (
        "C. Kittel, Introduction to Solid State Physics, 8th edition (Wiley, Hoboken, 2005), ch. 8"
    )
    assert make_samples.cite(sources["arlt2000"]).startswith("T. Arlt et al., Phys. Rev. B 61")
