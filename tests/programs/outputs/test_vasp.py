"""VASP's files say what pymatgen's and ASE's readers find in them, and what did not converge."""

from __future__ import annotations

import gzip
import shutil
import warnings

import numpy as np
import pytest
from pymatgen.io.vasp.outputs import Vasprun

from nanoos_lab.errors import ProgramOutputError
from nanoos_lab.programs.outputs import estimates_of, method_of, read_folder, read_output

COMPARED = (
    "outputs/vasprun.Al.xml.gz", "outputs/vasprun.LiF.xml.gz", "outputs/vasprun.etest1.xml.gz",
    "outputs/vasprun.vdw.xml.gz", "outputs/vasprun.xml.gz", "outputs/vasprun.sc_overflow.xml.gz",
    "outputs/vasprun.xe.xml.gz", "outputs/vasprun.charged.xml.gz", "outputs/vasprun_eig_separate_spins.xml.gz",
    "outputs/vasprun.magmom_ldau.xml.gz", "outputs/vasprun.lifepo4.xml.gz", "fixtures/relaxation/vasprun.xml.gz",
    "fixtures/scan_relaxation/vasprun.xml.gz", "outputs/vasprun.r2scan.xml.gz", "outputs/vasprun.unconverged.xml.gz",
    "outputs/vasprun.hse06.xml.gz", "outputs/vasprun.md.xml.gz", "outputs/vasprun.random.xml.gz",
)  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_vasprun_agrees_with_pymatgen(vasp, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Vasprun(vasp / name, parse_potcar_file=False, parse_dos=False, parse_eigen=False)
    run = read_output(vasp / name)
    assert run.energy == pytest.approx(float(reference.final_energy), abs=1e-6)
    assert len(run.energies) == len(reference.ionic_steps)
    last = reference.ionic_steps[-1]
    assert np.abs(run.final.lattice.matrix - last["structure"].lattice.matrix).max() < 1e-8
    apart = run.final.frac_coords - last["structure"].frac_coords
    assert np.abs(apart - np.round(apart)).max() < 1e-8
    assert [s.symbol for s in run.final.species] == [s.symbol for s in last["structure"].species]
    assert np.abs(run.forces - np.array(last["forces"])).max() < 1e-8
    assert np.abs(run.stress * 1602.1766208 + np.array(last["stress"])).max() < 1e-5
    assert run.electronic_converged == reference.converged_electronic
    assert run.version.startswith(reference.vasp_version[:3])


def test_a_last_column_that_was_too_narrow_only_in_between_costs_nothing(vasp):
    overflowed = read_output(vasp / "outputs/vasprun.sc_overflow.xml.gz")
    assert overflowed.energy == pytest.approx(-269.38319884)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("Al", "r2SCAN"),
        ("rscan", "rSCAN"),
        ("scan", "SCAN"),
        ("scan_rvv10", "SCAN+rVV10"),
        ("etest1", "revPBE+vdW-DF"),
        ("etest4", "PBE+D3(BJ)"),
        ("lifepo4", "PBE+U"),
        ("dielectric_6.0.8", "HSE06"),
        ("xe", "PBEsol"),
        ("C2", "PBE"),
        ("random", "VASP (level of theory unknown)"),
        ("unknown", "VASP (level of theory unknown)"),
    ],
)
def test_the_functional_names_the_method(vasp, name, method):
    run = read_output(vasp / f"outputs/vasprun.{name}.xml.gz")
    assert method_of(run).name == method
    origins = {str(one.origin) for one in estimates_of(run)}
    assert origins <= ({"imported"} if "unknown" in method else {"computed"})


def test_u_by_element_is_in_the_recipe(vasp):
    run = read_output(vasp / "outputs/vasprun.lifepo4.xml.gz")
    assert "Fe" in run.theory.hubbard_ev
    assert "U(Fe)" in method_of(run).recipe


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("vasprun.unconverged.xml.gz", "electrons did not converge within NELM = 100"),
        ("vasprun.hse06.xml.gz", "electrons did not converge within NELM = 60"),
        ("vasprun.dfpt.unconverged.xml.gz", "electrons did not converge within NELM = 7"),
        ("vasprun.bad.xml.gz", "cut short: line 932"),
        ("vasprun.ediffg_set_to_0.xml.gz", "geometry did not converge"),
        ("OUTCAR.stopped.gz", "stopped by its user"),
    ],
)
def test_what_failed_is_said_and_no_number_counts(vasp, name, says):
    run = read_output(vasp / "outputs" / name)
    assert not run.converged
    assert any(says in failure for failure in run.failures), run.failures
    assert not any(one.converged for one in estimates_of(run))


@pytest.mark.parametrize("name", ["bad_fermi", "indirect", "uniform"])
def test_energies_at_a_fixed_density_are_no_results(vasp, name):
    run = read_output(vasp / f"outputs/vasprun.{name}.xml.gz")
    assert (run.kind, run.energy) == ("bands", None)
    assert {one.property for one in estimates_of(run)} <= {"band_gap"}


@pytest.mark.parametrize("name", ["GW0", "BSE", "chi", "dfpt", "optical_transitions"])
def test_beyond_the_ground_state_no_energy_is_stated(vasp, name):
    run = read_output(vasp / f"outputs/vasprun.{name}.xml.gz")
    assert run.kind in {"other", "response"}
    assert estimates_of(run) == ()


@pytest.mark.parametrize(
    "name",
    [
        "outputs/OUTCAR.CL.gz", "outputs/OUTCAR.NiO_SOC.gz", "outputs/OUTCAR.etest4.gz", "outputs/OUTCAR.vasp.6.2.0.gz",
        "outputs/OUTCAR.LinearResponseU.gz", "outputs/OUTCAR_merged_numbers", "fixtures/relaxation/OUTCAR",
        "fixtures/fe_monomer/OUTCAR",
    ],
)  # fmt: skip
def test_outcar_agrees_with_ase(vasp, name, tmp_path):
    from ase.io import read

    plain = tmp_path / "OUTCAR"
    source = vasp / name
    plain.write_bytes(gzip.decompress(source.read_bytes()) if name.endswith(".gz") else source.read_bytes())
    reference, run = read(plain, format="vasp-out", index=-1), read_output(source)
    assert run.energy == pytest.approx(reference.get_potential_energy(), abs=1e-6)
    assert np.abs(run.forces - reference.get_forces()).max() < 1e-8
    assert np.abs(run.final.lattice.matrix - reference.cell.array).max() < 1e-8
    assert np.abs(run.final.cart_coords - reference.positions).max() < 1e-8
    assert np.abs(run.stress - reference.get_stress(voigt=False)).max() < 1e-9


def test_an_outcar_of_version_5_without_titles_is_read(shared_outputs):
    run = read_output(shared_outputs / "ase/ase/test/testdata/vasp/OUTCAR_example_1")
    assert run.final.formula == "Ni18"
    assert run.energy == pytest.approx(-68.23102426)


@pytest.mark.parametrize("name", ["fe_monomer", "relaxation", "scan_relaxation", "static_silicon"])
def test_two_files_of_one_calculation_confirm_each_other(vasp, name):
    run = read_folder(vasp / "fixtures" / name)
    assert run.converged
    assert len(run.files) == 2
    assert run.wall_time_s > 0


def test_two_files_of_different_calculations_are_told_apart(vasp, tmp_path):
    shutil.copy(vasp / "fixtures/relaxation/OUTCAR", tmp_path)
    shutil.copy(vasp / "fixtures/static_silicon/vasprun.xml.gz", tmp_path)
    run = read_folder(tmp_path)
    assert not run.converged
    assert "do not belong together" in " ".join(run.failures)


def test_an_element_that_does_not_exist_is_refused_with_the_line(vasp):
    with pytest.raises(ProgramOutputError, match=r"wrong_sp.*line \d+.*'Z' is no element"):
        read_output(vasp / "outputs/vasprun.wrong_sp.xml.gz")


def test_gaps_are_those_of_pymatgen_where_the_occupations_say_insulator(vasp):
    for name, gap in (("LiF", 8.7259), ("vdw", 5.1381), ("C2", 4.2834), ("scan", 9.7735)):
        assert read_output(vasp / f"outputs/vasprun.{name}.xml.gz").band_gap == pytest.approx(gap, abs=1e-4)
    assert read_output(vasp / "outputs/vasprun.Al.xml.gz").band_gap == 0.0
