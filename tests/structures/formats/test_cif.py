"""CIF: the fast path gives what pymatgen's CifParser gives, and errors name the line."""

from __future__ import annotations

import gzip
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from pymatgen.core import Element, Lattice, Species, Structure
from pymatgen.io.cif import CifParser, CifWriter

from nanoos_lab.errors import StructureParseError
from nanoos_lab.structures import read_structure, read_structures
from nanoos_lab.structures.formats import cif_block, cif_sites

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """data_test
_cell_length_a {a}
_cell_length_b 4.0(2)
_cell_length_c 4.0
_cell_angle_alpha 90
_cell_angle_beta 90.00(3)
_cell_angle_gamma 90
"""
ATOMS = """loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
"""
INVERSION = "loop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n'-x, -y, -z'\n"


def small_cif(rows: str, operations: str = "", a: str = "4.0") -> str:
    return HEAD.format(a=a) + operations + ATOMS + rows


def with_pymatgen(text: str) -> list[Structure]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CifParser.from_str(text).parse_structures(primitive=False)


def assert_same_sites(ours: Structure, theirs: Structure) -> None:
    """The same lattice matrix, and the same compositions at the same positions, in any order."""
    assert np.allclose(ours.lattice.matrix, theirs.lattice.matrix, atol=1e-9)
    assert len(ours) == len(theirs)
    shift = ours.frac_coords[:, None] - theirs.frac_coords[None]
    shift -= np.rint(shift)
    nearest = np.abs(shift).max(axis=2)
    partner = nearest.argmin(axis=1)
    assert nearest.min(axis=1).max() < 1e-4
    assert sorted(partner) == list(range(len(ours)))
    for site, other in zip(ours, (theirs[i] for i in partner), strict=True):
        assert site.species.almost_equals(other.species, rtol=0, atol=1e-8)
        assert set(site.species) == set(other.species)


REFUSED_BY_BOTH = {
    "bad_occu.cif": "sum to 1.556 > 1",
    "bad_superflat_inf_loop.cif.gz": "span no volume",
    "CsCl-manual-oxi-ref.mcif": "ZeroDivisionError",
    "magnetic.disordered.example.CuMnO2.mcif": "Disordered magnetic",
    "magnetic.incommensurate.example.Cr.mcif": "Incommensurate",
}
"""Files of the collection that pymatgen cannot read either, with what we say."""


def test_every_messy_cif_agrees_with_pymatgen(shared_data: Path) -> None:
    paths = sorted(p for p in (shared_data / "messy_structures").rglob("*cif*") if p.is_file())
    assert len(paths) > 90
    for path in paths:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if path.name in REFUSED_BY_BOTH:
            with pytest.raises(StructureParseError, match=REFUSED_BY_BOTH[path.name]):
                read_structures(path)
            with pytest.raises((ValueError, ZeroDivisionError, NotImplementedError)):
                with_pymatgen(raw.decode("utf-8", "replace"))
            continue
        ours, theirs = read_structures(path), with_pymatgen(raw.decode("utf-8", "replace"))
        assert len(ours) == len(theirs), path
        for parsed, other in zip(ours, theirs, strict=True):
            assert_same_sites(parsed.structure, other)
            if "magmom" in other.site_properties:
                assert parsed.structure.site_properties["magmom"] == other.site_properties["magmom"]


def test_database_cifs_agree_with_pymatgen_and_take_the_fast_path(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str) -> Any:
        raise AssertionError(f"fell back to pymatgen for {text[:60]}")

    monkeypatch.setattr(cif_block, "parse_with_pymatgen", refuse)
    rows = pd.read_parquet(shared_data / "structures" / "mp20_subset.parquet").sample(60, random_state=1)
    for number, row in enumerate(rows.itertuples()):
        coords = np.array(row.frac_coords).reshape(-1, 3)
        structure = Structure(Lattice.from_parameters(*row.lattice), list(map(int, row.numbers)), coords)
        text = str(CifWriter(structure, symprec=0.01 if number % 3 else None))
        assert_same_sites(read_structure(text).structure, with_pymatgen(text)[0])


def test_sites_keep_the_order_of_the_file_and_their_labels() -> None:
    structure = read_structure(small_cif("O1 0 0 0 1\nTi1 0.5 0.5 0.5 1\nO2 0.5 0 0 1\n")).structure
    assert [site.label for site in structure] == ["O1", "Ti1", "O2"]
    assert structure.lattice.parameters == pytest.approx((4, 4, 4, 90, 90, 90))


def test_special_positions_give_one_site_each() -> None:
    structure = read_structure(small_cif("Fe1 0 0.5 0 1\nO1 0.1 0.2 0.3 1\n", INVERSION)).structure
    assert structure.composition.formula == "Fe1 O2"


def test_images_that_nearly_coincide_are_one_site() -> None:
    structure = read_structure(small_cif("Fe1 0.49998 0.5 0 1\n", INVERSION)).structure
    assert len(structure) == 1


def test_partial_occupancies_on_one_position_are_merged() -> None:
    rows = "Fe1 0 0 0 0.7(1)\nMn1 0 0 0 0.2\nO1 0.5 0.5 0.5 ?\nAr1 0.25 0.25 0.25 0\n"
    structure = read_structure(small_cif(rows)).structure
    assert structure[0].species == {Element("Fe"): 0.7, Element("Mn"): 0.2}
    assert len(structure) == 2
    assert structure[1].is_ordered


def test_partial_occupancies_on_equivalent_positions_are_merged() -> None:
    text = small_cif("Fe1 0.1 0.1 0.1 0.5\nMn1 0.9 0.9 0.9 0.5\n", INVERSION)
    structure = read_structure(text).structure
    assert len(structure) == 2
    assert_same_sites(structure, with_pymatgen(text)[0])


def test_thirds_are_exact_where_rounded_and_believed_where_not() -> None:
    structure = read_structure(small_cif("C1 0.3333 0.66667 .667 1\nC2 0.3333400000 0 0 1\n")).structure
    assert structure[0].frac_coords.tolist() == [1 / 3, 2 / 3, 0.667]
    assert structure[1].frac_coords[0] == 0.33334


def test_oxidation_states_from_the_type_loop_and_from_the_symbols() -> None:
    loop = "loop_\n_atom_type_symbol\n_atom_type_oxidation_number\nFe3+ 3\nO2- -2\n"
    typed = ATOMS.replace("_label", "_type_symbol")
    rows = "Fe3+ 0 0 0 1\nO2- 0.5 0.5 0.5 1\n"
    for text in (HEAD.format(a=4) + loop + typed + rows, HEAD.format(a=4) + typed + rows):
        structure = read_structure(text).structure
        assert [site.specie for site in structure] == [Species("Fe", 3), Species("O", -2)]
    labels_only = read_structure(small_cif("O2- 0 0 0 1\n")).structure
    assert labels_only[0].specie == Element("O")


def test_occupancies_a_little_over_one_are_scaled() -> None:
    structure = read_structure(small_cif("Fe1 0 0 0 0.335\nMn1 0 0 0 0.335\nNi1 0 0 0 0.334\n")).structure
    assert structure[0].species.num_atoms == pytest.approx(1)
    assert structure[0].species["Fe"] == pytest.approx(0.335 / 1.004)


def test_split_positions_may_be_close() -> None:
    assert len(read_structure(small_cif("O1 0 0 0 0.5\nO2 0.05 0 0 0.5\n")).structure) == 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (small_cif("Fe1 0 zero 0 1\n"), 14, "coordinate y of atom Fe1 is 'zero', not a number"),
        (small_cif("Fe1 0 0 0 1\nO1 0 ? 0 1\n"), 15, "coordinate y of atom O1 is '?'"),
        (small_cif("Fe1 0 0 0 1\nXq1 0.5 0 0 1\n"), 15, "unknown element 'Xq1'"),
        (small_cif("Vac1 0 0 0 1\n"), 14, "unknown element 'Vac1'"),
        (
            small_cif("Fe1 0 0 0 1\nO1 0.01 0 0 1\n"),
            15,
            "on top of each other: Fe and O (sites 1 and 2) are 0.040",
        ),
        (small_cif("Fe1 0 0 0 0.9\nO1 0 0 0 0.9\n"), 15, "sum to 1.8 > 1"),
        (small_cif("Fe1 0 0 0 0\n"), None, "every atom has occupancy 0"),
        (small_cif("Fe1 0 0 0 1\n", a="four"), 2, "_cell_length_a is 'four', not a number"),
        (small_cif("Fe1 0 0 0 1\n", a="-4"), None, "cell lengths -4"),
        (small_cif("Fe1 0 0 0 1\n", a="1e9"), None, "not those of a crystal"),
        (small_cif("Fe1 0 0 0 1\n").replace("_cell_length_c 4.0\n", ""), None, "_cell_length_c missing"),
        (small_cif("Fe1 0 0 0 1\nO1 0.5\n"), 8, "Wrong number of values in loop"),
        (small_cif("Fe1 0 0 0 1\n", a="nan 4.0"), 2, "a cell vector is not a finite length"),
        (HEAD.format(a=4), None, "no atoms"),
        ("data_p\nloop_\n_atom_site.Cartn_x\n1.0\n2.0\n", None, "macromolecular"),
    ],
)
def test_errors_name_the_line(text: str, line: int | None, message: str) -> None:
    with pytest.raises(StructureParseError) as caught:
        read_structures(text, name="bad.cif")
    assert message in caught.value.problem
    assert caught.value.line == line
    assert str(caught.value).startswith("bad.cif, line" if line else "bad.cif: ")


def test_an_error_in_a_later_block_counts_lines_of_the_file() -> None:
    good = small_cif("Fe1 0 0 0 1\n")
    with pytest.raises(StructureParseError) as caught:
        read_structures(good + small_cif("Fe1 0 zero 0 1\n").replace("data_test", "data_other"))
    assert caught.value.line == good.count("\n") + 14


def test_a_truncated_file_is_refused(shared_data: Path) -> None:
    text = (shared_data / "messy_structures" / "cif" / "LiFePO4.cif").read_text()
    rows = text.rstrip().splitlines()
    cut = "\n".join(rows[:-1]) + "\n" + rows[-1][: len(rows[-1]) // 2]
    with pytest.raises(StructureParseError, match="Wrong number of values in loop"):
        read_structures(cut)


def test_exact_expansion_where_binning_is_not_enough() -> None:
    """Positions on a bin border, and sloppy special positions, go through the pairwise path with equal result."""
    rotations = np.array([np.eye(3), -np.eye(3)])
    translations = np.zeros((2, 3))
    border = (1 - cif_sites._BIN_OFFSET) / cif_sites._BINS
    coords = np.array([[0.5 + 3e-5, 0.5, 0.5], [border, 0.25, 0.1], [2e-5, 0, 0]])
    sites, atoms = cif_sites.expand(coords, rotations, translations)
    assert atoms.tolist() == [0, 1, 1, 2]
    assert sites.shape == (4, 3)
