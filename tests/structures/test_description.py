"""Descriptions agree with pymatgen, on real crystals and in every crystal system."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from pymatgen.core import Lattice, Molecule, Species, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from nanoos_lab.structures import Description, describe, phase_key, read_structures
from nanoos_lab.structures.symmetry import symmetry_of

if TYPE_CHECKING:
    from pathlib import Path


def assert_agrees_with_pymatgen(structure: Structure, symprec: float = 0.01) -> None:
    ours = describe(structure, symprec=symprec)
    composition = structure.composition
    assert ours.formula == composition.formula
    assert ours.reduced_formula == composition.reduced_formula
    assert ours.chemical_system == composition.chemical_system
    assert ours.elements == tuple(sorted(str(e) for e in composition.element_composition))
    assert ours.ordered == structure.is_ordered
    assert ours.charge == pytest.approx(structure.charge)
    assert ours.density == pytest.approx(float(structure.density), rel=1e-6)
    assert ours.lattice == pytest.approx(structure.lattice.parameters)
    analyzer = SpacegroupAnalyzer(structure, symprec=symprec)
    assert ours.space_group == analyzer.get_space_group_number()
    assert ours.space_group_symbol == analyzer.get_space_group_symbol()
    assert ours.crystal_system == analyzer.get_crystal_system()
    assert ours.point_group == analyzer.get_point_group_symbol()
    assert ours.conventional == pytest.approx(analyzer.get_refined_structure().lattice.abc, abs=1e-5)


def test_agrees_with_pymatgen_on_database_structures(shared_data: Path) -> None:
    table = pd.read_parquet(shared_data / "structures" / "mp20_subset.parquet")
    cubic = table[table.spacegroup_number >= 195]
    for row in pd.concat([table.sample(60, random_state=2), cubic.sample(40, random_state=2)]).itertuples():
        coords = np.array(row.frac_coords).reshape(-1, 3)
        assert_agrees_with_pymatgen(
            Structure(Lattice.from_parameters(*row.lattice), list(map(int, row.numbers)), coords)
        )


@pytest.mark.parametrize("symprec", [0.01, 0.1])
def test_agrees_with_pymatgen_on_disordered_and_charged_structures(shared_data: Path, symprec: float) -> None:
    folder = shared_data / "messy_structures" / "cif"
    for name in (
        "LiFePO4.cif",
        "Li10GeP2S12.cif",
        "PF_sd_1011081.cif",
        "ICSD59959.cif",
        "srycoo.cif",
        "garnet.cif",
    ):
        for parsed in read_structures(folder / name):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert_agrees_with_pymatgen(parsed.structure, symprec)


PEROVSKITE = Structure(
    Lattice.cubic(3.905), ["Sr", "Ti", "O", "O", "O"],
    [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]],
)  # fmt: skip


def test_strontium_titanate() -> None:
    ours = describe(PEROVSKITE)
    assert ours.formula == "Sr1 Ti1 O3"
    assert ours.chemical_system == "O-Sr-Ti"
    assert (ours.space_group, ours.space_group_symbol, ours.crystal_system) == (221, "Pm-3m", "cubic")
    assert ours.volume_per_atom == pytest.approx(3.905**3 / 5)
    assert ours.density == pytest.approx(5.117, abs=0.002)  # X-ray density, e.g. ICSD 23076
    assert ours.dimensionality == 3
    assert phase_key(ours) == "SrTiO3|221"
    assert Description.model_validate_json(ours.model_dump_json()) == ours


def test_tolerance_decides_about_a_small_distortion() -> None:
    structure = PEROVSKITE.copy()
    structure.translate_sites([1], [0, 0, 0.03], frac_coords=False)
    assert describe(structure).space_group == 99
    assert describe(structure, symprec=0.1).space_group == 221


def test_supercells_and_primitive_cells_of_cubic_crystals() -> None:
    rocksalt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]]
    )
    for cell in (rocksalt, rocksalt.get_primitive_structure(), rocksalt * (2, 2, 2), rocksalt * (1, 1, 2)):
        ours = describe(cell)
        assert (ours.space_group, ours.reduced_formula) == (225, "NaCl")
        assert ours.conventional == pytest.approx((5.64, 5.64, 5.64))


def test_molecules_and_slabs_have_no_space_group() -> None:
    water = Molecule(["O", "H", "H"], [[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]], charge=1)
    ours = describe(water)
    assert (ours.periodic, ours.space_group, ours.density, ours.charge) == (False, None, None, 1)
    assert (ours.dimensionality, phase_key(ours)) == (0, "H2O|molecule")
    slab = Structure(Lattice(np.diag([2.46, 2.46, 20]), pbc=(True, True, False)), ["C"], [[0, 0, 0]])
    assert describe(slab).space_group is None
    assert phase_key(describe(slab)) == "C|slab"


def test_charge_is_the_stated_one_or_the_sum_of_oxidation_states() -> None:
    ion = Structure(Lattice.cubic(4), [Species("Fe", 3), Species("O", -2)], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert describe(ion).charge == 1
    assert describe(Structure(Lattice.cubic(4), ["Fe"], [[0, 0, 0]], charge=-1)).charge == -1


def test_where_spglib_finds_nothing_the_description_says_so() -> None:
    on_top = Structure(Lattice.cubic(4), ["Fe", "Fe"], [[0, 0, 0], [0.0005, 0, 0]])
    assert describe(on_top).space_group is None


def test_a_cell_that_is_not_a_number_does_not_crash_spglib() -> None:
    broken = Structure(Lattice(np.full((3, 3), np.nan)), ["Fe", "Fe"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert symmetry_of(broken) is None


def test_descriptions_are_frozen() -> None:
    with pytest.raises(ValidationError):
        describe(PEROVSKITE).formula = "x"  # type: ignore[misc]
